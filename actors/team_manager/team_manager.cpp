#include "actors/team_manager/team_manager.hpp"

#include "league/team_names.hpp"
#include "messages/catalogue.hpp"
#include "messages/text.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

using event = TeamManagerEvent;
using state = TeamManagerState;

// -- the index of teams ---------------------------------------------------------------------------

const TeamEntry* find_team(const state& now, const std::string& team) {
  auto at = std::ranges::find(now.teams(), team, &TeamEntry::team);
  return at == now.teams().end() ? nullptr : &*at;
}

const TeamEntry* find_name(const state& now, const std::string& name) {
  auto at = std::ranges::find(now.teams(), name, &TeamEntry::name);
  return at == now.teams().end() ? nullptr : &*at;
}

bool plays_in(const TeamEntry& x, const std::string& league) {
  return !x.relegated() && x.league() == league;
}

/// The team, present or former, of the league; or why there is none.
tl::expected<const TeamEntry*, refusal> find_in(const state& now, const std::string& league,
                                                const std::string& team) {
  const auto* known = find_team(now, team);
  if (known && known->league() == league)
    return known;
  auto where = known && !known->relegated() ? "; it plays in " + known->league() : std::string{};
  return refuse(NOT_FOUND, "The league " + excerpt(league) + " has no team \"" + excerpt(team) + '"'
                             + where + '.');
}

/// The same, of the present teams alone.
tl::expected<const TeamEntry*, refusal> find_member(const state& now, const std::string& league,
                                                    const std::string& team) {
  auto known = find_in(now, league, team);
  if (known && (*known)->relegated())
    return refuse(NOT_FOUND, "The team \"" + team + "\" has left the league " + league + '.');
  return known;
}

std::string season_of(const state& now, const std::string& league) {
  auto at = now.seasons().find(league);
  return at == now.seasons().end() ? std::string{} : at->second;
}

TeamRef reference_to(const TeamEntry& x) {
  TeamRef result;
  result.set_team(x.team());
  result.set_name(x.name());
  return result;
}

// -- checks ---------------------------------------------------------------------------------------

std::optional<std::string> check_optional_name(std::string_view what, const std::string& name) {
  return name.empty() ? std::nullopt : check_name(what, name);
}

std::optional<std::string> check_names(const std::string& name, const std::string& short_name,
                                       const std::string& stadium) {
  if (auto wrong = check_name("The team's name", name))
    return wrong;
  if (auto wrong = check_optional_name("The team's short name", short_name))
    return wrong;
  return check_optional_name("The name of the team's stadium", stadium);
}

/// A squad may be unknown; one that is known has the size that the league wants.
std::optional<std::string> check_first_squad(const LeagueRules& rules, const squad_players& squad) {
  auto size = static_cast<uint32_t>(squad.size());
  if (size > squad_limit(rules))
    return "A squad has at most " + std::to_string(squad_limit(rules)) + " players; this one has "
           + std::to_string(size) + ".";
  if (size > 0 && size < rules.squad_min())
    return "A squad has at least " + std::to_string(rules.squad_min()) + " players; this one has "
           + std::to_string(size) + ".";
  return check_squad(squad);
}

/// A point in a player's key ends the key of the team that gave it.
std::optional<std::string> check_team_key(const std::string& key) {
  if (key.find('.') != std::string::npos)
    return "The team's key must be 1 to 64 lower case letters, digits and hyphens.";
  return check_key("The team's key", key);
}

std::optional<refusal> check_room(const state& now, const std::string& league,
                                  const std::string& key) {
  auto current = std::ranges::count_if(now.teams(), [&](auto& x) { return plays_in(x, league); });
  if (current < max_league_teams && (find_team(now, key) || now.teams_size() < max_known_teams))
    return std::nullopt;
  return refusal{INVALID_ARGUMENT,
                 "The league " + league + " is full: it has " + std::to_string(max_league_teams)
                   + " teams, or its pyramid remembers " + std::to_string(max_known_teams) + "."};
}

std::optional<refusal> check_new_team(const state& now, const TeamCreate& message,
                                      const std::string& key) {
  for (auto& wrong :
       {check_key("The league's key", message.league()),
        check_names(message.name(), message.short_name(), message.stadium()), check_team_key(key),
        check_first_squad(now.rules(), message.squad()),
        message.has_balance() ? check_amount("What the team begins with", message.balance())
                              : std::nullopt})
    if (wrong)
      return refusal{INVALID_ARGUMENT, *wrong};
  if (const auto* known = find_team(now, key); known && !known->relegated())
    return refusal{ALREADY_EXISTS, "The league " + known->league() + " has a team \"" + key
                                     + "\" already: " + known->name() + "."};
  if (const auto* known = find_name(now, message.name()); known && known->team() != key)
    return refusal{ALREADY_EXISTS, "The league " + known->league() + " has a team called \""
                                     + message.name() + "\" already."};
  return check_room(now, message.league(), key);
}

// -- messages -------------------------------------------------------------------------------------

InfoTeamCreated created_message(const TeamCreate& message, const std::string& key) {
  InfoTeamCreated info;
  info.set_league(message.league());
  info.set_team(key);
  info.set_name(message.name());
  info.set_short_name(message.short_name());
  info.set_stadium(message.stadium());
  *info.mutable_squad() = message.squad();
  if (message.has_balance())
    *info.mutable_balance() = message.balance();
  return info;
}

InfoTeamUpdated updated_message(const TeamEntry& x, const std::string& season) {
  InfoTeamUpdated result;
  result.set_league(x.league());
  result.set_team(x.team());
  result.set_name(x.name());
  result.set_short_name(x.short_name());
  result.set_stadium(x.stadium());
  result.set_season(season);
  result.set_revision(x.revision());
  return result;
}

/// Moves a team and publishes it. `Info` is InfoTeamRelegated or InfoTeamPromoted, `Message` its
/// request.
template <class Info, class Message>
decided<event> move_team(const state& now, const Message& message) {
  auto known = find_member(now, message.league(), message.team());
  if (!known)
    return tl::unexpected{known.error()};
  if (message.to_league() == message.league())
    return refuse(INVALID_ARGUMENT, "The team \"" + message.team() + "\" plays in the league "
                                      + message.league() + " already.");
  if (!message.to_league().empty()
      && pyramid_of(message.to_league()) != pyramid_of(message.league()))
    return refuse(INVALID_ARGUMENT, "The leagues " + message.league() + " and "
                                      + message.to_league() + " belong to different pyramids.");
  event fact;
  fact.mutable_moved()->set_team(message.team());
  fact.mutable_moved()->set_to_league(message.to_league());
  Info info;
  info.set_league(message.league());
  info.set_season(message.season());
  info.set_team(message.team());
  info.set_name((*known)->name());
  info.set_to_league(message.to_league());
  info.set_pyramid(message.pyramid());
  decision<event> result;
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

/// A message to the squad of a team: `Request` for a command of type `Message`.
template <class Request, class Message>
Request squad_request(const Message& message, const header& head) {
  Request result;
  result.set_league(message.league());
  result.set_team(message.team());
  result.set_command(head.id);
  return result;
}

template <class Request>
decided<event> ask_squad(Request request) {
  decision<event> result;
  return std::move(result.send(std::move(request)).defer());
}

event resized(const std::string& team, int32_t change) {
  event fact;
  fact.mutable_resized()->set_team(team);
  fact.mutable_resized()->set_change(change);
  return fact;
}

} // namespace

// -- teams ----------------------------------------------------------------------------------------

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
  entry.set_league(message.league());
  const auto* before = find_team(now, key);
  entry.set_players(message.squad().empty() && before
                      ? before->players()
                      : static_cast<uint32_t>(message.squad_size()));
  decision<event> result;
  if (before)
    entry.set_revision(before->revision() + 1);
  auto info = created_message(message, key);
  info.set_revision(entry.revision());
  result.answer_with(reference_to(entry)).send(std::move(info));
  return std::move(result.record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const TeamUpdate& message, const header&) {
  auto known = find_in(now, message.league(), message.team());
  if (!known)
    return tl::unexpected{known.error()};
  event fact;
  auto& entry = *fact.mutable_updated();
  entry = **known;
  entry.set_revision(entry.revision() + 1);
  if (!message.name().empty())
    entry.set_name(message.name());
  if (!message.short_name().empty())
    entry.set_short_name(message.short_name());
  if (!message.stadium().empty())
    entry.set_stadium(message.stadium());
  if (auto wrong = check_names(entry.name(), entry.short_name(), entry.stadium()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (const auto* other = find_name(now, entry.name()); other && other->team() != entry.team())
    return refuse(ALREADY_EXISTS, "The league " + other->league() + " has a team called \""
                                    + entry.name() + "\" already.");
  decision<event> result;
  result.answer_with(reference_to(entry))
    .send(updated_message(entry, season_of(now, entry.league())));
  return std::move(result.record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const TeamRelegate& message, const header&) {
  return move_team<InfoTeamRelegated>(now, message);
}

decided<event> team_manager::decide(const state& now, const TeamPromote& message, const header&) {
  if (message.to_league().empty())
    return refuse(INVALID_ARGUMENT, "A team is promoted into a league; team.promote names none.");
  return move_team<InfoTeamPromoted>(now, message);
}

decided<event> team_manager::decide(const state& now, const TeamList& message, const header&) {
  Teams reply;
  reply.set_league(message.league());
  reply.set_season(season_of(now, message.league()));
  if (now.has_rules())
    *reply.mutable_rules() = now.rules();
  for (auto& x : now.teams())
    if (x.league() == message.league()) {
      auto& reference = *(x.relegated() ? reply.add_former() : reply.add_teams());
      reference = reference_to(x);
      reference.set_players(x.players());
    }
  if (reply.teams().empty() && reply.former().empty() && reply.season().empty())
    return refuse(NOT_FOUND, "There is no league \"" + message.league() + "\".");
  return decision<event>{}.answer_with(reply);
}

decided<event> team_manager::decide(const state& now, const InfoFixtureListGenerated& message,
                                    const header&) {
  decision<event> result;
  if (season_of(now, message.league()) == message.season())
    return result;
  event fact;
  fact.mutable_season_opened()->set_league(message.league());
  fact.mutable_season_opened()->set_season(message.season());
  return std::move(result.record(std::move(fact)));
}

decided<event> team_manager::decide(const state& now, const LeagueConfigure& message,
                                    const header&) {
  if (auto wrong = check_key("The league's key", message.league()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (auto wrong = check_league_rules(message.rules()))
    return refuse(INVALID_ARGUMENT, *wrong);
  decision<event> result;
  auto rules = message.rules();
  rules.set_revision(now.rules().revision());
  if (now.has_rules() && now.rules().SerializeAsString() == rules.SerializeAsString())
    return result;
  rules.set_revision(rules.revision() + 1);
  event fact;
  *fact.mutable_configured() = rules;
  InfoLeagueConfigured info;
  info.set_league(message.league());
  *info.mutable_rules() = std::move(rules);
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

// -- players --------------------------------------------------------------------------------------

decided<event> team_manager::decide(const state& now, const PlayerAdd& message,
                                    const header& head) {
  if (auto known = find_member(now, message.league(), message.team()); !known)
    return tl::unexpected{known.error()};
  if (auto wrong = check_player(message.player()))
    return refuse(INVALID_ARGUMENT, *wrong);
  auto request = squad_request<SquadAdd>(message, head);
  *request.mutable_player() = message.player();
  request.set_squad_max(squad_limit(now.rules()));
  return ask_squad(std::move(request));
}

decided<event> team_manager::decide(const state& now, const PlayerUpdate& message,
                                    const header& head) {
  if (auto known = find_member(now, message.league(), message.team()); !known)
    return tl::unexpected{known.error()};
  auto request = squad_request<SquadUpdate>(message, head);
  request.set_shirt_number(message.shirt_number());
  *request.mutable_player() = message.player();
  return ask_squad(std::move(request));
}

decided<event> team_manager::decide(const state& now, const PlayerDelete& message,
                                    const header& head) {
  if (auto known = find_member(now, message.league(), message.team()); !known)
    return tl::unexpected{known.error()};
  auto request = squad_request<SquadRemove>(message, head);
  request.set_shirt_number(message.shirt_number());
  request.set_squad_min(now.rules().squad_min());
  return ask_squad(std::move(request));
}

decided<event> team_manager::decide(const state& now, const SquadChanged& message, const header&) {
  decision<event> result;
  if (message.code() == OK)
    result.answer_later(message.command(), message.player());
  else
    result.refuse_later(message.command(), static_cast<ErrorCode>(message.code()), message.text());
  if (message.change() != 0 && find_team(now, message.team()))
    result.record(resized(message.team(), message.change()));
  return result;
}

decided<event> team_manager::decide(const state& now, const InfoPlayerTransferredIn& message,
                                    const header&) {
  decision<event> result;
  if (find_team(now, message.team()))
    result.record(resized(message.team(), 1));
  return result;
}

decided<event> team_manager::decide(const state& now, const InfoPlayerTransferredOut& message,
                                    const header&) {
  decision<event> result;
  if (find_team(now, message.team()))
    result.record(resized(message.team(), -1));
  return result;
}

// -- applying -------------------------------------------------------------------------------------

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
    case event::kMoved: {
      auto& entry = entry_of(fact.moved().team());
      entry.set_relegated(fact.moved().to_league().empty());
      if (!fact.moved().to_league().empty())
        entry.set_league(fact.moved().to_league());
      break;
    }
    case event::kSeasonOpened:
      (*now.mutable_seasons())[fact.season_opened().league()] = fact.season_opened().season();
      break;
    case event::kConfigured:
      *now.mutable_rules() = fact.configured();
      break;
    case event::kResized: {
      auto& entry = entry_of(fact.resized().team());
      entry.set_players(entry.players() + static_cast<uint32_t>(fact.resized().change()));
      break;
    }
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
