#include "actors/transfer_manager/transfer_manager.hpp"

#include "actors/calendar.hpp"
#include "actors/team_manager/squad_rules.hpp"
#include "actors/transfer_manager/transfer_saga.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <chrono>

namespace touchline::actors {

namespace {

using event = TransferManagerEvent;
using state = TransferManagerState;

std::optional<int> index_of(const state& now, const std::string& transfer) {
  for (int i = 0; i < now.open_size(); ++i)
    if (now.open(i).details().transfer() == transfer)
      return i;
  return std::nullopt;
}

const OpenTransfer* find_open(const state& now, const std::string& transfer) {
  auto index = index_of(now, transfer);
  return index ? &now.open(*index) : nullptr;
}

const TransferDetails* find_closed(const state& now, const std::string& transfer) {
  auto at = std::ranges::find(now.closed(), transfer, &TransferDetails::transfer);
  return at == now.closed().end() ? nullptr : &*at;
}

// -- days -----------------------------------------------------------------------------------------

std::string utc_day(int64_t time_ms) {
  return to_text(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(
    std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{time_ms}})});
}

/// Days of the year compare as text.
bool is_within(const TransferWindow& window, const std::string& month_and_day) {
  auto begun = window.from() <= month_and_day;
  auto not_over = month_and_day <= window.to();
  return window.from() <= window.to() ? begun && not_over : begun || not_over;
}

std::string windows_text(const LeagueRules& rules) {
  std::string result;
  for (auto& x : rules.windows())
    result += (result.empty() ? "" : ", ") + x.name() + " (" + x.from() + " to " + x.to() + ")";
  return result;
}

std::optional<refusal> check_window(const LeagueRules& rules, const TransferDetails& details) {
  if (rules.windows().empty())
    return refusal{CONFLICT, "The league " + details.league()
                               + " has no transfer windows; set them with league.configure."};
  auto day = details.date().substr(5);
  if (std::ranges::any_of(rules.windows(), [&day](auto& x) { return is_within(x, day); }))
    return std::nullopt;
  return refusal{CONFLICT, "The day " + details.date() + " is in no transfer window of the league "
                             + details.league() + ": " + windows_text(rules) + "."};
}

// -- what a command may say -----------------------------------------------------------------------

using complaint = std::optional<std::string>;

complaint first_of(std::initializer_list<complaint> all) {
  auto at = std::ranges::find_if(all, &complaint::has_value);
  return at == all.end() ? std::nullopt : *at;
}

complaint check_teams(const std::string& team, std::string_view which_other,
                      const std::string& other) {
  if (auto wrong = check_key("The team's key", team))
    return wrong;
  if (other.empty())
    return std::nullopt;
  if (other == team)
    return "The team \"" + team + "\" cannot move a player to itself.";
  return check_key(which_other, other);
}

complaint check_fee(const Money& fee) {
  if (fee.minor_units() < 0 || fee.minor_units() > max_transfer_fee)
    return "The fee must be 0 to " + std::to_string(max_transfer_fee) + " minor units.";
  return check_amount("The fee", fee);
}

/// `Message` is TransferIn or TransferOut.
template <class Message>
complaint check_terms(const Message& message) {
  if (auto wrong = check_key("The league's key", message.league()))
    return wrong;
  if (!message.date().empty() && !parse_date(message.date()))
    return "The date of a transfer must be YYYY-MM-DD, not \"" + excerpt(message.date()) + "\".";
  return message.has_fee() ? check_fee(message.fee()) : std::nullopt;
}

complaint check_shirt_number(std::string_view what, uint32_t number, uint32_t least) {
  if (number >= least && number <= max_shirt_number)
    return std::nullopt;
  return std::string{what} + " must be " + std::to_string(least) + " to "
         + std::to_string(max_shirt_number) + (least == 0 ? ", 0 for any." : ".");
}

complaint check_newcomer(Player x) {
  if (!x.player().empty())
    return "A player from outside the league gets his key from his team; leave it empty.";
  if (x.shirt_number() == 0)
    x.set_shirt_number(max_shirt_number);
  return check_player(x);
}

complaint check_moving(const Player& x) {
  if (!x.player().empty())
    return check_key("The player's key", x.player());
  return check_name("The player's name", x.name());
}

// -- beginnings -----------------------------------------------------------------------------------

/// What both commands say.
template <class Message>
OpenTransfer transfer_of(const Message& message, const header& head) {
  OpenTransfer x;
  auto& details = *x.mutable_details();
  details.set_transfer(head.message_id());
  *x.mutable_flow() = flow_after(head);
  details.set_league(message.league());
  if (message.has_fee())
    *details.mutable_fee() = message.fee();
  details.set_date(message.date().empty() ? utc_day(head.time_ms) : message.date());
  details.set_deadline_ms(head.deadline_ms != 0 ? head.deadline_ms
                                                : head.time_ms + default_transfer_ms);
  return x;
}

std::optional<refusal> check_beginning(const state& now, const TransferDetails& details) {
  if (find_open(now, details.transfer()) || find_closed(now, details.transfer()))
    return refusal{ALREADY_EXISTS, "There is a transfer \"" + excerpt(details.transfer())
                                     + "\" already; every transfer needs an id of its own."};
  if (auto wrong = check_window(now.rules(), details))
    return wrong;
  if (details.deadline_ms() <= now.passed_ms())
    return refusal{DEADLINE_EXCEEDED, "The deadline of the transfer \""
                                        + excerpt(details.transfer())
                                        + "\" has passed; send the command again."};
  if (now.open_size() >= max_open_transfers)
    return refusal{OVERLOADED, "The league " + details.league() + " has "
                                 + std::to_string(max_open_transfers)
                                 + " transfers under way, the most; try again later."};
  return std::nullopt;
}

decided<event> begun(const state& now, OpenTransfer x, const header& head) {
  if (auto wrong = check_beginning(now, x.details()))
    return tl::unexpected{*wrong};
  begin(x);
  decision<event> result;
  send_steps({}, x, now.rules(), result);
  if (head.from_outside())
    result.defer();
  event fact;
  *fact.mutable_begun() = std::move(x);
  return std::move(result.record(std::move(fact)));
}

// -- what follows ---------------------------------------------------------------------------------

void add_advance(const state& now, const OpenTransfer& x, const TransferConfirm& message,
                 decision<event>& out) {
  auto after = x;
  advance(after, message);
  send_steps(x, after, now.rules(), out);
  event fact;
  *fact.mutable_confirmed() = message;
  out.record(std::move(fact));
}

/// The caller hears of it at once: it is certain, though the teams still have to undo their parts.
void add_calling_off(const state& now, const OpenTransfer& x, const refusal& why, bool refused,
                     decision<event>& out) {
  event fact;
  auto& called_off = *fact.mutable_called_off();
  called_off.set_transfer(x.details().transfer());
  called_off.set_reason(why.text);
  called_off.set_refused(refused);
  auto after = x;
  call_off(after, called_off);
  send_steps(x, after, now.rules(), out);
  out.refuse_later(x.details().transfer(), why.code, why.text);
  out.record(std::move(fact));
}

refusal refusal_in(const TransferConfirm& message) {
  auto known = ErrorCode_IsValid(static_cast<int>(message.code()));
  auto text = message.text();
  if (text.empty())
    text = "The team \"" + message.team() + "\" refuses the step "
           + TransferStep_Name(message.step()) + " of the transfer.";
  return {known ? static_cast<ErrorCode>(message.code()) : CONFLICT, text};
}

/// Something was done for a transfer that is over, and not completed.
bool is_leftover(const state& now, const TransferConfirm& message) {
  const auto* closed = find_closed(now, message.transfer());
  auto done = message.step() == RESERVE || message.step() == RELEASE || message.step() == SIGN;
  return done && message.code() == OK && (!closed || closed->state() != COMPLETED);
}

TransferCancel cancel_again(const TransferConfirm& message) {
  TransferDetails details;
  details.set_league(message.league());
  details.set_transfer(message.transfer());
  return cancel_of(details, message.team());
}

// -- bookkeeping ----------------------------------------------------------------------------------

void book_outside(state& now, const Money& fee, bool paid) {
  auto& sums = *now.mutable_outside();
  auto at = std::ranges::find(sums, fee.currency(), &Money::currency);
  auto& sum = at == sums.end() ? *sums.Add() : *at;
  sum.set_currency(fee.currency());
  sum.set_minor_units(sum.minor_units() + (paid ? fee.minor_units() : -fee.minor_units()));
}

void close(state& now, int index) {
  auto& details = *now.mutable_open(index)->mutable_details();
  if (details.state() == COMPLETED)
    now.set_completed(now.completed() + 1);
  else
    now.set_cancelled(now.cancelled() + 1);
  auto with_outside = details.from_team().empty() || details.to_team().empty();
  if (details.state() == COMPLETED && with_outside && details.fee().minor_units() != 0)
    book_outside(now, details.fee(), details.from_team().empty());
  *now.add_closed() = std::move(details);
  now.mutable_open()->DeleteSubrange(index, 1);
  if (now.closed_size() > max_closed_transfers)
    now.mutable_closed()->DeleteSubrange(0, now.closed_size() - max_closed_transfers);
}

/// Changes a transfer under way, and moves it to those that have ended when it has.
template <class Change>
void change(state& now, const std::string& transfer, const Change& how) {
  auto index = index_of(now, transfer);
  if (!index)
    return;
  how(*now.mutable_open(*index));
  if (is_closed(now.open(*index)))
    close(now, *index);
}

} // namespace

decided<event> transfer_manager::decide(const state& now, const TransferIn& message,
                                        const header& head) {
  const auto& player = message.player();
  auto from_outside = message.from_team().empty();
  if (auto wrong = first_of(
        {check_terms(message),
         check_teams(message.team(), "The key of the team that he comes from", message.from_team()),
         check_shirt_number("The shirt number", player.shirt_number(), 0),
         from_outside ? check_newcomer(player) : check_moving(player)}))
    return refuse(INVALID_ARGUMENT, *wrong);
  auto x = transfer_of(message, head);
  x.mutable_details()->set_to_team(message.team());
  x.mutable_details()->set_from_team(message.from_team());
  x.set_wanted_shirt_number(player.shirt_number());
  auto& details = *x.mutable_details()->mutable_player();
  if (from_outside)
    details = player;
  details.set_player(player.player());
  details.set_name(player.name());
  details.clear_transfer();
  return begun(now, std::move(x), head);
}

decided<event> transfer_manager::decide(const state& now, const TransferOut& message,
                                        const header& head) {
  if (auto wrong = first_of(
        {check_terms(message),
         check_teams(message.team(), "The key of the team that he goes to", message.to_team()),
         check_shirt_number("The shirt number", message.shirt_number(), 1),
         check_shirt_number("The new shirt number", message.new_shirt_number(), 0)}))
    return refuse(INVALID_ARGUMENT, *wrong);
  auto x = transfer_of(message, head);
  x.mutable_details()->set_from_team(message.team());
  x.mutable_details()->set_to_team(message.to_team());
  x.set_wanted_shirt_number(message.new_shirt_number());
  x.mutable_details()->mutable_player()->set_shirt_number(message.shirt_number());
  return begun(now, std::move(x), head);
}

decided<event> transfer_manager::decide(const state& now, const TransferConfirm& message,
                                        const header&) {
  decision<event> result;
  const auto* x = find_open(now, message.transfer());
  if (!x) {
    if (is_leftover(now, message))
      result.send(cancel_again(message));
    return result;
  }
  switch (meaning_of(*x, message)) {
    case confirmation::expected:
      add_advance(now, *x, message, result);
      break;
    case confirmation::refused:
      add_calling_off(now, *x, refusal_in(message), true, result);
      break;
    case confirmation::leftover:
      result.send(cancel_again(message));
      break;
    case confirmation::forbidden:
      return refuse(CONFLICT, "The step " + TransferStep_Name(message.step())
                                + " of a transfer cannot be refused, as the team \""
                                + message.team() + "\" does: " + message.text());
    case confirmation::late:
      break;
  }
  return result;
}

decided<event> transfer_manager::decide(const state& now, const InfoLeagueConfigured& message,
                                        const header&) {
  if (message.rules().revision() < now.rules().revision())
    return decision<event>{};
  event fact;
  *fact.mutable_configured() = message.rules();
  return decision<event>{}.record(std::move(fact));
}

decided<event> transfer_manager::decide(const state& now, const DeadlinePassed& message,
                                        const header&) {
  decision<event> result;
  if (message.deadline_ms() > now.passed_ms()) {
    event fact;
    fact.set_deadline_passed(message.deadline_ms());
    result.record(std::move(fact));
  }
  for (auto& x : now.open()) {
    if (!can_be_called_off(x) || x.details().deadline_ms() > message.deadline_ms())
      continue;
    auto sent = result.messages.size();
    add_calling_off(now, x, {DEADLINE_EXCEEDED, silence_of(x)}, false, result);
    if (x.has_flow())
      result.continue_flow(x.flow(), sent);
  }
  return result;
}

decided<event> transfer_manager::decide(const state& now, const TransferGet& message,
                                        const header&) {
  if (const auto* x = find_open(now, message.transfer()))
    return decision<event>{}.answer_with(x->details());
  if (const auto* x = find_closed(now, message.transfer()))
    return decision<event>{}.answer_with(*x);
  return refuse(NOT_FOUND, "The league " + message.league() + " has no transfer \""
                             + excerpt(message.transfer()) + "\" under way or among the last "
                             + std::to_string(max_closed_transfers) + ".");
}

decided<event> transfer_manager::decide(const state& now, const TransferList& message,
                                        const header&) {
  Transfers reply;
  reply.set_league(message.league());
  for (auto& x : now.open())
    *reply.add_open() = x.details();
  *reply.mutable_closed() = now.closed();
  reply.set_completed(now.completed());
  reply.set_cancelled(now.cancelled());
  *reply.mutable_outside() = now.outside();
  return decision<event>{}.answer_with(reply);
}

void transfer_manager::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kConfigured:
      *now.mutable_rules() = fact.configured();
      break;
    case event::kBegun:
      *now.add_open() = fact.begun();
      break;
    case event::kConfirmed:
      change(now, fact.confirmed().transfer(),
             [&fact](OpenTransfer& x) { advance(x, fact.confirmed()); });
      break;
    case event::kCalledOff:
      change(now, fact.called_off().transfer(),
             [&fact](OpenTransfer& x) { call_off(x, fact.called_off()); });
      break;
    case event::kDeadlinePassed:
      now.set_passed_ms(fact.deadline_passed());
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

int64_t transfer_manager::deadline_ms(const state& now) {
  int64_t result = 0;
  for (auto& x : now.open())
    if (can_be_called_off(x) && (result == 0 || x.details().deadline_ms() < result))
      result = x.details().deadline_ms();
  return result;
}

} // namespace touchline::actors
