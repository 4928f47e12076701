// The sponsor manager of a pyramid: deals with its leagues and its teams, and what they paid to
// whom. Address: sponsor-manager/PYRAMID.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/sponsor_manager/sponsor_manager.pb.h"

#include <vector>

namespace touchline::actors {

/// Sponsors of one pyramid: with all their payments they fit a snapshot of 16 MiB.
inline constexpr int max_sponsors = 200;
/// Largest amount per season, bonuses included, in minor units: ten trillion pounds.
inline constexpr int64_t max_sponsor_amount = 1'000'000'000'000'000;
/// Largest total of a sponsor, in minor units. A deal that has paid so much pays nothing more.
inline constexpr int64_t max_sponsor_total = 9'000'000'000'000'000'000;
/// Position bonuses of one deal: one for each position of the largest league.
inline constexpr int max_bonuses = 64;
/// Payments that the state keeps for each sponsor, the newest ones: all earlier ones are in the
/// stream.
inline constexpr int max_kept_payments = 512;
/// Leagues of a pyramid that money is paid for.
inline constexpr int max_paid_leagues = 64;
/// Paid seasons that are remembered for each league, those with the largest keys. A season before
/// all of them is refused, because nobody knows any more whether it was paid.
inline constexpr int max_paid_seasons = 256;

/// Shares of `amount` minor units by final position, the champion's first: of n teams, the champion
/// gets n parts, the next n - 1, the last one part. What integer division leaves over is given out
/// one unit each from the top, so that the shares add up to `amount`. `amount` is 0 to
/// max_sponsor_amount, `teams` 1 to 64.
std::vector<int64_t> shares_by_position(int64_t amount, int teams);

/// The context "sponsor-manager".
struct sponsor_manager {
  static constexpr std::string_view kind = "sponsor-manager";
  using state = SponsorManagerState;
  using event = SponsorManagerEvent;
  using messages = message_list<SponsorCreate, SponsorUpdate, SponsorDistribute,
                                InfoSeasonCompleted, SponsorList>;

  /// Adds a deal with a league or a team. Refuses bad names and amounts, bonuses whose positions
  /// overlap or are not 1 to 64, a start after the end, keys that are taken in the pyramid, and a
  /// 201st sponsor.
  static decided<event> decide(const state&, const SponsorCreate&, const header&);

  /// Changes a deal from the next distribution on: name, amount, bonuses, start and end.
  static decided<event> decide(const state&, const SponsorUpdate&, const header&);

  /// The season of a league is over: begins the distribution.
  static decided<event> decide(const state&, const InfoSeasonCompleted&, const header&);

  /// Pays every deal that runs on the season's last day, once per league and season: a deal with
  /// the league by final position, a deal with one of its teams whole, and bonuses on top. Sends
  /// sponsor.pay to each team that gets something. Refuses a 65th league, and a season of which it
  /// is not known any more whether it was paid.
  static decided<event> decide(const state&, const SponsorDistribute&, const header&);

  /// The deals with the league, and those with teams of its pyramid.
  static decided<event> decide(const state&, const SponsorList&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
