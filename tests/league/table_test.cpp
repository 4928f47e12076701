#define BOOST_TEST_DYN_LINK
#include "league/table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

using namespace touchline::league;

namespace {

constexpr team_index a = 0;
constexpr team_index b = 1;
constexpr team_index c = 2;
constexpr team_index d = 3;

rules order_by(std::vector<tie_break> tie_breaks) {
  rules by;
  by.tie_breaks = std::move(tie_breaks);
  return by;
}

std::vector<int> order_of(std::size_t teams, const std::vector<result>& results, const rules& by) {
  std::vector<int> order;
  for (const auto& row : compute_table(teams, results, by))
    order.push_back(row.team);
  return order;
}

// Four teams; A, B and C have 8 points each, D too. Among A, B and C: A and B have 7 points, C
// has 2. A is ahead of B by goals against C, B is ahead of A by the goals of their own two matches.
const std::vector<result> level_in_a_level_group{
  {a, b, 1, 0}, {b, a, 2, 0}, {a, c, 5, 0}, {c, a, 0, 0}, {b, c, 1, 0}, {c, b, 0, 0},
  {a, d, 1, 1}, {d, a, 1, 0}, {b, d, 1, 1}, {d, b, 1, 0}, {c, d, 9, 0}, {d, c, 0, 1},
};

using order = std::vector<int>;

} // namespace

BOOST_AUTO_TEST_CASE(a_table_counts_home_and_away_matches_of_each_team) {
  const auto rows = compute_table(2, std::vector<result>{{a, b, 3, 1}, {b, a, 2, 2}},
                                  order_by({tie_break::goal_difference}));
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  const auto& first = rows[0];
  BOOST_TEST(first.position == 1);
  BOOST_TEST(int{first.team} == int{a});
  BOOST_TEST(first.played == 2);
  BOOST_TEST(first.won == 1);
  BOOST_TEST(first.drawn == 1);
  BOOST_TEST(first.lost == 0);
  BOOST_TEST(first.goals_for == 5);
  BOOST_TEST(first.goals_against == 3);
  BOOST_TEST(first.goal_difference() == 2);
  BOOST_TEST(first.points == 4);
  BOOST_TEST((first.home == record{1, 0, 0, 3, 1}));
  BOOST_TEST((first.away == record{0, 1, 0, 2, 2}));
  BOOST_TEST((rows[1].away == record{0, 0, 1, 1, 3}));
}

BOOST_AUTO_TEST_CASE(a_season_that_has_not_begun_shows_everybody_with_zeros_in_their_order) {
  auto by = order_by({tie_break::goal_difference, tie_break::goals_for});
  for (const auto points_per_game : {false, true}) {
    by.points_per_game = points_per_game;
    const auto rows = compute_table(3, {}, by);
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      BOOST_TEST(rows[i].team == i);
      BOOST_TEST(rows[i].points == 0);
      BOOST_TEST(rows[i].level_with_above == (i > 0));
    }
  }
}

BOOST_AUTO_TEST_CASE(points_for_a_win_a_draw_and_a_loss_are_configurable) {
  rules by;
  by.points = {2, 1, -1};
  const auto rows = compute_table(3, std::vector<result>{{a, b, 1, 0}, {b, c, 1, 1}}, by);
  BOOST_TEST(rows[0].points == 2);
  BOOST_TEST(rows[1].points == 1);
  BOOST_TEST(rows[2].points == 0);
}

BOOST_AUTO_TEST_CASE(goal_difference_and_goals_for_apply_in_the_order_that_the_rules_give) {
  // A has +2 from 2 goals, B has +1 from 5.
  const std::vector<result> results{{a, c, 2, 0}, {b, c, 5, 4}};
  BOOST_TEST(order_of(3, results, order_by({tie_break::goal_difference, tie_break::goals_for}))
             == (order{a, b, c}));
  BOOST_TEST(order_of(3, results, order_by({tie_break::goals_for, tie_break::goal_difference}))
             == (order{b, a, c}));
}

BOOST_AUTO_TEST_CASE(wins_tell_teams_apart) {
  // Three points each: A drew three times, B won once and lost twice.
  const std::vector<result> results{{a, c, 1, 1}, {a, d, 1, 1}, {c, a, 0, 0},
                                    {b, c, 1, 0}, {d, b, 1, 0}, {c, b, 1, 0}};
  const auto ranked = order_of(4, results, order_by({tie_break::wins}));
  BOOST_TEST(
    (std::find(ranked.begin(), ranked.end(), b) < std::find(ranked.begin(), ranked.end(), a)));
}

BOOST_AUTO_TEST_CASE(away_goals_and_away_wins_count_matches_away_only) {
  const std::vector<result> results{{a, c, 3, 0}, {c, b, 0, 3}};
  BOOST_TEST(order_of(3, results, order_by({tie_break::away_goals})) == (order{b, a, c}));
  BOOST_TEST(order_of(3, results, order_by({tie_break::away_wins})) == (order{b, a, c}));
}

BOOST_AUTO_TEST_CASE(head_to_head_points_come_before_goal_difference_when_the_rules_say_so) {
  // A and B have 6 points; A has the better difference, B won and drew against A.
  const std::vector<result> results{{a, b, 0, 1}, {b, a, 0, 0}, {a, c, 9, 0},
                                    {c, a, 0, 1}, {c, b, 1, 1}, {b, c, 0, 0}};
  auto by = order_by({tie_break::head_to_head_points, tie_break::goal_difference});
  by.deductions = {{a, 1}}; // 6 each then
  BOOST_TEST(order_of(3, results, by) == (order{b, a, c}));
  by.tie_breaks = {tie_break::goal_difference};
  BOOST_TEST(order_of(3, results, by) == (order{a, b, c}));
}

BOOST_AUTO_TEST_CASE(head_to_head_goal_difference_goals_and_away_goals_each_decide) {
  // Level with a win each; 3-1 and 1-2.
  const std::vector<result> by_difference{{a, b, 3, 1}, {b, a, 2, 1}};
  BOOST_TEST(order_of(2, by_difference, order_by({tie_break::head_to_head_goal_difference}))
             == (order{a, b}));
  // Level with a win each by one goal; B scored the more away.
  const std::vector<result> by_away_goals{{a, b, 3, 2}, {b, a, 1, 0}};
  BOOST_TEST(
    order_of(2, by_away_goals,
             order_by({tie_break::head_to_head_points, tie_break::head_to_head_goal_difference,
                       tie_break::head_to_head_away_goals}))
    == (order{b, a}));
  // Among three who are level by points and difference, the one with most goals.
  const std::vector<result> by_goals{{a, b, 1, 0}, {b, a, 1, 0}, {b, c, 5, 4},
                                     {c, b, 5, 4}, {c, a, 2, 1}, {a, c, 2, 1}};
  BOOST_TEST(
    order_of(3, by_goals, order_by({tie_break::head_to_head_points, tie_break::head_to_head_goals}))
    == (order{c, b, a}));
}

BOOST_AUTO_TEST_CASE(those_still_level_in_a_group_of_three_go_on_with_the_matches_among_all_three) {
  auto by = order_by({tie_break::head_to_head_points, tie_break::head_to_head_goal_difference});
  by.deductions = {{d, 5}};
  by.after_head_to_head = regroup::go_on;
  BOOST_TEST(order_of(4, level_in_a_level_group, by) == (order{a, b, c, d}));
}

BOOST_AUTO_TEST_CASE(those_still_level_in_a_group_of_three_start_again_among_themselves) {
  auto by = order_by({tie_break::head_to_head_points, tie_break::head_to_head_goal_difference});
  by.deductions = {{d, 5}};
  by.after_head_to_head = regroup::start_again;
  BOOST_TEST(order_of(4, level_in_a_level_group, by) == (order{b, a, c, d}));
}

BOOST_AUTO_TEST_CASE(head_to_head_waits_until_all_who_are_level_have_met_as_often_as_they_must) {
  // B beat A in the only match between them; A has the better difference.
  const std::vector<result> results{{b, a, 1, 0}, {a, c, 4, 0}, {c, b, 1, 0}};
  auto by = order_by({tie_break::head_to_head_points, tie_break::goal_difference});
  BOOST_TEST(order_of(3, results, by) == (order{a, b, c}));
  by.head_to_head_meetings = 1;
  by.deductions = {{c, 1}};
  BOOST_TEST(order_of(3, results, by) == (order{b, a, c}));
}

BOOST_AUTO_TEST_CASE(lots_depend_on_the_seed_and_on_nothing_else) {
  auto by = order_by({tie_break::drawing_of_lots});
  std::vector<std::vector<int>> drawn;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    by.lots_seed = seed;
    const auto once = order_of(4, {}, by);
    BOOST_TEST(once == order_of(4, {}, by));
    drawn.push_back(once);
    const auto rows = compute_table(4, {}, by);
    BOOST_TEST(std::none_of(rows.begin(), rows.end(),
                            [](const standing& row) { return row.level_with_above; }));
  }
  BOOST_TEST(
    std::any_of(drawn.begin(), drawn.end(), [&](const auto& one) { return one != drawn.front(); }));
}

BOOST_AUTO_TEST_CASE(deductions_add_up_are_shown_and_may_take_points_below_zero) {
  rules by;
  by.deductions = {{a, 4}, {a, 2}};
  const auto rows = compute_table(2, std::vector<result>{{a, b, 1, 0}}, by);
  BOOST_TEST(int{rows[0].team} == int{b});
  BOOST_TEST(rows[1].points == -3);
  BOOST_TEST(rows[1].deducted == 6);
  BOOST_TEST(rows[1].won == 1);
}

BOOST_AUTO_TEST_CASE(points_per_game_orders_by_the_exact_quotient_and_shows_the_real_points) {
  // A: 3 of 1 match. B: 4 of 2. C: 1 of 3.
  const std::vector<result> results{{a, c, 1, 0}, {b, c, 1, 0}, {b, c, 1, 1}};
  rules by;
  by.points_per_game = true;
  const auto rows = compute_table(3, results, by);
  BOOST_TEST(int{rows[0].team} == int{a});
  BOOST_TEST(rows[0].points == 3);
  BOOST_TEST(int{rows[1].team} == int{b});
  BOOST_TEST(rows[1].points == 4);
}

BOOST_AUTO_TEST_CASE(equal_quotients_of_different_matches_are_level) {
  // One point for each match: A from 3 matches, B from 1; the difference must decide.
  const std::vector<result> results{{a, c, 1, 0}, {c, a, 1, 0}, {c, a, 4, 0}, {b, d, 2, 2}};
  auto by = order_by({tie_break::goal_difference});
  by.points_per_game = true;
  const auto ranked = order_of(4, results, by);
  BOOST_TEST(
    (std::find(ranked.begin(), ranked.end(), b) < std::find(ranked.begin(), ranked.end(), a)));
  by.deductions = {{b, 1}};
  BOOST_TEST(order_of(4, results, by).back() == int{b});
}

BOOST_AUTO_TEST_CASE(a_curtailed_season_may_have_its_own_tie_breaks) {
  const std::vector<result> results{{a, b, 1, 0}, {b, a, 0, 0}, {b, c, 3, 0},
                                    {c, a, 0, 0}, {c, b, 0, 0}, {a, c, 0, 1}};
  auto by = order_by({tie_break::goal_difference});
  by.curtailed_tie_breaks = {tie_break::head_to_head_points};
  BOOST_TEST(order_of(3, results, by) == (order{b, a, c}));
  by.points_per_game = true;
  BOOST_TEST(order_of(3, results, by)[0] == int{a});
}

BOOST_AUTO_TEST_CASE(a_team_without_a_match_is_left_out_of_a_table_of_points_per_game) {
  rules by;
  by.points_per_game = true;
  BOOST_TEST(order_of(3, {{a, b, 1, 0}}, by) == (order{a, b}));
  by.points_per_game = false;
  BOOST_TEST(order_of(3, {{a, b, 1, 0}}, by).size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_expelled_team_is_left_out_and_its_results_count_for_nobody) {
  rules by;
  by.expelled = {c};
  const std::vector<result> results{{a, c, 5, 0}, {c, b, 0, 1}, {b, a, 1, 0}};
  const auto rows = compute_table(3, results, by);
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(int{rows[0].team} == int{b});
  BOOST_TEST(rows[0].played == 1);
  BOOST_TEST(rows[1].goals_for == 0);
}

BOOST_AUTO_TEST_CASE(an_award_counts_as_won_whatever_the_goals) {
  const std::vector<result> results{{a, b, 0, 0, award::away}};
  const auto rows = compute_table(2, results, order_by({tie_break::goal_difference}));
  BOOST_TEST(int{rows[0].team} == int{b});
  BOOST_TEST(rows[0].won == 1);
  BOOST_TEST(rows[0].goals_for == 0);
  BOOST_TEST(rows[1].lost == 1);
}

BOOST_AUTO_TEST_CASE(a_decider_settles_its_place_against_head_to_head_and_goals) {
  // Level by points; A won the head-to-head and has the better difference.
  const std::vector<result> results{{a, b, 3, 0}, {b, a, 0, 0}, {b, c, 1, 0},
                                    {c, a, 0, 0}, {c, b, 0, 0}, {a, c, 0, 0}};
  auto by = order_by({tie_break::head_to_head_points, tie_break::goal_difference});
  by.deductions = {{a, 1}};
  BOOST_TEST(order_of(3, results, by) == (order{a, b, c}));
  by.deciders = {{b, a}};
  BOOST_TEST(order_of(3, results, by) == (order{a, b, c}));
  by.decider_places = {1};
  BOOST_TEST(order_of(3, results, by) == (order{b, a, c}));
}

BOOST_AUTO_TEST_CASE(a_decider_place_without_a_decider_goes_by_goals_not_by_head_to_head) {
  // Serie A 2022-23 in small: A won against B, B has the better difference.
  const std::vector<result> results{{a, b, 1, 0}, {b, a, 0, 0}, {b, c, 7, 0},
                                    {c, b, 0, 0}, {a, c, 0, 0}, {c, a, 0, 0}};
  auto by = order_by({tie_break::head_to_head_points, tie_break::goal_difference});
  by.deductions = {{a, 1}};
  BOOST_TEST(order_of(3, results, by)[0] == int{a});
  by.decider_places = {1};
  BOOST_TEST(order_of(3, results, by)[0] == int{b});
}

BOOST_AUTO_TEST_CASE(a_decider_separates_two_teams_that_nothing_else_can) {
  auto by = order_by({tie_break::goal_difference, tie_break::goals_for});
  const std::vector<result> results{{a, b, 1, 1}};
  BOOST_TEST(compute_table(2, results, by)[1].level_with_above);
  by.deciders = {{b, a}};
  const auto rows = compute_table(2, results, by);
  BOOST_TEST(int{rows[0].team} == int{b});
  BOOST_TEST(!rows[1].level_with_above);
}

BOOST_AUTO_TEST_CASE(a_result_that_is_taken_back_leaves_no_trace) {
  table counts{3};
  counts.add({a, b, 2, 1});
  counts.add({b, c, 0, 0});
  counts.add({c, a, 4, 0});
  BOOST_TEST(counts.remove({a, b, 2, 1}));
  BOOST_TEST(!counts.remove({a, b, 2, 1}));
  BOOST_TEST(!counts.remove({c, a, 4, 1}));
  const std::vector<result> rest{{b, c, 0, 0}, {c, a, 4, 0}};
  const rules by;
  BOOST_TEST((counts.standings(by) == compute_table(3, rest, by)));
}

BOOST_AUTO_TEST_CASE(a_cleared_table_starts_from_nothing) {
  table counts{2};
  counts.add({a, b, 2, 1});
  counts.clear(3);
  const rules by;
  BOOST_TEST((counts.standings(by) == compute_table(3, {}, by)));
}

BOOST_AUTO_TEST_CASE(the_order_alone_agrees_with_the_whole_table_in_every_rule_set) {
  table counts{4};
  for (const auto& played : level_in_a_level_group)
    counts.add(played);
  for (const auto name : rule_set_names()) {
    auto by = *rule_set(name, 1, 2022);
    by.expelled = {d};
    std::array<team_index, max_teams> teams{};
    const auto size = counts.order(by, teams);
    const auto rows = counts.standings(by);
    BOOST_TEST_REQUIRE(size == rows.size());
    for (std::size_t i = 0; i < size; ++i)
      BOOST_TEST(int{teams[i]} == int{rows[i].team});
  }
}

BOOST_AUTO_TEST_CASE(the_largest_league_is_ranked_under_every_rule_set) {
  std::vector<result> results;
  for (std::size_t home = 0; home < max_teams; ++home)
    for (std::size_t away = 0; away < max_teams; ++away)
      if (home != away)
        results.push_back({static_cast<team_index>(home), static_cast<team_index>(away), 1, 1});
  for (const auto name : rule_set_names()) {
    auto ranked = order_of(max_teams, results, *rule_set(name, 1, 2022));
    std::sort(ranked.begin(), ranked.end());
    BOOST_TEST_REQUIRE(ranked.size() == max_teams);
    for (std::size_t i = 0; i < max_teams; ++i)
      BOOST_TEST(ranked[i] == static_cast<int>(i));
  }
}
