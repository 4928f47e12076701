// Who may enter whom: an include that runs against the arrows of docs/architecture.md fails here.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace {

const std::map<std::string, std::set<std::string>> may_enter{
  {"league", {}},
  {"messages", {}},
  {"storage", {"messages"}},
  {"actors", {"storage", "messages", "league"}},
  {"nodes", {"actors", "storage", "messages", "league"}}};

/// Libraries that only some rooms may know.
const std::map<std::string, std::set<std::string>> may_know{
  {"caf/", {"messages", "actors", "nodes"}},
  {"lmdb.h", {"storage"}},
  {"sodium.h", {"actors", "nodes"}},
  {"openssl/", {"nodes"}},
  {"histedit.h", {"nodes"}},
  {"google/protobuf", {"messages", "actors", "nodes"}},
  {"thread", {"storage", "actors", "nodes"}},
  {"spdlog/", {"actors", "nodes"}}};

} // namespace

BOOST_AUTO_TEST_CASE(one_folder_knows_the_consensus_library) {
  const std::string only = "/nodes/consensus/";
  int users = 0;
  for (auto& [room, allowed] : may_enter)
    for (auto& entry : std::filesystem::recursive_directory_iterator{
           std::string{TOUCHLINE_SOURCE_DIR} + '/' + room}) {
      std::ifstream in{entry.path()};
      for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("#include") || line.find("<raft") == std::string::npos)
          continue;
        ++users;
        BOOST_TEST(entry.path().string().find(only) != std::string::npos,
                   entry.path() << " knows C-Raft");
      }
    }
  BOOST_TEST(users > 0);
}

BOOST_AUTO_TEST_CASE(no_include_runs_against_the_order_of_the_rooms) {
  int files = 0;
  for (auto& [room, allowed] : may_enter)
    for (auto& entry : std::filesystem::recursive_directory_iterator{
           std::string{TOUCHLINE_SOURCE_DIR} + '/' + room}) {
      auto kind = entry.path().extension();
      if (kind != ".hpp" && kind != ".cpp")
        continue;
      ++files;
      std::ifstream in{entry.path()};
      for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("#include"))
          continue;
        for (auto& [other, ignored] : may_enter)
          if (other != room && line.find('"' + other + '/') != std::string::npos)
            BOOST_TEST(allowed.contains(other), entry.path() << " enters " << other);
        for (auto& [library, rooms] : may_know)
          if (line.find('<' + library) != std::string::npos)
            BOOST_TEST(rooms.contains(room), entry.path() << " knows " << library);
      }
    }
  BOOST_TEST(files > 50);
}

BOOST_AUTO_TEST_CASE(decisions_know_no_clock_and_no_chance) {
  const std::set<std::string> forbidden{"<random>",     "<ctime>", "system_clock",
                                        "steady_clock", "rand(",   "clock()"};
  for (auto* context : {"team_manager", "fixture_manager", "stats_manager", "sponsor_manager",
                        "transfer_manager", "identity", "operations"})
    for (auto& entry : std::filesystem::directory_iterator{std::string{TOUCHLINE_SOURCE_DIR}
                                                           + "/actors/" + context}) {
      std::ifstream in{entry.path()};
      for (std::string line; std::getline(in, line);)
        for (auto& word : forbidden)
          BOOST_TEST(line.find(word) == std::string::npos, entry.path() << " uses " << word);
    }
}
