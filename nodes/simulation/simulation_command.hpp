// touchline simulate-cluster.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace touchline::simulated {

/// Registers the command. When it is chosen, `chosen` runs it: it prints a line for each seed that
/// went wrong, with what to run to see it again, and returns 1 if there was one.
void add_simulate_cluster(CLI::App& app, std::function<int()>& chosen);

} // namespace touchline::simulated
