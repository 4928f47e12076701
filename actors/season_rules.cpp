#include "actors/season_rules.hpp"

#include "messages/text.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

tl::unexpected<std::string> unknown_team(const std::string& what, const std::string& team) {
  return tl::unexpected<std::string>{what + " names the team \"" + excerpt(team)
                                     + "\", which is not in the season."};
}

} // namespace

std::optional<league::team_index> index_of_team(const team_refs& teams, const std::string& team) {
  for (int i = 0; i < teams.size(); ++i)
    if (teams[i].team() == team)
      return static_cast<league::team_index>(i);
  return std::nullopt;
}

bool is_expelled(const SeasonRules& rules, const std::string& team) {
  return std::ranges::find(rules.expelled(), team) != rules.expelled().end();
}

tl::expected<league::rules, std::string> to_league_rules(const SeasonRules& rules,
                                                         const team_refs& teams) {
  auto result
    = league::rule_set(rules.rule_set(), static_cast<int>(rules.tier()), rules.start_year());
  if (!result)
    return result;
  for (auto& x : rules.deductions()) {
    auto team = index_of_team(teams, x.team());
    if (!team)
      return unknown_team("A deduction", x.team());
    if (x.points() > static_cast<uint32_t>(league::max_deduction))
      return tl::unexpected<std::string>{"At most " + std::to_string(league::max_deduction)
                                         + " points can be deducted from a team."};
    result->deductions.push_back({*team, static_cast<int>(x.points())});
  }
  for (auto& x : rules.expelled()) {
    auto team = index_of_team(teams, x);
    if (!team)
      return unknown_team("An expulsion", x);
    result->expelled.push_back(*team);
  }
  for (auto& x : rules.deciders()) {
    auto winner = index_of_team(teams, x.winner());
    auto loser = index_of_team(teams, x.loser());
    if (!winner || !loser)
      return unknown_team("A decider", winner ? x.loser() : x.winner());
    result->deciders.push_back({*winner, *loser});
  }
  result->points_per_game = rules.points_per_game();
  result->lots_seed = rules.seed();
  return result;
}

std::string score_text(const Score& score) {
  auto text = std::to_string(score.home()) + '-' + std::to_string(score.away());
  if (score.award() == TO_HOME)
    text += " (awarded to the hosts)";
  if (score.award() == TO_AWAY)
    text += " (awarded to the visitors)";
  if (score.shootout_home() > 0 || score.shootout_away() > 0)
    text += " (" + std::to_string(score.shootout_home()) + '-'
            + std::to_string(score.shootout_away()) + " on penalties)";
  return text;
}

std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text.ends_with('.') ? text : text + '.';
}

league::result to_league_result(league::team_index home, league::team_index away,
                                const Score& score) {
  auto awarded = score.award() == TO_HOME   ? league::award::home
                 : score.award() == TO_AWAY ? league::award::away
                                            : league::award::by_goals;
  return {home, away, static_cast<uint8_t>(score.home()), static_cast<uint8_t>(score.away()),
          awarded};
}

void add_standings(const std::vector<league::standing>& rows, const team_refs& teams,
                   google::protobuf::RepeatedPtrField<Standing>& out) {
  auto count = [](int x) { return static_cast<uint32_t>(x); };
  for (auto& row : rows) {
    auto& x = *out.Add();
    const auto& team = teams[row.team];
    x.set_position(count(row.position));
    x.set_team(team.team());
    x.set_name(team.name());
    x.set_played(count(row.played));
    x.set_won(count(row.won));
    x.set_drawn(count(row.drawn));
    x.set_lost(count(row.lost));
    x.set_goals_for(count(row.goals_for));
    x.set_goals_against(count(row.goals_against));
    x.set_points(row.points);
    x.set_deducted(count(row.deducted));
  }
}

} // namespace touchline::actors
