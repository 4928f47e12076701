#pragma once

// Promotion play-offs as the English Football League plays them, for instance in 2022-23:
// two-legged rounds without away goals, and a final of one match on neutral ground.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace touchline::league {

/// The most teams in a play-off. It has 0, 2, 4 or 8.
inline constexpr std::size_t max_play_off_qualifiers = 8;

/// When a play-off is played, in days after the last day of the league: each round takes a week.
/// Round `r`, from 1, has its first legs `play_off_first_leg_day` and its second legs, or the
/// final, `play_off_decisive_day` days after the league's end, plus `play_off_round_days * (r -
/// 1)`. With four teams: semi-finals on days 5 and 8, the final on day 15.
inline constexpr std::chrono::days play_off_first_leg_day{5};
inline constexpr std::chrono::days play_off_decisive_day{8};
inline constexpr std::chrono::days play_off_round_days{7};

/// One match of a play-off. Teams are places in the list of qualifiers, best first, from 0.
struct play_off_match {
  std::uint32_t round = 1;      ///< from 1
  std::uint32_t leg = 1;        ///< 1 or 2; 1 for the final
  std::uint32_t tie = 0;        ///< the pairing within the round, from 0: that of the best first
  std::uint32_t teams_left = 0; ///< how many teams begin this round: 8, 4, or 2 for the final
  std::size_t home = 0;         ///< in a final, on neutral ground, the better placed team
  std::size_t away = 0;

  /// True for the one match of the last round.
  [[nodiscard]] constexpr bool is_final() const noexcept { return teams_left == 2; }

  /// True for the match that ends a tie: a second leg or the final.
  [[nodiscard]] constexpr bool is_decisive() const noexcept { return leg == 2 || is_final(); }

  friend bool operator==(const play_off_match&, const play_off_match&) = default;
};

/// How a match of a play-off ended. Goals count extra time, if any, but no shoot-out.
struct play_off_result {
  std::uint32_t home_goals = 0;
  std::uint32_t away_goals = 0;
  /// Who won the penalty shoot-out, if there was one: true for the home team.
  std::optional<bool> shoot_out_home_won{};

  friend bool operator==(const play_off_result&, const play_off_result&) = default;
};

/// What is known of a play-off.
struct play_off_bracket {
  /// All matches whose teams are known, round by round; in a round all first legs in the order of
  /// the ties, then all second legs. Later results only ever add to the end.
  std::vector<play_off_match> matches;
  /// The qualifier who won the final, once it was played.
  std::optional<std::size_t> winner;

  friend bool operator==(const play_off_bracket&, const play_off_bracket&) = default;
};

/// True if a match with these goals is decisive and leaves its tie level, so that a shoot-out must
/// follow. Never true for a first leg. `first_leg` is the result of the tie's first leg; looked at
/// for a second leg only, which needs it.
bool needs_shoot_out(const play_off_match& match, const std::optional<play_off_result>& first_leg,
                     const play_off_result& result);

/// What is wrong with the result of a match, if anything, as a sentence: it needs a shoot-out and
/// has none; it has one and needs none; a second leg without the result of the first.
std::optional<std::string> check_play_off_result(const play_off_match& match,
                                                 const std::optional<play_off_result>& first_leg,
                                                 const play_off_result& result);

/// The matches of a play-off of `qualifiers` teams and its winner, as far as `results` decides
/// them. `results` follows the order of `play_off_bracket::matches`; empty ones, and those beyond
/// its end, are not played yet. A round is known once all matches of the round before are played:
/// the best placed team left meets the worst, the second best the second worst. The worse placed
/// team has the first leg at home. So the first call, without results, gives the first round, and
/// the call with its last result gives the next.
///
/// Without qualifiers there is no match and no winner. A sentence if `qualifiers` is not 0, 2, 4 or
/// 8, if there are more results than known matches, or if `check_play_off_result` has one.
tl::expected<play_off_bracket, std::string> make_play_off_bracket(
  std::size_t qualifiers, std::span<const std::optional<play_off_result>> results);

/// The place in `matches` of the first leg of a second leg's tie; nothing for other matches.
std::optional<std::size_t> first_leg_of(std::span<const play_off_match> matches,
                                        const play_off_match& match);

/// How many matches a play-off of so many teams has: 0, 1, 5 or 13; 0 for any other count.
constexpr std::size_t play_off_match_count(std::size_t qualifiers) noexcept {
  switch (qualifiers) {
    case 2:
      return 1;
    case 4:
      return 5;
    case 8:
      return 13;
    default:
      return 0;
  }
}

/// What people call a match: "Play-off semi-final, first leg", "Play-off final".
std::string play_off_match_name(const play_off_match& match);

/// When a match is played, in days after the last day of the league.
std::chrono::days play_off_day(const play_off_match& match) noexcept;

} // namespace touchline::league
