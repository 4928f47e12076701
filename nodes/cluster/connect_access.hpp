// The way to a cluster of other processes.
#pragma once

#include "nodes/configuration.hpp"
#include "nodes/connection.hpp"
#include "nodes/league_access.hpp"

namespace touchline::nodes {

/// Connects to a cluster through any of the nodes of `where`. One sentence why not: none answers,
/// a certificate does not fit, another version.
tl::expected<std::unique_ptr<league_access>, refusal> connect_access(const connection& where,
                                                                     const configuration& config);

} // namespace touchline::nodes
