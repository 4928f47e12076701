// The end of a season with promotion and play-offs, decision by decision.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/fixture_manager/fixture_manager.hpp"
#include "tests/actors/lone_context.hpp"

#include <algorithm>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

using season_context = lone_context<actors::fixture_manager>;
using lines = std::vector<std::string>;

std::string team_name(int number) {
  return "team-" + std::to_string(number);
}

/// A season of which one team goes up, `play_offs` more play off, and one goes down.
FixtureListGenerate season_of(int teams, uint32_t play_offs) {
  FixtureListGenerate result;
  result.set_league("en.2");
  result.set_season("2022-23");
  result.set_league_name("Championship");
  for (int i = 1; i <= teams; ++i) {
    auto& team = *result.add_teams();
    team.set_team(team_name(i));
    team.set_name("Team " + std::to_string(i));
  }
  result.set_start("2022-08-06");
  result.set_end("2023-05-28");
  result.set_seed(7);
  auto& rules = *result.mutable_rules();
  rules.set_rule_set("england");
  rules.set_tier(2);
  rules.set_start_year(2022);
  rules.set_promoted(1);
  rules.set_play_offs(play_offs);
  rules.set_relegated(1);
  return result;
}

FixtureList list_of(season_context& season) {
  FixtureListGet message;
  message.set_league("en.2");
  message.set_season("2022-23");
  return season.answer<FixtureList>(message);
}

template <class Message>
Message about(int home, int away, uint32_t home_goals, uint32_t away_goals, uint32_t shootout_home,
              uint32_t shootout_away) {
  Message result;
  result.set_league("en.2");
  result.set_season("2022-23");
  result.set_home(team_name(home));
  result.set_away(team_name(away));
  auto& score = *result.mutable_score();
  score.set_home(home_goals);
  score.set_away(away_goals);
  score.set_shootout_home(shootout_home);
  score.set_shootout_away(shootout_away);
  return result;
}

/// A result between two teams by their numbers.
ResultCreate create(int home, int away, uint32_t home_goals, uint32_t away_goals,
                    uint32_t shootout_home = 0, uint32_t shootout_away = 0) {
  return about<ResultCreate>(home, away, home_goals, away_goals, shootout_home, shootout_away);
}

ResultCorrect correct(int home, int away, uint32_t home_goals, uint32_t away_goals,
                      uint32_t shootout_home = 0, uint32_t shootout_away = 0) {
  return about<ResultCorrect>(home, away, home_goals, away_goals, shootout_home, shootout_away);
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

/// Plays all league matches: the team with the lower number wins 1-0, so that the final order is
/// that of the numbers. Returns the last decision.
season_context::decision play_league(season_context& season) {
  season_context::decision last;
  for (auto list = list_of(season); auto& x : list.fixtures()) {
    auto home = std::stoi(x.home().substr(5));
    auto away = std::stoi(x.away().substr(5));
    last = play(season, create(home, away, home < away ? 1 : 0, home < away ? 0 : 1));
  }
  return last;
}

/// "31 Play-off final, 2023-06-12: team-2 team-3" for each play-off.
lines play_offs_of(season_context& season) {
  lines result;
  for (auto list = list_of(season); auto& x : list.fixtures())
    if (x.play_off())
      result.push_back(std::to_string(x.number()) + ' ' + x.round() + ", " + x.date() + ": "
                       + x.home() + ' ' + x.away());
  return result;
}

/// A season of six teams whose league matches are over: team-2 to team-5 play off.
season_context with_semi_finals() {
  season_context season;
  season.take(season_of(6, 4));
  play_league(season);
  return season;
}

/// The same, after semi-finals that team-2 and team-3 won.
season_context with_final() {
  auto season = with_semi_finals();
  play(season, create(5, 2, 0, 1));
  play(season, create(4, 3, 2, 2));
  play(season, create(2, 5, 1, 1));
  play(season, create(3, 4, 1, 0));
  return season;
}

lines keys_of(const google::protobuf::RepeatedPtrField<std::string>& keys) {
  return {keys.begin(), keys.end()};
}

} // namespace

// -- the rounds -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_last_league_result_adds_the_first_round_instead_of_completing_the_season) {
  season_context season;
  season.take(season_of(6, 4));
  auto last = play_league(season);
  BOOST_TEST(names_of(last) == lines{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(!season.now().completed());
  lines expected{"31 Play-off semi-final, first leg, 2023-06-02: team-5 team-2",
                 "32 Play-off semi-final, first leg, 2023-06-02: team-4 team-3",
                 "33 Play-off semi-final, second leg, 2023-06-05: team-2 team-5",
                 "34 Play-off semi-final, second leg, 2023-06-05: team-3 team-4"};
  BOOST_TEST(play_offs_of(season) == expected, per_element());
}

BOOST_AUTO_TEST_CASE(the_last_result_of_a_round_adds_the_next_round) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 0, 1));
  play(season, create(2, 5, 1, 1));
  play(season, create(4, 3, 2, 2));
  BOOST_TEST(play_offs_of(season).size() == 4u);
  auto last = play(season, create(3, 4, 1, 0));
  BOOST_TEST(names_of(last) == lines{"leaguetable.updatestats"}, per_element());
  BOOST_TEST_REQUIRE(play_offs_of(season).size() == 5u);
  BOOST_TEST(play_offs_of(season).back() == "35 Play-off final, 2023-06-12: team-2 team-3");
}

BOOST_AUTO_TEST_CASE(the_final_completes_the_season) {
  auto season = with_final();
  auto last = play(season, create(2, 3, 0, 2));
  BOOST_TEST(names_of(last) == (lines{"leaguetable.updatestats", "info.seasoncompleted"}),
             per_element());
  BOOST_TEST(season.now().completed());
  auto info = sent<InfoSeasonCompleted>(last).front();
  BOOST_TEST(keys_of(info.promoted()) == (lines{"team-1", "team-3"}), per_element());
  BOOST_TEST(keys_of(info.relegated()) == lines{"team-6"}, per_element());
  BOOST_TEST(info.last_day() == "2023-06-12");
  BOOST_TEST(info.pyramid() == "");
  BOOST_TEST(info.table_size() == 6);
}

BOOST_AUTO_TEST_CASE(play_offs_count_for_no_table_and_for_no_league_results) {
  auto season = with_final();
  BOOST_TEST(season.now().results() == 30u);
  BOOST_TEST(season.now().needed() == 30u);
  auto info = sent<InfoSeasonCompleted>(play(season, create(2, 3, 0, 9))).front();
  for (int i = 0; i < 6; ++i) {
    BOOST_TEST(info.table(i).team() == team_name(i + 1));
    BOOST_TEST(info.table(i).played() == 10u);
    BOOST_TEST(info.table(i).goals_for() == static_cast<uint32_t>(2 * (5 - i)));
  }
}

BOOST_AUTO_TEST_CASE(two_teams_play_a_final_and_eight_play_three_rounds) {
  season_context two;
  two.take(season_of(4, 2));
  play_league(two);
  BOOST_TEST(play_offs_of(two) == lines{"13 Play-off final, 2023-06-05: team-2 team-3"},
             per_element());
  season_context eight;
  eight.take(season_of(10, 8));
  play_league(eight);
  BOOST_TEST(play_offs_of(eight).size() == 8u);
  auto winner_of = [&eight](const FixtureList& list) {
    season_context::decision last;
    for (auto& x : list.fixtures())
      if (x.play_off() && !x.has_score()) {
        auto home = std::stoi(x.home().substr(5));
        auto away = std::stoi(x.away().substr(5));
        // The worse placed team wins every match.
        last = play(eight, create(home, away, home > away ? 1 : 0, home > away ? 0 : 1));
      }
    return last;
  };
  winner_of(list_of(eight));
  BOOST_TEST(play_offs_of(eight).size() == 12u);
  winner_of(list_of(eight));
  BOOST_TEST(play_offs_of(eight).size() == 13u);
  auto info = sent<InfoSeasonCompleted>(winner_of(list_of(eight))).front();
  BOOST_TEST(keys_of(info.promoted()) == (lines{"team-1", "team-9"}), per_element());
  BOOST_TEST(info.last_day() == "2023-06-19");
}

BOOST_AUTO_TEST_CASE(a_season_without_play_offs_completes_with_its_last_league_match) {
  season_context season;
  season.take(season_of(4, 0));
  auto info = sent<InfoSeasonCompleted>(play_league(season)).front();
  BOOST_TEST(keys_of(info.promoted()) == lines{"team-1"}, per_element());
  BOOST_TEST(keys_of(info.relegated()) == lines{"team-4"}, per_element());
  BOOST_TEST(info.last_day() == "2023-05-28");
  BOOST_TEST(play_offs_of(season).empty());
}

BOOST_AUTO_TEST_CASE(a_season_that_says_nothing_of_promotion_promotes_nobody) {
  season_context season;
  auto message = season_of(4, 0);
  message.mutable_rules()->clear_promoted();
  message.mutable_rules()->set_relegated(2);
  season.take(message);
  auto info = sent<InfoSeasonCompleted>(play_league(season)).front();
  BOOST_TEST(info.promoted_size() == 0);
  BOOST_TEST(keys_of(info.relegated()) == (lines{"team-3", "team-4"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_play_off_takes_the_same_way_as_a_league_match) {
  auto season = with_semi_finals();
  auto created = season.take(create(5, 2, 0, 1));
  BOOST_TEST(names_of(created) == lines{"info.fixturecompleted"}, per_element());
  auto info = sent<InfoFixtureCompleted>(created).front();
  BOOST_TEST(info.fixture().number() == 31u);
  BOOST_TEST(info.fixture().play_off());
  auto update = sent<LeagueTableUpdateResults>(season.take(info));
  BOOST_TEST_REQUIRE(update.size() == 1u);
  auto counted = season.take(update.front());
  BOOST_TEST(names_of(counted) == lines{"leaguetable.updatestats"}, per_element());
  BOOST_TEST(sent<LeagueTableUpdateStats>(counted).front().fixture().play_off());
  BOOST_TEST(season.take(update.front()).events.empty());
}

BOOST_AUTO_TEST_CASE(a_round_waits_until_all_of_its_results_are_counted) {
  auto season = with_semi_finals();
  auto last = season.take(create(5, 2, 0, 1));
  play(season, create(4, 3, 2, 2));
  play(season, create(2, 5, 1, 1));
  play(season, create(3, 4, 1, 0));
  BOOST_TEST(play_offs_of(season).size() == 4u);
  settle(season, last);
  BOOST_TEST(play_offs_of(season).size() == 5u);
}

BOOST_AUTO_TEST_CASE(the_same_season_again_changes_nothing_when_it_has_play_offs) {
  auto season = with_final();
  BOOST_TEST(season.changes_nothing(season_of(6, 4)));
  BOOST_TEST(season.refusal_of(season_of(6, 2)).starts_with("conflict: "));
}

// -- results --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_same_play_off_result_again_changes_nothing_and_another_is_a_conflict) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 1, 1));
  BOOST_TEST(season.changes_nothing(create(5, 2, 1, 1)));
  play(season, create(2, 5, 1, 1, 4, 2));
  BOOST_TEST(season.changes_nothing(create(2, 5, 1, 1, 4, 2)));
  BOOST_TEST(season.refusal_of(create(2, 5, 1, 1, 2, 4))
             == "conflict: team-2 against team-5 is recorded as 1-1 (4-2 on penalties), not 1-1 "
                "(2-4 on penalties); a correction is a message of its own, result.correct.");
}

BOOST_AUTO_TEST_CASE(a_shoot_out_decides_a_tie_that_is_level) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 0, 0));
  play(season, create(4, 3, 2, 1));
  play(season, create(2, 5, 0, 0, 3, 5));
  play(season, create(3, 4, 1, 0, 5, 4));
  BOOST_TEST(play_offs_of(season).back() == "35 Play-off final, 2023-06-12: team-3 team-5");
  auto info = sent<InfoSeasonCompleted>(play(season, create(3, 5, 1, 1, 0, 1))).front();
  BOOST_TEST(info.promoted(1) == "team-5");
}

BOOST_AUTO_TEST_CASE(a_tie_that_is_level_at_its_end_needs_a_shoot_out) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 1, 0));
  BOOST_TEST(season.refusal_of(create(2, 5, 1, 0))
             == "invalid-argument: Play-off semi-final, second leg: 1-0 leaves the tie level; say "
                "who won the shoot-out.");
  BOOST_TEST(season.refusal_of(create(2, 5, 1, 0, 4, 4))
             == "invalid-argument: A shoot-out has a winner; 4-4 is level.");
  auto final_match = with_final();
  BOOST_TEST(final_match.refusal_of(create(2, 3, 1, 1))
             == "invalid-argument: Play-off final: 1-1 leaves the tie level; say who won the "
                "shoot-out.");
}

BOOST_AUTO_TEST_CASE(a_shoot_out_where_none_is_needed_is_refused) {
  auto season = with_semi_finals();
  BOOST_TEST(season.refusal_of(create(5, 2, 1, 1, 4, 2))
             == "invalid-argument: Play-off semi-final, first leg: a first leg has no shoot-out; "
                "leave it out.");
  play(season, create(5, 2, 1, 0));
  BOOST_TEST(season.refusal_of(create(2, 5, 2, 0, 4, 2))
             == "invalid-argument: Play-off semi-final, second leg: 2-0 decides the tie; leave the "
                "shoot-out out.");
}

BOOST_AUTO_TEST_CASE(a_league_match_has_no_shoot_out) {
  season_context season;
  season.take(season_of(4, 0));
  std::string sentence
    = "invalid-argument: team-1 against team-2 is a league match; it has no shoot-out.";
  BOOST_TEST(season.refusal_of(create(1, 2, 1, 1, 4, 2)) == sentence);
  BOOST_TEST(season.refusal_of(create(1, 2, 1, 1, 0, 1)) == sentence);
  season.take(create(1, 2, 1, 1));
  BOOST_TEST(season.refusal_of(correct(1, 2, 1, 1, 4, 2)) == sentence);
}

BOOST_AUTO_TEST_CASE(a_team_scores_at_most_99_penalties) {
  auto season = with_final();
  BOOST_TEST(season.refusal_of(create(2, 3, 1, 1, 99, 98)) == "taken");
  for (auto& x : {create(2, 3, 1, 1, 100, 98), create(2, 3, 1, 1, 0, 4'294'967'295u)})
    BOOST_TEST(season.refusal_of(x)
               == "invalid-argument: Each team scores 0 to 99 penalties in a shoot-out.");
}

BOOST_AUTO_TEST_CASE(a_play_off_cannot_be_awarded) {
  auto season = with_semi_finals();
  auto message = create(5, 2, 0, 0);
  message.mutable_score()->set_award(TO_AWAY);
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: A play-off is decided by its goals; give a match that was "
                "awarded the goals that decide it, as 3-0.");
}

BOOST_AUTO_TEST_CASE(a_second_leg_comes_after_the_first) {
  auto season = with_semi_finals();
  BOOST_TEST(season.refusal_of(create(2, 5, 1, 0))
             == "conflict: The second leg of team-2 against team-5 needs the result of the first "
                "leg before its own.");
}

BOOST_AUTO_TEST_CASE(goals_and_scorers_of_a_play_off_are_checked_as_those_of_a_league_match) {
  auto season = with_semi_finals();
  BOOST_TEST(season.refusal_of(create(5, 2, 37, 0)).starts_with("invalid-argument: "));
  auto message = create(5, 2, 0, 1);
  auto& goal = *message.add_goals();
  goal.set_team("team-3");
  goal.set_player("Saka");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: A goal names the team \"team-3\", which does not play.");
}

// -- corrections ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_play_off_is_corrected_until_the_next_round_is_known) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 1, 0));
  play(season, correct(5, 2, 0, 3));
  play(season, create(4, 3, 0, 0));
  play(season, create(2, 5, 0, 2));
  play(season, correct(2, 5, 0, 4));
  play(season, create(3, 4, 1, 0));
  BOOST_TEST(play_offs_of(season).back() == "35 Play-off final, 2023-06-12: team-3 team-5");
  BOOST_TEST(season.refusal_of(correct(2, 5, 5, 0))
             == "conflict: The next round of the play-offs has begun; the result of team-2 against "
                "team-5 stands.");
}

BOOST_AUTO_TEST_CASE(a_correction_of_the_first_leg_is_held_against_the_second) {
  auto season = with_semi_finals();
  play(season, create(5, 2, 1, 0));
  play(season, create(2, 5, 2, 0));
  BOOST_TEST(season.refusal_of(correct(5, 2, 2, 0))
             == "invalid-argument: Play-off semi-final, second leg: 2-0 leaves the tie level; say "
                "who won the shoot-out.");
  BOOST_TEST(season.refusal_of(correct(5, 2, 3, 0)) == "taken");
  BOOST_TEST(season.refusal_of(correct(2, 5, 1, 0))
             == "invalid-argument: Play-off semi-final, second leg: 1-0 leaves the tie level; say "
                "who won the shoot-out.");
  BOOST_TEST(season.refusal_of(correct(2, 5, 1, 0, 1, 0)) == "taken");
}

BOOST_AUTO_TEST_CASE(a_play_off_without_a_result_cannot_be_corrected) {
  auto season = with_semi_finals();
  BOOST_TEST(season.refusal_of(correct(5, 2, 1, 0))
             == "conflict: team-5 against team-2 has no result to correct; record it with "
                "result.create.");
}

BOOST_AUTO_TEST_CASE(the_results_of_the_league_stand_when_the_play_offs_have_begun) {
  auto season = with_semi_finals();
  BOOST_TEST(season.refusal_of(correct(1, 2, 0, 3))
             == "conflict: The play-offs of the season 2022-23 have begun; the results of its "
                "league matches stand.");
  BOOST_TEST(season.changes_nothing(create(1, 2, 1, 0)));
}

BOOST_AUTO_TEST_CASE(the_results_of_the_play_offs_stand_when_the_season_is_complete) {
  auto season = with_final();
  play(season, create(2, 3, 0, 2));
  for (auto& x : {correct(2, 3, 2, 0), correct(5, 2, 9, 0), correct(1, 6, 0, 3)})
    BOOST_TEST(season.refusal_of(x)
               == "conflict: The season 2022-23 is complete and its money is paid; its results "
                  "stand.");
}

// -- fixturelist.generate -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_play_off_has_0_2_4_or_8_teams) {
  season_context season;
  for (auto play_offs : {0u, 2u, 4u, 8u})
    BOOST_TEST(season.refusal_of(season_of(20, play_offs)) == "taken");
  for (auto play_offs : {1u, 3u, 6u, 16u, 4'294'967'295u})
    BOOST_TEST(season.refusal_of(season_of(20, play_offs))
               == "invalid-argument: A play-off has 0, 2, 4 or 8 teams, not "
                    + std::to_string(play_offs) + ".");
}

BOOST_AUTO_TEST_CASE(those_who_go_up_play_off_and_go_down_fit_the_table) {
  season_context season;
  BOOST_TEST(season.refusal_of(season_of(6, 4)) == "taken");
  BOOST_TEST(season.refusal_of(season_of(5, 4))
             == "invalid-argument: The final table has 5 teams, too few for 1 to go up, 4 to play "
                "off and 1 to go down.");
  auto message = season_of(6, 0);
  message.mutable_rules()->set_promoted(4'294'967'295u);
  BOOST_TEST(season.refusal_of(message).starts_with("invalid-argument: The final table has 6"));
  message = season_of(6, 4);
  message.mutable_rules()->add_expelled("team-6");
  BOOST_TEST(season.refusal_of(message).starts_with("invalid-argument: The final table has 5"));
}

BOOST_AUTO_TEST_CASE(on_points_per_game_only_teams_that_play_are_in_the_table) {
  season_context season;
  auto message = season_of(4, 2);
  message.mutable_rules()->set_points_per_game(true);
  message.mutable_rules()->set_relegated(0);
  for (int home = 1; home <= 2; ++home) {
    auto& fixture = *message.add_fixtures();
    fixture.set_number(static_cast<uint32_t>(home));
    fixture.set_date("2022-08-06");
    fixture.set_home(team_name(home));
    fixture.set_away(team_name(3 - home));
  }
  BOOST_TEST(season.refusal_of(message).starts_with("invalid-argument: The final table has 2"));
  message.mutable_rules()->set_promoted(0);
  BOOST_TEST(season.refusal_of(message) == "taken");
}

BOOST_AUTO_TEST_CASE(a_league_belongs_to_no_other_pyramid) {
  season_context season;
  auto message = season_of(6, 4);
  message.mutable_rules()->set_pyramid("en");
  BOOST_TEST(season.refusal_of(message) == "taken");
  message.mutable_rules()->set_pyramid("fr");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The league en.2 belongs to the pyramid en, not to \"fr\".");
}

BOOST_AUTO_TEST_CASE(a_given_list_has_no_play_offs) {
  season_context season;
  auto message = season_of(2, 0);
  auto& fixture = *message.add_fixtures();
  fixture.set_number(1);
  fixture.set_date("2022-08-06");
  fixture.set_home("team-1");
  fixture.set_away("team-2");
  fixture.set_play_off(true);
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: Fixture 1 is a play-off; those are added when the league "
                "matches are over.");
}

BOOST_AUTO_TEST_CASE(play_offs_end_in_the_year_9999_at_the_latest) {
  season_context season;
  auto message = season_of(6, 4);
  message.set_start("9999-01-01");
  message.set_end("9999-12-16");
  BOOST_TEST(season.refusal_of(message) == "taken");
  message.set_end("9999-12-17");
  BOOST_TEST(season.refusal_of(message)
             == "invalid-argument: The play-offs would end after the year 9999.");
}

// -- sponsor.distribute ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_league_of_a_pyramid_does_not_relegate_by_itself) {
  season_context season;
  auto message = season_of(4, 0);
  message.mutable_rules()->set_pyramid("en");
  season.take(message);
  auto info = sent<InfoSeasonCompleted>(play_league(season)).front();
  BOOST_TEST(info.pyramid() == "en");
  SponsorDistribute distribute;
  distribute.set_league("en.2");
  distribute.set_season("2022-23");
  for (int i = 1; i <= 4; ++i)
    distribute.add_teams(team_name(i));
  BOOST_TEST(season.take(distribute).messages.empty());
  BOOST_TEST(season.now().closed());
  BOOST_TEST(season.changes_nothing(distribute));
}
