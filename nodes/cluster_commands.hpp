// The commands that start a cluster and look after its configuration: node, cluster, config, certs.
#pragma once

#include <functional>

namespace CLI { // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace touchline::nodes {

/// Adds them to the command line. Parsing one of them sets `chosen` to what it does, a function
/// that returns the exit status; `chosen` must outlive the parsing.
void add_cluster_commands(CLI::App& app, std::function<int()>& chosen);

} // namespace touchline::nodes
