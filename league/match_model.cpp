#include "league/match_model.hpp"

#include <algorithm>
#include <cassert>
#include <cfloat>
#include <cmath>
#include <limits>
#include <utility>

#include "league/counter_draw.hpp"

namespace touchline::league {

namespace {

// Wider intermediate results would round differently from one machine to the next.
static_assert(std::numeric_limits<double>::is_iec559 && FLT_EVAL_METHOD == 0);

using goal_weights = std::array<double, max_drawn_goals + 1>;
using scoreline_weights = std::array<std::uint64_t, scoreline_distribution::size>;

constexpr std::uint64_t whole = std::uint64_t{1} << 32;
constexpr std::uint64_t column_height = whole / scoreline_distribution::size;

/// e^x for |x| <= 8, within 10^-13 of the true value: a Taylor series at x / 512, squared nine
/// times. `std::exp` is not used because its last bits differ between C libraries.
double exponential(double x) noexcept {
  const auto small = x / 512;
  auto result = 1.0;
  for (auto degree = 8; degree > 0; --degree)
    result = 1.0 + result * small / degree;
  for (auto squaring = 0; squaring < 9; ++squaring)
    result *= result;
  return result;
}

/// Poisson probabilities but for the factor e^-rate, which the normalization takes care of.
goal_weights poisson_weights(double rate) noexcept {
  goal_weights weights{};
  weights[0] = 1.0;
  for (std::size_t goals = 1; goals < weights.size(); ++goals)
    weights[goals] = weights[goals - 1] * rate / static_cast<double>(goals);
  return weights;
}

/// Dixon and Coles 1997, equation 4.2 for tau and the range of rho below it.
double correction(std::size_t home_goals, std::size_t away_goals, goal_rates rates,
                  double rho) noexcept {
  const auto lowest = std::max(-1 / rates.home, -1 / rates.away);
  const auto highest = std::min(1 / (rates.home * rates.away), 1.0);
  const auto admissible = std::clamp(rho, lowest, highest);
  auto tau = 1.0;
  if (home_goals == 0 && away_goals == 0)
    tau = 1 - rates.home * rates.away * admissible;
  else if (home_goals == 0 && away_goals == 1)
    tau = 1 + rates.home * admissible;
  else if (home_goals == 1 && away_goals == 0)
    tau = 1 + rates.away * admissible;
  else if (home_goals == 1 && away_goals == 1)
    tau = 1 - admissible;
  return std::max(tau, 0.0);
}

/// Probabilities as integers that add up to 2^32; what rounding leaves goes to the likeliest
/// scoreline.
scoreline_weights quantized_weights(goal_rates rates, double rho) noexcept {
  const auto home = poisson_weights(rates.home);
  const auto away = poisson_weights(rates.away);
  std::array<double, scoreline_distribution::size> exact{};
  auto total = 0.0;
  for (std::size_t cell = 0; cell < exact.size(); ++cell) {
    const auto [home_goals, away_goals] = std::pair{cell >> 4, cell & 0xf};
    exact[cell]
      = home[home_goals] * away[away_goals] * correction(home_goals, away_goals, rates, rho);
    total += exact[cell];
  }
  scoreline_weights weights{};
  std::uint64_t sum = 0;
  for (std::size_t cell = 0; cell < weights.size(); ++cell) {
    weights[cell]
      = static_cast<std::uint64_t>(std::llround(exact[cell] / total * static_cast<double>(whole)));
    sum += weights[cell];
  }
  // Unsigned arithmetic modulo 2^64 also takes away what rounding added.
  *std::max_element(weights.begin(), weights.end()) += whole - sum;
  return weights;
}

bool within(double value, double low, double high) noexcept {
  return std::isfinite(value) && value >= low && value <= high;
}

std::string out_of_range(const char* what, double value, double low, double high) {
  return std::string{what} + " is " + std::to_string(value) + " but must be between "
         + std::to_string(low) + " and " + std::to_string(high);
}

constexpr counter_draw season_stream(std::uint64_t seed, std::uint64_t season) noexcept {
  return counter_draw{seed, draw_purpose::scoreline}.stream(season);
}

} // namespace

scoreline_distribution::scoreline_distribution(goal_rates rates, double low_score_correction) {
  assert(within(rates.home, min_goal_rate, max_goal_rate)
         && within(rates.away, min_goal_rate, max_goal_rate));
  auto weights = quantized_weights(rates, low_score_correction);
  std::array<std::uint32_t, size> poor{};
  std::array<std::uint32_t, size> rich{};
  std::size_t poor_count = 0;
  std::size_t rich_count = 0;
  for (std::uint32_t cell = 0; cell < size; ++cell) {
    if (weights[cell] < column_height)
      poor[poor_count++] = cell;
    else
      rich[rich_count++] = cell;
  }
  // The weights fill the columns exactly, so the last rich one ends with a full column of its own.
  while (poor_count > 0) {
    const auto receiver = poor[--poor_count];
    const auto giver = rich[rich_count - 1];
    columns_[receiver] = (static_cast<std::uint32_t>(weights[receiver]) << 8) | giver;
    weights[giver] -= column_height - weights[receiver];
    if (weights[giver] < column_height) {
      --rich_count;
      poor[poor_count++] = giver;
    }
  }
  // A full column is its own alias above height 0: a height of 2^24 would not fit beside the alias.
  while (rich_count > 0) {
    const auto cell = rich[--rich_count];
    columns_[cell] = cell;
  }
}

std::uint64_t scoreline_distribution::weight(scoreline goals) const noexcept {
  const auto cell = static_cast<std::uint32_t>(goals.home_goals << 4 | goals.away_goals);
  std::uint64_t sum = 0;
  for (std::uint32_t column = 0; column < size; ++column) {
    const auto height = columns_[column] >> 8;
    if (column == cell)
      sum += height;
    if ((columns_[column] & 0xffU) == cell)
      sum += column_height - height;
  }
  return sum;
}

goal_rates expected_goals(const team_strength& home, const team_strength& away,
                          const match_parameters& parameters) noexcept {
  const auto home_rate
    = parameters.away_goals * parameters.home_advantage * exponential(home.attack - away.defence);
  const auto away_rate = parameters.away_goals * exponential(away.attack - home.defence);
  return {std::clamp(home_rate, min_goal_rate, max_goal_rate),
          std::clamp(away_rate, min_goal_rate, max_goal_rate)};
}

scoreline draw_scoreline(const team_strength& home, const team_strength& away,
                         const match_parameters& parameters, const match_key& key) {
  const auto rates = expected_goals(home, away, parameters);
  const scoreline_distribution distribution{rates, parameters.low_score_correction};
  return distribution.pick(season_stream(key.seed, key.season).bits(key.fixture));
}

tl::expected<void, std::string> check_strength(const team_strength& strength) {
  if (!within(strength.attack, -max_strength, max_strength))
    return tl::unexpected{
      out_of_range("a team's attack", strength.attack, -max_strength, max_strength)};
  if (!within(strength.defence, -max_strength, max_strength))
    return tl::unexpected{
      out_of_range("a team's defence", strength.defence, -max_strength, max_strength)};
  return {};
}

tl::expected<void, std::string> check_parameters(const match_parameters& parameters) {
  if (!within(parameters.away_goals, 0.1, 4))
    return tl::unexpected{
      out_of_range("the match model's away goals", parameters.away_goals, 0.1, 4)};
  if (!within(parameters.home_advantage, 0.5, 3))
    return tl::unexpected{
      out_of_range("the match model's home advantage", parameters.home_advantage, 0.5, 3)};
  if (!within(parameters.low_score_correction, -0.3, 0.3))
    return tl::unexpected{out_of_range("the match model's low-score correction",
                                       parameters.low_score_correction, -0.3, 0.3)};
  return {};
}

tl::expected<match_model, std::string> match_model::make(std::vector<team_strength> strengths,
                                                         const match_parameters& parameters) {
  if (strengths.size() > max_teams)
    return tl::unexpected{"a match model has at most " + std::to_string(max_teams) + " teams, not "
                          + std::to_string(strengths.size())};
  for (std::size_t team = 0; team < strengths.size(); ++team)
    if (auto checked = check_strength(strengths[team]); !checked)
      return tl::unexpected{"team " + std::to_string(team) + ": " + checked.error()};
  if (auto checked = check_parameters(parameters); !checked)
    return tl::unexpected{checked.error()};
  return match_model{std::move(strengths), parameters};
}

match_model::match_model(std::vector<team_strength> strengths, const match_parameters& parameters)
  : strengths_{std::move(strengths)},
    parameters_{parameters} {
  // nop
}

goal_rates match_model::rates(team_index home, team_index away) const noexcept {
  assert(home < team_count() && away < team_count());
  return expected_goals(strengths_[home], strengths_[away], parameters_);
}

scoreline_distribution match_model::distribution(team_index home, team_index away) const {
  return scoreline_distribution{rates(home, away), parameters_.low_score_correction};
}

scoreline match_model::draw(team_index home, team_index away, const match_key& key) const {
  assert(home < team_count() && away < team_count());
  return draw_scoreline(strengths_[home], strengths_[away], parameters_, key);
}

season_sampler::season_sampler(const match_model& model, std::span<const fixture> fixtures,
                               std::uint64_t seed)
  : seed_{seed} {
  distributions_.reserve(fixtures.size());
  for (const auto& match : fixtures)
    distributions_.push_back(model.distribution(match.home, match.away));
}

void season_sampler::sample(std::uint64_t season, std::span<scoreline> results) const noexcept {
  assert(results.size() == fixture_count());
  const auto draws = season_stream(seed_, season);
  for (std::size_t fixture = 0; fixture < results.size(); ++fixture)
    results[fixture] = distributions_[fixture].pick(draws.bits(fixture));
}

} // namespace touchline::league
