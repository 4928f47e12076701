// Nodes that stop without ending: their connections stay, and nothing comes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"

using namespace touchline::testing;

namespace {

constexpr size_t some_commands = 20;

} // namespace

BOOST_AUTO_TEST_CASE(a_leader_that_hangs_is_replaced_and_follows_when_it_goes_on) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  for (int round = 0; round < 3; ++round) {
    auto victim = cluster.leader(0);
    BOOST_TEST_REQUIRE(victim != 0u);
    cluster.pause(victim);
    auto others_lead = eventually([&] {
      auto partitions = cluster.ask_json({"partitions"});
      return partitions.size() == 4 && std::ranges::all_of(partitions, [&](auto& x) {
               return x["leader"].is_number() && x["leader"] != victim;
             });
    });
    BOOST_TEST(others_lead, last_words(cluster, cluster.nodes()));
    BOOST_TEST(writer.gets(some_commands), last_words(cluster, cluster.nodes()));
    cluster.resume(victim);
    cluster.require_healthy();
    BOOST_TEST(writer.gets(some_commands));
  }
  writer.stop();
  for (auto& why : writer.refusals())
    BOOST_TEST(false, "a command was not carried out: " << why);
  BOOST_TEST_MESSAGE("the slowest answer came after " << writer.longest_answer().count() << " ms");
  writer.check_records();
}

BOOST_AUTO_TEST_CASE(a_majority_that_hangs_leaves_a_clear_error_and_nothing_is_lost) {
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  cluster.pause(2);
  cluster.pause(3);
  auto alone = cluster.ask_at(1, {"nodes", "--format", "json"});
  BOOST_TEST(alone.status == 0, alone.err);
  cluster.resume(2);
  cluster.resume(3);
  cluster.require_healthy();
  BOOST_TEST(writer.gets(some_commands));
  writer.stop();
  for (auto& why : writer.refusals())
    BOOST_TEST(false, "a command was not carried out: " << why);
  writer.check_records();
}
