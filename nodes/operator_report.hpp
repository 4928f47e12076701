// What operators are shown of entities and supervisors, as JSON: the same in the shell and over
// HTTP.
#pragma once

#include "nodes/cluster_questions.hpp"

#include <nlohmann/json_fwd.hpp>

namespace touchline::nodes {

nlohmann::json to_json(const cluster::ActorRow& row);

/// `{"nodes":[{"node":…,"failures":…,"partitions":[…],"last_failures":[…]}],"unreached":[ids]}`.
nlohmann::json supervisors_json(const operator_answer<cluster::SupervisorTree>& tree);

/// `{"actors":[…],"next":…,"unreached":[ids],"missing_partitions":[numbers]}`; `next` is null on
/// the last page.
nlohmann::json actors_json(const operator_answer<cluster::ActorsPage>& page);

} // namespace touchline::nodes
