#include "nodes/audit.hpp"

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "actors/sponsor_manager/sponsor_manager.pb.h"
#include "actors/team_manager/team_manager.pb.h"
#include "actors/transfer_manager/transfer_manager.pb.h"
#include "messages/catalogue_types.hpp"
#include "nodes/stored_flows.hpp"
#include "nodes/stored_state.hpp"

#include <algorithm>
#include <set>

namespace touchline::nodes {

namespace {

using actors::OpenTransfer;
using actors::SponsorManagerState;
using actors::TeamManagerState;
using actors::TeamState;
using actors::TransferManagerState;

/// Everything that is stored of one pyramid.
struct stored_pyramid {
  std::string key;
  TeamManagerState index;
  std::map<std::string, TeamDetails> teams;
  TransferManagerState transfers;
  SponsorManagerState sponsors;
  /// Messages on their way to entities of this pyramid.
  std::vector<const open_step*> open;
};

/// The state of an entity; an empty one when there is no such entity.
template <class State>
tl::expected<void, std::string> load(const storage::store& from, const std::string& address,
                                     State& out) {
  auto state = read_state_of<State>(from, address);
  if (!state)
    return tl::unexpected{state.error()};
  out = std::move(*state);
  return {};
}

tl::expected<stored_pyramid, std::string> load_pyramid(const storage::store& from,
                                                       const std::string& key) {
  stored_pyramid out;
  out.key = key;
  auto done = load(from, "team-manager/" + key, out.index);
  if (done)
    done = load(from, "transfer-manager/" + key, out.transfers);
  if (done)
    done = load(from, "sponsor-manager/" + key, out.sponsors);
  for (auto& entry : out.index.teams()) {
    TeamState team;
    if (done)
      done = load(from, "team/" + key + '/' + entry.team(), team);
    out.teams[entry.team()] = team.details();
  }
  if (!done)
    return tl::unexpected{done.error()};
  return out;
}

/// Whether the team has not heard everything: its own state may lag behind.
bool has_news(const stored_pyramid& x, const std::string& team) {
  return std::ranges::any_of(
    x.open, [&](const open_step* step) { return step->to == "team/" + x.key + '/' + team; });
}

void audit_teams(const stored_pyramid& x, pyramid_audit& out) {
  for (auto& entry : x.index.teams()) {
    if (!entry.relegated())
      ++out.leagues[entry.league()];
    const auto& team = x.teams.at(entry.team());
    if (has_news(x, entry.team()))
      continue;
    if (team.team().empty())
      out.problems.push_back("The team " + entry.team() + " has no state of its own.");
    else if (team.relegated() != entry.relegated() || team.league() != entry.league())
      out.problems.push_back("The team " + entry.team() + " plays in " + entry.league()
                             + " for the team manager, and in " + team.league() + " for itself.");
  }
}

void audit_players(const stored_pyramid& x, pyramid_audit& out) {
  std::map<std::string, std::string> squads;
  for (auto& [key, team] : x.teams) {
    std::set<uint32_t> shirts;
    for (auto& player : team.squad()) {
      ++out.players_in_squads;
      if (auto [at, added] = squads.emplace(player.player(), key); !added)
        out.problems.push_back("The player " + player.player() + " is in the squads of "
                               + at->second + " and of " + key + ".");
      if (!shirts.insert(player.shirt_number()).second)
        out.problems.push_back("Two players of " + key + " wear number "
                               + std::to_string(player.shirt_number()) + ".");
    }
  }
  for (auto& [key, team] : x.teams)
    for (auto& kept : team.transfers())
      if (kept.step() == RELEASE && !squads.contains(kept.player().player()))
        ++out.players_in_transfer;
}

bool keeps(const stored_pyramid& x, const std::string& team, const std::string& transfer) {
  auto at = x.teams.find(team);
  return at != x.teams.end()
         && std::ranges::find(at->second.transfers(), transfer, &TeamTransfer::transfer)
              != at->second.transfers().end();
}

/// While a transfer is being paid, a side that keeps nothing for it any more has booked the fee.
int64_t fee_under_way(const stored_pyramid& x, const OpenTransfer& transfer) {
  const auto& details = transfer.details();
  if (details.state() != PAYING)
    return 0;
  int64_t result = 0;
  if (!details.to_team().empty() && !keeps(x, details.to_team(), details.transfer()))
    result += details.fee().minor_units();
  if (!details.from_team().empty() && !keeps(x, details.from_team(), details.transfer()))
    result -= details.fee().minor_units();
  return result;
}

void audit_ledger(const std::string& key, const TeamDetails& team, pyramid_audit& out) {
  std::map<std::string, int64_t> sums;
  for (auto& total : team.totals()) {
    auto& money = out.money[total.amount().currency()];
    auto amount = total.amount().minor_units();
    sums[total.amount().currency()] += amount;
    (total.kind() == "capital"   ? money.capital
     : total.kind() == "sponsor" ? money.from_sponsors
                                 : money.from_transfers)
      += amount;
  }
  for (auto& balance : team.balances()) {
    out.money[balance.currency()].balances += balance.minor_units();
    if (sums[balance.currency()] != balance.minor_units())
      out.problems.push_back("The ledger of " + key + " adds up to "
                             + std::to_string(sums[balance.currency()]) + " minor units of "
                             + balance.currency() + ", and its balance is "
                             + std::to_string(balance.minor_units()) + ".");
  }
}

void audit_money(const stored_pyramid& x, pyramid_audit& out) {
  for (auto& [key, team] : x.teams)
    audit_ledger(key, team, out);
  for (auto& transfer : x.transfers.open())
    if (auto fee = fee_under_way(x, transfer); fee != 0)
      out.money[transfer.details().fee().currency()].in_transfers += fee;
  for (auto& money : x.transfers.outside())
    out.money[money.currency()].outside += money.minor_units();
  for (auto& sponsor : x.sponsors.sponsors())
    if (sponsor.paid_minor_units() != 0)
      out.money[sponsor.amount_per_season().currency()].paid_by_sponsors
        += sponsor.paid_minor_units();
  for (const auto* step : x.open) {
    SponsorPay pay;
    if (step->number != number_of<SponsorPay> || !pay.ParseFromString(step->body))
      continue;
    for (auto& item : pay.items())
      out.money[item.amount().currency()].on_the_way += item.amount().minor_units();
  }
  for (auto& [currency, money] : out.money)
    if (!money.adds_up())
      out.problems.push_back("The money in " + currency + " does not add up.");
}

} // namespace

tl::expected<std::vector<pyramid_audit>, std::string> audit_store(const storage::store& from) {
  auto managers = addresses_of_kind(from, "team-manager");
  if (!managers)
    return tl::unexpected{managers.error()};
  auto open = read_open_steps(from);
  if (!open)
    return tl::unexpected{open.error().text + '.'};
  std::vector<pyramid_audit> result;
  for (auto& address : *managers) {
    auto key = address.substr(address.find('/') + 1);
    auto stored = load_pyramid(from, key);
    if (!stored)
      return tl::unexpected{stored.error()};
    for (auto& step : *open)
      if (step.to.starts_with("team/" + key + '/'))
        stored->open.push_back(&step);
    auto& out = result.emplace_back();
    out.pyramid = key;
    audit_teams(*stored, out);
    audit_players(*stored, out);
    audit_money(*stored, out);
  }
  return result;
}

} // namespace touchline::nodes
