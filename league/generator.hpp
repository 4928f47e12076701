#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "league/counter_draw.hpp"
#include "league/match_model.hpp"

namespace touchline::league {

/// How many different team names a seed has: 4608 towns times 24 kinds of club.
inline constexpr std::uint32_t max_generated_teams = 4608 * 24;

/// How many players a generated squad has.
inline constexpr std::uint32_t squad_size = 25;

/// How many different player names one stream of draws has: 64 first names times 512 last names.
inline constexpr std::uint32_t max_generated_names = 64 * 512;

/// How far apart the teams of a generated league are: standard deviations of attack and defence,
/// and their correlation. Fitted with the match model's parameters, see `match_parameters`.
inline constexpr double attack_spread = 0.247;
inline constexpr double defence_spread = 0.199;
inline constexpr double strength_correlation = 0.782;

/// The share of a team's distance from the average that it keeps from one season to the next. In
/// the same seasons, teams correlate with themselves by about 0.88 after two seasons and 0.67 after
/// four, sampling noise taken out: the powers of 0.92 run between the two.
inline constexpr double strength_persistence = 0.92;

/// Where a player plays.
enum class playing_position : std::uint8_t { goalkeeper, defender, midfielder, forward };

/// GK, DF, MF or FW.
std::string_view short_name(playing_position position) noexcept;

/// A player who does not exist.
struct generated_player {
  /// First and last name, ASCII; no two players of a squad share it.
  std::string name;
  playing_position position = playing_position::goalkeeper;
  /// From 1 to `squad_size`, each once in a squad; the first goalkeeper wears 1.
  std::uint8_t shirt = 0;
  std::chrono::year_month_day born{};

  friend bool operator==(const generated_player&, const generated_player&) = default;
};

/// A team that does not exist.
struct generated_team {
  /// ASCII, at most 30 characters.
  std::string name;
  /// Three to seven capital letters and digits, three as long as the name has a free one; unique in
  /// a league.
  std::string short_code;
  team_strength strength;

  friend bool operator==(const generated_team&, const generated_team&) = default;
};

/// One goal of a drawn match.
struct drawn_goal {
  /// True if the home team scored it.
  bool home = false;
  /// The scorer's place in his squad, from 0.
  std::uint8_t player = 0;
  /// From 1 to 90.
  std::uint8_t minute = 0;

  friend bool operator==(drawn_goal, drawn_goal) = default;
};

/// The name of team `index` under a seed; no two indexes below `max_generated_teams` share one, and
/// the first 4608 are of different towns. The towns are invented. Requires `index <
/// max_generated_teams`.
std::string generate_team_name(std::uint64_t seed, std::uint32_t index);

/// The strength of team `index` before its first season: bivariate, nearly normal, around the
/// average of 0.
team_strength generate_strength(std::uint64_t seed, std::uint32_t index) noexcept;

/// The strength of team `index` in season `season`, given that of the season before: it keeps
/// `strength_persistence` of the old one, and the rest is drawn anew such that the spread of a
/// league stays the same over the seasons (a first-order autoregressive process).
team_strength drifted_strength(const team_strength& before, std::uint64_t seed, std::uint32_t index,
                               std::uint64_t season) noexcept;

/// The first `count` teams of a seed, or a sentence if that is more than `max_generated_teams`.
/// Asking for more teams leaves the first ones as they are.
tl::expected<std::vector<generated_team>, std::string> generate_teams(std::uint64_t seed,
                                                                      std::uint32_t count);

/// The first and last name of player `index` of a stream, ASCII, at most 20 characters; no two
/// indexes below `max_generated_names` share one. Requires `index < max_generated_names`.
std::string generate_player_name(counter_draw draws, std::uint32_t index);

/// A day on which somebody was born who is exactly `age` years old on the day `on`, which must be a
/// day of the calendar: nearly uniform, from the number `counter` of the stream.
std::chrono::year_month_day generate_birthday(counter_draw draws, std::uint64_t counter,
                                              std::uint32_t age, std::chrono::year_month_day on);

/// The squad of team `index`: 3 goalkeepers, 8 defenders, 8 midfielders, 6 forwards, in this order,
/// the regulars of each position first; aged 17 to 35 on the day `season_start`, which must be a
/// day of the calendar.
std::vector<generated_player> generate_squad(std::uint64_t seed, std::uint32_t index,
                                             std::chrono::year_month_day season_start);

/// Who scored the goals of a result and when: by minute, earliest first. Forwards score most and
/// regulars more than others; goalkeepers never do. The weights are chosen to look plausible, not
/// fitted. The goals of a squad without a possible scorer are left out. A squad is the list of its
/// players' positions, regulars first, at most 255.
std::vector<drawn_goal> draw_goals(scoreline goals, std::span<const playing_position> home_squad,
                                   std::span<const playing_position> away_squad,
                                   const match_key& key);

} // namespace touchline::league
