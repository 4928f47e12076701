// Flows as people read them.
#pragma once

#include "nodes/stored_flows.hpp"

#include <array>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace touchline::nodes {

/// How many flows of one name are completed, running and overdue, and how many lost a step.
struct flow_count {
  /// In the order of flow_state.
  std::array<uint64_t, 3> by_state{};
  uint64_t lost = 0;
};

/// By name of the flow.
using flow_counts = std::map<std::string, flow_count>;

/// "2026-11-22 10:25:52.681", UTC; "-" for 0.
std::string time_text(int64_t ms);

/// The counts as a table, and a line for each of the flows, with what it waits for and lost below.
void print_flow_list(std::ostream& out, const flow_counts& counts,
                     const std::vector<const flow_summary*>& listed, int64_t now_ms);

/// A flow as a sequence, a line for each message: its number, that of the message that caused it,
/// when it was handled, on which node, what it was, and which entity handled it. The entity that
/// sent it is the one that handled its cause.
void print_flow_story(std::ostream& out, const flow_story& story, int64_t now_ms);

} // namespace touchline::nodes
