// A league of two teams that trade with each other.
#pragma once

#include <boost/test/unit_test.hpp>

#include "tests/actors/disturbances.hpp"

namespace touchline::testing {

inline Money pounds(int64_t minor_units) {
  Money x;
  x.set_minor_units(minor_units);
  x.set_currency("GBP");
  return x;
}

inline LeagueConfigure rules_of(uint32_t squad_min) {
  LeagueConfigure x;
  x.set_league("en.1");
  x.mutable_rules()->set_squad_min(squad_min);
  auto& window = *x.mutable_rules()->add_windows();
  window.set_name("always");
  window.set_from("01-01");
  window.set_to("12-31");
  return x;
}

inline TeamCreate team_with_players(const std::string& team,
                                    const std::vector<std::string>& players) {
  auto x = team_create(team);
  *x.mutable_balance() = pounds(1'000);
  for (auto& name : players) {
    auto& player = *x.add_squad();
    player.set_player(name);
    player.set_name("The " + name);
    player.set_position("FW");
    player.set_shirt_number(static_cast<uint32_t>(x.squad_size()));
  }
  return x;
}

inline TransferIn buy(const std::string& to, const std::string& from, const std::string& player) {
  TransferIn x;
  x.set_league("en.1");
  x.set_team(to);
  x.set_from_team(from);
  x.mutable_player()->set_player(player);
  *x.mutable_fee() = pounds(700);
  return x;
}

inline TransferIn buy_from_outside() {
  auto x = buy("elm", "", "");
  x.mutable_player()->set_name("Nell New");
  x.mutable_player()->set_position("GK");
  x.mutable_player()->set_date_of_birth("2000-02-29");
  return x;
}

inline TransferOut sell(const std::string& to) {
  TransferOut x;
  x.set_league("en.1");
  x.set_team("ash");
  x.set_shirt_number(1);
  x.set_to_team(to);
  *x.mutable_fee() = pounds(700);
  return x;
}

/// Ash has Ann and Abe, elm has Eve, and each has ten pounds.
inline void found(test_node& node) {
  BOOST_TEST_REQUIRE(node.ask("rules", rules_of(1)).text == "");
  BOOST_TEST_REQUIRE(node.ask("ash", team_with_players("ash", {"ann", "abe"})).text == "");
  BOOST_TEST_REQUIRE(node.ask("elm", team_with_players("elm", {"eve"})).text == "");
  BOOST_TEST_REQUIRE(node.settle());
}

/// Sends a command and waits until a handler stumbles.
template <class Message>
void send_until_stumbling(test_node& node, const std::string& id, const Message& message,
                          stumbling_block& block) {
  node.client().post(id, message, [](const answer&) {});
  for (int i = 0; i < 3'000 && block.hits() == 0; ++i)
    node.client().wait();
  BOOST_TEST_REQUIRE(block.hits() > 0);
}

} // namespace touchline::testing
