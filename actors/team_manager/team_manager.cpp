#include "actors/team_manager/team_manager.hpp"

#include "league/team_names.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace touchline::actors {

namespace {

using event = TeamManagerEvent;

const TeamEntry* find_team(const TeamManagerState& state, const std::string& team) {
  auto at = std::ranges::find_if(state.teams(), [&](auto& x) { return x.team() == team; });
  return at == state.teams().end() ? nullptr : &*at;
}

const TeamEntry* find_name(const TeamManagerState& state, const std::string& name) {
  auto at = std::ranges::find_if(state.teams(), [&](auto& x) { return x.name() == name; });
  return at == state.teams().end() ? nullptr : &*at;
}

std::optional<std::string> check_optional_name(std::string_view what, const std::string& name) {
  return name.empty() ? std::nullopt : check_name(what, name);
}

std::optional<std::string> check_player(const Player& x) {
  constexpr std::array positions{"GK", "DF", "MF", "FW"};
  if (auto wrong = check_name("A player's name", x.name()))
    return wrong;
  if (std::ranges::find(positions, x.position()) == positions.end())
    return "The position of " + x.name() + " must be GK, DF, MF or FW.";
  if (x.shirt_number() < 1 || x.shirt_number() > 99)
    return "The shirt number of " + x.name() + " must be 1 to 99.";
  return std::nullopt;
}

std::optional<std::string> check_squad(const TeamCreate& message) {
  if (message.squad_size() > max_squad)
    return "A squad has at most " + std::to_string(max_squad) + " players; this one has "
           + std::to_string(message.squad_size()) + ".";
  std::set<uint32_t> shirts;
  for (auto& player : message.squad()) {
    if (auto wrong = check_player(player))
      return wrong;
    if (!shirts.insert(player.shirt_number()).second)
      return "Two players of the squad wear number " + std::to_string(player.shirt_number()) + ".";
  }
  return std::nullopt;
}

std::optional<std::string> check_names(const std::string& name, const std::string& short_name,
                                       const std::string& stadium) {
  if (auto wrong = check_name("The team's name", name))
    return wrong;
  if (auto wrong = check_optional_name("The team's short name", short_name))
    return wrong;
  return check_optional_name("The name of the team's stadium", stadium);
}

std::optional<refusal> check_new_team(const TeamManagerState& state, const TeamCreate& message,
                                      const std::string& key) {
  for (auto& wrong : {check_key("The league's key", message.league()),
                      check_names(message.name(), message.short_name(), message.stadium()),
                      check_key("The team's key", key), check_squad(message)})
    if (wrong)
      return refusal{INVALID_ARGUMENT, *wrong};
  if (const auto* known = find_team(state, key); known && !known->relegated())
    return refusal{ALREADY_EXISTS, "The league " + message.league() + " has a team \"" + key
                                     + "\" already: " + known->name() + "."};
  if (const auto* known = find_name(state, message.name()); known && known->team() != key)
    return refusal{ALREADY_EXISTS, "The league " + message.league() + " has a team called \""
                                     + message.name() + "\" already."};
  auto current = std::ranges::count_if(state.teams(), [](auto& x) { return !x.relegated(); });
  if (current >= max_league_teams
      || (!find_team(state, key) && state.teams_size() >= max_known_teams))
    return refusal{INVALID_ARGUMENT, "The league " + message.league() + " is full: it has "
                                       + std::to_string(max_league_teams) + " teams, or remembers "
                                       + std::to_string(max_known_teams) + "."};
  return std::nullopt;
}

TeamRef reference_to(const TeamEntry& x) {
  TeamRef result;
  result.set_team(x.team());
  result.set_name(x.name());
  return result;
}

InfoTeamUpdated updated_message(const TeamUpdate& message, const TeamEntry& x,
                                const std::string& season) {
  InfoTeamUpdated result;
  result.set_league(message.league());
  result.set_team(x.team());
  result.set_name(x.name());
  result.set_short_name(x.short_name());
  result.set_stadium(x.stadium());
  result.set_season(season);
  return result;
}

refusal no_such_team(const std::string& league, const std::string& team) {
  return {NOT_FOUND, "The league " + excerpt(league) + " has no team \"" + excerpt(team) + "\"."};
}

} // namespace

decided<event> team_manager::decide(const state& now, const TeamCreate& message, const header&) {
  auto key = message.team().empty() ? league::team_key(message.name()) : message.team();
  if (auto wrong = check_new_team(now, message, key))
    return tl::unexpected{*wrong};
  event fact;
  auto& entry = *fact.mutable_entered();
  entry.set_team(key);
  entry.set_name(message.name());
  entry.set_short_name(message.short_name());
  entry.set_stadium(message.stadium());
  InfoTeamCreated info;
  info.set_league(message.league());
  info.set_team(key);
  info.set_name(message.name());
  info.set_short_name(message.short_name());
  info.set_stadium(message.stadium());
  *info.mutable_squad() = message.squad();
  decision<event> result;
  result.answer_with(reference_to(entry));
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const TeamUpdate& message, const header&) {
  const auto* known = find_team(now, message.team());
  if (!known)
    return tl::unexpected{no_such_team(message.league(), message.team())};
  event fact;
  auto& entry = *fact.mutable_updated();
  entry = *known;
  if (!message.name().empty())
    entry.set_name(message.name());
  if (!message.short_name().empty())
    entry.set_short_name(message.short_name());
  if (!message.stadium().empty())
    entry.set_stadium(message.stadium());
  if (auto wrong = check_names(entry.name(), entry.short_name(), entry.stadium()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (const auto* other = find_name(now, entry.name()); other && other->team() != entry.team())
    return refuse(ALREADY_EXISTS, "The league " + message.league() + " has a team called \""
                                    + entry.name() + "\" already.");
  decision<event> result;
  result.answer_with(reference_to(entry)).send(updated_message(message, entry, now.season()));
  return std::move(result.record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const TeamRelegate& message, const header&) {
  const auto* known = find_team(now, message.team());
  if (!known || known->relegated())
    return tl::unexpected{no_such_team(message.league(), message.team())};
  event fact;
  fact.set_relegated(message.team());
  InfoTeamRelegated info;
  info.set_league(message.league());
  info.set_season(message.season());
  info.set_team(message.team());
  info.set_name(known->name());
  decision<event> result;
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const TeamList& message, const header&) {
  if (now.teams_size() == 0)
    return refuse(NOT_FOUND, "There is no league \"" + message.league() + "\".");
  Teams reply;
  reply.set_league(message.league());
  reply.set_season(now.season());
  for (auto& x : now.teams())
    *(x.relegated() ? reply.add_former() : reply.add_teams()) = reference_to(x);
  return decision<event>{}.answer_with(reply);
}

decided<event> team_manager::decide(const state& now, const InfoFixtureListGenerated& message,
                                    const header&) {
  decision<event> result;
  if (now.season() == message.season())
    return result;
  event fact;
  fact.set_season_opened(message.season());
  return std::move(result.record(std::move(fact)));
}

void team_manager::apply(state& now, const event& fact) {
  auto entry_of = [&now](const std::string& team) -> TeamEntry& {
    for (auto& x : *now.mutable_teams())
      if (x.team() == team)
        return x;
    return *now.add_teams();
  };
  switch (fact.event_case()) {
    case event::kEntered:
      entry_of(fact.entered().team()) = fact.entered();
      break;
    case event::kUpdated:
      entry_of(fact.updated().team()) = fact.updated();
      break;
    case event::kRelegated:
      entry_of(fact.relegated()).set_relegated(true);
      break;
    case event::kSeasonOpened:
      now.set_season(fact.season_opened());
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
