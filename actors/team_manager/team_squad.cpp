// How a team changes its squad when the team manager asks.
#include "actors/team_manager/squad.hpp"
#include "actors/team_manager/team.hpp"

namespace touchline::actors {

namespace {

using event = TeamEvent;

std::optional<refusal> check_member(const TeamDetails& team, const std::string& key) {
  if (team.team().empty() || team.relegated())
    return refusal{NOT_FOUND, "The team \"" + key + "\" is not in the league."};
  return std::nullopt;
}

/// Who wears the number, when nothing keeps him from being changed.
tl::expected<const Player*, refusal> free_player(const TeamDetails& team, const std::string& key,
                                                 uint32_t shirt_number) {
  if (auto wrong = check_member(team, key))
    return tl::unexpected{*wrong};
  const auto* player = find_shirt(team, shirt_number);
  if (!player)
    return refuse(NOT_FOUND, "Nobody of " + team.name() + " wears number "
                               + std::to_string(shirt_number) + ".");
  if (!player->transfer().empty())
    return refuse(CONFLICT, player->name() + " is in a transfer that is not paid yet, "
                              + player->transfer() + "; try again when it is.");
  return player;
}

/// The answer to a message of the squad.
template <class Message>
SquadChanged answer_to(const Message& message) {
  SquadChanged result;
  result.set_league(message.league());
  result.set_team(message.team());
  result.set_command(message.command());
  return result;
}

template <class Message>
decision<event> answer_no(const Message& message, const refusal& why) {
  auto result = answer_to(message);
  result.set_code(why.code);
  result.set_text(why.text);
  return std::move(decision<event>{}.send(std::move(result)));
}

template <class Message>
decision<event> answer_yes(const Message& message, int change, const Player& player, event fact) {
  auto result = answer_to(message);
  result.set_change(change);
  *result.mutable_player() = player;
  decision<event> yes;
  return std::move(yes.send(std::move(result)).record(std::move(fact)));
}

std::optional<refusal> check_new(const TeamState& now, const SquadAdd& message) {
  const auto& team = now.details();
  if (auto wrong = check_member(team, message.team()))
    return wrong;
  if (taken_places(team) >= message.squad_max())
    return refusal{CONFLICT, "The squad of " + team.name() + " is full: it has "
                               + std::to_string(taken_places(team))
                               + " players, those included who are about to come."};
  if (const auto* other = find_shirt(team, message.player().shirt_number()))
    return refusal{ALREADY_EXISTS, other->name() + " of " + team.name() + " wears number "
                                     + std::to_string(other->shirt_number()) + " already."};
  if (auto wrong = check_given_key(now, message.player().player()))
    return refusal{ALREADY_EXISTS, *wrong};
  return std::nullopt;
}

/// The player as he was, with what the message changes.
Player changed(const Player& before, const Player& change) {
  auto result = before;
  if (!change.name().empty())
    result.set_name(change.name());
  if (!change.position().empty())
    result.set_position(change.position());
  if (change.shirt_number() != 0)
    result.set_shirt_number(change.shirt_number());
  if (!change.date_of_birth().empty())
    result.set_date_of_birth(change.date_of_birth());
  if (change.wage_minor_units() != 0)
    result.set_wage_minor_units(change.wage_minor_units());
  return result;
}

} // namespace

decided<event> team::decide(const state& now, const SquadAdd& message, const header&) {
  if (auto wrong = check_new(now, message))
    return answer_no(message, *wrong);
  event fact;
  auto& player = *fact.mutable_player_added() = with_key(now, message.player());
  player.clear_transfer();
  return answer_yes(message, 1, player, fact);
}

decided<event> team::decide(const state& now, const SquadUpdate& message, const header&) {
  const auto& details = now.details();
  auto before = free_player(details, message.team(), message.shirt_number());
  if (!before)
    return answer_no(message, before.error());
  auto player = changed(**before, message.player());
  if (auto wrong = check_player(player))
    return answer_no(message, {INVALID_ARGUMENT, *wrong});
  const auto* other = find_shirt(details, player.shirt_number());
  if (other && other != *before)
    return answer_no(message,
                     {ALREADY_EXISTS, other->name() + " of " + details.name() + " wears number "
                                        + std::to_string(other->shirt_number()) + " already."});
  event fact;
  fact.mutable_player_updated()->set_shirt_number(message.shirt_number());
  *fact.mutable_player_updated()->mutable_player() = player;
  return answer_yes(message, 0, player, fact);
}

decided<event> team::decide(const state& now, const SquadRemove& message, const header&) {
  const auto& details = now.details();
  auto player = free_player(details, message.team(), message.shirt_number());
  if (!player)
    return answer_no(message, player.error());
  if (settled_players(details) <= message.squad_min())
    return answer_no(message, {CONFLICT, "The squad of " + details.name() + " has "
                                           + std::to_string(settled_players(details))
                                           + " players, the fewest that the league allows."});
  event fact;
  fact.set_player_removed(message.shirt_number());
  return answer_yes(message, -1, **player, fact);
}

} // namespace touchline::actors
