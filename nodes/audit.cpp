#include "nodes/audit.hpp"

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "actors/sponsor_manager/sponsor_manager.pb.h"
#include "actors/team_manager/ledger.hpp"
#include "actors/team_manager/team.hpp"
#include "actors/team_manager/team_manager.pb.h"
#include "actors/transfer_manager/transfer_manager.pb.h"
#include "messages/catalogue_types.hpp"
#include "nodes/stored_flows.hpp"
#include "nodes/stored_state.hpp"

#include <algorithm>
#include <set>

namespace touchline::nodes {

namespace {

using actors::FixtureManagerState;
using actors::OpenTransfer;
using actors::PyramidState;
using actors::SponsorManagerState;
using actors::TeamEntry;
using actors::TeamManagerState;
using actors::TeamState;
using actors::TransferManagerState;

/// Everything that is stored of one pyramid.
struct stored_pyramid {
  std::string key;
  TeamManagerState index;
  /// All that have a stream, also those that the index does not know.
  std::map<std::string, TeamDetails> teams;
  TransferManagerState transfers;
  SponsorManagerState sponsors;
  /// Without tiers when the league is none of a pyramid.
  PyramidState pyramid;
  /// The season that each league plays, or played last.
  std::vector<FixtureManagerState> seasons;
  /// Messages on their way, and dead letters.
  const std::vector<open_step>* open = nullptr;

  std::string team_address(const std::string& team) const { return "team/" + key + '/' + team; }
};

// -- reading --------------------------------------------------------------------------------------

using load_result = tl::expected<void, std::string>;

/// The state of an entity; an empty one when there is no such entity.
template <class State>
load_result load(const storage::store& from, const std::string& address, State& out) {
  auto state = read_state_of<State>(from, address);
  if (!state)
    return tl::unexpected{state.error()};
  out = std::move(*state);
  return {};
}

load_result load_teams(const storage::store& from, stored_pyramid& out) {
  auto prefix = out.team_address({});
  auto addresses = addresses_with(from, prefix);
  if (!addresses)
    return tl::unexpected{addresses.error()};
  for (auto& address : *addresses) {
    TeamState team;
    if (auto read = load(from, address, team); !read)
      return read;
    out.teams[address.substr(prefix.size())] = team.details();
  }
  return {};
}

load_result load_seasons(const storage::store& from, stored_pyramid& out) {
  // A map of Protobuf has another order in every process.
  const std::map<std::string, std::string> seasons{out.index.seasons().begin(),
                                                   out.index.seasons().end()};
  for (auto& [league, season] : seasons)
    if (auto loaded
        = load(from, "fixture-manager/" + league + '/' + season, out.seasons.emplace_back());
        !loaded)
      return loaded;
  return {};
}

tl::expected<stored_pyramid, std::string> load_pyramid(const storage::store& from,
                                                       const std::string& key,
                                                       const std::vector<open_step>& open) {
  stored_pyramid out;
  out.key = key;
  out.open = &open;
  auto loaded = load(from, "team-manager/" + key, out.index)
                  .and_then([&] { return load(from, "transfer-manager/" + key, out.transfers); })
                  .and_then([&] { return load(from, "sponsor-manager/" + key, out.sponsors); })
                  .and_then([&] { return load(from, "pyramid/" + key, out.pyramid); })
                  .and_then([&] { return load_teams(from, out); })
                  .and_then([&] { return load_seasons(from, out); });
  if (!loaded)
    return tl::unexpected{loaded.error()};
  return out;
}

/// Whether a message of one of these types is on its way to an entity: what it holds is old then.
template <class... Messages>
bool waits_for(const stored_pyramid& x, const std::string& address) {
  return std::ranges::any_of(*x.open, [&](const open_step& step) {
    return step.to == address && ((step.number == number_of<Messages>) || ...);
  });
}

// -- teams ----------------------------------------------------------------------------------------

/// What the team manager and the team itself say of where it plays.
void audit_team(const stored_pyramid& x, const TeamEntry& entry, pyramid_audit& out) {
  if (waits_for<InfoTeamCreated, InfoTeamUpdated, InfoTeamRelegated, InfoTeamPromoted>(
        x, x.team_address(entry.team())))
    return;
  auto at = x.teams.find(entry.team());
  if (at == x.teams.end() || at->second.team().empty())
    out.problems.push_back("The team " + entry.team() + " has no state of its own.");
  else if (at->second.relegated() != entry.relegated() || at->second.league() != entry.league())
    out.problems.push_back("The team " + entry.team() + " plays in " + entry.league()
                           + " for the team manager, and in " + at->second.league()
                           + " for itself.");
}

void audit_teams(const stored_pyramid& x, pyramid_audit& out) {
  std::map<std::string, std::string> league_of;
  for (auto& entry : x.index.teams()) {
    if (!entry.relegated())
      ++out.leagues[entry.league()];
    if (auto [at, added] = league_of.emplace(entry.team(), entry.league()); !added)
      out.problems.push_back("The team " + entry.team() + " is in two leagues: " + at->second
                             + " and " + entry.league() + '.');
    audit_team(x, entry, out);
  }
}

/// The pyramid and the team manager agree on who plays where, unless teams are moving.
void audit_tiers(const stored_pyramid& x, pyramid_audit& out) {
  std::map<std::string, std::string> league_of;
  for (int i = 0; i < x.pyramid.tiers_size(); ++i)
    for (auto& team : x.pyramid.tiers(i).teams()) {
      const auto& league = x.pyramid.created().tiers(i).league();
      if (auto [at, added] = league_of.emplace(team.team(), league); !added)
        out.problems.push_back("The team " + team.team() + " is in two leagues of the pyramid: "
                               + at->second + " and " + league + '.');
    }
  for (auto& entry : x.index.teams()) {
    auto at = league_of.find(entry.team());
    if (at == league_of.end())
      continue;
    if (x.pyramid.moves().empty() && (entry.relegated() || entry.league() != at->second))
      out.problems.push_back(
        "The team " + entry.team() + " plays in " + at->second + " for the pyramid, and in "
        + (entry.relegated() ? "no league" : entry.league()) + " for the team manager.");
    league_of.erase(at);
  }
  for (auto& [team, league] : league_of)
    out.problems.push_back("The team " + team + " of " + league
                           + " is one that the team manager does not know.");
}

/// No team is in the fixture lists of two leagues in one season.
void audit_seasons(const stored_pyramid& x, pyramid_audit& out) {
  std::map<std::pair<std::string, std::string>, std::string> league_of;
  for (auto& season : x.seasons)
    for (auto& team : season.teams())
      if (auto [at, added]
          = league_of.emplace(std::pair{season.season(), team.team()}, season.league());
          !added)
        out.problems.push_back("The team " + team.team() + " plays the season " + season.season()
                               + " in two leagues: " + at->second + " and " + season.league()
                               + '.');
}

// -- players --------------------------------------------------------------------------------------

bool is_open(const stored_pyramid& x, const std::string& transfer) {
  return std::ranges::any_of(x.transfers.open(), [&](const OpenTransfer& open) {
    return open.details().transfer() == transfer;
  });
}

/// A team keeps nothing for a transfer that is over, unless one of the two has still to hear of it.
void audit_kept(const stored_pyramid& x, const std::string& key, const TeamTransfer& kept,
                pyramid_audit& out) {
  auto manager = "transfer-manager/" + x.key;
  if (is_open(x, kept.transfer()) || waits_for<TransferConfirm>(x, manager)
      || waits_for<TransferCancel, TransferPay>(x, x.team_address(key)))
    return;
  auto what = kept.step() == RELEASE ? "the player " + kept.player().player() : "a place";
  out.problems.push_back("The team " + key + " keeps " + what + " for the transfer "
                         + kept.transfer() + ", which is not under way.");
}

/// The squad's size and what the team manager counts, when nothing is under way that changes them.
void audit_count(const stored_pyramid& x, const TeamEntry& entry, pyramid_audit& out) {
  auto at = x.teams.find(entry.team());
  auto moves = std::ranges::any_of(x.transfers.open(), [&](const OpenTransfer& open) {
    return open.details().from_team() == entry.team() || open.details().to_team() == entry.team();
  });
  if (at == x.teams.end() || moves
      || waits_for<SquadChanged, InfoPlayerTransferredIn, InfoPlayerTransferredOut>(
        x, "team-manager/" + x.key)
      || waits_for<InfoTeamCreated, SquadAdd, SquadRemove, TransferCancel>(
        x, x.team_address(entry.team())))
    return;
  if (auto players = at->second.squad_size(); static_cast<uint32_t>(players) != entry.players())
    out.problems.push_back("The squad of " + entry.team() + " has " + std::to_string(players)
                           + " players, and the team manager counts "
                           + std::to_string(entry.players()) + '.');
}

void audit_squad(const std::string& key, const TeamDetails& team,
                 std::map<std::string, std::string>& team_of, pyramid_audit& out) {
  std::set<uint32_t> shirts;
  for (auto& player : team.squad()) {
    ++out.players_in_squads;
    if (auto [at, added] = team_of.emplace(player.player(), key); !added)
      out.problems.push_back("The player " + player.player() + " is in the squads of " + at->second
                             + " and of " + key + ".");
    if (!shirts.insert(player.shirt_number()).second)
      out.problems.push_back("Two players of " + key + " wear number "
                             + std::to_string(player.shirt_number()) + ".");
  }
}

void audit_players(const stored_pyramid& x, pyramid_audit& out) {
  std::map<std::string, std::string> team_of;
  for (auto& [key, team] : x.teams)
    audit_squad(key, team, team_of, out);
  std::set<std::string> in_transfer;
  for (auto& [key, team] : x.teams)
    for (auto& kept : team.transfers()) {
      audit_kept(x, key, kept, out);
      if (kept.step() == RELEASE && !team_of.contains(kept.player().player()))
        in_transfer.insert(kept.player().player());
    }
  out.players_in_transfer = in_transfer.size();
  for (auto& entry : x.index.teams())
    audit_count(x, entry, out);
}

// -- money ----------------------------------------------------------------------------------------

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

/// Minor units by kind and currency.
using ledger_sums = std::map<std::pair<std::string, std::string>, int64_t>;

/// The totals are the sums of the entries, as long as the team keeps them all.
void audit_entries(const std::string& key, const TeamDetails& team, const ledger_sums& totals,
                   pyramid_audit& out) {
  if (team.ledger_size() >= actors::max_kept_entries)
    return;
  ledger_sums entries;
  for (auto& entry : team.ledger())
    entries[{entry.kind(), entry.amount().currency()}] += entry.amount().minor_units();
  if (entries != totals)
    out.problems.push_back("The entries in the ledger of " + key + " do not add up to its totals.");
}

/// Balances are the sums of what the ledger says.
void audit_ledger(const std::string& key, const TeamDetails& team, pyramid_audit& out) {
  std::map<std::string, int64_t> sums;
  ledger_sums totals;
  for (auto& total : team.totals()) {
    const auto& currency = total.amount().currency();
    auto& money = out.money[currency];
    auto amount = total.amount().minor_units();
    totals[{total.kind(), currency}] += amount;
    sums[currency] += amount;
    (total.kind() == "capital"   ? money.capital
     : total.kind() == "sponsor" ? money.from_sponsors
                                 : money.from_transfers)
      += amount;
  }
  for (auto& balance : team.balances()) {
    out.money[balance.currency()].balances += balance.minor_units();
    sums.emplace(balance.currency(), 0);
  }
  for (auto& [currency, sum] : sums)
    if (auto balance = actors::balance_of(team, currency); balance != sum)
      out.problems.push_back("The ledger of " + key + " adds up to " + std::to_string(sum)
                             + " minor units of " + currency + ", and its balance is "
                             + std::to_string(balance) + '.');
  audit_entries(key, team, totals, out);
}

void add_payments_under_way(const stored_pyramid& x, pyramid_audit& out) {
  auto teams = x.team_address({});
  for (auto& step : *x.open) {
    SponsorPay pay;
    if (step.number != number_of<SponsorPay> || !step.to.starts_with(teams)
        || !pay.ParseFromString(step.body))
      continue;
    for (auto& item : pay.items())
      out.money[item.amount().currency()].on_the_way += item.amount().minor_units();
  }
}

std::string units(int64_t amount, const std::string& currency) {
  return std::to_string(amount) + " minor units of " + currency;
}

void complain_about_money(const std::string& currency, const money_audit& x, pyramid_audit& out) {
  if (x.balances != x.capital + x.from_sponsors + x.from_transfers)
    out.problems.push_back("The teams have " + units(x.balances, currency)
                           + ", and their ledgers say "
                           + std::to_string(x.capital + x.from_sponsors + x.from_transfers) + '.');
  if (x.from_transfers + x.in_transfers + x.outside != 0)
    out.problems.push_back("The fees of transfers do not cancel out: the teams booked "
                           + units(x.from_transfers, currency) + ", "
                           + std::to_string(x.in_transfers) + " are under way, and "
                           + std::to_string(x.outside) + " went outside.");
  if (x.paid_by_sponsors != x.from_sponsors + x.on_the_way)
    out.problems.push_back("The sponsors paid " + units(x.paid_by_sponsors, currency)
                           + "; the teams booked " + std::to_string(x.from_sponsors) + ", and "
                           + std::to_string(x.on_the_way) + " are on the way.");
}

void audit_money(const stored_pyramid& x, pyramid_audit& out) {
  for (auto& [key, team] : x.teams)
    audit_ledger(key, team, out);
  for (auto& transfer : x.transfers.open())
    if (auto fee = fee_under_way(x, transfer); fee != 0)
      out.money[transfer.details().fee().currency()].in_transfers += fee;
  for (auto& money : x.transfers.outside())
    out.money[money.currency()].outside += money.minor_units();
  for (auto& deal : x.sponsors.deals())
    if (const auto& sponsor = deal.details(); sponsor.paid_minor_units() != 0)
      out.money[sponsor.amount_per_season().currency()].paid_by_sponsors
        += sponsor.paid_minor_units();
  add_payments_under_way(x, out);
  for (auto& [currency, money] : out.money)
    complain_about_money(currency, money, out);
}

} // namespace

tl::expected<std::vector<pyramid_audit>, std::string> audit_store(const storage::store& from) {
  auto managers = addresses_with(from, "team-manager/");
  if (!managers)
    return tl::unexpected{managers.error()};
  auto open = read_open_steps(from);
  if (!open)
    return tl::unexpected{open.error().text + '.'};
  std::vector<pyramid_audit> result;
  for (auto& address : *managers) {
    auto key = address.substr(address.find('/') + 1);
    auto stored = load_pyramid(from, key, *open);
    if (!stored)
      return tl::unexpected{stored.error()};
    auto& out = result.emplace_back();
    out.pyramid = key;
    audit_teams(*stored, out);
    audit_tiers(*stored, out);
    audit_seasons(*stored, out);
    audit_players(*stored, out);
    audit_money(*stored, out);
  }
  return result;
}

} // namespace touchline::nodes
