// Starts the nodes of a cluster on one machine as processes of their own, shows what they write,
// starts those again that die, and stops them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace touchline::nodes {

/// One process to start.
struct launched_node {
  /// What stands before its lines.
  std::string name;
  /// Path of the program, and its arguments.
  std::vector<std::string> command;
};

/// What to start, and for how long to wait for what.
struct launch_options {
  std::vector<launched_node> nodes;
  /// A process that died is started again after a delay that doubles from the first to the second
  /// value, and begins anew once the process has lived for the third.
  int64_t backoff_min_ms = 250;
  int64_t backoff_max_ms = 10'000;
  int64_t stable_ms = 30'000;
  /// A process that was asked to stop is killed after this time.
  int64_t drain_ms = 20'000;
  /// Where all lines go: a file descriptor.
  int out = 1;
  /// Whether names have colours.
  bool colours = false;
};

/// Runs until all processes have ended for good. One that ends with 0 has ended in order and is not
/// started again, nor is one that ends with `exit_refused`. SIGINT, SIGTERM and SIGHUP stop all:
/// each gets SIGTERM, and SIGKILL after the drain limit or a second signal. Every process is the
/// head of a process group of its own, reads nothing, and is killed by the system should this one
/// die.
///
/// Returns 0 when all ended in order, else 1. Single-threaded: needs a process without other
/// threads and children; blocks those signals and SIGCHLD, and ignores SIGPIPE.
int launch(const launch_options& options);

/// The path of the running program, so that what is started again after an upgrade is the new one.
std::string own_program();

} // namespace touchline::nodes
