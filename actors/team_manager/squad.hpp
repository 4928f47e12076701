// The squad within a team's state.
#pragma once

#include "actors/team_manager/team_manager.pb.h"

#include <optional>
#include <string>

namespace touchline::actors {

/// The player who wears the number; nullptr when nobody does.
const Player* find_shirt(const TeamDetails& team, uint32_t shirt_number);

/// The player with the key; nullptr when there is none.
const Player* find_player(const TeamDetails& team, const std::string& player);

/// The wanted shirt number if it is one and nobody wears it, else the lowest free one.
uint32_t free_shirt(const TeamDetails& team, uint32_t wanted);

/// Players of the squad, and places that are kept for players who come.
uint32_t taken_places(const TeamDetails& team);

/// What the team keeps for a transfer; nullptr when it is not part of it.
const TeamTransfer* find_transfer(const TeamDetails& team, const std::string& transfer);

/// The key that the next player without one is given: the team's key, a point and a number.
std::string next_player_key(const TeamState& state);

/// Gives a player without a key the next one, which nobody else gets.
Player with_key(const TeamState& state, Player player);

/// Adds a player with a key; counts the key when it was the next one.
void enter_player(TeamState& state, const Player& player);

/// Takes the player who wears the number out of the squad.
void take_out(TeamDetails& team, uint32_t shirt_number);

/// Remembers who left.
void remember_former(TeamDetails& team, const Player& player, const std::string& transfer);

} // namespace touchline::actors
