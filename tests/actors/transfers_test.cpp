// Transfers on a real node: durable, answered when they have ended, and whole again after any
// restart.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/transfer_league.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;

namespace {

// -- a league of two ------------------------------------------------------------------------------

Transfers transfers_of(test_node& node) {
  TransferList x;
  x.set_league("en.1");
  return node.read<Transfers>(x);
}

/// "abe ann | eve", players sorted.
std::string squads_of(test_node& node) {
  std::string result;
  for (auto team : {"ash", "elm"}) {
    std::set<std::string> players;
    auto details = node.read<TeamDetails>(team_get(team));
    for (auto& x : details.squad())
      players.insert(x.player());
    for (auto& x : players)
      result += x + ' ';
    result += team == std::string{"ash"} ? "| " : "";
  }
  result.pop_back();
  return result;
}

/// "1700 | 300": balances; with a star where something is kept for a transfer.
std::string money_of(test_node& node) {
  std::string result;
  for (auto team : {"ash", "elm"}) {
    auto details = node.read<TeamDetails>(team_get(team));
    result += (result.empty() ? "" : " | ") + std::to_string(details.balances(0).minor_units())
              + (details.transfers().empty() ? "" : "*");
  }
  return result;
}

TransferDetails details_in(const answer& x) {
  TransferDetails result;
  BOOST_TEST_REQUIRE(x.text == "");
  BOOST_TEST_REQUIRE(result.ParseFromString(x.body));
  return result;
}

/// Sends a command, lets its deadline pass as soon as a handler stumbles, and returns the answer.
template <class Message>
answer ask_past_the_deadline(test_node& node, const Message& message, stumbling_block& block,
                             leaping_clock& time) {
  answer result;
  node.client().post("t1", message, [&result](const answer& x) { result = x; });
  for (int i = 0; i < 3'000 && block.hits() == 0; ++i)
    node.client().wait();
  time.leap();
  node.client().finish();
  return result;
}

/// Retries the only dead letter.
void retry_dead_letter(test_node& node) {
  auto letters = node.runtime().store().dead_letters("", 10);
  BOOST_TEST_REQUIRE(letters->size() == 1u);
  DeadLetter letter;
  BOOST_TEST_REQUIRE(letter.ParseFromString(letters->front().bytes));
  answer retried;
  node.client().retry(letter, [&retried](const answer& x) { retried = x; });
  node.client().finish();
  BOOST_TEST(retried.text == "");
  BOOST_TEST(node.settle());
  BOOST_TEST(node.runtime().store().dead_letters("", 10)->empty());
}

const std::string before = "abe ann | eve";
const std::string moved = "abe | ann eve";

} // namespace

// -- what transfers do ----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_move_is_answered_when_the_player_and_the_fee_have_moved) {
  test_node node;
  found(node);
  auto details = details_in(node.ask("t1", buy("elm", "ash", "ann")));
  BOOST_TEST(TransferState_Name(details.state()) == "COMPLETED");
  BOOST_TEST(details.transfer() == "t1");
  BOOST_TEST(details.player().name() == "The ann");
  BOOST_TEST(squads_of(node) == moved);
  BOOST_TEST(money_of(node) == "1700 | 300");
  BOOST_TEST(transfers_of(node).completed() == 1u);
}

BOOST_AUTO_TEST_CASE(a_seller_can_begin_a_move) {
  test_node node;
  found(node);
  auto details = details_in(node.ask("t1", sell("elm")));
  BOOST_TEST(details.player().player() == "ann");
  BOOST_TEST(squads_of(node) == moved);
  BOOST_TEST(money_of(node) == "1700 | 300");
}

BOOST_AUTO_TEST_CASE(a_player_comes_from_outside_and_the_fee_leaves_the_league) {
  test_node node;
  found(node);
  auto details = details_in(node.ask("t1", buy_from_outside()));
  BOOST_TEST(details.player().player() == "elm.1");
  BOOST_TEST(squads_of(node) == "abe ann | elm.1 eve");
  BOOST_TEST(money_of(node) == "1000 | 300");
  BOOST_TEST(transfers_of(node).outside(0).minor_units() == 700);
}

BOOST_AUTO_TEST_CASE(a_player_leaves_the_league_and_the_fee_comes_in) {
  test_node node;
  found(node);
  details_in(node.ask("t1", sell("")));
  BOOST_TEST(squads_of(node) == "abe | eve");
  BOOST_TEST(money_of(node) == "1700 | 1000");
  BOOST_TEST(transfers_of(node).outside(0).minor_units() == -700);
}

BOOST_AUTO_TEST_CASE(the_team_manager_counts_who_came_and_went) {
  test_node node;
  found(node);
  details_in(node.ask("t1", buy("elm", "ash", "ann")));
  node.settle();
  auto teams = node.read<Teams>(team_list());
  BOOST_TEST_REQUIRE(teams.teams_size() == 2);
  BOOST_TEST(teams.teams(0).players() == 1u);
  BOOST_TEST(teams.teams(1).players() == 2u);
}

// -- refusals -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_buyer_without_the_money_refuses_and_nothing_has_changed) {
  test_node node;
  found(node);
  auto message = buy("elm", "ash", "ann");
  *message.mutable_fee() = pounds(1'001);
  auto x = node.ask("t1", message);
  BOOST_TEST(x.code == CONFLICT);
  BOOST_TEST(x.text.find("to spend, less than the 1001 of the fee") != std::string::npos, x.text);
  node.settle();
  BOOST_TEST(squads_of(node) == before);
  BOOST_TEST(money_of(node) == "1000 | 1000");
  BOOST_TEST(transfers_of(node).cancelled() == 1u);
}

BOOST_AUTO_TEST_CASE(a_seller_without_the_player_refuses_and_the_buyer_keeps_nothing) {
  test_node node;
  found(node);
  auto x = node.ask("t1", buy("elm", "ash", "nobody"));
  BOOST_TEST(x.code == NOT_FOUND);
  node.settle();
  BOOST_TEST(squads_of(node) == before);
  BOOST_TEST(money_of(node) == "1000 | 1000");
  BOOST_TEST(transfers_of(node).closed(0).reason() == x.text);
}

BOOST_AUTO_TEST_CASE(a_buyer_who_has_the_player_already_refuses_to_sign_and_he_goes_back) {
  test_node node;
  BOOST_TEST_REQUIRE(node.ask("rules", rules_of(1)).text == "");
  node.ask("ash", team_with_players("ash", {"ann", "abe"}));
  node.ask("elm", team_with_players("elm", {"ann"}));
  node.settle();
  auto x = node.ask("t1", buy("elm", "ash", "ann"));
  BOOST_TEST(x.code == ALREADY_EXISTS);
  node.settle();
  BOOST_TEST(squads_of(node) == "abe ann | ann");
  BOOST_TEST(money_of(node) == "1000 | 1000");
  BOOST_TEST(transfers_of(node).open_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_team_that_does_not_exist_refuses_on_either_side) {
  test_node node;
  found(node);
  BOOST_TEST(node.ask("t1", buy("oak", "ash", "ann")).code == NOT_FOUND);
  BOOST_TEST(node.ask("t2", buy("elm", "oak", "ann")).code == NOT_FOUND);
  node.settle();
  BOOST_TEST(squads_of(node) == before);
  BOOST_TEST(money_of(node) == "1000 | 1000");
  BOOST_TEST(transfers_of(node).cancelled() == 2u);
}

BOOST_AUTO_TEST_CASE(before_the_windows_are_known_nobody_moves) {
  test_node node;
  auto x = node.ask("t1", buy("elm", "ash", "ann"));
  BOOST_TEST(x.code == CONFLICT);
  BOOST_TEST(x.text == "The league en.1 has no transfer windows; set them with league.configure.");
}

// -- the same command again -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_same_command_again_gets_the_first_answer_and_moves_nothing) {
  test_node node;
  found(node);
  auto first = node.ask("t1", buy("elm", "ash", "ann"));
  auto again = node.ask("t1", buy("elm", "ash", "ann"));
  BOOST_TEST(again.repeated);
  BOOST_TEST(again.body == first.body);
  auto refused = node.ask("t2", buy("elm", "ash", "nobody"));
  auto refused_again = node.ask("t2", buy("elm", "ash", "nobody"));
  BOOST_TEST(refused_again.repeated);
  BOOST_TEST(refused_again.text == refused.text);
  node.settle();
  node.restart();
  BOOST_TEST(node.ask("t1", buy("elm", "ash", "ann")).body == first.body);
  BOOST_TEST(node.ask("t2", buy("elm", "ash", "nobody")).text == refused.text);
  BOOST_TEST(node.ask("t1", buy("elm", "ash", "abe")).code == CONFLICT);
  BOOST_TEST(money_of(node) == "1700 | 300");
  BOOST_TEST(transfers_of(node).completed() == 1u);
}

BOOST_AUTO_TEST_CASE(the_same_command_while_the_transfer_is_open_waits_for_the_same_answer) {
  stumbling_block block;
  test_node node{patient_options(), block.seam()};
  found(node);
  block.put(number_of<TransferRelease>);
  send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
  // As a caller does that has lost its connection.
  node.client().abandon();
  answer again;
  node.client().post("t1", buy("elm", "ash", "ann"), [&again](const answer& x) { again = x; });
  for (int i = 0; i < 3; ++i)
    node.client().wait();
  BOOST_TEST(again.id == "");
  block.remove();
  node.client().finish();
  BOOST_TEST(TransferState_Name(details_in(again).state()) == "COMPLETED");
  BOOST_TEST(transfers_of(node).completed() == 1u);
  BOOST_TEST(money_of(node) == "1700 | 300");
}

// -- restarts -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_node_that_stops_before_any_step_completes_the_move_when_it_is_back) {
  const std::vector<std::pair<uint32_t, size_t>> places{
    {number_of<TransferReserve>, 1}, {number_of<TransferConfirm>, 1},
    {number_of<TransferRelease>, 1}, {number_of<TransferConfirm>, 2},
    {number_of<TransferSign>, 1},    {number_of<TransferConfirm>, 3},
    {number_of<TransferPay>, 1},     {number_of<TransferPay>, 2},
    {number_of<TransferConfirm>, 4}, {number_of<TransferConfirm>, 5}};
  for (auto& [number, nth] : places) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name << ' ' << nth) {
      stumbling_block block;
      test_node node{patient_options(), block.seam()};
      found(node);
      block.put(number, nth);
      send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
      node.stop();
      block.remove();
      node.start();
      auto details = details_in(node.ask("t1", buy("elm", "ash", "ann")));
      BOOST_TEST(TransferState_Name(details.state()) == "COMPLETED");
      node.settle();
      BOOST_TEST(squads_of(node) == moved);
      BOOST_TEST(money_of(node) == "1700 | 300");
      BOOST_TEST(transfers_of(node).completed() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_while_the_node_is_down_is_kept) {
  for (auto number :
       {number_of<TransferReserve>, number_of<TransferRelease>, number_of<TransferSign>}) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name) {
      stumbling_block block;
      leaping_clock time;
      test_node node{patient_options(), block.seam(), time};
      found(node);
      block.put(number);
      send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
      node.stop();
      time.leap();
      node.start();
      auto x = node.ask("t1", buy("elm", "ash", "ann"));
      BOOST_TEST(x.code == DEADLINE_EXCEEDED);
      BOOST_TEST(x.text.find("did not confirm the step") != std::string::npos, x.text);
      block.remove();
      node.settle();
      BOOST_TEST(squads_of(node) == before);
      BOOST_TEST(money_of(node) == "1000 | 1000");
      BOOST_TEST(transfers_of(node).cancelled() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_being_paid_is_completed_after_its_deadline) {
  stumbling_block block;
  leaping_clock time;
  test_node node{patient_options(), block.seam(), time};
  found(node);
  block.put(number_of<TransferPay>);
  send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
  node.stop();
  time.leap();
  block.remove();
  node.start();
  details_in(node.ask("t1", buy("elm", "ash", "ann")));
  BOOST_TEST(squads_of(node) == moved);
  BOOST_TEST(money_of(node) == "1700 | 300");
}

// -- teams that die -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_that_stays_dead_is_given_up_at_the_deadline) {
  const std::vector<std::pair<uint32_t, std::string>> steps{
    {number_of<TransferReserve>, "The team \"elm\" did not confirm the step RESERVE"},
    {number_of<TransferRelease>, "The team \"ash\" did not confirm the step RELEASE"},
    {number_of<TransferSign>, "The team \"elm\" did not confirm the step SIGN"}};
  for (auto& [number, sentence] : steps) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name) {
      stumbling_block block;
      leaping_clock time;
      test_node node{test_node::quick_options(), block.seam(), time};
      found(node);
      block.put(number);
      auto x = ask_past_the_deadline(node, buy("elm", "ash", "ann"), block, time);
      BOOST_TEST(x.code == DEADLINE_EXCEEDED);
      BOOST_TEST(x.text == sentence + " before the deadline.");
      node.settle();
      BOOST_TEST(squads_of(node) == before);
      BOOST_TEST(money_of(node) == "1000 | 1000");
      BOOST_TEST(transfers_of(node).cancelled() == 1u);
      BOOST_TEST(node.runtime().store().dead_letters("", 10)->size() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_step_that_an_operator_retries_after_the_cancellation_is_undone) {
  for (auto number :
       {number_of<TransferReserve>, number_of<TransferRelease>, number_of<TransferSign>}) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name) {
      stumbling_block block;
      leaping_clock time;
      test_node node{test_node::quick_options(), block.seam(), time};
      found(node);
      block.put(number);
      ask_past_the_deadline(node, buy("elm", "ash", "ann"), block, time);
      node.settle();
      block.remove();
      retry_dead_letter(node);
      BOOST_TEST(squads_of(node) == before);
      BOOST_TEST(money_of(node) == "1000 | 1000");
      BOOST_TEST(transfers_of(node).open_size() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_transfer_stays_open_until_the_dead_letters_of_its_last_steps_are_retried) {
  stumbling_block block;
  leaping_clock time;
  test_node node{test_node::quick_options(), block.seam(), time};
  found(node);
  block.put(number_of<TransferPay>, 2);
  send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
  node.settle();
  BOOST_TEST_REQUIRE(transfers_of(node).open_size() == 1);
  BOOST_TEST(TransferState_Name(transfers_of(node).open(0).state()) == "PAYING");
  BOOST_TEST(squads_of(node) == moved);
  block.remove();
  retry_dead_letter(node);
  BOOST_TEST(transfers_of(node).completed() == 1u);
  BOOST_TEST(money_of(node) == "1700 | 300");
}
