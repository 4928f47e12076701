// Whole seasons through the real program: official tables, resuming, killing, determinism.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/nodes/process.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

using namespace touchline::testing;
using nlohmann::json;

namespace {

using row = std::map<std::string, std::string>;

std::vector<row> read_csv(const std::string& file) {
  std::istringstream in{read_file(file)};
  std::vector<std::string> names;
  std::vector<row> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r'))
      line.pop_back();
    std::istringstream cells{line};
    std::vector<std::string> values;
    for (std::string cell; std::getline(cells, cell, ',');)
      values.push_back(cell);
    if (names.empty()) {
      names = values;
      continue;
    }
    for (size_t i = 0; i < names.size(); ++i)
      (i == 0 ? rows.emplace_back() : rows.back())[names[i]] = values.at(i);
  }
  return rows;
}

json replay(const work_folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"season", "replay", "--format", "json"});
  auto x = run(folder, arguments);
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  return json::parse(x.out);
}

bool same_counts(const json& played, const row& official) {
  return std::ranges::all_of(
    std::vector<std::string>{"won", "drawn", "lost", "goals_for", "goals_against"},
    [&](auto& k) { return played[k].dump() == official.at(k); });
}

/// --deduct for each team that the official table says lost points; teams are found by what they
/// did on the field.
std::vector<std::string> deductions(const json& table, const std::vector<row>& official) {
  std::vector<std::string> result;
  for (auto& x : official)
    if (x.at("deducted") != "0")
      for (auto& team : table)
        if (same_counts(team, x))
          result.insert(result.end(),
                        {"--deduct", team["team"].get<std::string>() + '=' + x.at("deducted")});
  return result;
}

void check_equal(const json& table, const std::vector<row>& official, const std::string& what) {
  BOOST_TEST_REQUIRE(table.size() == official.size(), what);
  for (size_t i = 0; i < official.size(); ++i)
    for (auto& [column, value] : official[i])
      if (column != "team")
        BOOST_TEST(table[i][column].dump() == value,
                   what << ", " << column << " of number " << i + 1);
}

std::string bundled() {
  return project_file("data/2022-23/en.1.json");
}

} // namespace

BOOST_AUTO_TEST_CASE(every_season_with_an_official_table_comes_out_equal_to_it_through_the_actors) {
  int seasons = 0;
  for (auto& entry :
       std::filesystem::recursive_directory_iterator{project_file("tests/data/official")}) {
    if (entry.path().extension() != ".csv")
      continue;
    auto official = read_csv(entry.path().string());
    auto year = entry.path().parent_path().filename().string();
    auto file
      = project_file("tests/data/seasons/" + year + '/' + entry.path().stem().string() + ".json");
    work_folder folder;
    std::vector<std::string> arguments{file, "--data-dir", folder / "data"};
    auto table = replay(folder, arguments)["table"];
    if (auto deducted = deductions(table, official); !deducted.empty()) {
      arguments.insert(arguments.end(), deducted.begin(), deducted.end());
      table = replay(folder, arguments)["table"];
    }
    check_equal(table, official, year + '/' + entry.path().stem().string());
    ++seasons;
  }
  BOOST_TEST(seasons == 21);
}

BOOST_AUTO_TEST_CASE(a_second_replay_finds_every_result_recorded_and_shows_the_same_table) {
  work_folder folder;
  std::vector<std::string> arguments{"season", "replay", bundled(), "--data-dir", folder / "data"};
  auto first = run(folder, arguments);
  auto second = run(folder, arguments);
  BOOST_TEST(first.status == 0);
  BOOST_TEST(second.status == 0);
  BOOST_TEST(second.out == first.out);
  BOOST_TEST(second.err.find("all 380 results are recorded already") != std::string::npos,
             second.err);
  BOOST_TEST(second.err.find("result.create") == std::string::npos, second.err);
}

BOOST_AUTO_TEST_CASE(a_replay_that_is_killed_again_and_again_ends_with_the_same_table_and_money) {
  constexpr int kills = 12;
  work_folder undisturbed;
  auto expected = replay(undisturbed, {bundled(), "--data-dir", undisturbed / "data"});
  work_folder folder;
  std::vector<std::string> arguments{program,      "season",        "replay", bundled(),
                                     "--data-dir", folder / "data", "--pace", "400"};
  std::mt19937 random{20'221'122};
  for (int i = 0; i < kills; ++i) {
    process victim{folder, arguments};
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 150});
    victim.send(SIGKILL);
    victim.wait();
  }
  BOOST_TEST(replay(folder, {bundled(), "--data-dir", folder / "data"}) == expected);
  // Every result once, and every penny: read back from the stores.
  auto sponsors = run(folder, {"send", "sponsor.list", "league=english-premier-league",
                               "--data-dir", folder / "data"});
  auto deals = json::parse(sponsors.out);
  for (auto& x : deals["sponsors"]) {
    int64_t paid = 0;
    for (auto& payment : x["payments"])
      paid += std::stoll(payment["minor_units"].get<std::string>());
    BOOST_TEST(std::to_string(paid) == x["amount_per_season"]["minor_units"].get<std::string>());
    BOOST_TEST(x["payments"].size() == 20u);
  }
  auto history = run(folder, {"history", "fixture-manager/english-premier-league/2022-23",
                              "--data-dir", folder / "data"});
  std::map<std::string, int> handled;
  std::istringstream lines{history.out};
  for (std::string line; std::getline(lines, line);)
    ++handled[json::parse(line)["message"].get<std::string>()];
  BOOST_TEST(handled["result.create"] == 380);
  BOOST_TEST(handled["info.fixturecompleted"] == 380);
  BOOST_TEST(handled["leaguetable.updateresults"] == 380);
  BOOST_TEST(handled["sponsor.distribute"] == 1);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes_also_when_it_is_killed_in_between) {
  std::vector<std::string> simulate{"season", "simulate", "--teams",  "8",    "--seasons", "4",
                                    "--seed", "7",        "--format", "json", "--data-dir"};
  work_folder one;
  auto arguments = simulate;
  arguments.push_back(one / "data");
  auto expected = run(one, arguments);
  BOOST_TEST(expected.status == 0, expected.err);
  BOOST_TEST(json::parse(expected.out)["seasons"].size() == 4u);
  work_folder two;
  arguments.back() = two / "data";
  auto slowly = arguments;
  slowly.insert(slowly.begin(), program);
  slowly.insert(slowly.end(), {"--pace", "300"});
  for (int i = 0; i < 4; ++i) {
    process victim{two, slowly};
    std::this_thread::sleep_for(std::chrono::milliseconds{60 + 40 * i});
    victim.send(SIGKILL);
    victim.wait();
  }
  BOOST_TEST(run(two, arguments).out == expected.out);
  BOOST_TEST(run(two, arguments).out == expected.out);
}

BOOST_AUTO_TEST_CASE(an_unfinished_season_gives_the_table_so_far) {
  work_folder folder;
  auto table = replay(
    folder, {project_file("tests/data/seasons/2025-26/en.1.json"), "--data-dir", folder / "data"});
  BOOST_TEST(table["complete"] == false);
  BOOST_TEST(table["table"].size() == 20u);
}

BOOST_AUTO_TEST_CASE(points_per_game_decide_an_unfinished_season) {
  work_folder folder;
  auto table = replay(folder, {project_file("tests/data/seasons/2025-26/en.1.json"),
                               "--points-per-game", "--data-dir", folder / "data"});
  BOOST_TEST(table["complete"] == true);
  auto better = [](const json& a, const json& b) {
    return a["points"].get<int>() * b["played"].get<int>()
           >= b["points"].get<int>() * a["played"].get<int>();
  };
  auto& rows = table["table"];
  for (size_t i = 1; i < rows.size(); ++i)
    BOOST_TEST(better(rows[i - 1], rows[i]));
}

BOOST_AUTO_TEST_CASE(a_file_with_more_results_goes_on_where_the_last_one_ended) {
  auto season = json::parse(read_file(bundled()));
  auto half = season;
  for (size_t i = 190; i < half["matches"].size(); ++i)
    half["matches"][i].erase("score");
  work_folder folder;
  write_file(folder / "en.1.json", half.dump());
  auto first = replay(folder, {folder / "en.1.json", "--data-dir", folder / "data"});
  BOOST_TEST(first["complete"] == false);
  auto second = replay(folder, {bundled(), "--data-dir", folder / "data"});
  work_folder other;
  BOOST_TEST(second == replay(other, {bundled(), "--data-dir", other / "data"}));
}

BOOST_AUTO_TEST_CASE(play_off_matches_stay_out_of_the_table) {
  work_folder folder;
  auto table = replay(
    folder, {project_file("tests/data/seasons/2022-23/en.2.json"), "--data-dir", folder / "data"});
  for (auto& x : table["table"])
    BOOST_TEST(x["played"] == 46);
}
