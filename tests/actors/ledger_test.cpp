// The money of a team.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/team_manager/ledger.hpp"
#include "tests/actors/squad_messages.hpp"

using namespace touchline;
using namespace touchline::testing;
using actors::balance_of;
using actors::book;
using actors::can_book;
using actors::held_of;

namespace {

SponsorPay sponsors_pay(const std::vector<std::pair<std::string, Money>>& items) {
  auto result = to_arsenal<SponsorPay>();
  result.set_season("2022-23");
  for (auto& [sponsor, amount] : items) {
    auto& item = *result.add_items();
    item.set_sponsor(sponsor);
    *item.mutable_amount() = amount;
  }
  return result;
}

int64_t total_of(const TeamDetails& team, const std::string& kind,
                 const std::string& currency = "GBP") {
  int64_t result = 0;
  for (auto& x : team.totals())
    if (x.kind() == kind && x.amount().currency() == currency)
      result += x.amount().minor_units();
  return result;
}

} // namespace

// -- entries, totals and balances -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_entry_moves_the_balance_and_the_total_of_its_kind) {
  TeamDetails team;
  book(team, "capital", "", money(1'000));
  book(team, "sponsor", "2022-23 paper", money(300));
  book(team, "transfer", "t-1", money(-450));
  BOOST_TEST(balance_of(team, "GBP") == 850);
  BOOST_TEST(total_of(team, "capital") == 1'000);
  BOOST_TEST(total_of(team, "sponsor") == 300);
  BOOST_TEST(total_of(team, "transfer") == -450);
  BOOST_TEST_REQUIRE(team.ledger_size() == 3);
  BOOST_TEST(shown(team.ledger(2))
             == "kind: \"transfer\" reference: \"t-1\" "
                "amount { minor_units: -450 currency: \"GBP\" }");
  BOOST_TEST(balances(team));
}

BOOST_AUTO_TEST_CASE(currencies_are_never_mixed) {
  TeamDetails team;
  book(team, "capital", "", money(1'000, "GBP"));
  book(team, "capital", "", money(70, "EUR"));
  book(team, "transfer", "t-1", money(-20, "EUR"));
  BOOST_TEST(balance_of(team, "GBP") == 1'000);
  BOOST_TEST(balance_of(team, "EUR") == 50);
  BOOST_TEST(balance_of(team, "USD") == 0);
  BOOST_TEST(total_of(team, "capital", "EUR") == 70);
  BOOST_TEST(balances(team));
}

BOOST_AUTO_TEST_CASE(an_amount_of_zero_leaves_no_entry) {
  TeamDetails team;
  book(team, "transfer", "t-1", money(0));
  BOOST_TEST(shown(team) == "");
}

BOOST_AUTO_TEST_CASE(the_ledger_keeps_the_newest_64_entries_and_every_total) {
  TeamDetails team;
  for (int64_t i = 1; i <= 200; ++i)
    book(team, i % 2 == 0 ? "sponsor" : "transfer", std::to_string(i), money(i % 3 == 0 ? -i : i));
  BOOST_TEST_REQUIRE(team.ledger_size() == 64);
  BOOST_TEST(team.ledger(0).reference() == "137");
  BOOST_TEST(team.ledger(63).reference() == "200");
  int64_t expected = 0;
  for (int64_t i = 1; i <= 200; ++i)
    expected += i % 3 == 0 ? -i : i;
  BOOST_TEST(balance_of(team, "GBP") == expected);
  BOOST_TEST(balances(team));
}

BOOST_AUTO_TEST_CASE(after_any_entries_the_totals_add_up_to_the_balances) {
  TeamDetails team;
  std::map<std::string, int64_t> expected;
  uint64_t random = 7;
  for (int i = 0; i < 2'000; ++i) {
    random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    auto amount = static_cast<int64_t>(random >> 40) - (1 << 23);
    auto currency = std::vector<std::string>{"GBP", "EUR", "USD"}[random >> 33 & 1];
    auto kind
      = std::vector<std::string>{"capital", "sponsor", "transfer", "transfer"}[random >> 36 & 3];
    book(team, kind, std::to_string(i), money(amount, currency));
    expected[currency] += amount;
    BOOST_TEST_REQUIRE(balance_of(team, currency) == expected[currency]);
    BOOST_TEST_REQUIRE(balances(team));
  }
}

BOOST_AUTO_TEST_CASE(a_balance_stays_within_its_bound) {
  TeamDetails team;
  BOOST_TEST(can_book(team, money(actors::max_balance)));
  BOOST_TEST(can_book(team, money(-actors::max_balance)));
  BOOST_TEST(!can_book(team, money(actors::max_balance + 1)));
  BOOST_TEST(!can_book(team, money(-actors::max_balance - 1)));
  book(team, "capital", "", money(actors::max_balance - 5));
  BOOST_TEST(can_book(team, money(5)));
  BOOST_TEST(!can_book(team, money(6)));
  BOOST_TEST(!can_book(team, money(std::numeric_limits<int64_t>::max())));
  BOOST_TEST(can_book(team, money(6, "EUR")));
  TeamDetails poor;
  book(poor, "transfer", "t-1", money(5 - actors::max_balance));
  BOOST_TEST(can_book(poor, money(-5)));
  BOOST_TEST(!can_book(poor, money(-6)));
  BOOST_TEST(!can_book(poor, money(std::numeric_limits<int64_t>::min())));
}

BOOST_AUTO_TEST_CASE(what_is_held_is_the_sum_of_the_fees_that_are_kept) {
  auto team = team_of(3, 1'000);
  BOOST_TEST(held_of(team.now().details(), "GBP") == 0);
  confirmed(team, reserve("t-1", 300));
  confirmed(team, reserve("t-2", 200));
  confirmed(team, release("t-3", 2));
  BOOST_TEST(held_of(team.now().details(), "GBP") == 500);
  BOOST_TEST(held_of(team.now().details(), "EUR") == 0);
  BOOST_TEST(balance_of(team.now().details(), "GBP") == 1'000);
}

// -- a team's money -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_begins_with_its_capital) {
  auto team = team_of(0, 5'000);
  auto& details = team.now().details();
  BOOST_TEST(balance_of(details, "GBP") == 5'000);
  BOOST_TEST(total_of(details, "capital") == 5'000);
  BOOST_TEST(balances(details));
}

BOOST_AUTO_TEST_CASE(a_team_without_capital_has_no_entry) {
  auto team = team_of(0);
  BOOST_TEST(team.now().details().ledger_size() == 0);
  BOOST_TEST(balance_of(team.now().details(), "GBP") == 0);
}

BOOST_AUTO_TEST_CASE(what_sponsors_pay_is_booked_item_by_item_with_season_and_sponsor) {
  auto team = team_of(0);
  auto decision = team.take(
    sponsors_pay({{"paper", money(300)}, {"steel", money(200, "EUR")}, {"none", money(0)}}));
  auto& details = team.now().details();
  BOOST_TEST(balance_of(details, "GBP") == 300);
  BOOST_TEST(balance_of(details, "EUR") == 200);
  BOOST_TEST_REQUIRE(details.ledger_size() == 2);
  BOOST_TEST(details.ledger(0).kind() == "sponsor");
  for (auto& [index, sponsor] : std::map<int, std::string>{{0, "paper"}, {1, "steel"}}) {
    auto reference = details.ledger(index).reference();
    BOOST_TEST(reference.find("2022-23") != std::string::npos, reference);
    BOOST_TEST(reference.find(sponsor) != std::string::npos, reference);
  }
  BOOST_TEST(balances(details));
}

BOOST_AUTO_TEST_CASE(an_amount_that_the_ledger_cannot_hold_is_refused_whole) {
  auto team = team_of(0, actors::max_amount);
  auto pay = sponsors_pay({{"paper", money(1)}});
  for (int i = 0; i < 5'000; ++i)
    pay.add_items()->CopyFrom(sponsors_pay({{"paper", money(actors::max_amount)}}).items(0));
  BOOST_TEST(team.refusal_of(pay) != "taken");
  BOOST_TEST(balance_of(team.now().details(), "GBP") == actors::max_amount);
}

BOOST_AUTO_TEST_CASE(a_former_team_that_is_back_keeps_its_money) {
  auto team = team_of(2, 700);
  team.take(sponsors_pay({{"paper", money(300)}}));
  auto relegated = to_arsenal<InfoTeamRelegated>();
  team.take(relegated);
  team.take(arsenal());
  auto& details = team.now().details();
  BOOST_TEST(balance_of(details, "GBP") == 1'000);
  BOOST_TEST(details.ledger_size() == 2);
  BOOST_TEST(balances(details));
}
