// The flows of the mission, read back from the stores: which messages were handled, and which of
// them caused which.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/test_node.hpp"

#include <algorithm>

using namespace touchline;
using namespace touchline::testing;

namespace {

/// One handled message, wherever it was handled.
struct handled_message {
  std::string name;
  std::string at;
  std::string id;
  std::string causation;
  std::string correlation;
};

std::vector<handled_message> all_handled(test_node& node) {
  std::vector<handled_message> result;
  auto addresses = node.runtime().store().addresses("", "", 1'000);
  for (auto& address : *addresses)
    for (auto& record : node.records(address)) {
      auto head = to_header(record.cause(), address);
      result.push_back({catalogue_data::find(record.cause().message())->name, address,
                        head.message_id(), head.causation, head.correlation});
    }
  return result;
}

/// Whether a chain of messages with the names of `steps`, each caused by the one before it, belongs
/// to the flow.
bool follows(const std::vector<handled_message>& all, const std::vector<std::string>& steps,
             size_t step, const std::string& cause) {
  if (step == steps.size())
    return true;
  return std::ranges::any_of(all, [&](const handled_message& x) {
    return x.name == steps[step] && (step == 0 || x.causation == cause)
           && follows(all, steps, step + 1, x.id);
  });
}

/// The messages of one flow, by its correlation id.
std::vector<handled_message> of_flow(const std::vector<handled_message>& all,
                                     const std::string& correlation) {
  std::vector<handled_message> result;
  std::ranges::copy_if(all, std::back_inserter(result),
                       [&](const handled_message& x) { return x.correlation == correlation; });
  return result;
}

const std::vector<std::string>& steps_of(const std::string& flow) {
  return std::ranges::find(catalogue_data::flows(), flow, &message_flow::name)->steps;
}

size_t count(const std::vector<handled_message>& all, const std::string& name) {
  return static_cast<size_t>(std::ranges::count(all, name, &handled_message::name));
}

} // namespace

BOOST_AUTO_TEST_CASE(the_flows_of_a_season_exchange_the_missions_messages_in_the_missions_order) {
  test_node node;
  auto season = open_season(node);
  SponsorUpdate sponsor;
  sponsor.set_league("en.1");
  sponsor.set_sponsor("paper");
  sponsor.set_name("Paper & Pulp");
  BOOST_TEST(node.ask("sponsor/update", sponsor).ok());
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("ash");
  update.set_name("Ash Athletic");
  // The team manager hears of the season from the fixture manager.
  BOOST_TEST(node.settle());
  BOOST_TEST(node.ask("update", update).ok());
  play(node, season);
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  auto last = "result/" + std::to_string(season.fixtures_size());
  std::map<std::string, std::string> flows{
    {"New Team Added", "create/elm"},        {"Team Updated", "update"},
    {"Fixture list generation", "generate"}, {"Result Added", "result/1"},
    {"New Sponsor Created", "sponsor"},      {"Sponsor updated", "sponsor/update"}};
  for (auto& [flow, correlation] : flows)
    BOOST_TEST(follows(of_flow(all, correlation), steps_of(flow), 0, ""), flow);
  // Whichever result was counted last completed the season.
  auto completed = std::ranges::find(all, "info.seasoncompleted", &handled_message::name);
  BOOST_TEST_REQUIRE((completed != all.end()));
  auto closing = of_flow(all, completed->correlation);
  BOOST_TEST(follows(closing, steps_of("Season completed"), 0, ""));
  BOOST_TEST(count(closing, "team.relegate") == 1u);
  // By the team and by the account of its owner.
  BOOST_TEST(count(closing, "info.teamrelegated") == 2u);
  BOOST_TEST(count(all, "info.seasoncompleted") == 1u);
  BOOST_TEST(node.read<LeagueTable>(table_get()).complete());
}

BOOST_AUTO_TEST_CASE(every_event_is_handled_once_by_each_of_its_receivers) {
  test_node node;
  auto season = open_season(node);
  play(node, season);
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  std::map<std::pair<std::string, std::string>, int> seen;
  for (auto& x : all)
    ++seen[{x.id, x.at}];
  for (auto& [what, times] : seen)
    BOOST_TEST(times == 1, what.first << " was handled " << times << " times by " << what.second);
  auto fixtures = static_cast<size_t>(season.fixtures_size());
  BOOST_TEST(count(all, "info.fixturecompleted") == 2 * fixtures);
  BOOST_TEST(count(all, "leaguetable.updateresults") == fixtures);
  BOOST_TEST(count(all, "leaguetable.updatestats") == fixtures);
}

BOOST_AUTO_TEST_CASE(a_new_name_reaches_the_league_table) {
  test_node node;
  open_season(node);
  BOOST_TEST(node.settle());
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("ash");
  update.set_name("Ash Athletic");
  BOOST_TEST(node.ask("update", update).ok());
  BOOST_TEST(node.settle());
  auto table = node.read<LeagueTable>(table_get());
  BOOST_TEST(std::ranges::any_of(table.rows(), [](auto& x) { return x.name() == "Ash Athletic"; }));
}

BOOST_AUTO_TEST_CASE(a_corrected_result_replaces_the_first_one_in_the_table) {
  test_node node;
  auto season = open_season(node);
  const auto& fixture = season.fixtures(0);
  BOOST_TEST(node.ask("1", result_create(fixture.home(), fixture.away(), 1, 0)).ok());
  auto second = node.ask("2", result_create(fixture.home(), fixture.away(), 0, 3));
  BOOST_TEST(second.code == CONFLICT);
  ResultCorrect correction;
  correction.set_league("en.1");
  correction.set_season("2022-23");
  correction.set_home(fixture.home());
  correction.set_away(fixture.away());
  correction.mutable_score()->set_home(0);
  correction.mutable_score()->set_away(3);
  BOOST_TEST(node.ask("3", correction).ok());
  BOOST_TEST(node.settle());
  auto table = node.read<LeagueTable>(table_get());
  BOOST_TEST(table.results() == 1u);
  BOOST_TEST(table.rows(0).team() == fixture.away());
  BOOST_TEST(table.rows(0).goals_for() == 3u);
  BOOST_TEST(table.rows(0).played() == 1u);
}

BOOST_AUTO_TEST_CASE(a_relegated_team_has_left_the_league) {
  test_node node;
  play(node, open_season(node));
  BOOST_TEST(node.settle());
  auto table = node.read<LeagueTable>(table_get());
  auto teams = node.read<Teams>(team_list());
  BOOST_TEST_REQUIRE(teams.former_size() == 1);
  BOOST_TEST(teams.teams_size() == 3);
  BOOST_TEST(teams.former(0).team() == table.rows(3).team());
  BOOST_TEST(node.read<TeamDetails>(team_get(teams.former(0).team())).relegated());
}
