// One seed, one result: on one node, on three, and on five that are being killed.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/real_cluster.hpp"
#include "tests/nodes/pyramid_file.hpp"

using namespace touchline::testing;

namespace {

std::vector<std::string> simulation(std::vector<std::string> more) {
  std::vector<std::string> out{"season", "simulate", "--teams", "8",        "--seasons",
                               "2",      "--seed",   "7",       "--format", "json"};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

/// What one embedded node makes of it.
const std::string& expected() {
  static const std::string out = [] {
    work_folder folder;
    return run(folder, simulation({"--data-dir", folder / "data"})).out;
  }();
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(three_nodes_play_what_one_plays_byte_for_byte) {
  BOOST_TEST_REQUIRE(!expected().empty());
  real_cluster cluster;
  cluster.start_all();
  auto played = cluster.ask(simulation({}));
  BOOST_TEST(played.status == 0, played.err << last_words(cluster, cluster.nodes()));
  BOOST_TEST(played.out == expected());
}

BOOST_AUTO_TEST_CASE(five_nodes_that_are_killed_play_what_one_plays_byte_for_byte) {
  constexpr uint32_t nodes = 5;
  real_cluster cluster{{.nodes = nodes, .replicas = 3, .partitions = 4}};
  cluster.start_all();
  work_folder folder;
  auto arguments = cluster.connected(simulation({"--pace", "12"}));
  arguments.insert(arguments.begin(), program);
  process simulate{folder, arguments};
  auto kills = kill_at_random(cluster, 7, [&] { return simulate.is_running(); });
  auto played = simulate.wait();
  BOOST_TEST(played.status == 0, played.err << last_words(cluster, cluster.nodes()));
  BOOST_TEST(played.out == expected());
  BOOST_TEST(kills >= 3);
  cluster.require_healthy();
  auto audit = cluster.ask_json({"audit"});
  BOOST_TEST(audit["adds_up"] == true);
  BOOST_TEST(audit["dead_letters"] == 0);
}

BOOST_AUTO_TEST_CASE(a_pyramid_on_three_nodes_that_are_killed_is_what_one_plays_byte_for_byte) {
  work_folder folder;
  write_file(folder / "pyramid.conf", small_pyramid);
  const std::vector<std::string> simulation{
    "season", "simulate", "--pyramid", folder / "pyramid.conf", "--seasons", "2", "--seed",
    "7",      "--format", "json"};
  auto embedded = simulation;
  embedded.insert(embedded.end(), {"--data-dir", folder / "data"});
  auto alone = run(folder, embedded);
  BOOST_TEST_REQUIRE(alone.status == 0, alone.err);
  real_cluster cluster;
  cluster.start_all();
  auto arguments = cluster.connected(simulation);
  arguments.insert(arguments.begin(), program);
  arguments.insert(arguments.end(), {"--pace", "30"});
  process simulate{folder, arguments};
  auto kills = kill_at_random(cluster, 11, [&] { return simulate.is_running(); });
  auto played = simulate.wait();
  BOOST_TEST(played.status == 0, played.err << last_words(cluster, cluster.nodes()));
  BOOST_TEST(played.out == alone.out);
  BOOST_TEST(kills >= 2);
  cluster.require_healthy();
  auto audit = cluster.ask_json({"audit"});
  BOOST_TEST(audit["adds_up"] == true);
  BOOST_TEST(audit["dead_letters"] == 0);
}
