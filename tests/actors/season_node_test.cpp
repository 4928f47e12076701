// Sponsors, play-offs and pyramids on a node: the same command again, and what arrives after a
// restart.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/small_pyramid.hpp"
#include "tests/actors/test_node.hpp"

#include <algorithm>

using namespace touchline;
using namespace touchline::testing;

namespace {

SponsorCreate team_deal() {
  auto result = sponsor_create("glass", 5'009);
  result.set_team("ash");
  result.set_start("2022-07-01");
  result.set_end("2023-06-30");
  return result;
}

SponsorUpdate bonus_update() {
  SponsorUpdate result;
  result.set_league("en.1");
  result.set_sponsor("glass");
  auto& bonus = *result.add_bonuses();
  bonus.set_from(1);
  bonus.set_to(4);
  bonus.set_minor_units(7);
  return result;
}

Sponsors sponsors_of(test_node& node) {
  SponsorList message;
  message.set_league("en.1");
  return node.read<Sponsors>(message);
}

FixtureList list_of(test_node& node) {
  FixtureListGet message;
  message.set_league("en.1");
  message.set_season("2022-23");
  return node.read<FixtureList>(message);
}

/// Four teams; nobody goes up, the first two play a final, and one goes down.
FixtureListGenerate with_final() {
  auto result = fixture_list({"ash", "birch", "cedar", "elm"});
  result.mutable_rules()->set_play_offs(2);
  return result;
}

/// Opens a season with a play-off and plays its league matches.
Fixture play_to_the_final(test_node& node) {
  for (auto team : {"ash", "birch", "cedar", "elm"})
    node.ask("create/" + std::string{team}, team_create(team));
  BOOST_TEST(node.ask("generate", with_final()).ok());
  play(node, list_of(node));
  BOOST_TEST(node.settle());
  auto list = list_of(node);
  BOOST_TEST_REQUIRE(list.fixtures_size() == 13);
  return list.fixtures(12);
}

ResultCreate shoot_out_in(const Fixture& x) {
  auto result = result_create(x.home(), x.away(), 1, 1);
  result.mutable_score()->set_shootout_home(4);
  result.mutable_score()->set_shootout_away(5);
  return result;
}

ResultCorrect correction_of(const Fixture& x) {
  ResultCorrect result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_home(x.home());
  result.set_away(x.away());
  result.mutable_score()->set_home(3);
  return result;
}

size_t handled(test_node& node, const std::string& address, const std::string& name) {
  auto records = node.records(address);
  return static_cast<size_t>(std::ranges::count_if(records, [&name](const Record& x) {
    return catalogue_data::find(x.cause().message())->name == name;
  }));
}

} // namespace

// -- sponsors -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_deal_that_is_sent_twice_is_made_once_also_after_a_restart) {
  test_node node;
  BOOST_TEST(node.ask("1", team_deal()).ok());
  BOOST_TEST(node.ask("1", team_deal()).repeated);
  node.restart();
  auto again = node.ask("1", team_deal());
  BOOST_TEST(again.ok());
  BOOST_TEST(again.repeated);
  BOOST_TEST(node.ask("2", team_deal()).code == ALREADY_EXISTS);
  BOOST_TEST(sponsors_of(node).sponsors_size() == 1);
  BOOST_TEST(node.records("sponsor-manager/en").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_change_of_a_deal_that_is_sent_twice_is_made_once_also_after_a_restart) {
  test_node node;
  node.ask("1", team_deal());
  node.restart();
  BOOST_TEST(node.ask("2", bonus_update()).ok());
  BOOST_TEST(node.ask("2", bonus_update()).repeated);
  node.restart();
  BOOST_TEST(node.ask("2", bonus_update()).repeated);
  BOOST_TEST(sponsors_of(node).sponsors(0).bonuses_size() == 1);
  BOOST_TEST(node.records("sponsor-manager/en").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_season_that_ends_among_restarts_is_paid_once) {
  test_node node;
  node.ask("deal", team_deal());
  node.ask("bonus", bonus_update());
  auto season = open_season(node);
  for (auto& x : season.fixtures()) {
    node.client().post("result/" + std::to_string(x.number()), result_of(x), [](const answer&) {});
    if (x.number() >= 11)
      node.restart();
  }
  // Answers that a restart lost: the same results again.
  play(node, season);
  BOOST_TEST(node.settle());
  node.restart();
  BOOST_TEST(node.settle());
  auto sponsors = sponsors_of(node);
  BOOST_TEST_REQUIRE(sponsors.sponsors_size() == 2);
  BOOST_TEST(sponsors.sponsors(0).paid_minor_units() == 5'009 + 7);
  BOOST_TEST(sponsors.sponsors(1).paid_minor_units() == 1'000'003);
  for (auto& x : sponsors.sponsors())
    BOOST_TEST(x.paid_seasons() == 1u);
  BOOST_TEST(handled(node, "sponsor-manager/en", "info.seasoncompleted") == 1u);
  BOOST_TEST(handled(node, "sponsor-manager/en", "sponsor.distribute") == 1u);
}

// -- play-offs ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_list_with_play_offs_that_is_sent_twice_is_made_once_also_after_a_restart) {
  test_node node;
  BOOST_TEST(node.ask("1", with_final()).ok());
  node.restart();
  BOOST_TEST(node.ask("1", with_final()).repeated);
  BOOST_TEST(node.ask("2", with_final()).ok());
  BOOST_TEST(list_of(node).fixtures_size() == 12);
}

BOOST_AUTO_TEST_CASE(a_play_off_result_that_is_sent_twice_counts_once_also_after_a_restart) {
  test_node node;
  auto fixture = play_to_the_final(node);
  node.restart();
  BOOST_TEST(node.ask("final", shoot_out_in(fixture)).ok());
  BOOST_TEST(node.ask("final", shoot_out_in(fixture)).repeated);
  node.restart();
  BOOST_TEST(node.ask("final", shoot_out_in(fixture)).repeated);
  BOOST_TEST(node.settle());
  BOOST_TEST(node.ask("correct", correction_of(fixture)).code == CONFLICT);
  BOOST_TEST(handled(node, "sponsor-manager/en", "info.seasoncompleted") == 1u);
  auto table = node.read<LeagueTable>(table_get());
  BOOST_TEST(table.complete());
  BOOST_TEST(table.results() == 12u);
}

BOOST_AUTO_TEST_CASE(a_first_leg_is_corrected_once_also_after_a_restart) {
  test_node node;
  auto list = fixture_list({"ash", "birch", "cedar", "elm", "oak"});
  list.mutable_rules()->set_play_offs(4);
  BOOST_TEST(node.ask("generate", list).ok());
  play(node, list_of(node));
  BOOST_TEST(node.settle());
  auto fixture = list_of(node).fixtures(20);
  BOOST_TEST(fixture.play_off());
  BOOST_TEST(node.ask("leg", result_create(fixture.home(), fixture.away(), 0, 0)).ok());
  BOOST_TEST(node.ask("correct", correction_of(fixture)).ok());
  node.restart();
  BOOST_TEST(node.ask("correct", correction_of(fixture)).repeated);
  BOOST_TEST(node.settle());
  BOOST_TEST(list_of(node).fixtures(20).score().home() == 3u);
  BOOST_TEST(list_of(node).fixtures_size() == 24);
  BOOST_TEST(node.runtime().store().dead_letters("", 10)->empty());
}

// -- pyramids -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_pyramid_that_is_sent_twice_is_created_once_also_after_a_restart) {
  test_node node;
  BOOST_TEST(node.ask("1", small_pyramid()).ok());
  BOOST_TEST(node.ask("1", small_pyramid()).repeated);
  node.restart();
  BOOST_TEST(node.ask("1", small_pyramid()).repeated);
  BOOST_TEST(node.ask("2", small_pyramid()).ok());
  BOOST_TEST(node.settle());
  for (auto league : {"en.1", "en.2", "en.3"})
    BOOST_TEST(
      handled(node, "fixture-manager/" + std::string{league} + "/2022-23", "fixturelist.generate")
      == 1u);
  BOOST_TEST(node.read<PyramidDetails>(pyramid_get()).tiers_size() == 3);
}

BOOST_AUTO_TEST_CASE(a_pyramid_hears_of_a_completed_season_after_a_restart) {
  test_node node;
  BOOST_TEST(node.ask("pyramid", small_pyramid()).ok());
  BOOST_TEST(node.settle());
  FixtureListGet get;
  get.set_league("en.1");
  get.set_season("2022-23");
  auto list = node.read<FixtureList>(get);
  for (auto& x : list.fixtures())
    node.client().post("result/" + std::to_string(x.number()), pyramid_result(list, x),
                       [](const answer&) {});
  node.client().finish();
  node.restart();
  BOOST_TEST(node.settle());
  auto details = node.read<PyramidDetails>(pyramid_get());
  BOOST_TEST(details.tiers(0).completed());
  BOOST_TEST(!details.tiers(1).completed());
  BOOST_TEST(handled(node, "pyramid/en", "sponsor.distribute") == 1u);
  BOOST_TEST(handled(node, "team-manager/en", "team.relegate") == 0u);
}
