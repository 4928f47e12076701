#define BOOST_TEST_DYN_LINK
// Every season whose official table is known must come out equal to it: every column, in order.
#include "league/season_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace touchline::league;
namespace fs = std::filesystem;

namespace {

const fs::path data = fs::path{TOUCHLINE_SOURCE_DIR} / "tests" / "data";

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in{line};
  for (std::string cell; std::getline(in, cell, ',');)
    cells.push_back(cell);
  return cells;
}

// The rows of an official table without the header. Columns: position, team, played, won, drawn,
// lost, goals_for, goals_against, points, deducted.
std::vector<std::vector<std::string>> official_rows(const fs::path& file) {
  std::ifstream in{file};
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    rows.push_back(split(line));
  }
  return rows;
}

std::vector<std::string> cells_of(const standing& row, const std::string& team) {
  const auto text = [](int value) { return std::to_string(value); };
  return {text(row.position),  team,
          text(row.played),    text(row.won),
          text(row.drawn),     text(row.lost),
          text(row.goals_for), text(row.goals_against),
          text(row.points),    text(row.deducted)};
}

std::vector<fs::path> files_below(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator{folder})
    if (entry.path().extension() == extension)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// Each file is read once for the whole suite.
const season_file& read_season(const fs::path& file) {
  static std::map<fs::path, season_file> known;
  const auto [found, is_new] = known.try_emplace(file);
  if (is_new) {
    auto season = parse_season(text_of(file), file.string());
    BOOST_TEST_REQUIRE(season.has_value(), file.string()
                                             << ": " << (season ? "" : season.error().message));
    found->second = std::move(*season);
  }
  return found->second;
}

// Names differ between the sources, so a deduction goes to the team that has the same counts as the
// official row.
rule_choice deductions_of(const season_file& season,
                          const std::vector<std::vector<std::string>>& official) {
  rule_choice choice;
  const auto rows = compute_table(season.teams.size(), season.results(), *rules_for(season, {}));
  for (const auto& cells : official) {
    if (cells[9] == "0")
      continue;
    const auto same = [&](const standing& row) {
      const auto ours = cells_of(row, cells[1]);
      return std::equal(ours.begin() + 2, ours.begin() + 8, cells.begin() + 2);
    };
    const auto found = std::find_if(rows.begin(), rows.end(), same);
    BOOST_TEST_REQUIRE((found != rows.end()));
    choice.deductions.emplace_back(season.teams[found->team].name, std::stoi(cells[9]));
  }
  return choice;
}

void compare(const fs::path& official_file) {
  auto season_path
    = data / "seasons" / official_file.parent_path().filename() / official_file.filename();
  season_path.replace_extension(".json");
  const auto& season = read_season(season_path);
  const auto official = official_rows(official_file);
  const auto by = rules_for(season, deductions_of(season, official));
  BOOST_TEST_REQUIRE(by.has_value());
  const auto rows = compute_table(season.teams.size(), season.results(), *by);
  BOOST_TEST_REQUIRE(rows.size() == official.size());
  for (std::size_t place = 0; place < rows.size(); ++place)
    BOOST_TEST(cells_of(rows[place], official[place][1]) == official[place],
               boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_CASE(every_season_with_an_official_table_comes_out_equal_to_it) {
  const auto tables = files_below(data / "official", ".csv");
  BOOST_TEST(tables.size() >= 21U);
  for (const auto& file : tables) {
    BOOST_TEST_CONTEXT(file.string())
    compare(file);
  }
}

BOOST_AUTO_TEST_CASE(every_season_of_the_test_data_is_read_and_ranked_without_a_tie_left_open) {
  const auto files = files_below(data / "seasons", ".json");
  BOOST_TEST(files.size() >= 36U);
  for (const auto& file : files) {
    const auto& season = read_season(file);
    const auto by = rules_for(season, {});
    BOOST_TEST_REQUIRE(by.has_value());
    const auto rows = compute_table(season.teams.size(), season.results(), *by);
    BOOST_TEST(rows.size() == season.teams.size());
    BOOST_TEST(season.matches.size() == season.teams.size() * (season.teams.size() - 1),
               file.string());
    if (season.unplayed() == 0)
      BOOST_TEST(std::none_of(rows.begin(), rows.end(),
                              [](const standing& row) { return row.level_with_above; }),
                 file.string());
  }
}

BOOST_AUTO_TEST_CASE(play_offs_stay_out_of_the_championship) {
  const auto& season = read_season(data / "seasons" / "2022-23" / "en.2.json");
  BOOST_TEST(season.play_offs.size() == 5U);
  BOOST_TEST(season.matches.size() == 552U);
  BOOST_TEST(season.guests.empty());
}

BOOST_AUTO_TEST_CASE(a_season_that_goes_on_knows_how_many_matches_are_left) {
  const auto& season = read_season(data / "seasons" / "2025-26" / "en.1.json");
  BOOST_TEST(season.unplayed() > 0U);
  BOOST_TEST(season.results().size() + season.unplayed() == season.matches.size());
}

namespace {

// The names from place `first` on, as the rules of the file's country order them.
std::vector<std::string> names_from(const std::string& file, std::size_t first, std::size_t count,
                                    const rule_choice& choice = {}) {
  const auto& season = read_season(data / "seasons" / file);
  const auto rows
    = compute_table(season.teams.size(), season.results(), *rules_for(season, choice));
  std::vector<std::string> names;
  for (auto place = first; place < first + count; ++place)
    names.push_back(season.teams[rows[place - 1].team].name);
  return names;
}

using names = std::vector<std::string>;

} // namespace

// The orders below are those of the competitions' final tables, where goal difference alone would
// have ordered otherwise.
BOOST_AUTO_TEST_CASE(la_liga_orders_three_teams_by_the_matches_among_them) {
  BOOST_TEST(names_from("2014-15/es.1.json", 16, 3)
             == (names{"Deportivo La Coruña", "Granada CF", "SD Eibar"}));
  BOOST_TEST(names_from("2018-19/es.1.json", 9, 3)
             == (names{"Real Sociedad", "Real Betis", "CD Alavés"}));
  BOOST_TEST(names_from("2022-23/es.1.json", 14, 3)
             == (names{"Cádiz CF", "Getafe CF", "Valencia CF"}));
}

BOOST_AUTO_TEST_CASE(serie_a_orders_three_teams_by_the_matches_among_them) {
  BOOST_TEST(names_from("2018-19/it.1.json", 14, 3)
             == (names{"Parma Calcio 1913", "Cagliari Calcio", "ACF Fiorentina"}));
}

BOOST_AUTO_TEST_CASE(verona_stay_up_before_spezia_in_2023_and_juventus_fall_to_seventh) {
  BOOST_TEST(names_from("2022-23/it.1.json", 17, 2)
             == (names{"Hellas Verona FC", "Spezia Calcio"}));
  rule_choice choice;
  choice.deductions = {{"Juventus FC", 10}};
  BOOST_TEST(names_from("2022-23/it.1.json", 6, 3, choice)
             == (names{"AS Roma", "Juventus FC", "ACF Fiorentina"}));
}
