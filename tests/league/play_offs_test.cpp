// Promotion play-offs: brackets, shoot-outs, dates, names, and what is refused.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "league/play_offs.hpp"

using namespace touchline::league;

namespace {

using results = std::vector<std::optional<play_off_result>>;

constexpr std::size_t luton = 0;
constexpr std::size_t middlesbrough = 1;
constexpr std::size_t coventry = 2;
constexpr std::size_t sunderland = 3;

/// The semi-finals of the Championship 2022-23, in the order of the bracket.
const results semi_finals_of_2023{
  play_off_result{2, 1}, // Sunderland v Luton
  play_off_result{0, 0}, // Coventry v Middlesbrough
  play_off_result{2, 0}, // Luton v Sunderland
  play_off_result{0, 1}, // Middlesbrough v Coventry
};

play_off_bracket bracket_of(std::size_t qualifiers, const results& played) {
  auto bracket = make_play_off_bracket(qualifiers, played);
  BOOST_REQUIRE_MESSAGE(bracket, bracket.error());
  return *bracket;
}

std::string error_of(std::size_t qualifiers, const results& played) {
  const auto bracket = make_play_off_bracket(qualifiers, played);
  BOOST_REQUIRE(!bracket);
  return bracket.error();
}

results with(results list, play_off_result last) {
  list.emplace_back(last);
  return list;
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_play_off)

BOOST_AUTO_TEST_CASE(of_four_opens_with_two_legs_each_at_the_lower_placed_teams_first) {
  const auto bracket = bracket_of(4, {});
  const std::vector<play_off_match> expected{
    {1, 1, 0, 4, sunderland, luton},
    {1, 1, 1, 4, coventry, middlesbrough},
    {1, 2, 0, 4, luton, sunderland},
    {1, 2, 1, 4, middlesbrough, coventry},
  };
  BOOST_CHECK(bracket.matches == expected);
  BOOST_CHECK(!bracket.winner);
}

BOOST_AUTO_TEST_CASE(ends_as_the_championships_of_2023_did) {
  const auto before = bracket_of(4, semi_finals_of_2023);
  BOOST_REQUIRE(before.matches.size() == 5U);
  BOOST_CHECK(before.matches.back() == (play_off_match{2, 1, 0, 2, luton, coventry}));
  BOOST_CHECK(!before.winner);
  const auto after = bracket_of(4, with(semi_finals_of_2023, {1, 1, true}));
  BOOST_CHECK(after.matches == before.matches);
  BOOST_TEST(after.winner.value() == luton);
  BOOST_TEST(bracket_of(4, with(semi_finals_of_2023, {1, 1, false})).winner.value() == coventry);
  BOOST_TEST(bracket_of(4, with(semi_finals_of_2023, {0, 2})).winner.value() == coventry);
}

BOOST_AUTO_TEST_CASE(waits_for_every_match_of_a_round_in_any_order) {
  auto played = semi_finals_of_2023;
  played[2] = std::nullopt;
  BOOST_TEST(bracket_of(4, played).matches.size() == 4U);
  played.resize(2);
  BOOST_TEST(bracket_of(4, played).matches.size() == 4U);
  played[0] = std::nullopt;
  BOOST_TEST(bracket_of(4, played).matches.size() == 4U);
}

BOOST_AUTO_TEST_CASE(knows_no_away_goals_rule) {
  // 2-1 and 1-0: level on aggregate, the away team of the second leg has an away goal more.
  const results level{play_off_result{2, 1}, play_off_result{0, 1}, play_off_result{1, 0, false}};
  const auto bracket = bracket_of(4, with(level, {0, 0}));
  BOOST_CHECK(bracket.matches.back() == (play_off_match{2, 1, 0, 2, middlesbrough, sunderland}));
  const results won{play_off_result{2, 1}, play_off_result{0, 1}, play_off_result{1, 0, true}};
  BOOST_TEST(bracket_of(4, with(won, {0, 0})).matches.back().home == luton);
}

BOOST_AUTO_TEST_CASE(of_two_is_a_final_and_of_none_is_nothing) {
  const auto bracket = bracket_of(2, {});
  BOOST_REQUIRE(bracket.matches.size() == 1U);
  BOOST_CHECK(bracket.matches[0] == (play_off_match{1, 1, 0, 2, 0, 1}));
  BOOST_TEST(bracket_of(2, {play_off_result{0, 1}}).winner.value() == 1U);
  BOOST_CHECK(bracket_of(0, {}) == play_off_bracket{});
}

BOOST_AUTO_TEST_CASE(of_eight_pairs_the_best_left_with_the_worst_left_in_every_round) {
  results played;
  for (const auto away_goals : {0U, 1U, 1U, 0U})
    played.emplace_back(play_off_result{0, away_goals}); // first legs: 8-1, 7-2, 6-3, 5-4
  for (const auto home_goals : {0U, 1U, 0U, 0U})
    played.emplace_back(play_off_result{home_goals, home_goals == 1 ? 0U : 3U});
  // 8th, 2nd, 6th and 5th go on: 2nd v 8th, 5th v 6th.
  const auto semi_finals = bracket_of(8, played);
  BOOST_REQUIRE(semi_finals.matches.size() == 12U);
  BOOST_CHECK(semi_finals.matches[8] == (play_off_match{2, 1, 0, 4, 7, 1}));
  BOOST_CHECK(semi_finals.matches[9] == (play_off_match{2, 1, 1, 4, 5, 4}));
  BOOST_CHECK(semi_finals.matches[10] == (play_off_match{2, 2, 0, 4, 1, 7}));
  BOOST_CHECK(semi_finals.matches[11] == (play_off_match{2, 2, 1, 4, 4, 5}));
  for (const auto& result : {play_off_result{1, 0}, {0, 0}, {0, 0}, {0, 2}})
    played.emplace_back(result);
  const auto final = bracket_of(8, played);
  BOOST_REQUIRE(final.matches.size() == play_off_match_count(8));
  BOOST_CHECK(final.matches.back() == (play_off_match{3, 1, 0, 2, 5, 7}));
  BOOST_TEST(bracket_of(8, with(played, {3, 2})).winner.value() == 5U);
}

BOOST_AUTO_TEST_CASE(has_as_many_matches_as_announced) {
  BOOST_TEST(play_off_match_count(0) == 0U);
  BOOST_TEST(play_off_match_count(2) == bracket_of(2, {}).matches.size());
  BOOST_TEST(play_off_match_count(4) == bracket_of(4, semi_finals_of_2023).matches.size());
  BOOST_TEST(play_off_match_count(6) == 0U);
}

BOOST_AUTO_TEST_CASE(has_names_for_people) {
  std::vector<std::string> names;
  for (const auto& match : bracket_of(4, semi_finals_of_2023).matches)
    names.push_back(play_off_match_name(match));
  const std::vector<std::string> expected{
    "Play-off semi-final, first leg",
    "Play-off semi-final, first leg",
    "Play-off semi-final, second leg",
    "Play-off semi-final, second leg",
    "Play-off final",
  };
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  const auto first_round = bracket_of(8, {});
  BOOST_TEST(play_off_match_name(first_round.matches[0]) == "Play-off quarter-final, first leg");
  BOOST_TEST(play_off_match_name(first_round.matches[7]) == "Play-off quarter-final, second leg");
}

BOOST_AUTO_TEST_CASE(takes_a_week_a_round_and_no_team_plays_twice_on_a_day) {
  std::vector<long> days;
  for (const auto& match : bracket_of(4, semi_finals_of_2023).matches)
    days.push_back(play_off_day(match).count());
  BOOST_TEST(days == (std::vector<long>{5, 5, 8, 8, 15}), boost::test_tools::per_element());
  BOOST_TEST(play_off_day(bracket_of(2, {}).matches[0]).count() == 8);
  results played(4, play_off_result{0, 0});
  played.resize(8, play_off_result{1, 0});
  std::set<std::pair<std::size_t, long>> engagements;
  const auto bracket = bracket_of(8, played);
  for (const auto& match : bracket.matches) {
    BOOST_TEST(engagements.emplace(match.home, play_off_day(match).count()).second);
    BOOST_TEST(engagements.emplace(match.away, play_off_day(match).count()).second);
  }
  BOOST_TEST(play_off_day(bracket.matches.back()).count() == 15);
}

BOOST_AUTO_TEST_CASE(finds_the_first_leg_of_a_second_leg) {
  const auto matches = bracket_of(4, semi_finals_of_2023).matches;
  BOOST_CHECK(!first_leg_of(matches, matches[1]));
  BOOST_TEST(first_leg_of(matches, matches[2]).value() == 0U);
  BOOST_TEST(first_leg_of(matches, matches[3]).value() == 1U);
  BOOST_CHECK(!first_leg_of(matches, matches[4]));
  BOOST_CHECK(!first_leg_of({}, matches[3]));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_play_off_result)

BOOST_AUTO_TEST_CASE(needs_a_shoot_out_only_where_a_tie_is_decided_and_level) {
  const auto matches = bracket_of(4, semi_finals_of_2023).matches;
  BOOST_CHECK(!needs_shoot_out(matches[0], std::nullopt, {1, 1}));
  BOOST_CHECK(!needs_shoot_out(matches[2], play_off_result{2, 1}, {1, 1}));
  BOOST_CHECK(needs_shoot_out(matches[2], play_off_result{2, 1}, {1, 0}));
  BOOST_CHECK(needs_shoot_out(matches[2], play_off_result{2, 2}, {0, 0}));
  BOOST_CHECK(needs_shoot_out(matches[4], std::nullopt, {0, 0}));
  BOOST_CHECK(!needs_shoot_out(matches[4], std::nullopt, {4'000'000'000, 0}));
}

BOOST_AUTO_TEST_CASE(is_checked_alone_as_it_is_in_the_bracket) {
  const auto matches = bracket_of(4, semi_finals_of_2023).matches;
  BOOST_CHECK(!check_play_off_result(matches[0], std::nullopt, {1, 1}));
  BOOST_CHECK(!check_play_off_result(matches[2], play_off_result{2, 1}, {1, 0, false}));
  BOOST_TEST(check_play_off_result(matches[4], std::nullopt, {1, 1}).value()
             == error_of(4, with(semi_finals_of_2023, {1, 1})));
}

BOOST_AUTO_TEST_CASE(is_refused_when_a_decisive_match_stays_level) {
  BOOST_TEST(error_of(4, with(semi_finals_of_2023, {1, 1}))
             == "Play-off final: 1-1 leaves the tie level; say who won the shoot-out.");
  auto played = semi_finals_of_2023;
  played[3] = play_off_result{2, 2};
  BOOST_TEST(
    error_of(4, played)
    == "Play-off semi-final, second leg: 2-2 leaves the tie level; say who won the shoot-out.");
}

BOOST_AUTO_TEST_CASE(is_refused_with_a_shoot_out_that_nobody_needs) {
  BOOST_TEST(error_of(4, with(semi_finals_of_2023, {2, 1, true}))
             == "Play-off final: 2-1 decides the tie; leave the shoot-out out.");
  BOOST_TEST(error_of(4, {play_off_result{1, 1, true}})
             == "Play-off semi-final, first leg: a first leg has no shoot-out; leave it out.");
  auto played = semi_finals_of_2023;
  played[2] = play_off_result{0, 0, true};
  BOOST_TEST(error_of(4, played)
             == "Play-off semi-final, second leg: 0-0 decides the tie; leave the shoot-out out.");
}

BOOST_AUTO_TEST_CASE(of_a_second_leg_is_refused_before_the_first) {
  auto played = semi_finals_of_2023;
  played[1] = std::nullopt;
  BOOST_TEST(
    error_of(4, played)
    == "Play-off semi-final, second leg, needs the result of the first leg before its own.");
}

BOOST_AUTO_TEST_CASE(is_refused_without_a_match) {
  BOOST_TEST(
    error_of(2, {play_off_result{1, 0}, play_off_result{1, 0}})
    == "There are more results (2) than matches of the play-off whose teams are known (1).");
  results played(5);
  BOOST_TEST(
    error_of(4, played)
    == "There are more results (5) than matches of the play-off whose teams are known (4).");
  BOOST_TEST(
    error_of(0, {play_off_result{1, 0}})
    == "There are more results (1) than matches of the play-off whose teams are known (0).");
}

BOOST_AUTO_TEST_CASE(is_not_asked_for_when_the_number_of_teams_is_unknown) {
  for (const std::size_t count : {1U, 3U, 5U, 6U, 7U, 9U, 16U})
    BOOST_TEST(error_of(count, {})
               == "A play-off has 0, 2, 4 or 8 teams, not " + std::to_string(count) + ".");
}

BOOST_AUTO_TEST_SUITE_END()
