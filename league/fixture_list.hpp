#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "league/rules.hpp"

namespace touchline::league {

/// The smallest league that a fixture list is made for; the largest has `max_teams`.
inline constexpr std::uint32_t min_league_teams = 2;

/// One match to be played. Teams are numbers from 0 to `team_count - 1`, as in a table of the same
/// season.
struct fixture {
  /// The round, from 1 to `round_count(team_count)`.
  std::uint32_t round = 0;
  /// The day of the whole round, in the proleptic Gregorian calendar and without a time zone.
  std::chrono::year_month_day date{};
  team_index home = 0;
  team_index away = 0;

  friend bool operator==(const fixture&, const fixture&) = default;
};

/// What a fixture list is made from. The same options give the same list on every machine.
struct fixture_list_options {
  /// From `min_league_teams` to `max_teams`, 64.
  std::uint32_t team_count = 0;
  /// Decides which team gets which place in the construction.
  std::uint64_t seed = 0;
  /// The day of the first round.
  std::chrono::year_month_day season_start{};
  /// The day of the last round; at least `round_count(team_count) - 1` days after the start.
  std::chrono::year_month_day season_end{};
};

/// How many rounds a double round robin takes: 2(n - 1), or 2n when n is odd and one team rests in
/// every round.
constexpr std::uint32_t round_count(std::uint32_t team_count) noexcept {
  return team_count % 2 == 0 ? 2 * (team_count - 1) : 2 * team_count;
}

/// The fewest breaks that a double round robin in two halves can have: 2n - 4 for an even number of
/// teams, none for an odd one. See `generate_fixture_list`.
constexpr std::uint32_t minimum_breaks(std::uint32_t team_count) noexcept {
  return team_count % 2 == 0 ? 2 * team_count - 4 : 0;
}

/// Makes the fixture list of a season in which every team meets every other once at home and once
/// away.
///
/// What holds for every list: every ordered pair of teams exactly once; each half of the season is
/// a single round robin; nobody plays twice in a round; nobody plays more than two home or two away
/// matches in a row, over the whole season and across a rest; and there are
/// `minimum_breaks(team_count)` breaks, which is the fewest possible. A break is a team's match at
/// the same kind of venue, home or away, as its match before, a rest in between not counted.
///
/// Construction. The first half is the canonical 1-factorization of the complete graph (Kirkman's
/// circle method) with the venues of de Werra, "Scheduling in sports", in Hansen (ed.), Studies on
/// Graphs and Discrete Programming, Annals of Discrete Mathematics 11, 1981, pp. 381-395: n - 2
/// breaks for even n, none for odd n with one resting team per round. At most two teams can
/// alternate through a round robin, for two teams with the same pattern could never meet, so no
/// half has fewer than n - 2 breaks, nor a season of two halves fewer than 2n - 4. The second half
/// is the first one played backwards with the venues exchanged. Then a team's first match after the
/// turn is at the other kind of venue than its last match before it, no break is added at the turn,
/// and 2n - 4 is reached. The usual mirrored season, which repeats the first half in its own order,
/// cannot have fewer than 3n - 6 (de Werra 1981).
///
/// The price is that the last round before the turn and the first after it pair the same teams.
/// With the fewest breaks nothing else is possible for odd n, where the round robin without breaks
/// is unique (Froncek and Meszka, "Round robin tournaments with one bye and no breaks in home-away
/// patterns are unique", in Multidisciplinary Scheduling, Springer, 2005), nor for 4 and 6 teams;
/// for 8 to 68, an even number, computer searches have found seasons with two rounds in between
/// (Zeng and Mizuno, "On the separation in 2-period double round robin tournaments with minimum
/// breaks", Computers & Operations Research 39, 2012). Without halves n - 2 breaks would be enough,
/// at the price of such return matches all season long.
///
/// Dates: the first round is on the season's start, the last on its end, the others spread evenly
/// between them, at most one day off for rounding; all matches of a round on one day, later rounds
/// on later days.
///
/// Returns the fixtures by round, or a sentence that says which option is wrong.
tl::expected<std::vector<fixture>, std::string> generate_fixture_list(
  const fixture_list_options& options);

} // namespace touchline::league
