#include "nodes/table_format.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using json = nlohmann::ordered_json;

int64_t goal_difference(const Standing& x) {
  return int64_t{x.goals_for()} - x.goals_against();
}

// -- text -----------------------------------------------------------------------------------------

std::string left(const std::string& text, size_t width) {
  auto length = count_code_points(text).value_or(text.size());
  return text + std::string(width - std::min(width, length), ' ');
}

std::string right(const std::string& text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string text_row(const Standing& x, size_t name_width) {
  auto difference = goal_difference(x);
  auto marker = x.deducted() > 0 ? "*" : " ";
  std::string line = right(std::to_string(x.position()), 3) + "  " + left(x.name(), name_width);
  for (auto n : {x.played(), x.won(), x.drawn(), x.lost(), x.goals_for(), x.goals_against()})
    line += right(std::to_string(n), 5);
  line += right((difference > 0 ? "+" : "") + std::to_string(difference), 6);
  return line + right(std::to_string(x.points()), 6) + marker;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string to_text(const LeagueTable& table) {
  constexpr size_t shortest_name_column = 12;
  size_t width = shortest_name_column;
  for (auto& x : table.rows())
    width = std::max(width, count_code_points(x.name()).value_or(0));
  std::string out = table.league_name() + ' ' + table.season();
  if (!table.complete())
    out += " (after " + std::to_string(table.results()) + " of " + std::to_string(table.fixtures())
           + " matches)";
  out += "\n\n";
  std::string head = "Pos  " + left("Team", width);
  for (auto* title : {"P", "W", "D", "L", "F", "A"})
    head += right(title, 5);
  out += head + right("GD", 6) + right("Pts", 6) + '\n';
  for (auto& x : table.rows())
    out += trimmed(text_row(x, width));
  for (auto& x : table.rows())
    if (x.deducted() > 0)
      out += "  * " + x.name() + ": " + std::to_string(x.deducted())
             + (x.deducted() == 1 ? " point" : " points") + " deducted\n";
  return out;
}

std::string to_csv(const std::vector<LeagueTable>& tables) {
  auto several = tables.size() > 1;
  std::string out = (several ? "season," : "") + csv_headings() + '\n';
  for (auto& table : tables)
    for (auto& x : table.rows())
      out += (several ? csv_field(table.season()) + ',' : "") + csv_row(x) + '\n';
  return out;
}

} // namespace

std::optional<output_format> format_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, output_format>, 3> all{
    {{"text", output_format::text}, {"json", output_format::json}, {"csv", output_format::csv}}};
  auto at = std::ranges::find(all, name, &std::pair<std::string_view, output_format>::first);
  return at == all.end() ? std::nullopt : std::optional{at->second};
}

std::string format_tables(const std::vector<LeagueTable>& tables, output_format format) {
  if (format == output_format::csv)
    return to_csv(tables);
  if (format == output_format::json) {
    if (tables.size() == 1)
      return table_json(tables.front()).dump() + '\n';
    json seasons = json::array();
    for (auto& x : tables)
      seasons.push_back(table_json(x));
    return json{{"seasons", std::move(seasons)}}.dump() + '\n';
  }
  std::string out;
  for (auto& x : tables)
    out += (out.empty() ? "" : "\n") + to_text(x);
  return out;
}

json table_json(const LeagueTable& table) {
  json rows = json::array();
  for (auto& x : table.rows())
    rows.push_back({{"position", x.position()},
                    {"team", x.name()},
                    {"played", x.played()},
                    {"won", x.won()},
                    {"drawn", x.drawn()},
                    {"lost", x.lost()},
                    {"goals_for", x.goals_for()},
                    {"goals_against", x.goals_against()},
                    {"goal_difference", goal_difference(x)},
                    {"points", x.points()},
                    {"deducted", x.deducted()}});
  return {{"league", table.league_name()},
          {"season", table.season()},
          {"complete", table.complete()},
          {"table", std::move(rows)}};
}

std::string csv_headings() {
  return "position,team,played,won,drawn,lost,goals_for,goals_against,goal_difference,points,"
         "deducted";
}

std::string csv_row(const Standing& x) {
  auto out = std::to_string(x.position()) + ',' + csv_field(x.name());
  for (int64_t n : std::initializer_list<int64_t>{x.played(), x.won(), x.drawn(), x.lost(),
                                                  x.goals_for(), x.goals_against(),
                                                  goal_difference(x), x.points(), x.deducted()})
    out += ',' + std::to_string(n);
  return out;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string out = "\"";
  for (char c : text)
    out += c == '"' ? std::string{"\"\""} : std::string(1, c);
  return out + '"';
}

} // namespace touchline::nodes
