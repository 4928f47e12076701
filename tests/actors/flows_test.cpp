// The flows of the mission, read back from the stores: which messages were handled, and which of
// them caused which.
#define BOOST_TEST_DYN_LINK
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/actors/played_pyramid.hpp"
#include "tests/actors/transfer_league.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

using namespace touchline;
using namespace touchline::testing;

namespace {

// -- the mission ----------------------------------------------------------------------------------

using names = std::vector<std::string>;

names split(const std::string& text, char at) {
  names result;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, at);)
    result.push_back(part);
  return result;
}

/// Rows of a table of the mission, without its headings.
std::vector<names> mission_table(const std::string& name) {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + "/tests/data/mission/" + name};
  std::vector<names> rows;
  std::string line;
  for (std::getline(in, line); std::getline(in, line);)
    rows.push_back(split(line, '\t'));
  return rows;
}

/// A flow as the mission's table has it.
struct mission_flow {
  std::string name;
  names steps;

  friend std::ostream& operator<<(std::ostream& out, const mission_flow& x) {
    return out << x.name;
  }
};

std::vector<mission_flow> mission_flows() {
  std::vector<mission_flow> result;
  for (auto& row : mission_table("flows.tsv"))
    result.push_back({row[0], split(row[1], ' ')});
  return result;
}

names steps_of(const std::string& flow) {
  auto all = mission_flows();
  return std::ranges::find(all, flow, &mission_flow::name)->steps;
}

std::set<std::string> mission_messages() {
  std::set<std::string> result;
  for (auto& row : mission_table("messages.tsv"))
    result.insert(row[0]);
  return result;
}

// -- what was exchanged ---------------------------------------------------------------------------

/// One handled message, wherever it was handled.
struct handled_message {
  std::string name;
  std::string at;
  header head;
  uint64_t position = 0;
  int64_t handled_ms = 0;
  std::string node;

  std::string id() const { return head.message_id(); }
};

std::vector<handled_message> all_handled(test_node& node) {
  std::vector<handled_message> result;
  auto addresses = node.runtime().store().addresses("", "", 1'000);
  for (auto& address : *addresses)
    for (auto& record : node.records(address))
      result.push_back({catalogue_data::find(record.cause().message())->name, address,
                        to_header(record.cause(), address), record.position(), record.handled_ms(),
                        record.node()});
  return result;
}

/// The messages of one flow, by its correlation id.
std::vector<handled_message> of_flow(const std::vector<handled_message>& all,
                                     const std::string& correlation) {
  std::vector<handled_message> result;
  std::ranges::copy_if(all, std::back_inserter(result),
                       [&](const handled_message& x) { return x.head.correlation == correlation; });
  return result;
}

/// What a message caused, in the order in which it was sent.
std::vector<const handled_message*> caused_by(const std::vector<handled_message>& in,
                                              const std::string& id) {
  std::vector<const handled_message*> result;
  for (auto& x : in)
    if (x.head.causation == id)
      result.push_back(&x);
  std::ranges::sort(result, {}, [](const handled_message* x) {
    return std::pair{x->head.from, x->head.sequence};
  });
  return result;
}

/// The messages of the mission that a flow exchanged, each name once, causes before effects.
names exchanged(const std::vector<handled_message>& in) {
  static const auto known = mission_messages();
  names result;
  std::deque<std::string> causes{""};
  for (; !causes.empty(); causes.pop_front())
    for (const auto* x : caused_by(in, causes.front())) {
      if (known.contains(x->name) && std::ranges::find(result, x->name) == result.end())
        result.push_back(x->name);
      causes.push_back(x->id());
    }
  return result;
}

/// Whether each of the steps from the given one on was caused by the one before, directly or
/// through messages that the mission does not name, and handled after it.
bool follows(const std::vector<handled_message>& in, const names& steps, size_t step,
             const handled_message& cause) {
  static const auto known = mission_messages();
  if (step == steps.size())
    return true;
  return std::ranges::any_of(caused_by(in, cause.id()), [&](const handled_message* x) {
    if (x->handled_ms < cause.handled_ms)
      return false;
    if (x->name == steps[step])
      return follows(in, steps, step + 1, *x);
    return !known.contains(x->name) && follows(in, steps, step, *x);
  });
}

/// Whether the steps are a chain of the flow, wherever it begins in it.
bool has_chain(const std::vector<handled_message>& in, const names& steps) {
  return std::ranges::any_of(in, [&](const handled_message& x) {
    return x.name == steps.front() && follows(in, steps, 1, x);
  });
}

size_t count(const std::vector<handled_message>& all, const std::string& name) {
  return static_cast<size_t>(std::ranges::count(all, name, &handled_message::name));
}

/// Every record says which flow it belongs to, what of the same flow caused it, when the flow began
/// and when it must have ended, and where it was handled.
void check_headers(const std::vector<handled_message>& all) {
  BOOST_TEST(!all.empty());
  std::map<std::string, const handled_message*> by_id;
  for (auto& x : all)
    by_id.emplace(x.id(), &x);
  for (auto& x : all)
    BOOST_TEST_CONTEXT(x.name << " at " << x.at << ", " << x.position) {
      auto first = by_id.find(x.head.correlation);
      BOOST_TEST_REQUIRE((first != by_id.end()), "no command has the id " << x.head.correlation);
      BOOST_TEST(first->second->head.causation == "");
      BOOST_TEST(x.head.deadline_ms == first->second->head.deadline_ms);
      BOOST_TEST(x.head.time_ms == first->second->head.time_ms);
      BOOST_TEST(x.handled_ms >= x.head.time_ms);
      BOOST_TEST(x.node == "node-1");
      if (x.head.causation.empty()) {
        BOOST_TEST(x.id() == x.head.correlation);
        continue;
      }
      auto cause = by_id.find(x.head.causation);
      BOOST_TEST_REQUIRE((cause != by_id.end()), "nothing has the id " << x.head.causation);
      BOOST_TEST(cause->second->head.correlation == x.head.correlation);
    }
}

// -- the mission's flows on a real node -----------------------------------------------------------

/// What a flow of the mission did here: its id, and the other flows of the mission that it went
/// through, in the order of their messages.
struct played_flow {
  std::string id;
  names parts;
};

TeamUpdate rename_ash() {
  TeamUpdate x;
  x.set_league("en.1");
  x.set_team("ash");
  x.set_name("Ash Athletic");
  return x;
}

SponsorUpdate rename_sponsor() {
  SponsorUpdate x;
  x.set_league("en.1");
  x.set_sponsor("paper");
  x.set_name("Paper & Pulp");
  return x;
}

/// Whichever result was counted last completed the season.
played_flow play_season(test_node& node, const FixtureList& season) {
  play(node, season);
  node.settle();
  auto all = all_handled(node);
  auto completed = std::ranges::find(all, "info.seasoncompleted", &handled_message::name);
  BOOST_TEST_REQUIRE((completed != all.end()));
  return {completed->head.correlation, {"Result Added", "Season completed"}};
}

/// Plays the flow in a league of four teams whose season has begun.
played_flow play_flow(test_node& node, const std::string& name) {
  using scenario = std::function<played_flow(const FixtureList&)>;
  auto ask = [&node](const std::string& id, auto message) {
    auto x = node.ask(id, std::move(message));
    BOOST_TEST(x.text == "");
    return played_flow{id, {}};
  };
  const std::map<std::string, scenario> scenarios{
    {"New Team Added",
     [](auto&) {
       return played_flow{"create/elm", {}};
     }},
    {"Team Updated", [&](auto&) { return ask("update", rename_ash()); }},
    {"Fixture list generation",
     [](auto&) {
       return played_flow{"generate", {}};
     }},
    {"Season completed", [&](auto& season) { return play_season(node, season); }},
    {"Result Added", [&](auto& season) { return ask("result", result_of(season.fixtures(0))); }},
    {"New Sponsor Created",
     [](auto&) {
       return played_flow{"sponsor", {}};
     }},
    {"Player transferred in",
     [&](auto&) {
       auto message = buy_from_outside();
       message.set_team("oak");
       return ask("in", message);
     }},
    {"Player transferred out",
     [&](auto&) {
       auto message = sell("");
       message.set_team("oak");
       return ask("out", message);
     }},
    {"Sponsor updated", [&](auto&) { return ask("sponsor/update", rename_sponsor()); }}};
  BOOST_TEST_REQUIRE(scenarios.contains(name), "nobody plays the flow " << name);
  auto season = open_season(node);
  ask("rules", rules_of(0));
  ask("oak", team_with_players("oak", {"olga"}));
  // The team manager hears of the season, and the transfer manager of the windows.
  BOOST_TEST(node.settle());
  auto result = scenarios.at(name)(season);
  BOOST_TEST(node.settle());
  return result;
}

} // namespace

BOOST_DATA_TEST_CASE(a_flow_exchanges_the_missions_messages_in_the_missions_order,
                     mission_flows()) {
  test_node node;
  auto played = play_flow(node, sample.name);
  auto all = all_handled(node);
  auto flow = of_flow(all, played.id);
  BOOST_TEST(has_chain(flow, sample.steps));
  names expected = played.parts.empty() ? sample.steps : names{};
  for (auto& part : played.parts)
    for (auto& step : steps_of(part))
      if (std::ranges::find(expected, step) == expected.end())
        expected.push_back(step);
  BOOST_TEST(exchanged(flow) == expected, boost::test_tools::per_element());
  check_headers(all);
}

BOOST_AUTO_TEST_CASE(a_move_between_two_teams_goes_through_both_transfer_flows) {
  test_node node;
  found(node);
  BOOST_TEST(node.ask("move", buy("elm", "ash", "ann")).text == "");
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  auto flow = of_flow(all, "move");
  BOOST_TEST(has_chain(flow, steps_of("Player transferred in")));
  BOOST_TEST(exchanged(flow)
               == (names{"transfer.in", "info.playertransferredout", "info.playertransferredin"}),
             boost::test_tools::per_element());
  for (auto* step : {"transfer.reserve", "transfer.release", "transfer.sign"})
    BOOST_TEST(count(flow, step) == 1u);
  BOOST_TEST(count(flow, "transfer.pay") == 2u);
  BOOST_TEST(count(flow, "transfer.confirm") == 5u);
  check_headers(all);
}

BOOST_AUTO_TEST_CASE(the_season_is_completed_once_and_the_last_team_relegated) {
  test_node node;
  auto played = play_season(node, open_season(node));
  auto all = all_handled(node);
  auto closing = of_flow(all, played.id);
  BOOST_TEST(count(closing, "team.relegate") == 1u);
  // By the team and by the account of its owner.
  BOOST_TEST(count(closing, "info.teamrelegated") == 2u);
  BOOST_TEST(count(all, "info.seasoncompleted") == 1u);
  BOOST_TEST(node.read<LeagueTable>(table_get()).complete());
}

BOOST_AUTO_TEST_CASE(the_season_of_a_pyramid_ends_in_the_fixture_lists_of_the_next_one) {
  test_node node;
  found_pyramid(node);
  play_pyramid_season(node, "2022-23");
  auto all = all_handled(node);
  check_headers(all);
  BOOST_TEST(count(all, "info.seasoncompleted") == 3u);
  BOOST_TEST(has_chain(of_flow(all, "pyramid"), steps_of("Fixture list generation")));
  auto second = std::ranges::find_if(all, [](const handled_message& x) {
    return x.name == "fixturelist.generate" && x.at.ends_with("/2023-24");
  });
  BOOST_TEST_REQUIRE((second != all.end()));
  // The last result of all leagues: it completed its season, and with it the pyramid's.
  auto last = of_flow(all, second->head.correlation);
  for (auto* flow : {"Result Added", "Season completed", "Fixture list generation"})
    BOOST_TEST(has_chain(last, steps_of(flow)), flow);
  BOOST_TEST(count(last, "fixturelist.generate") == 3u);
  BOOST_TEST(count(last, "team.relegate") == 3u);
  BOOST_TEST(count(last, "team.promote") == 3u);
}

BOOST_AUTO_TEST_CASE(what_follows_from_a_deadline_belongs_to_the_flow_whose_deadline_it_was) {
  stumbling_block block;
  leaping_clock time;
  test_node node{patient_options(), block.seam(), time};
  found(node);
  block.put(number_of<TransferSign>);
  send_until_stumbling(node, "move", buy("elm", "ash", "ann"), block);
  time.leap();
  node.client().finish();
  block.remove();
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  check_headers(all);
  auto flow = of_flow(all, "move");
  // Both sides undo what they did, and say so.
  BOOST_TEST(count(flow, "transfer.cancel") == 2u);
  BOOST_TEST(count(flow, "transfer.confirm") == 5u);
  BOOST_TEST(count(all, "deadline.passed") == 1u);
  BOOST_TEST(count(of_flow(all, std::ranges::find(all, "deadline.passed", &handled_message::name)
                                  ->head.correlation),
                   "transfer.cancel")
             == 0u);
}

BOOST_AUTO_TEST_CASE(a_message_that_was_set_aside_and_retried_stays_in_its_flow) {
  stumbling_block block;
  leaping_clock time;
  test_node node{test_node::quick_options(), block.seam(), time};
  found(node);
  block.put(number_of<TransferPay>, 2);
  send_until_stumbling(node, "move", buy("elm", "ash", "ann"), block);
  node.settle();
  block.remove();
  time.leap();
  auto letters = node.runtime().store().dead_letters("", 10);
  BOOST_TEST_REQUIRE(letters->size() == 1u);
  DeadLetter letter;
  BOOST_TEST(letter.ParseFromString(letters->front().bytes));
  node.client().retry(letter, [](const answer& x) { BOOST_TEST(x.text == ""); });
  node.client().finish();
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  check_headers(all);
  // Between seasons there are no statistics.
  BOOST_TEST(count(of_flow(all, "move"), "info.playertransferredin") == 2u);
}

BOOST_AUTO_TEST_CASE(a_restart_in_the_middle_leaves_no_gap_in_a_flow) {
  stumbling_block block;
  test_node node{patient_options(), block.seam()};
  found(node);
  block.put(number_of<TransferRelease>);
  send_until_stumbling(node, "move", buy("elm", "ash", "ann"), block);
  node.stop();
  block.remove();
  node.start();
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  check_headers(all);
  BOOST_TEST(has_chain(of_flow(all, "move"), steps_of("Player transferred in")));
}

BOOST_AUTO_TEST_CASE(every_event_is_handled_once_by_each_of_its_receivers) {
  test_node node;
  auto season = open_season(node);
  play(node, season);
  BOOST_TEST(node.settle());
  auto all = all_handled(node);
  std::map<std::pair<std::string, std::string>, int> seen;
  for (auto& x : all)
    ++seen[{x.id(), x.at}];
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
