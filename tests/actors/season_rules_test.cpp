// The catalogue's words for a season, in those of league/.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/season_rules.hpp"
#include "messages/text.hpp"

#include <limits>

using namespace touchline;
using namespace touchline::actors;

namespace {

team_refs three_teams() {
  team_refs result;
  for (auto key : {"ash", "elm", "oak"}) {
    auto& team = *result.Add();
    team.set_team(key);
    team.set_name(std::string{"The "} + key);
  }
  return result;
}

SeasonRules england() {
  SeasonRules result;
  result.set_rule_set("england");
  result.set_tier(1);
  result.set_start_year(2022);
  return result;
}

void deduct(SeasonRules& from, const std::string& team, uint32_t points) {
  auto& deduction = *from.add_deductions();
  deduction.set_team(team);
  deduction.set_points(points);
}

void decide_between(SeasonRules& by, const std::string& winner, const std::string& loser) {
  auto& decider = *by.add_deciders();
  decider.set_winner(winner);
  decider.set_loser(loser);
}

/// The sentence that refuses the rules; "taken" when none does.
std::string refusal_of(const SeasonRules& rules) {
  auto result = to_league_rules(rules, three_teams());
  return result ? "taken" : result.error();
}

Score score(uint32_t home, uint32_t away, Award award = BY_GOALS) {
  Score result;
  result.set_home(home);
  result.set_away(away);
  result.set_award(award);
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_team_is_found_by_its_key) {
  auto teams = three_teams();
  BOOST_TEST(index_of_team(teams, "ash").value() == 0);
  BOOST_TEST(index_of_team(teams, "oak").value() == 2);
  BOOST_TEST(!index_of_team(teams, "The ash").has_value());
  BOOST_TEST(!index_of_team(teams, "").has_value());
}

BOOST_AUTO_TEST_CASE(every_countrys_rules_are_found_by_name) {
  for (auto name : league::rule_set_names()) {
    auto rules = england();
    rules.set_rule_set(std::string{name});
    BOOST_TEST(to_league_rules(rules, three_teams()).value().name == name);
  }
}

BOOST_AUTO_TEST_CASE(tier_and_year_choose_the_regulation) {
  auto rules = england();
  BOOST_TEST(to_league_rules(rules, three_teams())->outcome.relegated == 3);
  rules.set_tier(3);
  BOOST_TEST(to_league_rules(rules, three_teams())->outcome.relegated == 4);
  rules.set_start_year(1980);
  BOOST_TEST(to_league_rules(rules, three_teams())->points.win == 2);
}

BOOST_AUTO_TEST_CASE(a_tier_beyond_all_bounds_is_some_tier) {
  auto rules = england();
  for (auto tier : {0u, 99u, std::numeric_limits<uint32_t>::max()}) {
    rules.set_tier(tier);
    BOOST_TEST(refusal_of(rules) == "taken");
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_rule_set_is_refused_with_those_that_are_known) {
  auto rules = england();
  rules.set_rule_set("scotland");
  BOOST_TEST(refusal_of(rules)
             == "There is no rule set 'scotland'; choose one of england, spain, italy, germany or "
                "france.");
  rules.set_rule_set("England");
  BOOST_TEST(refusal_of(rules).starts_with("There is no rule set 'England';"));
  BOOST_TEST(refusal_of(SeasonRules{}).starts_with("There is no rule set '';"));
}

BOOST_AUTO_TEST_CASE(the_sentence_about_an_unknown_rule_set_is_short_and_utf_8) {
  auto rules = england();
  for (size_t letters = 36; letters <= 40; ++letters) {
    rules.set_rule_set(std::string(letters, 'x') + "\xf0\x9f\x8f\x86" + std::string(10'000, 'y'));
    auto sentence = refusal_of(rules);
    BOOST_TEST(sentence.size() < 200u);
    BOOST_TEST(count_code_points(sentence).has_value(),
               letters << " letters before a character of four bytes");
  }
}

BOOST_AUTO_TEST_CASE(deductions_go_to_their_teams_and_several_of_one_team_stay_apart) {
  auto rules = england();
  deduct(rules, "oak", 200);
  deduct(rules, "ash", 0);
  deduct(rules, "oak", 9);
  auto result = to_league_rules(rules, three_teams());
  using deductions = std::vector<league::deduction>;
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((result->deductions == deductions{{2, 200}, {0, 0}, {2, 9}}));
}

BOOST_AUTO_TEST_CASE(a_deduction_out_of_bounds_is_refused) {
  for (auto points : {201u, 2'147'483'648u, std::numeric_limits<uint32_t>::max()}) {
    auto rules = england();
    deduct(rules, "ash", points);
    BOOST_TEST(refusal_of(rules) == "At most 200 points can be deducted from a team.");
  }
}

BOOST_AUTO_TEST_CASE(a_deduction_from_a_team_that_is_not_in_the_season_is_refused) {
  auto rules = england();
  deduct(rules, "yew", 3);
  BOOST_TEST(refusal_of(rules)
             == "A deduction names the team \"yew\", which is not in the season.");
}

BOOST_AUTO_TEST_CASE(expelled_teams_are_passed_on_and_unknown_ones_refused) {
  auto rules = england();
  rules.add_expelled("elm");
  auto result = to_league_rules(rules, three_teams());
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((result->expelled == std::vector<league::team_index>{1}));
  rules.add_expelled("yew");
  BOOST_TEST(refusal_of(rules)
             == "An expulsion names the team \"yew\", which is not in the season.");
}

BOOST_AUTO_TEST_CASE(deciders_are_passed_on_and_unknown_teams_refused) {
  auto rules = england();
  decide_between(rules, "oak", "ash");
  auto result = to_league_rules(rules, three_teams());
  BOOST_TEST_REQUIRE(result.has_value());
  BOOST_TEST((result->deciders == std::vector<league::decider>{{2, 0}}));
  auto wrong = england();
  decide_between(wrong, "oak", "yew");
  std::string sentence = "A decider names the team \"yew\", which is not in the season.";
  BOOST_TEST(refusal_of(wrong) == sentence);
  wrong = england();
  decide_between(wrong, "yew", "oak");
  BOOST_TEST(refusal_of(wrong) == sentence);
}

BOOST_AUTO_TEST_CASE(points_per_game_and_the_seed_are_passed_on) {
  auto rules = england();
  auto plain = to_league_rules(rules, three_teams());
  BOOST_TEST(!plain->points_per_game);
  BOOST_TEST(plain->lots_seed == 0u);
  rules.set_points_per_game(true);
  rules.set_seed(std::numeric_limits<uint64_t>::max());
  auto result = to_league_rules(rules, three_teams());
  BOOST_TEST(result->points_per_game);
  BOOST_TEST(result->lots_seed == std::numeric_limits<uint64_t>::max());
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_repeat_a_team_of_10000_characters) {
  auto rules = england();
  deduct(rules, std::string(10'000, 'x'), 3);
  BOOST_TEST(refusal_of(rules).size() < 1'000u);
}

BOOST_AUTO_TEST_CASE(a_score_reads_as_in_a_newspaper) {
  BOOST_TEST(score_text(score(2, 1)) == "2-1");
  BOOST_TEST(score_text(score(3, 0, TO_HOME)) == "3-0 (awarded to the hosts)");
  BOOST_TEST(score_text(score(0, 0, TO_AWAY)) == "0-0 (awarded to the visitors)");
}

BOOST_AUTO_TEST_CASE(a_result_keeps_its_teams_goals_and_award) {
  using league::award;
  BOOST_TEST((to_league_result(3, 63, score(36, 0)) == league::result{3, 63, 36, 0}));
  BOOST_TEST(
    (to_league_result(0, 1, score(0, 3, TO_HOME)) == league::result{0, 1, 0, 3, award::home}));
  BOOST_TEST(
    (to_league_result(0, 1, score(0, 0, TO_AWAY)) == league::result{0, 1, 0, 0, award::away}));
}

BOOST_AUTO_TEST_CASE(rows_of_a_table_carry_keys_and_names_and_may_be_below_zero) {
  league::standing row;
  row.position = 3;
  row.team = 2;
  row.played = 10;
  row.won = 1;
  row.drawn = 2;
  row.lost = 7;
  row.goals_for = 8;
  row.goals_against = 20;
  row.points = -1;
  row.deducted = 6;
  google::protobuf::RepeatedPtrField<Standing> rows;
  add_standings({row}, three_teams(), rows);
  BOOST_TEST_REQUIRE(rows.size() == 1);
  BOOST_TEST(rows[0].ShortDebugString()
             == "position: 3 team: \"oak\" name: \"The oak\" played: 10 won: 1 drawn: 2 lost: 7 "
                "goals_for: 8 goals_against: 20 points: -1 deducted: 6");
}
