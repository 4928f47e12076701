// The steps of a transfer, as one team takes them: what each does, when it is refused, and that
// CANCEL brings back what was.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/team_manager/ledger.hpp"
#include "actors/team_manager/squad.hpp"
#include "tests/actors/squad_messages.hpp"

using namespace touchline;
using namespace touchline::testing;
using actors::balance_of;
using actors::held_of;

namespace {

constexpr auto conflict = static_cast<uint32_t>(CONFLICT);
constexpr auto not_found = static_cast<uint32_t>(NOT_FOUND);

/// The state without what only ever counts up, the squad by shirt number.
std::string comparable(const team_context& team) {
  auto state = team.now();
  state.clear_named_players();
  std::ranges::sort(*state.mutable_details()->mutable_squad(), {}, &Player::shirt_number);
  return shown(state);
}

TransferRelease release_by_name(const std::string& transfer, const std::string& name) {
  auto result = release(transfer, 0);
  result.set_name(name);
  return result;
}

TransferRelease release_by_key(const std::string& transfer, const std::string& key) {
  auto result = release(transfer, 0);
  result.set_player(key);
  return result;
}

const TeamTransfer& only_transfer(const team_context& team) {
  BOOST_TEST_REQUIRE(team.now().details().transfers_size() == 1);
  return team.now().details().transfers(0);
}

/// A team of two players and 100 that reserved for t-1 and signed number 9 with it.
team_context with_signed_player(int64_t fee = 60) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", fee));
  confirmed(team, sign("t-1", player_called("Newcomer", 9, "chelsea.4")));
  return team;
}

} // namespace

// -- reserve --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_reservation_keeps_the_fee_and_a_place) {
  auto team = team_of(2, 100);
  auto opened = to_arsenal<InfoFixtureListGenerated>();
  opened.set_season("2022-23");
  team.take(opened);
  auto done = confirmed(team, reserve("t-1", 60));
  BOOST_TEST(done.step() == RESERVE);
  BOOST_TEST(done.season() == "2022-23");
  auto& details = team.now().details();
  BOOST_TEST(shown(only_transfer(team))
             == "transfer: \"t-1\" step: RESERVE fee { minor_units: 60 currency: \"GBP\" }");
  BOOST_TEST(balance_of(details, "GBP") == 100);
  BOOST_TEST(held_of(details, "GBP") == 60);
  BOOST_TEST(actors::taken_places(details) == 3u);
  BOOST_TEST(details.squad_size() == 2);
  BOOST_TEST(details.ledger_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_confirmation_says_where_the_team_plays_now) {
  auto team = team_of(2, 100);
  auto down = to_arsenal<InfoTeamRelegated>();
  down.set_to_league("en.2");
  team.take(down);
  auto done = answer_of<TransferConfirm>(team, reserve("t-1", 60));
  BOOST_TEST(done.code() == 0u);
  BOOST_TEST(done.league() == "en.1");
  BOOST_TEST(done.team_league() == "en.2");
  BOOST_TEST(done.season() == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_reserved_in_a_full_squad) {
  auto team = team_of(2, 100);
  auto refused = refused_by<TransferConfirm>(team, reserve("t-1", 60, 2));
  BOOST_TEST(refused.step() == RESERVE);
  BOOST_TEST(refused.transfer() == "t-1");
  BOOST_TEST(refused.code() == conflict);
  confirmed(team, reserve("t-2", 10, 3));
  refused_by<TransferConfirm>(team, reserve("t-3", 10, 3));
}

BOOST_AUTO_TEST_CASE(money_is_spent_only_once) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  auto refused = refused_by<TransferConfirm>(team, reserve("t-2", 41));
  BOOST_TEST(refused.code() == conflict);
  confirmed(team, reserve("t-2", 40));
  refused_by<TransferConfirm>(team, reserve("t-3", 1));
  confirmed(team, reserve("t-3", 0));
}

BOOST_AUTO_TEST_CASE(money_of_another_currency_pays_no_fee) {
  auto team = team_of(2, 100);
  auto message = reserve("t-1", 60);
  message.mutable_fee()->set_currency("EUR");
  refused_by<TransferConfirm>(team, message);
}

BOOST_AUTO_TEST_CASE(a_transfer_without_a_fee_needs_no_money) {
  auto team = team_of(2);
  auto message = reserve("t-1", 0);
  message.clear_fee();
  confirmed(team, message);
  confirmed(team, sign("t-1", player_called("Newcomer", 9, "chelsea.4")));
  auto pay = pay_as_buyer("t-1", 0);
  pay.clear_fee();
  confirmed(team, pay);
  BOOST_TEST(team.now().details().ledger_size() == 0);
  BOOST_TEST(team.now().details().transfers_size() == 0);
  BOOST_TEST(actors::find_shirt(team.now().details(), 9)->transfer() == "");
}

BOOST_AUTO_TEST_CASE(a_second_reservation_for_a_transfer_keeps_nothing_more) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  auto before = shown(team.now());
  answer_of<TransferConfirm>(team, reserve("t-1", 30));
  BOOST_TEST(shown(team.now()) == before);
}

BOOST_AUTO_TEST_CASE(a_team_takes_part_in_at_most_64_transfers) {
  auto team = team_of(64);
  for (uint32_t shirt = 1; shirt <= 64; ++shirt)
    confirmed(team, release("t-" + std::to_string(shirt), shirt));
  refused_by<TransferConfirm>(team, reserve("t-65", 0, 1'000));
  confirmed(team, cancel("t-1"));
  confirmed(team, reserve("t-65", 0, 1'000));
  refused_by<TransferConfirm>(team, release("t-66", 1));
}

// -- release --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_is_let_go_by_key_name_or_shirt_number) {
  for (auto& message : {release_by_key("t-1", "arsenal.2"), release_by_name("t-1", "Player 2"),
                        release("t-1", 2)}) {
    auto team = team_of(3);
    auto done = confirmed(team, message);
    auto expected = player_called("Player 2", 2, "arsenal.2");
    BOOST_TEST(done.step() == RELEASE);
    BOOST_TEST(shown(done.player()) == shown(expected));
    BOOST_TEST(squad_size(team) == 2);
    BOOST_TEST(actors::find_player(team.now().details(), "arsenal.2") == nullptr);
    BOOST_TEST(only_transfer(team).step() == RELEASE);
    BOOST_TEST(only_transfer(team).player().player() == "arsenal.2");
    BOOST_TEST(team.now().details().ledger_size() == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_first_that_is_given_says_who_is_let_go) {
  auto team = team_of(3);
  auto message = release("t-1", 3);
  message.set_name("Player 2");
  BOOST_TEST(confirmed(team, message).player().player() == "arsenal.2");
  message = release("t-2", 3);
  message.set_player("arsenal.1");
  message.set_name("Player 3");
  BOOST_TEST(confirmed(team, message).player().player() == "arsenal.1");
  message = release("t-3", 3);
  message.set_player("arsenal.7");
  BOOST_TEST(refused_by<TransferConfirm>(team, message).code() == not_found);
}

BOOST_AUTO_TEST_CASE(nobody_is_let_go_who_is_not_there) {
  auto team = team_of(3);
  BOOST_TEST(refused_by<TransferConfirm>(team, release("t-1", 4)).code() == not_found);
  BOOST_TEST(refused_by<TransferConfirm>(team, release_by_name("t-1", "Nobody")).code()
             == not_found);
  BOOST_TEST(refused_by<TransferConfirm>(team, release_by_key("t-1", "arsenal.4")).code()
             == not_found);
  BOOST_TEST(refused_by<TransferConfirm>(team, release("t-1", 0)).code() == not_found);
}

BOOST_AUTO_TEST_CASE(nobody_is_let_go_when_the_squad_would_be_too_small) {
  auto team = team_of(3);
  confirmed(team, release("t-1", 3, 2));
  auto refused = refused_by<TransferConfirm>(team, release("t-2", 2, 2));
  BOOST_TEST(refused.code() == conflict);
  BOOST_TEST(refused.step() == RELEASE);
}

BOOST_AUTO_TEST_CASE(a_player_who_was_let_go_cannot_be_let_go_again) {
  auto team = team_of(3);
  confirmed(team, release("t-1", 2));
  for (auto& message : {release("t-2", 2), release_by_key("t-2", "arsenal.2")})
    refused_by<TransferConfirm>(team, message);
}

BOOST_AUTO_TEST_CASE(a_player_who_was_let_go_cannot_be_added_a_second_time) {
  auto team = team_of(3);
  confirmed(team, release("t-1", 2));
  refused_by<SquadChanged>(team, squad_add(player_called("Player 2", 20, "arsenal.2")));
}

BOOST_AUTO_TEST_CASE(a_second_release_for_a_transfer_lets_nobody_else_go) {
  auto team = team_of(3);
  confirmed(team, release("t-1", 2));
  auto before = shown(team.now());
  answer_of<TransferConfirm>(team, release("t-1", 3));
  BOOST_TEST(shown(team.now()) == before);
}

// -- sign -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_is_signed_under_the_number_that_is_wanted) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  auto done = confirmed(team, sign("t-1", player_called("Newcomer", 9, "chelsea.4")));
  auto expected = player_called("Newcomer", 9, "chelsea.4");
  expected.set_transfer("t-1");
  BOOST_TEST(done.step() == SIGN);
  BOOST_TEST(shirts(team).at(9) == shown(expected));
  BOOST_TEST(done.player().shirt_number() == 9u);
  BOOST_TEST(done.player().player() == "chelsea.4");
  auto& details = team.now().details();
  BOOST_TEST(only_transfer(team).step() == SIGN);
  BOOST_TEST(balance_of(details, "GBP") == 100);
  BOOST_TEST(held_of(details, "GBP") == 60);
  BOOST_TEST(actors::taken_places(details) == 3u);
}

BOOST_AUTO_TEST_CASE(a_player_whose_number_is_worn_or_none_gets_the_lowest_free_one) {
  for (auto wanted : {1u, 2u, 0u, 100u, 4'294'967'295u}) {
    auto team = team_of(2, 100);
    confirmed(team, reserve("t-1", 60));
    auto done = confirmed(team, sign("t-1", player_called("Newcomer", wanted, "chelsea.4")));
    BOOST_TEST(done.player().shirt_number() == 3u);
    BOOST_TEST(key_in(team, 3) == "chelsea.4");
  }
}

BOOST_AUTO_TEST_CASE(a_free_shirt_is_the_wanted_one_or_the_lowest) {
  auto team = team_of(3);
  changed(team, squad_remove(2));
  auto& details = team.now().details();
  BOOST_TEST(actors::free_shirt(details, 99) == 99u);
  BOOST_TEST(actors::free_shirt(details, 2) == 2u);
  BOOST_TEST(actors::free_shirt(details, 1) == 2u);
  BOOST_TEST(actors::free_shirt(details, 0) == 2u);
}

BOOST_AUTO_TEST_CASE(a_player_from_outside_is_given_a_key_of_the_team) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  auto done = confirmed(team, sign("t-1", player_called("Newcomer", 9)));
  BOOST_TEST(done.player().player() == "arsenal.3");
  BOOST_TEST(key_in(team, 9) == "arsenal.3");
  BOOST_TEST(changed(team, squad_add(player_called("Next", 10))).player().player() == "arsenal.4");
}

BOOST_AUTO_TEST_CASE(nobody_is_signed_for_whom_nothing_was_reserved) {
  auto team = team_of(2, 100);
  auto refused = refused_by<TransferConfirm>(team, sign("t-1", player_called("Newcomer", 9)));
  BOOST_TEST(refused.step() == SIGN);
  confirmed(team, release("t-2", 1));
  refused_by<TransferConfirm>(team, sign("t-2", player_called("Newcomer", 9)));
}

BOOST_AUTO_TEST_CASE(nobody_is_signed_who_is_there_already) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  refused_by<TransferConfirm>(team, sign("t-1", player_called("Player 2", 9, "arsenal.2")));
}

BOOST_AUTO_TEST_CASE(a_reservation_signs_one_player_only) {
  auto team = with_signed_player();
  auto before = shown(team.now());
  answer_of<TransferConfirm>(team, sign("t-1", player_called("Another", 10, "chelsea.5")));
  BOOST_TEST(shown(team.now()) == before);
}

// -- pay ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_buyer_pays_and_the_player_is_free_of_the_transfer) {
  auto team = with_signed_player();
  auto done = confirmed(team, pay_as_buyer("t-1", 60));
  BOOST_TEST(done.step() == PAY);
  auto& details = team.now().details();
  BOOST_TEST(balance_of(details, "GBP") == 40);
  BOOST_TEST(held_of(details, "GBP") == 0);
  BOOST_TEST(details.transfers_size() == 0);
  BOOST_TEST(shirts(team).at(9) == shown(player_called("Newcomer", 9, "chelsea.4")));
  BOOST_TEST(actors::taken_places(details) == 3u);
  BOOST_TEST_REQUIRE(details.ledger_size() == 2);
  BOOST_TEST(shown(details.ledger(1))
             == "kind: \"transfer\" reference: \"t-1\" "
                "amount { minor_units: -60 currency: \"GBP\" }");
  BOOST_TEST(balances(details));
}

BOOST_AUTO_TEST_CASE(the_seller_is_paid_and_remembers_who_left_with_the_transfer) {
  auto team = team_of(3, 100);
  confirmed(team, release("t-1", 2));
  auto done = confirmed(team, pay_as_seller("t-1", 60));
  BOOST_TEST(done.step() == PAY);
  auto& details = team.now().details();
  BOOST_TEST(balance_of(details, "GBP") == 160);
  BOOST_TEST(details.transfers_size() == 0);
  BOOST_TEST(details.squad_size() == 2);
  BOOST_TEST_REQUIRE(details.former_players_size() == 1);
  BOOST_TEST(shown(details.former_players(0))
             == "player { " + shown(player_called("Player 2", 2, "arsenal.2"))
                  + " } transfer: \"t-1\"");
  BOOST_TEST(balances(details));
}

BOOST_AUTO_TEST_CASE(money_moves_once_however_often_payment_is_asked_for) {
  auto buyer = with_signed_player();
  confirmed(buyer, pay_as_buyer("t-1", 60));
  auto before = shown(buyer.now());
  answer_of<TransferConfirm>(buyer, pay_as_buyer("t-1", 60));
  BOOST_TEST(shown(buyer.now()) == before);
  auto seller = team_of(3, 100);
  confirmed(seller, release("t-1", 2));
  confirmed(seller, pay_as_seller("t-1", 60));
  before = shown(seller.now());
  answer_of<TransferConfirm>(seller, pay_as_seller("t-1", 60));
  BOOST_TEST(shown(seller.now()) == before);
}

BOOST_AUTO_TEST_CASE(nothing_is_paid_for_an_unknown_transfer) {
  auto team = team_of(3, 100);
  for (auto& message : {pay_as_buyer("t-1", 60), pay_as_seller("t-1", 60)}) {
    auto before = shown(team.now());
    answer_of<TransferConfirm>(team, message);
    BOOST_TEST(shown(team.now()) == before);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_paid_before_the_player_is_signed) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 60));
  BOOST_TEST(team.refusal_of(pay_as_buyer("t-1", 60)).starts_with("conflict:"));
  confirmed(team, sign("t-1", player_called("Newcomer", 9)));
  confirmed(team, pay_as_buyer("t-1", 60));
}

BOOST_AUTO_TEST_CASE(the_money_of_both_teams_together_is_what_it_was) {
  auto buyer = team_of(2, 100);
  auto seller = team_of(2, 100);
  confirmed(buyer, reserve("t-1", 60));
  auto released = confirmed(seller, release("t-1", 2)).player();
  confirmed(buyer, sign("t-1", player_called(released.name(), 9, "chelsea.2")));
  confirmed(buyer, pay_as_buyer("t-1", 60));
  confirmed(seller, pay_as_seller("t-1", 60));
  BOOST_TEST(balance_of(buyer.now().details(), "GBP") + balance_of(seller.now().details(), "GBP")
             == 200);
}

// -- cancel ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(cancelling_a_reservation_brings_back_what_was) {
  auto team = team_of(2, 100);
  auto before = comparable(team);
  confirmed(team, reserve("t-1", 60));
  auto done = confirmed(team, cancel("t-1"));
  BOOST_TEST(done.step() == CANCEL);
  BOOST_TEST(comparable(team) == before);
}

BOOST_AUTO_TEST_CASE(cancelling_a_signed_player_brings_back_what_was) {
  auto team = team_of(2, 100);
  auto before = comparable(team);
  confirmed(team, reserve("t-1", 60));
  confirmed(team, sign("t-1", player_called("Newcomer", 9)));
  confirmed(team, cancel("t-1"));
  BOOST_TEST(comparable(team) == before);
}

BOOST_AUTO_TEST_CASE(cancelling_a_release_brings_back_what_was) {
  auto team = team_of(3, 100);
  auto before = comparable(team);
  confirmed(team, release("t-1", 2));
  confirmed(team, cancel("t-1"));
  BOOST_TEST(comparable(team) == before);
}

BOOST_AUTO_TEST_CASE(a_player_who_comes_back_wears_another_number_when_his_was_given_away) {
  auto team = team_of(3, 100);
  confirmed(team, release("t-1", 2));
  changed(team, squad_add(player_called("Heir", 2)));
  confirmed(team, cancel("t-1"));
  BOOST_TEST(squad_size(team) == 4);
  BOOST_TEST(key_in(team, 2) == "arsenal.4");
  BOOST_TEST(key_in(team, 4) == "arsenal.2");
}

BOOST_AUTO_TEST_CASE(a_player_who_comes_back_finds_his_place) {
  auto team = team_of(4, 100);
  confirmed(team, release("t-1", 4));
  answer_of<SquadChanged>(team, squad_add(player_called("Fifth", 5), 4));
  answer_of<TransferConfirm>(team, reserve("t-2", 0, 4));
  confirmed(team, cancel("t-1"));
  BOOST_TEST(squad_size(team) == 4);
  BOOST_TEST(key_in(team, 4) == "arsenal.4");
}

BOOST_AUTO_TEST_CASE(cancelling_what_was_never_begun_is_confirmed_and_changes_nothing) {
  auto team = team_of(2, 100);
  auto before = shown(team.now());
  BOOST_TEST(confirmed(team, cancel("t-1")).step() == CANCEL);
  BOOST_TEST(shown(team.now()) == before);
}

BOOST_AUTO_TEST_CASE(cancelling_twice_changes_nothing_the_second_time) {
  auto team = with_signed_player();
  confirmed(team, cancel("t-1"));
  auto before = shown(team.now());
  confirmed(team, cancel("t-1"));
  BOOST_TEST(shown(team.now()) == before);
}

BOOST_AUTO_TEST_CASE(what_is_paid_cannot_be_cancelled) {
  auto team = with_signed_player();
  confirmed(team, pay_as_buyer("t-1", 60));
  auto before = shown(team.now());
  answer_of<TransferConfirm>(team, cancel("t-1"));
  BOOST_TEST(shown(team.now()) == before);
}

BOOST_AUTO_TEST_CASE(cancelling_one_transfer_leaves_the_others_alone) {
  auto team = team_of(3, 100);
  confirmed(team, reserve("t-1", 30));
  confirmed(team, reserve("t-2", 20));
  confirmed(team, sign("t-2", player_called("Newcomer", 9)));
  confirmed(team, release("t-3", 1));
  confirmed(team, cancel("t-1"));
  auto& details = team.now().details();
  BOOST_TEST(held_of(details, "GBP") == 20);
  BOOST_TEST(actors::find_transfer(details, "t-1") == nullptr);
  BOOST_TEST(actors::find_transfer(details, "t-2")->step() == SIGN);
  BOOST_TEST(actors::find_transfer(details, "t-3")->step() == RELEASE);
  BOOST_TEST(key_in(team, 9) == "arsenal.4");
}

// -- steps to a team that is not there, or no longer ----------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_that_does_not_exist_refuses_every_step_and_stays_away) {
  team_context team;
  refused_by<TransferConfirm>(team, reserve("t-1", 0));
  refused_by<TransferConfirm>(team, release("t-1", 1));
  refused_by<TransferConfirm>(team, sign("t-1", player_called("Newcomer", 9)));
  refused_by<SquadChanged>(team, squad_add(player_called("Newcomer", 9)));
  refused_by<SquadChanged>(team, squad_update(9, player_called("Newcomer", 9)));
  refused_by<SquadChanged>(team, squad_remove(9));
  auto done = answer_of<TransferConfirm>(team, cancel("t-1"));
  BOOST_TEST(done.code() == 0u);
}

BOOST_AUTO_TEST_CASE(a_transfer_goes_on_while_a_team_changes_its_league) {
  auto team = with_signed_player();
  auto down = to_arsenal<InfoTeamRelegated>();
  down.set_to_league("en.2");
  team.take(down);
  BOOST_TEST(answer_of<TransferConfirm>(team, pay_as_buyer("t-1", 60)).code() == 0u);
  BOOST_TEST(balance_of(team.now().details(), "GBP") == 40);
}

BOOST_AUTO_TEST_CASE(a_team_that_left_the_pyramid_begins_no_transfer_and_ends_the_open_ones) {
  auto team = with_signed_player();
  team.take(to_arsenal<InfoTeamRelegated>());
  refused_by<TransferConfirm>(team, reserve("t-2", 0));
  refused_by<TransferConfirm>(team, release("t-2", 1));
  BOOST_TEST(answer_of<TransferConfirm>(team, pay_as_buyer("t-1", 60)).code() == 0u);
  BOOST_TEST(team.now().details().transfers_size() == 0);
}

// A squad that the team brings back must not make a player of an open transfer disappear.
BOOST_AUTO_TEST_CASE(a_team_that_is_back_with_another_squad_keeps_what_its_open_transfers_need) {
  auto team = with_signed_player();
  team.take(to_arsenal<InfoTeamRelegated>());
  team.take(arsenal(2));
  BOOST_TEST(key_in(team, 9) == "chelsea.4");
  confirmed(team, cancel("t-1"));
  BOOST_TEST(actors::find_player(team.now().details(), "chelsea.4") == nullptr);
  BOOST_TEST(squad_size(team) == 2);
}

// -- at random ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(after_any_steps_in_any_order_squad_money_and_transfers_agree) {
  uint64_t random = 3;
  auto pick = [&random](uint32_t below) {
    random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return static_cast<uint32_t>((random >> 33) % below);
  };
  constexpr uint32_t most = 6, least = 2;
  for (int round = 0; round < 50; ++round) {
    auto team = team_of(4, 500);
    for (int step = 0; step < 120; ++step) {
      auto bought = "b-" + std::to_string(pick(4));
      auto sold = "s-" + std::to_string(pick(4));
      auto shirt = 1 + pick(8);
      switch (pick(8)) {
        case 0:
          team.take(reserve(bought, 90, most));
          break;
        case 1:
          team.take(release(sold, shirt, least));
          break;
        case 2:
          team.take(sign(bought, player_called("Signed", shirt)));
          break;
        case 3:
          if (team.refusal_of(pay_as_buyer(bought, 90)) == "taken")
            team.take(pay_as_buyer(bought, 90));
          break;
        case 4:
          team.take(pay_as_seller(sold, 70));
          break;
        case 5:
          team.take(cancel(pick(2) == 0 ? bought : sold));
          break;
        case 6:
          team.take(squad_add(player_called("Added", shirt), most));
          break;
        default:
          team.take(squad_remove(shirt, least));
          break;
      }
      auto& details = team.now().details();
      BOOST_TEST_REQUIRE(balances(details));
      BOOST_TEST_REQUIRE(details.squad_size() <= static_cast<int>(most));
      BOOST_TEST_REQUIRE(details.squad_size() >= static_cast<int>(least));
      BOOST_TEST_REQUIRE(balance_of(details, "GBP") >= 0);
      BOOST_TEST_REQUIRE(held_of(details, "GBP") <= balance_of(details, "GBP"));
      BOOST_TEST_REQUIRE(shirts(team).size() == static_cast<size_t>(details.squad_size()));
      for (auto& x : details.squad())
        if (!x.transfer().empty())
          BOOST_TEST_REQUIRE(actors::find_transfer(details, x.transfer())->step() == SIGN);
    }
  }
}
