#include "actors/fixture_manager/pyramid.hpp"

#include "actors/fixture_manager/pyramid_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace touchline::actors {

namespace {

using event = PyramidEvent;
using state = PyramidState;
using keys = google::protobuf::RepeatedPtrField<std::string>;
using tiers = google::protobuf::RepeatedPtrField<state::Tier>;
using moves = google::protobuf::RepeatedPtrField<state::Move>;

bool contains(const keys& list, const std::string& key) {
  return std::ranges::find(list, key) != list.end();
}

const std::string& league_of(const state& now, uint32_t tier) {
  return now.created().tiers(static_cast<int>(tier)).league();
}

std::string season_of(const state& now) {
  return key_of_season(now.created(), now.year());
}

std::optional<int> tier_of(const state& now, const std::string& league) {
  for (int i = 0; i < now.tiers_size(); ++i)
    if (now.created().tiers(i).league() == league)
      return i;
  return std::nullopt;
}

// -- the end of a season --------------------------------------------------------------------------

/// Whether `movers` are `count` different teams of the final order.
bool are_movers(const keys& movers, uint32_t count, const keys& final_order) {
  std::set<std::string> different{movers.begin(), movers.end()};
  return different.size() == count && movers.size() == static_cast<int>(count)
         && std::ranges::all_of(movers, [&](auto& x) { return contains(final_order, x); });
}

std::optional<std::string> check_completed(const state& now, int tier,
                                           const SponsorDistribute& message) {
  const auto& teams = now.tiers(tier).teams();
  auto is_listed = [&](auto& x) { return contains(message.teams(), x.team()); };
  if (message.teams_size() != teams.size() || !std::ranges::all_of(teams, is_listed))
    return "The final table of " + message.league() + " in " + message.season()
           + " is not one of the teams that the pyramid has in it.";
  auto both = message.promoted();
  both.MergeFrom(message.relegated());
  auto up = going_up(now.created(), tier);
  auto down = going_down(now.created(), tier);
  if (!are_movers(message.promoted(), up, message.teams())
      || !are_movers(both, up + down, message.teams()))
    return "The season " + message.season() + " of " + message.league() + " must end with "
           + std::to_string(up) + " promoted and " + std::to_string(down)
           + " relegated teams of its own, none of them twice.";
  return std::nullopt;
}

event tier_completed(int tier, const SponsorDistribute& message) {
  event fact;
  auto& completed = *fact.mutable_tier_completed();
  completed.set_tier(static_cast<uint32_t>(tier));
  *completed.mutable_final_order() = message.teams();
  *completed.mutable_promoted() = message.promoted();
  *completed.mutable_relegated() = message.relegated();
  return fact;
}

void add_moves(const keys& movers, const keys& final_order, uint32_t from, uint32_t to,
               moves& out) {
  for (auto& team : movers) {
    auto& move = *out.Add();
    auto place = std::ranges::find(final_order, team) - final_order.begin();
    move.set_team(team);
    move.set_from(from);
    move.set_to(to);
    move.set_position(static_cast<uint32_t>(place) + 1);
  }
}

/// The season as it is remembered, and who moves, from the highest tier down.
event season_completed(const state& now) {
  event fact;
  auto& completed = *fact.mutable_season_completed();
  completed.mutable_season()->set_season(season_of(now));
  for (uint32_t i = 0; i < static_cast<uint32_t>(now.tiers_size()); ++i) {
    const auto& tier = now.tiers(static_cast<int>(i));
    auto& kept = *completed.mutable_season()->add_tiers();
    kept.set_league(league_of(now, i));
    kept.set_champion(tier.final_order(0));
    *kept.mutable_promoted() = tier.promoted();
    *kept.mutable_relegated() = tier.relegated();
    auto& out = *completed.mutable_moves();
    add_moves(tier.promoted(), tier.final_order(), i, i - 1, out);
    add_moves(tier.relegated(), tier.final_order(), i, i + 1, out);
  }
  return fact;
}

/// TeamRelegate or TeamPromote.
template <class Message>
Message move_message(const state& now, const state::Move& move) {
  Message result;
  result.set_league(league_of(now, move.from()));
  result.set_season(season_of(now));
  result.set_team(move.team());
  result.set_position(move.position());
  result.set_to_league(league_of(now, move.to()));
  result.set_pyramid(now.created().pyramid());
  return result;
}

void send_moves(const state& now, decision<event>& result) {
  for (auto& move : now.moves())
    if (move.to() > move.from())
      result.send(move_message<TeamRelegate>(now, move));
    else
      result.send(move_message<TeamPromote>(now, move));
}

// -- the next season ------------------------------------------------------------------------------

/// Gives the teams that moved their newest names. A name by which another team is known is not
/// taken: that team has another one by now, which nobody told. A name may become free by a later
/// move, so it goes on until nothing changes: the order of the moves does not matter.
void take_names(const moves& all, tiers& in) {
  std::map<std::string, TeamRef*> teams;
  std::set<std::string> known;
  for (auto& tier : in)
    for (auto& team : *tier.mutable_teams()) {
      teams[team.team()] = &team;
      known.insert(team.name());
    }
  for (auto changed = true; std::exchange(changed, false);)
    for (auto& move : all) {
      auto& team = *teams.at(move.team());
      if (move.name().empty() || !known.insert(move.name()).second)
        continue;
      known.erase(team.name());
      team.set_name(move.name());
      changed = true;
    }
}

/// Adds the teams with these keys, in the order of the keys.
void add_teams(const keys& movers, const state::Tier& from, state::Tier& to) {
  for (auto& key : movers)
    for (auto& team : from.teams())
      if (team.team() == key)
        *to.add_teams() = team;
}

/// Who plays where next: in each tier those who stay, in the order of the old list; then those who
/// came down, best first; then those who came up.
tiers next_tiers(const state& now) {
  tiers result;
  for (int i = 0; i < now.tiers_size(); ++i) {
    const auto& old = now.tiers(i);
    auto& tier = *result.Add();
    for (auto& team : old.teams())
      if (!contains(old.promoted(), team.team()) && !contains(old.relegated(), team.team()))
        *tier.add_teams() = team;
    if (i > 0)
      add_teams(now.tiers(i - 1).relegated(), now.tiers(i - 1), tier);
    if (i + 1 < now.tiers_size())
      add_teams(now.tiers(i + 1).promoted(), now.tiers(i + 1), tier);
  }
  take_names(now.moves(), result);
  return result;
}

void send_lists(const PyramidCreate& plan, int32_t year, const tiers& members,
                decision<event>& result) {
  for (int i = 0; i < members.size(); ++i) {
    auto list = list_of_tier(plan, year, i);
    *list.mutable_teams() = members[i].teams();
    result.send(std::move(list));
  }
}

/// Begins the next season, if there is one.
void open_next_season(const state& now, decision<event>& result) {
  auto year = now.year() + 1;
  if (!days_of_season(now.created(), year))
    return;
  event fact;
  fact.mutable_season_opened()->set_year(year);
  *fact.mutable_season_opened()->mutable_tiers() = next_tiers(now);
  send_lists(now.created(), year, fact.season_opened().tiers(), result);
  result.record(std::move(fact));
}

/// `Info` is InfoTeamRelegated or InfoTeamPromoted.
template <class Info>
decided<event> confirm(const state& now, const Info& message) {
  auto is_confirmed = [&](auto& x) {
    return !x.confirmed() && x.team() == message.team()
           && league_of(now, x.to()) == message.to_league();
  };
  decision<event> result;
  if (std::ranges::none_of(now.moves(), is_confirmed) || message.season() != season_of(now))
    return result;
  event fact;
  fact.mutable_confirmed()->set_team(message.team());
  fact.mutable_confirmed()->set_name(message.name());
  auto next = now;
  pyramid::apply(next, fact);
  result.record(std::move(fact));
  if (std::ranges::all_of(next.moves(), &state::Move::confirmed))
    open_next_season(next, result);
  return result;
}

void remember(const PyramidSeason& season, state& now) {
  *now.add_seasons() = season;
  if (now.seasons_size() > max_kept_seasons)
    now.mutable_seasons()->DeleteSubrange(0, now.seasons_size() - max_kept_seasons);
  now.set_completed_seasons(now.completed_seasons() + 1);
}

void apply_creation(const PyramidCreate& plan, state& now) {
  *now.mutable_created() = plan;
  now.set_year(plan.first_year());
  for (auto& tier : plan.tiers())
    *now.add_tiers()->mutable_teams() = tier.teams();
}

void apply_completion(const event::TierCompleted& completed, state::Tier& tier) {
  tier.set_completed(true);
  *tier.mutable_final_order() = completed.final_order();
  *tier.mutable_promoted() = completed.promoted();
  *tier.mutable_relegated() = completed.relegated();
}

} // namespace

decided<event> pyramid::decide(const state& now, const PyramidCreate& message, const header&) {
  decision<event> result;
  if (now.has_created()) {
    if (now.created().SerializeAsString() == message.SerializeAsString())
      return result;
    return refuse(CONFLICT, "The pyramid " + message.pyramid()
                              + " exists already, with other leagues, teams or rules.");
  }
  if (auto wrong = check_pyramid(message))
    return refuse(INVALID_ARGUMENT, *wrong);
  event fact;
  *fact.mutable_created() = message;
  state opened;
  apply(opened, fact);
  send_lists(message, opened.year(), opened.tiers(), result);
  return std::move(result.record(std::move(fact)));
}

decided<event> pyramid::decide(const state& now, const PyramidGet& message, const header&) {
  if (!now.has_created())
    return refuse(NOT_FOUND, "There is no pyramid \"" + message.pyramid() + "\".");
  PyramidDetails reply;
  reply.set_pyramid(now.created().pyramid());
  reply.set_name(now.created().name());
  reply.set_season(season_of(now));
  for (int i = 0; i < now.tiers_size(); ++i) {
    auto& tier = *reply.add_tiers();
    tier.set_league(now.created().tiers(i).league());
    tier.set_name(now.created().tiers(i).name());
    *tier.mutable_teams() = now.tiers(i).teams();
    tier.set_completed(now.tiers(i).completed());
  }
  for (auto& move : now.moves())
    if (!move.confirmed())
      reply.add_moving(move.team());
  reply.set_completed_seasons(now.completed_seasons());
  *reply.mutable_seasons() = now.seasons();
  return decision<event>{}.answer_with(reply);
}

decided<event> pyramid::decide(const state& now, const SponsorDistribute& message, const header&) {
  decision<event> result;
  auto tier = tier_of(now, message.league());
  if (!tier || message.season() != season_of(now) || now.tiers(*tier).completed())
    return result;
  if (auto wrong = check_completed(now, *tier, message))
    return refuse(CONFLICT, *wrong);
  auto next = now;
  result.record(tier_completed(*tier, message));
  apply(next, result.events.back());
  if (!std::ranges::all_of(next.tiers(), &state::Tier::completed))
    return result;
  result.record(season_completed(next));
  apply(next, result.events.back());
  send_moves(next, result);
  if (next.moves().empty())
    open_next_season(next, result);
  return result;
}

decided<event> pyramid::decide(const state& now, const InfoTeamRelegated& message, const header&) {
  return confirm(now, message);
}

decided<event> pyramid::decide(const state& now, const InfoTeamPromoted& message, const header&) {
  return confirm(now, message);
}

void pyramid::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kCreated:
      apply_creation(fact.created(), now);
      break;
    case event::kTierCompleted:
      apply_completion(fact.tier_completed(),
                       *now.mutable_tiers(static_cast<int>(fact.tier_completed().tier())));
      break;
    case event::kSeasonCompleted:
      remember(fact.season_completed().season(), now);
      *now.mutable_moves() = fact.season_completed().moves();
      break;
    case event::kConfirmed:
      for (auto& move : *now.mutable_moves())
        if (move.team() == fact.confirmed().team()) {
          move.set_confirmed(true);
          move.set_name(fact.confirmed().name());
        }
      break;
    case event::kSeasonOpened:
      now.set_year(fact.season_opened().year());
      *now.mutable_tiers() = fact.season_opened().tiers();
      now.clear_moves();
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
