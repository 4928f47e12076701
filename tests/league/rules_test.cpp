#define BOOST_TEST_DYN_LINK
#include "league/rules.hpp"

#include <boost/test/unit_test.hpp>

#include "league/table.hpp"

#include <string>
#include <vector>

using namespace touchline::league;

namespace {

std::vector<std::string> names_of(const std::vector<tie_break>& tie_breaks) {
  std::vector<std::string> names;
  for (const auto kind : tie_breaks)
    names.emplace_back(to_string(kind));
  return names;
}

std::vector<std::string> tie_breaks_of(std::string_view name, int tier, int season) {
  return names_of(rule_set(name, tier, season)->tie_breaks);
}

using names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(an_unknown_rule_set_is_refused_with_the_list_of_those_that_are_known) {
  const auto by = rule_set("scotland", 1, 2022);
  BOOST_TEST_REQUIRE(!by.has_value());
  BOOST_TEST(
    by.error()
    == "There is no rule set 'scotland'; choose one of england, spain, italy, germany or france.");
}

BOOST_AUTO_TEST_CASE(every_known_rule_set_can_be_had_for_every_tier_and_time) {
  for (const auto name : rule_set_names())
    for (const auto tier : {-1, 0, 1, 2, 3, 4, 9})
      for (const auto season : {0, 1888, 1992, 2019, 2025, 9999}) {
        const auto by = rule_set(name, tier, season);
        BOOST_TEST_REQUIRE(by.has_value());
        BOOST_TEST(by->name == name);
        BOOST_TEST(!by->tie_breaks.empty());
      }
}

BOOST_AUTO_TEST_CASE(the_premier_league_looks_at_head_to_head_since_2019) {
  BOOST_TEST(tie_breaks_of("england", 1, 2018) == (names{"goal difference", "goals for"}));
  BOOST_TEST(
    tie_breaks_of("england", 1, 2019)
    == (names{"goal difference", "goals for", "head-to-head points", "head-to-head away goals"}));
}

BOOST_AUTO_TEST_CASE(the_football_league_put_goals_before_their_difference_in_the_nineties) {
  BOOST_TEST(tie_breaks_of("england", 2, 1998)[0] == "goals for");
  BOOST_TEST(tie_breaks_of("england", 2, 1999)[0] == "goal difference");
  BOOST_TEST(tie_breaks_of("england", 4, 2022)[5] == "wins");
}

BOOST_AUTO_TEST_CASE(spain_and_italy_put_head_to_head_first_and_treat_the_rest_differently) {
  const auto spain = rule_set("spain", 1, 2018);
  const auto italy = rule_set("italy", 1, 2018);
  const names order{"head-to-head points", "head-to-head goal difference", "goal difference",
                    "goals for"};
  BOOST_TEST(names_of(spain->tie_breaks) == order);
  BOOST_TEST(tie_breaks_of("italy", 1, 2018)
             == (names{order[0], order[1], order[2], order[3], "drawing of lots"}));
  BOOST_TEST((spain->after_head_to_head == regroup::start_again));
  BOOST_TEST((italy->after_head_to_head == regroup::go_on));
}

BOOST_AUTO_TEST_CASE(serie_a_decides_the_first_and_the_seventeenth_place_by_a_match_since_2022) {
  BOOST_TEST(rule_set("italy", 1, 2021)->decider_places.empty());
  BOOST_TEST(rule_set("italy", 1, 2022)->decider_places == (std::vector<int>{1, 17}));
  BOOST_TEST(rule_set("italy", 2, 2022)->decider_places.empty());
}

BOOST_AUTO_TEST_CASE(france_changed_what_follows_goal_difference_in_2017_and_2025) {
  BOOST_TEST(tie_breaks_of("france", 1, 2016) == (names{"goal difference", "goals for"}));
  BOOST_TEST(
    tie_breaks_of("france", 1, 2017)
    == (names{"goal difference", "head-to-head points", "head-to-head goal difference",
              "head-to-head goals", "head-to-head away goals", "goals for", "away goals"}));
  BOOST_TEST(tie_breaks_of("france", 2, 2025)
             == (names{"goal difference", "head-to-head points", "head-to-head goal difference",
                       "goals for", "wins", "away wins"}));
}

BOOST_AUTO_TEST_CASE(germany_counts_all_away_goals_last) {
  BOOST_TEST(tie_breaks_of("germany", 3, 2022)
             == (names{"goal difference", "goals for", "head-to-head points",
                       "head-to-head goal difference", "head-to-head away goals", "away goals"}));
}

BOOST_AUTO_TEST_CASE(three_points_for_a_win_came_at_different_times) {
  const auto win
    = [](std::string_view name, int season) { return rule_set(name, 1, season)->points.win; };
  BOOST_TEST(win("england", 1980) == 2);
  BOOST_TEST(win("england", 1981) == 3);
  BOOST_TEST(win("spain", 1994) == 2);
  BOOST_TEST(win("spain", 1995) == 3);
  BOOST_TEST(win("italy", 1994) == 3);
  BOOST_TEST(win("germany", 1995) == 3);
  BOOST_TEST(win("france", 1988) == 3);
  BOOST_TEST(win("france", 1989) == 2);
}

// Ligue 1 2023-24, places 16 and 17: level by points and difference, and by points, difference and
// goals between them; Metz were placed higher by their away goals.
BOOST_AUTO_TEST_CASE(metz_finish_before_lorient_by_away_goals_though_lorient_scored_more) {
  constexpr team_index lorient = 0;
  constexpr team_index metz = 1;
  constexpr team_index other = 2;
  const std::vector<result> results{{lorient, metz, 2, 3},  {metz, lorient, 1, 2},
                                    {lorient, other, 5, 0}, {other, lorient, 5, 0},
                                    {metz, other, 1, 0},    {other, metz, 1, 0}};
  const auto ranked = [&](int season) {
    auto by = *rule_set("france", 1, season);
    by.deductions = {{other, 1}};
    return compute_table(3, results, by);
  };
  const auto now = ranked(2023);
  const auto then = ranked(2015);
  const auto place = [](const std::vector<standing>& rows, team_index team) {
    for (const auto& row : rows)
      if (row.team == team)
        return row.position;
    return 0;
  };
  BOOST_TEST(place(now, metz) < place(now, lorient));
  BOOST_TEST(place(then, lorient) < place(then, metz));
}

BOOST_AUTO_TEST_CASE(country_codes_lead_to_rule_sets) {
  BOOST_TEST(rule_set_of_country("en").value() == "england");
  BOOST_TEST(rule_set_of_country("uk").value() == "england");
  BOOST_TEST(rule_set_of_country("es").value() == "spain");
  BOOST_TEST(rule_set_of_country("it").value() == "italy");
  BOOST_TEST(rule_set_of_country("de").value() == "germany");
  BOOST_TEST(rule_set_of_country("fr").value() == "france");
  BOOST_TEST(!rule_set_of_country("at").has_value());
  BOOST_TEST(!rule_set_of_country("").has_value());
}

BOOST_AUTO_TEST_CASE(places_follow_the_size_of_the_leagues) {
  BOOST_TEST((rule_set("england", 1, 2022)->outcome == places{0, 0, 3, 0}));
  BOOST_TEST((rule_set("england", 3, 2019)->outcome == places{2, 4, 3, 0}));
  BOOST_TEST((rule_set("france", 1, 2022)->outcome == places{0, 0, 4, 0}));
  BOOST_TEST((rule_set("france", 1, 2023)->outcome == places{0, 0, 2, 1}));
  BOOST_TEST((rule_set("germany", 2, 2022)->outcome == places{2, 1, 2, 1}));
}
