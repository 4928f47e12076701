// Whole clusters on a simulated network, simulated disks and a virtual clock: by seed, where
// everything is drawn, and as scenarios. `touchline simulate-cluster` runs more seeds.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/simulation/simulation_run.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace {

using namespace touchline;
using namespace touchline::simulated;

/// Three nodes, and clients that play a league on them.
struct played_cluster {
  explicit played_cluster(const cluster_options& options = {})
    : cluster{options},
      league{cluster, unhurried()} {
    spdlog::set_level(spdlog::level::off);
    BOOST_TEST_REQUIRE(cluster.run_until([this] { return leader() != 0; }, 10 * second));
    league.begin();
  }

  /// Clients that are at work while things happen.
  static workload_options unhurried() {
    workload_options result;
    result.window = 3;
    result.pause_us = second;
    return result;
  }

  uint32_t leader(uint32_t partition = 0) const { return cluster.leader_of(partition); }

  void play_until_done() {
    BOOST_TEST(cluster.run_until([this] { return league.done(); }, 300 * second));
  }

  size_t acknowledged() const {
    return static_cast<size_t>(std::ranges::count_if(
      league.commands(), [](auto& x) { return x.second.acknowledged.has_value(); }));
  }

  /// Whatever happened: in the end all is well.
  void finish() {
    cluster.network().mend_all();
    cluster.network().set_quality({});
    for (uint32_t i = 1; i <= cluster.nodes(); ++i)
      if (!cluster.is_up(i))
        cluster.start(i);
    mend_and_check(cluster, league);
    for (auto& problem : cluster.problems())
      BOOST_ERROR(problem);
  }

  simulated_cluster cluster;
  league_workload league;
};

/// Short logs and small pieces: who was away gets the content.
cluster_options with_short_logs() {
  cluster_options result;
  result.replica.max_log_entries = 4;
  result.replica.trailing_entries = 1;
  result.replica.piece_bytes = 200;
  return result;
}

void run_seeds(uint64_t first, uint64_t last, uint32_t nodes) {
  spdlog::set_level(spdlog::level::off);
  for (auto seed = first; seed <= last; ++seed)
    for (auto& problem : run_seed(seed, nodes).problems)
      BOOST_ERROR("touchline simulate-cluster --nodes " << nodes << " --seeds 1 --first-seed "
                                                        << seed << ": " << problem);
}

} // namespace

// -- seeds, in tests of their own -----------------------------------------------------------------

BOOST_AUTO_TEST_SUITE(seeds, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(three_nodes_1) {
  run_seeds(1, 60, 3);
}

BOOST_AUTO_TEST_CASE(three_nodes_2) {
  run_seeds(61, 120, 3);
}

BOOST_AUTO_TEST_CASE(three_nodes_3) {
  run_seeds(121, 180, 3);
}

BOOST_AUTO_TEST_CASE(five_nodes) {
  run_seeds(1, 40, 5);
}

BOOST_AUTO_TEST_SUITE_END()

// -- scenarios ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run) {
  spdlog::set_level(spdlog::level::off);
  auto first = run_seed(42, 3);
  auto again = run_seed(42, 3);
  BOOST_TEST(first.trace == again.trace);
  BOOST_TEST(first.messages == again.messages);
  BOOST_TEST(first.trace != run_seed(43, 3).trace);
}

BOOST_AUTO_TEST_CASE(a_league_is_played_when_nothing_happens) {
  played_cluster x;
  x.play_until_done();
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_leader_that_ends_between_commit_and_answer_takes_no_command_along) {
  played_cluster x;
  for (int round = 0; round < 6; ++round) {
    auto leader = x.leader(static_cast<uint32_t>(round) % x.cluster.partitions());
    x.cluster.network().cut(leader, outside);
    x.cluster.run_for(400 * millisecond);
    x.cluster.crash(leader, 1'000);
    x.cluster.network().mend_all();
    x.cluster.run_for(2 * second);
    x.cluster.start(leader);
    x.cluster.run_for(second);
  }
  x.finish();
}

BOOST_AUTO_TEST_CASE(an_old_leader_that_was_cut_off_drops_what_it_could_not_commit) {
  played_cluster x;
  for (uint32_t round = 0; round < 4; ++round) {
    // Clients still reach it, and leave commands there.
    x.cluster.isolate({x.leader(round % x.cluster.partitions())});
    x.cluster.run_for(3 * second);
    x.cluster.network().mend_all();
    x.cluster.run_for(second);
  }
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_majority_that_is_not_there_acknowledges_nothing) {
  played_cluster x;
  x.cluster.run_for(300 * millisecond);
  x.cluster.crash(1);
  x.cluster.crash(2);
  x.cluster.run_for(second);
  auto before = x.acknowledged();
  x.cluster.run_for(10 * second);
  BOOST_TEST(x.acknowledged() == before);
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_follower_that_was_away_until_the_log_was_cut_gets_the_content) {
  played_cluster x{with_short_logs()};
  x.cluster.crash(3);
  x.play_until_done();
  // Nothing that it lacks is in the logs of the others any more.
  auto first = x.cluster.node(1).disk().log_bounds(cluster::group_of(0)).value();
  auto last = x.cluster.node(3).disk().log_bounds(cluster::group_of(0)).value();
  BOOST_TEST_REQUIRE((first && last));
  BOOST_TEST(first->first > last->last + 1);
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_follower_that_hears_nothing_costs_the_leader_a_bounded_log) {
  auto options = with_short_logs();
  options.replica.max_kept_entries = 6;
  played_cluster x{options};
  auto leader = x.leader();
  // It stays connected: what it says arrives.
  x.cluster.network().cut(leader, leader % 3 + 1);
  auto most = uint64_t{0};
  auto last = uint64_t{0};
  BOOST_TEST(x.cluster.run_until(
    [&] {
      auto log = x.cluster.node(leader).disk().log_bounds(cluster::group_of(0)).value();
      most = std::max(most, log ? log->last - log->first + 1 : 0);
      last = std::max(last, log ? log->last : 0);
      return x.league.done();
    },
    300 * second));
  BOOST_TEST(last > 20u);
  BOOST_TEST(most <= 16u);
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_crash_in_the_middle_of_unpacking_content_does_no_harm) {
  played_cluster x{with_short_logs()};
  x.cluster.crash(3);
  x.play_until_done();
  auto unpacks = [&x] {
    for (uint32_t i = 0; i < x.cluster.partitions(); ++i)
      if (x.cluster.node(3)
            .disk()
            .read_replica(cluster::group_of(i), cluster::install_field)
            .value())
        return true;
    return false;
  };
  int interrupted = 0;
  for (int round = 0; round < 8; ++round) {
    x.cluster.start(3);
    interrupted += x.cluster.run_until(unpacks, 20 * second) ? 1 : 0;
    x.cluster.run_for(x.cluster.chance().between(0, 20 * millisecond));
    x.cluster.crash(3);
  }
  BOOST_TEST(interrupted > 0);
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_full_disk_that_gets_room_again_takes_part_again) {
  played_cluster x;
  for (uint32_t round = 0; round < 3; ++round) {
    auto node = x.leader(round);
    x.cluster.node(node).disk().set_disk_full(true);
    x.cluster.run_for(3 * second);
    x.cluster.node(node).disk().set_disk_full(false);
    x.cluster.run_for(2 * second);
  }
  x.finish();
}

BOOST_AUTO_TEST_CASE(full_disks_everywhere_acknowledge_nothing_until_there_is_room) {
  played_cluster x;
  x.cluster.run_for(300 * millisecond);
  for (uint32_t i = 1; i <= x.cluster.nodes(); ++i)
    x.cluster.node(i).disk().set_disk_full(true);
  x.cluster.run_for(second);
  auto before = x.acknowledged();
  x.cluster.run_for(10 * second);
  BOOST_TEST(x.acknowledged() == before);
  for (uint32_t i = 1; i <= x.cluster.nodes(); ++i)
    x.cluster.node(i).disk().set_disk_full(false);
  x.finish();
}

BOOST_AUTO_TEST_CASE(clocks_that_jump_change_nothing_that_was_decided) {
  played_cluster x;
  for (int round = 0; round < 60; ++round) {
    auto& chance = x.cluster.chance();
    auto& clock = x.cluster.node(static_cast<uint32_t>(chance.between(1, 3))).clock();
    clock.jump(chance.between(-86'400'000, 86'400'000));
    clock.leap(chance.between(0, 3'000));
    x.cluster.run_for(150 * millisecond);
  }
  x.finish();
}

BOOST_AUTO_TEST_CASE(an_entity_that_left_memory_comes_back_with_all_its_records) {
  cluster_options options;
  options.runtime.idle_ms = 20;
  options.runtime.tick_ms = 10;
  options.runtime.snapshot_every = 2;
  played_cluster x{options};
  // What is committed, by two quick disks, is applied much later on a slow one.
  x.cluster.node(x.leader(0)).set_disk_speed({300 * millisecond, second});
  x.cluster.node(x.leader(1)).set_disk_speed({300 * millisecond, second});
  x.play_until_done();
  x.finish();
}

BOOST_AUTO_TEST_CASE(a_partition_that_begins_anew_on_its_leader_loses_nothing) {
  played_cluster x;
  for (uint32_t round = 0; round < 12; ++round) {
    auto partition = round % x.cluster.partitions();
    if (auto leader = x.leader(partition); leader != 0 && x.cluster.is_up(leader))
      x.cluster.node(leader).runtime().fail_partition(partition);
    x.cluster.run_for(500 * millisecond);
  }
  x.finish();
}
