#include "nodes/front/positions.hpp"

#include "actors/season_rules.hpp"
#include "league/table.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace touchline::front {

using nlohmann::json;

namespace {

struct round {
  std::string name;
  std::vector<league::result> results;
  std::size_t fixtures = 0;
};

/// In the order in which the list names them; those behind `max_rounds` are left out.
std::vector<round> rounds_of(const FixtureList& season) {
  std::vector<round> out;
  std::map<std::string, std::size_t> places;
  for (auto& x : season.fixtures()) {
    if (x.play_off())
      continue;
    auto [at, is_new] = places.try_emplace(x.round(), out.size());
    if (is_new && out.size() < max_rounds)
      out.push_back({x.round(), {}, 0});
    if (at->second >= out.size())
      continue;
    auto& its = out[at->second];
    ++its.fixtures;
    auto home = actors::index_of_team(season.teams(), x.home());
    auto away = actors::index_of_team(season.teams(), x.away());
    const bool annulled = actors::is_expelled(season.rules(), x.home())
                          || actors::is_expelled(season.rules(), x.away());
    if (x.has_score() && home && away && !annulled)
      its.results.push_back(actors::to_league_result(*home, *away, x.score()));
  }
  return out;
}

} // namespace

json positions_json(const FixtureList& season) {
  json out{{"league", season.league()},
           {"season", season.season()},
           {"season_rounds", 0},
           {"rounds", json::array()},
           {"teams", json::array()}};
  auto rounds = rounds_of(season);
  out["season_rounds"] = rounds.size();
  while (!rounds.empty() && rounds.back().results.empty())
    rounds.pop_back();
  auto rules = actors::to_league_rules(season.rules(), season.teams());
  if (!rules)
    return out;
  league::table table{static_cast<std::size_t>(season.teams_size())};
  std::vector<json> of_team;
  for (auto& x : season.teams())
    of_team.push_back({{"team", x.team()},
                       {"name", x.name()},
                       {"positions", json::array()},
                       {"points", json::array()}});
  auto order = table.standings(*rules);
  for (auto& x : rounds) {
    for (auto& result : x.results)
      table.add(result);
    order = table.standings(*rules);
    out["rounds"].push_back(
      {{"name", x.name}, {"results", x.results.size()}, {"fixtures", x.fixtures}});
    for (auto& row : order) {
      of_team[row.team]["positions"].push_back(row.position);
      of_team[row.team]["points"].push_back(row.points);
    }
  }
  for (auto& row : order)
    out["teams"].push_back(std::move(of_team[row.team]));
  return out;
}

} // namespace touchline::front
