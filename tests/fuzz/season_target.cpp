// Seasons that were played elsewhere: football.json and CSV, as they are posted and as files.
#include "messages/header.hpp"
#include "messages/text.hpp"
#include "nodes/front/season_import.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

namespace touchline::fuzz {

namespace {

enum choice : uint8_t { of_json, of_csv, of_named_csv };

void check(const nodes::season_plan& plan) {
  must(!check_key("", plan.league), "a league that is imported has a key");
  must(!check_key("", plan.season), "a season that is imported has a key");
  must(!check_text_fields(plan.fixtures), "imported text is UTF-8");
  for (auto& x : plan.teams)
    must(!check_key("", x.team()) && !check_name("", x.name()),
         "an imported team has key and name");
  for (auto& x : plan.results({}))
    must(!check_text_fields(x), "imported text is UTF-8");
}

front::http_request posted(const std::string& type, std::string query, std::string_view body) {
  front::http_request out;
  out.method = "POST";
  out.path = "/v1/imports";
  out.query = std::move(query);
  out.headers["content-type"] = type;
  out.body = std::string{body};
  return out;
}

/// The first matches of the bundled season.
nlohmann::json some_matches(size_t count) {
  auto season = nlohmann::json::parse(project_file("data/2022-23/en.1.json"));
  auto& matches = season["matches"];
  matches.erase(matches.begin() + static_cast<std::ptrdiff_t>(count), matches.end());
  return season;
}

} // namespace

void take(std::string_view input) {
  const auto how = take_choice(input);
  const std::string query
    = how == of_csv ? "name=English%20Premier%20League%202022/23" : "file=2022-23/en.1.json";
  // Where the name is fuzzed as well, it is the first line.
  auto line = input.substr(0, input.find('\n'));
  auto request = how == of_json ? posted("application/json", query, input)
                 : how == of_named_csv
                   ? posted("text/csv", std::string{line},
                            input.substr(std::min(input.size(), line.size() + 1)))
                   : posted("text/csv", query, input);
  if (auto plan = front::read_import(request))
    check(*plan);
  else
    must(!plan.error().detail.empty() && count_code_points(plan.error().detail).has_value(),
         "a refusal is a sentence");
}

std::vector<std::string> seeds() {
  constexpr const char* csv = "round,date,time,home_name,away_name,home_goals,away_goals\r\n"
                              "1,2022-08-05,20:00,\"Crystal \"\"P\"\" Palace\",Arsenal FC,0,2\r\n"
                              "1,2022-08-06,12:30,Fulham FC,Liverpool FC,2,2\n"
                              "2,2022-08-13,,Arsenal FC,Fulham FC,,\n";
  auto rich = R"({"name":"English Premier League 2022/23","matches":[{"round":"Matchday 1",
"date":"2022-08-05","time":"20:00","team1":"A FC","team2":"B","score":{"ht":[0,1],"ft":[2,2],
"et":[3,3],"p":[5,4]},"goals1":[{"name":"X","minute":"90+3","penalty":true}],
"goals2":[{"name":"Y","minute":7,"owngoal":true}],"status":"awarded"},
{"round":"Play-off final","stage":"Final","date":"2023-05-28","team1":"B","team2":"A FC"}]})";
  auto rounds = R"({"name":"Premier League 2014/15","rounds":[{"name":"Matchday 1","matches":[
{"date":"2014-08-16","team1":{"name":"Arsenal","code":"ARS"},"team2":{"name":"Spurs"},"score1":2,
"score2":1}]}]})";
  return {
    chosen(of_json, some_matches(6).dump()),
    chosen(of_json, some_matches(2).dump(2)),
    chosen(of_json, rich),
    chosen(of_json, rounds),
    chosen(of_csv, csv),
    chosen(of_named_csv, "name=Premier%20League%202022/23&file=a/es.1.json\n" + std::string{csv})};
}

} // namespace touchline::fuzz
