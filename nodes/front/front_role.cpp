#include "nodes/front/front_role.hpp"

#include "actors/runtime/clock.hpp"
#include "nodes/cluster/cluster_node.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/front/front.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace touchline::front {

namespace {

/// Between two attempts to reach the cluster, in milliseconds.
constexpr int64_t pause_ms = 500;

/// Begins on a thread of its own: a cluster that has no map yet lets nobody in, and its nodes must
/// not wait for their fronts.
class front_of_node final : public nodes::companion {
public:
  front_of_node(nodes::configuration config, uint32_t node, front_configuration served,
                nodes::cluster_node& beside)
    : config_{std::move(config)},
      node_{node},
      beside_{beside},
      served_{std::move(served)},
      thread_{[this] { begin(); }} {}

  ~front_of_node() override {
    stop_waiting();
    front_.reset();
  }

  void drain() override {
    stop_waiting();
    if (front_ && !front_->drain())
      spdlog::warn("the front ends although clients have not taken their responses");
  }

private:
  /// The node itself first, then the others.
  nodes::connection where() const {
    nodes::connection out;
    const auto& cluster = *config_.cluster;
    const auto& own = *cluster.find(node_);
    out.nodes.push_back({own.host, own.port});
    for (auto& x : cluster.nodes)
      if (x.id != node_)
        out.nodes.push_back({x.host, x.port});
    if (cluster.tls)
      out.tls = {cluster.tls->ca, cluster.tls->certificate_of(node_), cluster.tls->key_of(node_)};
    return out;
  }

  void begin() {
    std::unique_lock guard{mutex_};
    while (!ending_) {
      guard.unlock();
      auto started = try_once();
      guard.lock();
      if (started)
        return;
      woken_.wait_for(guard, std::chrono::milliseconds{pause_ms},
                      [this] { return ending_.load(); });
    }
  }

  bool try_once() {
    auto key = beside_.key();
    if (!key)
      return false;
    auto league = nodes::connect_access(where(), config_);
    if (!league)
      return false;
    (*league)->stop_waiting_when([this] { return ending_.load(); });
    // It checks itself who may do what, and acts for all of them.
    auto mint
      = [key = *key,
         holder = nodes::certificate_holder{"front-of-node-" + std::to_string(node_), OPERATOR}] {
          auto now = actors::system_clock().now_ms();
          return cluster::sign_session(key, holder, now + cluster::session_ms).token();
        };
    if (auto known = (*league)->use_tokens_of(std::move(mint)); !known) {
      spdlog::debug("the front is not believed yet: {}", known.error().text);
      return false;
    }
    auto front = front::start(
      **league, *key, served_,
      {&beside_.system(), &beside_.runtime().routes(), {beside_.spans(), config_.tracing.ratio}});
    if (!front) {
      spdlog::error("the front does not serve: {}", front.error().text);
      return false;
    }
    league_ = std::move(*league);
    front_ = std::move(*front);
    spdlog::info("serves http{}://{}", served_.server.certificate.empty() ? "" : "s",
                 to_string(served_.server.listen));
    return true;
  }

  void stop_waiting() {
    {
      std::lock_guard guard{mutex_};
      ending_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable())
      thread_.join();
  }

  const nodes::configuration config_;
  const uint32_t node_;
  nodes::cluster_node& beside_;
  const front_configuration served_;
  std::unique_ptr<nodes::league_access> league_;
  std::unique_ptr<front> front_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

} // namespace

nodes::companion_start front_beside_node(const nodes::configuration& config, uint32_t node,
                                         const std::optional<front_configuration>& served) {
  if (!served || !config.cluster->find(node)->front)
    return {};
  return [config, node,
          served = *served](nodes::cluster_node& beside) -> std::unique_ptr<nodes::companion> {
    return std::make_unique<front_of_node>(config, node, served, beside);
  };
}

} // namespace touchline::front
