#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "league/fixture_list.hpp"

namespace touchline::league {

/// The most goals that the model gives one team in one match. Sixteen values for each side make a
/// scoreline one byte. The probability of more is cut off and shared among what remains: 10^-11
/// at 1.5 expected goals, 5 * 10^-4 at the most that is allowed, `max_goal_rate`.
inline constexpr std::uint32_t max_drawn_goals = 15;

/// Expected goals of one team in one match are kept within these bounds, however unequal the teams.
inline constexpr double min_goal_rate = 0.05;
inline constexpr double max_goal_rate = 6.0;

/// The bound on the absolute value of a team's attack and of its defence: e^2 times the average.
inline constexpr double max_strength = 2.0;

/// The goals of one match.
struct scoreline {
  std::uint8_t home_goals = 0;
  std::uint8_t away_goals = 0;

  friend bool operator==(scoreline, scoreline) = default;
};

/// How good a team is, on a logarithmic scale: 0 is the average of the league, and +0.1 of attack
/// means e^0.1 = 1.105 times the goals scored. These are the logarithms of Dixon and Coles' alpha
/// and of 1/beta.
struct team_strength {
  /// More means more goals scored.
  double attack = 0;
  /// More means fewer goals conceded.
  double defence = 0;

  friend bool operator==(const team_strength&, const team_strength&) = default;
};

/// What is the same for all matches of a league.
///
/// The defaults are fitted to 20 top-division seasons, 7230 matches, from openfootball's files:
/// 2010-11 (England, Germany), 2012-13 (England, Spain, Germany), 2014-15, 2018-19 and 2022-23
/// (these three and Italy and France). 2020-21, played in empty stadiums, is left out.
/// `bench/match_model_fit` fits them again from tests/data/seasons, says how, and fails when they
/// are off.
struct match_parameters {
  /// Goals that an average team scores against an average team away from home. From 0.1 to 4.
  double away_goals = 1.136;
  /// How many times more it scores at home: Dixon and Coles' gamma. From 0.5 to 3.
  double home_advantage = 1.302;
  /// Dixon and Coles' rho: below 0, 0-0 and 1-1 are likelier than for independent scores, 1-0 and
  /// 0-1 less likely. From -0.3 to 0.3.
  double low_score_correction = -0.045;

  friend bool operator==(const match_parameters&, const match_parameters&) = default;
};

/// The expected goals of both sides of one match, before the low-score correction (which leaves
/// them as they are).
struct goal_rates {
  double home = 0;
  double away = 0;
};

/// The probabilities of all scorelines of one match, as whole multiples of 2^-32, and a way to draw
/// one of them in constant time: Walker's alias method (Vose, "A linear algorithm for generating
/// random numbers with a given distribution", IEEE TSE 17(9), 1991) on integers, so that a draw has
/// exactly these probabilities.
class scoreline_distribution {
public:
  /// Number of scorelines.
  static constexpr std::size_t size = std::size_t{max_drawn_goals + 1} * (max_drawn_goals + 1);

  /// The distribution of Dixon and Coles for these rates, each between `min_goal_rate` and
  /// `max_goal_rate`. A correction outside the range that the paper allows for these rates, where a
  /// probability would be negative, is taken back to the end of that range.
  scoreline_distribution(goal_rates rates, double low_score_correction);

  /// The probability of a scoreline in units of 2^-32; all together make 2^32. Requires goals up to
  /// `max_drawn_goals`.
  [[nodiscard]] std::uint64_t weight(scoreline goals) const noexcept;

  /// The scoreline that 64 uniform bits choose; it looks at the upper 32.
  [[nodiscard]] scoreline pick(std::uint64_t bits) const noexcept {
    const auto column = static_cast<std::uint32_t>(bits >> 56);
    const auto height = static_cast<std::uint32_t>(bits >> 32) & column_mask;
    const auto entry = columns_[column];
    const auto cell = height < (entry >> 8) ? column : (entry & 0xffU);
    return {static_cast<std::uint8_t>(cell >> 4), static_cast<std::uint8_t>(cell & 0xfU)};
  }

private:
  static constexpr std::uint32_t column_mask = 0xff'ffffU;

  /// One entry per scoreline: the height under which the column is its own, times 256, plus the
  /// scoreline above it.
  std::array<std::uint32_t, size> columns_{};
};

/// The expected goals when a team of strength `home` receives one of strength `away`. The same
/// doubles on every machine: only operations that IEEE 754 rounds exactly, and an exponential
/// function made of them.
goal_rates expected_goals(const team_strength& home, const team_strength& away,
                          const match_parameters& parameters) noexcept;

/// Which draw belongs to a match: the same key gives the same result, whenever and wherever it is
/// asked for.
struct match_key {
  std::uint64_t seed = 0;
  /// The season's number in the simulation.
  std::uint64_t season = 0;
  /// The fixture's position in the season's fixture list, from 0.
  std::uint64_t fixture = 0;
};

/// Draws the result of one match with one counter-based draw. Requires strengths and parameters
/// within their bounds
/// (`check_strength`, `check_parameters`).
scoreline draw_scoreline(const team_strength& home, const team_strength& away,
                         const match_parameters& parameters, const match_key& key);

/// A sentence that says what is wrong with a strength, if something is: not a number, or beyond
/// `max_strength`.
tl::expected<void, std::string> check_strength(const team_strength& strength);

/// A sentence that says which parameter is out of its range, if one is.
tl::expected<void, std::string> check_parameters(const match_parameters& parameters);

/// The results of a league: the teams' strengths and the league's parameters.
///
/// Source: Dixon and Coles, "Modelling association football scores and inefficiencies in the
/// football betting market", Applied Statistics 46(2), 1997, pp. 265-280: independent Poisson goals
/// with rates made of attack, defence and home advantage (after Maher, 1982), and the four low
/// scorelines corrected by the factor tau with parameter rho.
class match_model {
public:
  /// A model of as many teams as `strengths` has, at most `max_teams`, or a sentence on what is
  /// wrong.
  static tl::expected<match_model, std::string> make(std::vector<team_strength> strengths,
                                                     const match_parameters& parameters = {});

  [[nodiscard]] std::size_t team_count() const noexcept { return strengths_.size(); }

  /// Expected goals; requires team numbers below `team_count()`.
  [[nodiscard]] goal_rates rates(team_index home, team_index away) const noexcept;

  /// The distribution of the scoreline; requires team numbers below `team_count()`.
  [[nodiscard]] scoreline_distribution distribution(team_index home, team_index away) const;

  /// The result of one match; requires team numbers below `team_count()`. Makes the whole
  /// distribution for one draw: for many seasons of the same strengths use `season_sampler`.
  [[nodiscard]] scoreline draw(team_index home, team_index away, const match_key& key) const;

private:
  match_model(std::vector<team_strength> strengths, const match_parameters& parameters);

  std::vector<team_strength> strengths_;
  match_parameters parameters_;
};

/// All results of whole seasons, fast: the distribution of every fixture is made once, one kilobyte
/// each. Draws the same results as `match_model::draw` for the same seed, season and position in
/// the fixture list.
class season_sampler {
public:
  /// Requires fixtures whose team numbers are below `model.team_count()`.
  season_sampler(const match_model& model, std::span<const fixture> fixtures, std::uint64_t seed);

  [[nodiscard]] std::size_t fixture_count() const noexcept { return distributions_.size(); }

  /// Draws season `season` into `results`, in the order of the fixtures. Requires `fixture_count()`
  /// places.
  void sample(std::uint64_t season, std::span<scoreline> results) const noexcept;

private:
  std::uint64_t seed_;
  std::vector<scoreline_distribution> distributions_;
};

} // namespace touchline::league
