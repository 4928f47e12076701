#include "actors/transfer_manager/transfer_saga.hpp"

#include "actors/team_manager/squad_rules.hpp"

#include <algorithm>
#include <array>

namespace touchline::actors {

namespace {

using event = TransferManagerEvent;

// -- the two sides --------------------------------------------------------------------------------

enum class side { buyer, seller };

const std::string& team_of(const TransferDetails& details, side which) {
  return which == side::buyer ? details.to_team() : details.from_team();
}

bool takes_part(const OpenTransfer& x, side which) {
  return !team_of(x.details(), which).empty();
}

const TransferSide& at(const OpenTransfer& x, side which) {
  return which == side::buyer ? x.buyer() : x.seller();
}

TransferSide& at(OpenTransfer& x, side which) {
  return which == side::buyer ? *x.mutable_buyer() : *x.mutable_seller();
}

std::optional<side> side_of(const TransferDetails& details, const std::string& team) {
  for (auto which : {side::buyer, side::seller})
    if (!team.empty() && team_of(details, which) == team)
      return which;
  return std::nullopt;
}

// -- the way there --------------------------------------------------------------------------------

/// One step: while the transfer is in `state`, it waits for `who` to confirm `step`.
struct step_entry {
  TransferState state;
  TransferStep step;
  side who;
};

/// In their order. Steps of a side that takes no part are left out; PAYING follows, for both sides
/// at the same time.
constexpr std::array steps{step_entry{RESERVING, RESERVE, side::buyer},
                           step_entry{RELEASING, RELEASE, side::seller},
                           step_entry{SIGNING, SIGN, side::buyer}};

const step_entry* step_in(TransferState state) {
  auto found = std::ranges::find(steps, state, &step_entry::state);
  return found == steps.end() ? nullptr : found;
}

TransferState first_state(const OpenTransfer& x, const step_entry* from) {
  auto found = std::find_if(from, steps.end(), [&x](auto& s) { return takes_part(x, s.who); });
  return found == steps.end() ? PAYING : found->state;
}

bool is_paid(const OpenTransfer& x) {
  return std::ranges::all_of(std::array{side::buyer, side::seller},
                             [&x](side s) { return !takes_part(x, s) || at(x, s).paid(); });
}

void keep_player(OpenTransfer& x, const TransferConfirm& message) {
  if (!message.has_player())
    return;
  auto& player = *x.mutable_details()->mutable_player();
  player = message.player();
  player.clear_transfer();
  if (message.step() == RELEASE)
    *x.mutable_released() = player;
}

// -- the way back ---------------------------------------------------------------------------------

/// Whether a side may have done something: its step was taken, or it was asked to and did not
/// refuse. A buyer who refuses to sign has still reserved.
bool may_have_acted(const OpenTransfer& x, side which, bool refused) {
  auto state = x.details().state();
  if (!takes_part(x, which))
    return false;
  if (which == side::buyer)
    return !(refused && state == RESERVING);
  return state == SIGNING || (state == RELEASING && !refused);
}

void close_when_undone(OpenTransfer& x) {
  auto to_undo = [&x](side s) {
    return at(x, s).undo() == TransferSide::ASKED || at(x, s).undo() == TransferSide::DUE;
  };
  if (!to_undo(side::buyer) && !to_undo(side::seller))
    x.mutable_details()->set_state(CANCELLED);
}

void take_undone(OpenTransfer& x, side which) {
  at(x, which).set_undo(TransferSide::UNDONE);
  if (auto& seller = at(x, side::seller); seller.undo() == TransferSide::DUE)
    seller.set_undo(TransferSide::ASKED);
  close_when_undone(x);
}

// -- what a confirmation means --------------------------------------------------------------------

confirmation meaning_of_cancelled(const TransferSide& who, const TransferConfirm& message) {
  if (message.step() == CANCEL)
    return who.undo() == TransferSide::ASKED ? confirmation::expected : confirmation::late;
  auto undone = who.undo() == TransferSide::UNDONE || who.undo() == TransferSide::NOTHING;
  return undone && message.code() == OK ? confirmation::leftover : confirmation::late;
}

// -- messages -------------------------------------------------------------------------------------

TransferReserve reserve_of(const TransferDetails& details, const LeagueRules& rules) {
  TransferReserve result;
  result.set_league(details.league());
  result.set_team(details.to_team());
  result.set_transfer(details.transfer());
  if (details.has_fee())
    *result.mutable_fee() = details.fee();
  result.set_squad_max(squad_limit(rules));
  return result;
}

TransferRelease release_of(const TransferDetails& details, const LeagueRules& rules) {
  TransferRelease result;
  result.set_league(details.league());
  result.set_team(details.from_team());
  result.set_transfer(details.transfer());
  result.set_player(details.player().player());
  result.set_name(details.player().name());
  result.set_shirt_number(details.player().shirt_number());
  result.set_squad_min(rules.squad_min());
  return result;
}

/// A player for whom no number is wanted keeps his own, if it is free.
TransferSign sign_of(const OpenTransfer& x) {
  TransferSign result;
  result.set_league(x.details().league());
  result.set_team(x.details().to_team());
  result.set_transfer(x.details().transfer());
  auto& player = *result.mutable_player();
  player = x.details().player();
  if (x.wanted_shirt_number() != 0)
    player.set_shirt_number(x.wanted_shirt_number());
  return result;
}

TransferPay pay_of(const TransferDetails& details) {
  TransferPay result;
  result.set_league(details.league());
  result.set_from_team(details.from_team());
  result.set_to_team(details.to_team());
  result.set_transfer(details.transfer());
  if (details.has_fee())
    *result.mutable_fee() = details.fee();
  return result;
}

/// `Info` is InfoPlayerTransferredIn, of the buyer, or InfoPlayerTransferredOut, of the seller.
template <class Info>
Info info_of(const OpenTransfer& x, side who, const Player& player) {
  const auto& details = x.details();
  Info result;
  result.set_league(at(x, who).league());
  result.set_season(at(x, who).season());
  result.set_team(team_of(details, who));
  result.set_player(player.name());
  *result.mutable_details() = player;
  result.set_other_team(team_of(details, who == side::buyer ? side::seller : side::buyer));
  if (details.has_fee())
    *result.mutable_fee() = details.fee();
  result.set_transfer(details.transfer());
  return result;
}

void publish(const OpenTransfer& x, decision<event>& out) {
  if (takes_part(x, side::seller))
    out.send(info_of<InfoPlayerTransferredOut>(x, side::seller, x.released()));
  if (takes_part(x, side::buyer))
    out.send(info_of<InfoPlayerTransferredIn>(x, side::buyer, x.details().player()));
}

void send_cancels(const OpenTransfer& before, const OpenTransfer& after, decision<event>& out) {
  for (auto who : {side::seller, side::buyer})
    if (at(after, who).undo() == TransferSide::ASKED
        && at(before, who).undo() != TransferSide::ASKED)
      out.send(cancel_of(after.details(), team_of(after.details(), who)));
}

} // namespace

bool can_be_called_off(const OpenTransfer& x) {
  return step_in(x.details().state()) != nullptr;
}

bool is_closed(const OpenTransfer& x) {
  return x.details().state() == COMPLETED || x.details().state() == CANCELLED;
}

confirmation meaning_of(const OpenTransfer& x, const TransferConfirm& message) {
  auto who = side_of(x.details(), message.team());
  if (!who)
    return confirmation::late;
  if ((message.step() == PAY || message.step() == CANCEL) && message.code() != OK)
    return confirmation::forbidden;
  if (x.details().state() == CANCELLING)
    return meaning_of_cancelled(at(x, *who), message);
  if (x.details().state() == PAYING)
    return message.step() == PAY ? confirmation::expected : confirmation::late;
  const auto* awaited = step_in(x.details().state());
  if (!awaited || awaited->step != message.step() || awaited->who != *who)
    return confirmation::late;
  return message.code() == OK ? confirmation::expected : confirmation::refused;
}

std::string silence_of(const OpenTransfer& x) {
  const auto* awaited = step_in(x.details().state());
  if (!awaited)
    return {};
  return "The team \"" + team_of(x.details(), awaited->who) + "\" did not confirm the step "
         + TransferStep_Name(awaited->step) + " before the deadline.";
}

void begin(OpenTransfer& x) {
  x.mutable_details()->set_state(first_state(x, steps.begin()));
}

void advance(OpenTransfer& x, const TransferConfirm& message) {
  auto who = side_of(x.details(), message.team());
  if (!who)
    return;
  if (message.step() == CANCEL) {
    take_undone(x, *who);
    return;
  }
  at(x, *who).set_league(message.team_league());
  at(x, *who).set_season(message.season());
  keep_player(x, message);
  if (message.step() == PAY)
    at(x, *who).set_paid(true);
  else if (const auto* done = step_in(x.details().state()))
    x.mutable_details()->set_state(first_state(x, done + 1));
  if (is_paid(x))
    x.mutable_details()->set_state(COMPLETED);
}

void call_off(OpenTransfer& x, const event::CalledOff& why) {
  // The player is back with the seller only when the buyer has let him go.
  auto in_turn = x.details().state() == SIGNING;
  if (may_have_acted(x, side::buyer, why.refused()))
    at(x, side::buyer).set_undo(TransferSide::ASKED);
  if (may_have_acted(x, side::seller, why.refused()))
    at(x, side::seller).set_undo(in_turn ? TransferSide::DUE : TransferSide::ASKED);
  x.mutable_details()->set_reason(why.reason());
  x.mutable_details()->set_state(CANCELLING);
  close_when_undone(x);
}

TransferCancel cancel_of(const TransferDetails& details, const std::string& team) {
  TransferCancel result;
  result.set_league(details.league());
  result.set_team(team);
  result.set_transfer(details.transfer());
  return result;
}

void send_steps(const OpenTransfer& before, const OpenTransfer& after, const LeagueRules& rules,
                decision<event>& out) {
  send_cancels(before, after, out);
  if (before.details().state() == after.details().state())
    return;
  const auto& details = after.details();
  switch (details.state()) {
    case RESERVING:
      out.send(reserve_of(details, rules));
      break;
    case RELEASING:
      out.send(release_of(details, rules));
      break;
    case SIGNING:
      out.send(sign_of(after));
      break;
    case PAYING:
      out.send(pay_of(details));
      break;
    case COMPLETED:
      publish(after, out);
      out.answer_later(details.transfer(), details);
      break;
    default:
      break;
  }
}

} // namespace touchline::actors
