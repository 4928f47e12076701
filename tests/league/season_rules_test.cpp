#define BOOST_TEST_DYN_LINK
#include "league/season_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace touchline::league;

namespace {

struct played {
  std::string home;
  std::string away;
  std::string score;
  std::string more = {};
};

std::string file_of(const std::string& name, const std::vector<played>& matches) {
  std::string text;
  for (const auto& one : matches)
    text += (text.empty() ? "" : ",") + std::string{R"({"date": "2022-08-05", "team1": ")"}
            + one.home + R"(", "team2": ")" + one.away + R"(", "score": )" + one.score + one.more
            + "}";
  return "{\"name\": \"" + name + "\", \"matches\": [" + text + "]}";
}

season_file season_of(const std::string& name, const std::string& file,
                      const std::vector<played>& matches) {
  auto season = parse_season(file_of(name, matches), file);
  BOOST_TEST_REQUIRE(season.has_value(), (season ? "" : season.error().message));
  return std::move(*season);
}

std::vector<std::string> table_of(const season_file& season, const rule_choice& choice) {
  const auto by = rules_for(season, choice);
  BOOST_TEST_REQUIRE(by.has_value(), (by ? "" : by.error().message));
  std::vector<std::string> names;
  for (const auto& row : compute_table(season.teams.size(), season.results(), *by))
    names.push_back(season.teams[row.team].name);
  return names;
}

const std::vector<played> two_teams{{"Arsenal FC", "Chelsea FC", "[1, 0]"}};

using names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(the_rule_set_is_told_from_the_file_then_from_the_leagues_name) {
  const auto rule_set_name = [](const std::string& league, const std::string& file) {
    return rules_for(season_of(league, file, two_teams), {})->name;
  };
  BOOST_TEST(rule_set_name("Anything 2022/23", "x/es.2.json") == "spain");
  BOOST_TEST(rule_set_name("English League One 2022/23", "season.json") == "england");
  BOOST_TEST(rule_set_name("Deutsche Bundesliga 2022/23", "") == "germany");
}

BOOST_AUTO_TEST_CASE(the_rule_set_that_was_chosen_wins) {
  rule_choice choice;
  choice.rule_set = "italy";
  BOOST_TEST(
    rules_for(season_of("English Premier League 2022/23", "en.1.json", two_teams), choice)->name
    == "italy");
}

BOOST_AUTO_TEST_CASE(an_unknown_rule_set_or_none_to_be_told_is_refused) {
  rule_choice choice;
  choice.rule_set = "atlantis";
  const auto unknown
    = rules_for(season_of("English Premier League 2022/23", "en.1.json", two_teams), choice);
  BOOST_TEST_REQUIRE(!unknown.has_value());
  BOOST_TEST(
    unknown.error().message
    == "There is no rule set 'atlantis'; choose one of england, spain, italy, germany or france.");
  const auto untold = rules_for(season_of("Some League", "season.json", two_teams), {});
  BOOST_TEST_REQUIRE(!untold.has_value());
  BOOST_TEST(untold.error().message
             == "Neither the file's name nor the league's name 'Some League' tells whose rules "
                "apply; choose one of england, spain, "
                "italy, germany, france.");
}

BOOST_AUTO_TEST_CASE(points_are_deducted_from_the_team_that_is_named) {
  const auto season = season_of("English Premier League 2022/23", "en.1.json", two_teams);
  rule_choice choice;
  choice.deductions = {{"arsenal", 4}};
  BOOST_TEST(table_of(season, choice) == (names{"Chelsea FC", "Arsenal FC"}));
}

BOOST_AUTO_TEST_CASE(a_deduction_that_cannot_be_is_refused) {
  const auto season = season_of("English Premier League 2022/23", "en.1.json", two_teams);
  rule_choice choice;
  choice.deductions = {{"Everton", 8}};
  BOOST_TEST(
    rules_for(season, choice).error().message
    == "There is no team 'Everton' to take points from; the teams are Arsenal FC, Chelsea FC.");
  choice.deductions = {{"Arsenal FC", -1}};
  BOOST_TEST(
    rules_for(season, choice).error().message
    == "A deduction of -1 points from 'Arsenal FC' cannot be; it is a whole number from 0 to 200.");
}

// Ligue 1 2019-20 in small: Nice before Reims by the matches between them, though Reims had the
// better goal difference; Dijon before Saint-Étienne by goal difference, though they lost the only
// match between them.
BOOST_AUTO_TEST_CASE(
  ligue_1_by_points_per_game_looks_at_head_to_head_where_both_matches_were_played) {
  const auto season
    = season_of("French Ligue 1 2019/20", "fr.1.json",
                {{"OGC Nice", "Stade de Reims", "[2, 0]"},
                 {"Stade de Reims", "OGC Nice", "[1, 1]"},
                 {"Toulouse FC", "OGC Nice", "[9, 0]"},
                 {"Stade de Reims", "Toulouse FC", "[6, 0]"},
                 {"Dijon FCO", "AS Saint-Étienne", "[1, 2]"},
                 {"Dijon FCO", "Toulouse FC", "[5, 0]"},
                 {"Toulouse FC", "AS Saint-Étienne", "[5, 0]"},
                 {"Amiens SC", "AS Saint-Étienne", "[1, 0]", R"(, "status": "cancelled")"},
                 {"AS Saint-Étienne", "Dijon FCO", "{}", R"(, "status": "cancelled")"}});
  rule_choice choice;
  choice.points_per_game = true;
  const auto table = table_of(season, choice);
  const auto place = [&](const std::string& team) {
    return std::find(table.begin(), table.end(), team) - table.begin();
  };
  BOOST_TEST(place("OGC Nice") < place("Stade de Reims"));
  BOOST_TEST(place("Dijon FCO") < place("AS Saint-Étienne"));
  BOOST_TEST(place("Amiens SC") == static_cast<std::ptrdiff_t>(table.size()));
}

BOOST_AUTO_TEST_CASE(an_expelled_team_is_not_in_the_table) {
  const std::string off = R"(, "status": "cancelled")";
  const auto season = season_of("English League One 2019/20", "en.3.json",
                                {{"A", "B", "[1, 0]"},
                                 {"B", "A", "[1, 1]"},
                                 {"Bury FC", "A", "{}", off},
                                 {"B", "Bury FC", "{}", off}});
  BOOST_TEST(table_of(season, {}) == (names{"A", "B"}));
}

BOOST_AUTO_TEST_CASE(a_decider_in_the_file_settles_first_place_in_serie_a) {
  const std::vector<played> level{{"AC Milan", "Inter", "[3, 0]"}, {"Inter", "AC Milan", "[1, 0]"}};
  const auto without = season_of("Italian Serie A 2022/23", "it.1.json", level);
  BOOST_TEST(table_of(without, {}) == (names{"AC Milan", "Inter"}));
  auto with = level;
  with.push_back(
    {"AC Milan", "Inter", R"({"ft": [1, 1], "p": [3, 4]})", R"(, "round": "Spareggio")"});
  BOOST_TEST(table_of(season_of("Italian Serie A 2022/23", "it.1.json", with), {})
             == (names{"Inter", "AC Milan"}));
}

BOOST_AUTO_TEST_CASE(two_legs_decide_by_their_sum_and_an_unfinished_tie_decides_nothing) {
  const std::vector<played> level{{"A", "B", "[3, 0]"}, {"B", "A", "[1, 0]"}};
  auto legs = level;
  legs.push_back({"A", "B", "[1, 0]", R"(, "stage": "Spareggio")"});
  legs.push_back({"B", "A", "[2, 0]", R"(, "stage": "Spareggio")"});
  BOOST_TEST(table_of(season_of("Italian Serie A 2023/24", "it.1.json", legs), {})
             == (names{"B", "A"}));
  legs.back().score = "{}";
  BOOST_TEST(table_of(season_of("Italian Serie A 2023/24", "it.1.json", legs), {})
             == (names{"A", "B"}));
}

BOOST_AUTO_TEST_CASE(promotion_play_offs_do_not_change_the_table) {
  const auto season = season_of("English Championship 2022/23", "en.2.json",
                                {{"A", "B", "[1, 1]"},
                                 {"B", "A", "[0, 0]"},
                                 {"C", "A", "[1, 0]"},
                                 {"B", "A", "[5, 0]", R"(, "stage": "Playoffs")"}});
  BOOST_TEST(table_of(season, {}) == (names{"C", "B", "A"}));
}
