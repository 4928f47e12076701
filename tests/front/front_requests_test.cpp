// The league over HTTP: a real node behind real sockets.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/openapi.hpp"
#include "tests/front/served_node.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

/// A served node, an administrator of all leagues, and a viewer.
struct served_league {
  explicit served_league(front::front_configuration config = {}) : node{std::move(config)} {}

  http_reply admin(const std::string& method, const std::string& target,
                   const std::string& body = {}, header_list headers = {}) {
    headers.push_back(bearer(admin_token));
    return node.ask(method, target, headers, body);
  }

  served_node node;
  std::string admin_token = node.make_account("admin", LEAGUE_ADMINISTRATOR);
  std::string viewer_token = node.make_account("viewer", VIEWER);
};

const std::string teams = "/v1/leagues/en.1/teams";
const std::string season = "/v1/leagues/en.1/seasons/2022-23";

void check_problem(const http_reply& x, int status, const std::string& code,
                   const std::string& field = {}) {
  BOOST_TEST(x.status == status, x.status << " instead of " << status << ": " << x.body);
  BOOST_TEST(x.header("content-type") == "application/problem+json");
  auto body = json::parse(x.body, nullptr, false);
  BOOST_TEST_REQUIRE(body.is_object());
  BOOST_TEST(body["code"] == code, x.body);
  BOOST_TEST(body["status"] == status);
  BOOST_TEST(!body["detail"].get<std::string>().empty());
  BOOST_TEST(body.value("field", std::string{}) == field, x.body);
}

} // namespace

// -- messages -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_is_made_read_and_not_read_again) {
  served_league league;
  auto made = league.admin("POST", teams, R"({"name": "Arsenal FC"})");
  BOOST_TEST(made.status == 201, made.body);
  BOOST_TEST(made.header("location") == teams + "/arsenal-fc");
  BOOST_TEST(!made.header("idempotency-key").empty());
  // The team itself is told of it behind the answer.
  BOOST_TEST(league.node.league().settle(60'000));
  auto read = league.admin("GET", made.header("location"));
  BOOST_TEST(read.status == 200);
  BOOST_TEST(json::parse(read.body)["name"] == "Arsenal FC");
  BOOST_TEST(!read.header("touchline-position").empty());
  BOOST_TEST(read.header("x-content-type-options") == "nosniff");
  auto etag = read.header("etag");
  auto again = league.admin("GET", teams + "/arsenal-fc", {}, {{"If-None-Match", etag}});
  BOOST_TEST(again.status == 304);
  BOOST_TEST(again.body.empty());
  league.admin("PATCH", teams + "/arsenal-fc", R"({"stadium": "Emirates", "name": "Arsenal FC"})");
  auto changed = league.admin("GET", teams + "/arsenal-fc", {}, {{"If-None-Match", etag}});
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.header("etag") != etag);
  http_client client{league.node.port()};
  auto head = client.ask("HEAD", teams + "/arsenal-fc", {bearer(league.admin_token)});
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-length") == changed.header("content-length"));
}

BOOST_AUTO_TEST_CASE(a_command_that_is_sent_again_under_its_key_takes_effect_once) {
  served_league league;
  auto send = [&](const std::string& body) {
    return league.admin("POST", teams, body, {{"Idempotency-Key", "the-key"}});
  };
  auto first = send(R"({"name": "Arsenal FC"})");
  auto again = send(R"({"name": "Arsenal FC"})");
  BOOST_TEST(first.status == 201);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(first.header("idempotency-replayed").empty());
  BOOST_TEST(again.header("idempotency-replayed") == "true");
  check_problem(send(R"({"name": "Everton FC"})"), 409, "conflict");
  auto list = json::parse(league.admin("GET", teams).body);
  BOOST_TEST(list["teams"].size() == 1);
  check_problem(league.admin("POST", teams, R"({"name": "Fulham FC"})",
                             {{"Idempotency-Key", std::string(129, 'x')}}),
                422, "invalid-argument", "Idempotency-Key");
}

BOOST_AUTO_TEST_CASE(an_asynchronous_message_is_accepted_and_its_flow_tells_the_rest) {
  served_league league;
  json list{{"league_name", "Test League"},
            {"teams",
             {{{"team", "ash"}, {"name", "Ash"}},
              {{"team", "birch"}, {"name", "Birch"}},
              {{"team", "cedar"}, {"name", "Cedar"}},
              {{"team", "elm"}, {"name", "Elm"}}}},
            {"start", "2022-08-01"},
            {"end", "2023-05-31"},
            {"rules", {{"rule_set", "england"}, {"tier", 1}, {"start_year", 2022}}}};
  auto accepted = league.admin("POST", season + "/fixtures", list.dump(),
                               {{"Idempotency-Key", "generate/2022-23"}});
  BOOST_TEST(accepted.status == 202, accepted.body);
  BOOST_TEST(accepted.header("location") == "/v1/flows/generate%2F2022-23");
  BOOST_TEST(league.node.league().settle(60'000));
  auto flow = json::parse(league.admin("GET", accepted.header("location")).body);
  BOOST_TEST(flow["state"] == "completed", flow.dump());
  BOOST_TEST(flow["message"] == "fixturelist.generate");
  BOOST_TEST(flow["steps"].size() > 1);
  auto fixtures = json::parse(league.admin("GET", season + "/fixtures").body)["fixtures"];
  BOOST_TEST(fixtures.size() == 12);
  auto table = json::parse(league.admin("GET", season + "/table").body);
  BOOST_TEST(table["rows"].size() == 4);
  BOOST_TEST(table["rows"][0]["points"] == 0);
  check_problem(league.admin("GET", "/v1/flows/nobody"), 404, "not-found");
  check_problem(league.node.ask("GET", "/v1/flows/nobody"), 401, "unauthenticated");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_body_is_named) {
  served_league league;
  check_problem(league.admin("POST", teams, R"({"nmae": "Arsenal"})"), 422, "invalid-argument",
                "nmae");
  check_problem(league.admin("POST", teams, R"({"league": "en.2", "name": "A"})"), 422,
                "invalid-argument", "league");
  check_problem(league.admin("POST", teams, "{"), 400, "invalid-argument");
  check_problem(league.admin("POST", teams, "name=Arsenal", {{"Content-Type", "text/plain"}}), 415,
                "invalid-argument", "Content-Type");
  check_problem(league.admin("GET", teams + "?colour=red"), 422, "invalid-argument", "colour");
  check_problem(league.admin("GET", "/v1/leagues/%zz/teams"), 400, "invalid-argument");
  check_problem(league.admin("DELETE", teams + "/arsenal-fc/players/ten"), 422, "invalid-argument",
                "shirt_number");
  check_problem(league.admin("POST", teams, R"({"name": ""})"), 422, "invalid-argument");
  check_problem(league.admin("GET", teams + "/nobody"), 404, "not-found");
  auto deep = std::string(100'000, '[');
  check_problem(league.admin("POST", teams, deep), 400, "invalid-argument");
  BOOST_TEST(json::parse(league.admin("GET", teams).body)["teams"].empty());
}

BOOST_AUTO_TEST_CASE(a_path_says_what_it_can_do) {
  served_league league;
  check_problem(league.admin("GET", "/v1/nothing"), 404, "not-found");
  auto refused = league.admin("DELETE", teams);
  check_problem(refused, 405, "unsupported");
  BOOST_TEST(refused.header("allow").find("POST") != std::string::npos);
  auto options = league.node.ask("OPTIONS", teams);
  BOOST_TEST(options.status == 204);
  for (auto* method : {"GET", "HEAD", "POST", "OPTIONS"})
    BOOST_TEST(options.header("allow").find(method) != std::string::npos, method);
  check_problem(league.node.ask("POST", "/livez", {}, "{}"), 405, "unsupported");
}

// -- for spreadsheets and calendars ---------------------------------------------------------------

namespace {

/// A season of four teams, one of whose matches was played.
void make_season(served_league& league) {
  json list{{"league_name", "Test, League"},
            {"teams",
             {{{"team", "ash"}, {"name", "Ash"}},
              {{"team", "birch"}, {"name", "Birch; the \"B\""}},
              {{"team", "cedar"}, {"name", "Cedar"}},
              {{"team", "elm"}, {"name", "Elm"}}}},
            {"start", "2022-08-01"},
            {"end", "2023-05-31"},
            {"rules", {{"rule_set", "england"}, {"tier", 1}, {"start_year", 2022}}}};
  auto made = league.admin("POST", season + "/fixtures", list.dump());
  BOOST_TEST_REQUIRE(made.status == 202, made.body);
  BOOST_TEST_REQUIRE(league.node.league().settle(60'000));
  auto first = json::parse(league.admin("GET", season + "/fixtures").body)["fixtures"][0];
  json result{
    {"home", first["home"]}, {"away", first["away"]}, {"score", {{"home", 2}, {"away", 1}}}};
  made = league.admin("POST", season + "/results", result.dump());
  BOOST_TEST_REQUIRE(made.status == 202, made.body);
  BOOST_TEST_REQUIRE(league.node.league().settle(60'000));
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++out;
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(tables_and_fixtures_are_there_for_spreadsheets) {
  served_league league;
  make_season(league);
  auto table = league.admin("GET", season + "/table.csv");
  BOOST_TEST(table.status == 200, table.body);
  BOOST_TEST(table.header("content-type").starts_with("text/csv"));
  BOOST_TEST(table.body.starts_with("position,team,name,played,"));
  BOOST_TEST(count_of(table.body, "\r\n") == 5u);
  BOOST_TEST(table.body.find("birch,\"Birch; the \"\"B\"\"\",") != std::string::npos, table.body);
  auto fixtures = league.admin("GET", season + "/fixtures.csv");
  BOOST_TEST(count_of(fixtures.body, "\r\n") == 13u);
  auto results = league.admin("GET", season + "/results.csv");
  BOOST_TEST(count_of(results.body, "\r\n") == 2u);
  BOOST_TEST(results.body.find(",2,1,,,,false\r\n") != std::string::npos, results.body);
  // The same by its own path, for who says so.
  auto same = league.admin("GET", season + "/table", {}, {{"Accept", "text/csv"}});
  BOOST_TEST(same.body == table.body);
  BOOST_TEST(same.header("vary").find("Accept") != std::string::npos);
  auto browser = league.admin("GET", season + "/table", {}, {{"Accept", "text/html, */*;q=0.8"}});
  BOOST_TEST(browser.header("content-type") == "application/json");
  auto known
    = league.admin("GET", season + "/table.csv", {}, {{"If-None-Match", table.header("etag")}});
  BOOST_TEST(known.status == 304);
  check_problem(league.node.ask("GET", season + "/table.csv"), 401, "unauthenticated");
  check_problem(league.admin("GET", "/v1/leagues/en.9/seasons/2022-23/table.csv"), 404,
                "not-found");
}

BOOST_AUTO_TEST_CASE(the_fixtures_of_a_team_are_a_calendar) {
  served_league league;
  make_season(league);
  const auto path = season + "/teams/birch/fixtures.ics";
  auto calendar = league.admin("GET", path);
  BOOST_TEST_REQUIRE(calendar.status == 200, calendar.body);
  BOOST_TEST(calendar.header("content-type") == "text/calendar; charset=utf-8");
  const auto& text = calendar.body;
  BOOST_TEST(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
  BOOST_TEST(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
  BOOST_TEST(count_of(text, "BEGIN:VEVENT\r\n") == 6u);
  BOOST_TEST(count_of(text, "\n") == count_of(text, "\r\n"));
  BOOST_TEST(text.find("Birch\\; the \"B\"") != std::string::npos, text);
  BOOST_TEST(text.find("DESCRIPTION:Test\\, League") != std::string::npos, text);
  std::set<std::string> ids;
  std::set<std::string> stamps;
  for (size_t at = 0; at < text.size();) {
    auto end = text.find("\r\n", at);
    auto line = text.substr(at, end - at);
    BOOST_TEST(line.size() <= 75u, line);
    if (line.starts_with("UID:"))
      BOOST_TEST(ids.insert(line).second, line);
    if (line.starts_with("DTSTAMP:"))
      stamps.insert(line);
    at = end + 2;
  }
  BOOST_TEST(ids.size() == 6u);
  // Of the record, not of the clock: the same as long as nothing changes.
  BOOST_TEST(stamps.size() == 1u);
  auto again = league.admin("GET", path);
  BOOST_TEST(again.body == text);
  BOOST_TEST(again.header("etag") == calendar.header("etag"));
  check_problem(league.admin("GET", season + "/teams/nobody/fixtures.ics"), 404, "not-found");
}

// -- seasons that were played elsewhere -----------------------------------------------------------

namespace {

std::string bundled_season() {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + "/data/2022-23/en.1.json"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_season_that_is_posted_is_recorded_once) {
  served_league league;
  const std::string target = "/v1/imports?file=2022-23/en.1.json";
  auto first = league.admin("POST", target, bundled_season());
  BOOST_TEST_REQUIRE(first.status == 200, first.body);
  auto told = json::parse(first.body);
  BOOST_TEST(told["teams"] == 20);
  BOOST_TEST(told["fixtures"] == 380);
  BOOST_TEST(told["results_now"] == 380);
  auto table = json::parse(league.admin("GET", told["table"].get<std::string>()).body);
  BOOST_TEST(table["rows"][0]["name"] == "Manchester City FC");
  BOOST_TEST(table["rows"][0]["points"] == 89);
  auto again = json::parse(league.admin("POST", target, bundled_season()).body);
  BOOST_TEST(again["results_now"] == 0);
  BOOST_TEST(again["results_before"] == 380);
  // What comes out as CSV goes in as CSV: nothing is new in it.
  auto csv = league.admin("GET", first.header("content-location") + ".csv");
  BOOST_TEST_REQUIRE(csv.status == 200, csv.body);
  auto same = league.admin(
    "POST", "/v1/imports?file=2022-23/en.1.csv&name=English%20Premier%20League%202022/23", csv.body,
    {{"Content-Type", "text/csv"}});
  BOOST_TEST(same.status == 200, same.body);
  BOOST_TEST(json::parse(same.body)["results_before"] == 380);
  auto forbidden = league.node.ask("POST", target, {bearer(league.viewer_token)}, bundled_season());
  check_problem(forbidden, 403, "forbidden");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_posted_season_is_named) {
  served_league league;
  auto post
    = [&](const std::string& body, const std::string& type = "application/json",
          const std::string& query = "?file=2022-23/en.1.json&name=Test%20League%202022/23") {
        return league.admin("POST", "/v1/imports" + query, body, {{"Content-Type", type}});
      };
  const std::string head = "date,home_name,away_name,home_goals,away_goals\r\n";
  check_problem(post("{"), 422, "invalid-argument");
  check_problem(post(R"({"name": "Test League 2022/23", "matches": [
    {"date": "2022-08-05", "team1": "Ash", "team2": "Birch"},
    {"date": "2022-13-05", "team1": "Birch", "team2": "Ash"}]})"),
                422, "invalid-argument", "matches[1]");
  check_problem(post("x", "text/plain"), 415, "invalid-argument", "Content-Type");
  check_problem(post(head, "text/csv", ""), 422, "invalid-argument", "name");
  check_problem(post("date,home_name\r\n", "text/csv"), 422, "invalid-argument", "away_name");
  check_problem(post(head + "2022-08-05,Ash,Birch,2,x\r\n", "text/csv"), 422, "invalid-argument",
                "away_goals");
  check_problem(post(head + "2022-08-05,\"Ash,Birch\r\n", "text/csv"), 422, "invalid-argument");
  check_problem(post(head + "2022-08-05,Ash,Birch,2,1\n2022-02-30,Birch,Ash,,\n", "text/csv"), 422,
                "invalid-argument", "matches[1]");
  check_problem(post("{}", "application/json", "?colour=red"), 422, "invalid-argument", "colour");
  auto good = post(head + "2022-08-05,\"Ash, the\",Birch,2,1\n\n2022-08-12,Birch,\"Ash, the\",,\n",
                   "text/csv");
  BOOST_TEST(good.status == 200, good.body);
  BOOST_TEST(json::parse(good.body)["results_now"] == 1);
}

// -- who may --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_role_table_decides) {
  served_league league;
  BOOST_TEST(league.admin("POST", teams, R"({"name": "Arsenal FC"})").status == 201);
  auto& node = league.node;
  auto unknown = node.ask("GET", teams);
  check_problem(unknown, 401, "unauthenticated");
  BOOST_TEST(unknown.header("www-authenticate").starts_with("Bearer"));
  check_problem(node.ask("GET", teams, {bearer("nonsense")}), 401, "unauthenticated");
  BOOST_TEST(node.ask("GET", teams, {bearer(league.viewer_token)}).status == 200);
  check_problem(node.ask("POST", teams, {bearer(league.viewer_token)}, R"({"name": "Fulham"})"),
                403, "forbidden");
}

BOOST_AUTO_TEST_CASE(a_person_is_invited_activates_logs_in_and_logs_out) {
  served_league league;
  BOOST_TEST(league.admin("POST", teams, R"({"name": "Arsenal FC"})").status == 201);
  auto& node = league.node;
  auto made = league.admin("POST", "/v1/accounts",
                           R"({"account": "en/jane", "name": "Jane", "role": "VIEWER"})");
  BOOST_TEST(made.status == 201, made.body);
  BOOST_TEST(made.header("location") == "/v1/accounts/en%2Fjane");
  auto code = json::parse(made.body)["invitation_code"].get<std::string>();
  const std::string account = "/v1/accounts/en%2Fjane";
  json activation{{"invitation", code}, {"password", "battery staple"}};
  check_problem(node.ask("POST", "/v1/accounts/en%2Fjohn/activation", {}, activation.dump()), 401,
                "unauthenticated", "invitation");
  BOOST_TEST(node.ask("POST", account + "/activation", {}, activation.dump()).status == 200);
  check_problem(node.ask("POST", account + "/tokens", {}, R"({"password": "battery stable"})"), 401,
                "unauthenticated");
  check_problem(node.ask("POST", account + "/tokens", {}, R"({"pasword": "x"})"), 422,
                "invalid-argument", "pasword");
  check_problem(node.ask("POST", account + "/tokens", {}, "{}"), 422, "invalid-argument",
                "password");
  auto log_in = node.ask("POST", account + "/tokens", {}, R"({"password": "battery staple"})");
  BOOST_TEST(log_in.status == 200, log_in.body);
  BOOST_TEST(log_in.header("cache-control") == "no-store");
  auto token = json::parse(log_in.body)["token"].get<std::string>();
  BOOST_TEST(node.ask("GET", teams, {bearer(token)}).status == 200);
  auto changed = node.ask("PUT", account + "/password", {bearer(token)},
                          R"({"password": "battery staple", "new_password": "correct horse"})");
  BOOST_TEST(changed.status == 200, changed.body);
  check_problem(node.ask("GET", teams, {bearer(token)}), 401, "unauthenticated");
  check_problem(node.ask("PUT", account + "/password", {bearer(league.viewer_token)},
                         R"({"password": "x", "new_password": "y"})"),
                403, "forbidden");
}

BOOST_AUTO_TEST_CASE(a_token_that_is_revoked_here_is_void_at_once) {
  front::front_configuration config;
  config.token_memory_ms = 60'000;
  served_league league{config};
  BOOST_TEST(league.admin("POST", teams, R"({"name": "Arsenal FC"})").status == 201);
  auto& node = league.node;
  auto jane = node.make_account("en/jane", VIEWER);
  BOOST_TEST(node.ask("GET", teams, {bearer(jane)}).status == 200);
  auto shown = nodes::read_token(*node.league().key(), jane, actors::system_clock().now_ms());
  auto revoked = league.admin("DELETE", "/v1/accounts/en%2Fjane/tokens/" + shown->token());
  BOOST_TEST(revoked.status == 200, revoked.body);
  check_problem(node.ask("GET", teams, {bearer(jane)}), 401, "unauthenticated");
}

BOOST_AUTO_TEST_CASE(who_asks_too_often_is_told_when_to_come_back) {
  front::front_configuration config;
  config.rate = {.per_second = 1, .burst = 3};
  served_league league{config};
  http_client client{league.node.port()};
  http_reply last;
  for (int i = 0; i < 10 && last.status != 429; ++i)
    last = client.ask("GET", teams, {bearer(league.viewer_token)});
  check_problem(last, 429, "overloaded");
  BOOST_TEST(last.header("retry-after") == "1");
  // Others are not in the way of each other, and a load balancer's questions are not counted.
  BOOST_TEST(league.admin("GET", teams).status != 429);
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(league.node.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(who_is_behind_a_proxy_is_counted_for_himself_only_if_the_proxy_is_trusted) {
  front::front_configuration config;
  config.rate = {.per_second = 1, .burst = 3};
  auto refused = [](served_league& league) {
    int out = 0;
    for (int i = 0; i < 8; ++i) {
      auto from = "192.0.2." + std::to_string(i);
      out += league.node.ask("GET", teams, {{"X-Forwarded-For", from}}).status == 429 ? 1 : 0;
    }
    return out;
  };
  served_league direct{config};
  BOOST_TEST(refused(direct) > 0);
  BOOST_TEST_REQUIRE(config.trusted_proxies.add("127.0.0.0/8"));
  served_league behind{config};
  BOOST_TEST(refused(behind) == 0);
  int same = 0;
  for (int i = 0; i < 8; ++i)
    // What the client says of himself counts for nothing.
    same
      += behind.node
               .ask("GET", teams, {{"X-Forwarded-For", std::to_string(i) + ".0.0.1, 192.0.2.99"}})
               .status
             == 429
           ? 1
           : 0;
  BOOST_TEST(same > 0);
}

// -- operators ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(operators_see_whether_it_lives_is_ready_and_what_it_did) {
  served_league league;
  BOOST_TEST(league.admin("POST", teams, R"({"name": "Arsenal FC"})").status == 201);
  auto& node = league.node;
  league.admin("GET", teams);
  BOOST_TEST(node.ask("GET", "/livez").status == 200);
  BOOST_TEST(node.ask("GET", "/readyz").status == 200);
  auto metrics = node.ask("GET", "/metrics");
  BOOST_TEST(metrics.status == 200);
  for (auto* line :
       {"touchline_front_requests_total{operation=\"team.list\",status=\"200\"} 1",
        "touchline_front_request_duration_seconds_bucket",
        "touchline_front_breaker_state{context=\"identity\"} 0", "touchline_front_connections",
        "touchline_messages_handled_total", "caf_system_running_actors"})
    BOOST_TEST(metrics.body.find(line) != std::string::npos, line << " in " << metrics.body);
}

BOOST_AUTO_TEST_CASE(a_front_that_ends_turns_unready_and_closes_its_connections) {
  front::front_configuration config;
  served_league league{config};
  http_client idle{league.node.port()};
  BOOST_TEST(idle.ask("GET", "/readyz").status == 200);
  BOOST_TEST(league.node.served().drain());
  BOOST_TEST(idle.is_closed());
}

// -- the document ---------------------------------------------------------------------------------

namespace {

/// Every "$ref" within.
void collect_references(const json& x, std::set<std::string>& out) {
  if (x.is_object() && x.contains("$ref"))
    out.insert(x["$ref"].get<std::string>());
  for (auto& part : x)
    if (part.is_structured())
      collect_references(part, out);
}

/// The path with "k" or a number in the place of each parameter.
std::string filled(std::string path) {
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
    auto end = path.find('}', at);
    auto name = path.substr(at + 1, end - at - 1);
    path.replace(at, end - at + 1,
                 name == "season"         ? "2022-23"
                 : name == "shirt_number" ? "7"
                                          : "k");
  }
  return path;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_document_holds_together) {
  served_league league;
  auto document = json::parse(league.node.ask("GET", "/openapi.json").body);
  BOOST_TEST(document["openapi"] == "3.1.0");
  BOOST_TEST(document["info"]["title"].is_string());
  std::set<std::string> ids;
  for (auto& [path, operations] : document["paths"].items()) {
    BOOST_TEST(path.starts_with("/v1/"), path);
    for (auto& [method, operation] : operations.items()) {
      BOOST_TEST(ids.insert(operation["operationId"].get<std::string>()).second);
      BOOST_TEST(operation["responses"].contains("default"));
      BOOST_TEST(operation["tags"].is_array());
      BOOST_TEST(operation["security"].is_array());
      std::set<std::string> in_path;
      for (auto& parameter : operation["parameters"]) {
        BOOST_TEST(parameter["schema"].is_object());
        if (parameter["in"] == "path") {
          BOOST_TEST(parameter["required"] == true);
          in_path.insert(parameter["name"].get<std::string>());
        }
      }
      for (auto& name : in_path)
        BOOST_TEST(path.find('{' + name + '}') != std::string::npos, name << " in " << path);
      BOOST_TEST(static_cast<size_t>(std::ranges::count(path, '{')) == in_path.size(), path);
    }
  }
  std::set<std::string> references;
  collect_references(document, references);
  BOOST_TEST(references.size() > 10);
  for (auto& x : references)
    BOOST_TEST(document.contains(json::json_pointer{x.substr(1)}), x);
  BOOST_TEST(document.dump().find("proof") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_operation_of_the_document_is_served) {
  served_league league;
  auto document = json::parse(league.node.ask("GET", "/openapi.json").body);
  for (auto& [path, operations] : document["paths"].items())
    for (auto& [name, operation] : operations.items()) {
      auto method = name;
      std::ranges::transform(method, method.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      auto body = operation.contains("requestBody") ? "{}" : "";
      auto target = filled(path);
      // A connection for each: a stream takes its own.
      auto reply = league.node.ask(method, target, {bearer(league.admin_token)}, body);
      // Answered or refused as the document says.
      const auto& responses = operation["responses"];
      auto status = std::to_string(reply.status);
      const auto& type = reply.header("content-type");
      const auto& said = responses.contains(status) ? responses[status] : responses["default"];
      BOOST_TEST(said["content"].contains(type.substr(0, type.find(';'))),
                 method << ' ' << target << " was answered with " << status << ' ' << type);
      // Refused by the league for what is not there, and never for not being known or for failing.
      BOOST_TEST(reply.status >= 200, method << ' ' << target);
      BOOST_TEST(reply.status < 500, method << ' ' << target << ' ' << reply.body);
      BOOST_TEST(reply.status != 405, method << ' ' << target);
      BOOST_TEST(reply.body.find("Nothing is served") == std::string::npos, target);
      auto has_token = !operation["security"].empty();
      if (has_token)
        BOOST_TEST(league.node.ask(method, target, {}, body).status == 401,
                   method << ' ' << target);
    }
}
