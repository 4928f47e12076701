// Flows counted, chosen, and as JSON.
#pragma once

#include "nodes/flow_text.hpp"
#include "nodes/stored_flows.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace touchline::nodes {

using flows_by_id = std::map<std::string, flow_summary>;

/// By name, those of the mission always; the flows of the mission are counted as a part of another
/// flow as well.
flow_counts count_flows(const flows_by_id& flows, int64_t now_ms);

/// At most `limit` flows in a state, the newest first; "lost" are those that lost a step. With an
/// empty state those that are not completed, and those that lost a step.
std::vector<const flow_summary*> choose_flows(const flows_by_id& flows, const std::string& state,
                                              size_t limit, int64_t now_ms);

/// `{"counts":{…},"flows":[…]}`.
nlohmann::json flows_json(const flow_counts& counts, const std::vector<const flow_summary*>& listed,
                          int64_t now_ms);

/// One flow with its "steps", counted from 1; the one that nothing in the flow caused has no
/// "caused_by".
nlohmann::json flow_json(const flow_story& story, int64_t now_ms);

} // namespace touchline::nodes
