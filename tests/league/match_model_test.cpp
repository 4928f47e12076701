// The match model against the formulas of Dixon and Coles, evaluated with the C library, and
// against its own statistics.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "league/counter_draw.hpp"
#include "league/fixture_list.hpp"
#include "league/generator.hpp"
#include "league/match_model.hpp"

using namespace std::chrono_literals;
using touchline::league::counter_draw;
using touchline::league::fixture;
using touchline::league::goal_rates;
using touchline::league::match_model;
using touchline::league::match_parameters;
using touchline::league::max_drawn_goals;
using touchline::league::max_strength;
using touchline::league::scoreline;
using touchline::league::scoreline_distribution;
using touchline::league::season_sampler;
using touchline::league::team_strength;

namespace {

constexpr auto unit_weight = 0x1.0p-32;

scoreline score(std::uint32_t home, std::uint32_t away) {
  return {static_cast<std::uint8_t>(home), static_cast<std::uint8_t>(away)};
}

template <class Visit>
void for_every_scoreline(Visit visit) {
  for (std::uint32_t home = 0; home <= max_drawn_goals; ++home)
    for (std::uint32_t away = 0; away <= max_drawn_goals; ++away)
      visit(home, away);
}

double probability(const scoreline_distribution& distribution, std::uint32_t home,
                   std::uint32_t away) {
  return static_cast<double>(distribution.weight(score(home, away))) * unit_weight;
}

/// Equation 4.2 of the paper, not cut off.
double exact_probability(goal_rates rates, double rho, std::uint32_t home, std::uint32_t away) {
  const auto poisson = [](double rate, std::uint32_t goals) {
    return std::exp(-rate) * std::pow(rate, goals) / std::tgamma(goals + 1.0);
  };
  auto tau = 1.0;
  if (home == 0 && away == 0)
    tau = 1 - rates.home * rates.away * rho;
  else if (home == 0 && away == 1)
    tau = 1 + rates.home * rho;
  else if (home == 1 && away == 0)
    tau = 1 + rates.away * rho;
  else if (home == 1 && away == 1)
    tau = 1 - rho;
  return tau * poisson(rates.home, home) * poisson(rates.away, away);
}

std::vector<team_strength> generated_strengths(std::uint32_t teams, std::uint64_t seed) {
  std::vector<team_strength> strengths;
  for (std::uint32_t team = 0; team < teams; ++team)
    strengths.push_back(touchline::league::generate_strength(seed, team));
  return strengths;
}

std::vector<fixture> fixtures_of(std::uint32_t teams) {
  return *touchline::league::generate_fixture_list({teams, 1, 2022y / 8 / 5, 2023y / 5 / 28});
}

} // namespace

BOOST_AUTO_TEST_SUITE(the_match_model)

BOOST_AUTO_TEST_CASE(has_the_probabilities_of_dixon_and_coles) {
  for (const auto rho : {-0.13, -0.045, 0.0, 0.05})
    for (const auto rates : {goal_rates{1.44, 1.11}, goal_rates{2.9, 0.6}, goal_rates{0.3, 3.1}}) {
      const scoreline_distribution distribution{rates, rho};
      for_every_scoreline([&](std::uint32_t home, std::uint32_t away) {
        BOOST_REQUIRE_SMALL(
          probability(distribution, home, away) - exact_probability(rates, rho, home, away), 1e-7);
      });
    }
}

BOOST_AUTO_TEST_CASE(has_probabilities_that_add_up_to_exactly_one) {
  for (const auto home_rate : {0.05, 0.7, 1.5, 3.0, 6.0})
    for (const auto away_rate : {0.05, 1.1, 6.0})
      for (const auto rho : {-0.3, -0.05, 0.0, 0.3}) {
        const scoreline_distribution distribution{{home_rate, away_rate}, rho};
        std::uint64_t sum = 0;
        for_every_scoreline([&](std::uint32_t home, std::uint32_t away) {
          sum += distribution.weight(score(home, away));
        });
        BOOST_TEST(sum == std::uint64_t{1} << 32);
      }
}

BOOST_AUTO_TEST_CASE(makes_draws_of_few_goals_likelier_without_changing_the_expected_goals) {
  const goal_rates rates{1.44, 1.11};
  const scoreline_distribution corrected{rates, -0.1};
  const scoreline_distribution independent{rates, 0};
  BOOST_TEST(corrected.weight({0, 0}) > independent.weight({0, 0}));
  BOOST_TEST(corrected.weight({1, 1}) > independent.weight({1, 1}));
  BOOST_TEST(corrected.weight({1, 0}) < independent.weight({1, 0}));
  BOOST_TEST(corrected.weight({0, 1}) < independent.weight({0, 1}));
  auto home_goals = 0.0;
  auto away_goals = 0.0;
  for_every_scoreline([&](std::uint32_t home, std::uint32_t away) {
    home_goals += home * probability(corrected, home, away);
    away_goals += away * probability(corrected, home, away);
    if (home > 1 || away > 1)
      BOOST_REQUIRE_SMALL(probability(corrected, home, away) - probability(independent, home, away),
                          1e-9);
  });
  BOOST_TEST(std::abs(home_goals - rates.home) < 1e-6);
  BOOST_TEST(std::abs(away_goals - rates.away) < 1e-6);
}

BOOST_AUTO_TEST_CASE(takes_a_correction_beyond_the_papers_range_back_to_its_end) {
  const goal_rates rates{4, 5};
  const scoreline_distribution beyond{rates, -0.3};
  const scoreline_distribution at_the_end{rates, -1.0 / 5};
  for_every_scoreline([&](std::uint32_t home, std::uint32_t away) {
    BOOST_REQUIRE(beyond.weight(score(home, away)) == at_the_end.weight(score(home, away)));
  });
  BOOST_TEST(beyond.weight({0, 1}) > 0U);
  BOOST_TEST(beyond.weight({1, 0}) == 0U);
}

BOOST_AUTO_TEST_CASE(picks_scorelines_with_their_probabilities) {
  constexpr std::uint32_t count = 400'000;
  const goal_rates rates{1.44, 1.11};
  const scoreline_distribution distribution{rates, -0.045};
  std::vector<double> seen(scoreline_distribution::size);
  const auto draws = counter_draw{3}.stream(1);
  for (std::uint32_t counter = 0; counter < count; ++counter) {
    const auto drawn = distribution.pick(draws.bits(counter));
    seen.at(drawn.home_goals * (max_drawn_goals + 1) + drawn.away_goals) += 1;
  }
  auto chi_square = 0.0;
  auto cells = 0;
  for_every_scoreline([&](std::uint32_t home, std::uint32_t away) {
    const auto expected = count * exact_probability(rates, -0.045, home, away);
    if (expected < 10)
      return;
    const auto off = seen.at(home * (max_drawn_goals + 1) + away) - expected;
    chi_square += off * off / expected;
    ++cells;
  });
  // A chi-square of k degrees of freedom has mean k and variance 2k: more than four deviations off
  // is no chance.
  BOOST_TEST(cells > 40);
  BOOST_TEST(chi_square < cells + 4 * std::sqrt(2.0 * cells));
}

BOOST_AUTO_TEST_CASE(picks_nothing_that_has_no_probability) {
  const scoreline_distribution distribution{{4, 5}, -0.3};
  for (std::uint32_t upper = 0; upper < 1U << 16; ++upper) {
    const auto drawn = distribution.pick(std::uint64_t{upper} << 48);
    BOOST_REQUIRE(distribution.weight(drawn) > 0);
  }
}

BOOST_AUTO_TEST_CASE(expects_goals_from_attack_defence_and_home_advantage) {
  const match_parameters parameters{1.1, 1.3, 0};
  const auto average = touchline::league::expected_goals({}, {}, parameters);
  BOOST_TEST(average.home == 1.1 * 1.3);
  BOOST_TEST(average.away == 1.1);
  const team_strength home{0.31, -0.12};
  const team_strength away{-0.4, 0.25};
  const auto rates = touchline::league::expected_goals(home, away, parameters);
  BOOST_TEST(std::abs(rates.home / (1.1 * 1.3 * std::exp(0.31 - 0.25)) - 1) < 1e-12);
  BOOST_TEST(std::abs(rates.away / (1.1 * std::exp(-0.4 + 0.12)) - 1) < 1e-12);
}

BOOST_AUTO_TEST_CASE(keeps_expected_goals_within_bounds_for_the_most_unequal_teams) {
  const team_strength best{max_strength, max_strength};
  const team_strength worst{-max_strength, -max_strength};
  const auto rates = touchline::league::expected_goals(best, worst, {});
  BOOST_TEST(rates.home == touchline::league::max_goal_rate);
  BOOST_TEST(rates.away == touchline::league::min_goal_rate);
}

BOOST_AUTO_TEST_CASE(draws_a_result_that_depends_on_its_key_alone) {
  const auto model = match_model::make(generated_strengths(20, 1));
  BOOST_REQUIRE(model);
  const auto first = model->draw(3, 5, {1, 2, 3});
  for (std::uint64_t other = 0; other < 100; ++other)
    static_cast<void>(model->draw(5, 3, {1, 2, other}));
  BOOST_CHECK(model->draw(3, 5, {1, 2, 3}) == first);
  auto differences = 0;
  for (std::uint64_t other = 0; other < 100; ++other) {
    differences += model->draw(3, 5, {other, 2, 3}) == first ? 0 : 1;
    differences += model->draw(3, 5, {1, other, 3}) == first ? 0 : 1;
    differences += model->draw(3, 5, {1, 2, other}) == first ? 0 : 1;
  }
  BOOST_TEST(differences > 200);
}

BOOST_AUTO_TEST_CASE(gives_whole_seasons_the_same_results_as_single_matches) {
  const auto model = match_model::make(generated_strengths(20, 9));
  BOOST_REQUIRE(model);
  const auto list = fixtures_of(20);
  const season_sampler sampler{*model, list, 77};
  std::vector<scoreline> results(sampler.fixture_count());
  BOOST_REQUIRE(results.size() == list.size());
  for (const std::uint64_t season : {0ULL, 1ULL, 123'456'789ULL}) {
    sampler.sample(season, results);
    for (std::size_t match = 0; match < list.size(); ++match)
      BOOST_REQUIRE(results[match]
                    == model->draw(list[match].home, list[match].away, {77, season, match}));
  }
}

BOOST_AUTO_TEST_CASE(plays_seasons_that_look_like_football) {
  constexpr std::uint64_t seasons = 500;
  auto matches = 0.0;
  auto home_goals = 0.0;
  auto away_goals = 0.0;
  auto home_wins = 0.0;
  auto draws = 0.0;
  const auto list = fixtures_of(20);
  std::vector<scoreline> results(list.size());
  for (std::uint64_t seed = 0; seed < seasons; ++seed) {
    const auto model = match_model::make(generated_strengths(20, seed));
    BOOST_REQUIRE(model);
    season_sampler{*model, list, seed}.sample(0, results);
    for (const auto result : results) {
      matches += 1;
      home_goals += result.home_goals;
      away_goals += result.away_goals;
      home_wins += result.home_goals > result.away_goals ? 1 : 0;
      draws += result.home_goals == result.away_goals ? 1 : 0;
    }
  }
  // The 7230 matches that the parameters are fitted to have 1.555 goals at home and 1.194
  // away, 45.3 % home wins, 25.4 % draws.
  BOOST_TEST(std::abs(home_goals / matches - 1.555) < 0.04);
  BOOST_TEST(std::abs(away_goals / matches - 1.194) < 0.04);
  BOOST_TEST(std::abs(home_wins / matches - 0.453) < 0.02);
  BOOST_TEST(std::abs(draws / matches - 0.254) < 0.02);
}

BOOST_AUTO_TEST_CASE(is_the_same_on_every_machine) {
  const auto rates = touchline::league::expected_goals({0.31, -0.12}, {-0.4, 0.25}, {});
  BOOST_TEST(rates.home == 1.5705327045718924);
  BOOST_TEST(rates.away == 0.85857033029369689);
  const scoreline_distribution distribution{rates, match_parameters{}.low_score_correction};
  BOOST_TEST(distribution.weight({0, 0}) == 401'418'713U);
  BOOST_TEST(distribution.weight({2, 1}) == 400'731'671U);
  BOOST_TEST(distribution.weight({7, 3}) == 186'676U);
  std::string results;
  for (std::uint64_t fixture = 0; fixture < 10; ++fixture) {
    const auto drawn
      = touchline::league::draw_scoreline({0.31, -0.12}, {-0.4, 0.25}, {}, {2022, 1, fixture});
    results += std::to_string(drawn.home_goals) + "-" + std::to_string(drawn.away_goals) + " ";
  }
  BOOST_TEST(results == "1-0 5-3 1-1 1-0 1-0 3-1 2-1 1-0 0-2 3-3 ");
  const auto model = match_model::make(generated_strengths(20, 2022));
  BOOST_REQUIRE(model);
  const auto list = fixtures_of(20);
  std::vector<scoreline> season(list.size());
  season_sampler{*model, list, 2022}.sample(1, season);
  std::uint64_t fingerprint = 0;
  for (const auto result : season)
    fingerprint = fingerprint * 1'000'003 + result.home_goals * 16ULL + result.away_goals;
  BOOST_TEST(fingerprint == 17907673319628489042ULL);
}

BOOST_AUTO_TEST_CASE(refuses_strengths_and_parameters_out_of_bounds_with_a_sentence) {
  constexpr auto no_number = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(match_model::make({{0, 0}, {2.5, 0}}).error()
             == "team 1: a team's attack is 2.500000 but must be between -2.000000 and 2.000000");
  BOOST_CHECK(!match_model::make({{0, no_number}}));
  BOOST_CHECK(!match_model::make({{0, 0}}, {0.01, 1.3, 0}));
  BOOST_CHECK(!match_model::make({{0, 0}}, {1.1, 5, 0}));
  BOOST_CHECK(!match_model::make({{0, 0}}, {1.1, 1.3, no_number}));
  BOOST_CHECK(!match_model::make(std::vector<team_strength>(65)));
  BOOST_CHECK(match_model::make(std::vector<team_strength>(64)));
}

BOOST_AUTO_TEST_SUITE_END()
