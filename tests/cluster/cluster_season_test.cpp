// A real season on three nodes, one of which is always being killed.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"

using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string season_file = project_file("data/2022-23/en.1.json");
constexpr int matches = 380;

std::string official_table() {
  work_folder folder;
  auto x = run(folder, {"season", "replay", season_file, "--data-dir", folder / "data"});
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  return x.out;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_official_table_each_result_once_and_nothing_acknowledged_missing) {
  auto expected = official_table();
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(1));
  work_folder folder;
  auto arguments = cluster.connected({program, "season", "replay", season_file, "--pace", "32"});
  process replay{folder, arguments};
  auto kills = kill_at_random(cluster, 20'221'122, [&] { return replay.is_running(); });
  auto played = replay.wait();
  BOOST_TEST(played.status == 0, played.err << last_words(cluster, cluster.nodes()));
  BOOST_TEST(played.out == expected);
  BOOST_TEST(kills >= 3);
  writer.stop();
  for (auto& why : writer.refusals())
    BOOST_TEST(false, "a command was not carried out: " << why);
  cluster.require_healthy();
  BOOST_TEST_MESSAGE(kills << " kills, " << writer.acknowledged().size()
                           << " acknowledged commands, the slowest after "
                           << writer.longest_answer().count() << " ms");
  writer.check_records();
  std::map<std::string, int> handled;
  for (auto& record : cluster.history("fixture-manager/english-premier-league/2022-23"))
    ++handled[record["message"].get<std::string>()];
  BOOST_TEST(handled["result.create"] == matches);
  BOOST_TEST(handled["info.fixturecompleted"] == matches);
  BOOST_TEST(handled["leaguetable.updateresults"] == matches);
  BOOST_TEST(handled["sponsor.distribute"] == 1);
  auto audit = cluster.ask_json({"audit"});
  BOOST_TEST(audit["adds_up"] == true);
  BOOST_TEST(audit["dead_letters"] == 0);
}
