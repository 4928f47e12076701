// Every command of the shell in a script, as JSON, held against the cluster's state by other means.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/command_families.hpp"
#include "tests/cluster/real_cluster.hpp"

#include <algorithm>
#include <set>
#include <sstream>

using namespace touchline::testing;
using nlohmann::json;

namespace {

/// A cluster on which a small season was played, for all cases of this file.
struct played_cluster {
  played_cluster() {
    cluster.start_all();
    auto season
      = cluster.ask({"season", "simulate", "--teams", "4", "--seed", "7", "--format", "json"});
    BOOST_TEST_REQUIRE(season.status == 0, season.err);
    table = json::parse(season.out);
  }

  real_cluster cluster;
  json table;
};

struct fixture {
  fixture() {
    static played_cluster all;
    cluster = &all.cluster;
    table = all.table;
    league = "simulated";
    for (auto& x : run_json("leagues"))
      league = x["league"];
    season = table["season"];
  }

  finished run_shell(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "shell");
    return cluster->ask(std::move(arguments));
  }

  json run_json(const std::string& command) const {
    auto x = run_shell({"-c", command, "--format", "json"});
    BOOST_TEST_REQUIRE(x.status == 0, command + ": " + x.err);
    return json::parse(x.out);
  }

  std::string refusal_of(const std::string& command) const {
    auto x = run_shell({"-c", command});
    BOOST_TEST(x.status == 1, command + ": " + x.out);
    return x.err;
  }

  /// An answer to a message, by the command line.
  json asked(std::vector<std::string> message) const {
    message.insert(message.begin(), "send");
    auto x = cluster->ask(std::move(message));
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    return json::parse(x.out);
  }

  real_cluster* cluster;
  json table;
  std::string league;
  std::string season;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(scripts, fixture)

BOOST_AUTO_TEST_CASE(nodes_and_partitions_are_those_of_the_cluster) {
  auto nodes = run_json("nodes");
  auto known = cluster->ask_json({"nodes"});
  BOOST_TEST(nodes["known"] == known["known"]);
  BOOST_TEST_REQUIRE(nodes["nodes"].size() == 3u);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(nodes["nodes"][i]["address"] == known["nodes"][i]["address"]);
    BOOST_TEST(nodes["nodes"][i]["state"] == "active");
    BOOST_TEST(nodes["nodes"][i]["roles"] == (json{"league", "front"}));
    // Whoever serves uses some of a processor.
    BOOST_TEST(eventually(
      [&] { return run_json("nodes")["nodes"][i]["load_permille"].get<uint32_t>() > 0; }));
  }
  auto partitions = run_json("partitions");
  BOOST_TEST_REQUIRE(partitions.size() == 4u);
  for (uint32_t i = 0; i < 4; ++i)
    BOOST_TEST(
      eventually([&] { return run_json("partitions")[i]["leader"] == cluster->leader(i); }));
}

BOOST_AUTO_TEST_CASE(the_table_is_the_one_that_was_played) {
  BOOST_TEST(run_json("table " + league) == table);
  BOOST_TEST(run_json("table " + league + ' ' + season) == table);
  auto csv = run_shell({"-c", "table " + league, "--format", "csv"});
  BOOST_TEST(csv.out.starts_with("position,team,played,won,drawn,lost,goals_for,"), csv.out);
  BOOST_TEST(std::ranges::count(csv.out, '\n') == 5);
}

BOOST_AUTO_TEST_CASE(fixtures_and_results_add_up_to_the_table) {
  auto list = asked({"fixturelist.get", "league=" + league, "season=" + season});
  BOOST_TEST(run_json("fixtures " + league) == list["fixtures"]);
  auto results = run_json("results " + league);
  BOOST_TEST(results.size() == 12u);
  int goals = 0;
  for (auto& x : results)
    goals += x["score"].value("home", 0) + x["score"].value("away", 0);
  int in_table = 0;
  for (auto& row : table["table"])
    in_table += row["goals_for"].get<int>();
  BOOST_TEST(goals == in_table);
  BOOST_TEST(run_json("fixtures " + league + " --open").empty());
  std::string home = results[0]["home"];
  BOOST_TEST(run_json("results " + league + " --team " + home).size() == 6u);
}

BOOST_AUTO_TEST_CASE(teams_squads_and_ledgers_are_those_of_the_entities) {
  auto teams = run_json("teams " + league);
  BOOST_TEST(teams == asked({"team.list", "league=" + league}));
  std::string team = teams["teams"][0]["team"];
  auto details = asked({"team.get", "league=" + league, "team=" + team});
  BOOST_TEST(run_json("team " + league + ' ' + team) == details);
  BOOST_TEST(run_json("squad " + league + ' ' + team) == details.value("squad", json::array()));
  auto ledger = run_json("ledger " + league + ' ' + team);
  BOOST_TEST(ledger["balances"] == details.value("balances", json::array()));
  BOOST_TEST(ledger["ledger"] == details.value("ledger", json::array()));
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_recorded_once_with_its_flow) {
  std::string team = run_json("teams " + league)["teams"][1]["team"];
  auto line
    = "send team.update league=" + league + " team=" + team + " stadium='A new one' --id shell-1";
  auto first = run_json(line);
  BOOST_TEST(first["repeated"] == false);
  BOOST_TEST(first["answer"]["team"] == team);
  auto again = run_json(line);
  BOOST_TEST(again["repeated"] == true);
  BOOST_TEST(again["position"] == first["position"]);
  auto records = cluster->history(first["to"]);
  auto by_shell = std::ranges::count_if(records, [](auto& x) { return x["id"] == "shell-1"; });
  BOOST_TEST(by_shell == 1);
  auto details = asked({"team.get", "league=" + league, "team=" + team});
  BOOST_TEST(details["stadium"] == "A new one");
  // Its flow, by both ways.
  auto flow = run_json("flow shell-1");
  auto told = cluster->ask_json({"flow", "shell-1"});
  BOOST_TEST(flow["steps"] == told["steps"]);
  BOOST_TEST(flow["message"] == "team.update");
  auto drawn = run_shell({"-c", "flow shell-1"});
  BOOST_TEST(drawn.out.find("team.update") != std::string::npos, drawn.out);
  BOOST_TEST(drawn.out.find("-->|") != std::string::npos, drawn.out);
}

BOOST_AUTO_TEST_CASE(history_is_what_the_records_are) {
  auto address = "fixture-manager/" + league + '/' + season;
  auto records = cluster->history(address);
  BOOST_TEST_REQUIRE(records.size() > 5u);
  BOOST_TEST(run_json("history " + address + " --limit 100000") == json(records));
  auto some = run_json("history " + address + " --from 2 --to 4");
  BOOST_TEST_REQUIRE(some.size() == 3u);
  BOOST_TEST(some[0] == records[1]);
  BOOST_TEST(run_json("history " + address + " --limit 1")[0] == records.back());
}

BOOST_AUTO_TEST_CASE(flows_and_dead_letters_are_those_of_the_records) {
  auto flows = run_json("flows --state completed --limit 5");
  auto told = cluster->ask_json({"flows", "--state", "completed", "--limit", "5"});
  BOOST_TEST(flows["flows"].size() == told["flows"].size());
  BOOST_TEST(flows["counts"] == told["counts"]);
  BOOST_TEST(run_json("flows --overdue")["flows"].empty());
  BOOST_TEST(run_json("dead-letters").empty());
  BOOST_TEST(refusal_of("dead-letters show x@1").find("There is no dead letter")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(actors_are_listed_in_pages_and_inspected_as_they_are_and_were) {
  auto all = run_json("actors --limit 1000")["actors"];
  std::vector<std::string> addresses;
  for (auto& x : all)
    addresses.push_back(x["address"]);
  BOOST_TEST(std::ranges::is_sorted(addresses));
  auto first = run_json("actors --limit 3");
  BOOST_TEST_REQUIRE(first["actors"].size() == 3u);
  auto rest = run_json("actors --limit 1000 --after " + first["next"].get<std::string>());
  BOOST_TEST(rest["actors"].size() + 3 == all.size());
  auto teams = run_json("actors team/*")["actors"];
  BOOST_TEST_REQUIRE(teams.size() == 4u);
  std::string address = teams[0]["address"];
  BOOST_TEST(teams[0]["position"] == cluster->history(address).size());
  BOOST_TEST(teams[0]["node"] == cluster->leader(teams[0]["partition"].get<uint32_t>()));
  // The state, by the entity's own answer.
  auto now = run_json("inspect " + address);
  auto key = address.substr(address.rfind('/') + 1);
  auto details = asked({"team.get", "league=" + league, "team=" + key});
  BOOST_TEST(now["position"] == teams[0]["position"]);
  BOOST_TEST(now["state"]["details"]["name"] == details["name"]);
  auto position = now["position"].get<uint64_t>();
  BOOST_TEST(run_json("at " + address + ' ' + std::to_string(position))["state"] == now["state"]);
  BOOST_TEST(run_json("at " + address + " 1")["position"] == 1);
  BOOST_TEST(!refusal_of("inspect team/en/nobody").empty());
  BOOST_TEST(refusal_of("at " + address + " 0").find("numbered from 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_done_to_an_actor_is_seen_and_audited) {
  std::string address = run_json("actors team/*")["actors"][1]["address"];
  auto row = [&] {
    auto found = run_json("actors " + address);
    return found["actors"][0];
  };
  run_json("passivate " + address);
  BOOST_TEST(eventually([&] { return row()["passive"] == true; }));
  // A read brings it back.
  asked({"team.get", "league=" + league, "team=" + address.substr(address.rfind('/') + 1)});
  BOOST_TEST(eventually([&] { return row()["passive"] == false; }));
  BOOST_TEST(refusal_of("restart " + address).find("give --yes") != std::string::npos);
  run_json("restart " + address + " --yes");
  BOOST_TEST(eventually([&] { return row()["restarts"] == 1; }));
  auto tree = run_json("supervisors");
  BOOST_TEST(tree["nodes"].size() == 3u);
  auto snapshot = run_json("snapshot");
  BOOST_TEST(snapshot["entities"].get<uint64_t>() > 0u);
  run_json("log-level 2 debug");
  run_json("log-level node-2 info");
  auto audit = run_json("history audit/cluster --limit 100");
  std::string told;
  for (auto& x : audit)
    told += x["facts"][0]["acted"].dump() + '\n';
  for (const auto* what : {"restart", "passivate", "snapshot", "log level"})
    BOOST_TEST(told.find(what) != std::string::npos, told);
  BOOST_TEST(told.find(address) != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(metrics_of_every_node_are_told) {
  auto found = run_json("metrics touchline_records_total")["metrics"];
  std::set<uint32_t> nodes;
  for (auto& x : found)
    nodes.insert(x["node"].get<uint32_t>());
  BOOST_TEST(nodes.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_tail_shows_what_is_committed_after_it_began) {
  std::string team = run_json("teams " + league)["teams"][2]["team"];
  auto pattern = "team/*/" + team;
  auto arguments
    = cluster->connected({"shell", "--format", "json", "-c", "tail " + pattern + " --count 1"});
  arguments.insert(arguments.begin(), program);
  work_folder folder;
  process tail{folder, arguments};
  // It begins at some moment: updates go on until it has seen one.
  int updates = 0;
  BOOST_TEST(eventually([&] {
    asked({"team.update", "league=" + league, "team=" + team, "stadium=Seen", "--id",
           "tail-" + std::to_string(++updates)});
    return !tail.is_running();
  }));
  auto x = tail.wait();
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  auto line = json::parse(x.out.substr(0, x.out.find('\n')));
  BOOST_TEST(line["message"] == "info.teamupdated");
  auto records = cluster->history(line["address"].get<std::string>());
  auto position = line["position"].get<size_t>();
  BOOST_TEST_REQUIRE(position <= records.size());
  BOOST_TEST(records[position - 1]["correlation"] == line["correlation"]);
}

BOOST_AUTO_TEST_CASE(leadership_and_drained_nodes_go_where_they_are_told) {
  auto leader = cluster->leader(2);
  auto other = leader % 3 + 1;
  auto transfer = "transfer 2 " + std::to_string(other);
  BOOST_TEST(refusal_of(transfer).find("give --yes") != std::string::npos);
  BOOST_TEST(cluster->leader(2) == leader);
  run_json(transfer + " --yes");
  BOOST_TEST(eventually([&] { return cluster->leader(2) == other; }));
  auto state_of_3 = [&] {
    auto found = cluster->ask_json({"nodes"});
    for (auto& x : found["nodes"])
      if (x["node"] == 3)
        return x["state"].get<std::string>();
    return std::string{};
  };
  BOOST_TEST(run_shell({"--yes", "-c", "drain 3"}).status == 0);
  BOOST_TEST(eventually([&] { return state_of_3() == "draining"; }));
  run_json("undrain node-3");
  BOOST_TEST(eventually([&] { return state_of_3() == "active"; }));
  cluster->require_healthy();
  auto join = run_json("join");
  BOOST_TEST(join["free_id"] == 4);
}

BOOST_AUTO_TEST_CASE(seasons_are_played_from_a_script) {
  auto played = run_json("season simulate --teams 4 --seed 7");
  BOOST_TEST(played == table);
  auto audit = run_json("history audit/cluster --limit 100").dump();
  BOOST_TEST(audit.find("season simulate --teams 4 --seed 7 --seasons 1") != std::string::npos,
             audit);
  auto replayed = run_json("season replay " + project_file("data/2022-23/en.1.json"));
  const auto& rows = replayed["table"];
  BOOST_TEST(replayed["complete"] == true);
  BOOST_TEST_REQUIRE(rows.size() == 20u);
  BOOST_TEST(rows[0]["team"] == "Manchester City FC");
  BOOST_TEST(rows[0]["points"] == 89);
  BOOST_TEST(rows[19]["team"] == "Southampton FC");
  BOOST_TEST(rows[19]["points"] == 25);
  // By other means: what the cluster answers to a message.
  auto official = asked({"leaguetable.get", "league=english-premier-league", "season=2022-23"});
  BOOST_TEST(official.dump().find("Manchester City FC") != std::string::npos, official);
  audit = run_json("history audit/cluster --limit 1000").dump();
  BOOST_TEST(audit.find("data/2022-23/en.1.json") != std::string::npos, audit);
  BOOST_TEST(refusal_of("season replay /nowhere.json").find("/nowhere.json") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_script_ends_at_the_first_failure_unless_it_is_told_to_go_on) {
  auto lines = "# who is there\nnodes\n\nnosuch\npartitions\n";
  auto arguments = cluster->connected({"shell", "--format", "json"});
  auto x = run(work_folder{}, arguments, lines);
  BOOST_TEST(x.status == 1);
  BOOST_TEST(std::ranges::count(x.out, '\n') == 1);
  BOOST_TEST(x.err.find("line 4: There is no command \"nosuch\"") != std::string::npos, x.err);
  arguments.push_back("--keep-going");
  x = run(work_folder{}, arguments, lines);
  BOOST_TEST(x.status == 1);
  BOOST_TEST(std::ranges::count(x.out, '\n') == 2);
  // A line that is too long is one mistake, whatever its end would have been.
  x = run(work_folder{}, arguments, std::string(100'000, 'x') + " nosuch\nnodes\n");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(std::ranges::count(x.err, '\n') == 1, x.err);
  BOOST_TEST(std::ranges::count(x.out, '\n') == 1);
  x = run_shell({"-c", "nodes", "-c", "exit", "-c", "nosuch"});
  BOOST_TEST(x.status == 0, x.err);
}

BOOST_AUTO_TEST_CASE(what_does_not_work_is_one_sentence_that_says_what_to_try) {
  BOOST_TEST(refusal_of("send team.updat league=en.1").find("did you mean team.update?")
             != std::string::npos);
  BOOST_TEST(refusal_of("send transfer.reserve").find("not from outside") != std::string::npos);
  BOOST_TEST(refusal_of("send account.activate account=x").find("carries secrets")
             != std::string::npos);
  BOOST_TEST(refusal_of("history team/en/nobody").find("There is no entity") != std::string::npos);
  BOOST_TEST(refusal_of("send team.create league=en.1 team=a name=A --id 'a\033[31m'")
               .find("no control characters")
             != std::string::npos);
  BOOST_TEST(refusal_of("transfer 99 1 --yes").find("numbered from 0") != std::string::npos);
  BOOST_TEST(refusal_of("results " + league + " --team nobody").find("No team nobody plays")
             != std::string::npos);
  BOOST_TEST(refusal_of("table nosuch").find("There is no season of a league nosuch")
             != std::string::npos);
  auto nowhere = run(work_folder{}, {"shell", "--connect", "127.0.0.1:1", "-c", "nodes"});
  BOOST_TEST(nowhere.status == 1);
  BOOST_TEST(nowhere.err.find("127.0.0.1:1: ") != std::string::npos, nowhere.err);
  BOOST_TEST(std::ranges::count(nowhere.err, '\n') == 1);
}

BOOST_AUTO_TEST_CASE(whoever_is_no_account_or_has_another_password_is_refused) {
  auto arguments = cluster->connected({"shell", "--user", "nobody", "-c", "nodes"});
  auto x = run(work_folder{}, arguments, "wrong password\n");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(std::ranges::count(x.err, '\n') == 1);
  BOOST_TEST(x.out.empty());
}

BOOST_AUTO_TEST_CASE(an_account_logs_in_with_the_password_on_the_first_line) {
  auto created
    = cluster->ask({"account", "create", "shell-admin", "--role", "league-administrator"});
  BOOST_TEST_REQUIRE(created.status == 0, created.err);
  auto code = created.out.substr(0, created.out.find('\n'));
  const std::string password = "correct horse battery staple";
  auto activated
    = run(work_folder{}, cluster->connected({"account", "activate", code}), password + '\n');
  BOOST_TEST_REQUIRE(activated.status == 0, activated.err);
  auto arguments = cluster->connected({"shell", "--user", "shell-admin", "--format", "json"});
  auto x = run(work_folder{}, arguments, password + "\nwhoami\n");
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  BOOST_TEST(json::parse(x.out)["name"] == "shell-admin");
  // In the middle of a script as well.
  x = run(work_folder{}, cluster->connected({"shell", "--format", "json"}),
          "login shell-admin\n" + password + "\nwhoami\n");
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  BOOST_TEST(x.out.find("\"name\":\"shell-admin\"") != std::string::npos, x.out);
}

BOOST_AUTO_TEST_SUITE_END()
