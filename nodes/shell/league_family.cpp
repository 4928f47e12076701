// leagues, table, fixtures, results, teams, team, squad, ledger: for people who run a league.
#include "nodes/amount_text.hpp"
#include "nodes/message_json.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/table_format.hpp"

#include <algorithm>
#include <map>

namespace touchline::shell {

namespace {

using nlohmann::json;
using result = tl::expected<report, std::string>;

// -- leagues and teams ----------------------------------------------------------------------------

result show_leagues(session& with, const invocation&) {
  report out{json::array(), text_table{{{"League"}, {"Season"}}, {}}};
  auto leagues = with.leagues();
  if (!leagues)
    return tl::unexpected{leagues.error()};
  for (auto& league : *leagues) {
    auto season = with.season_of(league, {});
    if (!season)
      return tl::unexpected{season.error()};
    out.data.push_back({{"league", league}, {"season", *season}});
    out.table->rows.push_back({league, *season});
  }
  if (with.stopped())
    return tl::unexpected{std::string{"Stopped."}};
  if (out.data.empty())
    out.after = "No league has a season yet; `season simulate --teams 20` plays one.\n";
  return out;
}

result show_teams(session& with, const invocation& how) {
  TeamList question;
  question.set_league(how.argument(0));
  auto found = with.read<Teams>(question);
  if (!found)
    return tl::unexpected{found.error()};
  report out{nodes::to_json(*found),
             text_table{{{"Team"}, {"Name", false, 10}, {"Players", true}}, {}}};
  for (auto& x : found->teams())
    out.table->rows.push_back({x.team(), x.name(), std::to_string(x.players())});
  return out;
}

tl::expected<TeamDetails, std::string> read_team(session& with, const invocation& how) {
  TeamGet question;
  question.set_league(how.argument(0));
  question.set_team(how.argument(1));
  return with.read<TeamDetails>(question);
}

result show_team(session& with, const invocation& how) {
  auto team = read_team(with, how);
  if (!team)
    return tl::unexpected{team.error()};
  auto played = std::ranges::count_if(team->fixtures(), &Fixture::has_score);
  std::string balances;
  for (auto& x : team->balances())
    balances += (balances.empty() ? "" : ", ") + nodes::amount_text(x);
  report out{nodes::to_json(*team), text_table{{{"Field"}, {"Value", false, 10}}, {}}};
  out.table->rows = {{"team", team->team()},
                     {"name", team->name()},
                     {"league", team->league() + (team->relegated() ? " (left it)" : "")},
                     {"stadium", team->stadium()},
                     {"season", team->season()},
                     {"matches", std::to_string(played) + " of "
                                   + std::to_string(team->fixtures_size()) + " played"},
                     {"players", std::to_string(team->squad_size())},
                     {"balance", balances.empty() ? "none" : balances},
                     {"transfers", std::to_string(team->transfers_size()) + " under way"}};
  return out;
}

result show_squad(session& with, const invocation& how) {
  auto team = read_team(with, how);
  if (!team)
    return tl::unexpected{team.error()};
  auto data = nodes::to_json(*team);
  report out{data.contains("squad") ? data["squad"] : json::array(),
             text_table{{{"No", true},
                         {"Position"},
                         {"Name", false, 10},
                         {"Born"},
                         {"Wage", true},
                         {"Key", false, 8},
                         {"Transfer", false, 8}},
                        {}}};
  for (auto& x : team->squad())
    out.table->rows.push_back({std::to_string(x.shirt_number()), x.position(), x.name(),
                               x.date_of_birth(), std::to_string(x.wage_minor_units()), x.player(),
                               x.transfer()});
  return out;
}

result show_ledger(session& with, const invocation& how) {
  auto team = read_team(with, how);
  if (!team)
    return tl::unexpected{team.error()};
  auto data = nodes::to_json(*team);
  report out{json::object(), text_table{{{"Kind"}, {"Amount", true}, {"For", false, 10}}, {}}};
  for (const auto* part : {"balances", "ledger", "totals"})
    out.data[part] = data.contains(part) ? data[part] : json::array();
  for (auto& x : team->ledger())
    out.table->rows.push_back({x.kind(), nodes::amount_text(x.amount()), x.reference()});
  for (auto& x : team->totals())
    out.after += "All of kind " + x.kind() + ": " + nodes::amount_text(x.amount()) + '\n';
  for (auto& x : team->balances())
    out.after += "Balance: " + nodes::amount_text(x) + '\n';
  return out;
}

// -- seasons --------------------------------------------------------------------------------------

result show_table(session& with, const invocation& how) {
  auto season = with.season_of(how.argument(0), how.argument(1));
  if (!season)
    return tl::unexpected{season.error()};
  LeagueTableGet question;
  question.set_league(how.argument(0));
  question.set_season(*season);
  auto table = with.read<LeagueTable>(question);
  if (!table)
    return tl::unexpected{table.error()};
  report out{json::parse(nodes::table_json(*table).dump()), text_table{{{"Position", true},
                                                                        {"Team", false, 8},
                                                                        {"P", true},
                                                                        {"W", true},
                                                                        {"D", true},
                                                                        {"L", true},
                                                                        {"F", true},
                                                                        {"A", true},
                                                                        {"GD", true},
                                                                        {"Points", true}},
                                                                       {}}};
  for (auto& x : table->rows()) {
    auto difference = int64_t{x.goals_for()} - x.goals_against();
    out.table->rows.push_back(
      {std::to_string(x.position()), x.name(), std::to_string(x.played()), std::to_string(x.won()),
       std::to_string(x.drawn()), std::to_string(x.lost()), std::to_string(x.goals_for()),
       std::to_string(x.goals_against()), (difference > 0 ? "+" : "") + std::to_string(difference),
       std::to_string(x.points())});
  }
  out.csv = nodes::format_tables({*table}, nodes::output_format::csv);
  out.before = table->league_name() + ' ' + table->season()
               + (table->complete() ? ", complete"
                                    : ", after " + std::to_string(table->results()) + " of "
                                        + std::to_string(table->fixtures()) + " matches")
               + "\n\n";
  return out;
}

std::string score_text(const Score& x) {
  auto out = std::to_string(x.home()) + " - " + std::to_string(x.away());
  if (x.shootout_home() + x.shootout_away() > 0)
    out += " (" + std::to_string(x.shootout_home()) + " - " + std::to_string(x.shootout_away())
           + " on penalties)";
  if (x.award() != BY_GOALS)
    out += x.award() == TO_HOME ? " awarded to home" : " awarded to away";
  return out;
}

/// The matches of a season, those that were played (results) or all (fixtures).
result show_matches(session& with, const invocation& how, bool only_played) {
  auto season = with.season_of(how.argument(0), how.argument(1));
  if (!season)
    return tl::unexpected{season.error()};
  FixtureListGet question;
  question.set_league(how.argument(0));
  question.set_season(*season);
  auto list = with.read<FixtureList>(question);
  if (!list)
    return tl::unexpected{list.error()};
  std::map<std::string, std::string> names;
  for (auto& x : list->teams())
    names[x.team()] = x.name();
  const auto& team = how.value("--team");
  if (!team.empty() && !names.contains(team))
    return tl::unexpected{"No team " + team + " plays in " + how.argument(0) + ' ' + *season
                          + "; `teams " + how.argument(0) + "` lists those that do."};
  report out{json::array(), text_table{{{"No", true},
                                        {"Date"},
                                        {"Round", false, 8},
                                        {"Home", false, 8},
                                        {"Score"},
                                        {"Away", false, 8}},
                                       {}}};
  for (auto& x : list->fixtures()) {
    if ((only_played && !x.has_score()) || (!team.empty() && x.home() != team && x.away() != team)
        || (how.has("--open") && x.has_score()))
      continue;
    out.data.push_back(nodes::to_json(x));
    out.table->rows.push_back({std::to_string(x.number()), x.date(), x.round(), names[x.home()],
                               x.has_score() ? score_text(x.score()) : "-", names[x.away()]});
  }
  return out;
}

result show_fixtures(session& with, const invocation& how) {
  return show_matches(with, how, false);
}

result show_results(session& with, const invocation& how) {
  return show_matches(with, how, true);
}

} // namespace

std::vector<command> league_family() {
  const parameter league{"LEAGUE", word_kind::league};
  const parameter season{"SEASON", word_kind::season, false};
  const parameter team{"TEAM", word_kind::team};
  const option of_team{"--team", "TEAM", word_kind::team, "only those of a team"};
  const std::string latest = "Without a season, the one that is being played or was last.";
  return {
    {"leagues",
     {},
     {},
     "The leagues, and the season of each",
     "",
     "leagues",
     nullptr,
     show_leagues},
    {"table",
     {league, season},
     {},
     "The league table, final or so far",
     latest,
     "table en.1 2022-23",
     nullptr,
     show_table},
    {"fixtures",
     {league, season},
     {of_team, {"--open", "", word_kind::text, "only those that are still to be played"}},
     "The fixture list of a season",
     latest,
     "fixtures en.1 --team arsenal-fc",
     nullptr,
     show_fixtures},
    {"results",
     {league, season},
     {of_team},
     "The matches that were played",
     latest,
     "results en.1 2022-23",
     nullptr,
     show_results},
    {"teams", {league}, {}, "The teams of a league", "", "teams en.1", nullptr, show_teams},
    {"team", {league, team}, {}, "One team", "", "team en.1 arsenal-fc", nullptr, show_team},
    {"squad",
     {league, team},
     {},
     "The players of a team",
     "",
     "squad en.1 arsenal-fc",
     nullptr,
     show_squad},
    {"ledger",
     {league, team},
     {},
     "What a team was paid and has paid, and what it has",
     "The newest entries; the sums are over all entries ever.",
     "ledger en.1 arsenal-fc",
     nullptr,
     show_ledger},
  };
}

} // namespace touchline::shell
