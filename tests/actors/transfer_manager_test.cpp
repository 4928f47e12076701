// The transfer manager, decision by decision. Its transfers as a whole are in
// transfer_saga_test.cpp.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/transfer_manager/transfer_manager.hpp"
#include "tests/actors/lone_context.hpp"

using namespace touchline;
using namespace touchline::testing;
using actors::transfer_manager;
using boost::test_tools::per_element;
using names = std::vector<std::string>;

namespace {

constexpr int64_t start_ms = 1'660'000'000'000; // 2022-08-08, 23:06:40 UTC

using decision = actors::decision<actors::TransferManagerEvent>;

header command_head(const std::string& id) {
  header head;
  head.id = id;
  head.time_ms = start_ms;
  head.deadline_ms = start_ms + 5'000;
  return head;
}

/// A transfer manager that is told who sends and when.
class transfers_context : public lone_context<transfer_manager> {
public:
  using lone_context::refusal_of;
  using lone_context::take;

  template <class Message>
  decision take(const Message& message, const header& head) {
    auto decided = transfer_manager::decide(now(), message, head);
    auto why = decided ? std::string{} : decided.error().text;
    BOOST_TEST_REQUIRE(why == "");
    for (auto& x : decided->events)
      transfer_manager::apply(edit(), x);
    return std::move(*decided);
  }

  template <class Message>
  std::string refusal_of(const Message& message, const header& head) const {
    auto decided = transfer_manager::decide(now(), message, head);
    return decided ? "taken"
                   : std::string{error_name(decided.error().code)} + ": " + decided.error().text;
  }
};

LeagueRules summer_and_winter() {
  LeagueRules rules;
  rules.set_squad_min(11);
  rules.set_squad_max(30);
  for (auto& [name, from, to] :
       {std::tuple{"summer", "06-10", "09-01"}, std::tuple{"winter", "12-28", "02-01"}}) {
    auto& window = *rules.add_windows();
    window.set_name(name);
    window.set_from(from);
    window.set_to(to);
  }
  return rules;
}

InfoLeagueConfigured configured(const LeagueRules& rules) {
  InfoLeagueConfigured result;
  result.set_league("en.1");
  *result.mutable_rules() = rules;
  return result;
}

transfers_context open_league() {
  transfers_context league;
  league.take(configured(summer_and_winter()));
  return league;
}

Money pounds(int64_t minor_units, const std::string& currency = "GBP") {
  Money result;
  result.set_minor_units(minor_units);
  result.set_currency(currency);
  return result;
}

/// Elm buys Ann from ash.
TransferIn move() {
  TransferIn x;
  x.set_league("en.1");
  x.set_team("elm");
  x.set_from_team("ash");
  x.mutable_player()->set_player("ann");
  *x.mutable_fee() = pounds(700);
  return x;
}

/// Elm takes a player from outside the league.
TransferIn move_in() {
  TransferIn x;
  x.set_league("en.1");
  x.set_team("elm");
  x.mutable_player()->set_name("Nell New");
  x.mutable_player()->set_position("GK");
  x.mutable_player()->set_date_of_birth("2000-02-29");
  x.mutable_player()->set_wage_minor_units(100);
  *x.mutable_fee() = pounds(700);
  return x;
}

/// Ash lets number 9 go, to outside the league or to another team.
TransferOut move_out(const std::string& to = "") {
  TransferOut x;
  x.set_league("en.1");
  x.set_team("ash");
  x.set_shirt_number(9);
  x.set_to_team(to);
  *x.mutable_fee() = pounds(700);
  return x;
}

Player ann(uint32_t shirt_number) {
  Player x;
  x.set_player("ann");
  x.set_name("Ann Ash");
  x.set_position("FW");
  x.set_shirt_number(shirt_number);
  return x;
}

TransferConfirm confirm(const std::string& team, TransferStep step,
                        const std::string& transfer = "t1") {
  TransferConfirm x;
  x.set_league("en.1");
  x.set_team(team);
  x.set_transfer(transfer);
  x.set_step(step);
  x.set_team_league(team == "ash" ? "en.2" : "en.1");
  x.set_season("2022-23");
  return x;
}

TransferConfirm confirm(const std::string& team, TransferStep step, const Player& player) {
  auto x = confirm(team, step);
  *x.mutable_player() = player;
  return x;
}

TransferConfirm refused(const std::string& team, TransferStep step, const std::string& transfer) {
  auto x = confirm(team, step, transfer);
  x.set_code(CONFLICT);
  x.set_text("The team " + team + " will not.");
  return x;
}

TransferConfirm refused(const std::string& team, TransferStep step) {
  return refused(team, step, "t1");
}

DeadlinePassed deadline(int64_t ms) {
  DeadlinePassed x;
  x.set_key("en");
  x.set_deadline_ms(ms);
  return x;
}

Transfers list_of(transfers_context& league) {
  TransferList message;
  message.set_league("en.1");
  return league.answer<Transfers>(message);
}

TransferGet get(const std::string& transfer) {
  TransferGet message;
  message.set_league("en.1");
  message.set_transfer(transfer);
  return message;
}

TransferState state_of(transfers_context& league, const std::string& transfer = "t1") {
  return league.answer<TransferDetails>(get(transfer)).state();
}

/// A move between teams that waits for the given step.
transfers_context move_before(TransferStep step) {
  auto league = open_league();
  league.take(move(), command_head("t1"));
  if (step == RESERVE)
    return league;
  league.take(confirm("elm", RESERVE));
  if (step == RELEASE)
    return league;
  league.take(confirm("ash", RELEASE, ann(9)));
  if (step == SIGN)
    return league;
  league.take(confirm("elm", SIGN, ann(10)));
  return league;
}

/// "t1 conflict: The team ash will not." for every answer to a deferred command.
names late_answers(const decision& x) {
  names result;
  for (auto& y : x.late_answers)
    result.push_back(y.command + ' ' + std::string{error_name(y.outcome.code)}
                     + (y.outcome.text.empty() ? "" : ": " + y.outcome.text));
  return result;
}

/// "transfer.cancel ash" for every message.
names sent_to(const decision& x) {
  names result;
  for (auto& y : x.messages) {
    const auto& field = *y.body->GetDescriptor()->FindFieldByName("team");
    result.push_back(catalogue_data::find(y.number)->name + ' '
                     + y.body->GetReflection()->GetString(*y.body, &field));
  }
  return result;
}

} // namespace

// -- a move between two teams ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_move_begins_with_the_buyer_and_is_answered_later) {
  auto league = open_league();
  auto decision = league.take(move(), command_head("t1"));
  BOOST_TEST(decision.deferred);
  BOOST_TEST(decision.late_answers.empty());
  BOOST_TEST(names_of(decision) == names{"transfer.reserve"}, per_element());
  BOOST_TEST(shown(sent<TransferReserve>(decision).front())
             == "league: \"en.1\" team: \"elm\" transfer: \"t1\" "
                "fee { minor_units: 700 currency: \"GBP\" } squad_max: 30");
  BOOST_TEST(shown(league.answer<TransferDetails>(get("t1")))
             == "transfer: \"t1\" league: \"en.1\" from_team: \"ash\" to_team: \"elm\" "
                "player { player: \"ann\" } fee { minor_units: 700 currency: \"GBP\" } "
                "date: \"2022-08-08\" state: RESERVING deadline_ms: 1660000005000");
}

BOOST_AUTO_TEST_CASE(when_the_buyer_has_reserved_the_seller_is_asked) {
  auto league = move_before(RESERVE);
  auto decision = league.take(confirm("elm", RESERVE));
  BOOST_TEST(names_of(decision) == names{"transfer.release"}, per_element());
  BOOST_TEST(shown(sent<TransferRelease>(decision).front())
             == "league: \"en.1\" team: \"ash\" transfer: \"t1\" player: \"ann\" squad_min: 11");
  BOOST_TEST(state_of(league) == RELEASING);
}

BOOST_AUTO_TEST_CASE(when_the_seller_has_let_the_player_go_the_buyer_signs_him) {
  auto league = move_before(RELEASE);
  auto decision = league.take(confirm("ash", RELEASE, ann(9)));
  BOOST_TEST(names_of(decision) == names{"transfer.sign"}, per_element());
  BOOST_TEST(shown(sent<TransferSign>(decision).front())
             == "league: \"en.1\" team: \"elm\" transfer: \"t1\" player { name: \"Ann Ash\" "
                "position: \"FW\" shirt_number: 9 player: \"ann\" }");
  BOOST_TEST(state_of(league) == SIGNING);
}

BOOST_AUTO_TEST_CASE(the_wanted_shirt_number_goes_to_the_buyer) {
  auto in = open_league();
  auto message = move();
  message.mutable_player()->set_shirt_number(77);
  in.take(message, command_head("t1"));
  auto asked = in.take(confirm("elm", RESERVE));
  BOOST_TEST(sent<TransferRelease>(asked).front().shirt_number() == 0u);
  auto decision = in.take(confirm("ash", RELEASE, ann(9)));
  BOOST_TEST(sent<TransferSign>(decision).front().player().shirt_number() == 77u);
  auto away = open_league();
  auto other = move_out("elm");
  other.set_new_shirt_number(8);
  away.take(other, command_head("t1"));
  away.take(confirm("elm", RESERVE));
  decision = away.take(confirm("ash", RELEASE, ann(9)));
  BOOST_TEST(sent<TransferSign>(decision).front().player().shirt_number() == 8u);
}

BOOST_AUTO_TEST_CASE(when_the_buyer_has_signed_both_pay) {
  auto league = move_before(SIGN);
  auto decision = league.take(confirm("elm", SIGN, ann(10)));
  BOOST_TEST(names_of(decision) == names{"transfer.pay"}, per_element());
  BOOST_TEST(shown(sent<TransferPay>(decision).front())
             == "league: \"en.1\" from_team: \"ash\" to_team: \"elm\" transfer: \"t1\" "
                "fee { minor_units: 700 currency: \"GBP\" }");
  BOOST_TEST(state_of(league) == PAYING);
  BOOST_TEST(decision.late_answers.empty());
}

BOOST_AUTO_TEST_CASE(a_move_is_complete_when_both_have_paid) {
  for (auto& order : {std::pair{"ash", "elm"}, std::pair{"elm", "ash"}}) {
    auto league = move_before(PAY);
    auto first = league.take(confirm(order.first, PAY));
    BOOST_TEST(first.messages.empty());
    BOOST_TEST(first.late_answers.empty());
    BOOST_TEST(state_of(league) == PAYING);
    auto decision = league.take(confirm(order.second, PAY));
    BOOST_TEST(names_of(decision)
                 == (names{"info.playertransferredout", "info.playertransferredin"}),
               per_element());
    BOOST_TEST(late_answers(decision) == names{"t1 ok"}, per_element());
    BOOST_TEST(state_of(league) == COMPLETED);
    BOOST_TEST(list_of(league).completed() == 1u);
    BOOST_TEST(list_of(league).open_size() == 0);
    BOOST_TEST(list_of(league).outside_size() == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_is_published_names_the_league_and_season_of_each_team) {
  auto league = move_before(PAY);
  league.take(confirm("ash", PAY));
  auto decision = league.take(confirm("elm", PAY));
  BOOST_TEST(shown(sent<InfoPlayerTransferredOut>(decision).front())
             == "league: \"en.2\" season: \"2022-23\" team: \"ash\" player: \"Ann Ash\" "
                "details { name: \"Ann Ash\" position: \"FW\" shirt_number: 9 player: \"ann\" } "
                "other_team: \"elm\" fee { minor_units: 700 currency: \"GBP\" } transfer: \"t1\"");
  BOOST_TEST(shown(sent<InfoPlayerTransferredIn>(decision).front())
             == "league: \"en.1\" season: \"2022-23\" team: \"elm\" player: \"Ann Ash\" "
                "details { name: \"Ann Ash\" position: \"FW\" shirt_number: 10 player: \"ann\" } "
                "other_team: \"ash\" fee { minor_units: 700 currency: \"GBP\" } transfer: \"t1\"");
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_completed_transfer_is_what_it_became) {
  auto league = move_before(SIGN);
  auto signed_player = ann(10);
  signed_player.set_transfer("t1");
  league.take(confirm("elm", SIGN, signed_player));
  league.take(confirm("ash", PAY));
  auto decision = league.take(confirm("elm", PAY));
  TransferDetails reply;
  BOOST_TEST_REQUIRE(decision.late_answers.size() == 1u);
  BOOST_TEST_REQUIRE(reply.ParseFromString(decision.late_answers.front().reply));
  BOOST_TEST(shown(reply)
             == "transfer: \"t1\" league: \"en.1\" from_team: \"ash\" to_team: \"elm\" "
                "player { name: \"Ann Ash\" position: \"FW\" shirt_number: 10 player: \"ann\" } "
                "fee { minor_units: 700 currency: \"GBP\" } date: \"2022-08-08\" "
                "state: COMPLETED deadline_ms: 1660000005000");
}

BOOST_AUTO_TEST_CASE(a_player_is_named_by_key_or_by_name_or_by_shirt_number) {
  auto by_name = open_league();
  auto message = move();
  message.mutable_player()->clear_player();
  message.mutable_player()->set_name("Ann Ash");
  by_name.take(message, command_head("t1"));
  auto decision = by_name.take(confirm("elm", RESERVE));
  BOOST_TEST(shown(sent<TransferRelease>(decision).front())
             == "league: \"en.1\" team: \"ash\" transfer: \"t1\" name: \"Ann Ash\" squad_min: 11");
  auto by_number = open_league();
  by_number.take(move_out("elm"), command_head("t1"));
  decision = by_number.take(confirm("elm", RESERVE));
  BOOST_TEST(shown(sent<TransferRelease>(decision).front())
             == "league: \"en.1\" team: \"ash\" transfer: \"t1\" shirt_number: 9 squad_min: 11");
}

BOOST_AUTO_TEST_CASE(a_free_transfer_moves_no_money) {
  auto league = open_league();
  auto message = move();
  message.clear_fee();
  auto decision = league.take(message, command_head("t1"));
  BOOST_TEST(!sent<TransferReserve>(decision).front().has_fee());
  league.take(confirm("elm", RESERVE));
  league.take(confirm("ash", RELEASE, ann(9)));
  decision = league.take(confirm("elm", SIGN, ann(9)));
  BOOST_TEST(!sent<TransferPay>(decision).front().has_fee());
}

// -- into the league, and out of it ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_from_outside_is_reserved_signed_and_paid_for_by_the_buyer_alone) {
  auto league = open_league();
  auto decision = league.take(move_in(), command_head("t1"));
  BOOST_TEST(names_of(decision) == names{"transfer.reserve"}, per_element());
  decision = league.take(confirm("elm", RESERVE));
  BOOST_TEST(names_of(decision) == names{"transfer.sign"}, per_element());
  BOOST_TEST(shown(sent<TransferSign>(decision).front().player())
             == "name: \"Nell New\" position: \"GK\" date_of_birth: \"2000-02-29\" "
                "wage_minor_units: 100");
  auto player = move_in().player();
  player.set_player("elm.1");
  decision = league.take(confirm("elm", SIGN, player));
  BOOST_TEST(shown(sent<TransferPay>(decision).front())
             == "league: \"en.1\" to_team: \"elm\" transfer: \"t1\" "
                "fee { minor_units: 700 currency: \"GBP\" }");
  decision = league.take(confirm("elm", PAY));
  BOOST_TEST(names_of(decision) == names{"info.playertransferredin"}, per_element());
  BOOST_TEST(sent<InfoPlayerTransferredIn>(decision).front().details().player() == "elm.1");
  BOOST_TEST(sent<InfoPlayerTransferredIn>(decision).front().other_team() == "");
  BOOST_TEST(late_answers(decision) == names{"t1 ok"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_player_who_leaves_the_league_is_released_and_paid_for_by_the_seller_alone) {
  auto league = open_league();
  auto decision = league.take(move_out(), command_head("t1"));
  BOOST_TEST(names_of(decision) == names{"transfer.release"}, per_element());
  BOOST_TEST(state_of(league) == RELEASING);
  decision = league.take(confirm("ash", RELEASE, ann(9)));
  BOOST_TEST(shown(sent<TransferPay>(decision).front())
             == "league: \"en.1\" from_team: \"ash\" transfer: \"t1\" "
                "fee { minor_units: 700 currency: \"GBP\" }");
  decision = league.take(confirm("ash", PAY));
  BOOST_TEST(names_of(decision) == names{"info.playertransferredout"}, per_element());
  BOOST_TEST(late_answers(decision) == names{"t1 ok"}, per_element());
}

BOOST_AUTO_TEST_CASE(fees_from_and_to_outside_are_summed_by_currency_when_they_are_paid) {
  auto league = open_league();
  auto buy = [&league](const std::string& id, const Money& fee) {
    auto message = move_in();
    *message.mutable_fee() = fee;
    league.take(message, command_head(id));
    league.take(confirm("elm", RESERVE, id));
    league.take(confirm("elm", SIGN, id));
    auto before = list_of(league).outside_size();
    league.take(confirm("elm", PAY, id));
    return before;
  };
  BOOST_TEST(buy("t1", pounds(700)) == 0);
  buy("t2", pounds(50));
  buy("t3", pounds(9, "EUR"));
  buy("t4", pounds(0, "USD"));
  league.take(move_out(), command_head("t5"));
  league.take(confirm("ash", RELEASE, "t5"));
  league.take(confirm("ash", PAY, "t5"));
  auto sums = list_of(league);
  BOOST_TEST_REQUIRE(sums.outside_size() == 2);
  BOOST_TEST(shown(sums.outside(0)) == "minor_units: 50 currency: \"GBP\"");
  BOOST_TEST(shown(sums.outside(1)) == "minor_units: 9 currency: \"EUR\"");
}

// -- refusals by a team ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_buyer_who_refuses_to_reserve_ends_the_transfer) {
  auto league = move_before(RESERVE);
  auto decision = league.take(refused("elm", RESERVE));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(late_answers(decision) == names{"t1 conflict: The team elm will not."}, per_element());
  auto details = league.answer<TransferDetails>(get("t1"));
  BOOST_TEST(details.state() == CANCELLED);
  BOOST_TEST(details.reason() == "The team elm will not.");
  BOOST_TEST(list_of(league).cancelled() == 1u);
}

BOOST_AUTO_TEST_CASE(a_seller_who_refuses_frees_the_buyer) {
  auto league = move_before(RELEASE);
  auto decision = league.take(refused("ash", RELEASE));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel elm"}, per_element());
  BOOST_TEST(late_answers(decision) == names{"t1 conflict: The team ash will not."}, per_element());
  BOOST_TEST(state_of(league) == CANCELLING);
  decision = league.take(confirm("elm", CANCEL));
  BOOST_TEST(decision.late_answers.empty());
  BOOST_TEST(state_of(league) == CANCELLED);
}

BOOST_AUTO_TEST_CASE(a_seller_who_does_not_let_a_player_leave_the_league_ends_the_transfer) {
  auto league = open_league();
  league.take(move_out(), command_head("t1"));
  auto decision = league.take(refused("ash", RELEASE));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(late_answers(decision).size() == 1u);
  BOOST_TEST(state_of(league) == CANCELLED);
}

BOOST_AUTO_TEST_CASE(a_buyer_who_refuses_to_sign_is_undone_before_the_seller) {
  auto league = move_before(SIGN);
  auto decision = league.take(refused("elm", SIGN));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel elm"}, per_element());
  BOOST_TEST(late_answers(decision) == names{"t1 conflict: The team elm will not."}, per_element());
  decision = league.take(confirm("elm", CANCEL));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel ash"}, per_element());
  BOOST_TEST(state_of(league) == CANCELLING);
  decision = league.take(confirm("ash", CANCEL));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(state_of(league) == CANCELLED);
}

BOOST_AUTO_TEST_CASE(a_refusal_without_a_sentence_or_with_an_unknown_code_gets_one) {
  auto league = move_before(RESERVE);
  auto message = refused("elm", RESERVE);
  message.clear_text();
  message.set_code(9'999);
  BOOST_TEST(late_answers(league.take(message))
               == names{"t1 conflict: The team \"elm\" refuses the step RESERVE of the transfer."},
             per_element());
}

BOOST_AUTO_TEST_CASE(paying_and_undoing_cannot_be_refused) {
  auto paying = move_before(PAY);
  BOOST_TEST(paying.refusal_of(refused("ash", PAY))
             == "conflict: The step PAY of a transfer cannot be refused, as the team \"ash\" does: "
                "The team ash will not.");
  auto cancelling = move_before(RELEASE);
  cancelling.take(refused("ash", RELEASE));
  BOOST_TEST(
    cancelling.refusal_of(refused("elm", CANCEL)).starts_with("conflict: The step CANCEL"));
}

// -- deadlines ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_buyer_who_is_silent_is_asked_to_undo) {
  auto league = move_before(RESERVE);
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == start_ms + 5'000);
  auto decision = league.take(deadline(start_ms + 5'000));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel elm"}, per_element());
  BOOST_TEST(late_answers(decision)
               == names{"t1 deadline-exceeded: The team \"elm\" did not confirm the step RESERVE "
                        "before the deadline."},
             per_element());
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == 0);
}

BOOST_AUTO_TEST_CASE(when_the_seller_is_silent_both_are_asked_to_undo_the_seller_first) {
  auto league = move_before(RELEASE);
  auto decision = league.take(deadline(start_ms + 6'000));
  BOOST_TEST(sent_to(decision) == (names{"transfer.cancel ash", "transfer.cancel elm"}),
             per_element());
  BOOST_TEST(late_answers(decision)
               == names{"t1 deadline-exceeded: The team \"ash\" did not confirm the step RELEASE "
                        "before the deadline."},
             per_element());
  league.take(confirm("elm", CANCEL));
  BOOST_TEST(state_of(league) == CANCELLING);
  league.take(confirm("ash", CANCEL));
  BOOST_TEST(state_of(league) == CANCELLED);
}

BOOST_AUTO_TEST_CASE(when_the_buyer_does_not_sign_he_is_undone_before_the_seller) {
  auto league = move_before(SIGN);
  auto decision = league.take(deadline(start_ms + 5'000));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel elm"}, per_element());
  BOOST_TEST(late_answers(decision)
               == names{"t1 deadline-exceeded: The team \"elm\" did not confirm the step SIGN "
                        "before the deadline."},
             per_element());
  decision = league.take(confirm("elm", CANCEL));
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel ash"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_being_paid_has_no_deadline) {
  auto league = move_before(PAY);
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == 0);
  auto decision = league.take(deadline(start_ms + 5'000));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(decision.late_answers.empty());
  BOOST_TEST(state_of(league) == PAYING);
}

BOOST_AUTO_TEST_CASE(a_deadline_calls_off_what_is_due_and_nothing_else) {
  auto league = open_league();
  for (auto& [id, ms] : {std::pair{"t1", 300}, std::pair{"t2", 100}, std::pair{"t3", 200}}) {
    auto head = command_head(id);
    head.deadline_ms = start_ms + ms;
    league.take(move(), head);
  }
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == start_ms + 100);
  auto decision = league.take(deadline(start_ms + 99));
  BOOST_TEST(decision.late_answers.empty());
  decision = league.take(deadline(start_ms + 200));
  BOOST_TEST(decision.late_answers.size() == 2u);
  BOOST_TEST(state_of(league, "t1") == RESERVING);
  BOOST_TEST(state_of(league, "t2") == CANCELLING);
  BOOST_TEST(state_of(league, "t3") == CANCELLING);
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == start_ms + 300);
}

BOOST_AUTO_TEST_CASE(a_deadline_passes_once) {
  auto league = move_before(RESERVE);
  league.take(deadline(start_ms + 5'000));
  BOOST_TEST(league.changes_nothing(deadline(start_ms + 5'000)));
  BOOST_TEST(league.changes_nothing(deadline(start_ms + 4'000)));
}

BOOST_AUTO_TEST_CASE(a_command_that_comes_after_its_deadline_is_refused) {
  auto league = open_league();
  league.take(deadline(start_ms + 5'000));
  BOOST_TEST(league.refusal_of(move(), command_head("t1"))
             == "deadline-exceeded: The deadline of the transfer \"t1\" has passed; send the "
                "command again.");
  auto head = command_head("t1");
  ++head.deadline_ms;
  BOOST_TEST(league.refusal_of(move(), head) == "taken");
}

BOOST_AUTO_TEST_CASE(a_command_without_a_deadline_has_thirty_seconds) {
  auto league = open_league();
  auto head = command_head("t1");
  head.deadline_ms = 0;
  league.take(move(), head);
  BOOST_TEST(transfer_manager::deadline_ms(league.now()) == start_ms + 30'000);
}

// -- confirmations that come late -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_step_that_was_done_before_the_cancellation_arrived_is_ignored) {
  auto league = move_before(SIGN);
  league.take(deadline(start_ms + 5'000));
  BOOST_TEST(league.changes_nothing(confirm("elm", SIGN, ann(10))));
  BOOST_TEST(league.changes_nothing(refused("elm", SIGN)));
  BOOST_TEST(league.changes_nothing(confirm("ash", RELEASE, ann(9))));
  BOOST_TEST(league.changes_nothing(confirm("ash", CANCEL)));
}

BOOST_AUTO_TEST_CASE(a_step_done_after_it_was_undone_is_undone_again) {
  auto league = move_before(RELEASE);
  league.take(deadline(start_ms + 5'000));
  league.take(confirm("ash", CANCEL));
  auto decision = league.take(confirm("ash", RELEASE, ann(9)));
  BOOST_TEST(decision.events.empty());
  BOOST_TEST(sent_to(decision) == names{"transfer.cancel ash"}, per_element());
  BOOST_TEST(league.changes_nothing(confirm("ash", CANCEL)));
  league.take(confirm("elm", CANCEL));
  decision = league.take(confirm("elm", RESERVE));
  BOOST_TEST(shown(sent<TransferCancel>(decision).front())
             == "league: \"en.1\" team: \"elm\" transfer: \"t1\"");
  BOOST_TEST(league.changes_nothing(confirm("elm", CANCEL)));
  BOOST_TEST(league.changes_nothing(refused("elm", RESERVE)));
}

BOOST_AUTO_TEST_CASE(a_step_of_a_transfer_that_nobody_remembers_is_undone) {
  auto league = open_league();
  BOOST_TEST(sent_to(league.take(confirm("ash", RELEASE, "t0"))) == names{"transfer.cancel ash"},
             per_element());
  BOOST_TEST(league.changes_nothing(confirm("ash", PAY, "t0")));
  BOOST_TEST(league.changes_nothing(confirm("ash", CANCEL, "t0")));
  BOOST_TEST(league.changes_nothing(refused("ash", SIGN, "t0")));
}

BOOST_AUTO_TEST_CASE(confirmations_of_a_completed_transfer_are_ignored) {
  auto league = move_before(PAY);
  league.take(confirm("ash", PAY));
  league.take(confirm("elm", PAY));
  for (auto step : {RESERVE, RELEASE, SIGN, PAY, CANCEL})
    for (auto team : {"ash", "elm"}) {
      BOOST_TEST(league.changes_nothing(confirm(team, step)));
      BOOST_TEST(league.changes_nothing(refused(team, step)));
    }
}

BOOST_AUTO_TEST_CASE(a_confirmation_of_another_step_or_by_another_team_is_ignored) {
  auto league = move_before(RELEASE);
  for (auto step : {NO_STEP, RESERVE, SIGN, PAY, CANCEL})
    BOOST_TEST(league.changes_nothing(confirm("ash", step)), TransferStep_Name(step));
  BOOST_TEST(league.changes_nothing(confirm("elm", RELEASE)));
  BOOST_TEST(league.changes_nothing(confirm("oak", RELEASE)));
  BOOST_TEST(league.changes_nothing(refused("oak", RELEASE)));
  BOOST_TEST(league.changes_nothing(confirm("", RELEASE)));
  BOOST_TEST(state_of(league) == RELEASING);
}

// -- windows --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_windows_nobody_moves) {
  transfers_context league;
  auto expected
    = "conflict: The league en.1 has no transfer windows; set them with league.configure.";
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == expected);
  BOOST_TEST(league.refusal_of(move_out(), command_head("t1")) == expected);
  league.take(configured(summer_and_winter()));
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == "taken");
  league.take(configured({}));
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == expected);
}

BOOST_AUTO_TEST_CASE(
  a_day_is_in_a_window_from_its_first_day_to_its_last_over_the_turn_of_the_year) {
  auto league = open_league();
  auto taken = [&league](const std::string& date) {
    auto message = move();
    message.set_date(date);
    return league.refusal_of(message, command_head("t1")) == "taken";
  };
  for (auto date : {"2022-06-10", "2022-09-01", "2022-12-28", "2022-12-31", "2023-01-01",
                    "2023-02-01", "1999-07-01"})
    BOOST_TEST(taken(date), date);
  for (auto date : {"2022-06-09", "2022-09-02", "2022-12-27", "2023-02-02", "2024-02-29"})
    BOOST_TEST(!taken(date), date);
}

BOOST_AUTO_TEST_CASE(a_day_outside_of_the_windows_is_refused_with_the_windows) {
  auto league = open_league();
  auto message = move_out();
  message.set_date("2022-10-01");
  BOOST_TEST(league.refusal_of(message, command_head("t1"))
             == "conflict: The day 2022-10-01 is in no transfer window of the league en.1: "
                "summer (06-10 to 09-01), winter (12-28 to 02-01).");
}

BOOST_AUTO_TEST_CASE(the_day_of_the_command_counts_when_none_is_given) {
  auto league = open_league();
  auto refusal_at = [&league](int64_t time_ms) {
    auto head = command_head("t1");
    head.time_ms = time_ms;
    return league.refusal_of(move(), head);
  };
  constexpr int64_t begin_of_june_10th = 1'654'819'200'000;
  BOOST_TEST(refusal_at(begin_of_june_10th) == "taken");
  BOOST_TEST(
    refusal_at(begin_of_june_10th - 1).starts_with("conflict: The day 2022-06-09 is in no"));
}

BOOST_AUTO_TEST_CASE(a_date_is_a_day_of_the_calendar) {
  auto league = open_league();
  for (auto date : {"2022-02-30", "2022-7-1", "2022/07/01", "22-07-01", "2022-07-01x", "x",
                    "2022-07-+1", "-022-07-01"}) {
    auto message = move();
    message.set_date(date);
    BOOST_TEST(league.refusal_of(message, command_head("t1"))
               == std::string{"invalid-argument: The date of a transfer must be YYYY-MM-DD, not \""}
                    + date + "\".");
  }
}

BOOST_AUTO_TEST_CASE(new_rules_count_for_the_steps_that_follow) {
  auto league = move_before(RESERVE);
  auto rules = summer_and_winter();
  rules.set_squad_min(3);
  auto decision = league.take(configured(rules));
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  decision = league.take(confirm("elm", RESERVE));
  BOOST_TEST(sent<TransferRelease>(decision).front().squad_min() == 3u);
}

// They were in a dead letter that somebody retried late.
BOOST_AUTO_TEST_CASE(rules_that_come_after_newer_ones_change_nothing) {
  transfers_context league;
  auto newer = summer_and_winter();
  newer.set_revision(2);
  league.take(configured(newer));
  LeagueRules older;
  older.set_revision(1);
  BOOST_TEST(league.changes_nothing(configured(older)));
}

BOOST_AUTO_TEST_CASE(a_squad_has_at_most_64_players_when_the_rules_do_not_say) {
  transfers_context league;
  auto rules = summer_and_winter();
  rules.clear_squad_max();
  league.take(configured(rules));
  auto decision = league.take(move(), command_head("t1"));
  BOOST_TEST(sent<TransferReserve>(decision).front().squad_max() == 64u);
}

// -- commands that are refused --------------------------------------------------------------------

namespace {

template <class Change>
std::string refusal_of_in(TransferIn message, const Change& change) {
  auto league = open_league();
  change(message);
  return league.refusal_of(message, command_head("t1"));
}

template <class Change>
std::string refusal_of_out(TransferOut message, const Change& change) {
  auto league = open_league();
  change(message);
  return league.refusal_of(message, command_head("t1"));
}

std::string bad_key(const std::string& what) {
  return "invalid-argument: " + what
         + " must be 1 to 64 lower case letters, digits, hyphens and points.";
}

} // namespace

BOOST_AUTO_TEST_CASE(keys_that_are_none_are_refused) {
  for (auto key : {"EN 1", "en/1"}) {
    BOOST_TEST(refusal_of_in(move(), [key](auto& x) { x.set_league(key); })
               == bad_key("The league's key"));
    BOOST_TEST(refusal_of_in(move(), [key](auto& x) { x.set_team(key); })
               == bad_key("The team's key"));
    BOOST_TEST(refusal_of_in(move(), [key](auto& x) { x.set_from_team(key); })
               == bad_key("The key of the team that he comes from"));
    BOOST_TEST(refusal_of_in(move(), [key](auto& x) { x.mutable_player()->set_player(key); })
               == bad_key("The player's key"));
    BOOST_TEST(refusal_of_out(move_out(), [key](auto& x) { x.set_league(key); })
               == bad_key("The league's key"));
    BOOST_TEST(refusal_of_out(move_out(), [key](auto& x) { x.set_team(key); })
               == bad_key("The team's key"));
    BOOST_TEST(refusal_of_out(move_out(), [key](auto& x) { x.set_to_team(key); })
               == bad_key("The key of the team that he goes to"));
  }
  BOOST_TEST(refusal_of_in(move(), [](auto& x) { x.clear_team(); }) == bad_key("The team's key"));
}

BOOST_AUTO_TEST_CASE(a_team_does_not_trade_with_itself) {
  auto expected = "invalid-argument: The team \"ash\" cannot move a player to itself.";
  BOOST_TEST(refusal_of_in(move(), [](auto& x) { x.set_team("ash"); }) == expected);
  BOOST_TEST(refusal_of_out(move_out(), [](auto& x) { x.set_to_team("ash"); }) == expected);
}

BOOST_AUTO_TEST_CASE(a_fee_is_from_nothing_to_the_largest_one) {
  auto refusal_of_fee = [](const Money& fee) {
    auto in = refusal_of_in(move(), [&fee](auto& x) { *x.mutable_fee() = fee; });
    auto out = refusal_of_out(move_out(), [&fee](auto& x) { *x.mutable_fee() = fee; });
    BOOST_TEST(in == out);
    return in;
  };
  BOOST_TEST(refusal_of_fee(pounds(0)) == "taken");
  BOOST_TEST(refusal_of_fee(pounds(actors::max_transfer_fee)) == "taken");
  for (auto units : {int64_t{-1}, actors::max_transfer_fee + 1, INT64_MIN, INT64_MAX})
    BOOST_TEST(refusal_of_fee(pounds(units))
               == "invalid-argument: The fee must be 0 to 1000000000000 minor units.");
  for (auto currency : {"", "GB", "gbp", "GBPX", "G1P"})
    BOOST_TEST(refusal_of_fee(pounds(1, currency))
               == "invalid-argument: The fee must be in a currency of three capital letters of ISO "
                  "4217, as in GBP.");
}

BOOST_AUTO_TEST_CASE(a_player_who_moves_is_named) {
  BOOST_TEST(refusal_of_in(move(), [](auto& x) { x.clear_player(); })
             == "invalid-argument: The player's name is empty; give it at least one letter.");
}

BOOST_AUTO_TEST_CASE(shirt_numbers_are_0_to_99_and_the_sellers_1_to_99) {
  auto of_in = [](uint32_t number) {
    return refusal_of_in(move(),
                         [number](auto& x) { x.mutable_player()->set_shirt_number(number); });
  };
  auto of_newcomer = [](uint32_t number) {
    return refusal_of_in(move_in(),
                         [number](auto& x) { x.mutable_player()->set_shirt_number(number); });
  };
  auto of_seller = [](uint32_t number) {
    return refusal_of_out(move_out(), [number](auto& x) { x.set_shirt_number(number); });
  };
  auto of_buyer = [](uint32_t number) {
    return refusal_of_out(move_out("elm"), [number](auto& x) { x.set_new_shirt_number(number); });
  };
  for (auto number : {1u, 99u})
    for (auto& refusal : {of_in(number), of_newcomer(number), of_seller(number), of_buyer(number)})
      BOOST_TEST(refusal == "taken");
  for (auto& refusal : {of_in(0), of_newcomer(0), of_buyer(0)})
    BOOST_TEST(refusal == "taken");
  for (auto& refusal : {of_in(100), of_newcomer(100)})
    BOOST_TEST(refusal == "invalid-argument: The shirt number must be 0 to 99, 0 for any.");
  BOOST_TEST(of_buyer(100) == "invalid-argument: The new shirt number must be 0 to 99, 0 for any.");
  for (auto number : {0u, 100u})
    BOOST_TEST(of_seller(number) == "invalid-argument: The shirt number must be 1 to 99.");
}

BOOST_AUTO_TEST_CASE(a_player_from_outside_is_somebody) {
  auto refusal_of_player = [](auto change) {
    return refusal_of_in(move_in(), [&change](auto& x) { change(*x.mutable_player()); });
  };
  BOOST_TEST(refusal_of_player([](Player& x) { x.clear_name(); })
             == "invalid-argument: A player's name is empty; give it at least one letter.");
  BOOST_TEST(refusal_of_player([](Player& x) { x.set_position("CB"); })
             == "invalid-argument: The position of Nell New must be GK, DF, MF or FW.");
  BOOST_TEST(refusal_of_player([](Player& x) { x.set_date_of_birth("2001-02-29"); })
             == "invalid-argument: The date of birth of Nell New must be a day YYYY-MM-DD, not "
                "\"2001-02-29\".");
  BOOST_TEST(refusal_of_player([](Player& x) { x.set_wage_minor_units(-1); })
             == "invalid-argument: The wage of Nell New must be 0 to 1000000000 minor units a "
                "week.");
  BOOST_TEST(refusal_of_player([](Player& x) { x.set_player("nell"); })
             == "invalid-argument: A player from outside the league gets his key from his team; "
                "leave it empty.");
}

BOOST_AUTO_TEST_CASE(an_id_is_used_once_while_the_transfer_is_open_and_after_it_has_ended) {
  auto league = move_before(RESERVE);
  auto expected = "already-exists: There is a transfer \"t1\" already; every transfer needs an id "
                  "of its own.";
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == expected);
  BOOST_TEST(league.refusal_of(move_out(), command_head("t1")) == expected);
  league.take(refused("elm", RESERVE));
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == expected);
  BOOST_TEST(league.refusal_of(move(), command_head("t2")) == "taken");
}

BOOST_AUTO_TEST_CASE(a_4097th_transfer_under_way_is_refused) {
  auto league = open_league();
  for (int i = 1; i <= 4'096; ++i)
    league.edit().add_open()->mutable_details()->set_transfer("old-" + std::to_string(i));
  BOOST_TEST(league.refusal_of(move(), command_head("t1"))
             == "overloaded: The league en.1 has 4096 transfers under way, the most; try again "
                "later.");
  league.edit().mutable_open()->RemoveLast();
  BOOST_TEST(league.refusal_of(move(), command_head("t1")) == "taken");
}

// -- senders, lists -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_transfer_that_another_entity_asks_for_has_the_id_of_its_message) {
  auto league = open_league();
  header head;
  head.from = "team-manager/en";
  head.sequence = 65'536;
  head.time_ms = start_ms;
  auto decision = league.take(move(), head);
  BOOST_TEST(!decision.deferred);
  BOOST_TEST(sent<TransferReserve>(decision).front().transfer() == "team-manager/en#65536");
}

BOOST_AUTO_TEST_CASE(an_unknown_transfer_cannot_be_read) {
  auto league = open_league();
  BOOST_TEST(
    league.refusal_of(get("t9"))
    == "not-found: The league en.1 has no transfer \"t9\" under way or among the last 256.");
}

BOOST_AUTO_TEST_CASE(a_league_without_transfers_has_an_empty_list) {
  transfers_context league;
  BOOST_TEST(shown(list_of(league)) == "league: \"en.1\"");
}

BOOST_AUTO_TEST_CASE(the_list_has_open_transfers_by_their_beginning_and_the_last_256_that_ended) {
  auto league = open_league();
  league.take(move(), command_head("first"));
  for (int i = 1; i <= 300; ++i) {
    auto id = "t" + std::to_string(i);
    league.take(move(), command_head(id));
    league.take(refused("elm", RESERVE, id));
  }
  league.take(move(), command_head("last"));
  auto list = list_of(league);
  BOOST_TEST_REQUIRE(list.open_size() == 2);
  BOOST_TEST(list.open(0).transfer() == "first");
  BOOST_TEST(list.open(1).transfer() == "last");
  BOOST_TEST_REQUIRE(list.closed_size() == 256);
  BOOST_TEST(list.closed(0).transfer() == "t45");
  BOOST_TEST(list.closed(255).transfer() == "t300");
  BOOST_TEST(list.cancelled() == 300u);
  BOOST_TEST(list.completed() == 0u);
  BOOST_TEST(league.refusal_of(get("t44")).starts_with("not-found"));
}
