// Messages to one team, team/en/arsenal of the league en.1, that several suites send, and what the
// team answers.
#pragma once

#include "actors/team_manager/team.hpp"
#include "tests/actors/lone_context.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace touchline::testing {

using team_context = lone_context<actors::team>;

inline Money money(int64_t minor_units, const std::string& currency = "GBP") {
  Money result;
  result.set_minor_units(minor_units);
  result.set_currency(currency);
  return result;
}

inline Player player_called(const std::string& name, uint32_t shirt_number,
                            const std::string& key = {}) {
  Player result;
  result.set_name(name);
  result.set_position("MF");
  result.set_shirt_number(shirt_number);
  result.set_player(key);
  return result;
}

/// Arsenal with players "Player 1" to "Player N" under the same shirt numbers, whose keys are
/// "arsenal.1" to "arsenal.N", and with some money.
inline InfoTeamCreated arsenal(uint32_t players = 0, int64_t pounds = 0) {
  InfoTeamCreated result;
  result.set_league("en.1");
  result.set_team("arsenal");
  result.set_name("Arsenal");
  for (uint32_t i = 1; i <= players; ++i)
    *result.add_squad() = player_called("Player " + std::to_string(i), i);
  if (pounds != 0)
    *result.mutable_balance() = money(pounds);
  return result;
}

inline team_context team_of(uint32_t players, int64_t pounds = 0) {
  team_context result;
  result.take(arsenal(players, pounds));
  return result;
}

template <class Message>
Message to_arsenal() {
  Message result;
  result.set_league("en.1");
  result.set_team("arsenal");
  return result;
}

// -- the squad ------------------------------------------------------------------------------------

inline SquadAdd squad_add(const Player& player, uint32_t squad_max = 64) {
  auto result = to_arsenal<SquadAdd>();
  result.set_command("add");
  *result.mutable_player() = player;
  result.set_squad_max(squad_max);
  return result;
}

inline SquadUpdate squad_update(uint32_t shirt_number, const Player& player) {
  auto result = to_arsenal<SquadUpdate>();
  result.set_command("update");
  result.set_shirt_number(shirt_number);
  *result.mutable_player() = player;
  return result;
}

inline SquadRemove squad_remove(uint32_t shirt_number, uint32_t squad_min = 0) {
  auto result = to_arsenal<SquadRemove>();
  result.set_command("remove");
  result.set_shirt_number(shirt_number);
  result.set_squad_min(squad_min);
  return result;
}

// -- the steps of a transfer ----------------------------------------------------------------------

inline TransferReserve reserve(const std::string& transfer, int64_t fee, uint32_t squad_max = 64) {
  auto result = to_arsenal<TransferReserve>();
  result.set_transfer(transfer);
  *result.mutable_fee() = money(fee);
  result.set_squad_max(squad_max);
  return result;
}

inline TransferRelease release(const std::string& transfer, uint32_t shirt_number,
                               uint32_t squad_min = 0) {
  auto result = to_arsenal<TransferRelease>();
  result.set_transfer(transfer);
  result.set_shirt_number(shirt_number);
  result.set_squad_min(squad_min);
  return result;
}

inline TransferSign sign(const std::string& transfer, const Player& player) {
  auto result = to_arsenal<TransferSign>();
  result.set_transfer(transfer);
  *result.mutable_player() = player;
  return result;
}

/// Arsenal pays Chelsea.
inline TransferPay pay_as_buyer(const std::string& transfer, int64_t fee) {
  TransferPay result;
  result.set_league("en.1");
  result.set_from_team("chelsea");
  result.set_to_team("arsenal");
  result.set_transfer(transfer);
  *result.mutable_fee() = money(fee);
  return result;
}

/// Chelsea pays Arsenal.
inline TransferPay pay_as_seller(const std::string& transfer, int64_t fee) {
  auto result = pay_as_buyer(transfer, fee);
  result.set_from_team("arsenal");
  result.set_to_team("chelsea");
  return result;
}

inline TransferCancel cancel(const std::string& transfer) {
  auto result = to_arsenal<TransferCancel>();
  result.set_transfer(transfer);
  return result;
}

// -- what came of it ------------------------------------------------------------------------------

/// The team's only answer of a type, squad.changed or transfer.confirm; every other message or its
/// absence ends the test case.
template <class Answer, class Message>
Answer answer_of(team_context& team, const Message& message) {
  auto decision = team.take(message);
  auto answers = sent<Answer>(decision);
  BOOST_TEST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(decision.messages.size() == 1u);
  return answers.front();
}

/// The team's answer when it changes nothing; a change fails the test case.
template <class Answer, class Message>
Answer refused_by(team_context& team, const Message& message) {
  auto before = shown(team.now());
  auto result = answer_of<Answer>(team, message);
  BOOST_TEST(result.code() != static_cast<uint32_t>(OK));
  BOOST_TEST(result.text().ends_with('.'));
  BOOST_TEST(shown(team.now()) == before);
  return result;
}

inline SquadChanged changed(team_context& team, const auto& message) {
  auto result = answer_of<SquadChanged>(team, message);
  BOOST_TEST(result.code() == static_cast<uint32_t>(OK), result.text());
  BOOST_TEST(result.command() == message.command());
  BOOST_TEST(result.league() == "en.1");
  BOOST_TEST(result.team() == "arsenal");
  return result;
}

inline TransferConfirm confirmed(team_context& team, const auto& message) {
  auto result = answer_of<TransferConfirm>(team, message);
  BOOST_TEST(result.code() == static_cast<uint32_t>(OK), result.text());
  BOOST_TEST(result.transfer() == message.transfer());
  BOOST_TEST(result.league() == "en.1");
  BOOST_TEST(result.team() == "arsenal");
  BOOST_TEST(result.team_league() == "en.1");
  return result;
}

/// The players by shirt number.
inline std::map<uint32_t, std::string> shirts(const team_context& team) {
  std::map<uint32_t, std::string> result;
  for (auto& x : team.now().details().squad())
    BOOST_TEST(result.emplace(x.shirt_number(), shown(x)).second);
  return result;
}

inline std::string key_in(const team_context& team, uint32_t shirt_number) {
  for (auto& x : team.now().details().squad())
    if (x.shirt_number() == shirt_number)
      return x.player();
  return "nobody";
}

inline int squad_size(const team_context& team) {
  return team.now().details().squad_size();
}

/// Sums of a team's totals by currency, without zeros.
inline std::map<std::string, int64_t> sums(const auto& amounts, auto&& amount_of) {
  std::map<std::string, int64_t> result;
  for (auto& x : amounts)
    result[amount_of(x).currency()] += amount_of(x).minor_units();
  std::erase_if(result, [](auto& x) { return x.second == 0; });
  return result;
}

/// The totals of all kinds add up to the balances.
inline bool balances(const TeamDetails& team) {
  return sums(
           team.totals(), [](auto& x) -> auto& { return x.amount(); })
         == sums(
           team.balances(), [](auto& x) -> auto& { return x; });
}

} // namespace touchline::testing
