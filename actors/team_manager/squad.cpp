#include "actors/team_manager/squad.hpp"

#include "actors/team_manager/team.hpp"
#include "messages/text.hpp"

#include <algorithm>

namespace touchline::actors {

const Player* find_shirt(const TeamDetails& team, uint32_t shirt_number) {
  auto at = std::ranges::find(team.squad(), shirt_number, &Player::shirt_number);
  return at == team.squad().end() ? nullptr : &*at;
}

const Player* find_player(const TeamDetails& team, const std::string& player) {
  auto at = std::ranges::find(team.squad(), player, &Player::player);
  return at == team.squad().end() ? nullptr : &*at;
}

uint32_t free_shirt(const TeamDetails& team, uint32_t wanted) {
  if (wanted >= 1 && wanted <= max_shirt_number && !find_shirt(team, wanted))
    return wanted;
  uint32_t result = 1;
  while (find_shirt(team, result))
    ++result;
  return result;
}

uint32_t taken_places(const TeamDetails& team) {
  auto kept = std::ranges::count(team.transfers(), RESERVE, &TeamTransfer::step);
  return static_cast<uint32_t>(team.squad_size() + kept);
}

const TeamTransfer* find_transfer(const TeamDetails& team, const std::string& transfer) {
  auto at = std::ranges::find(team.transfers(), transfer, &TeamTransfer::transfer);
  return at == team.transfers().end() ? nullptr : &*at;
}

std::string next_player_key(const TeamState& state) {
  constexpr size_t longest_number = 10;
  return state.details().team().substr(0, max_key_bytes - 1 - longest_number) + '.'
         + std::to_string(state.named_players() + 1);
}

Player with_key(const TeamState& state, Player player) {
  if (player.player().empty())
    player.set_player(next_player_key(state));
  return player;
}

void enter_player(TeamState& state, const Player& player) {
  if (player.player() == next_player_key(state))
    state.set_named_players(state.named_players() + 1);
  *state.mutable_details()->add_squad() = player;
}

void take_out(TeamDetails& team, uint32_t shirt_number) {
  auto& squad = *team.mutable_squad();
  for (int i = 0; i < squad.size(); ++i)
    if (squad[i].shirt_number() == shirt_number) {
      squad.DeleteSubrange(i, 1);
      return;
    }
}

void remember_former(TeamDetails& team, const Player& player, const std::string& transfer) {
  auto& former = *team.add_former_players();
  *former.mutable_player() = player;
  former.mutable_player()->clear_transfer();
  former.set_transfer(transfer);
  former.set_season(team.season());
  auto& kept = *team.mutable_former_players();
  if (kept.size() > max_former_players)
    kept.DeleteSubrange(0, kept.size() - max_former_players);
}

} // namespace touchline::actors
