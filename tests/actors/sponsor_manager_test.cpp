// The sponsor manager, decision by decision: every unit of money is accounted for.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/sponsor_manager/sponsor_manager.hpp"
#include "tests/actors/lone_context.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

using namespace touchline;
using namespace touchline::testing;
using actors::max_sponsor_amount;
using actors::shares_by_position;
using boost::test_tools::per_element;

namespace {

using sponsors_context = lone_context<actors::sponsor_manager>;

/// 0, 1, powers, primes and their neighbours, up to the largest amount.
constexpr std::array<int64_t, 22> amounts{0,
                                          1,
                                          2,
                                          3,
                                          63,
                                          64,
                                          97,
                                          100,
                                          1'009,
                                          2'079,
                                          2'080,
                                          2'081,
                                          65'537,
                                          999'983,
                                          100'000'000,
                                          2'147'483'647,
                                          4'294'967'296,
                                          1'000'000'007'000,
                                          67'280'421'310'721,
                                          999'999'999'999'989,
                                          max_sponsor_amount - 1,
                                          max_sponsor_amount};

Money pounds(int64_t minor_units, const std::string& currency = "GBP") {
  Money result;
  result.set_minor_units(minor_units);
  result.set_currency(currency);
  return result;
}

SponsorCreate sponsor_create(const std::string& sponsor, int64_t minor_units) {
  SponsorCreate result;
  result.set_league("en.1");
  result.set_sponsor(sponsor);
  result.set_name("The " + sponsor);
  *result.mutable_amount_per_season() = pounds(minor_units);
  return result;
}

SponsorUpdate sponsor_update(const std::string& sponsor) {
  SponsorUpdate result;
  result.set_league("en.1");
  result.set_sponsor(sponsor);
  return result;
}

SponsorDistribute distribute(const std::string& season, int teams) {
  SponsorDistribute result;
  result.set_league("en.1");
  result.set_season(season);
  for (int i = 1; i <= teams; ++i)
    result.add_teams("team-" + std::to_string(i));
  return result;
}

Sponsors list_of(sponsors_context& league) {
  SponsorList message;
  message.set_league("en.1");
  return league.answer<Sponsors>(message);
}

std::vector<int64_t> units_of(const SponsorDetails& sponsor) {
  std::vector<int64_t> result;
  for (auto& x : sponsor.payments())
    result.push_back(x.minor_units());
  return result;
}

} // namespace

// -- shares ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(shares_add_up_to_the_amount_for_every_number_of_teams) {
  for (int teams = 1; teams <= 64; ++teams)
    for (auto amount : amounts) {
      auto shares = shares_by_position(amount, teams);
      BOOST_TEST_REQUIRE(shares.size() == static_cast<size_t>(teams));
      auto sum = std::accumulate(shares.begin(), shares.end(), int64_t{0});
      BOOST_TEST(sum == amount, amount << " among " << teams << " makes " << sum);
    }
}

BOOST_AUTO_TEST_CASE(nobody_gets_more_than_the_team_above_and_nobody_less_than_nothing) {
  for (int teams = 1; teams <= 64; ++teams)
    for (auto amount : amounts) {
      auto shares = shares_by_position(amount, teams);
      BOOST_TEST(std::ranges::is_sorted(shares, std::ranges::greater{}),
                 amount << " among " << teams << " increases down the table");
      BOOST_TEST(shares.back() >= 0, amount << " among " << teams);
    }
}

BOOST_AUTO_TEST_CASE(a_share_is_that_of_its_place_or_one_unit_more) {
  for (int teams = 1; teams <= 64; ++teams)
    for (auto amount : amounts) {
      auto shares = shares_by_position(amount, teams);
      auto parts = int64_t{teams} * (teams + 1) / 2;
      int64_t weight = teams;
      for (auto share : shares) {
        auto exact = amount * weight-- / parts;
        BOOST_TEST((share == exact || share == exact + 1), amount << " among " << teams);
      }
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_over_goes_to_the_top) {
  using shares = std::vector<int64_t>;
  BOOST_TEST(shares_by_position(100, 3) == (shares{51, 33, 16}), per_element());
  BOOST_TEST(shares_by_position(6, 3) == (shares{3, 2, 1}), per_element());
  BOOST_TEST(shares_by_position(1, 4) == (shares{1, 0, 0, 0}), per_element());
  BOOST_TEST(shares_by_position(2, 4) == (shares{1, 1, 0, 0}), per_element());
  BOOST_TEST(shares_by_position(0, 2) == (shares{0, 0}), per_element());
  BOOST_TEST(shares_by_position(max_sponsor_amount, 1) == (shares{max_sponsor_amount}),
             per_element());
}

// -- sponsor.create -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_sponsor_has_paid_nothing) {
  sponsors_context league;
  auto decision = league.take(sponsor_create("paper", 100));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(shown(list_of(league))
             == "league: \"en.1\" sponsors { sponsor: \"paper\" name: \"The paper\" "
                "amount_per_season { minor_units: 100 currency: \"GBP\" } }");
}

BOOST_AUTO_TEST_CASE(a_sponsor_pays_from_one_unit_to_the_largest_amount) {
  sponsors_context league;
  BOOST_TEST(league.refusal_of(sponsor_create("paper", 1)) == "taken");
  BOOST_TEST(league.refusal_of(sponsor_create("paper", max_sponsor_amount)) == "taken");
  for (auto amount : {int64_t{0}, int64_t{-1}, max_sponsor_amount + 1,
                      std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    BOOST_TEST(league.refusal_of(sponsor_create("paper", amount))
               == "invalid-argument: The amount per season must be 1 to 1000000000000000 minor "
                  "units.");
}

BOOST_AUTO_TEST_CASE(a_currency_is_three_capital_letters) {
  sponsors_context league;
  for (auto currency : {"", "GB", "gbp", "GBPX", "G1P", "\xc2\xa3G"}) {
    auto message = sponsor_create("paper", 100);
    *message.mutable_amount_per_season() = pounds(100, currency);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The currency must be three capital letters of ISO 4217, as in "
                  "GBP.");
  }
  auto message = sponsor_create("paper", 100);
  message.clear_amount_per_season();
  BOOST_TEST(league.refusal_of(message).starts_with("invalid-argument: The currency must be"));
}

BOOST_AUTO_TEST_CASE(a_sponsor_whose_name_is_no_name_is_refused) {
  sponsors_context league;
  auto refusal_of_name = [&league](const std::string& name) {
    auto message = sponsor_create("paper", 100);
    message.set_name(name);
    return league.refusal_of(message);
  };
  BOOST_TEST(refusal_of_name(std::string(100, 'x')) == "taken");
  BOOST_TEST(
    refusal_of_name(std::string(101, 'x'))
    == "invalid-argument: The sponsor's name has 101 characters; at most 100 are allowed.");
  BOOST_TEST(refusal_of_name("")
             == "invalid-argument: The sponsor's name is empty; give it at least one letter.");
  BOOST_TEST(refusal_of_name("\xff") == "invalid-argument: The sponsor's name is not UTF-8.");
}

BOOST_AUTO_TEST_CASE(a_sponsor_whose_key_is_no_key_is_refused) {
  sponsors_context league;
  for (auto& key : {std::string{}, std::string{"Paper"}, std::string{"a b"}, std::string(65, 'x')})
    BOOST_TEST(league.refusal_of(sponsor_create(key, 100))
               == "invalid-argument: The sponsor's key must be 1 to 64 lower case letters, digits, "
                  "hyphens and points.");
}

BOOST_AUTO_TEST_CASE(a_sponsor_of_a_league_whose_key_is_no_key_is_refused) {
  sponsors_context league;
  for (auto& key : {std::string{"EN 1"}, std::string{"en/1"}, std::string(65, 'x')}) {
    auto message = sponsor_create("paper", 100);
    message.set_league(key);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The league's key must be 1 to 64 lower case letters, digits, "
                  "hyphens and points.");
  }
}

BOOST_AUTO_TEST_CASE(a_sponsors_key_that_is_taken_is_refused) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  BOOST_TEST(league.refusal_of(sponsor_create("paper", 200))
             == "already-exists: The league en.1 has a sponsor \"paper\" already.");
}

BOOST_AUTO_TEST_CASE(a_101st_sponsor_is_refused) {
  sponsors_context league;
  for (int i = 1; i <= 100; ++i)
    league.take(sponsor_create("sponsor-" + std::to_string(i), 100));
  BOOST_TEST(league.refusal_of(sponsor_create("paper", 100))
             == "invalid-argument: The league en.1 has 100 sponsors, the most.");
}

// -- sponsor.update -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_update_changes_the_name_or_the_amount_and_leaves_the_rest) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  auto name = sponsor_update("paper");
  name.set_name("Paper & Pulp");
  BOOST_TEST(league.take(name).messages.empty());
  BOOST_TEST(shown(list_of(league).sponsors(0))
             == "sponsor: \"paper\" name: \"Paper & Pulp\" "
                "amount_per_season { minor_units: 100 currency: \"GBP\" }");
  auto amount = sponsor_update("paper");
  *amount.mutable_amount_per_season() = pounds(7, "EUR");
  league.take(amount);
  BOOST_TEST(shown(list_of(league).sponsors(0))
             == "sponsor: \"paper\" name: \"Paper & Pulp\" "
                "amount_per_season { minor_units: 7 currency: \"EUR\" }");
}

BOOST_AUTO_TEST_CASE(an_update_of_an_unknown_sponsor_is_refused) {
  sponsors_context league;
  BOOST_TEST(league.refusal_of(sponsor_update("paper"))
             == "not-found: The league en.1 has no sponsor \"paper\".");
}

BOOST_AUTO_TEST_CASE(an_update_to_a_wrong_name_or_amount_is_refused) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  auto name = sponsor_update("paper");
  name.set_name(std::string(101, 'x'));
  BOOST_TEST(
    league.refusal_of(name)
    == "invalid-argument: The sponsor's name has 101 characters; at most 100 are allowed.");
  name.set_name("Pap\xc3");
  BOOST_TEST(league.refusal_of(name) == "invalid-argument: The sponsor's name is not UTF-8.");
  auto amount = sponsor_update("paper");
  for (auto units : {int64_t{0}, int64_t{-5}, max_sponsor_amount + 1}) {
    *amount.mutable_amount_per_season() = pounds(units);
    BOOST_TEST(league.refusal_of(amount)
               == "invalid-argument: The amount per season must be 1 to 1000000000000000 minor "
                  "units.");
  }
  *amount.mutable_amount_per_season() = pounds(100, "");
  BOOST_TEST(league.refusal_of(amount)
             == "invalid-argument: The currency must be three capital letters of ISO 4217, as in "
                "GBP.");
}

BOOST_AUTO_TEST_CASE(a_sponsor_that_has_paid_keeps_its_currency) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  league.take(distribute("2022-23", 2));
  auto message = sponsor_update("paper");
  *message.mutable_amount_per_season() = pounds(100, "EUR");
  BOOST_TEST(
    league.refusal_of(message)
    == "conflict: The sponsor \"paper\" has paid in another currency already; create a new "
       "one.");
  *message.mutable_amount_per_season() = pounds(200);
  BOOST_TEST(league.refusal_of(message) == "taken");
}

BOOST_AUTO_TEST_CASE(an_update_keeps_what_was_paid_and_counts_from_the_next_season_on) {
  sponsors_context league;
  league.take(sponsor_create("paper", 90));
  league.take(distribute("2022-23", 2));
  auto message = sponsor_update("paper");
  *message.mutable_amount_per_season() = pounds(30);
  league.take(message);
  BOOST_TEST(units_of(list_of(league).sponsors(0)) == (std::vector<int64_t>{60, 30}),
             per_element());
  league.take(distribute("2023-24", 2));
  auto sponsor = list_of(league).sponsors(0);
  BOOST_TEST(units_of(sponsor) == (std::vector<int64_t>{60, 30, 20, 10}), per_element());
  BOOST_TEST(sponsor.paid_minor_units() == 120);
  BOOST_TEST(sponsor.paid_seasons() == 2u);
}

// -- info.seasoncompleted, sponsor.distribute -----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_completed_season_begins_the_distribution_in_the_order_of_the_table) {
  sponsors_context league;
  InfoSeasonCompleted message;
  message.set_league("en.1");
  message.set_season("2022-23");
  for (auto team : {"elm", "ash", "oak"})
    message.add_table()->set_team(team);
  auto decision = league.take(message);
  BOOST_TEST(decision.events.empty());
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"sponsor.distribute"}, per_element());
  BOOST_TEST(shown(sent<SponsorDistribute>(decision).front())
             == "league: \"en.1\" season: \"2022-23\" teams: \"elm\" teams: \"ash\" "
                "teams: \"oak\"");
}

BOOST_AUTO_TEST_CASE(every_sponsor_pays_every_team_by_its_position) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  league.take(sponsor_create("wood", 6));
  auto decision = league.take(distribute("2022-23", 3));
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  auto sponsors = list_of(league);
  const auto& paper = sponsors.sponsors(0);
  BOOST_TEST_REQUIRE(paper.payments_size() == 3);
  BOOST_TEST(shown(paper.payments(0))
             == "season: \"2022-23\" team: \"team-1\" position: 1 minor_units: 51");
  BOOST_TEST(shown(paper.payments(2))
             == "season: \"2022-23\" team: \"team-3\" position: 3 minor_units: 16");
  BOOST_TEST(paper.paid_minor_units() == 100);
  BOOST_TEST(paper.paid_seasons() == 1u);
  BOOST_TEST(units_of(sponsors.sponsors(1)) == (std::vector<int64_t>{3, 2, 1}), per_element());
}

BOOST_AUTO_TEST_CASE(a_season_is_paid_once) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  league.take(distribute("2022-23", 3));
  BOOST_TEST(league.changes_nothing(distribute("2022-23", 3)));
  BOOST_TEST(league.changes_nothing(distribute("2022-23", 2)));
  league.take(distribute("2023-24", 3));
  BOOST_TEST(league.changes_nothing(distribute("2022-23", 3)));
  BOOST_TEST(list_of(league).sponsors(0).paid_minor_units() == 200);
}

BOOST_AUTO_TEST_CASE(a_sponsor_that_comes_after_a_season_was_paid_does_not_pay_for_it) {
  sponsors_context league;
  auto decision = league.take(distribute("2022-23", 3));
  BOOST_TEST(decision.events.size() == 1u);
  league.take(sponsor_create("paper", 100));
  BOOST_TEST(league.changes_nothing(distribute("2022-23", 3)));
  BOOST_TEST(list_of(league).sponsors(0).payments_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_season_without_a_table_pays_nobody) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  BOOST_TEST(league.changes_nothing(distribute("2022-23", 0)));
}

BOOST_AUTO_TEST_CASE(the_largest_amounts_of_64_teams_are_paid_whole) {
  sponsors_context league;
  league.take(sponsor_create("paper", max_sponsor_amount));
  league.take(sponsor_create("wood", 999'999'999'999'989));
  league.take(distribute("2022-23", 64));
  auto sponsors = list_of(league);
  BOOST_TEST(sponsors.sponsors(0).paid_minor_units() == max_sponsor_amount);
  BOOST_TEST(sponsors.sponsors(1).paid_minor_units() == 999'999'999'999'989);
  for (auto& sponsor : sponsors.sponsors()) {
    auto units = units_of(sponsor);
    BOOST_TEST(std::accumulate(units.begin(), units.end(), int64_t{0})
               == sponsor.paid_minor_units());
  }
}

BOOST_AUTO_TEST_CASE(the_newest_512_payments_are_kept_and_the_total_counts_them_all) {
  sponsors_context league;
  league.take(sponsor_create("paper", 1'009));
  for (int season = 1; season <= 9; ++season)
    league.take(distribute("season-" + std::to_string(season), 64));
  auto sponsor = list_of(league).sponsors(0);
  BOOST_TEST_REQUIRE(sponsor.payments_size() == 512);
  BOOST_TEST(sponsor.payments(0).season() == "season-2");
  BOOST_TEST(sponsor.payments(0).position() == 1u);
  BOOST_TEST(sponsor.payments(511).season() == "season-9");
  BOOST_TEST(sponsor.payments(511).position() == 64u);
  BOOST_TEST(sponsor.paid_minor_units() == 9 * 1'009);
  BOOST_TEST(sponsor.paid_seasons() == 9u);
}

BOOST_AUTO_TEST_CASE(a_league_without_sponsors_has_an_empty_list) {
  sponsors_context league;
  BOOST_TEST(shown(list_of(league)) == "league: \"en.1\"");
}
