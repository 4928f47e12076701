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

/// A deal with team-`team`.
SponsorCreate team_deal(const std::string& sponsor, int64_t minor_units, int team) {
  auto result = sponsor_create(sponsor, minor_units);
  result.set_team("team-" + std::to_string(team));
  return result;
}

template <class Message>
Message with_bonus(Message message, uint32_t from, uint32_t to, int64_t minor_units) {
  auto& bonus = *message.add_bonuses();
  bonus.set_from(from);
  bonus.set_to(to);
  bonus.set_minor_units(minor_units);
  return message;
}

template <class Message>
Message with_term(Message message, const std::string& start, const std::string& end) {
  message.set_start(start);
  message.set_end(end);
  return message;
}

SponsorDistribute distribute(const std::string& season, int teams,
                             const std::string& league = "en.1") {
  SponsorDistribute result;
  result.set_league(league);
  result.set_season(season);
  for (int i = 1; i <= teams; ++i)
    result.add_teams("team-" + std::to_string(i));
  return result;
}

SponsorDistribute distribute_on(const std::string& last_day) {
  auto result = distribute("2022-23", 3);
  result.set_last_day(last_day);
  return result;
}

Sponsors list_of(sponsors_context& pyramid, const std::string& league = "en.1") {
  SponsorList message;
  message.set_league(league);
  return pyramid.answer<Sponsors>(message);
}

/// "team-1: paper 60 GBP, wood 5 EUR" for each message to a team.
std::vector<std::string> pays_of(const sponsors_context::decision& decision) {
  std::vector<std::string> result;
  for (auto& pay : sent<SponsorPay>(decision)) {
    auto& line = result.emplace_back(pay.team());
    for (auto& item : pay.items())
      line += (&item == &pay.items(0) ? ": " : ", ") + item.sponsor() + ' '
              + std::to_string(item.amount().minor_units()) + ' ' + item.amount().currency();
  }
  return result;
}

using lines = std::vector<std::string>;

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
             == "already-exists: The pyramid en has a sponsor \"paper\" already.");
}

BOOST_AUTO_TEST_CASE(a_201st_sponsor_is_refused) {
  sponsors_context league;
  for (int i = 1; i <= 200; ++i)
    league.take(sponsor_create("sponsor-" + std::to_string(i), 100));
  BOOST_TEST(league.refusal_of(sponsor_create("paper", 100))
             == "invalid-argument: The pyramid en has 200 sponsors, the most.");
}

BOOST_AUTO_TEST_CASE(a_deal_has_a_team_bonuses_and_a_term) {
  sponsors_context league;
  auto message = with_bonus(with_bonus(team_deal("paper", 100, 7), 1, 1, 50), 2, 4, 20);
  league.take(with_term(message, "2022-07-01", "2025-06-30"));
  BOOST_TEST(shown(list_of(league).sponsors(0))
             == "sponsor: \"paper\" name: \"The paper\" "
                "amount_per_season { minor_units: 100 currency: \"GBP\" } team: \"team-7\" "
                "bonuses { from: 1 to: 1 minor_units: 50 } "
                "bonuses { from: 2 to: 4 minor_units: 20 } "
                "start: \"2022-07-01\" end: \"2025-06-30\"");
}

BOOST_AUTO_TEST_CASE(a_deal_with_a_team_whose_key_is_no_key_is_refused) {
  sponsors_context league;
  auto message = sponsor_create("paper", 100);
  message.set_team("Arsenal FC");
  BOOST_TEST(league.refusal_of(message)
             == "invalid-argument: The team's key must be 1 to 64 lower case letters, digits, "
                "hyphens and points.");
}

BOOST_AUTO_TEST_CASE(a_bonus_is_for_positions_from_1_to_64) {
  sponsors_context league;
  auto deal = sponsor_create("paper", 100);
  BOOST_TEST(league.refusal_of(with_bonus(deal, 1, 64, 1)) == "taken");
  BOOST_TEST(league.refusal_of(with_bonus(deal, 64, 64, 1)) == "taken");
  using range = std::pair<uint32_t, uint32_t>;
  for (auto [from, to] : {range{0, 1}, range{0, 0}, range{2, 1}, range{64, 65}, range{65, 65},
                          range{1, 4'294'967'295u}})
    BOOST_TEST(league.refusal_of(with_bonus(deal, from, to, 1))
               == "invalid-argument: A bonus is for positions from 1 to 64, the better one first; "
                  "not "
                    + std::to_string(from) + " to " + std::to_string(to) + ".");
}

BOOST_AUTO_TEST_CASE(a_position_has_at_most_one_bonus) {
  sponsors_context league;
  auto deal = with_bonus(sponsor_create("paper", 100), 2, 4, 10);
  BOOST_TEST(league.refusal_of(with_bonus(with_bonus(deal, 1, 1, 10), 5, 9, 10)) == "taken");
  BOOST_TEST(league.refusal_of(with_bonus(deal, 4, 6, 10))
             == "invalid-argument: Position 4 has two bonuses; give each position at most one.");
  BOOST_TEST(league.refusal_of(with_bonus(deal, 1, 64, 10))
             == "invalid-argument: Position 2 has two bonuses; give each position at most one.");
}

BOOST_AUTO_TEST_CASE(there_is_a_bonus_for_each_of_64_positions_and_no_room_for_a_65th) {
  sponsors_context league;
  auto deal = sponsor_create("paper", 100);
  for (uint32_t position = 1; position <= 64; ++position)
    deal = with_bonus(deal, position, position, 1);
  BOOST_TEST(league.refusal_of(deal) == "taken");
  BOOST_TEST(league.refusal_of(with_bonus(deal, 1, 1, 1))
             == "invalid-argument: Position 1 has two bonuses; give each position at most one.");
}

BOOST_AUTO_TEST_CASE(a_bonus_is_an_amount_and_all_of_them_stay_within_the_largest_amount) {
  sponsors_context league;
  for (auto units : {int64_t{0}, int64_t{-1}, max_sponsor_amount + 1})
    BOOST_TEST(league.refusal_of(with_bonus(sponsor_create("paper", 100), 1, 2, units))
               == "invalid-argument: The bonus for positions 1 to 2 must be 1 to 1000000000000000 "
                  "minor units.");
  auto deal = sponsor_create("paper", max_sponsor_amount - 20);
  BOOST_TEST(league.refusal_of(with_bonus(deal, 1, 2, 10)) == "taken");
  BOOST_TEST(league.refusal_of(with_bonus(deal, 1, 2, 11))
             == "invalid-argument: The amount per season and all bonuses together must be at most "
                "1000000000000000 minor units.");
}

BOOST_AUTO_TEST_CASE(a_deal_starts_and_ends_on_dates_and_starts_first) {
  sponsors_context league;
  auto deal = sponsor_create("paper", 100);
  BOOST_TEST(league.refusal_of(with_term(deal, "2022-07-01", "2022-07-01")) == "taken");
  BOOST_TEST(league.refusal_of(with_term(deal, "", "2022-07-01")) == "taken");
  for (auto date : {"2022-02-29", "July", "2022-7-1", "2022-07-01T00:00"}) {
    auto sentence = "invalid-argument: The start and end of a deal must be YYYY-MM-DD, not \""
                    + std::string{date} + "\".";
    BOOST_TEST(league.refusal_of(with_term(deal, date, "")) == sentence);
    BOOST_TEST(league.refusal_of(with_term(deal, "", date)) == sentence);
  }
  BOOST_TEST(league.refusal_of(with_term(deal, "2022-07-02", "2022-07-01"))
             == "invalid-argument: The deal ends on 2022-07-01, before it starts on 2022-07-02.");
}

BOOST_AUTO_TEST_CASE(a_key_is_taken_in_all_leagues_of_the_pyramid) {
  sponsors_context pyramid;
  pyramid.take(sponsor_create("paper", 100));
  auto message = sponsor_create("paper", 100);
  message.set_league("en.2");
  BOOST_TEST(pyramid.refusal_of(message)
             == "already-exists: The pyramid en has a sponsor \"paper\" already.");
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

BOOST_AUTO_TEST_CASE(an_update_changes_bonuses_and_term_and_leaves_the_rest) {
  sponsors_context league;
  league.take(with_term(with_bonus(team_deal("paper", 100, 1), 1, 1, 5), "2022-07-01", ""));
  league.take(with_bonus(sponsor_update("paper"), 1, 3, 7));
  league.take(with_term(sponsor_update("paper"), "", "2023-06-30"));
  BOOST_TEST(shown(list_of(league).sponsors(0))
             == "sponsor: \"paper\" name: \"The paper\" "
                "amount_per_season { minor_units: 100 currency: \"GBP\" } team: \"team-1\" "
                "bonuses { from: 1 to: 3 minor_units: 7 } "
                "start: \"2022-07-01\" end: \"2023-06-30\"");
}

BOOST_AUTO_TEST_CASE(an_update_to_wrong_bonuses_or_a_wrong_term_is_refused) {
  sponsors_context league;
  league.take(with_term(sponsor_create("paper", 100), "2022-07-01", "2023-06-30"));
  BOOST_TEST(league.refusal_of(with_bonus(with_bonus(sponsor_update("paper"), 1, 3, 7), 3, 4, 7))
             == "invalid-argument: Position 3 has two bonuses; give each position at most one.");
  BOOST_TEST(league.refusal_of(with_term(sponsor_update("paper"), "2023-07-01", ""))
             == "invalid-argument: The deal ends on 2023-06-30, before it starts on 2023-07-01.");
  BOOST_TEST(league.refusal_of(with_bonus(sponsor_update("paper"), 1, 1, max_sponsor_amount))
             == "invalid-argument: The amount per season and all bonuses together must be at most "
                "1000000000000000 minor units.");
}

BOOST_AUTO_TEST_CASE(an_update_of_an_unknown_sponsor_is_refused) {
  sponsors_context league;
  BOOST_TEST(league.refusal_of(sponsor_update("paper"))
             == "not-found: The pyramid en has no sponsor \"paper\".");
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

BOOST_AUTO_TEST_CASE(what_a_completed_season_says_of_its_pyramid_is_passed_on) {
  sponsors_context league;
  InfoSeasonCompleted message;
  message.set_league("en.2");
  message.set_season("2022-23");
  message.add_table()->set_team("elm");
  message.set_pyramid("en");
  message.set_last_day("2023-05-28");
  message.add_promoted("elm");
  message.add_promoted("ash");
  message.add_relegated("oak");
  BOOST_TEST(shown(sent<SponsorDistribute>(league.take(message)).front())
             == "league: \"en.2\" season: \"2022-23\" teams: \"elm\" pyramid: \"en\" "
                "last_day: \"2023-05-28\" promoted: \"elm\" promoted: \"ash\" "
                "relegated: \"oak\"");
}

BOOST_AUTO_TEST_CASE(each_team_is_paid_by_one_message_with_an_item_for_each_sponsor) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  auto wood = sponsor_create("wood", 6);
  *wood.mutable_amount_per_season() = pounds(6, "EUR");
  league.take(wood);
  league.take(team_deal("glass", 40, 2));
  auto decision = league.take(distribute("2022-23", 3));
  lines expected{"team-1: paper 51 GBP, wood 3 EUR",
                 "team-2: paper 33 GBP, wood 2 EUR, glass 40 GBP",
                 "team-3: paper 16 GBP, wood 1 EUR"};
  BOOST_TEST(pays_of(decision) == expected, per_element());
  auto first = sent<SponsorPay>(decision).front();
  BOOST_TEST(first.league() == "en.1");
  BOOST_TEST(first.season() == "2022-23");
}

BOOST_AUTO_TEST_CASE(a_team_that_gets_nothing_is_sent_nothing) {
  sponsors_context league;
  league.take(sponsor_create("paper", 2));
  auto decision = league.take(distribute("2022-23", 4));
  BOOST_TEST(pays_of(decision) == (lines{"team-1: paper 1 GBP", "team-2: paper 1 GBP"}),
             per_element());
  BOOST_TEST(list_of(league).sponsors(0).payments_size() == 4);
}

BOOST_AUTO_TEST_CASE(what_the_teams_are_sent_is_what_the_sponsors_paid) {
  sponsors_context league;
  league.take(with_bonus(sponsor_create("paper", 999'983), 1, 64, 17));
  league.take(with_bonus(team_deal("glass", 1'009, 64), 60, 64, 3));
  league.take(sponsor_create("wood", 63));
  int64_t received = 0;
  for (auto& pay : sent<SponsorPay>(league.take(distribute("2022-23", 64))))
    for (auto& item : pay.items())
      received += item.amount().minor_units();
  int64_t paid = 0;
  for (auto sponsors = list_of(league); auto& x : sponsors.sponsors())
    paid += x.paid_minor_units();
  BOOST_TEST(received == paid);
  BOOST_TEST(paid == 999'983 + 64 * 17 + 1'009 + 3 + 63);
}

BOOST_AUTO_TEST_CASE(bonuses_come_on_top_for_the_teams_at_their_positions) {
  sponsors_context league;
  league.take(with_bonus(with_bonus(sponsor_create("paper", 6), 1, 1, 100), 3, 9, 10));
  league.take(with_bonus(team_deal("glass", 40, 2), 2, 2, 5));
  league.take(with_bonus(team_deal("stone", 40, 3), 1, 2, 5));
  auto decision = league.take(distribute("2022-23", 3));
  lines expected{"team-1: paper 103 GBP", "team-2: paper 2 GBP, glass 45 GBP",
                 "team-3: paper 11 GBP, stone 40 GBP"};
  BOOST_TEST(pays_of(decision) == expected, per_element());
  BOOST_TEST(list_of(league).sponsors(0).paid_minor_units() == 116);
}

BOOST_AUTO_TEST_CASE(a_deal_with_a_team_pays_where_the_team_plays) {
  sponsors_context pyramid;
  pyramid.take(team_deal("glass", 40, 2));
  BOOST_TEST(pays_of(pyramid.take(distribute("2022-23", 1, "en.1"))).empty());
  auto decision = pyramid.take(distribute("2022-23", 3, "en.2"));
  BOOST_TEST(pays_of(decision) == lines{"team-2: glass 40 GBP"}, per_element());
  auto sponsor = list_of(pyramid).sponsors(0);
  BOOST_TEST(sponsor.paid_seasons() == 1u);
  BOOST_TEST(shown(sponsor.payments(0))
             == "season: \"2022-23\" team: \"team-2\" position: 2 minor_units: 40");
}

BOOST_AUTO_TEST_CASE(a_deal_with_a_team_pays_once_for_a_season_even_if_two_leagues_list_the_team) {
  sponsors_context pyramid;
  pyramid.take(team_deal("glass", 40, 2));
  pyramid.take(distribute("2022-23", 3, "en.1"));
  BOOST_TEST(pays_of(pyramid.take(distribute("2022-23", 3, "en.2"))).empty());
  BOOST_TEST(pays_of(pyramid.take(distribute("2023-24", 3, "en.2"))).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_deal_with_a_league_pays_that_league_alone) {
  sponsors_context pyramid;
  pyramid.take(sponsor_create("paper", 6));
  auto second = sponsor_create("wood", 60);
  second.set_league("en.2");
  pyramid.take(second);
  BOOST_TEST(pays_of(pyramid.take(distribute("2022-23", 1, "en.2")))
               == lines{"team-1: wood 60 GBP"},
             per_element());
  BOOST_TEST(pays_of(pyramid.take(distribute("2022-23", 1, "en.1")))
               == lines{"team-1: paper 6 GBP"},
             per_element());
  BOOST_TEST(pyramid.changes_nothing(distribute("2022-23", 1, "en.1")));
  BOOST_TEST(pyramid.changes_nothing(distribute("2022-23", 1, "en.2")));
}

BOOST_AUTO_TEST_CASE(a_deal_pays_for_seasons_that_end_within_its_term) {
  auto paid = [](const std::string& start, const std::string& end, const std::string& last_day) {
    sponsors_context league;
    league.take(with_term(sponsor_create("paper", 6), start, end));
    auto messages = pays_of(league.take(distribute_on(last_day))).size();
    auto sponsor = list_of(league).sponsors(0);
    BOOST_TEST(sponsor.paid_seasons() == (messages > 0 ? 1u : 0u));
    return messages > 0;
  };
  BOOST_TEST(paid("", "", "2023-05-28"));
  BOOST_TEST(paid("2023-05-28", "2023-05-28", "2023-05-28"));
  BOOST_TEST(!paid("2023-05-29", "", "2023-05-28"));
  BOOST_TEST(!paid("", "2023-05-27", "2023-05-28"));
  BOOST_TEST(paid("", "2023-05-28", "2023-05-28"));
  BOOST_TEST(paid("2050-01-01", "2050-01-02", ""));
}

BOOST_AUTO_TEST_CASE(a_season_that_a_deal_did_not_pay_for_is_over_for_it) {
  sponsors_context league;
  league.take(with_term(sponsor_create("paper", 6), "2024-01-01", ""));
  league.take(distribute_on("2023-05-28"));
  league.take(with_term(sponsor_update("paper"), "2020-01-01", ""));
  BOOST_TEST(league.changes_nothing(distribute_on("2023-05-28")));
}

BOOST_AUTO_TEST_CASE(every_sponsor_pays_every_team_by_its_position) {
  sponsors_context league;
  league.take(sponsor_create("paper", 100));
  league.take(sponsor_create("wood", 6));
  auto decision = league.take(distribute("2022-23", 3));
  BOOST_TEST(decision.events.size() == 1u);
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

BOOST_AUTO_TEST_CASE(a_list_has_the_deals_of_its_league_and_those_with_teams) {
  sponsors_context pyramid;
  pyramid.take(sponsor_create("paper", 6));
  auto second = sponsor_create("wood", 60);
  second.set_league("en.2");
  pyramid.take(second);
  pyramid.take(team_deal("glass", 40, 2));
  auto sponsors_in = [&pyramid](const std::string& league) {
    lines result;
    for (auto list = list_of(pyramid, league); auto& x : list.sponsors())
      result.push_back(x.sponsor());
    return result;
  };
  BOOST_TEST(sponsors_in("en.1") == (lines{"paper", "glass"}), per_element());
  BOOST_TEST(sponsors_in("en.2") == (lines{"wood", "glass"}), per_element());
  BOOST_TEST(sponsors_in("en.3") == lines{"glass"}, per_element());
}

// -- bounds ---------------------------------------------------------------------------------------

namespace {

std::string season_key(int number) {
  return std::to_string(1'000 + number);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_season_before_the_256_paid_ones_that_are_remembered_is_not_paid_again) {
  sponsors_context league;
  league.take(sponsor_create("paper", 6));
  for (int i = 1; i <= 300; ++i)
    league.take(distribute(season_key(i), 1));
  BOOST_TEST(league.now().paid(0).seasons_size() == 256);
  BOOST_TEST(league.changes_nothing(distribute(season_key(45), 1)));
  for (int i : {44, 1, 0})
    BOOST_TEST(league.refusal_of(distribute(season_key(i), 1))
               == "conflict: The season " + season_key(i)
                    + " of en.1 comes before the 256 paid seasons that are remembered; it is not "
                      "paid, because it may have been paid before.");
  BOOST_TEST(league.refusal_of(distribute(season_key(1), 1, "en.2")) == "taken");
  BOOST_TEST(list_of(league).sponsors(0).paid_seasons() == 300u);
}

BOOST_AUTO_TEST_CASE(seasons_are_paid_once_in_whatever_order_they_end) {
  sponsors_context league;
  league.take(sponsor_create("paper", 6));
  for (int i : {3, 1, 2})
    league.take(distribute(season_key(i), 1));
  for (int i : {1, 2, 3})
    BOOST_TEST(league.changes_nothing(distribute(season_key(i), 1)));
}

BOOST_AUTO_TEST_CASE(a_65th_league_of_a_pyramid_is_not_paid) {
  sponsors_context pyramid;
  for (int i = 1; i <= 64; ++i)
    pyramid.take(distribute("2022-23", 1, "en." + std::to_string(i)));
  BOOST_TEST(pyramid.refusal_of(distribute("2022-23", 1, "en.65"))
             == "invalid-argument: The pyramid en pays for 64 leagues, the most; en.65 is one "
                "more.");
  BOOST_TEST(pyramid.refusal_of(distribute("2023-24", 1, "en.64")) == "taken");
}

BOOST_AUTO_TEST_CASE(a_sponsor_whose_total_is_the_largest_pays_nothing_more) {
  sponsors_context league;
  league.take(sponsor_create("paper", max_sponsor_amount));
  auto& details = *league.edit().mutable_deals(0)->mutable_details();
  details.set_paid_minor_units(actors::max_sponsor_total - 1);
  BOOST_TEST(pays_of(league.take(distribute("2022-23", 1))).size() == 1u);
  BOOST_TEST(pays_of(league.take(distribute("2023-24", 1))).empty());
  BOOST_TEST(list_of(league).sponsors(0).paid_minor_units() > 0);
}
