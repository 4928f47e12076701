#include "nodes/cluster/connect_access.hpp"

#include "actors/runtime/clock.hpp"
#include "messages/catalogue.hpp"
#include "nodes/cluster/client_actor.hpp"
#include "nodes/cluster/cluster_node.hpp"
#include "nodes/cluster/network.hpp"
#include "nodes/cluster/remote_store.hpp"
#include "nodes/program_version.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <mutex>
#include <thread>

namespace touchline::nodes {

namespace {

using cluster::Reply;
using cluster::Request;

/// How long a question is asked again while partitions have no leader.
constexpr int64_t question_ms = 30'000;
constexpr int64_t pause_ms = 50;

refusal unreadable() {
  return {DAMAGED, "The answer of the cluster is unreadable."};
}

refusal not_wanted() {
  return {UNAVAILABLE, "It was stopped before the cluster answered."};
}

/// Asks the actor that knows the nodes; the questions of several threads do not wait for each
/// other. A wait ends early when the program does not want to wait any more.
class question_desk {
public:
  question_desk(caf::actor_system& system, caf::actor client)
    : system_{system},
      client_{std::move(client)} {}

  void stop_waiting_when(std::function<bool()> stop) { stop_ = std::move(stop); }

  bool stopped() const { return stop_ && stop_(); }

  /// The answer of the leader of a partition; asked again until it comes, for `question_ms`.
  tl::expected<Reply, refusal> ask_partition(uint32_t partition, Request question) const {
    question.mutable_partition()->set_partition(partition);
    return ask(cluster::ask_leader{partition, std::move(question)});
  }

  /// The answer of any node.
  tl::expected<Reply, refusal> ask_any(Request question) const {
    return ask(cluster::ask_node{0, std::move(question)});
  }

  /// The answers of the nodes that are connected, which are asked at the same time.
  std::vector<Reply> ask_all(const Request& question) const {
    constexpr std::chrono::seconds patience{10};
    std::vector<std::future<std::optional<Reply>>> asked;
    for (auto node : connected())
      asked.push_back(request<Reply>(cluster::ask_node{node, question}, patience));
    std::vector<Reply> out;
    for (auto& x : asked)
      if (auto reply = wait_for(x))
        out.push_back(std::move(*reply));
    return out;
  }

  std::vector<uint32_t> connected() const {
    constexpr std::chrono::seconds patience{5};
    auto asked = request<cluster::connected_nodes>(cluster::connected_query{}, patience);
    return wait_for(asked).value_or(cluster::connected_nodes{}).nodes;
  }

private:
  /// Nothing when no answer comes in time.
  template <class Answer, class Question>
  std::future<std::optional<Answer>> request(Question question,
                                             std::chrono::milliseconds patience) const {
    auto promise = std::make_shared<std::promise<std::optional<Answer>>>();
    auto out = promise->get_future();
    system_.spawn([client = client_, question = std::move(question), patience,
                   promise](caf::event_based_actor* self) {
      self->request(client, patience, question)
        .then([promise](Answer& x) { promise->set_value(std::move(x)); },
              [promise](const caf::error&) { promise->set_value(std::nullopt); });
    });
    return out;
  }

  /// Nothing as well when nobody wants the answer any more.
  template <class Answer>
  std::optional<Answer> wait_for(std::future<std::optional<Answer>>& asked) const {
    constexpr std::chrono::milliseconds step{50};
    while (asked.wait_for(step) != std::future_status::ready)
      if (stopped())
        return std::nullopt;
    return asked.get();
  }

  template <class Question>
  tl::expected<Reply, refusal> ask(const Question& question) const {
    const auto& time = actors::system_clock();
    for (auto deadline = time.steady_ms() + question_ms;;) {
      auto asked = request<Reply>(question, std::chrono::milliseconds{question_ms});
      auto reply = wait_for(asked);
      auto code = reply ? static_cast<ErrorCode>(reply->code()) : UNAVAILABLE;
      if (code == OK)
        return std::move(*reply);
      if (stopped())
        return tl::unexpected{not_wanted()};
      if (code != UNAVAILABLE || time.steady_ms() > deadline)
        return tl::unexpected<refusal>{
          {code, reply ? reply->text() : "The cluster does not answer."}};
      std::this_thread::sleep_for(std::chrono::milliseconds{pause_ms});
    }
  }

  caf::actor_system& system_;
  caf::actor client_;
  std::function<bool()> stop_;
};

/// The reads of the store of a cluster.
class leader_channel final : public read_channel {
public:
  explicit leader_channel(const question_desk& desk) : desk_{desk} {}

  tl::expected<StoreReply, refusal> ask(uint32_t partition, const StoreQuery& query) override {
    Request question;
    question.mutable_partition()->set_store(query.SerializeAsString());
    auto reply = desk_.ask_partition(partition, std::move(question));
    if (!reply)
      return tl::unexpected{reply.error()};
    StoreReply out;
    if (!out.ParseFromString(reply->store()))
      return tl::unexpected{unreadable()};
    return out;
  }

private:
  const question_desk& desk_;
};

class connected_access final : public cluster_access {
public:
  connected_access(std::unique_ptr<caf::actor_system_config> config,
                   std::unique_ptr<caf::actor_system> system, uint32_t partitions)
    : config_{std::move(config)},
      system_{std::move(system)},
      routes_{partitions} {}

  ~connected_access() override {
    store_.reset();
    if (client_) {
      caf::scoped_actor self{*system_};
      self->send_exit(client_, caf::exit_reason::user_shutdown);
      self->wait_for(client_);
      client_ = nullptr;
      desk_.reset();
    }
    connector_.reset();
    while (environment_ && environment_->running->load() > 0)
      std::this_thread::sleep_for(std::chrono::microseconds{100});
    if (environment_)
      environment_->owner = nullptr;
  }

  void connect(const connection& where, const cluster::connector_options& options) {
    started_ms_ = actors::system_clock().steady_ms();
    environment_ = std::make_shared<cluster::peer_environment>();
    environment_->routes = &routes_;
    environment_->replicas = std::make_shared<cluster::replica_table>();
    environment_->time = &actors::system_clock();
    peers_ = std::make_shared<cluster::peer_table>();
    cluster::wire_hello hello;
    hello.version = program_version();
    connector_
      = std::make_unique<cluster::connector>(*system_, environment_, peers_, hello, options);
    client_ = system_->spawn<cluster::client_actor>(
      routes_, peers_, [this](const std::vector<cluster::node_address>& nodes) {
        for (auto& node : nodes)
          connector_->add(node);
      });
    environment_->owner = client_;
    desk_ = std::make_unique<question_desk>(*system_, client_);
    channel_ = std::make_unique<leader_channel>(*desk_);
    store_ = std::make_unique<remote_store>(*channel_, routes_.partitions());
    for (auto& node : where.nodes)
      connector_->add({0, node.host, node.port});
    wait_for_nodes();
  }

  bool remote() const noexcept override { return true; }
  caf::actor_system& system() noexcept override { return *system_; }
  const actors::router& routes() const noexcept override { return routes_; }
  const storage::store& store() const noexcept override { return *store_; }

  std::optional<refusal> failure() const override {
    return desk_->stopped() ? std::optional{not_wanted()} : std::nullopt;
  }

  tl::expected<cluster::TailBatch, refusal> tail(const cluster::TailQuery& query) override {
    Request question;
    *question.mutable_admin()->mutable_tail() = query;
    return desk_->ask_any(std::move(question)).map([](Reply reply) {
      return std::move(*reply.mutable_admin()->mutable_tail());
    });
  }

  void stop_waiting_when(std::function<bool()> stop) override {
    desk_->stop_waiting_when(std::move(stop));
  }

  std::vector<uint32_t> connected() override { return desk_->connected(); }

  tl::expected<identity_key, refusal> key() override {
    Request question;
    question.set_map(true);
    auto reply = desk_->ask_any(std::move(question));
    if (!reply)
      return tl::unexpected{reply.error()};
    const auto& bytes = reply->map().identity_key();
    if (bytes.size() != identity_key_bytes)
      return tl::unexpected{unreadable()};
    std::array<unsigned char, identity_key_bytes> key{};
    std::ranges::copy(bytes, key.begin());
    return identity_key{key};
  }

  /// At rest when all partitions were, twice in a row and with nothing handled in between.
  bool settle(int64_t timeout_ms) override {
    const auto& time = actors::system_clock();
    Request question;
    question.set_activity(true);
    uint64_t handled_before = 0;
    bool idle_before = false;
    for (auto deadline = time.steady_ms() + timeout_ms;
         time.steady_ms() < deadline && !desk_->stopped();) {
      bool idle = true;
      uint64_t handled = 0;
      std::vector<bool> spoken_for(routes_.partitions());
      for (auto& reply : desk_->ask_all(question)) {
        idle = idle && reply.code() == 0 && reply.activity().idle();
        handled += reply.activity().handled();
        for (auto partition : reply.activity().partition())
          if (partition < spoken_for.size())
            spoken_for[partition] = true;
      }
      idle = idle && std::ranges::find(spoken_for, false) == spoken_for.end();
      if (idle && idle_before && handled == handled_before)
        return true;
      idle_before = idle;
      handled_before = handled;
      std::this_thread::sleep_for(std::chrono::milliseconds{idle ? 1 : 5});
    }
    return false;
  }

  void passivate_all() override {
    Request question;
    question.set_passivate(true);
    desk_->ask_all(question);
  }

  answer drop_dead_letter(const std::string& id) override {
    Request question;
    question.mutable_partition()->set_drop_dead_letter(id);
    auto address = id.substr(0, id.rfind('@'));
    auto reply = desk_->ask_partition(routes_.index_of(address), std::move(question));
    return reply ? answer{id, OK, {}, {}, 0, false}
                 : answer{id, reply.error().code, reply.error().text, {}, 0, false};
  }

  std::string summary() const override {
    char line[64];
    auto elapsed = actors::system_clock().steady_ms() - started_ms_;
    std::snprintf(line, sizeof line, "Elapsed                         %.2f s\n",
                  static_cast<double>(elapsed) / 1000.0);
    return line;
  }

  tl::expected<Reply, refusal> ask(const Request& question) override {
    return desk_->ask_any(question);
  }

  std::vector<Reply> ask_all(const Request& question) override { return desk_->ask_all(question); }

  tl::expected<Reply, refusal> ask_partition(uint32_t partition, const Request& question) override {
    return desk_->ask_partition(partition, question);
  }

private:
  /// A moment for the connections to all nodes, so that questions about all of them find them; one
  /// that is down is not waited for.
  void wait_for_nodes() {
    constexpr int64_t moment_ms = 500;
    const auto& time = actors::system_clock();
    Request question;
    question.set_map(true);
    for (auto deadline = time.steady_ms() + moment_ms; time.steady_ms() < deadline;) {
      caf::scoped_actor self{*system_};
      int known = 0;
      int connected = 0;
      self->request(client_, std::chrono::seconds{1}, cluster::ask_node{0, question})
        .receive([&](const Reply& x) { known = x.map().node_size(); }, [](const caf::error&) {});
      self->request(client_, std::chrono::seconds{1}, cluster::connected_query{})
        .receive(
          [&](const cluster::connected_nodes& x) { connected = static_cast<int>(x.nodes.size()); },
          [](const caf::error&) {});
      if (known > 0 && connected >= known)
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  actors::router routes_;
  std::shared_ptr<cluster::peer_environment> environment_;
  std::shared_ptr<cluster::peer_table> peers_;
  std::unique_ptr<cluster::connector> connector_;
  caf::actor client_;
  std::unique_ptr<question_desk> desk_;
  std::unique_ptr<leader_channel> channel_;
  std::unique_ptr<remote_store> store_;
  int64_t started_ms_ = 0;
};

/// The first words of the first node that answers; why none does, otherwise.
tl::expected<cluster::wire_welcome, refusal> meet(caf::actor_system& system,
                                                  const connection& where,
                                                  const cluster::connector_options& options) {
  std::string why;
  cluster::wire_hello hello;
  hello.version = program_version();
  for (auto& node : where.nodes) {
    auto gateway = cluster::reach(system, {0, node.host, node.port}, options);
    if (!gateway) {
      why += (why.empty() ? "" : "; ") + to_string(node) + ": " + gateway.error();
      continue;
    }
    caf::scoped_actor self{system};
    cluster::wire_welcome welcome;
    welcome.refused = "no answer";
    self->request(*gateway, std::chrono::seconds{3}, hello)
      .receive([&](const cluster::wire_welcome& x) { welcome = x; }, [](const caf::error&) {});
    if (welcome.refused.empty() && welcome.partitions > 0)
      return welcome;
    why += (why.empty() ? "" : "; ") + to_string(node) + ": " + welcome.refused;
  }
  return tl::unexpected<refusal>{{UNAVAILABLE, "No node answers. " + why + "."}};
}

} // namespace

tl::expected<std::unique_ptr<cluster_access>, refusal> connect_access(const connection& where,
                                                                      const configuration& config) {
  actors::register_message_types();
  cluster::register_cluster_types();
  auto caf_config
    = make_client_caf_config(config, where.tls.ca, where.tls.certificate, where.tls.key);
  auto system = std::make_unique<caf::actor_system>(*caf_config);
  cluster::connector_options options;
  options.tls = !where.tls.empty();
  auto met = meet(*system, where, options);
  if (!met)
    return tl::unexpected{met.error()};
  auto access
    = std::make_unique<connected_access>(std::move(caf_config), std::move(system), met->partitions);
  access->connect(where, options);
  return std::unique_ptr<cluster_access>{std::move(access)};
}

} // namespace touchline::nodes
