#include "nodes/outcome_check.hpp"

#include "nodes/audit.hpp"

#include <map>

namespace touchline::nodes {

namespace {

tl::unexpected<refusal> damaged(const std::string& what) {
  return tl::unexpected<refusal>{
    refusal{DAMAGED, "The stored pyramid is not what was played: " + what}};
}

std::optional<std::string> check_squad(const TeamDetails& team, const league::living_squad& squad) {
  std::map<std::string, Player> missing;
  for (auto& member : squad.members)
    missing[member.key] = to_player(member);
  for (auto& x : team.squad()) {
    auto at = missing.find(x.player());
    if (at == missing.end())
      return "the squad of " + team.team() + " has " + x.player() + ", who does not belong to it.";
    if (at->second.SerializeAsString() != x.SerializeAsString())
      return "the player " + x.player() + " of " + team.team()
             + " has other details: " + x.ShortDebugString() + '.';
    missing.erase(at);
  }
  if (!missing.empty())
    return "the squad of " + team.team() + " lacks " + missing.begin()->first + '.';
  return std::nullopt;
}

std::optional<std::string> check_fees(const TeamDetails& team, const Money& fees) {
  int64_t booked = 0;
  for (auto& x : team.totals())
    if (x.kind() == "transfer" && x.amount().currency() == fees.currency())
      booked += x.amount().minor_units();
  if (booked == fees.minor_units())
    return std::nullopt;
  return "the fees of " + team.team() + " come to " + std::to_string(booked)
         + " minor units instead of " + std::to_string(fees.minor_units()) + '.';
}

std::optional<std::string> check_transfers(const Transfers& stored, uint64_t played) {
  if (stored.open().empty() && stored.cancelled() == 0 && stored.completed() == played)
    return std::nullopt;
  return "of " + std::to_string(played) + " transfers " + std::to_string(stored.completed())
         + " are completed, " + std::to_string(stored.cancelled()) + " were cancelled and "
         + std::to_string(stored.open_size()) + " are under way.";
}

} // namespace

tl::expected<void, refusal> check_store(const storage::store& from) {
  auto pyramids = audit_store(from);
  if (!pyramids)
    return tl::unexpected{refusal{STORAGE_FAILED, pyramids.error()}};
  for (auto& x : *pyramids)
    if (!x.problems.empty())
      return tl::unexpected{refusal{DAMAGED, x.problems.front()}};
  return {};
}

tl::expected<void, refusal> check_outcome(season_client& client,
                                          const pyramid_configuration& config,
                                          const pyramid_model& model) {
  const auto& league = config.pyramid.tiers(0).league();
  for (size_t place = 0; place < model.squads().size(); ++place) {
    TeamGet query;
    query.set_league(league);
    query.set_team(model.squads()[place].team);
    auto team = client.read<TeamDetails>(std::move(query));
    if (!team)
      return tl::unexpected{team.error()};
    if (auto wrong = check_squad(*team, model.squads()[place]))
      return damaged(*wrong);
    Money fees{config.capital};
    fees.set_minor_units(model.fees_of(place));
    if (auto wrong = check_fees(*team, fees))
      return damaged(*wrong);
  }
  TransferList query;
  query.set_league(league);
  auto transfers = client.read<Transfers>(std::move(query));
  if (!transfers)
    return tl::unexpected{transfers.error()};
  if (auto wrong = check_transfers(*transfers, model.transfers()))
    return damaged(*wrong);
  return {};
}

} // namespace touchline::nodes
