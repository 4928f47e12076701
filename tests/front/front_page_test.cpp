// The page, and what it reads that is no message of the catalogue: a real node behind real sockets.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/page_files.hpp"
#include "nodes/front/positions.hpp"
#include "tests/front/served_node.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string season = "/v1/leagues/en.1/seasons/2022-23";

Fixture match(uint32_t number, const std::string& round, const std::string& home,
              const std::string& away) {
  Fixture out;
  out.set_number(number);
  out.set_round(round);
  out.set_home(home);
  out.set_away(away);
  return out;
}

Fixture played(Fixture x, uint32_t home, uint32_t away) {
  x.mutable_score()->set_home(home);
  x.mutable_score()->set_away(away);
  return x;
}

FixtureList of_teams(const std::vector<std::string>& teams) {
  FixtureList out;
  out.set_league("en.1");
  out.set_season("2022-23");
  out.mutable_rules()->set_rule_set("england");
  out.mutable_rules()->set_tier(1);
  out.mutable_rules()->set_start_year(2022);
  for (auto& x : teams) {
    auto& team = *out.add_teams();
    team.set_team(x);
    team.set_name(x + " FC");
  }
  return out;
}

json places_of(const json& positions, const std::string& team) {
  for (auto& x : positions["teams"])
    if (x["team"] == team)
      return x["positions"];
  return {};
}

/// Four teams and six fixtures, through the front.
void begin_season(const served_node& node, const std::string& token) {
  json teams = json::array();
  for (auto* x : {"a", "b", "c", "d"})
    teams.push_back({{"team", x}, {"name", std::string{"Team "} + x}});
  auto made = node.ask("POST", season + "/fixtures", {bearer(token)},
                       json{{"league_name", "A League"},
                            {"teams", teams},
                            {"start", "2022-08-01"},
                            {"end", "2023-05-31"},
                            {"rules", {{"rule_set", "england"}, {"tier", 1}, {"start_year", 2022}}}}
                         .dump());
  BOOST_TEST_REQUIRE(made.status == 202, made.body);
}

http_reply wait_for(const served_node& node, const std::string& target, const std::string& token) {
  constexpr int attempts = 100;
  http_reply out;
  for (int i = 0; i < attempts; ++i) {
    out = node.ask("GET", target, {bearer(token)});
    if (out.status == 200)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return out;
}

} // namespace

// -- the page -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_page_is_served_to_everybody_and_may_load_nothing_from_elsewhere) {
  served_node node;
  auto page = node.ask("GET", "/");
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
  BOOST_TEST(page.header("x-content-type-options") == "nosniff");
  auto policy = page.header("content-security-policy");
  BOOST_TEST(policy.find("default-src 'none'") != std::string::npos);
  BOOST_TEST(policy.find("unsafe") == std::string::npos);
  BOOST_TEST(policy.find("http") == std::string::npos);
  BOOST_TEST(page.header("set-cookie").empty());
  // Everything that it names is there.
  for (size_t at = page.body.find("\"/page/"); at != std::string::npos;
       at = page.body.find("\"/page/", at + 1)) {
    auto path = page.body.substr(at + 1, page.body.find('"', at + 1) - at - 1);
    BOOST_TEST(node.ask("GET", path).status == 200, path);
  }
  BOOST_TEST(node.ask("GET", "/page/app.js").header("content-type")
             == "text/javascript; charset=utf-8");
  BOOST_TEST(node.ask("GET", "/page/nothing.js").status == 404);
  BOOST_TEST(node.ask("GET", "/page/../page/app.js").status == 404);
  auto posted = node.ask("POST", "/");
  BOOST_TEST(posted.status == 405);
  BOOST_TEST(posted.header("allow") == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_file_comes_compressed_to_those_who_take_it_and_not_twice) {
  served_node node;
  auto plain = node.ask("GET", "/page/app.js");
  auto packed = node.ask("GET", "/page/app.js", {{"Accept-Encoding", "br, gzip"}});
  BOOST_TEST(plain.header("content-encoding").empty());
  BOOST_TEST(packed.header("content-encoding") == "gzip");
  BOOST_TEST(packed.header("vary") == "Accept-Encoding");
  BOOST_TEST(packed.body.size() < plain.body.size());
  BOOST_TEST(packed.body.starts_with("\x1f\x8b"));
  BOOST_TEST(packed.header("etag") != plain.header("etag"));
  auto refused = node.ask("GET", "/page/app.js", {{"Accept-Encoding", "gzip;q=0"}});
  BOOST_TEST(refused.header("content-encoding").empty());
  for (auto& [accepted, etag] :
       {std::pair{"identity", plain.header("etag")}, std::pair{"gzip", packed.header("etag")}}) {
    auto again = node.ask("GET", "/page/app.js",
                          {{"Accept-Encoding", accepted}, {"If-None-Match", std::string{etag}}});
    BOOST_TEST(again.status == 304);
    BOOST_TEST(again.body.empty());
  }
}

BOOST_AUTO_TEST_CASE(no_file_of_the_page_names_another_host) {
  for (auto& file : front::page_files()) {
    if (file.path.find("/vendor/") != std::string_view::npos)
      continue;
    BOOST_TEST(file.bytes.find("//cdn") == std::string_view::npos, file.path);
    auto at = file.bytes.find("http");
    // The namespace of SVG is a name and is not fetched.
    while (at != std::string_view::npos) {
      BOOST_TEST(file.bytes.substr(at).starts_with("http://www.w3.org/2000/svg"), file.path);
      at = file.bytes.find("http", at + 1);
    }
  }
}

// -- leagues and places ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(leagues_and_places_by_round_are_read_by_viewers) {
  served_node node;
  auto admin = node.make_account("admin", LEAGUE_ADMINISTRATOR);
  auto viewer = node.make_account("viewer", VIEWER);
  BOOST_TEST(node.ask("GET", "/v1/leagues").status == 401);
  BOOST_TEST(node.ask("GET", season + "/positions").status == 401);
  BOOST_TEST(node.ask("GET", season + "/positions", {bearer(viewer)}).status == 404);
  begin_season(node, admin);
  auto list = json::parse(wait_for(node, season + "/fixtures", viewer).body);
  auto first = list["fixtures"][0];
  auto sent = node.ask(
    "POST", season + "/results", {bearer(admin)},
    json{{"home", first["home"]}, {"away", first["away"]}, {"score", {{"home", 2}}}}.dump());
  BOOST_TEST_REQUIRE(sent.status == 202, sent.body);
  auto positions = wait_for(node, season + "/positions", viewer);
  auto body = json::parse(positions.body);
  BOOST_TEST(body["rounds"].size() == 1);
  BOOST_TEST(places_of(body, first["home"])[0] == 1);
  BOOST_TEST(places_of(body, first["away"])[0] == 4);
  auto again = node.ask("GET", season + "/positions",
                        {bearer(viewer), {"If-None-Match", positions.header("etag")}});
  BOOST_TEST(again.status == 304);
  auto leagues = json::parse(node.ask("GET", "/v1/leagues", {bearer(viewer)}).body);
  BOOST_TEST(leagues
             == (json{{"leagues", json::array({{{"league", "en.1"}, {"seasons", {"2022-23"}}}})}}));
}

BOOST_AUTO_TEST_CASE(with_public_reads_everybody_reads_leagues_and_changes_nothing) {
  front::front_configuration config;
  config.public_reads = true;
  served_node node{config};
  begin_season(node, node.make_account("admin", LEAGUE_ADMINISTRATOR));
  wait_for(node, season + "/fixtures", node.make_account("viewer", VIEWER));
  BOOST_TEST(node.ask("GET", season + "/fixtures").status == 200);
  BOOST_TEST(node.ask("GET", season + "/positions").status == 200);
  BOOST_TEST(node.ask("GET", "/v1/leagues").status == 200);
  // A token that is no good is refused all the same.
  BOOST_TEST(node.ask("GET", "/v1/leagues", {bearer("nonsense")}).status == 401);
  BOOST_TEST(node.ask("POST", season + "/results", {}, "{}").status == 401);
  BOOST_TEST(node.ask("GET", "/v1/accounts/admin").status != 200);
  BOOST_TEST(node.ask("GET", "/v1/cluster/dead-letters").status == 401);
  BOOST_TEST(node.ask("GET", "/v1/flows/x").status == 401);
}

BOOST_AUTO_TEST_CASE(the_last_places_are_those_of_the_table_and_a_late_match_counts_for_its_round) {
  auto list = of_teams({"a", "b", "c", "d"});
  *list.add_fixtures() = played(match(1, "Matchday 1", "a", "b"), 1, 0);
  *list.add_fixtures() = match(2, "Matchday 1", "c", "d");
  *list.add_fixtures() = played(match(3, "Matchday 2", "b", "c"), 3, 0);
  *list.add_fixtures() = match(4, "Matchday 3", "d", "a");
  auto before = front::positions_json(list);
  BOOST_TEST(before["season_rounds"] == 3);
  BOOST_TEST(before["rounds"].size() == 2);
  BOOST_TEST(places_of(before, "a") == json::array({1, 2}));
  BOOST_TEST(places_of(before, "b") == json::array({4, 1}));
  // The match of the first round is played last.
  *list.mutable_fixtures(1) = played(list.fixtures(1), 0, 5);
  auto after = front::positions_json(list);
  BOOST_TEST(after["rounds"].size() == 2);
  BOOST_TEST(places_of(after, "d") == json::array({1, 1}));
  BOOST_TEST(after["teams"][0]["team"] == "d");
  BOOST_TEST(after["teams"][0]["points"] == json::array({3, 3}));
}

BOOST_AUTO_TEST_CASE(a_season_without_results_or_with_unknown_rules_has_no_rounds) {
  auto list = of_teams({"a", "b"});
  *list.add_fixtures() = match(1, "Matchday 1", "a", "b");
  BOOST_TEST(front::positions_json(list)["rounds"].empty());
  *list.mutable_fixtures(0) = played(list.fixtures(0), 1, 1);
  list.mutable_rules()->set_rule_set("nowhere");
  BOOST_TEST(front::positions_json(list)["teams"].empty());
}

// -- the cluster ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_cluster_is_shown_to_those_who_may_look) {
  served_node node;
  auto owner = node.make_account("en/owner", TEAM_OWNER, {"arsenal-fc"});
  auto boss = node.make_account("boss", OPERATOR);
  for (auto* what : {"nodes", "partitions", "actors", "supervisors", "dead-letters", "flows"}) {
    auto target = std::string{"/v1/cluster/"} + what;
    BOOST_TEST(node.ask("GET", target).status == 401, target);
    BOOST_TEST(node.ask("GET", target, {bearer(owner)}).status == 403, target);
    BOOST_TEST(node.ask("POST", target, {bearer(boss)}, "{}").status == 405, target);
    BOOST_TEST(node.ask("GET", target + "?nonsense=1", {bearer(boss)}).status == 422, target);
  }
  // A node of its own is no cluster; what is stored is read all the same.
  BOOST_TEST(node.ask("GET", "/v1/cluster/nodes", {bearer(boss)}).status == 404);
  auto letters = node.ask("GET", "/v1/cluster/dead-letters", {bearer(boss)});
  BOOST_TEST(letters.status == 200);
  BOOST_TEST(json::parse(letters.body)["dead_letters"].empty());
  auto flows = node.ask("GET", "/v1/cluster/flows?state=completed&limit=3", {bearer(boss)});
  BOOST_TEST(flows.status == 200, flows.body);
  BOOST_TEST(json::parse(flows.body)["flows"].size() == 3);
  BOOST_TEST(node.ask("GET", "/v1/cluster/flows?limit=0", {bearer(boss)}).status == 422);
  BOOST_TEST(node.ask("GET", "/v1/cluster/other", {bearer(boss)}).status == 404);
}
