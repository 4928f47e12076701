#include "nodes/simulation/simulation_run.hpp"

#include "nodes/simulation/cluster_checks.hpp"
#include "nodes/simulation/misfortune.hpp"

#include <array>

namespace touchline::simulated {

namespace {

/// How long the league is played at most while things happen, and how long it may take afterwards.
constexpr int64_t stormy_us = 40 * second;
constexpr int64_t calm_us = 300 * second;

template <class T, size_t N>
T one_of(dice& chance, const std::array<T, N>& choices) {
  return choices[chance.below(N)];
}

bool comes_to_rest(simulated_cluster& cluster) {
  return cluster.run_until(
    [&cluster, asked_us = int64_t{0}]() mutable {
      // Asking takes longer than doing.
      if (cluster.now_us() - asked_us < 100 * millisecond)
        return false;
      asked_us = cluster.now_us();
      return cluster.is_quiet();
    },
    calm_us);
}

} // namespace

cluster_options drawn_options(uint64_t seed, uint32_t nodes) {
  dice chance{seed ^ 0x5eed};
  cluster_options x;
  x.seed = seed;
  x.nodes = nodes;
  x.balanced = chance.chance(700);
  auto& replica = x.replica;
  replica.pipeline = one_of<size_t>(chance, std::array<size_t, 3>{1, 2, 8});
  replica.max_log_entries = one_of<uint64_t>(chance, std::array<uint64_t, 3>{4, 16, 8'192});
  replica.trailing_entries = replica.max_log_entries / 4;
  replica.piece_bytes = one_of<size_t>(chance, std::array<size_t, 3>{200, 2'000, 1'000'000});
  replica.max_entry_bytes = one_of<size_t>(chance, std::array<size_t, 2>{300, 1'000'000});
  replica.core.max_message_bytes = one_of<size_t>(chance, std::array<size_t, 2>{500, 2'000'000});
  replica.core.max_cached_bytes = one_of<size_t>(chance, std::array<size_t, 2>{1'000, 16'000'000});
  replica.core.max_inflight_entries = one_of<uint32_t>(chance, std::array<uint32_t, 2>{4, 32});
  replica.apply_delay_ms = one_of<int64_t>(chance, std::array<int64_t, 2>{0, 500});
  auto& runtime = x.runtime;
  runtime.snapshot_every = one_of<uint32_t>(chance, std::array<uint32_t, 3>{2, 7, 256});
  runtime.idle_ms = one_of<int64_t>(chance, std::array<int64_t, 2>{300, 30'000});
  runtime.delivery_window = one_of<uint32_t>(chance, std::array<uint32_t, 2>{1, 256});
  x.journal_bytes = one_of<size_t>(chance, std::array<size_t, 3>{0, 4'000, 8'000'000});
  return x;
}

void mend_and_check(simulated_cluster& cluster, league_workload& played) {
  if (!cluster.run_until([&] { return played.done(); }, calm_us)) {
    cluster.report("The commands are not all acknowledged, long after everything was mended:"
                   + played.open_commands());
    return;
  }
  if (!comes_to_rest(cluster)) {
    cluster.report("The cluster does not come to rest, long after everything was mended.");
    return;
  }
  // Marks of outboxes are cleared at the next upkeep.
  cluster.run_for(second);
  played.read_table();
  cluster.run_until([&] { return played.table().has_value(); }, calm_us);
  if (!comes_to_rest(cluster))
    cluster.report("The cluster does not come to rest after a read.");
  check_cluster(cluster, played);
}

run_outcome run_seed(uint64_t seed, uint32_t nodes) {
  simulated_cluster cluster{drawn_options(seed, nodes)};
  workload_options work;
  work.pause_us = cluster.chance().chance(500) ? 0 : 500 * millisecond;
  league_workload played{cluster, work};
  misfortune hits{cluster};
  hits.begin();
  played.begin();
  cluster.run_until([&] { return played.done(); }, stormy_us);
  hits.end();
  mend_and_check(cluster, played);
  return {cluster.problems(), cluster.seen().value(), cluster.now_us() / millisecond,
          cluster.network().delivered(), hits.crashes()};
}

} // namespace touchline::simulated
