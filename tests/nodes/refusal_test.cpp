// Bad input of any kind, given to the real program: one clear sentence, a status that is not 0, no
// change of state.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/nodes/process.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace touchline::testing;
using nlohmann::json;

namespace {

json bundled_season() {
  return json::parse(read_file(project_file("data/2022-23/en.1.json")));
}

/// Replays a file with this text in a folder of its own; nothing may be left behind but an error of
/// one sentence.
void refuses(const std::string& text, const std::string& expected) {
  work_folder folder;
  write_file(folder / "en.1.json", text);
  auto x = run(folder, {"season", "replay", folder / "en.1.json", "--data-dir", folder / "data"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.out.empty());
  BOOST_TEST(std::ranges::count(x.err, '\n') == 1, x.err);
  BOOST_TEST(x.err.find(expected) != std::string::npos, x.err);
  BOOST_TEST(!std::filesystem::exists(folder / "data"), "a refused file leaves a data directory");
}

void refuses(const std::function<void(json&)>& spoil, const std::string& expected) {
  auto season = bundled_season();
  spoil(season);
  refuses(season.dump(), expected);
}

void fails(std::vector<std::string> arguments, int status, const std::string& expected) {
  work_folder folder;
  auto x = run(folder, std::move(arguments));
  BOOST_TEST(x.status == status);
  BOOST_TEST(x.out.empty(), x.out);
  BOOST_TEST(x.err.find(expected) != std::string::npos, x.err);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_that_is_not_json_is_refused) {
  refuses("once upon a time", "JSON");
  refuses("", "JSON");
  refuses(std::string(100'000, '['), "nested deeper than 16 levels");
}

BOOST_AUTO_TEST_CASE(a_file_that_lacks_a_field_is_refused) {
  refuses([](json& x) { x.erase("matches"); }, "matches");
  refuses([](json& x) { x["matches"][6].erase("team2"); }, "team2");
  refuses([](json& x) { x["matches"][6].erase("date"); }, "date");
}

BOOST_AUTO_TEST_CASE(an_absurd_score_is_refused) {
  refuses([](json& x) { x["matches"][6]["score"]["ft"] = {-1, 2}; }, "-1");
  refuses([](json& x) { x["matches"][6]["score"]["ft"] = {1000, 2}; }, "1000");
  refuses([](json& x) { x["matches"][6]["score"]["ft"] = {"two", 2}; }, "goals are a whole number");
}

BOOST_AUTO_TEST_CASE(a_team_against_itself_and_a_fixture_that_comes_twice_are_refused) {
  refuses([](json& x) { x["matches"][6]["team2"] = x["matches"][6]["team1"]; }, "itself");
  refuses([](json& x) { x["matches"].push_back(x["matches"][6]); }, "match 381");
}

BOOST_AUTO_TEST_CASE(bad_names_are_refused) {
  refuses([](json& x) { x["matches"][6]["team1"] = ""; }, "empty");
  refuses([](json& x) { x["matches"][6]["team1"] = std::string(10'000, 'x'); }, "10000");
  auto text = bundled_season().dump();
  text.replace(text.find("Arsenal FC"), 1, "\xff");
  refuses(text, "UTF-8");
}

BOOST_AUTO_TEST_CASE(a_file_of_a_gigabyte_is_refused_unread) {
  work_folder folder;
  write_file(folder / "en.1.json", "{");
  std::filesystem::resize_file(folder / "en.1.json", std::uintmax_t{1} << 30);
  auto x = run(folder, {"season", "replay", folder / "en.1.json", "--data-dir", folder / "data"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.err.find("bytes") != std::string::npos, x.err);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_or_a_folder_is_refused) {
  fails({"season", "replay", "/nowhere/en.1.json"}, 1, "There is no file /nowhere/en.1.json.");
  fails({"season", "replay", "/"}, 1, "is not a file");
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_said_in_one_sentence) {
  auto file = project_file("data/2022-23/en.1.json");
  fails({}, 2, "subcommand");
  fails({"season", "replay"}, 2, "FILE");
  fails({"season", "replay", file, "--format", "xml"}, 2, "format");
  fails({"season", "simulate", "--teams", "65"}, 2, "65");
  fails({"season", "simulate", "--teams", "many"}, 2, "many");
  fails({"season", "simulate", "--teams", "4", "--seed", "-1"}, 2, "a seed is a whole number");
  fails({"season", "replay", file, "--pace", "0"}, 2, "pace");
  fails({"season", "replay", file, "--rules", "wales"}, 1, "wales");
  fails({"season", "replay", file, "--deduct", "Arsenal FC"}, 1, "TEAM=POINTS");
  fails({"season", "replay", file, "--deduct", "Arsenal FC=-3"}, 1, "TEAM=POINTS");
  fails({"season", "replay", file, "--deduct", "Atlantis FC=3"}, 1, "Atlantis FC");
  fails({"season", "replay", file, "--config", "/nowhere.conf"}, 1, "/nowhere.conf");
}

BOOST_AUTO_TEST_CASE(a_cluster_is_named_by_addresses_and_has_no_data_directory_here) {
  auto file = project_file("data/2022-23/en.1.json");
  fails({"season", "replay", file, "--connect", "localhost"}, 2, "it has no port");
  fails({"flows", "--connect", "localhost:0"}, 2, "a port is a whole number from 1 to 65535");
  fails({"flows", "--connect", "::1:7401"}, 2, "an IPv6 address stands in brackets");
  fails({"audit", "--connect", "localhost:7401", "--data-dir", "data"}, 2, "--data-dir");
  fails({"run", "--connect", "localhost:7401", "--fresh"}, 2, "--fresh");
  fails({"flows", "--tls-ca", file}, 2, "--connect");
  fails({"flows", "--connect", "localhost:7401", "--tls-ca", file}, 1, "--tls-certificate");
  fails({"flows", "--connect", "localhost:7401", "--tls-key", file}, 2, "--tls-certificate");
  fails({"flows", "--connect", "localhost:7401", "--tls-certificate", file, "--tls-key", file}, 1,
        "--tls-ca");
  fails({"flows", "--connect", "localhost:7401", "--tls-ca", "/nowhere.pem"}, 2, "/nowhere.pem");
}

BOOST_AUTO_TEST_CASE(a_configuration_with_an_unknown_or_a_wrong_setting_is_refused) {
  auto file = project_file("data/2022-23/en.1.json");
  work_folder folder;
  auto with = [&](const std::string& text, const std::string& expected) {
    write_file(folder / "node.conf", text);
    fails({"season", "replay", file, "--config", folder / "node.conf"}, 1, expected);
  };
  with("touchline {\n  partition = 4\n}\n", "touchline.partition is no setting");
  with("touchline {\n  partitions = 0\n}\n",
       "touchline.partitions must be a whole number from 1 to 256");
  with("touchline {\n  idle-timeout = \"long\"\n}\n", "touchline.idle-timeout must be a time");
  with("touchlines {\n}\n", "touchlines is no section");
  with("touchline {\n  partitions == 4\n}\n", "is not in CAF's syntax");
}

BOOST_AUTO_TEST_CASE(another_result_for_a_played_fixture_is_refused_and_changes_nothing) {
  work_folder folder;
  std::vector<std::string> replay{
    "season",   "replay", project_file("data/2022-23/en.1.json"), "--data-dir", folder / "data",
    "--format", "json"};
  auto before = run(folder, replay);
  auto season = bundled_season();
  season["matches"][0]["score"]["ft"] = {5, 5};
  write_file(folder / "en.1.json", season.dump());
  auto spoiled = replay;
  spoiled[2] = folder / "en.1.json";
  auto x = run(folder, spoiled);
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.out.empty());
  BOOST_TEST(x.err.find("is recorded as 0-2, not 5-5") != std::string::npos, x.err);
  BOOST_TEST(run(folder, replay).out == before.out);
}

BOOST_AUTO_TEST_CASE(a_data_directory_that_cannot_be_used_is_refused) {
  auto file = project_file("data/2022-23/en.1.json");
  work_folder folder;
  write_file(folder / "plain", "a file");
  fails({"season", "replay", file, "--data-dir", folder / "plain"}, 1, folder / "plain");
  fails({"season", "replay", file, "--data-dir", "/proc/touchline"}, 1, "/proc/touchline");
}

BOOST_AUTO_TEST_CASE(a_second_process_on_a_data_directory_is_refused) {
  work_folder folder;
  auto file = project_file("data/2022-23/en.1.json");
  process first{folder,
                {program, "season", "replay", file, "--data-dir", folder / "data", "--pace", "20"}};
  while (first.error_so_far().find("matches played") == std::string::npos)
    usleep(10'000);
  work_folder other;
  auto x = run(other, {"season", "replay", file, "--data-dir", folder / "data"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.err.find("process") != std::string::npos, x.err);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_said_and_the_season_goes_on_when_there_is_room) {
  work_folder folder;
  auto disk = folder / "disk";
  mkdir(disk.c_str(), 0700);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=8m") != 0) {
    BOOST_TEST_MESSAGE("skipped: mounting a small disk needs root");
    return;
  }
  auto file = project_file("data/2022-23/en.1.json");
  std::vector<std::string> replay{"season",       "replay",   file,  "--data-dir",
                                  disk + "/data", "--format", "json"};
  auto begun = run(folder, {"season", "simulate", "--teams", "4", "--data-dir", disk + "/data"});
  BOOST_TEST(begun.status == 0, begun.err);
  std::error_code failed;
  auto room = std::filesystem::space(disk, failed).available;
  auto ballast = disk + "/ballast";
  write_file(ballast, std::string(room - (256 << 10), 'x'));
  auto full = run(folder, replay);
  std::filesystem::remove(ballast);
  auto after = run(folder, replay);
  umount(disk.c_str());
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.out.empty());
  BOOST_TEST(full.err.find("No space left on device; what was not acknowledged is not recorded")
               != std::string::npos,
             full.err);
  BOOST_TEST(after.status == 0, after.err);
  work_folder other;
  replay[4] = other / "data";
  BOOST_TEST(after.out == run(other, replay).out);
}
