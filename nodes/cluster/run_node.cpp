#include "nodes/cluster/run_node.hpp"

#include "nodes/commands.hpp"

namespace touchline::nodes {

int run_node(const cluster_node_options&) {
  fail("Nodes of a cluster do not run yet.");
  return exit_refused;
}

} // namespace touchline::nodes
