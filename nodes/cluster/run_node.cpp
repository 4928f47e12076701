#include "nodes/cluster/run_node.hpp"

#include "nodes/cluster/cluster_node.hpp"
#include "nodes/commands.hpp"
#include "nodes/end_signals.hpp"
#include "nodes/host_port.hpp"

#include <spdlog/spdlog.h>

#include <csignal>

namespace touchline::nodes {

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
  auto beside = options.beside ? options.beside((*node)->system()) : nullptr;
  constexpr int step_ms = 200;
  while (!signals.wait(step_ms))
    if (auto why = (*node)->failure()) {
      fail(why->text);
      return why->code == CONFLICT ? exit_refused : 1;
    }
  if (beside)
    beside->drain();
  spdlog::info("hands over what it leads and ends");
  if (!(*node)->drain(options.config.cluster->drain_timeout_ms / 2))
    spdlog::warn("ends although it leads something that nobody else took over");
  return 0;
}

} // namespace touchline::nodes
