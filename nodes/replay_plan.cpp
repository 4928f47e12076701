#include "nodes/season_plan.hpp"

#include "messages/text.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include <xxhash.h>

namespace touchline::nodes {

namespace {

/// A league's key with the choices that differ from what the file says by itself: another choice,
/// another league.
std::string league_key(const league::season_file& file, const league::rule_choice& choice,
                       const league::rules& rules) {
  constexpr size_t digest_digits = 8;
  auto key = file.league_key.substr(0, max_key_bytes - digest_digits - 1);
  auto own = league::rules_for(file, {});
  if (own && own->name == rules.name && choice.deductions.empty() && !choice.points_per_game)
    return key;
  auto text = rules.name + (choice.points_per_game ? "|points per game" : "");
  std::map<league::team_index, int> deducted;
  for (auto& x : rules.deductions)
    deducted[x.team] += x.points;
  for (auto& [team, points] : deducted)
    text += '|' + file.teams[team].key + '=' + std::to_string(points);
  auto digest = XXH3_64bits(text.data(), text.size());
  constexpr std::string_view digits = "0123456789abcdef";
  key += '-';
  for (size_t i = 0; i < digest_digits; ++i)
    key += digits[digest >> (4 * i) & 0xf];
  return key;
}

SeasonRules to_season_rules(const league::season_file& file, const league::rules& rules) {
  SeasonRules result;
  result.set_rule_set(rules.name);
  result.set_tier(static_cast<uint32_t>(file.tier));
  result.set_start_year(file.start_year);
  result.set_points_per_game(rules.points_per_game);
  result.set_seed(rules.lots_seed);
  result.set_relegated(static_cast<uint32_t>(rules.outcome.relegated));
  for (auto& x : rules.deductions) {
    auto& deduction = *result.add_deductions();
    deduction.set_team(file.teams[x.team].key);
    deduction.set_points(static_cast<uint32_t>(x.points));
  }
  for (auto team : rules.expelled)
    result.add_expelled(file.teams[team].key);
  for (auto& x : rules.deciders) {
    auto& decider = *result.add_deciders();
    decider.set_winner(file.teams[x.winner].key);
    decider.set_loser(file.teams[x.loser].key);
  }
  return result;
}

void add_goals(const std::vector<league::goal>& goals, const std::string& team, ResultCreate& out) {
  for (auto& x : goals) {
    auto& goal = *out.add_goals();
    goal.set_team(team);
    goal.set_player(x.scorer);
    goal.set_minute(static_cast<uint32_t>(x.minute.value_or(0)));
    goal.set_penalty(x.penalty);
    goal.set_own_goal(x.own_goal);
  }
}

ResultCreate to_result(const league::season_file& file, const league::season_match& match) {
  ResultCreate result;
  result.set_home(file.teams[match.home].key);
  result.set_away(file.teams[match.away].key);
  auto counted = match.as_result();
  auto& score = *result.mutable_score();
  score.set_home(counted.home_goals);
  score.set_away(counted.away_goals);
  score.set_award(counted.awarded == league::award::home   ? TO_HOME
                  : counted.awarded == league::award::away ? TO_AWAY
                                                           : BY_GOALS);
  add_goals(match.home_goals, result.home(), result);
  add_goals(match.away_goals, result.away(), result);
  return result;
}

void add_fixture(const league::season_file& file, const league::season_match& match,
                 FixtureListGenerate& out) {
  auto& x = *out.add_fixtures();
  x.set_number(static_cast<uint32_t>(out.fixtures_size()));
  x.set_round(match.round);
  x.set_date(match.date.to_string());
  x.set_time(match.time);
  x.set_home(file.teams[match.home].key);
  x.set_away(file.teams[match.away].key);
}

} // namespace

tl::expected<league::season_file, std::string> read_season(const std::filesystem::path& file) {
  auto name = file.string();
  std::error_code failed;
  auto status = std::filesystem::status(file, failed);
  if (!std::filesystem::exists(status))
    return tl::unexpected{"There is no file " + name + "."};
  if (!std::filesystem::is_regular_file(status))
    return tl::unexpected{name + " is not a file; name a season in football.json format."};
  auto bytes = std::filesystem::file_size(file, failed);
  if (auto refused = league::refuse_size(failed ? 0 : bytes, name))
    return tl::unexpected{refused->message};
  std::ifstream in{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in.good() && !in.eof())
    return tl::unexpected{name + " cannot be read; check its permissions."};
  auto season = league::parse_season(text, name);
  if (!season)
    return tl::unexpected{season.error().message};
  return std::move(*season);
}

tl::expected<season_plan, std::string> plan_replay(const league::season_file& file,
                                                   const league::rule_choice& choice,
                                                   const std::vector<sponsor_deal>& sponsors) {
  auto rules = league::rules_for(file, choice);
  if (!rules)
    return tl::unexpected{rules.error().message};
  season_plan plan;
  plan.league = league_key(file, choice, *rules);
  plan.season = file.season;
  plan.league_name = file.league;
  plan.sponsors = sponsor_messages(sponsors);
  for (auto& x : file.teams) {
    TeamCreate& team = plan.teams.emplace_back();
    team.set_team(x.key);
    team.set_name(x.name);
    auto& reference = *plan.fixtures.add_teams();
    reference.set_team(x.key);
    reference.set_name(x.name);
  }
  *plan.fixtures.mutable_rules() = to_season_rules(file, *rules);
  std::vector<ResultCreate> results;
  for (auto& match : file.matches) {
    // A season on points per game is over: what was not played will not be.
    if (match.counts() || !rules->points_per_game)
      add_fixture(file, match, plan.fixtures);
    if (match.counts())
      results.push_back(to_result(file, match));
  }
  plan.results = [results = std::move(results)](const FixtureList&) { return results; };
  return plan;
}

} // namespace touchline::nodes
