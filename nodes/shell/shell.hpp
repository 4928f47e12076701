// The shell: reads commands from a person, a script or the command line, and runs them against a
// cluster.
#pragma once

#include "nodes/commands.hpp"

#include <string>
#include <vector>

namespace touchline::shell {

/// What `touchline shell` was told besides where the cluster is.
struct shell_request {
  /// Run these and end; empty to read lines from standard input.
  std::vector<std::string> commands;
  /// Do what cannot be undone without asking.
  bool yes = false;
  /// Go on behind a command of a script that failed.
  bool keep_going = false;
  /// The account to log in with: its password is the first line of standard input, or asked for on
  /// the terminal. Empty for none.
  std::string user;
  /// The token of an account, instead; empty for none.
  std::string token;
};

/// Connects, and runs commands until there are no more. The exit status: 0 when all were done, 1
/// when one failed or no cluster was reached, 130 when Ctrl-C ended a script.
int run_shell(const nodes::common_options& common, const shell_request& request);

} // namespace touchline::shell
