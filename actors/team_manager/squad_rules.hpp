// What a player, a squad and an amount of money may be.
#pragma once

#include "messages/catalogue.pb.h"

#include <optional>
#include <string>

namespace touchline::actors {

/// Players of a squad when a league sets no other number, and the most that it may set.
inline constexpr uint32_t max_squad = 64;
/// The highest shirt number.
inline constexpr uint32_t max_shirt_number = 99;
/// The highest weekly wage, in minor units: ten million pounds.
inline constexpr int64_t max_wage = 1'000'000'000;
/// The largest amount of money in one message, in minor units: ten trillion pounds.
inline constexpr int64_t max_amount = 1'000'000'000'000'000;
/// Transfer windows of a pyramid.
inline constexpr int max_windows = 12;

using squad_players = google::protobuf::RepeatedPtrField<Player>;

/// What is wrong with the details of a player, if anything: a bad name, position, shirt number
/// (1 to 99), date of birth (may be empty), key (may be empty) or wage.
std::optional<std::string> check_player(const Player& x);

/// What is wrong with a squad, if anything: a player, or two with one shirt number or key.
std::optional<std::string> check_squad(const squad_players& squad);

/// What is wrong with an amount of 0 to max_amount minor units, if anything. `what` begins the
/// sentence: "The fee".
std::optional<std::string> check_amount(const std::string& what, const Money& x);

/// What is wrong with the rules of a league, if anything.
std::optional<std::string> check_league_rules(const LeagueRules& x);

/// The most players that a squad may have under the rules.
uint32_t squad_limit(const LeagueRules& rules);

} // namespace touchline::actors
