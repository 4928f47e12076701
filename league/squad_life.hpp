#pragma once

// How simulated squads live: players retire, youth players come up, transfers are agreed. Every
// squad of every season follows from the seed, the teams' keys and the seasons' dates alone, so
// that whoever simulates can plan what to send without asking the teams.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "league/generator.hpp"

namespace touchline::league {

/// A number of players for every `playing_position`, in the order of its values.
using position_numbers = std::array<std::uint32_t, 4>;

/// What a generated squad has, and what youth players bring a squad back to when a season starts.
inline constexpr position_numbers squad_targets{3, 8, 8, 6};

/// What a team keeps of every position whatever is offered for its players.
inline constexpr position_numbers squad_minimums{2, 5, 5, 3};

/// The bounds of a squad at all times. A team buys only if it would not have more than the upper
/// one even after filling every other position up to its target, so that the youth of a later
/// season always finds room.
inline constexpr std::size_t min_living_squad = 22;
inline constexpr std::size_t max_living_squad = 32;

/// Who has reached this age, in years, when a season starts retires before it.
inline constexpr int retirement_age = 35;

/// The ages of youth players, in years on the day when they come up.
inline constexpr int youngest_youth = 17;
inline constexpr int oldest_youth = 19;

/// Shirts are numbered from 1 to this.
inline constexpr std::uint8_t max_shirt = 99;

/// The bounds of a fee, in minor units of the currency: 100,000.00 to 2,000,000.00. Fees are
/// multiples of 1,000.00.
inline constexpr std::int64_t min_fee = 100'000'00;
inline constexpr std::int64_t max_fee = 2'000'000'00;

/// The bounds of a wage, in minor units a week: 500.00 to 20,000.00. Wages are multiples of 10.00.
inline constexpr std::int64_t min_wage = 500'00;
inline constexpr std::int64_t max_wage = 20'000'00;

/// The age, in days, of a player at his best: 27 years. Nearest to it plays first.
inline constexpr std::chrono::days prime_age{9862};

/// The longest key of a team, in bytes, that leaves room for its players' keys in the 64 bytes of
/// a key: ".s9999.99".
inline constexpr std::size_t max_living_team_key = 55;

/// The last season of a simulation; the first is 0.
inline constexpr std::uint32_t max_simulated_season = 9999;

/// A player of a simulated squad.
struct squad_member {
  /// Unique among all players that the simulation ever has, and the same in every squad that he
  /// plays for: "TEAM.sSEASON.NUMBER", by the team that he began with, the season in which he came
  /// up (0 for an initial squad) and a number from 0. For example "arsenal-fc.s0.7".
  std::string key;
  /// First and last name, ASCII; no two players of a squad share it.
  std::string name;
  playing_position position = playing_position::goalkeeper;
  /// From 1 to `max_shirt`; each once in a squad.
  std::uint8_t shirt = 0;
  std::chrono::year_month_day born{};
  /// Minor units of the currency a week, from `min_wage` to `max_wage`; stays for life.
  std::int64_t wage = 0;

  friend bool operator==(const squad_member&, const squad_member&) = default;
};

/// A team's players at one moment.
struct living_squad {
  /// The team's key, unique in the simulation.
  std::string team;
  /// In the order in which they arrived; see `regulars_first`.
  std::vector<squad_member> members;

  friend bool operator==(const living_squad&, const living_squad&) = default;
};

/// Who leaves and who comes up when a season starts.
struct squad_renewal {
  std::vector<squad_member> retired;
  std::vector<squad_member> youth;

  friend bool operator==(const squad_renewal&, const squad_renewal&) = default;
};

/// A time in which players change teams.
struct transfer_window {
  std::uint32_t season = 0;
  /// Which window of the season, from 0.
  std::uint32_t number = 0;
  /// The day that ages are counted on.
  std::chrono::year_month_day day{};
};

/// A player who goes from one team to another.
struct transfer_move {
  std::size_t seller = 0; ///< place in the list of squads
  std::size_t buyer = 0;  ///< place in the list of squads
  std::string player;     ///< his key
  std::int64_t fee = 0;   ///< minor units, from `min_fee` to `max_fee`; the buyer pays the seller
  std::uint8_t shirt = 0; ///< at the buyer: his old number if it is free, else the lowest free one

  friend bool operator==(const transfer_move&, const transfer_move&) = default;
};

/// The age in years on a day; a birthday on 29 February is celebrated on 1 March in other years.
int age_on(std::chrono::year_month_day born, std::chrono::year_month_day day) noexcept;

/// How many players of every position there are.
position_numbers count_positions(std::span<const squad_member> members) noexcept;

/// The squad that team `index` begins with: the players of `generate_squad`, with keys and wages. A
/// sentence if the team's key is not 1 to `max_living_team_key` lower case letters, digits, hyphens
/// and points, or if the day is not one of the calendar. The functions below require squads that
/// began here.
tl::expected<living_squad, std::string> initial_squad(std::uint64_t seed, std::uint32_t index,
                                                      std::string_view team_key,
                                                      std::chrono::year_month_day season_start);

/// The players who are `retirement_age` or older on the day, in the squad's order.
std::vector<squad_member> retiring(const living_squad& squad,
                                   std::chrono::year_month_day season_start);

/// The players who come up to bring every position back to `squad_targets`, without regard to
/// positions that have more: aged 17 to 19, with the lowest free shirt numbers (1 for goalkeepers
/// alone) and names that nobody in the squad has. `squad` is what retirements have left.
///
/// Requires a season from 1 to `max_simulated_season`, and to be applied once a season and team:
/// the keys repeat otherwise.
std::vector<squad_member> youth_players(std::uint64_t seed, std::uint32_t season,
                                        const living_squad& squad,
                                        std::chrono::year_month_day season_start);

/// What happens to a squad before `season`, from 1: first `retiring`, then `youth_players`.
squad_renewal plan_renewal(std::uint64_t seed, std::uint32_t season, const living_squad& squad,
                           std::chrono::year_month_day season_start);

/// Takes the retired out of the squad and appends the youth.
void apply_renewal(living_squad& squad, const squad_renewal& renewal);

/// The moves of one transfer window. Each team takes part in one move at most, so that all of them
/// can run at once and in any order. Teams meet in random pairs, in which the first buys from the
/// second; there is no move in a pair where no player fits: the seller keeps `squad_minimums` and
/// `min_living_squad`, the buyer stays within `max_living_squad` (see there) and has no namesake.
/// A player is likelier to go if the buyer lacks his position or the seller has too many of it.
///
/// The moves do not depend on the order of the squads, nor on anything but the seed, the window and
/// the squads that are given: every league may have its own market, or all teams a common one.
/// Fees grow with what a player is worth, by age, position and chance.
std::vector<transfer_move> plan_transfers(std::uint64_t seed, const transfer_window& window,
                                          std::span<const living_squad> squads);

/// Moves the players, in the same list of squads that the moves were planned for. Leaves out moves
/// of players whom the seller does not have.
void apply_transfers(std::span<living_squad> squads, std::span<const transfer_move> moves);

/// The places of the members in the order that `draw_goals` wants: by position, goalkeepers first,
/// and the regulars of each position first: those whose age is nearest to `prime_age` on the day,
/// then by key. Does not depend on the members' order; take the season's first day so that the
/// order holds for a season.
std::vector<std::size_t> regulars_first(std::span<const squad_member> members,
                                        std::chrono::year_month_day day);

/// The positions of the members at these places, as `draw_goals` wants them: goal scorer `n` is
/// member `order[n]`.
std::vector<playing_position> positions_in(std::span<const squad_member> members,
                                           std::span<const std::size_t> order);

} // namespace touchline::league
