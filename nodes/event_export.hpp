// Events of old seasons, in a file: for questions that nobody had when they were played.
#pragma once

#include "nodes/commands.hpp"

#include <string>
#include <vector>

namespace touchline::nodes {

/// What of the events is exported, and how.
struct export_request {
  /// Where to; "-" for standard output.
  std::string file;
  /// Replace a file that is there.
  bool force = false;
  /// As in the filters of live events; empty for all.
  std::string league;
  std::string team;
  std::vector<std::string> messages;
  /// "jsonl" or "csv".
  std::string format = "jsonl";
};

/// Writes the events that were committed, in the order in which they were handled, as live events
/// have them. The file is there as a whole or not at all. Fails for a league, a team or a message
/// that is not there.
int export_events(const common_options& options, const export_request& what);

} // namespace touchline::nodes
