// The squad within a team's state.
#pragma once

#include "actors/team_manager/squad_rules.hpp"
#include "actors/team_manager/team_manager.pb.h"

#include <optional>
#include <string>

namespace touchline::actors {

/// The highest number of a key that somebody else chose and that a team goes on behind.
inline constexpr uint32_t max_named_players = 1'000'000'000;
/// Keys that a team remembers of players who left; beyond it no more keys are taken from outside.
inline constexpr int max_departed = 4'096;

/// The player who wears the number; nullptr when nobody does.
const Player* find_shirt(const TeamDetails& team, uint32_t shirt_number);

/// The player with the key; nullptr when there is none.
const Player* find_player(const TeamDetails& team, const std::string& player);

/// The wanted shirt number if it is one and nobody wears it, else the lowest free one.
uint32_t free_shirt(const TeamDetails& team, uint32_t wanted);

/// Players of the squad, and places that are kept: for players who come, and for those who come
/// back if their transfer is cancelled.
uint32_t taken_places(const TeamDetails& team);

/// Players of the squad without those who leave again if their transfer is cancelled.
uint32_t settled_players(const TeamDetails& team);

/// Whether the player with the key is in the squad, or let go with a transfer that is not paid: he
/// still belongs to the team.
bool has_player(const TeamDetails& team, const std::string& player);

/// What the team keeps for a transfer; nullptr when it is not part of it.
const TeamTransfer* find_transfer(const TeamDetails& team, const std::string& transfer);

/// The key that the next player without one is given: the team's key, a point and a number.
std::string next_player_key(const TeamState& state);

/// What is wrong with a key that comes from outside, if anything. Keys are unique in the pyramid
/// because each begins with the key of the team that gave it, and no team gives one twice.
std::optional<std::string> check_given_key(const TeamState& state, const std::string& key);

/// Whether a key begins as those of the team do.
bool is_own_key(const std::string& team, const std::string& key);

/// Gives a player without a key the next one, which nobody else gets.
Player with_key(const TeamState& state, Player player);

/// Takes notice of a key that is in use: when it is one that the team could make, up to number
/// max_named_players, the team goes on behind it.
void count_key(TeamState& state, const std::string& key);

/// Adds a player with a key, and counts the key.
void enter_player(TeamState& state, const Player& player);

/// Replaces the squad. Who is not in the new one is remembered as a former player; players of
/// transfers that are not paid stay as they are, or get another number when theirs is worn.
void replace_squad(TeamState& state, const squad_players& squad);

/// Takes the player who wears the number out of the squad.
void take_out(TeamDetails& team, uint32_t shirt_number);

/// Remembers that a player of the squad is leaving, so that nobody gets his key.
void note_departure(TeamState& state, const Player& player);

/// Remembers who left.
void remember_former(TeamDetails& team, const Player& player, const std::string& transfer);

} // namespace touchline::actors
