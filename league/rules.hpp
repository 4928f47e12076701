#pragma once

// What a competition decides for itself: what a win is worth, how teams that are level are told
// apart, who lost points, who was expelled, and how many go up and down. Five countries'
// regulations as they were in each season.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace touchline::league {

/// A team within one season: its place in the season's list of teams, from 0.
using team_index = std::uint8_t;

/// The most teams that a league may have.
inline constexpr std::size_t max_teams = 64;

/// The most points that one deduction may take away. The harshest on record in the five countries
/// is 30 (Luton Town 2008-09).
inline constexpr int max_deduction = 200;

/// What a match is worth.
struct points_rule {
  int win = 3;
  int draw = 1;
  int loss = 0;

  friend bool operator==(const points_rule&, const points_rule&) = default;
};

/// One way to tell teams apart that have the same points. More is better in all of them.
/// The head-to-head ones count only the matches among all who are level at that place in the order.
enum class tie_break : std::uint8_t {
  goal_difference,
  goals_for,
  wins,
  away_goals,
  away_wins,
  head_to_head_points,
  head_to_head_goal_difference,
  head_to_head_goals,
  head_to_head_away_goals,
  drawing_of_lots, ///< reproducible from rules::lots_seed; nothing after it is ever reached
};

/// True for the tie-breaks that look only at the matches among the teams that are level.
constexpr bool is_head_to_head(tie_break kind) noexcept {
  return kind >= tie_break::head_to_head_points && kind <= tie_break::head_to_head_away_goals;
}

/// What happens when a head-to-head comparison of three or more teams leaves some of them level.
enum class regroup : std::uint8_t {
  /// Those still level go on to the next tie-break, which still counts the matches among all who
  /// were level at first.
  go_on,
  /// Those still level start again at the first head-to-head tie-break, with only the matches among
  /// themselves.
  start_again,
};

/// Points taken from one team by the competition.
struct deduction {
  team_index team = 0;
  int points = 0; ///< taken away, 0 to max_deduction

  friend bool operator==(const deduction&, const deduction&) = default;
};

/// A match, or two legs, played after the season to decide a place between two teams that were
/// level.
struct decider {
  team_index winner = 0;
  team_index loser = 0;

  friend bool operator==(const decider&, const decider&) = default;
};

/// How many teams go up and down. Play-off places are those that the play-off's entrants come from.
struct places {
  int promoted = 0;            ///< from the top, without a play-off
  int promotion_play_off = 0;  ///< the next ones below
  int relegated = 0;           ///< from the bottom, without a play-off
  int relegation_play_off = 0; ///< the next ones above

  friend bool operator==(const places&, const places&) = default;
};

/// Everything that turns counts into a table.
struct rules {
  /// One of rule_set_names(), or empty for rules that were put together by hand.
  std::string name;
  points_rule points;
  /// Applied in this order to teams with the same points. When the list is exhausted, the order is
  /// that of the team indexes.
  std::vector<tie_break> tie_breaks;
  /// Used instead of tie_breaks when points_per_game is set and this is not empty.
  std::vector<tie_break> curtailed_tie_breaks;
  regroup after_head_to_head = regroup::go_on;
  /// Head-to-head is skipped until every two of the teams that are level have met this often; 0
  /// counts whatever was played.
  int head_to_head_meetings = 2;
  /// The upper one of two neighbouring places (from 1) that a decider settles when the two teams
  /// have the same points. Without the decider's result, the tie-breaks that are not head-to-head
  /// order the two, because the regulation gives head-to-head no say over such a place.
  std::vector<int> decider_places;
  /// Deciders that were played. Each counts only at a decider place, or between two teams that
  /// nothing else could separate.
  std::vector<decider> deciders;
  /// Points taken away; several for one team add up.
  std::vector<deduction> deductions;
  /// The season was cut short: order by points (after deduction) for each match played, compared
  /// exactly. A team without any match is left out then, unless nobody has played.
  bool points_per_game = false;
  /// Teams that were thrown out: not in the table, and their results count for nobody.
  std::vector<team_index> expelled;
  /// Seed of the drawing of lots.
  std::uint64_t lots_seed = 0;
  places outcome;
};

/// The names that rule_set() knows: england, spain, italy, germany, france.
std::span<const std::string_view> rule_set_names() noexcept;

/// The rules of a country's league.
/// @param name one of rule_set_names(), in lower case
/// @param tier 1 for the highest division; tiers below 4 share the rules of tier 4
/// @param season the year in which the season starts: 2022 for 2022-23
/// @returns the rules, or a sentence that lists the names that are known
/// The regulation behind each, with the years in which it changed, is named at the country's
/// function in rules.cpp.
tl::expected<rules, std::string> rule_set(std::string_view name, int tier, int season);

/// The rule set's name for a country code as football.json's file names carry it: `en` (also `eng`,
/// `uk`, `gb`), `es`, `it`, `de`, `fr`; nothing for any other.
std::optional<std::string_view> rule_set_of_country(std::string_view code) noexcept;

/// The text form of a tie-break, such as `head-to-head points`, for documents and shells.
std::string_view to_string(tie_break kind) noexcept;

} // namespace touchline::league
