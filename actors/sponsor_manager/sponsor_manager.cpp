#include "actors/sponsor_manager/sponsor_manager.hpp"

#include "actors/calendar.hpp"
#include "messages/catalogue.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace touchline::actors {

namespace {

using event = SponsorManagerEvent;
using state = SponsorManagerState;

const state::Deal* find_deal(const state& now, const std::string& sponsor) {
  auto at
    = std::ranges::find_if(now.deals(), [&](auto& x) { return x.details().sponsor() == sponsor; });
  return at == now.deals().end() ? nullptr : &*at;
}

std::string in_pyramid(const std::string& league) {
  return "The pyramid " + std::string{pyramid_of(league)};
}

// -- what a deal may be ---------------------------------------------------------------------------

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

std::string positions_of(const PositionBonus& x) {
  return std::to_string(x.from()) + " to " + std::to_string(x.to());
}

std::optional<std::string> check_bonus(const PositionBonus& x) {
  if (x.from() < 1 || x.from() > x.to() || x.to() > static_cast<uint32_t>(max_bonuses))
    return "A bonus is for positions from 1 to " + std::to_string(max_bonuses)
           + ", the better one first; not " + positions_of(x) + ".";
  if (x.minor_units() < 1 || x.minor_units() > max_sponsor_amount)
    return "The bonus for positions " + positions_of(x) + " must be 1 to "
           + std::to_string(max_sponsor_amount) + " minor units.";
  return std::nullopt;
}

/// Bonuses that are too many overlap: there are no more positions than bonuses allowed.
std::optional<std::string> check_bonuses(const SponsorDetails& deal) {
  std::array<bool, max_bonuses + 1> taken{};
  auto most = deal.amount_per_season().minor_units();
  for (auto& x : deal.bonuses()) {
    if (auto wrong = check_bonus(x))
      return wrong;
    for (auto position = x.from(); position <= x.to(); ++position) {
      if (std::exchange(taken[position], true))
        return "Position " + std::to_string(position)
               + " has two bonuses; give each position at most one.";
      most += x.minor_units();
      if (most > max_sponsor_amount)
        return "The amount per season and all bonuses together must be at most "
               + std::to_string(max_sponsor_amount) + " minor units.";
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_term(const SponsorDetails& deal) {
  for (auto& date : {deal.start(), deal.end()})
    if (!date.empty() && !parse_date(date))
      return "The start and end of a deal must be YYYY-MM-DD, not \"" + excerpt(date) + "\".";
  if (!deal.start().empty() && !deal.end().empty() && deal.end() < deal.start())
    return "The deal ends on " + deal.end() + ", before it starts on " + deal.start() + ".";
  return std::nullopt;
}

std::optional<std::string> check_deal(const SponsorDetails& x) {
  auto team = x.team().empty() ? std::nullopt : check_key("The team's key", x.team());
  for (auto& wrong :
       {check_key("The sponsor's key", x.sponsor()), check_name("The sponsor's name", x.name()),
        check_money(x.amount_per_season()), team, check_bonuses(x), check_term(x)})
    if (wrong)
      return wrong;
  return std::nullopt;
}

// -- which seasons are paid -----------------------------------------------------------------------

const state::PaidLeague* find_league(const state& now, const std::string& league) {
  auto at = std::ranges::find(now.paid(), league, &state::PaidLeague::league);
  return at == now.paid().end() ? nullptr : &*at;
}

bool is_paid(const state::PaidLeague* league, const std::string& season) {
  return league && std::ranges::binary_search(league->seasons(), season);
}

/// Why a season that is not known to be paid cannot be paid, if so.
std::optional<refusal> check_season(const state& now, const state::PaidLeague* league,
                                    const SponsorDistribute& message) {
  if (league && !league->forgotten().empty() && message.season() <= league->forgotten())
    return refusal{CONFLICT, "The season " + message.season() + " of " + message.league()
                               + " comes before the " + std::to_string(max_paid_seasons)
                               + " paid seasons that are remembered; it is not paid, because it "
                                 "may have been paid before."};
  if (!league && now.paid_size() >= max_paid_leagues)
    return refusal{INVALID_ARGUMENT, in_pyramid(message.league()) + " pays for "
                                       + std::to_string(max_paid_leagues) + " leagues, the most; "
                                       + message.league() + " is one more."};
  return std::nullopt;
}

/// Keeps leagues and seasons in the order of their keys, whichever was paid first.
void remember_season(state& now, const std::string& league, const std::string& season) {
  auto& all = *now.mutable_paid();
  if (!find_league(now, league)) {
    all.Add()->set_league(league);
    std::ranges::sort(all, {}, &state::PaidLeague::league);
  }
  auto& paid = *std::ranges::find(all, league, &state::PaidLeague::league);
  paid.add_seasons(season);
  std::ranges::sort(*paid.mutable_seasons());
  if (paid.seasons_size() > max_paid_seasons) {
    paid.set_forgotten(paid.seasons(0));
    paid.mutable_seasons()->DeleteSubrange(0, 1);
  }
}

// -- what a deal pays -----------------------------------------------------------------------------

int64_t bonus_of(const SponsorDetails& deal, uint32_t position) {
  for (auto& x : deal.bonuses())
    if (position >= x.from() && position <= x.to())
      return x.minor_units();
  return 0;
}

/// Whether a deal pays for this season at all. A deal with a team pays once for all seasons of one
/// name, in whatever leagues the team may be listed.
bool is_due(const state::Deal& deal, const SponsorDistribute& message) {
  const auto& x = deal.details();
  const auto& day = message.last_day();
  auto runs = day.empty()
              || ((x.start().empty() || x.start() <= day) && (x.end().empty() || day <= x.end()));
  auto paid_already = !x.team().empty() && std::ranges::any_of(x.payments(), [&](auto& payment) {
    return payment.season() == message.season();
  });
  auto concerned = !x.team().empty() || deal.league() == message.league();
  return runs && concerned && !paid_already && x.paid_minor_units() < max_sponsor_total;
}

/// What a deal pays to the team at a place of the final table, from 0.
Payment payment_at(const SponsorDetails& deal, const SponsorDistribute& message, int place,
                   int64_t amount) {
  Payment result;
  result.set_season(message.season());
  result.set_team(message.teams(place));
  result.set_position(static_cast<uint32_t>(place) + 1);
  result.set_minor_units(amount + bonus_of(deal, result.position()));
  return result;
}

SponsorPayments payments_of(const state::Deal& deal, const SponsorDistribute& message) {
  const auto& x = deal.details();
  SponsorPayments result;
  result.set_sponsor(x.sponsor());
  if (!is_due(deal, message))
    return result;
  auto amount = x.amount_per_season().minor_units();
  auto shares
    = x.team().empty() ? shares_by_position(amount, message.teams_size()) : std::vector<int64_t>{};
  for (int i = 0; i < message.teams_size(); ++i)
    if (x.team().empty())
      *result.add_payments() = payment_at(x, message, i, shares[static_cast<size_t>(i)]);
    else if (message.teams(i) == x.team())
      *result.add_payments() = payment_at(x, message, i, amount);
  return result;
}

/// Adds what a sponsor pays to the messages to the teams, which are kept by position.
void add_items(const SponsorDetails& deal, const SponsorPayments& paid,
               std::map<uint32_t, SponsorPay>& to) {
  for (auto& payment : paid.payments()) {
    if (payment.minor_units() == 0)
      continue;
    auto& pay = to[payment.position()];
    pay.set_team(payment.team());
    auto& item = *pay.add_items();
    item.set_sponsor(deal.sponsor());
    item.mutable_amount()->set_minor_units(payment.minor_units());
    item.mutable_amount()->set_currency(deal.amount_per_season().currency());
  }
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
  auto& deal = *fact.mutable_created();
  deal.set_league(message.league());
  auto& details = *deal.mutable_details();
  details.set_sponsor(message.sponsor());
  details.set_name(message.name());
  *details.mutable_amount_per_season() = message.amount_per_season();
  details.set_team(message.team());
  *details.mutable_bonuses() = message.bonuses();
  details.set_start(message.start());
  details.set_end(message.end());
  if (auto wrong = check_key("The league's key", message.league()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (auto wrong = check_deal(details))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (find_deal(now, message.sponsor()))
    return refuse(ALREADY_EXISTS, in_pyramid(message.league()) + " has a sponsor \""
                                    + message.sponsor() + "\" already.");
  if (now.deals_size() >= max_sponsors)
    return refuse(INVALID_ARGUMENT, in_pyramid(message.league()) + " has "
                                      + std::to_string(max_sponsors) + " sponsors, the most.");
  return decision<event>{}.record(std::move(fact));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorUpdate& message,
                                       const header&) {
  const auto* known = find_deal(now, message.sponsor());
  if (!known)
    return refuse(NOT_FOUND, in_pyramid(message.league()) + " has no sponsor \""
                               + excerpt(message.sponsor()) + "\".");
  const auto& before = known->details();
  event fact;
  auto& sponsor = *fact.mutable_updated();
  sponsor = before;
  sponsor.clear_payments();
  if (!message.name().empty())
    sponsor.set_name(message.name());
  if (message.has_amount_per_season())
    *sponsor.mutable_amount_per_season() = message.amount_per_season();
  if (!message.bonuses().empty())
    *sponsor.mutable_bonuses() = message.bonuses();
  if (!message.start().empty())
    sponsor.set_start(message.start());
  if (!message.end().empty())
    sponsor.set_end(message.end());
  if (auto wrong = check_deal(sponsor))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (before.paid_seasons() > 0
      && sponsor.amount_per_season().currency() != before.amount_per_season().currency())
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
  begin.set_pyramid(message.pyramid());
  begin.set_last_day(message.last_day());
  *begin.mutable_promoted() = message.promoted();
  *begin.mutable_relegated() = message.relegated();
  return decision<event>{}.send(std::move(begin));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorDistribute& message,
                                       const header&) {
  decision<event> result;
  const auto* league = find_league(now, message.league());
  if (is_paid(league, message.season()) || message.teams().empty())
    return result;
  if (auto wrong = check_season(now, league, message))
    return tl::unexpected{*wrong};
  event fact;
  auto& distributed = *fact.mutable_distributed();
  distributed.set_league(message.league());
  distributed.set_season(message.season());
  std::map<uint32_t, SponsorPay> pays;
  for (auto& deal : now.deals()) {
    auto paid = payments_of(deal, message);
    if (paid.payments().empty())
      continue;
    add_items(deal.details(), paid, pays);
    *distributed.add_sponsors() = std::move(paid);
  }
  for (auto& [position, pay] : pays) {
    pay.set_league(message.league());
    pay.set_season(message.season());
    result.send(std::move(pay));
  }
  return std::move(result.record(std::move(fact)));
}

decided<event> sponsor_manager::decide(const state& now, const SponsorList& message,
                                       const header&) {
  Sponsors reply;
  reply.set_league(message.league());
  for (auto& deal : now.deals())
    if (!deal.details().team().empty() || deal.league() == message.league())
      *reply.add_sponsors() = deal.details();
  return decision<event>{}.answer_with(reply);
}

void sponsor_manager::apply(state& now, const event& fact) {
  auto details_of = [&now](const std::string& key) -> SponsorDetails& {
    for (auto& x : *now.mutable_deals())
      if (x.details().sponsor() == key)
        return *x.mutable_details();
    return *now.add_deals()->mutable_details();
  };
  switch (fact.event_case()) {
    case event::kCreated:
      *now.add_deals() = fact.created();
      break;
    case event::kUpdated: {
      auto& details = details_of(fact.updated().sponsor());
      auto payments = std::move(*details.mutable_payments());
      details = fact.updated();
      *details.mutable_payments() = std::move(payments);
      break;
    }
    case event::kDistributed:
      remember_season(now, fact.distributed().league(), fact.distributed().season());
      for (auto& paid : fact.distributed().sponsors())
        apply_payments(details_of(paid.sponsor()), paid);
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
