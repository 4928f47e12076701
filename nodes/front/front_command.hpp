// The command that serves a league over HTTP: front.
#pragma once

#include <functional>

namespace CLI { // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace touchline::nodes {
struct arguments;
}

namespace touchline::front {

/// Adds it to the command line. Parsing it sets `chosen` to what it does, a function that returns
/// the exit status; `args` and `chosen` must outlive the parsing.
void add_front_command(CLI::App& app, nodes::arguments& args, std::function<int()>& chosen);

} // namespace touchline::front
