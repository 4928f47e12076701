#include "nodes/pyramid_report.hpp"

#include "actors/fixture_manager/pyramid_plan.hpp"
#include "nodes/play_off_list.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (auto& x : names)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

std::string outcome_lines(const league_report& x, bool is_first) {
  std::string result;
  if (is_first && !x.table.rows().empty())
    result += "Champions: " + x.table.rows(0).name() + '\n';
  auto up = joined(x.promoted);
  if (!x.play_off_winner.empty())
    up += (up.empty() ? "" : ", ") + x.play_off_winner + " (play-offs)";
  if (!up.empty())
    result += "Promoted: " + up + '\n';
  if (!x.relegated.empty())
    result += "Relegated: " + joined(x.relegated) + '\n';
  return result;
}

std::string to_text(const season_report& season) {
  std::string result;
  for (auto& x : season.leagues)
    result += (result.empty() ? "" : "\n") + format_tables({x.table}, output_format::text)
              + outcome_lines(x, result.empty());
  return result;
}

json to_json(const season_report& season) {
  json leagues = json::array();
  for (auto& x : season.leagues) {
    auto league = table_json(x.table);
    league["promoted"] = x.promoted;
    league["play_off_winner"] = x.play_off_winner.empty() ? json{} : json(x.play_off_winner);
    league["relegated"] = x.relegated;
    leagues.push_back(std::move(league));
  }
  return {{"season", season.season}, {"leagues", std::move(leagues)}};
}

std::string outcome_of(const league_report& x, const std::string& team) {
  if (std::ranges::find(x.promoted, team) != x.promoted.end())
    return "promoted";
  if (team == x.play_off_winner)
    return "play-off winner";
  return std::ranges::find(x.relegated, team) != x.relegated.end() ? "relegated" : "";
}

std::string to_csv(const season_report& season) {
  std::string result;
  for (auto& x : season.leagues)
    for (auto& row : x.table.rows())
      result += csv_field(season.season) + ',' + csv_field(x.table.league_name()) + ','
                + csv_row(row) + ',' + outcome_of(x, row.name()) + '\n';
  return result;
}

} // namespace

league_report report_league(const PyramidCreate& plan, int tier, LeagueTable table,
                            const FixtureList& list) {
  league_report result;
  const auto& rules = plan.tiers(tier);
  auto down = static_cast<int>(actors::going_down(plan, tier));
  auto promoted = static_cast<int>(rules.promoted());
  for (int i = 0; i < table.rows_size(); ++i)
    if (i < promoted)
      result.promoted.push_back(table.rows(i).name());
    else if (i >= table.rows_size() - down)
      result.relegated.push_back(table.rows(i).name());
  if (auto winner = play_off_winner(rules.play_offs(), list))
    result.play_off_winner = table.rows(promoted + static_cast<int>(*winner)).name();
  result.table = std::move(table);
  return result;
}

std::string format_seasons(const std::vector<season_report>& seasons, output_format format) {
  if (format == output_format::json) {
    json result = json::array();
    for (auto& x : seasons)
      result.push_back(to_json(x));
    return result.dump() + '\n';
  }
  std::string result;
  if (format == output_format::csv)
    result = "season,league," + csv_headings() + ",outcome\n";
  for (auto& x : seasons)
    result += format == output_format::csv ? to_csv(x) : (result.empty() ? "" : "\n") + to_text(x);
  return result;
}

} // namespace touchline::nodes
