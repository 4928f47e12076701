// The transfer manager of a pyramid: who moves from where to where, and how far it is. Address:
// transfer-manager/PYRAMID. What one transfer goes through is in transfer_saga.hpp.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/transfer_manager/transfer_manager.pb.h"

namespace touchline::actors {

/// Transfers under way at the same time.
inline constexpr int max_open_transfers = 4'096;
/// Transfers that have ended and that the state keeps, the newest ones: all earlier ones are in the
/// stream.
inline constexpr int max_closed_transfers = 256;
/// Largest fee, in minor units: ten billion pounds. A sum of nine million such fees fits.
inline constexpr int64_t max_transfer_fee = 1'000'000'000'000;
/// How long a transfer may take when its command has no deadline, in milliseconds.
inline constexpr int64_t default_transfer_ms = 30'000;
/// The context "transfer-manager".
struct transfer_manager {
  static constexpr std::string_view kind = "transfer-manager";
  using state = TransferManagerState;
  using event = TransferManagerEvent;
  using messages = message_list<TransferIn, TransferOut, TransferConfirm, InfoLeagueConfigured,
                                DeadlinePassed, TransferGet, TransferList>;

  /// Begins a transfer to a team, from another one or from outside the league; the answer comes
  /// when it has ended. Refuses bad keys, players and fees, a team that buys from itself, a day
  /// that is in no transfer window, an id that was used, a deadline that has passed, and a 4,097th
  /// transfer under way.
  static decided<event> decide(const state&, const TransferIn&, const header&);

  /// Begins a transfer away from a team, to another one or out of the league. As above.
  static decided<event> decide(const state&, const TransferOut&, const header&);

  /// A team did its step or refused it: the transfer goes on, or back.
  static decided<event> decide(const state&, const TransferConfirm&, const header&);

  /// Takes the transfer windows and the squad sizes.
  static decided<event> decide(const state&, const InfoLeagueConfigured&, const header&);

  /// Calls off every transfer whose deadline has passed before a side was asked to pay.
  static decided<event> decide(const state&, const DeadlinePassed&, const header&);

  /// Refuses when the transfer is not known, or not any more.
  static decided<event> decide(const state&, const TransferGet&, const header&);

  static decided<event> decide(const state&, const TransferList&, const header&);

  static void apply(state&, const event&);

  /// The earliest deadline of the transfers that may still be called off; 0 for none.
  static int64_t deadline_ms(const state&);
};

} // namespace touchline::actors
