// One seed: a league is played on a cluster to which everything happens that may, then all is
// mended and everything must be right.
#pragma once

#include "nodes/simulation/league_workload.hpp"
#include "nodes/simulation/simulated_cluster.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace touchline::simulated {

/// What a run found.
struct run_outcome {
  /// What does not hold, one sentence each; empty when all is right.
  std::vector<std::string> problems;
  /// The same for two runs of the same seed.
  uint64_t trace = 0;
  /// How long it took in virtual time, and how much happened.
  int64_t simulated_ms = 0;
  uint64_t messages = 0;
  uint64_t crashes = 0;
};

/// How a cluster with this seed is set up: its bounds are drawn, small ones more often, so that
/// rare paths are taken.
cluster_options drawn_options(uint64_t seed, uint32_t nodes);

/// Plays the seed on 3 or 5 nodes.
run_outcome run_seed(uint64_t seed, uint32_t nodes);

/// Mends everything, waits until the league has been played and nothing is under way, and checks
/// all that must hold. Problems go to the cluster.
void mend_and_check(simulated_cluster& cluster, league_workload& played);

} // namespace touchline::simulated
