#include "nodes/cluster/run_node.hpp"

#include "nodes/cluster/cluster_node.hpp"
#include "nodes/commands.hpp"
#include "nodes/host_port.hpp"

#include <spdlog/spdlog.h>

#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

/// SIGINT and SIGTERM, as something to wait for. Blocked in all threads that begin later.
class end_signals {
public:
  end_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  }
  end_signals(const end_signals&) = delete;
  end_signals& operator=(const end_signals&) = delete;
  ~end_signals() { ::close(descriptor_); }

  /// True when one has come within `timeout_ms`.
  bool wait(int timeout_ms) const {
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, timeout_ms) > 0;
  }

private:
  int descriptor_ = -1;
};

} // namespace

int run_node(const cluster_node_options& options) {
  const end_signals signals;
  // A peer that has gone is no reason to end, nor is a file that may not grow: writing fails.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  cluster_node_setup setup{options.config, options.id, std::nullopt};
  if (options.join) {
    auto seed = parse_host_port(*options.join);
    if (!seed) {
      fail(seed.error());
      return exit_refused;
    }
    setup.join = cluster::node_address{0, seed->host, seed->port};
  }
  auto node = cluster_node::start(setup);
  if (!node) {
    fail(node.error().text);
    return node.error().code == CONFLICT ? exit_refused : 1;
  }
  constexpr int step_ms = 200;
  while (!signals.wait(step_ms))
    if (auto why = (*node)->failure()) {
      fail(why->text);
      return why->code == CONFLICT ? exit_refused : 1;
    }
  spdlog::info("hands over what it leads and ends");
  if (!(*node)->drain(options.config.cluster->drain_timeout_ms / 2))
    spdlog::warn("ends although it leads something that nobody else took over");
  return 0;
}

} // namespace touchline::nodes
