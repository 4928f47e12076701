// One transfer as a saga: the order of its steps, what a team's confirmation means to it, and the
// way back. Pure; docs/adr/0019-transfers-as-sagas.md tells why it is as it is.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/transfer_manager/transfer_manager.pb.h"

#include <string>

namespace touchline::actors {

/// What a confirmation means to a transfer under way.
enum class confirmation {
  /// Of a step that is over; whatever was done is undone by the cancellation that is on its way.
  late,
  /// The step that the transfer waits for is done, or undone.
  expected,
  /// The step that the transfer waits for is refused.
  refused,
  /// A step done after the team had been asked to undo everything: it has to be undone as well.
  leftover,
  /// Paying and undoing cannot be refused.
  forbidden
};

/// Whether the transfer may still be called off: no side was asked to pay.
bool can_be_called_off(const OpenTransfer& x);

/// Whether nothing is left to do.
bool is_closed(const OpenTransfer& x);

/// What a confirmation means.
confirmation meaning_of(const OpenTransfer& x, const TransferConfirm& message);

/// The first sentence about a step that nobody confirmed in time: "The team ... did not ...".
std::string silence_of(const OpenTransfer& x);

/// Sets the first state of a new transfer: RESERVING, or RELEASING when nobody buys.
void begin(OpenTransfer& x);

/// Goes on after an expected confirmation.
void advance(OpenTransfer& x, const TransferConfirm& message);

/// Turns round: CANCELLING, or CANCELLED when no side has done anything.
void call_off(OpenTransfer& x, const TransferManagerEvent::CalledOff& why);

/// Asks a team to undo what it did.
TransferCancel cancel_of(const TransferDetails& details, const std::string& team);

/// Sends what follows when a transfer has become `after`; `before` is empty for a new one. The
/// rules say how large squads may be.
void send_steps(const OpenTransfer& before, const OpenTransfer& after, const LeagueRules& rules,
                decision<TransferManagerEvent>& out);

} // namespace touchline::actors
