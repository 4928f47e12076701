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
  }
  auto partitions = run_json("partitions");
  BOOST_TEST_REQUIRE(partitions.size() == 4u);
  for (uint32_t i = 0; i < 4; ++i)
    BOOST_TEST(partitions[i]["leader"] == cluster->leader(i));
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

BOOST_AUTO_TEST_CASE(leadership_and_drained_nodes_go_where_they_are_told) {
  auto leader = cluster->leader(2);
  auto other = leader % 3 + 1;
  auto transfer = "transfer 2 " + std::to_string(other);
  BOOST_TEST(refusal_of(transfer).find("give --yes") != std::string::npos);
  BOOST_TEST(cluster->leader(2) == leader);
  run_json(transfer + " --yes");
  BOOST_TEST(eventually([&] { return cluster->leader(2) == other; }));
  auto state_of_3 = [&] {
    for (auto& x : cluster->ask_json({"nodes"})["nodes"])
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

BOOST_AUTO_TEST_SUITE_END()
