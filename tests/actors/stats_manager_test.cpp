// The stats manager of a season, decision by decision: table, form, home and away records, top
// scorers.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/stats_manager/stats_manager.hpp"
#include "tests/actors/lone_context.hpp"
#include "tests/actors/table_text.hpp"

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

using stats_context = lone_context<actors::stats_manager>;
using lines = std::vector<std::string>;

const std::vector<std::string> keys{"ash", "elm", "oak"};

SeasonRules england() {
  SeasonRules result;
  result.set_rule_set("england");
  result.set_tier(1);
  result.set_start_year(2022);
  return result;
}

/// The list of one of the three teams.
InfoFixtureListGenerated list_of(uint32_t index, const SeasonRules& rules, uint32_t needed) {
  InfoFixtureListGenerated result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_league_name("Premier League");
  result.set_team(keys[index]);
  result.set_name("The " + keys[index]);
  *result.mutable_rules() = rules;
  result.set_index(index);
  result.set_teams(3);
  result.set_needed_results(needed);
  return result;
}

/// A season of ash, elm and oak.
stats_context open_season(const SeasonRules& rules = england(), uint32_t needed = 6) {
  stats_context result;
  for (uint32_t i = 0; i < 3; ++i)
    result.take(list_of(i, rules, needed));
  return result;
}

Fixture fixture_of(uint32_t number, const std::string& home, const std::string& away) {
  Fixture result;
  result.set_number(number);
  result.set_date("2022-08-06");
  result.set_home(home);
  result.set_away(away);
  return result;
}

LeagueTableUpdateStats update_stats(const Fixture& fixture) {
  LeagueTableUpdateStats result;
  result.set_league("en.1");
  result.set_season("2022-23");
  *result.mutable_fixture() = fixture;
  return result;
}

/// A result, on the given day of August.
LeagueTableUpdateStats counted(uint32_t number, const std::string& home, const std::string& away,
                               uint32_t home_goals, uint32_t away_goals, Award award = BY_GOALS,
                               const std::string& day = "06") {
  auto result = update_stats(fixture_of(number, home, away));
  auto& fixture = *result.mutable_fixture();
  fixture.set_date("2022-08-" + day);
  fixture.mutable_score()->set_home(home_goals);
  fixture.mutable_score()->set_away(away_goals);
  fixture.mutable_score()->set_award(award);
  return result;
}

InfoFixtureCompleted completed(const Fixture& fixture) {
  InfoFixtureCompleted result;
  result.set_league("en.1");
  result.set_season("2022-23");
  *result.mutable_fixture() = fixture;
  return result;
}

Goal& add_goal(InfoFixtureCompleted& to, const std::string& team, const std::string& player) {
  auto& goal = *to.add_goals();
  goal.set_team(team);
  goal.set_player(player);
  return goal;
}

LeagueTableGet table_get() {
  LeagueTableGet result;
  result.set_league("en.1");
  result.set_season("2022-23");
  return result;
}

StatsGet stats_get() {
  StatsGet result;
  result.set_league("en.1");
  result.set_season("2022-23");
  return result;
}

LeagueTable table_of(stats_context& season) {
  return season.answer<LeagueTable>(table_get());
}

LeagueStats stats_of(stats_context& season) {
  return season.answer<LeagueStats>(stats_get());
}

/// The form of ash, elm and oak.
lines forms_of(stats_context& season) {
  lines result;
  for (auto stats = stats_of(season); auto& x : stats.teams())
    result.push_back(x.form());
  return result;
}

/// "Saka ash 2 (1)" for each: goals, and how many of them were penalties.
lines scorers_of(stats_context& season) {
  lines result;
  for (auto stats = stats_of(season); auto& x : stats.top_scorers())
    result.push_back(x.player() + ' ' + x.team() + ' ' + std::to_string(x.goals()) + " ("
                     + std::to_string(x.penalties()) + ')');
  return result;
}

} // namespace

// -- opening a season -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_season_without_results_has_every_team_in_its_table) {
  auto season = open_season();
  auto table = table_of(season);
  BOOST_TEST(table.league() == "en.1");
  BOOST_TEST(table.league_name() == "Premier League");
  BOOST_TEST(table.season() == "2022-23");
  BOOST_TEST(!table.complete());
  BOOST_TEST(table.results() == 0u);
  BOOST_TEST(table.fixtures() == 6u);
  lines expected{"1 ash 0 0 0 0 0-0 0", "2 elm 0 0 0 0 0-0 0", "3 oak 0 0 0 0 0-0 0"};
  BOOST_TEST(lines_of(table.rows()) == expected, per_element());
  BOOST_TEST(table.rows(1).name() == "The elm");
}

BOOST_AUTO_TEST_CASE(a_season_is_there_when_all_of_its_teams_are) {
  stats_context season;
  std::string sentence = "not-found: The league en.1 has no season 2022-23.";
  BOOST_TEST(season.refusal_of(table_get()) == sentence);
  BOOST_TEST(season.refusal_of(stats_get()) == sentence);
  season.take(list_of(2, england(), 6));
  season.take(list_of(0, england(), 6));
  BOOST_TEST(season.refusal_of(table_get()) == sentence);
  BOOST_TEST(season.refusal_of(stats_get()) == sentence);
  season.take(list_of(1, england(), 6));
  BOOST_TEST(season.refusal_of(table_get()) == "taken");
  BOOST_TEST(season.refusal_of(stats_get()) == "taken");
}

BOOST_AUTO_TEST_CASE(a_team_that_comes_twice_is_known_once) {
  stats_context season;
  for (uint32_t index : {0u, 0u, 0u, 1u})
    season.take(list_of(index, england(), 6));
  BOOST_TEST(season.refusal_of(table_get()) == "not-found: The league en.1 has no season 2022-23.");
}

BOOST_AUTO_TEST_CASE(a_read_changes_nothing) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0));
  BOOST_TEST(season.changes_nothing(table_get()));
  BOOST_TEST(season.changes_nothing(stats_get()));
}

// -- the table ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_result_counts_for_both_teams) {
  auto season = open_season();
  auto decision = season.take(counted(1, "oak", "ash", 2, 1));
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  season.take(counted(2, "elm", "ash", 0, 0));
  auto table = table_of(season);
  lines expected{"1 oak 1 1 0 0 2-1 3", "2 elm 1 0 1 0 0-0 1", "3 ash 2 0 1 1 1-2 1"};
  BOOST_TEST(lines_of(table.rows()) == expected, per_element());
  BOOST_TEST(table.results() == 2u);
}

BOOST_AUTO_TEST_CASE(a_result_that_comes_twice_counts_once) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0));
  season.take(counted(1, "ash", "elm", 1, 0));
  BOOST_TEST(table_of(season).results() == 1u);
  BOOST_TEST(lines_of(table_of(season).rows())[0] == "1 ash 1 1 0 0 1-0 3");
}

BOOST_AUTO_TEST_CASE(a_corrected_result_replaces_the_first_one) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0));
  season.take(counted(1, "ash", "elm", 0, 3));
  auto table = table_of(season);
  lines expected{"1 elm 1 1 0 0 3-0 3", "2 oak 0 0 0 0 0-0 0", "3 ash 1 0 0 1 0-3 0"};
  BOOST_TEST(lines_of(table.rows()) == expected, per_element());
  BOOST_TEST(table.results() == 1u);
  BOOST_TEST(forms_of(season) == (lines{"L", "W", ""}), per_element());
}

// It was a dead letter that somebody retried late.
BOOST_AUTO_TEST_CASE(a_result_that_comes_after_its_correction_changes_nothing) {
  auto season = open_season();
  auto first = counted(1, "ash", "elm", 2, 1);
  first.mutable_fixture()->set_revision(1);
  auto correction = counted(1, "ash", "elm", 0, 3);
  correction.mutable_fixture()->set_revision(2);
  season.take(correction);
  BOOST_TEST(season.changes_nothing(first));
  BOOST_TEST(!season.changes_nothing(correction));
}

BOOST_AUTO_TEST_CASE(a_table_is_complete_with_the_last_result) {
  auto season = open_season();
  uint32_t number = 0;
  for (auto& home : keys)
    for (auto& away : keys)
      if (home != away) {
        BOOST_TEST(!table_of(season).complete());
        season.take(counted(++number, home, away, 1, 0));
      }
  BOOST_TEST(table_of(season).complete());
  BOOST_TEST(table_of(season).results() == 6u);
}

BOOST_AUTO_TEST_CASE(a_result_of_an_unknown_team_or_without_a_score_is_refused) {
  auto season = open_season();
  BOOST_TEST(season.refusal_of(counted(1, "yew", "elm", 1, 0))
             == "not-found: The season 2022-23 has no result of yew against elm.");
  BOOST_TEST(season.refusal_of(counted(1, "elm", "yew", 1, 0))
             == "not-found: The season 2022-23 has no result of elm against yew.");
  BOOST_TEST(season.refusal_of(update_stats(fixture_of(1, "ash", "elm")))
             == "not-found: The season 2022-23 has no result of ash against elm.");
}

BOOST_AUTO_TEST_CASE(deducted_points_are_missing_from_the_table_from_the_beginning) {
  auto rules = england();
  for (auto points : {6u, 4u}) {
    auto& deduction = *rules.add_deductions();
    deduction.set_team("ash");
    deduction.set_points(points);
  }
  auto season = open_season(rules);
  BOOST_TEST(lines_of(table_of(season).rows())[2] == "3 ash 0 0 0 0 0-0 -10 (-10)");
  season.take(counted(1, "ash", "elm", 4, 0));
  BOOST_TEST(lines_of(table_of(season).rows())[2] == "3 ash 1 1 0 0 4-0 -7 (-10)");
}

BOOST_AUTO_TEST_CASE(points_per_game_decide_a_season_that_was_cut_short) {
  auto rules = england();
  rules.set_points_per_game(true);
  auto season = open_season(rules, 3);
  season.take(counted(1, "ash", "elm", 2, 0));
  season.take(counted(2, "elm", "ash", 0, 0));
  season.take(counted(3, "oak", "ash", 1, 0));
  auto table = table_of(season);
  lines expected{"1 oak 1 1 0 0 1-0 3", "2 ash 3 1 1 1 2-1 4", "3 elm 2 0 1 1 0-2 1"};
  BOOST_TEST(lines_of(table.rows()) == expected, per_element());
  BOOST_TEST(table.complete());
}

BOOST_AUTO_TEST_CASE(an_awarded_match_counts_for_whom_it_was_awarded_to) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 0, 0, TO_AWAY));
  season.take(counted(2, "oak", "elm", 0, 2, TO_HOME));
  lines expected{"1 elm 2 1 0 1 2-0 3", "2 oak 1 1 0 0 0-2 3", "3 ash 1 0 0 1 0-0 0"};
  BOOST_TEST(lines_of(table_of(season).rows()) == expected, per_element());
  BOOST_TEST(forms_of(season) == (lines{"L", "WL", "W"}), per_element());
  auto stats = stats_of(season);
  BOOST_TEST(shown(stats.teams(0).home()) == "played: 1 lost: 1");
  BOOST_TEST(shown(stats.teams(1).away()) == "played: 2 won: 1 lost: 1 goals_for: 2");
  BOOST_TEST(shown(stats.teams(2).home()) == "played: 1 won: 1 goals_against: 2");
}

BOOST_AUTO_TEST_CASE(stored_rules_that_no_version_knows_are_reported_as_damage) {
  auto season = open_season();
  season.edit().mutable_rules()->set_rule_set("scotland");
  BOOST_TEST(season.refusal_of(table_get())
             == "damaged: There is no rule set 'scotland'; choose one of england, spain, italy, "
                "germany or france.");
}

// -- expelled teams -------------------------------------------------------------------------------

namespace {

/// A season without elm: it needs two results and has four, of which two were annulled.
stats_context season_without_elm() {
  auto rules = england();
  rules.add_expelled("elm");
  auto season = open_season(rules, 2);
  season.take(counted(1, "ash", "elm", 9, 0, BY_GOALS, "01"));
  season.take(counted(2, "elm", "oak", 9, 0, BY_GOALS, "02"));
  season.take(counted(3, "ash", "oak", 1, 1, BY_GOALS, "03"));
  season.take(counted(4, "oak", "ash", 2, 0, BY_GOALS, "04"));
  return season;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_expelled_team_and_its_results_are_not_in_the_table) {
  auto season = season_without_elm();
  auto table = table_of(season);
  lines expected{"1 oak 2 1 1 0 3-1 4", "2 ash 2 0 1 1 1-3 1"};
  BOOST_TEST(lines_of(table.rows()) == expected, per_element());
  BOOST_TEST(table.results() == 2u);
  BOOST_TEST(table.fixtures() == 2u);
  BOOST_TEST(table.complete());
}

BOOST_AUTO_TEST_CASE(a_table_is_not_complete_because_of_annulled_results) {
  auto rules = england();
  rules.add_expelled("elm");
  auto season = open_season(rules, 2);
  season.take(counted(1, "ash", "elm", 9, 0));
  season.take(counted(2, "elm", "ash", 0, 9));
  BOOST_TEST(!table_of(season).complete());
  BOOST_TEST(table_of(season).results() == 0u);
}

BOOST_AUTO_TEST_CASE(annulled_results_are_in_no_form) {
  auto season = season_without_elm();
  for (auto stats = stats_of(season); auto& x : stats.teams()) {
    if (x.team() == "ash")
      BOOST_TEST(x.form() == "DL");
    if (x.team() == "oak")
      BOOST_TEST(x.form() == "DW");
    if (x.team() == "elm")
      BOOST_TEST(x.form() == "");
  }
}

BOOST_AUTO_TEST_CASE(annulled_results_are_in_no_home_and_away_record) {
  auto season = season_without_elm();
  for (auto stats = stats_of(season); auto& x : stats.teams()) {
    if (x.team() == "ash")
      BOOST_TEST(shown(x.home()) == "played: 1 drawn: 1 goals_for: 1 goals_against: 1");
    if (x.team() == "oak")
      BOOST_TEST(shown(x.away()) == "played: 1 drawn: 1 goals_for: 1 goals_against: 1");
    if (x.team() == "elm")
      BOOST_TEST(x.home().played() + x.away().played() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(goals_of_annulled_results_have_no_scorers) {
  auto season = season_without_elm();
  auto annulled = completed(fixture_of(1, "ash", "elm"));
  add_goal(annulled, "ash", "Saka");
  season.take(annulled);
  auto other = completed(fixture_of(3, "ash", "oak"));
  add_goal(other, "ash", "Rice");
  season.take(other);
  BOOST_TEST(scorers_of(season) == lines{"Rice ash 1 (0)"}, per_element());
}

// -- form -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(form_is_in_the_order_of_dates_and_not_of_arrival) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0, BY_GOALS, "27"));
  season.take(counted(2, "oak", "ash", 3, 0, BY_GOALS, "13"));
  season.take(counted(3, "ash", "oak", 2, 2, BY_GOALS, "06"));
  BOOST_TEST(forms_of(season) == (lines{"DLW", "L", "DW"}), per_element());
}

BOOST_AUTO_TEST_CASE(matches_of_one_day_are_in_the_order_of_their_numbers) {
  auto season = open_season();
  season.take(counted(11, "ash", "elm", 1, 0));
  season.take(counted(2, "elm", "ash", 0, 0));
  season.take(counted(9, "ash", "oak", 0, 1));
  BOOST_TEST(forms_of(season)[0] == "DLW");
}

BOOST_AUTO_TEST_CASE(form_shows_the_last_five_results) {
  auto season = open_season();
  lines days{"01", "02", "03", "04", "05", "06", "07"};
  for (uint32_t i = 0; i < 7; ++i)
    season.take(counted(i + 1, "ash", "elm", i < 4 ? 2 : 0, 1, BY_GOALS, days[i]));
  BOOST_TEST(forms_of(season) == (lines{"WWLLL", "LLWWW", ""}), per_element());
}

// -- home and away --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(home_and_away_are_counted_apart) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 3, 1));
  season.take(counted(2, "ash", "oak", 0, 0));
  season.take(counted(3, "elm", "ash", 2, 1));
  auto stats = stats_of(season);
  BOOST_TEST(stats.league() == "en.1");
  BOOST_TEST(stats.season() == "2022-23");
  BOOST_TEST_REQUIRE(stats.teams_size() == 3);
  BOOST_TEST(stats.teams(0).team() == "ash");
  BOOST_TEST(stats.teams(0).name() == "The ash");
  BOOST_TEST(shown(stats.teams(0).home())
             == "played: 2 won: 1 drawn: 1 goals_for: 3 goals_against: 1");
  BOOST_TEST(shown(stats.teams(0).away()) == "played: 1 lost: 1 goals_for: 1 goals_against: 2");
  BOOST_TEST(shown(stats.teams(2).home()) == "");
  BOOST_TEST(shown(stats.teams(2).away()) == "played: 1 drawn: 1");
}

// -- scorers --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(top_scorers_come_by_goals_and_then_by_name) {
  auto season = open_season();
  auto first = completed(fixture_of(1, "ash", "elm"));
  for (auto player : {"Saka", "Rice", "Saka"})
    add_goal(first, "ash", player);
  auto decision = season.take(first);
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  auto second = completed(fixture_of(2, "elm", "oak"));
  for (auto player : {"Kane", "Zola", "Zola"})
    add_goal(second, "elm", player);
  season.take(second);
  lines expected{"Saka ash 2 (0)", "Zola elm 2 (0)", "Kane elm 1 (0)", "Rice ash 1 (0)"};
  BOOST_TEST(scorers_of(season) == expected, per_element());
}

BOOST_AUTO_TEST_CASE(penalties_are_goals_and_own_goals_are_nobodys) {
  auto season = open_season();
  auto info = completed(fixture_of(1, "ash", "elm"));
  add_goal(info, "ash", "Saka").set_penalty(true);
  add_goal(info, "ash", "Saka");
  add_goal(info, "ash", "Kane").set_own_goal(true);
  add_goal(info, "elm", "Kane").set_penalty(true);
  add_goal(info, "elm", "Rice").set_own_goal(true);
  season.take(info);
  BOOST_TEST(scorers_of(season) == (lines{"Saka ash 2 (1)", "Kane elm 1 (1)"}), per_element());
}

BOOST_AUTO_TEST_CASE(two_players_of_the_same_name_in_two_teams_are_two_scorers) {
  auto season = open_season();
  auto info = completed(fixture_of(1, "ash", "elm"));
  add_goal(info, "ash", "Silva");
  add_goal(info, "elm", "Silva");
  season.take(info);
  BOOST_TEST(scorers_of(season) == (lines{"Silva ash 1 (0)", "Silva elm 1 (0)"}), per_element());
}

BOOST_AUTO_TEST_CASE(at_most_100_scorers_are_listed) {
  auto season = open_season();
  auto info = completed(fixture_of(1, "ash", "elm"));
  for (int i = 1; i <= 101; ++i)
    add_goal(info, "ash", "Player " + std::to_string(i));
  add_goal(info, "elm", "Zola");
  add_goal(info, "elm", "Zola");
  season.take(info);
  auto scorers = scorers_of(season);
  BOOST_TEST(scorers.size() == 100u);
  BOOST_TEST(scorers.front() == "Zola elm 2 (0)");
}

BOOST_AUTO_TEST_CASE(a_completed_fixture_without_known_scorers_changes_nothing) {
  auto season = open_season();
  BOOST_TEST(season.changes_nothing(completed(fixture_of(1, "ash", "elm"))));
  BOOST_TEST(scorers_of(season).empty());
}

BOOST_AUTO_TEST_CASE(scorers_that_come_twice_count_once) {
  auto season = open_season();
  auto info = completed(fixture_of(1, "ash", "elm"));
  add_goal(info, "ash", "Saka");
  season.take(info);
  season.take(info);
  BOOST_TEST(scorers_of(season) == lines{"Saka ash 1 (0)"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_correction_replaces_the_scorers) {
  auto season = open_season();
  auto first = completed(fixture_of(1, "ash", "elm"));
  add_goal(first, "ash", "Saka");
  season.take(first);
  auto corrected = completed(fixture_of(1, "ash", "elm"));
  add_goal(corrected, "elm", "Kane");
  season.take(corrected);
  BOOST_TEST(scorers_of(season) == lines{"Kane elm 1 (0)"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_correction_without_scorers_takes_the_first_ones_back) {
  auto season = open_season();
  auto first = completed(fixture_of(1, "ash", "elm"));
  add_goal(first, "ash", "Saka");
  season.take(first);
  season.take(completed(fixture_of(1, "ash", "elm")));
  BOOST_TEST(scorers_of(season).empty());
}

// -- leaguetable.updatedata -----------------------------------------------------------------------

// They were in a dead letter that somebody retried late.
BOOST_AUTO_TEST_CASE(scorers_that_come_after_their_correction_change_nothing) {
  for (auto with_scorer : {true, false}) {
    auto season = open_season();
    auto first = completed(fixture_of(1, "ash", "elm"));
    first.mutable_fixture()->set_revision(1);
    add_goal(first, "ash", "Saka");
    auto correction = completed(fixture_of(1, "ash", "elm"));
    correction.mutable_fixture()->set_revision(2);
    if (with_scorer)
      add_goal(correction, "ash", "Rice");
    season.take(correction);
    BOOST_TEST(season.changes_nothing(first));
    auto scorers = season.answer<LeagueStats>(stats_get()).top_scorers();
    BOOST_TEST(scorers.size() == (with_scorer ? 1 : 0));
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_comes_after_a_newer_one_changes_nothing) {
  auto season = open_season();
  LeagueTableUpdateData update;
  update.set_team("elm");
  update.set_name("The newest");
  update.set_revision(2);
  season.take(update);
  update.set_name("An older one");
  update.set_revision(1);
  BOOST_TEST(season.changes_nothing(update));
}

BOOST_AUTO_TEST_CASE(a_new_name_is_in_the_table_and_the_statistics) {
  auto season = open_season();
  season.take(counted(1, "elm", "ash", 1, 0));
  LeagueTableUpdateData update;
  update.set_league("en.1");
  update.set_season("2022-23");
  update.set_team("elm");
  update.set_name("Elm Athletic");
  auto decision = season.take(update);
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(table_of(season).rows(0).name() == "Elm Athletic");
  BOOST_TEST(lines_of(table_of(season).rows())[0] == "1 elm 1 1 0 0 1-0 3");
  BOOST_TEST(stats_of(season).teams(1).name() == "Elm Athletic");
}

BOOST_AUTO_TEST_CASE(a_new_name_of_an_unknown_team_is_refused) {
  auto season = open_season();
  LeagueTableUpdateData update;
  update.set_season("2022-23");
  update.set_team("yew");
  BOOST_TEST(season.refusal_of(update) == "not-found: The season 2022-23 has no team \"yew\".");
}

// -- play-offs ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_play_off_changes_nothing) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0));
  auto play_off = counted(7, "elm", "ash", 5, 0);
  play_off.mutable_fixture()->set_play_off(true);
  BOOST_TEST(season.changes_nothing(play_off));
  auto info = completed(play_off.fixture());
  add_goal(info, "elm", "Kane");
  BOOST_TEST(season.changes_nothing(info));
  BOOST_TEST(table_of(season).results() == 1u);
  BOOST_TEST(scorers_of(season).empty());
}

// -- transfers ------------------------------------------------------------------------------------

namespace {

/// InfoPlayerTransferredIn or InfoPlayerTransferredOut.
template <class Info>
Info transfer_of(const std::string& team) {
  Info result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_team(team);
  result.set_player("Saka");
  return result;
}

constexpr auto came_to = transfer_of<InfoPlayerTransferredIn>;
constexpr auto left = transfer_of<InfoPlayerTransferredOut>;

/// "2 in, 1 out" for ash, elm and oak.
lines transfers_of(stats_context& season) {
  lines result;
  for (auto stats = stats_of(season); auto& x : stats.teams())
    result.push_back(std::to_string(x.transfers_in()) + " in, " + std::to_string(x.transfers_out())
                     + " out");
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(players_who_come_and_go_are_counted_for_their_team) {
  auto season = open_season();
  BOOST_TEST(transfers_of(season) == (lines{"0 in, 0 out", "0 in, 0 out", "0 in, 0 out"}),
             per_element());
  auto decision = season.take(came_to("elm"));
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  season.take(came_to("elm"));
  season.take(left("elm"));
  season.take(left("oak"));
  BOOST_TEST(transfers_of(season) == (lines{"0 in, 0 out", "2 in, 1 out", "0 in, 1 out"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(a_transfer_of_a_team_that_is_not_in_the_season_changes_nothing) {
  auto season = open_season();
  BOOST_TEST(season.changes_nothing(came_to("yew")));
  BOOST_TEST(season.changes_nothing(left("yew")));
  stats_context unknown;
  BOOST_TEST(unknown.changes_nothing(came_to("elm")));
  unknown.take(list_of(2, england(), 6));
  for (auto team : {"elm", ""}) {
    BOOST_TEST(unknown.changes_nothing(came_to(team)));
    BOOST_TEST(unknown.changes_nothing(left(team)));
  }
}

BOOST_AUTO_TEST_CASE(a_transfer_changes_neither_table_nor_scorers) {
  auto season = open_season();
  season.take(counted(1, "ash", "elm", 1, 0));
  auto before = shown(table_of(season));
  season.take(came_to("ash"));
  season.take(left("elm"));
  BOOST_TEST(shown(table_of(season)) == before);
}
