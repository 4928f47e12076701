// `touchline flows`, `touchline flow` and `touchline audit`, run as a user would.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/transfer_league.hpp"
#include "tests/nodes/process.hpp"

#include <algorithm>
#include <chrono>
#include <regex>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

/// The data directory of a node that is stopped.
std::string data_of(test_node& node) {
  node.stop();
  return node.data_file().parent_path().string();
}

/// Runs a command of the program on a data directory.
finished on(const std::string& data, std::vector<std::string> arguments) {
  work_folder folder;
  arguments.insert(arguments.end(), {"--data-dir", data});
  return run(folder, std::move(arguments));
}

json json_on(const std::string& data, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  auto x = on(data, std::move(arguments));
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  return json::parse(x.out);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

/// Times as "TIME", so that output can be compared.
std::string without_times(const std::string& text) {
  static const std::regex date{R"(\d{4}-\d\d-\d\d)"};
  static const std::regex time{R"(\d\d:\d\d:\d\d\.\d{3})"};
  static const std::regex after{R"(after \d+ ms)"};
  auto result = std::regex_replace(text, date, "DATE");
  result = std::regex_replace(result, time, "TIME");
  return std::regex_replace(result, after, "after SOME ms");
}

/// Nothing on standard output, one sentence on standard error, and this status.
void fails(const finished& x, int status, const std::string& sentence) {
  BOOST_TEST(x.status == status, x.err);
  BOOST_TEST(x.out == "");
  BOOST_TEST(x.err.find(sentence) != std::string::npos, x.err);
}

/// A league of two, a transfer that is completed, and one that waits for the seller.
class trading_league {
public:
  trading_league() {
    found(node);
    BOOST_TEST_REQUIRE(node.ask("first", buy("elm", "ash", "abe")).text == "");
    BOOST_TEST_REQUIRE(node.ask("refused", buy("elm", "ash", "nobody")).code == CONFLICT);
    BOOST_TEST_REQUIRE(node.ask("eve", sell_eve()).text == "");
    node.settle();
  }

  /// Begins a transfer that hangs at its first step, and stops the node.
  std::string hanging() {
    node.settle();
    block.put(number_of<TransferRelease>);
    send_until_stumbling(node, "hanging", buy("ash", "elm", "abe"), block);
    return data_of(node);
  }

  /// The same, and its deadline was long ago.
  std::string overdue() {
    constexpr int64_t deadline_ms = 500;
    node.client_options.deadline_ms = deadline_ms;
    node.restart();
    block.put(number_of<InfoTeamUpdated>);
    TeamUpdate update;
    update.set_league("en.1");
    update.set_team("ash");
    update.set_stadium("Park");
    send_until_stumbling(node, "late", update, block);
    std::this_thread::sleep_for(std::chrono::milliseconds{deadline_ms + 100});
    return data_of(node);
  }

  stumbling_block block;
  test_node node{patient_options(), block.seam()};

private:
  static TransferOut sell_eve() {
    auto x = sell("");
    x.set_team("elm");
    return x;
  }
};

} // namespace

// -- flows ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(flows_counts_the_missions_flows_and_all_others_by_state) {
  test_node node;
  play(node, open_season(node));
  node.settle();
  auto data = data_of(node);
  auto x = on(data, {"flows"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err == "");
  BOOST_TEST(x.out
             == "Flow                         completed     running     overdue lost a step\n"
                "Fixture list generation              1           0           0           0\n"
                "New Sponsor Created                  1           0           0           0\n"
                "New Team Added                       4           0           0           0\n"
                "Player transferred in                0           0           0           0\n"
                "Player transferred out               0           0           0           0\n"
                "Result Added                        12           0           0           0\n"
                "Season completed                     1           0           0           0\n"
                "Sponsor updated                      0           0           0           0\n"
                "Team Updated                         0           0           0           0\n");
  auto counts = json_on(data, {"flows"})["counts"];
  BOOST_TEST(counts["Result Added"]["completed"] == 12);
  BOOST_TEST(counts["Season completed"]["completed"] == 1);
  BOOST_TEST(counts["Team Updated"]["completed"] == 0);
}

BOOST_AUTO_TEST_CASE(flows_lists_what_is_not_completed_with_the_step_that_it_waits_for) {
  trading_league league;
  auto data = league.hanging();
  auto lines = lines_of(without_times(on(data, {"flows"}).out));
  auto at = std::ranges::find(lines, "");
  BOOST_TEST_REQUIRE(std::distance(at, lines.end()) == 4);
  BOOST_TEST(at[1] == "state      began (UTC)              flow                       id");
  BOOST_TEST(at[2] == "running    DATE TIME  Player transferred in      hanging");
  BOOST_TEST(at[3] == "           waits for transfer.release to team/en/elm");
  auto listed = json_on(data, {"flows"})["flows"];
  BOOST_TEST_REQUIRE(listed.size() == 1u);
  auto& hanging = listed[0];
  BOOST_TEST(hanging["id"] == "hanging");
  BOOST_TEST(hanging["flow"] == "Player transferred in");
  BOOST_TEST(hanging["message"] == "transfer.in");
  BOOST_TEST(hanging["state"] == "running");
  BOOST_TEST(hanging["deadline_ms"].get<int64_t>() > hanging["began_ms"].get<int64_t>());
  BOOST_TEST_REQUIRE(hanging["waits_for"].size() == 1u);
  BOOST_TEST(hanging["waits_for"][0]["message"] == "transfer.release");
  BOOST_TEST(hanging["waits_for"][0]["from"] == "transfer-manager/en");
  BOOST_TEST(hanging["waits_for"][0]["to"] == "team/en/elm");
}

BOOST_AUTO_TEST_CASE(flows_lists_a_state_that_is_asked_for_the_newest_first_up_to_a_limit) {
  trading_league league;
  auto data = league.hanging();
  auto ids = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "flows");
    std::vector<std::string> result;
    auto document = json_on(data, std::move(arguments));
    for (auto& x : document["flows"])
      result.push_back(x["id"]);
    return result;
  };
  using list = std::vector<std::string>;
  auto completed = ids({"--state", "completed"});
  BOOST_TEST(completed.size() == 6u);
  auto newest = ids({"--state", "completed", "--limit", "2"});
  BOOST_TEST(newest == list(completed.begin(), completed.begin() + 2),
             boost::test_tools::per_element());
  BOOST_TEST(newest[0] == "eve");
  BOOST_TEST(ids({"--state", "running"}) == list{"hanging"}, boost::test_tools::per_element());
  BOOST_TEST(ids({"--state", "overdue"}).empty());
  BOOST_TEST(ids({"--state", "lost"}).empty());
}

BOOST_AUTO_TEST_CASE(flows_lists_what_is_overdue) {
  trading_league league;
  auto data = league.overdue();
  auto listed = json_on(data, {"flows", "--state", "overdue"});
  BOOST_TEST_REQUIRE(listed["flows"].size() == 1u);
  BOOST_TEST(listed["flows"][0]["id"] == "late");
  BOOST_TEST(listed["flows"][0]["waits_for"][0]["message"] == "info.teamupdated");
  BOOST_TEST(listed["counts"]["Team Updated"]["overdue"] == 1);
  auto text = on(data, {"flows"}).out;
  BOOST_TEST(text.find("waits for info.teamupdated to team/en/ash\n") != std::string::npos, text);
}

// -- flow -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(flow_prints_a_sequence_with_causes_times_nodes_messages_and_receivers) {
  trading_league league;
  league.node.settle();
  auto data = data_of(league.node);
  auto x = on(data, {"flow", "eve"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err == "");
  BOOST_TEST(without_times(x.out)
             == "eve\n"
                "Player transferred out: completed\n"
                "began DATE TIME UTC, last step after SOME ms, deadline DATE TIME\n"
                "\n"
                "step    by  time          node    message                    handled by\n"
                "            DATE\n"
                "   1        TIME  node-1  transfer.out               transfer-manager/en\n"
                "   2     1  TIME  node-1  transfer.release           team/en/elm\n"
                "   3     2  TIME  node-1  transfer.confirm           transfer-manager/en\n"
                "   4     3  TIME  node-1  transfer.pay               team/en/elm\n"
                "   5     4  TIME  node-1  transfer.confirm           transfer-manager/en\n"
                "   6     5  TIME  node-1  info.playertransferredout  team-manager/en\n"
                "   7     5  TIME  node-1  info.playertransferredout  identity/en/elm\n"
                "\n"
                "7 messages handled\n");
}

BOOST_AUTO_TEST_CASE(flow_is_the_same_in_json_with_steps_that_name_their_causes) {
  trading_league league;
  auto data = league.hanging();
  auto x = json_on(data, {"flow", "hanging"});
  BOOST_TEST(x["id"] == "hanging");
  BOOST_TEST(x["flow"] == "Player transferred in");
  BOOST_TEST(x["state"] == "running");
  BOOST_TEST(x["handled"] == 3);
  BOOST_TEST(x["lost"].empty());
  BOOST_TEST_REQUIRE(x["steps"].size() == 3u);
  BOOST_TEST(!x["steps"][0].contains("caused_by"));
  BOOST_TEST(x["steps"][0]["from"] == "");
  for (size_t i = 1; i < 3; ++i) {
    auto& step = x["steps"][i];
    auto& cause = x["steps"][step["caused_by"].get<size_t>() - 1];
    BOOST_TEST(step["step"] == i + 1);
    BOOST_TEST(step["causation"] == cause["id"]);
    BOOST_TEST(step["from"] == cause["to"]);
    BOOST_TEST(step["time_ms"].get<int64_t>() >= cause["time_ms"].get<int64_t>());
    BOOST_TEST(step["node"] == "node-1");
  }
  BOOST_TEST(x["waits_for"][0]["message"] == "transfer.release");
  BOOST_TEST(x["waits_for"][0]["causation"] == x["steps"][2]["id"]);
  auto text = on(data, {"flow", "hanging"}).out;
  BOOST_TEST(text.ends_with("\n3 messages handled\nwaits for transfer.release to team/en/elm\n"),
             text);
}

BOOST_AUTO_TEST_CASE(a_flow_of_a_real_season_fits_into_120_columns) {
  work_folder folder;
  auto data = folder / "data";
  auto season
    = run(folder, {"season", "replay", project_file("data/2022-23/en.1.json"), "--data-dir", data});
  BOOST_TEST_REQUIRE(season.status == 0, season.err);
  size_t checked = 0;
  auto document = json_on(data, {"flows", "--state", "completed", "--limit", "10000"});
  for (auto& x : document["flows"]) {
    if (x["parts"].empty() && x["message"] != "fixturelist.generate")
      continue;
    auto text = on(data, {"flow", x["id"]}).out;
    for (auto& line : lines_of(text))
      BOOST_TEST(line.size() <= 120u, line);
    ++checked;
  }
  BOOST_TEST(checked == 2u);
}

// -- audit ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(audit_says_what_there_is_and_that_it_adds_up) {
  trading_league league;
  auto data = league.hanging();
  auto x = on(data, {"audit"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.out
             == "en\n"
                "  en.1: 2 teams\n"
                "  players: 2 in squads, 0 in transfer\n"
                "  GBP, minor units: 2700 with the teams, 0 in transfers, -700 outside; 2000 of "
                "capital, 0 paid by sponsors, 0 of it on the way\n"
                "Messages on their way: 1, dead letters: 0\n"
                "Everything adds up.\n");
  auto document = json_on(data, {"audit"});
  BOOST_TEST(document["adds_up"] == true);
  BOOST_TEST(document["messages_on_the_way"] == 1);
  BOOST_TEST(document["pyramids"][0]["players_in_squads"] == 2);
  auto& money = document["pyramids"][0]["money"]["GBP"];
  BOOST_TEST(money["balances"] == 2'700);
  BOOST_TEST(money["outside"] == -700);
  BOOST_TEST(money["adds_up"] == true);
}

BOOST_AUTO_TEST_CASE(audit_ends_with_an_error_when_it_does_not_add_up) {
  trading_league league;
  auto data = data_of(league.node);
  {
    storage::lmdb_options options;
    options.path = data;
    auto store = storage::lmdb_store::open(options);
    BOOST_TEST_REQUIRE(store.has_value());
    EntitySnapshot empty;
    empty.set_position((*store)->last_position("team/en/ash").value_or(0));
    std::array<storage::write_batch, 1> batch;
    batch[0].put_snapshot("team/en/ash", empty.position(), empty.SerializeAsString());
    BOOST_TEST_REQUIRE((*store)->commit(batch).has_value());
  }
  auto x = on(data, {"audit"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.err.find("What is stored does not add up; the audit says where.")
             != std::string::npos);
  BOOST_TEST(x.out.find("  The team ash has no state of its own.\n") != std::string::npos, x.out);
  BOOST_TEST(x.out.ends_with("It does not add up.\n"), x.out);
  auto document = on(data, {"audit", "--format", "json"});
  BOOST_TEST(document.status == 1);
  BOOST_TEST(json::parse(document.out)["adds_up"] == false);
}

// -- what cannot be answered ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_a_data_directory_nothing_is_made_and_one_sentence_says_so) {
  work_folder folder;
  auto nowhere = folder / "nowhere";
  for (auto& arguments : std::vector<std::vector<std::string>>{
         {"flows"}, {"flow", "x"}, {"audit"}, {"flows", "--format", "json"}}) {
    fails(on(nowhere, arguments), 1,
          "There is no data in " + nowhere + "; name a data directory with --data-dir.");
    BOOST_TEST(!std::filesystem::exists(nowhere));
  }
  // A folder that is no data directory stays empty.
  fails(on(folder / ".", {"flows"}), 1, "There is no data in ");
  BOOST_TEST(!std::filesystem::exists(folder / "data.mdb"));
  BOOST_TEST(!std::filesystem::exists(folder / "touchline.lock"));
}

BOOST_AUTO_TEST_CASE(an_unknown_flow_is_said_to_be_unknown) {
  trading_league league;
  auto data = data_of(league.node);
  fails(on(data, {"flow", "nothing"}), 1,
        "There is no flow \"nothing\"; touchline flows lists them.");
  fails(on(data, {"flow", "firs"}), 1, "There is no flow \"firs\"");
  fails(on(data, {"flow", ""}), 1, "There is no flow \"\"");
  fails(on(data, {"flow"}), 2, "ID is required");
}

BOOST_AUTO_TEST_CASE(a_data_directory_in_use_is_refused) {
  test_node node;
  BOOST_TEST(node.ask("ash", team_create("ash")).text == "");
  auto data = node.data_file().parent_path().string();
  for (auto& arguments :
       std::vector<std::vector<std::string>>{{"flows"}, {"flow", "ash"}, {"audit"}})
    fails(on(data, arguments), 1, "is in use by process " + std::to_string(getpid()));
  BOOST_TEST(node.ask("elm", team_create("elm")).text == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_table_is_not_printed_as_csv) {
  trading_league league;
  auto data = data_of(league.node);
  for (auto& arguments :
       std::vector<std::vector<std::string>>{{"flows"}, {"flow", "first"}, {"audit"}}) {
    auto with_format = arguments;
    with_format.insert(with_format.end(), {"--format", "csv"});
    fails(on(data, with_format), 2, "--format: csv not in {text,json}");
  }
}

BOOST_AUTO_TEST_CASE(wrong_states_and_limits_are_wrong_usage) {
  work_folder folder;
  fails(on(folder / "x", {"flows", "--state", "late"}), 2, "--state: late not in");
  fails(on(folder / "x", {"flows", "--limit", "0"}), 2, "--limit");
  fails(on(folder / "x", {"flows", "--limit", "1000001"}), 2, "--limit");
}

BOOST_AUTO_TEST_CASE(reading_changes_nothing) {
  trading_league league;
  auto data = league.hanging();
  auto first = on(data, {"flow", "hanging", "--format", "json"});
  auto before = read_file(data + "/data.mdb");
  on(data, {"flows"});
  on(data, {"audit"});
  BOOST_TEST((read_file(data + "/data.mdb") == before));
  BOOST_TEST(on(data, {"flow", "hanging", "--format", "json"}).out == first.out);
}
