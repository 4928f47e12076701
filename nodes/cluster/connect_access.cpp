#include "nodes/cluster/connect_access.hpp"

namespace touchline::nodes {

tl::expected<std::unique_ptr<league_access>, refusal> connect_access(const connection& where,
                                                                     const configuration&) {
  return tl::unexpected{refusal{UNAVAILABLE, "No node answers at " + to_string(where.nodes.front())
                                               + ": this version cannot connect to a cluster."}};
}

} // namespace touchline::nodes
