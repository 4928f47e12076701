// The rules for one season: a country's rule set and what the file and the user add to it. Declared
// in season_file.hpp.

#include "league/match_reader.hpp"
#include "league/season_file.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace touchline::league {

namespace {

// Goals of the two teams of a pair over the matches that they played, the lower index first.
struct tie {
  int low = 0;
  int high = 0;
  int shoot_out_low = 0;
  int shoot_out_high = 0;
  bool is_complete = true;

  void add(const season_match& match) {
    const auto& goals = match.extra_time ? match.extra_time : match.full_time;
    if (!match.counts() || !goals) {
      is_complete = false;
      return;
    }
    const auto home_is_low = match.home < match.away;
    low += home_is_low ? goals->home : goals->away;
    high += home_is_low ? goals->away : goals->home;
    if (match.shoot_out) {
      shoot_out_low = home_is_low ? match.shoot_out->home : match.shoot_out->away;
      shoot_out_high = home_is_low ? match.shoot_out->away : match.shoot_out->home;
    }
  }

  // Positive if the lower index won, negative if the higher did, 0 if nobody did.
  int outcome() const noexcept {
    return !is_complete ? 0 : low != high ? low - high : shoot_out_low - shoot_out_high;
  }
};

std::vector<decider> find_deciders(const season_file& season) {
  std::map<std::pair<team_index, team_index>, tie> ties;
  for (const auto& match : season.play_offs)
    if (match.home < season.teams.size() && match.away < season.teams.size())
      ties[std::minmax(match.home, match.away)].add(match);
  std::vector<decider> found;
  for (const auto& [pair, played] : ties) {
    if (played.outcome() > 0)
      found.push_back({pair.first, pair.second});
    else if (played.outcome() < 0)
      found.push_back({pair.second, pair.first});
  }
  return found;
}

std::string list_of_teams(const season_file& season) {
  std::string list;
  for (const auto& team : season.teams)
    list += (list.empty() ? "" : ", ") + team.name;
  return list;
}

std::string list_of_rule_sets() {
  std::string list;
  for (const auto name : rule_set_names())
    list += (list.empty() ? "" : ", ") + std::string{name};
  return list;
}

tl::expected<rules, import_error> base_rules(const season_file& season, const std::string& chosen) {
  const auto guessed = rule_set_of_country(season.country);
  if (chosen.empty() && !guessed)
    return tl::unexpected{
      import_error{import_code::unknown_rule_set,
                   "Neither the file's name nor the league's name " + quoted(season.league)
                     + " tells whose rules apply; choose one of " + list_of_rule_sets() + ".",
                   0, 0}};
  auto by = rule_set(chosen.empty() ? *guessed : chosen, season.tier, season.start_year);
  if (!by)
    return tl::unexpected{import_error{import_code::unknown_rule_set, std::move(by.error()), 0, 0}};
  return std::move(*by);
}

std::optional<import_error> add_deduction(const season_file& season, const std::string& name,
                                          int points, rules& into) {
  const auto team = season.find_team(name);
  if (!team)
    return import_error{import_code::unknown_team,
                        "There is no team " + quoted(name) + " to take points from; the teams are "
                          + list_of_teams(season) + ".",
                        0, 0};
  if (points < 0 || points > max_deduction)
    return import_error{import_code::bad_deduction,
                        "A deduction of " + std::to_string(points) + " points from " + quoted(name)
                          + " cannot be; it is a whole number from 0 to "
                          + std::to_string(max_deduction) + ".",
                        0, 0};
  into.deductions.push_back({*team, points});
  return std::nullopt;
}

} // namespace

tl::expected<rules, import_error> rules_for(const season_file& season, const rule_choice& choice) {
  auto by = base_rules(season, choice.rule_set);
  if (!by)
    return by;
  by->points_per_game = choice.points_per_game;
  by->expelled = season.expelled;
  by->deciders = find_deciders(season);
  for (const auto& [name, points] : choice.deductions)
    if (auto refused = add_deduction(season, name, points, *by))
      return tl::unexpected{std::move(*refused)};
  return by;
}

} // namespace touchline::league
