// What a node counts, CAF's counters as well as ours, as names with numbers.
#pragma once

#include "nodes/cluster/cluster.pb.h"

#include <caf/fwd.hpp>

#include <string_view>

namespace touchline::cluster {

/// Metrics that one node gives at most.
inline constexpr int max_node_metrics = 8'192;

/// The metrics of an actor system whose name fits the pattern (see fits_pattern), called as
/// Prometheus calls them: PREFIX_NAME_UNIT, with _total for what only grows. A histogram becomes
/// its buckets (label `le`), its sum and its count.
Metrics collect_metrics(const caf::actor_system& system, std::string_view pattern, uint32_t node);

} // namespace touchline::cluster
