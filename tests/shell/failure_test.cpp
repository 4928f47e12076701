// The shell when parts of the cluster fail: no majority, certificates that do not fit, a node that
// is gone for good, a flow that is stuck.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/real_cluster.hpp"

#include <algorithm>

using namespace touchline::testing;
using nlohmann::json;

namespace {

/// Commands of a shell, one after the other.
finished shell(const real_cluster& cluster, const std::vector<std::string>& commands,
               std::vector<std::string> options = {}) {
  options.insert(options.begin(), "shell");
  for (auto& x : commands)
    options.insert(options.end(), {"-c", x});
  return cluster.ask(options);
}

json shell_json(const real_cluster& cluster, const std::string& command) {
  auto x = shell(cluster, {command}, {"--format", "json"});
  BOOST_TEST_REQUIRE(x.status == 0, command + ": " + x.err);
  return json::parse(x.out);
}

/// One sentence on standard error, and nothing else, that says this.
void is_refused(const finished& x, const std::string& sentence) {
  BOOST_TEST(x.status == 1, x.out);
  BOOST_TEST(x.out == "");
  BOOST_TEST(std::ranges::count(x.err, '\n') == 1, x.err);
  BOOST_TEST(x.err.find(sentence) != std::string::npos, x.err);
}

void send(const real_cluster& cluster, const std::string& id, const std::string& message) {
  auto x = shell(cluster, {"send " + message + " --id " + id});
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
}

/// A season of two teams, of which the team manager knows none: the flow of the result that
/// completes it, "en-r2" for the league en.1, cannot relegate the last one.
void play_season_of_unknown_teams(const real_cluster& cluster, const std::string& pyramid) {
  send(cluster, pyramid + "-generate",
       "fixturelist.generate league=" + pyramid
         + ".1 season=2022-23 league_name='Test League' "
           R"('teams=[{"team":"ash","name":"Ash"},{"team":"elm","name":"Elm"}]' )"
           "start=2022-08-01 end=2023-05-31 rules.rule_set=england rules.tier=1 "
           "rules.start_year=2022 rules.relegated=1");
  const auto season = "result.create league=" + pyramid + ".1 season=2022-23 ";
  send(cluster, pyramid + "-r1", season + "home=ash away=elm score.home=2 score.away=1");
  send(cluster, pyramid + "-r2", season + "home=elm away=ash score.home=0 score.away=1");
}

} // namespace

BOOST_AUTO_TEST_CASE(without_a_majority_a_command_is_refused_and_who_is_there_is_still_shown) {
  real_cluster cluster;
  cluster.start_all();
  const std::string create = "send team.create league=en.1 team=ash name=Ash --id once";
  cluster.kill(1);
  cluster.kill(2);
  // Names are looked up in the store, which is another way.
  auto arguments = cluster.connected({"shell", "-c", "leagues"});
  arguments.insert(arguments.begin(), program);
  work_folder folder;
  process leagues{folder, arguments};
  auto refused = shell(cluster, {create});
  is_refused(refused, "majority");
  is_refused(leagues.wait(), "majority");
  BOOST_TEST(refused.err.find("once") != std::string::npos, refused.err);
  auto nodes = shell_json(cluster, "nodes")["nodes"];
  BOOST_TEST(std::ranges::any_of(nodes, [](auto& x) { return x["node"] == 3; }));
  cluster.start(1);
  cluster.require_healthy({1, 3});
  // Under the id that the sentence names it takes effect once.
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(shell(cluster, {create}).status == 0);
  BOOST_TEST(cluster.history("team/en/ash").size() == 1u);
}

BOOST_AUTO_TEST_CASE(certificates_that_do_not_fit_are_refused_in_a_sentence) {
  work_folder certificates;
  auto certs = [&](const std::string& folder, std::vector<std::string> more) {
    more.insert(more.begin(), {"certs", "--out", certificates / folder, "--cluster", "trial"});
    auto x = run(certificates, more);
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
  };
  certs("ours", {"--nodes", "1,2,3", "--client", "ada"});
  certs("theirs", {"--nodes", "1", "--client", "ada"});
  auto files = [&](const std::string& authority, const std::string& holder) {
    return touchline::nodes::tls_files{certificates / (authority + "/ca.pem"),
                                       certificates / (holder + "/client-ada.pem"),
                                       certificates / (holder + "/client-ada.key")};
  };
  auto ours = certificates / "ours/";
  real_cluster cluster{
    {.cluster_lines = "  tls {\n    ca = \"" + ours + "ca.pem\"\n    certificate = \"" + ours
                      + "node-{id}.pem\"\n    key = \"" + ours + "node-{id}.key\"\n  }\n",
     .client = files("ours", "ours")}};
  cluster.start_all();
  BOOST_TEST(shell_json(cluster, "nodes")["nodes"].size() == 3u);
  auto shown = [&](const touchline::nodes::tls_files& x) {
    return run(work_folder{},
               {"shell", "--connect", cluster.address(1), "--tls-ca", x.ca, "--tls-certificate",
                x.certificate, "--tls-key", x.key, "-c", "nodes"});
  };
  is_refused(shown(files("ours", "theirs")), "certificates does not fit");
  is_refused(shown(files("theirs", "theirs")), "certificates does not fit");
  is_refused(run(work_folder{}, {"shell", "--connect", cluster.address(1), "-c", "nodes"}),
             "perhaps it wants TLS");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_gone_for_good_is_removed_when_that_is_confirmed) {
  real_cluster cluster;
  cluster.start_all();
  cluster.kill(2);
  cluster.resize(4);
  cluster.start(4, {"--join", cluster.address(3)});
  auto known = [&] { return shell_json(cluster, "nodes")["known"]; };
  BOOST_TEST(eventually([&] { return known() == json{1, 2, 3, 4}; }));
  is_refused(shell(cluster, {"remove node-2"}), "give --yes");
  BOOST_TEST(known() == (json{1, 2, 3, 4}));
  BOOST_TEST(shell(cluster, {"remove node-2 --yes"}).status == 0);
  BOOST_TEST(eventually([&] { return known() == json{1, 3, 4}; }));
  cluster.require_healthy({1, 3, 4});
  is_refused(shell(cluster, {"remove node-2 --yes"}), "2");
  auto audit = shell_json(cluster, "history audit/cluster --limit 100").dump();
  BOOST_TEST(audit.find("remove node 2") != std::string::npos, audit);
}

BOOST_AUTO_TEST_CASE(help_leads_to_the_reason_why_a_flow_is_stuck_and_out_of_it) {
  real_cluster cluster;
  cluster.start_all();
  play_season_of_unknown_teams(cluster, "en");
  // Each step is named by the one before it.
  auto text = [&](const std::string& command) {
    auto x = shell(cluster, {command});
    BOOST_TEST(x.status == 0, x.err);
    return x.out;
  };
  auto names = [](const std::string& where, const std::string& what) {
    BOOST_TEST(where.find(what) != std::string::npos, where);
  };
  names(text("help"), "flows");
  names(text("help flows"), "`flow ID` draws it");
  BOOST_TEST(
    eventually([&] { return text("flows --state running").find("en-r2") != std::string::npos; }));
  const std::string letter = "team-manager/en@3";
  names(text("flow en-r2"), "`dead-letters show " + letter + "` says why");
  names(text("dead-letters show " + letter), "The league en.1 has no team \\\"elm\\\".");
  is_refused(shell(cluster, {"dead-letters retry " + letter}), "has no team \"elm\"");
  BOOST_TEST(shell_json(cluster, "dead-letters")[0]["attempts"] == 2);
  send(cluster, "elm", "team.create league=en.1 team=elm name=Elm");
  BOOST_TEST(shell(cluster, {"dead-letters retry " + letter}).status == 0);
  BOOST_TEST(shell_json(cluster, "dead-letters").empty());
  BOOST_TEST(eventually([&] { return shell_json(cluster, "flow en-r2")["state"] == "completed"; }));
  is_refused(shell(cluster, {"dead-letters retry " + letter}), "`dead-letters` lists them");
  auto audit = shell_json(cluster, "history audit/cluster --limit 100").dump();
  names(audit, "dead-letters retry " + letter);
}

BOOST_AUTO_TEST_CASE(a_dead_letter_that_is_dropped_is_gone_and_its_flow_has_lost_a_step) {
  real_cluster cluster;
  cluster.start_all();
  play_season_of_unknown_teams(cluster, "es");
  BOOST_TEST(eventually([&] { return shell_json(cluster, "dead-letters").size() == 1; }));
  std::string letter = shell_json(cluster, "dead-letters")[0]["id"];
  BOOST_TEST(shell_json(cluster, "dead-letters show " + letter)["body"]["team"] == "elm");
  is_refused(shell(cluster, {"dead-letters drop " + letter}), "give --yes");
  shell_json(cluster, "dead-letters drop " + letter + " --yes");
  BOOST_TEST(cluster.ask({"dead-letters", "list"}).out == "");
  auto flow = shell_json(cluster, "flow es-r2");
  BOOST_TEST(flow["lost"][0]["dead_letter"] == letter, flow.dump());
  auto audit = shell_json(cluster, "history audit/cluster --limit 100").dump();
  BOOST_TEST(audit.find("drop dead letter " + letter) != std::string::npos, audit);
}
