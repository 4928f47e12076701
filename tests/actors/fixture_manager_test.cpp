// The fixture manager of a season, decision by decision: its list, its results, its end.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/fixture_manager/fixture_manager.hpp"
#include "tests/actors/lone_context.hpp"
#include "tests/actors/table_text.hpp"

#include <algorithm>
#include <limits>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

using season_context = lone_context<actors::fixture_manager>;
using names = std::vector<std::string>;

constexpr uint32_t beyond_int = std::numeric_limits<uint32_t>::max();

std::string team_name(int number) {
  return "team-" + std::to_string(number);
}

/// A season whose list is to be generated.
FixtureListGenerate season_of(int teams) {
  FixtureListGenerate result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_league_name("Premier League");
  for (int i = 1; i <= teams; ++i) {
    auto& team = *result.add_teams();
    team.set_team(team_name(i));
    team.set_name("Team " + std::to_string(i));
  }
  result.set_start("2022-08-06");
  result.set_end("2023-05-28");
  result.set_seed(7);
  result.mutable_rules()->set_rule_set("england");
  result.mutable_rules()->set_tier(1);
  result.mutable_rules()->set_start_year(2022);
  return result;
}

void give(FixtureListGenerate& to, const std::string& home, const std::string& away,
          const std::string& date = "2022-08-06") {
  auto& fixture = *to.add_fixtures();
  fixture.set_number(static_cast<uint32_t>(to.fixtures_size()));
  fixture.set_round("Matchday 1");
  fixture.set_date(date);
  fixture.set_home(home);
  fixture.set_away(away);
}

/// A season of three teams whose list is given: every pair home and away, 1-2, 1-3, 2-1, 2-3, 3-1,
/// 3-2.
FixtureListGenerate given_season() {
  auto result = season_of(3);
  result.clear_start();
  result.clear_end();
  for (int home = 1; home <= 3; ++home)
    for (int away = 1; away <= 3; ++away)
      if (home != away)
        give(result, team_name(home), team_name(away));
  return result;
}

template <class Message>
Message about(const std::string& home, const std::string& away, uint32_t home_goals,
              uint32_t away_goals, Award award) {
  Message result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_home(home);
  result.set_away(away);
  result.mutable_score()->set_home(home_goals);
  result.mutable_score()->set_away(away_goals);
  result.mutable_score()->set_award(award);
  return result;
}

ResultCreate result_create(const std::string& home, const std::string& away, uint32_t home_goals,
                           uint32_t away_goals, Award award = BY_GOALS) {
  return about<ResultCreate>(home, away, home_goals, away_goals, award);
}

ResultCorrect result_correct(const std::string& home, const std::string& away, uint32_t home_goals,
                             uint32_t away_goals, Award award = BY_GOALS) {
  return about<ResultCorrect>(home, away, home_goals, away_goals, award);
}

template <class Message>
Message with_goal(Message message, const std::string& team, const std::string& player) {
  auto& goal = *message.add_goals();
  goal.set_team(team);
  goal.set_player(player);
  return message;
}

FixtureList list_of(season_context& season) {
  FixtureListGet message;
  message.set_league("en.1");
  message.set_season("2022-23");
  return season.answer<FixtureList>(message);
}

/// Hands a decision's own messages back to the season, as the runtime would. Returns the last
/// decision.
season_context::decision settle(season_context& season, const season_context::decision& first) {
  season_context::decision last;
  for (auto& info : sent<InfoFixtureCompleted>(first))
    for (auto& update : sent<LeagueTableUpdateResults>(season.take(info)))
      last = season.take(update);
  return last;
}

template <class Message>
season_context::decision play(season_context& season, const Message& message) {
  return settle(season, season.take(message));
}

/// Plays 1-0 in every fixture that has no result and that neither of these teams is in.
void play_the_rest(season_context& season, const std::set<std::string>& without = {}) {
  for (auto list = list_of(season); auto& x : list.fixtures())
    if (!x.has_score() && !without.contains(x.home()) && !without.contains(x.away()))
      play(season, result_create(x.home(), x.away(), 1, 0));
}

SponsorDistribute distribute(const std::vector<std::string>& teams) {
  SponsorDistribute result;
  result.set_league("en.1");
  result.set_season("2022-23");
  for (auto& team : teams)
    result.add_teams(team);
  return result;
}

InfoTeamUpdated team_updated(const std::string& team, const std::string& name) {
  InfoTeamUpdated result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_team(team);
  result.set_name(name);
  return result;
}

} // namespace

// -- a generated list -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_generated_list_pairs_every_two_teams_home_and_away) {
  for (int teams : {2, 3, 4, 5, 20, 63, 64}) {
    season_context season;
    season.take(season_of(teams));
    auto list = list_of(season);
    std::set<std::pair<std::string, std::string>> pairs;
    uint32_t number = 0;
    for (auto& x : list.fixtures()) {
      pairs.emplace(x.home(), x.away());
      BOOST_TEST(x.number() == ++number);
      BOOST_TEST(x.home() != x.away());
      BOOST_TEST(!x.has_score());
    }
    BOOST_TEST(list.fixtures_size() == teams * (teams - 1));
    BOOST_TEST(pairs.size() == static_cast<size_t>(list.fixtures_size()));
  }
}

BOOST_AUTO_TEST_CASE(a_generated_list_runs_from_the_first_day_to_the_last) {
  season_context season;
  season.take(season_of(4));
  auto list = list_of(season);
  BOOST_TEST(list.league() == "en.1");
  BOOST_TEST(list.league_name() == "Premier League");
  BOOST_TEST(list.season() == "2022-23");
  BOOST_TEST(list.teams_size() == 4);
  BOOST_TEST(list.rules().rule_set() == "england");
  BOOST_TEST(list.fixtures(0).date() == "2022-08-06");
  BOOST_TEST(list.fixtures(0).round() == "Round 1");
  BOOST_TEST(list.fixtures(11).date() == "2023-05-28");
  BOOST_TEST(list.fixtures(11).round() == "Round 6");
  BOOST_TEST(std::ranges::is_sorted(list.fixtures(), std::ranges::less{}, &Fixture::date));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_list_and_another_seed_another_one) {
  season_context first;
  season_context again;
  season_context other;
  first.take(season_of(20));
  again.take(season_of(20));
  auto message = season_of(20);
  message.set_seed(8);
  other.take(message);
  BOOST_TEST(shown(list_of(first)) == shown(list_of(again)));
  BOOST_TEST(shown(list_of(first)) != shown(list_of(other)));
}

BOOST_AUTO_TEST_CASE(a_new_list_is_announced_to_each_team_with_its_own_fixtures) {
  season_context season;
  auto decision = season.take(season_of(4));
  BOOST_TEST(decision.reply == "");
  BOOST_TEST(names_of(decision) == names(4, "info.fixturelistgenerated"), per_element());
  uint32_t index = 0;
  for (auto& info : sent<InfoFixtureListGenerated>(decision)) {
    BOOST_TEST(info.league() == "en.1");
    BOOST_TEST(info.season() == "2022-23");
    BOOST_TEST(info.league_name() == "Premier League");
    BOOST_TEST(info.index() == index++);
    BOOST_TEST(info.team() == "team-" + std::to_string(index));
    BOOST_TEST(info.name() == "Team " + std::to_string(index));
    BOOST_TEST(info.teams() == 4u);
    BOOST_TEST(info.needed_results() == 12u);
    BOOST_TEST(info.rules().rule_set() == "england");
    BOOST_TEST(info.fixtures_size() == 6);
    BOOST_TEST(std::ranges::all_of(info.fixtures(), [&info](auto& x) {
      return x.home() == info.team() || x.away() == info.team();
    }));
  }
}

BOOST_AUTO_TEST_CASE(a_season_has_2_to_64_teams) {
  season_context season;
  for (int teams : {0, 1, 65})
    BOOST_TEST(season.refusal_of(season_of(teams))
               == "invalid-argument: A season has 2 to 64 teams; this one has "
                    + std::to_string(teams) + ".");
}

BOOST_AUTO_TEST_CASE(a_season_whose_keys_are_no_keys_is_refused) {
  season_context season;
  std::string predicate = " must be 1 to 64 lower case letters, digits, hyphens and points.";
  for (auto& key :
       {std::string{}, std::string{"2022/23"}, std::string{"A"}, std::string(65, '1')}) {
    auto message = season_of(2);
    message.set_league(key);
    BOOST_TEST(season.refusal_of(message) == "invalid-argument: The league's key" + predicate);
    message = season_of(2);
    message.set_season(key);
    BOOST_TEST(season.refusal_of(message) == "invalid-argument: The season's key" + predicate);
    message = season_of(2);
    message.mutable_teams(1)->set_team(key);
    BOOST_TEST(season.refusal_of(message) == "invalid-argument: A team's key" + predicate);
  }
}

BOOST_AUTO_TEST_CASE(a_season_whose_names_are_no_names_is_refused) {
  season_context season;
  using pair = std::pair<std::string, std::string>;
  for (auto& [name, predicate] :
       {pair{"", " is empty; give it at least one letter."},
        pair{std::string(101, 'x'), " has 101 characters; at most 100 are allowed."},
        pair{std::string(10'000, 'x'), " has 10000 characters; at most 100 are allowed."},
        pair{"\xff", " is not UTF-8."}}) {
    auto message = season_of(2);
    message.set_league_name(name);
    BOOST_TEST(season.refusal_of(message) == "invalid-argument: The league's name" + predicate);
    message = season_of(2);
    message.mutable_teams(0)->set_name(name);
    BOOST_TEST(season.refusal_of(message) == "invalid-argument: A team's name" + predicate);
  }
}

BOOST_AUTO_TEST_CASE(a_team_is_in_a_season_once) {
  season_context season;
  auto message = season_of(3);
  message.mutable_teams(2)->set_team("team-1");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The team Team 3 is in the list twice.");
  message = season_of(3);
  message.mutable_teams(2)->set_name("Team 1");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The team Team 1 is in the list twice.");
}

BOOST_AUTO_TEST_CASE(a_season_with_wrong_rules_is_refused) {
  season_context season;
  auto message = season_of(2);
  message.mutable_rules()->set_rule_set("scotland");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: There is no rule set 'scotland'; choose one of england, spain, "
                "italy, germany or france.");
  message = season_of(2);
  message.clear_rules();
  BOOST_TEST(season.refusal_of(message).starts_with("invalid-argument: There is no rule set '';"));
  message = season_of(2);
  auto& deduction = *message.mutable_rules()->add_deductions();
  deduction.set_team("arsenal");
  deduction.set_points(3);
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: A deduction names the team \"arsenal\", which is not in the "
                "season.");
  deduction.set_team("team-1");
  deduction.set_points(201);
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: At most 200 points can be deducted from a team.");
  deduction.set_points(200);
  BOOST_TEST(season.refusal_of(message) == "taken");
  message.mutable_rules()->add_expelled("arsenal");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: An expulsion names the team \"arsenal\", which is not in the "
                "season.");
}

// -- dates ----------------------------------------------------------------------------------------

namespace {

const std::vector<std::string>& no_dates() {
  static const std::vector<std::string> result{
    "",           "tomorrow",    "2022-8-06",   "06.08.2022", "2022-02-30", "2023-02-29",
    "1900-02-29", "2022-13-01",  "2022-00-10",  "2022-01-00", "2022-01-32", "2022-04-31",
    "2022/08/06", "2022-08-06 ", " 2022-08-06", "20220806",   "2022-08-0x", "2022-08-6\n",
    "2022--1-01", "2022-01--1",  "+022-08-06",  "2022-08-061"};
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_season_that_starts_or_ends_on_no_date_is_refused) {
  season_context season;
  std::string sentence = "invalid-argument: The season's start and end must be YYYY-MM-DD, not \"";
  for (auto& date : no_dates()) {
    auto message = season_of(2);
    message.set_start(date);
    BOOST_TEST(season.refusal_of(message) == sentence + date + "\".");
    message = season_of(2);
    message.set_end(date);
    BOOST_TEST(season.refusal_of(message) == sentence + date + "\".");
  }
}

BOOST_AUTO_TEST_CASE(a_given_fixture_on_no_date_is_refused) {
  season_context season;
  for (auto& date : no_dates()) {
    auto message = season_of(2);
    give(message, "team-1", "team-2");
    give(message, "team-2", "team-1", date);
    BOOST_TEST(season.refusal_of(message)
               == "invalid-argument: The date of fixture 2 must be YYYY-MM-DD, not \"" + date
                    + "\".");
  }
}

BOOST_AUTO_TEST_CASE(a_date_with_a_sign_is_no_date) {
  season_context season;
  auto message = season_of(2);
  give(message, "team-1", "team-2", "-022-08-06");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The date of fixture 1 must be YYYY-MM-DD, not \"-022-08-06\".");
  message = season_of(2);
  message.set_start("-022-08-06");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The season's start and end must be YYYY-MM-DD, not "
                "\"-022-08-06\".");
}

BOOST_AUTO_TEST_CASE(a_leap_day_is_a_date) {
  season_context season;
  auto message = season_of(2);
  give(message, "team-1", "team-2", "2024-02-29");
  give(message, "team-2", "team-1", "2000-02-29");
  BOOST_TEST(season.refusal_of(message) == "taken");
}

BOOST_AUTO_TEST_CASE(a_season_has_at_least_as_many_days_as_rounds) {
  season_context season;
  auto message = season_of(4);
  message.set_end("2022-08-11");
  BOOST_TEST(season.refusal_of(message) == "taken");
  message.set_end("2022-08-10");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: A season from 2022-08-06 to 2022-08-10 is too short: 4 teams "
                "play 6 rounds and need at least as many days.");
}

BOOST_AUTO_TEST_CASE(a_season_that_ends_before_it_starts_is_refused) {
  season_context season;
  auto message = season_of(2);
  message.set_start("2023-05-28");
  message.set_end("2022-08-06");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: A season from 2023-05-28 to 2022-08-06 is too short: 2 teams "
                "play 2 rounds and need at least as many days.");
}

// -- a given list ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_given_list_is_taken_as_it_is) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures(2)->set_date("2023-01-01");
  message.mutable_fixtures(2)->set_time("20:00");
  auto decision = season.take(message);
  auto list = list_of(season);
  BOOST_TEST_REQUIRE(list.fixtures_size() == 6);
  for (int i = 0; i < 6; ++i)
    BOOST_TEST(shown(list.fixtures(i)) == shown(message.fixtures(i)));
  auto infos = sent<InfoFixtureListGenerated>(decision);
  BOOST_TEST_REQUIRE(infos.size() == 3u);
  BOOST_TEST(infos[0].needed_results() == 6u);
  BOOST_TEST(infos[0].fixtures_size() == 4);
}

BOOST_AUTO_TEST_CASE(a_given_list_numbers_its_fixtures_from_1_in_their_order) {
  season_context season;
  auto refusal_of_number = [&season](int place, uint32_t number) {
    auto message = given_season();
    message.mutable_fixtures(place - 1)->set_number(number);
    return season.refusal_of(message);
  };
  std::string sentence = "invalid-argument: Fixtures are numbered from 1 in their order; number ";
  BOOST_TEST(refusal_of_number(1, 0) == sentence + "0 is in place 1.");
  BOOST_TEST(refusal_of_number(2, 1) == sentence + "1 is in place 2.");
  BOOST_TEST(refusal_of_number(3, 4) == sentence + "4 is in place 3.");
  BOOST_TEST(refusal_of_number(6, beyond_int) == sentence + "4294967295 is in place 6.");
}

BOOST_AUTO_TEST_CASE(a_given_fixture_of_an_unknown_team_is_refused) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures(3)->set_home("arsenal");
  std::string sentence = "invalid-argument: Fixture 4 names the team \"arsenal\", which is not in "
                         "the season.";
  BOOST_TEST(season.refusal_of(message) == sentence);
  message = given_season();
  message.mutable_fixtures(3)->set_away("arsenal");
  BOOST_TEST(season.refusal_of(message) == sentence);
  message = given_season();
  message.mutable_fixtures(3)->set_away("");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: Fixture 4 names the team \"\", which is not in the season.");
}

BOOST_AUTO_TEST_CASE(a_given_fixture_of_a_team_against_itself_is_refused) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures(0)->set_away("team-1");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: Fixture 1 sets team-1 against itself.");
}

BOOST_AUTO_TEST_CASE(a_given_fixture_that_is_there_twice_is_refused) {
  season_context season;
  auto message = given_season();
  give(message, "team-1", "team-2", "2023-03-03");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: team-1 against team-2 is in the list twice.");
}

BOOST_AUTO_TEST_CASE(a_given_fixture_with_a_score_is_refused) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures(1)->mutable_score()->set_home(1);
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: Fixture 2 has a score; results come with result.create.");
}

// -- the same season again ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_same_season_again_changes_nothing) {
  season_context season;
  season.take(season_of(4));
  BOOST_TEST(season.changes_nothing(season_of(4)));
  play(season, result_create("team-1", "team-2", 1, 0));
  BOOST_TEST(season.changes_nothing(season_of(4)));
}

BOOST_AUTO_TEST_CASE(a_season_that_is_given_again_on_other_dates_changes_nothing) {
  season_context season;
  season.take(given_season());
  auto message = given_season();
  message.mutable_fixtures(0)->set_date("2022-12-26");
  message.mutable_fixtures()->SwapElements(1, 4);
  message.mutable_fixtures(1)->set_number(2);
  message.mutable_fixtures(4)->set_number(5);
  BOOST_TEST(season.changes_nothing(message));
  BOOST_TEST(list_of(season).fixtures(0).date() == "2022-08-06");
}

BOOST_AUTO_TEST_CASE(another_season_under_the_same_key_is_a_conflict) {
  season_context season;
  season.take(given_season());
  std::string sentence
    = "conflict: The season 2022-23 of Premier League exists already, with other "
      "teams, fixtures or rules.";
  BOOST_TEST(season.refusal_of(season_of(4)) == sentence);
  auto fewer = given_season();
  fewer.mutable_fixtures()->RemoveLast();
  BOOST_TEST(season.refusal_of(fewer) == sentence);
  auto teams = given_season();
  teams.mutable_teams()->SwapElements(0, 1);
  BOOST_TEST(season.refusal_of(teams) == sentence);
  auto rules = given_season();
  rules.mutable_rules()->set_relegated(1);
  BOOST_TEST(season.refusal_of(rules) == sentence);
}

BOOST_AUTO_TEST_CASE(a_season_that_is_not_there_has_no_list) {
  season_context season;
  FixtureListGet message;
  message.set_league("en.1");
  message.set_season("2022-23");
  BOOST_TEST(season.refusal_of(message) == "not-found: The league en.1 has no season 2022-23.");
}

// -- result.create --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_result_is_recorded_and_announced_with_its_fixture_and_scorers) {
  season_context season;
  season.take(given_season());
  auto message = with_goal(result_create("team-2", "team-1", 2, 1), "team-1", "Saka");
  auto decision = season.take(message);
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(names_of(decision) == names{"info.fixturecompleted"}, per_element());
  BOOST_TEST(
    shown(sent<InfoFixtureCompleted>(decision).front())
    == "league: \"en.1\" season: \"2022-23\" fixture { number: 3 round: \"Matchday 1\" "
       "date: \"2022-08-06\" home: \"team-2\" away: \"team-1\" "
       "score { home: 2 away: 1 } revision: 1 } goals { team: \"team-1\" player: \"Saka\" }");
  BOOST_TEST(shown(list_of(season).fixtures(2).score()) == "home: 2 away: 1");
}

BOOST_AUTO_TEST_CASE(a_goalless_draw_is_a_result) {
  season_context season;
  season.take(given_season());
  season.take(result_create("team-1", "team-2", 0, 0));
  BOOST_TEST(list_of(season).fixtures(0).has_score());
}

BOOST_AUTO_TEST_CASE(a_result_before_the_fixture_list_is_refused) {
  season_context season;
  std::string sentence
    = "not-found: The league en.1 has no season 2022-23; generate its fixture list first.";
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 1, 0)) == sentence);
  BOOST_TEST(season.refusal_of(result_correct("team-1", "team-2", 1, 0)) == sentence);
}

BOOST_AUTO_TEST_CASE(a_result_of_a_fixture_that_is_not_in_the_list_is_refused) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures()->RemoveLast();
  season.take(message);
  BOOST_TEST(season.refusal_of(result_create("team-1", "arsenal", 1, 0))
             == "not-found: The season 2022-23 has no fixture team-1 against arsenal.");
  BOOST_TEST(season.refusal_of(result_create("team-3", "team-2", 1, 0))
             == "not-found: The season 2022-23 has no fixture team-3 against team-2.");
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-1", 1, 0))
             == "invalid-argument: A result sets team-1 against itself.");
}

BOOST_AUTO_TEST_CASE(a_team_scores_0_to_36_goals) {
  season_context season;
  season.take(given_season());
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 36, 0)) == "taken");
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 0, 36)) == "taken");
  std::string sentence = "invalid-argument: The score of team-1 against team-2 must be 0 to 36 "
                         "goals for each team.";
  for (auto goals : {37u, 256u, 257u, 2'147'483'648u, beyond_int}) {
    BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", goals, 0)) == sentence);
    BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 0, goals)) == sentence);
    BOOST_TEST(season.refusal_of(result_correct("team-1", "team-2", goals, 0)) == sentence);
  }
  auto without = result_create("team-1", "team-2", 0, 0);
  without.clear_score();
  BOOST_TEST(season.refusal_of(without) == sentence);
}

BOOST_AUTO_TEST_CASE(an_award_that_the_catalogue_does_not_know_is_refused) {
  season_context season;
  season.take(given_season());
  auto message = result_create("team-1", "team-2", 1, 0, static_cast<Award>(3));
  BOOST_TEST(season.refusal_of(message).starts_with("invalid-argument: The score of team-1"));
}

BOOST_AUTO_TEST_CASE(a_scorer_plays_for_one_of_the_two_teams) {
  season_context season;
  season.take(given_season());
  auto message = result_create("team-1", "team-2", 1, 0);
  BOOST_TEST(season.refusal_of(with_goal(message, "team-3", "Saka"))
             == "invalid-argument: A goal names the team \"team-3\", which does not play.");
  BOOST_TEST(season.refusal_of(with_goal(message, "", "Saka"))
             == "invalid-argument: A goal names the team \"\", which does not play.");
}

BOOST_AUTO_TEST_CASE(a_scorer_has_a_name) {
  season_context season;
  season.take(given_season());
  auto message = result_create("team-1", "team-2", 1, 0);
  BOOST_TEST(season.refusal_of(with_goal(message, "team-1", std::string(100, 'x'))) == "taken");
  BOOST_TEST(season.refusal_of(with_goal(message, "team-1", std::string(101, 'x')))
             == "invalid-argument: A scorer's name has 101 characters; at most 100 are allowed.");
  BOOST_TEST(season.refusal_of(with_goal(message, "team-1", ""))
             == "invalid-argument: A scorer's name is empty; give it at least one letter.");
  BOOST_TEST(season.refusal_of(with_goal(message, "team-1", "Sak\xc3"))
             == "invalid-argument: A scorer's name is not UTF-8.");
}

BOOST_AUTO_TEST_CASE(there_are_no_more_scorers_than_goals) {
  season_context season;
  season.take(given_season());
  auto one = with_goal(result_create("team-1", "team-2", 1, 1), "team-1", "Saka");
  BOOST_TEST(season.refusal_of(one) == "taken");
  BOOST_TEST(season.refusal_of(with_goal(one, "team-2", "Kane")) == "taken");
  BOOST_TEST(season.refusal_of(with_goal(one, "team-1", "Saka"))
             == "invalid-argument: More scorers are listed than the score 1-1 has goals.");
}

BOOST_AUTO_TEST_CASE(an_own_goal_is_one_of_the_goals_of_the_side_that_it_counts_for) {
  season_context season;
  season.take(given_season());
  auto message = with_goal(result_create("team-1", "team-2", 0, 1), "team-2", "Saka");
  message.mutable_goals(0)->set_own_goal(true);
  BOOST_TEST(season.refusal_of(message) == "taken");
  message.mutable_goals(0)->set_team("team-1");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: More scorers are listed than the score 0-1 has goals.");
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_repeat_a_team_of_10000_characters_that_does_not_play) {
  season_context season;
  season.take(given_season());
  std::string key(10'000, 'x');
  BOOST_TEST(season.refusal_of(result_create(key, "team-1", 1, 0)).size() < 1'000u);
  auto message = result_create("team-1", "team-2", 1, 0);
  BOOST_TEST(season.refusal_of(with_goal(message, key, "Saka")).size() < 1'000u);
}

BOOST_AUTO_TEST_CASE(the_same_result_again_changes_nothing) {
  season_context season;
  season.take(given_season());
  auto message = with_goal(result_create("team-1", "team-2", 3, 0, TO_HOME), "team-1", "Saka");
  season.take(message);
  BOOST_TEST(season.changes_nothing(message));
}

BOOST_AUTO_TEST_CASE(a_second_and_different_result_is_a_conflict) {
  season_context season;
  season.take(given_season());
  season.take(result_create("team-1", "team-2", 3, 0));
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 0, 3))
             == "conflict: team-1 against team-2 is recorded as 3-0, not 0-3; a correction is a "
                "message of its own, result.correct.");
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 3, 0, TO_HOME))
             == "conflict: team-1 against team-2 is recorded as 3-0, not 3-0 (awarded to the "
                "hosts); a correction is a message of its own, result.correct.");
  BOOST_TEST(shown(list_of(season).fixtures(0).score()) == "home: 3");
}

// -- result.correct -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_correction_replaces_a_result_and_is_announced) {
  season_context season;
  season.take(given_season());
  play(season, result_create("team-1", "team-2", 1, 0));
  auto decision
    = season.take(with_goal(result_correct("team-1", "team-2", 0, 3, TO_AWAY), "team-2", "Kane"));
  BOOST_TEST(names_of(decision) == names{"info.fixturecompleted"}, per_element());
  auto info = sent<InfoFixtureCompleted>(decision).front();
  BOOST_TEST(info.fixture().number() == 1u);
  BOOST_TEST(shown(info.fixture().score()) == "away: 3 award: TO_AWAY");
  BOOST_TEST(info.goals(0).player() == "Kane");
  BOOST_TEST(shown(list_of(season).fixtures(0).score()) == "away: 3 award: TO_AWAY");
}

// So that who hears of them in another order knows the newest one.
BOOST_AUTO_TEST_CASE(a_result_and_its_corrections_are_numbered) {
  season_context season;
  auto message = given_season();
  message.mutable_fixtures(0)->set_revision(7);
  season.take(message);
  uint32_t revision = 0;
  auto revision_in = [](const auto& decision) {
    return sent<InfoFixtureCompleted>(decision).front().fixture().revision();
  };
  BOOST_TEST(revision_in(season.take(result_create("team-1", "team-2", 1, 0))) == ++revision);
  BOOST_TEST(revision_in(season.take(result_correct("team-1", "team-2", 0, 3))) == ++revision);
  BOOST_TEST(revision_in(season.take(result_correct("team-1", "team-2", 1, 0))) == ++revision);
  BOOST_TEST(list_of(season).fixtures(0).revision() == revision);
}

BOOST_AUTO_TEST_CASE(a_corrected_result_counts_towards_the_season_once) {
  season_context season;
  season.take(given_season());
  play(season, result_create("team-1", "team-2", 1, 0));
  BOOST_TEST(season.now().results() == 1u);
  auto decision = play(season, result_correct("team-1", "team-2", 0, 3));
  BOOST_TEST(names_of(decision) == names{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(season.now().results() == 1u);
}

BOOST_AUTO_TEST_CASE(the_same_correction_again_changes_nothing) {
  season_context season;
  season.take(given_season());
  play(season, result_create("team-1", "team-2", 1, 0));
  season.take(result_correct("team-1", "team-2", 0, 3));
  BOOST_TEST(shown(list_of(season).fixtures(0).score()) == "away: 3");
  BOOST_TEST(season.refusal_of(result_create("team-1", "team-2", 1, 0))
             == "conflict: team-1 against team-2 is recorded as 0-3, not 1-0; a correction is a "
                "message of its own, result.correct.");
  BOOST_TEST(season.changes_nothing(result_correct("team-1", "team-2", 0, 3)));
}

BOOST_AUTO_TEST_CASE(a_correction_of_the_scorers_alone_is_announced) {
  season_context season;
  season.take(given_season());
  season.take(with_goal(result_create("team-1", "team-2", 1, 0), "team-1", "Saka"));
  auto decision
    = season.take(with_goal(result_correct("team-1", "team-2", 1, 0), "team-1", "Rice"));
  auto infos = sent<InfoFixtureCompleted>(decision);
  BOOST_TEST_REQUIRE(infos.size() == 1u);
  BOOST_TEST(infos[0].goals(0).player() == "Rice");
}

BOOST_AUTO_TEST_CASE(a_fixture_without_a_result_cannot_be_corrected) {
  season_context season;
  season.take(given_season());
  BOOST_TEST(season.refusal_of(result_correct("team-1", "team-2", 1, 0))
             == "conflict: team-1 against team-2 has no result to correct; record it with "
                "result.create.");
}

BOOST_AUTO_TEST_CASE(a_wrong_correction_is_refused_as_a_wrong_result_is) {
  season_context season;
  season.take(given_season());
  season.take(result_create("team-1", "team-2", 1, 0));
  BOOST_TEST(season.refusal_of(result_correct("team-1", "arsenal", 1, 0))
             == "not-found: The season 2022-23 has no fixture team-1 against arsenal.");
  auto message = result_correct("team-1", "team-2", 0, 0);
  BOOST_TEST(season.refusal_of(with_goal(message, "team-1", "Saka"))
             == "invalid-argument: More scorers are listed than the score 0-0 has goals.");
}

BOOST_AUTO_TEST_CASE(the_results_of_a_complete_season_stand) {
  season_context season;
  season.take(given_season());
  play_the_rest(season);
  BOOST_TEST(season.now().completed());
  BOOST_TEST(season.refusal_of(result_correct("team-1", "team-2", 0, 3))
             == "conflict: The season 2022-23 is complete and its money is paid; its results "
                "stand.");
  BOOST_TEST(season.changes_nothing(result_create("team-1", "team-2", 1, 0)));
}

// -- counting results -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_completed_fixture_asks_for_the_table_to_be_updated) {
  season_context season;
  season.take(given_season());
  auto info
    = sent<InfoFixtureCompleted>(season.take(result_create("team-1", "team-2", 1, 0))).front();
  auto decision = season.take(info);
  BOOST_TEST(decision.events.empty());
  BOOST_TEST(names_of(decision) == names{"leaguetable.updateresults"}, per_element());
  auto update = sent<LeagueTableUpdateResults>(decision).front();
  BOOST_TEST(update.league() == "en.1");
  BOOST_TEST(update.season() == "2022-23");
  BOOST_TEST(shown(update.fixture()) == shown(info.fixture()));
}

BOOST_AUTO_TEST_CASE(a_counted_result_is_passed_on_to_the_statistics) {
  season_context season;
  season.take(given_season());
  auto decision = play(season, result_create("team-1", "team-2", 1, 0));
  BOOST_TEST(names_of(decision) == names{"leaguetable.updatestats"}, per_element());
  auto update = sent<LeagueTableUpdateStats>(decision).front();
  BOOST_TEST(update.league() == "en.1");
  BOOST_TEST(update.season() == "2022-23");
  BOOST_TEST(update.fixture().number() == 1u);
  BOOST_TEST(shown(update.fixture().score()) == "home: 1");
  BOOST_TEST(season.now().results() == 1u);
}

BOOST_AUTO_TEST_CASE(a_number_that_no_fixture_has_is_refused) {
  season_context season;
  season.take(given_season());
  for (auto number : {0u, 7u, beyond_int}) {
    LeagueTableUpdateResults update;
    update.set_season("2022-23");
    update.mutable_fixture()->set_number(number);
    BOOST_TEST(season.refusal_of(update)
               == "not-found: The season 2022-23 has no fixture number " + std::to_string(number)
                    + ".");
  }
}

// -- the end of a season --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_last_result_completes_the_season_with_the_final_table) {
  season_context season;
  season.take(given_season());
  play(season, result_create("team-3", "team-1", 2, 0));
  play(season, result_create("team-3", "team-2", 2, 2));
  play(season, result_create("team-1", "team-2", 1, 0));
  play(season, result_create("team-1", "team-3", 0, 1));
  auto before = play(season, result_create("team-2", "team-1", 0, 1));
  BOOST_TEST(names_of(before) == names{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(!season.now().completed());
  auto last = play(season, result_create("team-2", "team-3", 0, 0));
  names expected{"leaguetable.updatestats", "info.seasoncompleted"};
  BOOST_TEST(names_of(last) == expected, per_element());
  BOOST_TEST(season.now().completed());
  auto info = sent<InfoSeasonCompleted>(last).front();
  BOOST_TEST(info.league() == "en.1");
  BOOST_TEST(info.season() == "2022-23");
  names table{"1 team-3 4 2 2 0 5-2 8", "2 team-1 4 2 0 2 2-3 6", "3 team-2 4 0 2 2 2-4 2"};
  BOOST_TEST(lines_of(info.table()) == table, per_element());
  BOOST_TEST(info.table(0).name() == "Team 3");
}

BOOST_AUTO_TEST_CASE(a_season_completes_once) {
  season_context season;
  season.take(given_season());
  play_the_rest(season);
  LeagueTableUpdateResults update;
  *update.mutable_fixture() = list_of(season).fixtures(5);
  BOOST_TEST(names_of(season.take(update)) == names{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(season.now().results() == 6u);
}

BOOST_AUTO_TEST_CASE(the_final_table_has_deductions_corrections_and_awarded_matches) {
  season_context season;
  auto message = season_of(2);
  auto& deduction = *message.mutable_rules()->add_deductions();
  deduction.set_team("team-1");
  deduction.set_points(4);
  season.take(message);
  play(season, result_create("team-1", "team-2", 0, 5));
  play(season, result_correct("team-1", "team-2", 3, 0));
  auto last = play(season, result_create("team-2", "team-1", 0, 0, TO_HOME));
  names table{"1 team-2 2 1 0 1 0-3 3", "2 team-1 2 1 0 1 3-0 -1 (-4)"};
  BOOST_TEST(lines_of(sent<InfoSeasonCompleted>(last).front().table()) == table, per_element());
}

BOOST_AUTO_TEST_CASE(a_season_completes_without_the_fixtures_of_an_expelled_team) {
  season_context season;
  auto message = given_season();
  message.mutable_rules()->add_expelled("team-2");
  auto generated = sent<InfoFixtureListGenerated>(season.take(message));
  BOOST_TEST(generated.front().needed_results() == 2u);
  play(season, result_create("team-1", "team-3", 1, 0));
  auto last = play(season, result_create("team-3", "team-1", 2, 0));
  auto completed = sent<InfoSeasonCompleted>(last);
  BOOST_TEST_REQUIRE(completed.size() == 1u);
  names table{"1 team-3 2 1 0 1 2-1 3", "2 team-1 2 1 0 1 1-2 3"};
  BOOST_TEST(lines_of(completed[0].table()) == table, per_element());
}

BOOST_AUTO_TEST_CASE(a_result_against_an_expelled_team_counts_for_nothing) {
  season_context season;
  auto message = given_season();
  message.mutable_rules()->add_expelled("team-2");
  season.take(message);
  auto annulled = play(season, result_create("team-1", "team-2", 9, 0));
  BOOST_TEST(names_of(annulled) == names{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(season.now().results() == 0u);
  play(season, result_create("team-2", "team-3", 9, 0));
  play(season, result_create("team-1", "team-3", 1, 0));
  BOOST_TEST(!season.now().completed());
  auto last = play(season, result_create("team-3", "team-1", 2, 0));
  names table{"1 team-3 2 1 0 1 2-1 3", "2 team-1 2 1 0 1 1-2 3"};
  BOOST_TEST(lines_of(sent<InfoSeasonCompleted>(last).front().table()) == table, per_element());
}

BOOST_AUTO_TEST_CASE(a_season_on_points_per_game_completes_with_the_fixtures_that_it_was_given) {
  season_context season;
  auto message = season_of(3);
  message.mutable_rules()->set_points_per_game(true);
  give(message, "team-1", "team-2");
  give(message, "team-2", "team-1");
  give(message, "team-3", "team-1");
  season.take(message);
  play(season, result_create("team-1", "team-2", 2, 0));
  play(season, result_create("team-2", "team-1", 0, 0));
  auto last = play(season, result_create("team-3", "team-1", 1, 0));
  names table{"1 team-3 1 1 0 0 1-0 3", "2 team-1 3 1 1 1 2-1 4", "3 team-2 2 0 1 1 0-2 1"};
  BOOST_TEST(lines_of(sent<InfoSeasonCompleted>(last).front().table()) == table, per_element());
}

// -- sponsor.distribute ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_teams_that_finished_last_are_relegated) {
  season_context season;
  auto message = season_of(4);
  message.mutable_rules()->set_relegated(2);
  season.take(message);
  auto decision = season.take(distribute({"team-3", "team-1", "team-4", "team-2"}));
  BOOST_TEST(names_of(decision) == (names{"team.relegate", "team.relegate"}), per_element());
  auto relegated = sent<TeamRelegate>(decision);
  BOOST_TEST(shown(relegated[0])
             == "league: \"en.1\" season: \"2022-23\" team: \"team-4\" position: 3");
  BOOST_TEST(shown(relegated[1])
             == "league: \"en.1\" season: \"2022-23\" team: \"team-2\" position: 4");
  BOOST_TEST(season.now().closed());
}

BOOST_AUTO_TEST_CASE(a_season_is_closed_once) {
  season_context season;
  auto message = season_of(4);
  message.mutable_rules()->set_relegated(2);
  season.take(message);
  auto final_order = distribute({"team-3", "team-1", "team-4", "team-2"});
  season.take(final_order);
  BOOST_TEST(season.changes_nothing(final_order));
}

BOOST_AUTO_TEST_CASE(a_league_that_nobody_leaves_closes_its_season_as_well) {
  season_context season;
  season.take(season_of(2));
  auto decision = season.take(distribute({"team-2", "team-1"}));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(season.now().closed());
}

BOOST_AUTO_TEST_CASE(more_places_for_relegation_than_teams_relegate_every_team) {
  for (auto places : {2u, 3u, beyond_int}) {
    season_context season;
    auto message = season_of(2);
    message.mutable_rules()->set_relegated(places);
    season.take(message);
    auto decision = season.take(distribute({"team-2", "team-1"}));
    BOOST_TEST(decision.messages.size() == 2u, places << " places");
  }
}

// -- info.teamupdated -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_name_of_a_team_is_passed_on_to_the_table) {
  season_context season;
  season.take(season_of(2));
  auto decision = season.take(team_updated("team-2", "Team Two"));
  BOOST_TEST(names_of(decision) == names{"leaguetable.updatedata"}, per_element());
  BOOST_TEST(shown(sent<LeagueTableUpdateData>(decision).front())
             == "league: \"en.1\" season: \"2022-23\" team: \"team-2\" name: \"Team Two\"");
  BOOST_TEST(list_of(season).teams(1).name() == "Team Two");
  BOOST_TEST(season.changes_nothing(team_updated("team-2", "Team Two")));
}

// It was a dead letter that somebody retried late.
BOOST_AUTO_TEST_CASE(a_name_that_comes_after_a_newer_one_changes_nothing) {
  for (auto newest : {"Newest", "team-1"}) {
    season_context season;
    auto message = given_season();
    message.mutable_teams(0)->set_revision(7);
    message.mutable_teams(0)->set_name("team-1");
    season.take(message);
    auto older = team_updated("team-1", "Older");
    older.set_revision(1);
    auto newer = team_updated("team-1", newest);
    newer.set_revision(2);
    season.take(newer);
    BOOST_TEST(list_of(season).teams(0).name() == newest);
    BOOST_TEST(season.changes_nothing(older));
    BOOST_TEST(season.changes_nothing(newer));
  }
}

BOOST_AUTO_TEST_CASE(a_team_of_another_season_does_not_concern_this_one) {
  season_context season;
  season.take(season_of(2));
  BOOST_TEST(season.changes_nothing(team_updated("arsenal", "Arsenal")));
}

BOOST_AUTO_TEST_CASE(a_season_with_a_renamed_team_is_still_the_same_season) {
  season_context season;
  season.take(season_of(2));
  season.take(team_updated("team-2", "Team Two"));
  BOOST_TEST(season.changes_nothing(season_of(2)));
}
