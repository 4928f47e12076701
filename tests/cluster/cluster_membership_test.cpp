// Nodes come, go, are emptied and replaced, while the league goes on.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"

#include <csignal>
#include <set>

using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr size_t some_commands = 20;

/// Replicas of partitions that a node has.
size_t replicas_on(const real_cluster& cluster, uint32_t node) {
  size_t out = 0;
  auto found = cluster.ask_json({"nodes"});
  for (auto& x : found["nodes"])
    if (x["node"] == node)
      out += x["replicas"].size();
  return out;
}

bool leads_nothing(const real_cluster& cluster, uint32_t node) {
  for (uint32_t partition = 0; partition < 4; ++partition)
    if (cluster.leader(partition) == node)
      return false;
  return true;
}

bool is_known(const real_cluster& cluster, uint32_t node) {
  auto known = cluster.ask_json({"nodes"})["known"];
  return std::ranges::find(known, json(node)) != known.end();
}

/// The command has to be sent again while another change of the map is under way.
void change(const real_cluster& cluster, const std::string& wish, uint32_t node) {
  finished x;
  BOOST_TEST(eventually([&] {
               x = cluster.ask({"nodes", wish, std::to_string(node)});
               return x.status == 0;
             }),
             x.err);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_node_that_was_alone_becomes_the_first_of_three_and_keeps_its_data) {
  real_cluster grown;
  // The number of partitions stays: the embedded node has that of the configuration as well.
  auto before = run(work_folder{}, {"season", "simulate", "--teams", "4", "--seed", "3", "--format",
                                    "json", "--config", grown.config_file(), "--data-dir",
                                    grown.data_directory(1).string()});
  BOOST_TEST_REQUIRE(before.status == 0, before.err);
  grown.start_all();
  // Everything is played already.
  auto after = grown.ask({"season", "simulate", "--teams", "4", "--seed", "3", "--format", "json"});
  BOOST_TEST(after.status == 0, after.err);
  BOOST_TEST(after.out == before.out);
  for (uint32_t node : {1U, 2U, 3U})
    BOOST_TEST(replicas_on(grown, node) == 4u);
  grown.kill(1);
  auto without = grown.ask({"audit", "--format", "json"});
  BOOST_TEST(without.status == 0, without.err);
}

BOOST_AUTO_TEST_CASE(a_fourth_node_joins_by_one_address_and_another_one_drains_and_leaves) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  cluster.resize(4);
  cluster.start(4, {"--join", cluster.address(2)});
  cluster.require_healthy({1, 2, 3, 4});
  BOOST_TEST(eventually([&] { return replicas_on(cluster, 4) > 0; }));
  change(cluster, "drain", 1);
  BOOST_TEST(eventually([&] { return replicas_on(cluster, 1) == 0; }),
             cluster.ask({"partitions"}).out << last_words(cluster, 4));
  change(cluster, "remove", 1);
  BOOST_TEST(eventually([&] { return !is_known(cluster, 1); }));
  // It says so and ends, and does not come back with what it had.
  auto refused = 2;
  BOOST_TEST(cluster.ended(1).value_or(-1) == refused, last_words(cluster, 4));
  BOOST_TEST(cluster.has_said(1, "Node 1 was removed from the cluster"));
  cluster.start(1);
  BOOST_TEST(cluster.ended(1).value_or(-1) == refused, last_words(cluster, 4));
  BOOST_TEST(!is_known(cluster, 1));
  cluster.require_healthy({2, 3, 4});
  writer.ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_node_that_lost_its_disk_comes_back_empty_under_the_same_id) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  for (uint32_t node : {3U, 1U}) {
    cluster.kill(node);
    cluster.wipe(node);
    BOOST_TEST(writer.gets(some_commands), last_words(cluster, 3));
    cluster.start(node);
    cluster.require_healthy();
  }
  writer.ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_dead_for_good_is_replaced_by_another) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  cluster.kill(2);
  cluster.resize(4);
  cluster.start(4, {"--join", cluster.address(3)});
  BOOST_TEST(eventually([&] { return is_known(cluster, 4); }), last_words(cluster, 4));
  change(cluster, "remove", 2);
  cluster.require_healthy({1, 3, 4});
  BOOST_TEST(replicas_on(cluster, 4) == 4u);
  BOOST_TEST(!is_known(cluster, 2));
  writer.ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_rolling_upgrade_by_drain_loses_no_request) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  auto versions = [&] {
    std::multiset<std::string> out;
    auto found = cluster.ask_json({"nodes"});
    for (auto& x : found["nodes"])
      out.insert(x["version"].get<std::string>());
    return out;
  };
  const std::string next = "99.0.0";
  BOOST_TEST(versions().count(next) == 0u);
  size_t upgraded = 0;
  for (uint32_t node : {3U, 1U, 2U}) {
    change(cluster, "drain", node);
    BOOST_TEST(eventually([&] { return leads_nothing(cluster, node); }), last_words(cluster, 3));
    BOOST_TEST(cluster.stop(node) == 0, last_words(cluster, 3));
    cluster.start(node, {}, std::string{TOUCHLINE_BINARY_DIR} + "/touchline_next");
    change(cluster, "undrain", node);
    cluster.require_healthy();
    BOOST_TEST(writer.gets(some_commands), last_words(cluster, 3));
    BOOST_TEST(versions().count(next) == ++upgraded);
  }
  writer.ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_rolling_restart_loses_no_request) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  for (uint32_t node : {1U, 2U, 3U}) {
    BOOST_TEST(cluster.stop(node) == 0, last_words(cluster, 3));
    BOOST_TEST(writer.gets(some_commands), last_words(cluster, 3));
    cluster.start(node);
    cluster.require_healthy();
  }
  writer.ends_sound(some_commands);
}
