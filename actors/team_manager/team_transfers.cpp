// A team's steps of a transfer.
#include "actors/team_manager/ledger.hpp"
#include "actors/team_manager/squad.hpp"
#include "actors/team_manager/team.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

using event = TeamEvent;

/// The answer to a step. `Message` names league and transfer.
template <class Message>
TransferConfirm confirmation(const TeamDetails& details, const Message& message,
                             TransferStep step) {
  TransferConfirm result;
  result.set_league(message.league());
  result.set_team(details.team());
  result.set_transfer(message.transfer());
  result.set_step(step);
  result.set_team_league(details.league());
  result.set_season(details.season());
  return result;
}

template <class Message>
decision<event> refuse_step(const TeamDetails& details, const Message& message, TransferStep step,
                            const refusal& why) {
  auto no = confirmation(details, message, step);
  no.set_team(message.team());
  no.set_code(why.code);
  no.set_text(why.text);
  return std::move(decision<event>{}.send(std::move(no)));
}

/// A step that is done.
event done(TransferStep step, const std::string& transfer) {
  event fact;
  fact.mutable_transferred()->set_step(step);
  fact.mutable_transferred()->set_transfer(transfer);
  return fact;
}

/// What forbids that the team begins to take part in a transfer, whoever it would be.
std::optional<refusal> check_beginning(const TeamDetails& details, const std::string& team,
                                       const std::string& transfer) {
  if (details.team().empty() || details.relegated())
    return refusal{NOT_FOUND, "The team \"" + team + "\" is not in the league."};
  if (find_transfer(details, transfer))
    return refusal{CONFLICT,
                   details.name() + " takes part in the transfer " + transfer + " already."};
  if (details.transfers_size() >= max_team_transfers)
    return refusal{OVERLOADED, details.name() + " takes part in "
                                 + std::to_string(max_team_transfers)
                                 + " transfers, the most at a time."};
  return std::nullopt;
}

std::optional<refusal> check_buyer(const TeamDetails& details, const TransferReserve& message) {
  if (auto wrong = check_beginning(details, message.team(), message.transfer()))
    return wrong;
  if (taken_places(details) >= message.squad_max())
    return refusal{CONFLICT, "The squad of " + details.name() + " is full: it has "
                               + std::to_string(taken_places(details))
                               + " players, those included who are about to come."};
  const auto& fee = message.fee();
  auto free = balance_of(details, fee.currency()) - held_of(details, fee.currency());
  if (fee.minor_units() > 0 && fee.minor_units() > free)
    return refusal{CONFLICT, details.name() + " has " + std::to_string(std::max<int64_t>(0, free))
                               + " minor units of " + fee.currency() + " to spend, less than the "
                               + std::to_string(fee.minor_units()) + " of the fee."};
  return std::nullopt;
}

/// Who is meant: by key, else by name, else by shirt number.
tl::expected<const Player*, refusal> find_meant(const TeamDetails& details,
                                                const TransferRelease& message) {
  const Player* result = nullptr;
  auto who = "a player \"" + message.player() + '"';
  if (!message.player().empty()) {
    result = find_player(details, message.player());
  } else if (!message.name().empty()) {
    who = "a player called \"" + message.name() + '"';
    if (std::ranges::count(details.squad(), message.name(), &Player::name) > 1)
      return refuse(CONFLICT, details.name() + " has more than one player called \""
                                + message.name() + "\"; name the player's key.");
    auto at = std::ranges::find(details.squad(), message.name(), &Player::name);
    result = at == details.squad().end() ? nullptr : &*at;
  } else {
    who = "a player with number " + std::to_string(message.shirt_number());
    result = find_shirt(details, message.shirt_number());
  }
  if (!result)
    return refuse(NOT_FOUND, details.name() + " has no " + who.substr(2) + ".");
  return result;
}

tl::expected<const Player*, refusal> check_seller(const TeamDetails& details,
                                                  const TransferRelease& message) {
  if (auto wrong = check_beginning(details, message.team(), message.transfer()))
    return tl::unexpected{*wrong};
  auto player = find_meant(details, message);
  if (!player)
    return player;
  if (!(*player)->transfer().empty())
    return refuse(CONFLICT, (*player)->name() + " is in a transfer that is not paid yet, "
                              + (*player)->transfer() + '.');
  if (settled_players(details) <= message.squad_min())
    return refuse(CONFLICT, "The squad of " + details.name() + " has "
                              + std::to_string(settled_players(details))
                              + " players, the fewest that the league allows.");
  return player;
}

} // namespace

decided<event> team::decide(const state& now, const TransferReserve& message, const header&) {
  const auto& details = now.details();
  if (auto wrong = check_buyer(details, message))
    return refuse_step(details, message, RESERVE, *wrong);
  auto fact = done(RESERVE, message.transfer());
  *fact.mutable_transferred()->mutable_fee() = message.fee();
  decision<event> result;
  return std::move(result.send(confirmation(details, message, RESERVE)).record(std::move(fact)));
}

decided<event> team::decide(const state& now, const TransferRelease& message, const header&) {
  const auto& details = now.details();
  auto player = check_seller(details, message);
  if (!player)
    return refuse_step(details, message, RELEASE, player.error());
  auto fact = done(RELEASE, message.transfer());
  *fact.mutable_transferred()->mutable_player() = **player;
  auto yes = confirmation(details, message, RELEASE);
  *yes.mutable_player() = **player;
  decision<event> result;
  return std::move(result.send(std::move(yes)).record(std::move(fact)));
}

decided<event> team::decide(const state& now, const TransferSign& message, const header&) {
  const auto& details = now.details();
  const auto* kept = find_transfer(details, message.transfer());
  if (!kept || kept->step() != RESERVE)
    return refuse_step(details, message, SIGN,
                       {NOT_FOUND, "The team \"" + message.team() + "\" keeps nothing for the "
                                     + "transfer " + message.transfer() + "."});
  if (!message.player().player().empty() && has_player(details, message.player().player()))
    return refuse_step(details, message, SIGN,
                       {ALREADY_EXISTS, details.name() + " has a player \""
                                          + message.player().player() + "\" already."});
  auto fact = done(SIGN, message.transfer());
  auto& player = *fact.mutable_transferred()->mutable_player() = with_key(now, message.player());
  player.set_shirt_number(free_shirt(details, player.shirt_number()));
  player.set_transfer(message.transfer());
  auto yes = confirmation(details, message, SIGN);
  *yes.mutable_player() = player;
  decision<event> result;
  return std::move(result.send(std::move(yes)).record(std::move(fact)));
}

decided<event> team::decide(const state& now, const TransferPay& message, const header&) {
  const auto& details = now.details();
  decision<event> result;
  result.send(confirmation(details, message, PAY));
  const auto* kept = find_transfer(details, message.transfer());
  if (!kept)
    return result;
  if (kept->step() == RESERVE)
    return refuse(CONFLICT, details.name() + " has not signed the player of the transfer "
                              + message.transfer() + "; nothing is paid before.");
  auto fact = done(PAY, message.transfer());
  auto& fee = *fact.mutable_transferred()->mutable_fee() = message.fee();
  if (kept->step() == SIGN)
    fee.set_minor_units(-fee.minor_units());
  else
    *fact.mutable_transferred()->mutable_player() = kept->player();
  return std::move(result.record(std::move(fact)));
}

decided<event> team::decide(const state& now, const TransferCancel& message, const header&) {
  const auto& details = now.details();
  decision<event> result;
  auto yes = confirmation(details, message, CANCEL);
  // A team that was never created does not know its own key.
  yes.set_team(message.team());
  result.send(std::move(yes));
  const auto* kept = find_transfer(details, message.transfer());
  if (!kept)
    return result;
  auto fact = done(CANCEL, message.transfer());
  if (kept->step() == RELEASE) {
    auto& player = *fact.mutable_transferred()->mutable_player() = kept->player();
    player.set_shirt_number(free_shirt(details, player.shirt_number()));
  }
  return std::move(result.record(std::move(fact)));
}

} // namespace touchline::actors
