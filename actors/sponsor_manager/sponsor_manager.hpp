// The sponsor manager of a league: its deals, and what they paid to whom. Address:
// sponsor-manager/LEAGUE.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/sponsor_manager/sponsor_manager.pb.h"

#include <vector>

namespace touchline::actors {

/// Sponsors of one league.
inline constexpr int max_sponsors = 100;
/// Largest amount per season, in minor units: ten trillion pounds.
inline constexpr int64_t max_sponsor_amount = 1'000'000'000'000'000;
/// Payments that the state keeps for each sponsor, the newest ones: all earlier ones are in the
/// stream.
inline constexpr int max_kept_payments = 512;

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

  /// Adds a sponsor. Refuses bad names and amounts, and keys that are taken.
  static decided<event> decide(const state&, const SponsorCreate&, const header&);

  /// Changes a sponsor's name, or its amount from the next distribution on.
  static decided<event> decide(const state&, const SponsorUpdate&, const header&);

  /// The season is over: begins the distribution.
  static decided<event> decide(const state&, const InfoSeasonCompleted&, const header&);

  /// Pays every sponsor's amount out by final position, once per season.
  static decided<event> decide(const state&, const SponsorDistribute&, const header&);

  static decided<event> decide(const state&, const SponsorList&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
