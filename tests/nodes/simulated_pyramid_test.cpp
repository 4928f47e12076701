// A pyramid of leagues, simulated by the real program: whole, in parts, and killed at random.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/nodes/pyramid_file.hpp"

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

using namespace touchline::testing;
using nlohmann::json;

namespace {

/// A folder with the small pyramid's file in it.
struct pyramid_folder : work_folder {
  pyramid_folder() { write_file(*this / "pyramid.conf", small_pyramid); }

  std::vector<std::string> arguments(int seasons, const std::string& seed,
                                     const std::string& format) const {
    return {"season",     "simulate",
            "--pyramid",  *this / "pyramid.conf",
            "--seasons",  std::to_string(seasons),
            "--seed",     seed,
            "--format",   format,
            "--data-dir", *this / "data"};
  }

  finished play(int seasons, const std::string& seed = "7",
                const std::string& format = "json") const {
    return run(*this, arguments(seasons, seed, format));
  }

  json read(std::vector<std::string> message) const {
    message.insert(message.begin(), "send");
    message.insert(message.end(), {"--data-dir", *this / "data"});
    auto x = run(*this, message);
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    return json::parse(x.out);
  }

  json audit() const {
    auto x = run(*this, {"audit", "--format", "json", "--data-dir", *this / "data"});
    BOOST_TEST(x.status == 0, x.err);
    return json::parse(x.out);
  }
};

std::string played(int seasons) {
  pyramid_folder folder;
  auto x = folder.play(seasons);
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  return x.out;
}

/// The teams of a league in a season, by name.
std::set<std::string> teams_of(const json& league) {
  std::set<std::string> names;
  for (auto& row : league["table"])
    names.insert(row["team"].get<std::string>());
  return names;
}

/// Teams that leave a league at one end.
std::set<std::string> going_up(const json& league) {
  auto names = league["promoted"].get<std::set<std::string>>();
  if (!league["play_off_winner"].is_null())
    names.insert(league["play_off_winner"].get<std::string>());
  return names;
}

std::set<std::string> going_down(const json& league) {
  return league["relegated"].get<std::set<std::string>>();
}

/// Plays to the end while it is killed at random, and says how often that was.
int play_among_kills(const pyramid_folder& folder, int seasons, unsigned seed, finished& last) {
  std::mt19937 draws{seed};
  auto arguments = folder.arguments(seasons, "7", "json");
  arguments.insert(arguments.begin(), program);
  constexpr int most_runs = 400;
  for (int kills = 0; kills < most_runs; ++kills) {
    process x{folder, arguments};
    // A little more time with each run, so that the season is over one day on any machine.
    auto most_ms = 20 + 5 * kills;
    std::this_thread::sleep_for(
      std::chrono::milliseconds{draws() % static_cast<unsigned>(most_ms)});
    x.send(SIGKILL);
    last = x.wait();
    if (last.status == 0)
      return kills;
    BOOST_TEST_REQUIRE(last.status == 128 + SIGKILL, last.err);
  }
  last = folder.play(seasons);
  return most_runs;
}

void fails(const pyramid_folder& folder, std::vector<std::string> arguments, int status,
           const std::string& expected) {
  auto x = run(folder, std::move(arguments));
  BOOST_TEST(x.status == status);
  BOOST_TEST(x.out.empty(), x.out);
  BOOST_TEST(x.err.find(expected) != std::string::npos, x.err);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes_and_another_one_does_not) {
  auto once = played(3);
  BOOST_TEST(once == played(3));
  pyramid_folder folder;
  auto other = folder.play(3, "8");
  BOOST_TEST(other.status == 0);
  BOOST_TEST(other.out != once);
}

BOOST_AUTO_TEST_CASE(no_team_is_lost_or_in_two_leagues_and_those_who_go_up_and_down_change_places) {
  auto seasons = json::parse(played(6));
  BOOST_TEST_REQUIRE(seasons.size() == 6);
  const std::array<size_t, 3> sizes{4, 6, 6};
  for (size_t i = 0; i < seasons.size(); ++i) {
    const auto& leagues = seasons[i]["leagues"];
    BOOST_TEST_REQUIRE(leagues.size() == 3);
    std::set<std::string> all;
    for (size_t tier = 0; tier < 3; ++tier) {
      BOOST_TEST(leagues[tier]["complete"] == true);
      BOOST_TEST(teams_of(leagues[tier]).size() == sizes[tier]);
      all.merge(teams_of(leagues[tier]));
    }
    BOOST_TEST(all.size() == 16);
    for (size_t tier = 0; tier + 1 < 3; ++tier) {
      BOOST_TEST(going_down(leagues[tier]).size() == 2);
      BOOST_TEST(going_up(leagues[tier + 1]).size() == 2);
    }
    BOOST_TEST(going_down(leagues[2]).empty());
    if (i + 1 == seasons.size())
      continue;
    const auto& next = seasons[i + 1]["leagues"];
    for (size_t tier = 0; tier + 1 < 3; ++tier) {
      for (auto& team : going_down(leagues[tier]))
        BOOST_TEST(teams_of(next[tier + 1]).contains(team), team);
      for (auto& team : going_up(leagues[tier + 1]))
        BOOST_TEST(teams_of(next[tier]).contains(team), team);
    }
  }
}

BOOST_AUTO_TEST_CASE(killed_at_random_and_restarted_it_ends_with_the_same_bytes) {
  auto alone = played(3);
  for (unsigned seed : {1u, 2u, 3u}) {
    pyramid_folder folder;
    finished last;
    auto kills = play_among_kills(folder, 3, seed, last);
    BOOST_TEST(kills > 0);
    BOOST_TEST(last.status == 0, last.err);
    BOOST_TEST(last.out == alone);
    auto audit = folder.audit();
    BOOST_TEST(audit["adds_up"] == true);
    BOOST_TEST(audit["dead_letters"] == 0);
  }
}

BOOST_AUTO_TEST_CASE(seasons_are_added_to_those_that_were_played) {
  pyramid_folder folder;
  BOOST_TEST(folder.play(1).status == 0);
  auto more = folder.play(3);
  BOOST_TEST(more.status == 0, more.err);
  BOOST_TEST(more.out == played(3));
  auto again = folder.play(3);
  BOOST_TEST(again.out == more.out);
  BOOST_TEST(again.err.find("Matches played now              0") != std::string::npos, again.err);
  auto fewer = folder.play(1);
  BOOST_TEST(fewer.status == 0, fewer.err);
  BOOST_TEST(fewer.out == played(1));
}

BOOST_AUTO_TEST_CASE(what_is_stored_is_what_was_played) {
  pyramid_folder folder;
  BOOST_TEST(folder.play(3).status == 0);
  auto audit = folder.audit();
  BOOST_TEST(audit["adds_up"] == true);
  BOOST_TEST(audit["messages_on_the_way"] == 0);
  BOOST_TEST(audit["pyramids"][0]["players_in_transfer"] == 0);
  auto pyramid = folder.read({"pyramid.get", "pyramid=isles"});
  BOOST_TEST(pyramid["completed_seasons"] == 3);
  BOOST_TEST(pyramid["season"] == "2033-34");
  auto transfers = folder.read({"transfer.list", "league=isles.1"});
  BOOST_TEST(std::stoi(transfers["completed"].get<std::string>()) > 0);
  BOOST_TEST(!transfers.contains("cancelled"));
  auto sponsors = folder.read({"sponsor.list", "league=isles.1"})["sponsors"];
  std::map<std::string, int> seasons_paid;
  for (auto& x : sponsors)
    seasons_paid[x["sponsor"].get<std::string>()] = x["paid_seasons"].get<int>();
  BOOST_TEST(seasons_paid["ferry-line"] == 3);
  // Its deal begins with the second season.
  BOOST_TEST(seasons_paid["smokehouse"] == 2);
}

BOOST_AUTO_TEST_CASE(youth_comes_up_where_players_retire) {
  pyramid_folder folder;
  BOOST_TEST(folder.play(3).status == 0);
  int young = 0;
  for (auto* team : {"unst-rovers", "cowes", "lerwick-town", "portree"}) {
    auto squad = folder.read({"team.get", "league=isles.1", std::string{"team="} + team})["squad"];
    BOOST_TEST(squad.size() >= 22);
    BOOST_TEST(squad.size() <= 32);
    for (auto& x : squad) {
      auto player = x["player"].get<std::string>();
      young += player.find(".s1.") != std::string::npos || player.find(".s2.") != std::string::npos;
    }
  }
  BOOST_TEST(young > 0);
}

BOOST_AUTO_TEST_CASE(another_seed_or_configuration_needs_another_data_directory) {
  pyramid_folder folder;
  auto before = folder.play(1);
  BOOST_TEST(before.status == 0);
  fails(folder, folder.arguments(2, "8", "json"), 1, "takes another data directory");
  write_file(folder / "pyramid.conf", changed_pyramid("\"Cowes\"", "\"West Cowes\""));
  fails(folder, folder.arguments(2, "7", "json"), 1, "takes another data directory");
  write_file(folder / "pyramid.conf", small_pyramid);
  BOOST_TEST(folder.play(1).out == before.out);
}

BOOST_AUTO_TEST_CASE(the_result_comes_as_text_and_csv_as_well) {
  pyramid_folder folder;
  auto text = folder.play(2, "7", "text");
  BOOST_TEST(text.status == 0, text.err);
  for (auto* line : {"First Division 2030-31\n", "Third Division 2031-32\n",
                     "Champions: ", "Promoted: ", " (play-offs)\n", "Relegated: "})
    BOOST_TEST(text.out.find(line) != std::string::npos, text.out);
  auto csv = folder.play(2, "7", "csv");
  BOOST_TEST(csv.status == 0, csv.err);
  BOOST_TEST(csv.out.starts_with("season,league,position,team,played,"), csv.out);
  BOOST_TEST(std::ranges::count(csv.out, '\n') == 1 + 2 * 16);
  BOOST_TEST(csv.out.find(",play-off winner\n") != std::string::npos, csv.out);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_refused) {
  pyramid_folder folder;
  auto data = folder / "data";
  fails(folder, {"season", "simulate", "--pyramid", folder / "no.conf", "--data-dir", data}, 1,
        "cannot be read");
  write_file(folder / "bad.conf", changed_pyramid("\"Cowes\"", "\"Portree\""));
  fails(folder, {"season", "simulate", "--pyramid", folder / "bad.conf", "--data-dir", data}, 1,
        "in the pyramid twice");
  fails(folder, {"season", "simulate", "--data-dir", data}, 2, "--pyramid");
  fails(folder,
        {"season", "simulate", "--teams", "4", "--pyramid", folder / "pyramid.conf", "--data-dir",
         data},
        2, "--pyramid");
  fails(folder,
        {"season", "simulate", "--pyramid", folder / "pyramid.conf", "--seasons", "1001",
         "--data-dir", data},
        2, "1000");
  BOOST_TEST(!std::filesystem::exists(data), "a refused command leaves a data directory");
}
