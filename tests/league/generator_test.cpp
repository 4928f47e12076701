// Generated leagues: teams, squads and scorers that depend on the seed alone.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "league/generator.hpp"

using namespace std::chrono_literals;
using namespace touchline::league;

namespace {

constexpr auto season_start = 2022y / 8 / 5;

std::vector<generated_team> teams_of(std::uint64_t seed, std::uint32_t count) {
  const auto made = generate_teams(seed, count);
  BOOST_REQUIRE_MESSAGE(made, made.error());
  return *made;
}

std::vector<playing_position> positions_of(const std::vector<generated_player>& squad) {
  std::vector<playing_position> positions;
  positions.reserve(squad.size());
  for (const auto& player : squad)
    positions.push_back(player.position);
  return positions;
}

/// The day of somebody's birthday number `years`; those born on a 29 February may celebrate on 1
/// March.
std::chrono::sys_days birthday(std::chrono::year_month_day born, int years) {
  return std::chrono::sys_days{(born.year() + std::chrono::years{years}) / born.month()
                               / born.day()};
}

struct moments {
  double mean = 0;
  double deviation = 0;
};

moments moments_of(const std::vector<double>& values) {
  auto sum = 0.0;
  auto squares = 0.0;
  for (const auto value : values) {
    sum += value;
    squares += value * value;
  }
  const auto count = static_cast<double>(values.size());
  return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(generated_teams)

BOOST_AUTO_TEST_CASE(have_names_and_short_codes_of_their_own_up_to_the_limit) {
  std::unordered_set<std::string> names;
  std::unordered_set<std::string> codes;
  std::set<std::string> towns;
  for (const auto& team : teams_of(1, max_generated_teams)) {
    if (names.size() < 4608)
      towns.insert(team.name.substr(0, team.name.find(' ')));
    names.insert(team.name);
    codes.insert(team.short_code);
  }
  BOOST_TEST(names.size() == max_generated_teams);
  BOOST_TEST(codes.size() == max_generated_teams);
  BOOST_TEST(towns.size() == 4608U);
}

BOOST_AUTO_TEST_CASE(have_ascii_names_of_bounded_length_and_unique_short_codes) {
  std::set<std::string> codes;
  std::size_t short_ones = 0;
  for (const auto& team : teams_of(3, 5000)) {
    BOOST_REQUIRE(team.name.size() <= 30);
    for (const auto letter : team.name)
      BOOST_REQUIRE(
        (letter == ' ' || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z')));
    BOOST_REQUIRE(team.short_code.size() >= 3);
    BOOST_REQUIRE(team.short_code.size() <= 7);
    BOOST_REQUIRE(team.short_code.front() == team.name.front());
    BOOST_REQUIRE_MESSAGE(codes.insert(team.short_code).second, "twice: " + team.short_code);
    short_ones += team.short_code.size() == 3 ? 1U : 0U;
  }
  BOOST_TEST(short_ones > 1000U);
  for (const auto& team : teams_of(3, 64))
    BOOST_TEST(team.short_code.size() == 3U);
}

BOOST_AUTO_TEST_CASE(stay_the_same_when_more_are_asked_for) {
  const auto few = teams_of(11, 20);
  const auto many = teams_of(11, 2000);
  BOOST_CHECK(std::equal(few.begin(), few.end(), many.begin()));
  BOOST_CHECK(many[19].name == generate_team_name(11, 19));
  BOOST_CHECK(many[19].strength == generate_strength(11, 19));
  BOOST_CHECK(teams_of(12, 20) != few);
}

BOOST_AUTO_TEST_CASE(are_not_more_than_there_are_names) {
  BOOST_TEST(teams_of(1, 0).empty());
  const auto more = generate_teams(1, max_generated_teams + 1);
  BOOST_REQUIRE(!more);
  BOOST_TEST(more.error() == "a seed has 110592 different teams at most, not 110593");
}

BOOST_AUTO_TEST_CASE(have_strengths_spread_as_in_real_leagues) {
  std::vector<double> attack;
  std::vector<double> defence;
  auto product = 0.0;
  for (std::uint32_t index = 0; index < 20'000; ++index) {
    const auto strength = generate_strength(5, index);
    BOOST_REQUIRE(check_strength(strength));
    attack.push_back(strength.attack);
    defence.push_back(strength.defence);
    product += strength.attack * strength.defence;
  }
  const auto attacks = moments_of(attack);
  const auto defences = moments_of(defence);
  BOOST_TEST(std::abs(attacks.mean) < 0.01);
  BOOST_TEST(std::abs(defences.mean) < 0.01);
  BOOST_TEST(std::abs(attacks.deviation - attack_spread) < 0.005);
  BOOST_TEST(std::abs(defences.deviation - defence_spread) < 0.005);
  BOOST_TEST(std::abs(product / 20'000 / attack_spread / defence_spread - strength_correlation)
             < 0.02);
}

BOOST_AUTO_TEST_CASE(drift_from_season_to_season_without_growing_apart) {
  constexpr std::uint32_t teams = 5000;
  std::vector<double> attack(teams);
  auto kept = 0.0;
  for (std::uint32_t index = 0; index < teams; ++index) {
    auto strength = generate_strength(5, index);
    const auto first = drifted_strength(strength, 5, index, 1);
    BOOST_REQUIRE(first != strength);
    kept += first.attack * strength.attack / attack_spread / attack_spread / teams;
    for (std::uint64_t season = 1; season <= 30; ++season)
      strength = drifted_strength(strength, 5, index, season);
    attack[index] = strength.attack;
  }
  BOOST_TEST(std::abs(moments_of(attack).deviation - attack_spread) < 0.01);
  BOOST_TEST(std::abs(kept - strength_persistence) < 0.03);
}

BOOST_AUTO_TEST_CASE(are_the_same_on_every_machine) {
  std::string names;
  for (const auto& team : teams_of(2022, 6))
    names += team.short_code + " " + team.name + ", ";
  BOOST_TEST(names
             == "SPA Sparrowmoor City, QUA Quarrelthwaite Miners, WAG Wagtailyard Victoria, JAS "
                "Jasperyard Celtic, "
                "CUC Cuckoogate City, UMB Umbermoor Mariners, ");
  BOOST_TEST(generate_strength(2022, 5).attack == -0.030292620469501402);
  BOOST_TEST(generate_strength(2022, 5).defence == 0.034731242544958976);
  BOOST_TEST(drifted_strength({0.1, 0.2}, 2022, 5, 3).attack == 0.12828232788058402);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_generated_squad)

BOOST_AUTO_TEST_CASE(has_unique_names_and_shirts_and_enough_players_of_every_position) {
  for (std::uint32_t index = 0; index < 300; ++index) {
    std::set<std::string> names;
    std::set<int> shirts;
    std::map<playing_position, int> positions;
    const auto squad = generate_squad(4, index, season_start);
    for (const auto& player : squad) {
      names.insert(player.name);
      shirts.insert(player.shirt);
      ++positions[player.position];
    }
    BOOST_REQUIRE(names.size() == squad_size);
    BOOST_REQUIRE(shirts.size() == squad_size);
    BOOST_REQUIRE(*shirts.begin() == 1);
    BOOST_REQUIRE(*shirts.rbegin() == static_cast<int>(squad_size));
    BOOST_REQUIRE(squad.front().shirt == 1);
    BOOST_REQUIRE(positions[playing_position::goalkeeper] == 3);
    BOOST_REQUIRE(positions[playing_position::defender] == 8);
    BOOST_REQUIRE(positions[playing_position::midfielder] == 8);
    BOOST_REQUIRE(positions[playing_position::forward] == 6);
  }
}

BOOST_AUTO_TEST_CASE(is_from_17_to_35_years_old_when_the_season_starts) {
  for (const auto start : {2022y / 8 / 5, 2024y / 2 / 29, 2021y / 3 / 1})
    for (std::uint32_t index = 0; index < 300; ++index)
      for (const auto& player : generate_squad(4, index, start)) {
        BOOST_REQUIRE(player.born.ok());
        BOOST_REQUIRE(birthday(player.born, 17) <= std::chrono::sys_days{start});
        BOOST_REQUIRE(birthday(player.born, 36) > std::chrono::sys_days{start});
      }
}

BOOST_AUTO_TEST_CASE(depends_on_the_seed_and_the_team_alone) {
  const auto squad = generate_squad(4, 7, season_start);
  BOOST_CHECK(generate_squad(4, 7, season_start) == squad);
  BOOST_CHECK(generate_squad(4, 8, season_start) != squad);
  BOOST_CHECK(generate_squad(5, 7, season_start) != squad);
}

BOOST_AUTO_TEST_CASE(is_the_same_on_every_machine) {
  const auto player = generate_squad(2022, 5, season_start).at(20);
  BOOST_TEST(player.name == "Albert Dalgren");
  BOOST_TEST(int{player.shirt} == 5);
  BOOST_CHECK(player.born == 1997y / 9 / 5);
  BOOST_TEST(short_name(player.position) == "FW");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(drawn_goals)

BOOST_AUTO_TEST_CASE(are_as_many_as_the_result_says_in_the_order_of_their_minutes) {
  const auto home = positions_of(generate_squad(1, 0, season_start));
  const auto away = positions_of(generate_squad(1, 1, season_start));
  for (std::uint8_t home_goals = 0; home_goals < 8; ++home_goals)
    for (std::uint8_t away_goals = 0; away_goals < 8; ++away_goals) {
      const auto goals
        = draw_goals({home_goals, away_goals}, home, away, {1, 2, home_goals * 8ULL + away_goals});
      const auto at_home
        = std::count_if(goals.begin(), goals.end(), [](drawn_goal goal) { return goal.home; });
      BOOST_REQUIRE(goals.size() == std::size_t{home_goals} + away_goals);
      BOOST_REQUIRE(at_home == home_goals);
      BOOST_REQUIRE(std::is_sorted(goals.begin(), goals.end(),
                                   [](drawn_goal a, drawn_goal b) { return a.minute < b.minute; }));
      for (const auto goal : goals)
        BOOST_REQUIRE((goal.minute >= 1 && goal.minute <= 90 && goal.player < squad_size));
    }
}

BOOST_AUTO_TEST_CASE(are_scored_mostly_by_forwards_and_never_by_goalkeepers) {
  const auto squad = positions_of(generate_squad(1, 0, season_start));
  std::map<playing_position, double> scored;
  std::array<double, squad_size> players{};
  auto total = 0.0;
  for (std::uint64_t fixture = 0; fixture < 5000; ++fixture)
    for (const auto goal : draw_goals({2, 2}, squad, squad, {1, 1, fixture})) {
      scored[squad[goal.player]] += 1;
      players.at(goal.player) += 1;
      total += 1;
    }
  BOOST_TEST(scored[playing_position::goalkeeper] == 0);
  BOOST_TEST(std::abs(scored[playing_position::forward] / total - 46.0 / 94) < 0.02);
  BOOST_TEST(std::abs(scored[playing_position::midfielder] / total - 32.0 / 94) < 0.02);
  BOOST_TEST(std::abs(scored[playing_position::defender] / total - 16.0 / 94) < 0.02);
  BOOST_TEST(*std::max_element(players.begin(), players.end())
             == std::max(players[19], players[20]));
}

BOOST_AUTO_TEST_CASE(depend_on_the_match_alone_and_not_on_the_other_sides_goals) {
  const auto squad = positions_of(generate_squad(1, 0, season_start));
  const auto goals = draw_goals({3, 1}, squad, squad, {1, 2, 3});
  BOOST_CHECK(draw_goals({3, 1}, squad, squad, {1, 2, 3}) == goals);
  BOOST_CHECK(draw_goals({3, 1}, squad, squad, {1, 2, 4}) != goals);
  auto alone = draw_goals({3, 0}, squad, squad, {1, 2, 3});
  auto at_home = goals;
  std::erase_if(at_home, [](drawn_goal goal) { return !goal.home; });
  BOOST_CHECK(alone == at_home);
}

BOOST_AUTO_TEST_CASE(are_left_out_for_a_squad_without_a_possible_scorer) {
  const std::vector<playing_position> keepers(2, playing_position::goalkeeper);
  BOOST_TEST(draw_goals({2, 3}, keepers, {}, {1, 2, 3}).empty());
}

BOOST_AUTO_TEST_CASE(are_the_same_on_every_machine) {
  const auto squad = positions_of(generate_squad(1, 0, season_start));
  std::string goals;
  for (const auto goal : draw_goals({3, 2}, squad, squad, {2022, 1, 7}))
    goals += (goal.home ? "home " : "away ") + std::to_string(goal.player) + " "
             + std::to_string(goal.minute) + "', ";
  BOOST_TEST(goals == "away 19 15', home 14 18', home 7 18', home 11 31', away 5 32', ");
}

BOOST_AUTO_TEST_SUITE_END()
