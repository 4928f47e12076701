#include "nodes/front/season_import.hpp"

#include "messages/text.hpp"
#include "nodes/configuration.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/season_player.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <map>
#include <optional>
#include <vector>

namespace touchline::front {

namespace {

using nlohmann::json;
using csv_row = std::vector<std::string>;

constexpr unsigned unsupported_media_type = 415;

tl::unexpected<problem> wrong(std::string detail, std::string field = {}, unsigned status = 0) {
  problem out;
  out.status = status;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return tl::unexpected{std::move(out)};
}

// -- CSV ------------------------------------------------------------------------------------------

/// A cell, which is taken off the text; `last` when its row ends with it. Nothing when a quote is
/// not closed.
std::optional<std::string> take_cell(std::string_view& text, bool& last) {
  std::string out;
  bool quoted = text.starts_with('"');
  if (quoted)
    text.remove_prefix(1);
  for (; quoted; text.remove_prefix(1)) {
    if (text.empty())
      return std::nullopt;
    if (text.front() == '"') {
      text.remove_prefix(1);
      if (!text.starts_with('"'))
        break;
    }
    out += text.front();
  }
  auto rest = text.substr(0, text.find_first_of(",\r\n"));
  out.append(rest);
  text.remove_prefix(rest.size());
  last = !text.starts_with(',');
  if (text.starts_with("\r\n"))
    text.remove_prefix(2);
  else if (!text.empty())
    text.remove_prefix(1);
  return out;
}

std::optional<csv_row> take_row(std::string_view& text) {
  csv_row out;
  for (bool last = false; !last;) {
    auto cell = take_cell(text, last);
    if (!cell)
      return std::nullopt;
    out.push_back(std::move(*cell));
  }
  return out;
}

/// The cells of one row by the names of their columns.
class named_row {
public:
  named_row(const std::map<std::string, size_t>& columns, const csv_row& cells)
    : columns_{columns},
      cells_{cells} {}

  std::string at(const std::string& name) const {
    auto column = columns_.find(name);
    return column == columns_.end() || column->second >= cells_.size() ? std::string{}
                                                                       : cells_[column->second];
  }

private:
  const std::map<std::string, size_t>& columns_;
  const csv_row& cells_;
};

tl::expected<json, problem> goals_of(const named_row& row, size_t number) {
  json out = json::array();
  for (auto* name : {"home_goals", "away_goals"}) {
    auto text = row.at(name);
    int goals = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), goals);
    if (failed != std::errc{} || end != text.data() + text.size())
      return wrong("Row " + std::to_string(number) + " has \"" + excerpt(text)
                     + "\" for goals; a number is needed, or none in both columns.",
                   name);
    out.push_back(goals);
  }
  return out;
}

tl::expected<json, problem> match_of(const named_row& row, size_t number) {
  json out{
    {"date", row.at("date")}, {"team1", row.at("home_name")}, {"team2", row.at("away_name")}};
  for (auto* name : {"round", "time"})
    if (auto text = row.at(name); !text.empty())
      out[name] = text;
  if (row.at("home_goals").empty() && row.at("away_goals").empty())
    return out;
  auto goals = goals_of(row, number);
  if (!goals)
    return tl::unexpected{goals.error()};
  out["score"] = {{"ft", std::move(*goals)}};
  return out;
}

// -- what is posted -------------------------------------------------------------------------------

struct import_parameters {
  std::string file;
  std::string name;
};

tl::expected<import_parameters, problem> read_parameters(const http_request& request) {
  auto parameters = query_parameters(request.query);
  constexpr unsigned bad_request = 400;
  if (!parameters)
    return wrong("The query of the URL cannot be decoded.", {}, bad_request);
  import_parameters out;
  for (auto& [name, value] : *parameters) {
    if (name == "file")
      out.file = value;
    else if (name == "name")
      out.name = value;
    else
      return wrong("There is no parameter " + excerpt(name) + " here; there are file and name.",
                   excerpt(name));
    if (auto why = check_name("The parameter " + name, value))
      return wrong(*why, name);
  }
  return out;
}

std::string_view type_of(const http_request& request) {
  auto type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' '))
    type.remove_suffix(1);
  return type;
}

/// The rules of a league that plays already are its own.
LeagueRules rules_of(nodes::league_access& league, const std::string& key) {
  nodes::season_client client{league};
  TeamList query;
  query.set_league(key);
  auto known = client.read<Teams>(std::move(query));
  return known ? known->rules() : nodes::default_rules();
}

} // namespace

tl::expected<std::string, problem> football_json_of(std::string_view csv, const std::string& name) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (csv.starts_with(mark))
    csv.remove_prefix(mark.size());
  std::map<std::string, size_t> columns;
  json matches = json::array();
  for (size_t number = 1; !csv.empty(); ++number) {
    auto row = take_row(csv);
    if (!row)
      return wrong("A quote that is opened in row " + std::to_string(number) + " is not closed.");
    if (number == 1) {
      for (size_t i = 0; i < row->size(); ++i)
        columns.emplace((*row)[i], i);
      for (auto* needed : {"date", "home_name", "away_name"})
        if (!columns.contains(needed))
          return wrong(std::string{"The first row names no column "} + needed + '.', needed);
      continue;
    }
    if (row->size() == 1 && row->front().empty())
      continue;
    if (matches.size() >= league::max_season_matches)
      return wrong("A season has at most " + std::to_string(league::max_season_matches)
                   + " matches.");
    auto match = match_of({columns, *row}, number);
    if (!match)
      return tl::unexpected{match.error()};
    matches.push_back(std::move(*match));
  }
  return json{{"name", name}, {"matches", std::move(matches)}}.dump(-1, ' ', false,
                                                                    json::error_handler_t::replace);
}

tl::expected<nodes::season_plan, problem> read_import(const http_request& request) {
  auto parameters = read_parameters(request);
  if (!parameters)
    return tl::unexpected{parameters.error()};
  auto text = tl::expected<std::string, problem>{request.body};
  auto type = type_of(request);
  if (type == "text/csv") {
    if (parameters->name.empty())
      return wrong("CSV does not say which season it is; say it, as in "
                   "?name=English%20Premier%20League%202022/23.",
                   "name");
    text = football_json_of(request.body, parameters->name);
  } else if (type != "application/json") {
    return wrong("A season is application/json, in football.json format, or text/csv.",
                 "Content-Type", unsupported_media_type);
  }
  if (!text)
    return tl::unexpected{text.error()};
  auto file = parameters->file.empty() ? std::string{"The body"} : parameters->file;
  auto season = league::parse_season(*text, file);
  if (!season) {
    const auto& why = season.error();
    return wrong(why.message,
                 why.match > 0 ? "matches[" + std::to_string(why.match - 1) + ']' : std::string{});
  }
  auto plan = nodes::plan_replay(*season, {}, {});
  if (!plan)
    return wrong(plan.error());
  plan->fixtures.set_league(plan->league);
  plan->fixtures.set_season(plan->season);
  return std::move(*plan);
}

http_response run_import(nodes::league_access& league, nodes::season_plan plan) {
  plan.rules = rules_of(league, plan.league);
  nodes::progress silent{nullptr};
  nodes::season_player player{league, 0, silent};
  auto played = player.play(plan);
  if (!played)
    return response_of(problem_of(played.error()));
  auto at
    = "/v1/leagues/" + percent_encoded(plan.league) + "/seasons/" + percent_encoded(plan.season);
  http_response out;
  out.body = json{{"league", plan.league},
                  {"season", plan.season},
                  {"teams", plan.teams.size()},
                  {"fixtures", plan.fixtures.fixtures_size()},
                  {"results_now", played->played_now},
                  {"results_before", played->recorded_before},
                  {"table", at + "/table"}}
               .dump();
  out.set("Content-Type", "application/json");
  out.set("Content-Location", at + "/fixtures");
  out.set("Cache-Control", "no-store");
  return out;
}

} // namespace touchline::front
