#include "actors/sponsor_manager/sponsor_manager.hpp"

#include "messages/text.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

using event = SponsorManagerEvent;

const SponsorDetails* find_sponsor(const SponsorManagerState& state, const std::string& sponsor) {
  auto at = std::ranges::find_if(state.sponsors(), [&](auto& x) { return x.sponsor() == sponsor; });
  return at == state.sponsors().end() ? nullptr : &*at;
}

std::optional<std::string> check_money(const Money& x) {
  const auto& currency = x.currency();
  if (currency.size() != 3
      || !std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "The currency must be three capital letters of ISO 4217, as in GBP.";
  if (x.minor_units() < 1 || x.minor_units() > max_sponsor_amount)
    return "The amount per season must be 1 to " + std::to_string(max_sponsor_amount)
           + " minor units.";
  return std::nullopt;
}

std::optional<std::string> check_sponsor(const SponsorDetails& x) {
  for (auto& wrong :
       {check_key("The sponsor's key", x.sponsor()), check_name("The sponsor's name", x.name()),
        check_money(x.amount_per_season())})
    if (wrong)
      return wrong;
  return std::nullopt;
}

SponsorPayments payments_of(const SponsorDetails& sponsor, const SponsorDistribute& message) {
  SponsorPayments result;
  result.set_sponsor(sponsor.sponsor());
  auto shares = shares_by_position(sponsor.amount_per_season().minor_units(), message.teams_size());
  for (int i = 0; i < message.teams_size(); ++i) {
    auto& payment = *result.add_payments();
    payment.set_season(message.season());
    payment.set_team(message.teams(i));
    payment.set_position(static_cast<uint32_t>(i) + 1);
    payment.set_minor_units(shares[static_cast<size_t>(i)]);
  }
  return result;
}

void apply_payments(SponsorDetails& sponsor, const SponsorPayments& paid) {
  auto& kept = *sponsor.mutable_payments();
  for (auto& payment : paid.payments()) {
    *kept.Add() = payment;
    sponsor.set_paid_minor_units(sponsor.paid_minor_units() + payment.minor_units());
  }
  if (kept.size() > max_kept_payments)
    kept.DeleteSubrange(0, kept.size() - max_kept_payments);
  sponsor.set_paid_seasons(sponsor.paid_seasons() + 1);
}

} // namespace

std::vector<int64_t> shares_by_position(int64_t amount, int teams) {
  std::vector<int64_t> result;
  auto parts = int64_t{teams} * (teams + 1) / 2;
  int64_t given = 0;
  for (int64_t weight = teams; weight >= 1; --weight) {
    result.push_back(amount / parts * weight + amount % parts * weight / parts);
    given += result.back();
  }
  for (size_t i = 0; given < amount; i = (i + 1) % result.size(), ++given)
    ++result[i];
  return result;
}

decided<event> sponsor_manager::decide(const state& now, const SponsorCreate& message,
                                       const header&) {
  event fact;
  auto& sponsor = *fact.mutable_created();
  sponsor.set_sponsor(message.sponsor());
  sponsor.set_name(message.name());
  *sponsor.mutable_amount_per_season() = message.amount_per_season();
  if (auto wrong = check_key("The league's key", message.league()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (auto wrong = check_sponsor(sponsor))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (find_sponsor(now, message.sponsor()))
    return refuse(ALREADY_EXISTS, "The league " + message.league() + " has a sponsor \""
                                    + message.sponsor() + "\" already.");
  if (now.sponsors_size() >= max_sponsors)
    return refuse(INVALID_ARGUMENT, "The league " + message.league() + " has "
                                      + std::to_string(max_sponsors) + " sponsors, the most.");
  return decision<event>{}.record(std::move(fact));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorUpdate& message,
                                       const header&) {
  const auto* known = find_sponsor(now, message.sponsor());
  if (!known)
    return refuse(NOT_FOUND, "The league " + message.league() + " has no sponsor \""
                               + message.sponsor() + "\".");
  event fact;
  auto& sponsor = *fact.mutable_updated();
  sponsor.set_sponsor(known->sponsor());
  sponsor.set_name(message.name().empty() ? known->name() : message.name());
  *sponsor.mutable_amount_per_season()
    = message.has_amount_per_season() ? message.amount_per_season() : known->amount_per_season();
  if (auto wrong = check_sponsor(sponsor))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (known->paid_seasons() > 0
      && sponsor.amount_per_season().currency() != known->amount_per_season().currency())
    return refuse(CONFLICT, "The sponsor \"" + message.sponsor()
                              + "\" has paid in another currency already; create a new one.");
  return decision<event>{}.record(std::move(fact));
}

decided<event> sponsor_manager::decide(const state&, const InfoSeasonCompleted& message,
                                       const header&) {
  SponsorDistribute begin;
  begin.set_league(message.league());
  begin.set_season(message.season());
  for (auto& row : message.table())
    begin.add_teams(row.team());
  return decision<event>{}.send(std::move(begin));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorDistribute& message,
                                       const header&) {
  decision<event> result;
  auto paid = std::ranges::find(now.distributed(), message.season()) != now.distributed().end();
  if (paid || message.teams().empty())
    return result;
  event fact;
  auto& distributed = *fact.mutable_distributed();
  distributed.set_season(message.season());
  for (auto& sponsor : now.sponsors())
    *distributed.add_sponsors() = payments_of(sponsor, message);
  return std::move(result.record(std::move(fact)));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorList& message,
                                       const header&) {
  Sponsors reply;
  reply.set_league(message.league());
  *reply.mutable_sponsors() = now.sponsors();
  return decision<event>{}.answer_with(reply);
}

void sponsor_manager::apply(state& now, const event& fact) {
  auto sponsor_of = [&now](const std::string& key) -> SponsorDetails& {
    for (auto& x : *now.mutable_sponsors())
      if (x.sponsor() == key)
        return x;
    return *now.add_sponsors();
  };
  switch (fact.event_case()) {
    case event::kCreated:
      *now.add_sponsors() = fact.created();
      break;
    case event::kUpdated: {
      auto& sponsor = sponsor_of(fact.updated().sponsor());
      sponsor.set_name(fact.updated().name());
      *sponsor.mutable_amount_per_season() = fact.updated().amount_per_season();
      break;
    }
    case event::kDistributed:
      now.add_distributed(fact.distributed().season());
      for (auto& paid : fact.distributed().sponsors())
        apply_payments(sponsor_of(paid.sponsor()), paid);
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
