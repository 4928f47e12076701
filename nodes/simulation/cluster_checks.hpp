// What must hold when a simulated cluster has come to rest, whatever happened before.
#pragma once

#include "nodes/simulation/league_workload.hpp"
#include "nodes/simulation/simulated_cluster.hpp"

namespace touchline::simulated {

/// Reports to the cluster, a sentence each, what does not hold: logs agree where committed, content
/// is the same on every node, each acknowledged command has exactly one record and no other has
/// more, each message between entities was handled once, nothing is set aside or on its way, teams
/// and money add up, the table is the one that the results give.
void check_cluster(simulated_cluster& cluster, const league_workload& played);

} // namespace touchline::simulated
