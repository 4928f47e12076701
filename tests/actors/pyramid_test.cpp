// A pyramid of leagues, decision by decision, and with its leagues season after season.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/fixture_manager/fixture_manager.hpp"
#include "actors/fixture_manager/pyramid.hpp"
#include "tests/actors/lone_context.hpp"
#include "tests/actors/small_pyramid.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

using pyramid_context = lone_context<actors::pyramid>;
using lines = std::vector<std::string>;

pyramid_context created(const PyramidCreate& message = small_pyramid()) {
  pyramid_context result;
  result.take(message);
  return result;
}

PyramidDetails details_of(pyramid_context& pyramid) {
  return pyramid.answer<PyramidDetails>(pyramid_get());
}

lines keys_of(const google::protobuf::RepeatedPtrField<TeamRef>& teams) {
  lines result;
  for (auto& x : teams)
    result.push_back(x.team());
  return result;
}

lines names_of(const google::protobuf::RepeatedPtrField<TeamRef>& teams) {
  lines result;
  for (auto& x : teams)
    result.push_back(x.name());
  return result;
}

SponsorDistribute completed(int tier, const lines& order, const lines& promoted,
                            const lines& relegated, const std::string& season = "2022-23") {
  SponsorDistribute result;
  result.set_league("en." + std::to_string(tier));
  result.set_season(season);
  result.set_pyramid("en");
  *result.mutable_teams() = {order.begin(), order.end()};
  *result.mutable_promoted() = {promoted.begin(), promoted.end()};
  *result.mutable_relegated() = {relegated.begin(), relegated.end()};
  return result;
}

SponsorDistribute completed_1() {
  return completed(1, {"a1", "a2", "a3", "a4"}, {}, {"a3", "a4"});
}

SponsorDistribute completed_2() {
  return completed(2, {"b1", "b2", "b3", "b4", "b5", "b6"}, {"b1", "b3"}, {"b6"});
}

SponsorDistribute completed_3() {
  return completed(3, {"c4", "c3", "c2", "c1"}, {"c4"}, {});
}

/// The last decision of a season's end.
pyramid_context::decision complete_all(pyramid_context& pyramid) {
  pyramid.take(completed_1());
  pyramid.take(completed_3());
  return pyramid.take(completed_2());
}

/// The team manager's answer; InfoTeamRelegated or InfoTeamPromoted.
template <class Info, class Request>
Info moved(const Request& request, const std::string& name) {
  Info result;
  result.set_league(request.league());
  result.set_season(request.season());
  result.set_team(request.team());
  result.set_name(name);
  result.set_to_league(request.to_league());
  result.set_pyramid(request.pyramid());
  return result;
}

/// What the team manager answers to the moves of a season: in a fixed order, relegated ones first.
struct answers {
  std::vector<InfoTeamRelegated> down;
  std::vector<InfoTeamPromoted> up;

  size_t size() const { return down.size() + up.size(); }

  pyramid_context::decision give(pyramid_context& pyramid, size_t which) const {
    return which < down.size() ? pyramid.take(down[which]) : pyramid.take(up[which - down.size()]);
  }
};

answers answers_to(const pyramid_context::decision& decision,
                   const std::map<std::string, std::string>& new_names = {}) {
  answers result;
  auto name_of = [&new_names](const std::string& team) {
    auto at = new_names.find(team);
    return at == new_names.end() ? "The " + team : at->second;
  };
  for (auto& x : sent<TeamRelegate>(decision))
    result.down.push_back(moved<InfoTeamRelegated>(x, name_of(x.team())));
  for (auto& x : sent<TeamPromote>(decision))
    result.up.push_back(moved<InfoTeamPromoted>(x, name_of(x.team())));
  return result;
}

pyramid_context::decision confirm_all(pyramid_context& pyramid, const answers& all) {
  pyramid_context::decision last;
  for (size_t i = 0; i < all.size(); ++i)
    last = all.give(pyramid, i);
  return last;
}

std::string refusal_of(const PyramidCreate& message) {
  return pyramid_context{}.refusal_of(message);
}

} // namespace

// -- pyramid.create -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_pyramid_asks_for_the_fixture_list_of_each_of_its_leagues) {
  pyramid_context pyramid;
  auto decision = pyramid.take(small_pyramid());
  BOOST_TEST(decision.reply == "");
  BOOST_TEST(touchline::testing::names_of(decision) == lines(3, "fixturelist.generate"),
             per_element());
  auto lists = sent<FixtureListGenerate>(decision);
  const auto& list = lists[1];
  BOOST_TEST(list.league() == "en.2");
  BOOST_TEST(list.season() == "2022-23");
  BOOST_TEST(list.league_name() == "Tier 2");
  BOOST_TEST(keys_of(list.teams()) == (lines{"b1", "b2", "b3", "b4", "b5", "b6"}), per_element());
  BOOST_TEST(list.teams(0).name() == "The b1");
  BOOST_TEST(list.start() == "2022-08-06");
  BOOST_TEST(list.end() == "2023-05-28");
  BOOST_TEST(list.fixtures().empty());
  const auto& rules = list.rules();
  BOOST_TEST(rules.rule_set() == "england");
  BOOST_TEST(rules.tier() == 2u);
  BOOST_TEST(rules.start_year() == 2022);
  BOOST_TEST(rules.promoted() == 1u);
  BOOST_TEST(rules.play_offs() == 2u);
  BOOST_TEST(rules.relegated() == 1u);
  BOOST_TEST(rules.pyramid() == "en");
  BOOST_TEST(lists[0].rules().relegated() == 2u);
  BOOST_TEST(lists[0].rules().promoted() == 0u);
  BOOST_TEST(lists[2].rules().relegated() == 0u);
}

BOOST_AUTO_TEST_CASE(a_fixture_manager_takes_every_list_that_a_pyramid_asks_for) {
  pyramid_context pyramid;
  for (auto& list : sent<FixtureListGenerate>(pyramid.take(small_pyramid())))
    BOOST_TEST(lone_context<actors::fixture_manager>{}.refusal_of(list) == "taken");
}

BOOST_AUTO_TEST_CASE(each_tier_and_season_has_a_seed_of_its_own_and_always_the_same) {
  std::set<uint64_t> seeds;
  auto add = [&seeds](const pyramid_context::decision& decision) {
    for (auto& list : sent<FixtureListGenerate>(decision)) {
      seeds.insert(list.seed());
      seeds.insert(list.rules().seed());
    }
  };
  for (int i = 0; i < 2; ++i) {
    pyramid_context pyramid;
    add(pyramid.take(small_pyramid()));
    add(confirm_all(pyramid, answers_to(complete_all(pyramid))));
    BOOST_TEST(seeds.size() == 12u);
  }
  auto other = small_pyramid();
  other.set_seed(8);
  pyramid_context pyramid;
  add(pyramid.take(other));
  BOOST_TEST(seeds.size() == 18u);
}

BOOST_AUTO_TEST_CASE(the_same_pyramid_again_changes_nothing_and_another_is_a_conflict) {
  auto pyramid = created();
  BOOST_TEST(pyramid.changes_nothing(small_pyramid()));
  auto other = small_pyramid();
  other.set_seed(8);
  std::string sentence
    = "conflict: The pyramid en exists already, with other leagues, teams or rules.";
  BOOST_TEST(pyramid.refusal_of(other) == sentence);
  complete_all(pyramid);
  BOOST_TEST(pyramid.changes_nothing(small_pyramid()));
}

BOOST_AUTO_TEST_CASE(a_season_is_called_after_the_years_that_it_lies_in) {
  auto season_of = [](int year, const std::string& start, const std::string& end) {
    auto message = small_pyramid();
    message.set_first_year(year);
    message.set_start(start);
    message.set_end(end);
    auto pyramid = created(message);
    return details_of(pyramid).season();
  };
  BOOST_TEST(season_of(2024, "08-06", "05-28") == "2024-25");
  BOOST_TEST(season_of(1999, "08-06", "05-28") == "1999-00");
  BOOST_TEST(season_of(2024, "03-01", "11-30") == "2024");
  BOOST_TEST(season_of(9, "08-06", "05-28") == "0009-10");
  BOOST_TEST(season_of(1, "03-01", "11-30") == "0001");
  BOOST_TEST(season_of(999, "08-06", "05-28") == "0999-00");
  BOOST_TEST(season_of(9998, "08-06", "05-28") == "9998-99");
}

BOOST_AUTO_TEST_CASE(a_pyramid_whose_key_or_name_is_none_is_refused) {
  auto message = small_pyramid();
  message.set_pyramid("EN");
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: The pyramid's key must be 1 to 64 lower case letters, digits, "
                "hyphens and points.");
  message = small_pyramid();
  message.set_name("");
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: The pyramid's name is empty; give it at least one letter.");
  message = small_pyramid();
  message.mutable_tiers(1)->set_name("\xff");
  BOOST_TEST(refusal_of(message) == "invalid-argument: The league's name is not UTF-8.");
}

BOOST_AUTO_TEST_CASE(a_pyramid_has_1_to_12_tiers) {
  for (int tiers : {0, 13}) {
    auto message = small_pyramid();
    message.clear_tiers();
    for (int i = 1; i <= tiers; ++i)
      add_tier(message, "t" + std::to_string(i) + "-", 2, 0, 0);
    BOOST_TEST(refusal_of(message)
               == "invalid-argument: A pyramid has 1 to 12 tiers; this one has "
                    + std::to_string(tiers) + ".");
    if (tiers > 0) {
      message.mutable_tiers()->RemoveLast();
      BOOST_TEST(refusal_of(message) == "taken");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_key_of_a_league_is_the_pyramids_with_its_tier) {
  for (auto key : {"en.1", "en.3", "fr.2", "en2", ""}) {
    auto message = small_pyramid();
    message.mutable_tiers(1)->set_league(key);
    BOOST_TEST(refusal_of(message)
               == "invalid-argument: Tier 2 must have the key \"en.2\", not \"" + std::string{key}
                    + "\".");
  }
  auto message = small_pyramid();
  message.set_pyramid(std::string(63, 'x'));
  for (int i = 0; i < 3; ++i)
    message.mutable_tiers(i)->set_league(message.pyramid() + '.' + std::to_string(i + 1));
  BOOST_TEST(refusal_of(message).starts_with("invalid-argument: The league's key must be 1 to 64"));
}

BOOST_AUTO_TEST_CASE(a_tier_has_2_to_64_teams) {
  for (int teams : {0, 1, 65}) {
    auto message = small_pyramid();
    add_tier(message, "d", teams, 0, 0);
    BOOST_TEST(refusal_of(message)
               == "invalid-argument: Tier 4 must have 2 to 64 teams; it has "
                    + std::to_string(teams) + ".");
  }
  for (int teams : {2, 64}) {
    auto message = small_pyramid();
    add_tier(message, "d", teams, 0, 0);
    BOOST_TEST(refusal_of(message) == "taken");
  }
}

BOOST_AUTO_TEST_CASE(a_team_is_in_a_pyramid_once) {
  auto message = small_pyramid();
  message.mutable_tiers(2)->mutable_teams(0)->set_team("a1");
  BOOST_TEST(refusal_of(message) == "invalid-argument: The team The c1 is in the pyramid twice.");
  message = small_pyramid();
  message.mutable_tiers(2)->mutable_teams(0)->set_name("The b6");
  BOOST_TEST(refusal_of(message) == "invalid-argument: The team The b6 is in the pyramid twice.");
  message = small_pyramid();
  message.mutable_tiers(0)->mutable_teams(0)->set_team("A 1");
  BOOST_TEST(refusal_of(message).starts_with("invalid-argument: A team's key must be"));
  message = small_pyramid();
  message.mutable_tiers(0)->mutable_teams(0)->set_name(std::string(101, 'x'));
  BOOST_TEST(refusal_of(message).starts_with("invalid-argument: A team's name has 101"));
}

BOOST_AUTO_TEST_CASE(play_offs_of_a_tier_have_0_2_4_or_8_teams) {
  for (auto play_offs : {1u, 3u, 16u}) {
    auto message = small_pyramid();
    message.mutable_tiers(1)->set_play_offs(play_offs);
    BOOST_TEST(refusal_of(message)
               == "invalid-argument: The play-offs of tier 2 must have 0, 2, 4 or 8 teams, not "
                    + std::to_string(play_offs) + ".");
  }
}

BOOST_AUTO_TEST_CASE(nobody_goes_up_from_the_highest_tier) {
  auto message = small_pyramid();
  message.mutable_tiers(0)->set_promoted(1);
  std::string sentence = "invalid-argument: Nobody goes up from tier 1, which is the highest.";
  BOOST_TEST(refusal_of(message) == sentence);
  message = small_pyramid();
  message.mutable_tiers(0)->set_play_offs(2);
  BOOST_TEST(refusal_of(message) == sentence);
}

BOOST_AUTO_TEST_CASE(those_who_go_up_play_off_and_go_down_fit_their_tier) {
  auto message = small_pyramid();
  message.mutable_tiers(1)->set_promoted(3);
  BOOST_TEST(refusal_of(message) == "taken");
  message.mutable_tiers(1)->set_promoted(4);
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: Tier 1 has 4 teams, too few for 0 to go up, 0 to play off and 5 "
                "to go down.");
  message = small_pyramid();
  message.mutable_tiers(1)->set_promoted(2);
  message.mutable_tiers(2)->set_promoted(3);
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: Tier 2 has 6 teams, too few for 2 to go up, 2 to play off and 3 "
                "to go down.");
  message = small_pyramid();
  message.mutable_tiers(1)->set_promoted(4'294'967'295u);
  BOOST_TEST(refusal_of(message).starts_with("invalid-argument: Tier "));
}

BOOST_AUTO_TEST_CASE(an_unknown_rule_set_is_refused) {
  auto message = small_pyramid();
  message.set_rule_set("scotland");
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: There is no rule set 'scotland'; choose one of england, spain, "
                "italy, germany or france.");
}

BOOST_AUTO_TEST_CASE(a_season_starts_and_ends_on_days_of_every_year) {
  for (auto day : {"", "02-29", "02-30", "13-01", "8-6", "2022-08-06", "aug-6", "08/06"}) {
    auto sentence = "invalid-argument: The first and last day of a season must be MM-DD and in "
                    "every year, not \""
                    + std::string{day} + "\".";
    auto message = small_pyramid();
    message.set_start(day);
    BOOST_TEST(refusal_of(message) == sentence);
    message = small_pyramid();
    message.set_end(day);
    BOOST_TEST(refusal_of(message) == sentence);
  }
}

BOOST_AUTO_TEST_CASE(a_season_has_as_many_days_as_rounds_in_every_year) {
  auto message = small_pyramid();
  // Ten rounds in the second tier; the leap year 2024 has one day more than others.
  message.set_first_year(2024);
  message.set_start("02-24");
  message.set_end("03-05");
  BOOST_TEST(refusal_of(message) == "taken");
  message.set_end("03-04");
  BOOST_TEST(refusal_of(message)
             == "invalid-argument: A season from 02-24 to 03-04 is too short: 6 teams play 10 "
                "rounds and need at least as many days.");
}

BOOST_AUTO_TEST_CASE(the_first_season_lies_in_the_years_1_to_9999) {
  for (auto year : {-1, 0, 9'999, 10'000, 2'147'483'647}) {
    auto message = small_pyramid();
    message.set_first_year(year);
    BOOST_TEST(refusal_of(message)
               == "invalid-argument: The first season must lie in the years 1 to 9999; it starts "
                  "in "
                    + std::to_string(year) + ".");
  }
  auto message = small_pyramid();
  message.set_first_year(9'999);
  message.set_start("01-01");
  message.set_end("12-23");
  BOOST_TEST(refusal_of(message) == "taken");
  message.set_end("12-24");
  BOOST_TEST(refusal_of(message).starts_with("invalid-argument: The first season must lie"));
}

// -- pyramid.get ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_pyramid_that_is_not_there_has_no_details) {
  pyramid_context pyramid;
  BOOST_TEST(pyramid.refusal_of(pyramid_get()) == "not-found: There is no pyramid \"en\".");
}

BOOST_AUTO_TEST_CASE(a_new_pyramid_shows_its_leagues_and_who_plays_in_them) {
  auto pyramid = created();
  auto details = details_of(pyramid);
  BOOST_TEST(details.pyramid() == "en");
  BOOST_TEST(details.name() == "Small pyramid");
  BOOST_TEST(details.season() == "2022-23");
  BOOST_TEST_REQUIRE(details.tiers_size() == 3);
  BOOST_TEST(details.tiers(2).league() == "en.3");
  BOOST_TEST(details.tiers(2).name() == "Tier 3");
  BOOST_TEST(keys_of(details.tiers(2).teams()) == (lines{"c1", "c2", "c3", "c4"}), per_element());
  BOOST_TEST(!details.tiers(2).completed());
  BOOST_TEST(details.moving().empty());
  BOOST_TEST(details.seasons().empty());
}

// -- sponsor.distribute ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_league_completes_its_season_and_the_others_go_on) {
  auto pyramid = created();
  auto decision = pyramid.take(completed_2());
  BOOST_TEST(decision.messages.empty());
  auto details = details_of(pyramid);
  BOOST_TEST(details.tiers(1).completed());
  BOOST_TEST(!details.tiers(0).completed());
  BOOST_TEST(details.completed_seasons() == 0u);
}

BOOST_AUTO_TEST_CASE(a_league_completes_a_season_once) {
  auto pyramid = created();
  pyramid.take(completed_2());
  BOOST_TEST(pyramid.changes_nothing(completed_2()));
  pyramid.take(completed_1());
  pyramid.take(completed_3());
  for (auto& again : {completed_1(), completed_2(), completed_3()})
    BOOST_TEST(pyramid.changes_nothing(again));
}

BOOST_AUTO_TEST_CASE(leagues_and_seasons_that_are_not_being_played_change_nothing) {
  pyramid_context nobody;
  BOOST_TEST(nobody.changes_nothing(completed_1()));
  auto pyramid = created();
  auto message = completed_1();
  message.set_season("2021-22");
  BOOST_TEST(pyramid.changes_nothing(message));
  message = completed_1();
  message.set_league("en.4");
  BOOST_TEST(pyramid.changes_nothing(message));
}

BOOST_AUTO_TEST_CASE(a_table_of_other_teams_is_refused) {
  auto pyramid = created();
  std::string sentence
    = "conflict: The final table of en.1 in 2022-23 is not one of the teams that "
      "the pyramid has in it.";
  BOOST_TEST(pyramid.refusal_of(completed(1, {"a1", "a2", "a3"}, {}, {"a2", "a3"})) == sentence);
  BOOST_TEST(pyramid.refusal_of(completed(1, {"a1", "a2", "a3", "b1"}, {}, {"a2", "a3"}))
             == sentence);
  BOOST_TEST(pyramid.refusal_of(completed(1, {"a1", "a2", "a3", "a3"}, {}, {"a2", "a3"}))
             == sentence);
  BOOST_TEST(pyramid.refusal_of(completed(1, {"a1", "a2", "a3", "a4", "b1"}, {}, {"a2", "a3"}))
             == sentence);
}

BOOST_AUTO_TEST_CASE(moves_that_are_not_those_of_the_rules_are_refused) {
  auto pyramid = created();
  lines order{"b1", "b2", "b3", "b4", "b5", "b6"};
  std::string sentence = "conflict: The season 2022-23 of en.2 must end with 2 promoted and 1 "
                         "relegated teams of its own, none of them twice.";
  for (auto& promoted : {lines{}, lines{"b1"}, lines{"b1", "b2", "b3"}, lines{"b1", "b1"},
                         lines{"b1", "a1"}, lines{"b1", "b6"}})
    BOOST_TEST(pyramid.refusal_of(completed(2, order, promoted, {"b6"})) == sentence);
  for (auto& relegated : {lines{}, lines{"b5", "b6"}, lines{"c1"}, lines{"b2"}})
    BOOST_TEST(pyramid.refusal_of(completed(2, order, {"b1", "b2"}, relegated)) == sentence);
}

BOOST_AUTO_TEST_CASE(after_the_last_league_teams_are_asked_to_move) {
  auto pyramid = created();
  auto decision = complete_all(pyramid);
  lines expected{"team.relegate", "team.relegate", "team.promote",
                 "team.promote",  "team.relegate", "team.promote"};
  BOOST_TEST(touchline::testing::names_of(decision) == expected, per_element());
  auto down = sent<TeamRelegate>(decision);
  BOOST_TEST(shown(down[0])
             == "league: \"en.1\" season: \"2022-23\" team: \"a3\" position: 3 "
                "to_league: \"en.2\" pyramid: \"en\"");
  BOOST_TEST(shown(down[2])
             == "league: \"en.2\" season: \"2022-23\" team: \"b6\" position: 6 "
                "to_league: \"en.3\" pyramid: \"en\"");
  auto up = sent<TeamPromote>(decision);
  BOOST_TEST(shown(up[1])
             == "league: \"en.2\" season: \"2022-23\" team: \"b3\" position: 3 "
                "to_league: \"en.1\" pyramid: \"en\"");
  auto details = details_of(pyramid);
  BOOST_TEST(details.moving_size() == 6);
  BOOST_TEST(details.season() == "2022-23");
  BOOST_TEST(details.completed_seasons() == 1u);
}

BOOST_AUTO_TEST_CASE(a_completed_season_is_remembered) {
  auto pyramid = created();
  complete_all(pyramid);
  BOOST_TEST(shown(details_of(pyramid).seasons(0))
             == "season: \"2022-23\" tiers { league: \"en.1\" champion: \"a1\" relegated: \"a3\" "
                "relegated: \"a4\" } tiers { league: \"en.2\" champion: \"b1\" promoted: \"b1\" "
                "promoted: \"b3\" relegated: \"b6\" } tiers { league: \"en.3\" champion: \"c4\" "
                "promoted: \"c4\" }");
}

// -- info.teamrelegated, info.teampromoted --------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_next_season_waits_for_every_team_that_moves) {
  auto pyramid = created();
  auto all = answers_to(complete_all(pyramid));
  BOOST_TEST_REQUIRE(all.size() == 6u);
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    BOOST_TEST(all.give(pyramid, i).messages.empty());
    BOOST_TEST(details_of(pyramid).moving_size() == static_cast<int>(5 - i));
    BOOST_TEST(details_of(pyramid).season() == "2022-23");
  }
  auto last = all.give(pyramid, all.size() - 1);
  BOOST_TEST(touchline::testing::names_of(last) == lines(3, "fixturelist.generate"), per_element());
  BOOST_TEST(sent<FixtureListGenerate>(last)[0].season() == "2023-24");
  BOOST_TEST(sent<FixtureListGenerate>(last)[0].start() == "2023-08-06");
  auto details = details_of(pyramid);
  BOOST_TEST(details.season() == "2023-24");
  BOOST_TEST(details.moving().empty());
  BOOST_TEST(!details.tiers(0).completed());
}

BOOST_AUTO_TEST_CASE(those_who_stay_come_first_then_those_from_above_then_those_from_below) {
  auto pyramid = created();
  auto last = confirm_all(pyramid, answers_to(complete_all(pyramid)));
  auto lists = sent<FixtureListGenerate>(last);
  BOOST_TEST(keys_of(lists[0].teams()) == (lines{"a1", "a2", "b1", "b3"}), per_element());
  BOOST_TEST(keys_of(lists[1].teams()) == (lines{"b2", "b4", "b5", "a3", "a4", "c4"}),
             per_element());
  BOOST_TEST(keys_of(lists[2].teams()) == (lines{"c1", "c2", "c3", "b6"}), per_element());
  auto details = details_of(pyramid);
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(keys_of(details.tiers(i).teams()) == keys_of(lists[static_cast<size_t>(i)].teams()),
               per_element());
}

BOOST_AUTO_TEST_CASE(the_order_of_the_confirmations_does_not_matter) {
  auto pyramid = created();
  // Names that are passed on from one team to the next.
  auto all = answers_to(complete_all(pyramid),
                        {{"a3", "The a4"}, {"a4", "The b1"}, {"b1", "New b1"}, {"b3", "The a1"}});
  std::vector<size_t> order{0, 1, 2, 3, 4, 5};
  std::set<std::string> outcomes;
  do {
    auto copy = pyramid;
    for (auto i : order)
      all.give(copy, i);
    outcomes.insert(copy.now().SerializeAsString());
  } while (std::ranges::next_permutation(order).found);
  BOOST_TEST(outcomes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_confirmation_that_is_not_expected_changes_nothing) {
  auto pyramid = created();
  InfoTeamRelegated relegated;
  relegated.set_league("en.1");
  relegated.set_season("2022-23");
  relegated.set_team("a3");
  relegated.set_name("The a3");
  relegated.set_to_league("en.2");
  relegated.set_pyramid("en");
  BOOST_TEST(pyramid.changes_nothing(relegated));
  BOOST_TEST(pyramid_context{}.changes_nothing(relegated));
  complete_all(pyramid);
  auto wrong = relegated;
  wrong.set_season("2021-22");
  BOOST_TEST(pyramid.changes_nothing(wrong));
  wrong = relegated;
  wrong.set_team("a1");
  BOOST_TEST(pyramid.changes_nothing(wrong));
  wrong = relegated;
  wrong.set_to_league("en.3");
  BOOST_TEST(pyramid.changes_nothing(wrong));
  BOOST_TEST(pyramid.take(relegated).events.size() == 1u);
  BOOST_TEST(pyramid.changes_nothing(relegated));
}

// -- names ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_that_moves_takes_its_newest_name_with_it) {
  auto pyramid = created();
  confirm_all(pyramid, answers_to(complete_all(pyramid), {{"a3", "New a3"}, {"c4", "New c4"}}));
  auto details = details_of(pyramid);
  lines expected{"The b2", "The b4", "The b5", "New a3", "The a4", "New c4"};
  BOOST_TEST(names_of(details.tiers(1).teams()) == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_name_by_which_another_team_is_known_is_not_taken) {
  auto pyramid = created();
  confirm_all(pyramid, answers_to(complete_all(pyramid), {{"a3", "The c1"}}));
  BOOST_TEST(details_of(pyramid).tiers(1).teams(3).name() == "The a3");
}

BOOST_AUTO_TEST_CASE(names_that_are_passed_on_among_those_who_move_are_taken) {
  auto pyramid = created();
  confirm_all(pyramid,
              answers_to(complete_all(pyramid),
                         {{"a3", "The a4"}, {"a4", "The b1"}, {"b1", "New b1"}, {"b3", ""}}));
  auto details = details_of(pyramid);
  BOOST_TEST(names_of(details.tiers(0).teams()) == (lines{"The a1", "The a2", "New b1", "The b3"}),
             per_element());
  BOOST_TEST(details.tiers(1).teams(3).name() == "The a4");
  BOOST_TEST(details.tiers(1).teams(4).name() == "The b1");
}

BOOST_AUTO_TEST_CASE(names_that_two_teams_exchanged_stay_as_they_are_known) {
  auto pyramid = created();
  confirm_all(pyramid, answers_to(complete_all(pyramid), {{"a3", "The a4"}, {"a4", "The a3"}}));
  auto details = details_of(pyramid);
  BOOST_TEST(details.tiers(1).teams(3).name() == "The a3");
  BOOST_TEST(details.tiers(1).teams(4).name() == "The a4");
}

// -- many seasons ---------------------------------------------------------------------------------

namespace {

/// A pyramid of one league of two teams, which nobody leaves.
PyramidCreate lone_league(int year) {
  auto result = small_pyramid();
  result.clear_tiers();
  add_tier(result, "a", 2, 0, 0);
  result.set_first_year(year);
  result.set_start("03-01");
  result.set_end("11-30");
  return result;
}

pyramid_context::decision complete_lone(pyramid_context& pyramid) {
  return pyramid.take(completed(1, {"a2", "a1"}, {}, {}, details_of(pyramid).season()));
}

} // namespace

BOOST_AUTO_TEST_CASE(when_nobody_moves_the_next_season_begins_at_once) {
  auto pyramid = created(lone_league(2022));
  auto decision = complete_lone(pyramid);
  BOOST_TEST(touchline::testing::names_of(decision) == lines{"fixturelist.generate"},
             per_element());
  auto details = details_of(pyramid);
  BOOST_TEST(details.season() == "2023");
  BOOST_TEST(keys_of(details.tiers(0).teams()) == (lines{"a1", "a2"}), per_element());
  BOOST_TEST(details.seasons(0).tiers(0).champion() == "a2");
}

BOOST_AUTO_TEST_CASE(the_64_newest_seasons_are_remembered_and_all_are_counted) {
  auto pyramid = created(lone_league(1900));
  for (int i = 0; i < 70; ++i)
    complete_lone(pyramid);
  auto details = details_of(pyramid);
  BOOST_TEST(details.completed_seasons() == 70u);
  BOOST_TEST_REQUIRE(details.seasons_size() == 64);
  BOOST_TEST(details.seasons(0).season() == "1906");
  BOOST_TEST(details.seasons(63).season() == "1969");
}

BOOST_AUTO_TEST_CASE(a_pyramid_ends_with_the_year_9999) {
  auto pyramid = created(lone_league(9'998));
  complete_lone(pyramid);
  BOOST_TEST(details_of(pyramid).season() == "9999");
  BOOST_TEST(complete_lone(pyramid).messages.empty());
  auto details = details_of(pyramid);
  BOOST_TEST(details.season() == "9999");
  BOOST_TEST(details.tiers(0).completed());
  BOOST_TEST(details.completed_seasons() == 2u);
}
