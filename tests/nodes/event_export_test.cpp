// Events of seasons in a file, through the real program: complete, in order, the same bytes each
// time, and enough to answer questions without the program.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/real_cluster.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <sstream>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string bundled = project_file("data/2022-23/en.1.json");

struct played_folder {
  work_folder folder;
  std::string data = folder / "data";

  played_folder() {
    auto played = run(folder, {"season", "replay", bundled, "--data-dir", data});
    BOOST_TEST_REQUIRE(played.status == 0, played.err);
  }

  finished export_to(const std::string& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"export", file, "--data-dir", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(folder, arguments);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (auto& entry : std::filesystem::directory_iterator{folder.path()})
      out.push_back(entry.path().filename().string());
    return out;
  }
};

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    out.push_back(json::parse(line));
  return out;
}

std::vector<json> of_message(const std::vector<json>& events, const std::string& message) {
  std::vector<json> out;
  for (auto& x : events)
    if (x["message"] == message)
      out.push_back(x);
  return out;
}

/// Played, won, drawn, lost, goals for and against, points.
using counts = std::array<int, 7>;

/// What the events alone say about every team.
std::map<std::string, counts> table_of(const std::vector<json>& events) {
  std::map<int, json> fixtures;
  for (auto& x : of_message(events, "fixturelist.generate"))
    for (auto& fixture : x["facts"][0]["generated"]["fixtures"])
      fixtures[fixture["number"].get<int>()] = fixture;
  std::map<std::string, counts> table;
  for (auto& x : of_message(events, "result.create")) {
    const auto& result = x["facts"][0]["result"];
    const auto& fixture = fixtures.at(result["fixture"].get<int>());
    auto score = result.value("score", json::object());
    auto home = score.value("home", 0);
    auto away = score.value("away", 0);
    auto add = [&table](const std::string& team, int own, int other) {
      auto& row = table[team];
      row[0] += 1;
      row[own > other ? 1 : own == other ? 2 : 3] += 1;
      row[4] += own;
      row[5] += other;
      row[6] += own > other ? 3 : own == other ? 1 : 0;
    };
    add(fixture["home"].get<std::string>(), home, away);
    add(fixture["away"].get<std::string>(), away, home);
  }
  return table;
}

/// The rows of the official table, without places and names.
std::vector<counts> official_table() {
  std::istringstream in{read_file(project_file("tests/data/official/2022-23/en.1.csv"))};
  std::vector<counts> out;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream cells{line};
    std::vector<std::string> values;
    for (std::string cell; std::getline(cells, cell, ',');)
      values.push_back(cell);
    auto& row = out.emplace_back();
    for (size_t i = 0; i < row.size(); ++i)
      row[i] = std::stoi(values.at(i + 2));
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_export_has_every_result_and_makes_the_official_table_alone) {
  played_folder played;
  auto file = played.folder / "events.jsonl";
  auto exported = played.export_to(file);
  BOOST_TEST(exported.status == 0, exported.err);
  auto events = lines_of(read_file(file));
  BOOST_TEST(of_message(events, "result.create").size() == 380u);
  BOOST_TEST(exported.err.find(std::to_string(events.size()) + " events are in ")
             != std::string::npos);
  std::vector<counts> rows;
  for (auto& [team, row] : table_of(events))
    rows.push_back(row);
  auto rank = [](const counts& x) { return std::tuple{x[6], x[4] - x[5], x[4]}; };
  std::ranges::sort(rows, [&](auto& left, auto& right) { return rank(left) > rank(right); });
  auto official = official_table();
  BOOST_TEST_REQUIRE(rows.size() == official.size());
  for (size_t i = 0; i < rows.size(); ++i)
    BOOST_TEST(rows[i] == official[i], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(events_are_in_the_order_in_which_they_were_handled) {
  played_folder played;
  auto events = lines_of(played.export_to("-").out);
  BOOST_TEST_REQUIRE(events.size() > 380u);
  std::map<std::string, int64_t> position;
  int64_t before_ms = 0;
  for (auto& x : events) {
    BOOST_TEST(x["handled_ms"].get<int64_t>() >= before_ms);
    before_ms = x["handled_ms"].get<int64_t>();
    auto& last = position[x["address"].get<std::string>()];
    BOOST_TEST(x["position"].get<int64_t>() > last);
    last = x["position"].get<int64_t>();
  }
}

BOOST_AUTO_TEST_CASE(the_same_data_gives_the_same_bytes) {
  played_folder played;
  auto first = played.export_to("-").out;
  BOOST_TEST(!first.empty());
  BOOST_TEST(played.export_to("-").out == first);
  auto file = played.folder / "events.jsonl";
  BOOST_TEST(played.export_to(file).status == 0);
  BOOST_TEST(read_file(file) == first);
}

BOOST_AUTO_TEST_CASE(filters_are_those_of_live_events) {
  played_folder played;
  auto results = lines_of(
    played.export_to("-", {"--league", "english-premier-league", "--message", "result.create"})
      .out);
  BOOST_TEST(results.size() == 380u);
  auto of_arsenal = lines_of(played.export_to("-", {"--team", "arsenal-fc"}).out);
  BOOST_TEST(!of_arsenal.empty());
  for (auto& x : of_arsenal)
    BOOST_TEST(x.dump().find("arsenal-fc") != std::string::npos, x.dump());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_refused_and_leaves_no_file) {
  played_folder played;
  auto before = played.files().size();
  auto refused = [&](const std::vector<std::string>& filter, const std::string& sentence) {
    auto x = played.export_to(played.folder / "events.jsonl", filter);
    BOOST_TEST(x.status == 1);
    BOOST_TEST(x.err.find(sentence) != std::string::npos, x.err);
    BOOST_TEST(played.files().size() == before);
  };
  // Standard output and error of the runs are files there as well.
  refused({"--league", "es.1"}, "There is no league es.1.");
  refused({"--team", "real"}, "There is no team real.");
  refused({"--message", "result.crate"}, "There is no message result.crate");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_replaced_only_when_told) {
  played_folder played;
  auto file = played.folder / "events.jsonl";
  write_file(file, "mine");
  auto refused = played.export_to(file);
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.err.find("--force") != std::string::npos, refused.err);
  BOOST_TEST(read_file(file) == "mine");
  BOOST_TEST(played.export_to(file, {"--force"}).status == 0);
  BOOST_TEST(lines_of(read_file(file)).size() > 380u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_said) {
  played_folder played;
  auto nowhere = played.export_to(played.folder / "none/events.jsonl");
  BOOST_TEST(nowhere.status == 1);
  BOOST_TEST(nowhere.err.find("cannot be created: No such file or directory.") != std::string::npos,
             nowhere.err);
  auto full
    = process{played.folder,
              {"/bin/sh", "-c", program + " export - --data-dir " + played.data + " > /dev/full"}}
        .wait();
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.err.find("cannot be written: No space left on device.") != std::string::npos,
             full.err);
}

BOOST_AUTO_TEST_CASE(a_spreadsheet_gets_a_row_for_each_event) {
  played_folder played;
  auto rows = played.export_to("-", {"--format", "csv", "--message", "result.create"}).out;
  BOOST_TEST(rows.starts_with("handled_ms,message,address,position,facts\r\n"));
  BOOST_TEST(std::ranges::count(rows, '\n') == 381);
}

BOOST_AUTO_TEST_CASE(a_cluster_has_the_same_results_as_a_node_alone) {
  played_folder played;
  std::vector<std::string> filter{"--message", "result.create"};
  auto alone = lines_of(played.export_to("-", filter).out);
  real_cluster cluster;
  cluster.start_all();
  auto replayed = cluster.ask({"season", "replay", bundled});
  BOOST_TEST_REQUIRE(replayed.status == 0, replayed.err);
  auto exported = cluster.ask({"export", "-", "--message", "result.create"});
  BOOST_TEST(exported.status == 0, exported.err);
  auto together = lines_of(exported.out);
  BOOST_TEST_REQUIRE(together.size() == alone.size());
  auto results = [](const std::vector<json>& events) {
    std::map<int, std::string> out;
    for (auto& x : events)
      out[x["facts"][0]["result"]["fixture"].get<int>()] = x["facts"].dump();
    return out;
  };
  BOOST_TEST((results(together) == results(alone)));
}
