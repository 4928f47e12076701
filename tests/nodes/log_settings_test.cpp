// The log of a process as a file: JSON lines that machines can read, rotated within bounds.
#include <boost/test/unit_test.hpp>

#include "messages/log_context.hpp"
#include "nodes/log_settings.hpp"
#include "tests/free_port.hpp"
#include "tests/nodes/process.hpp"

#include <spdlog/spdlog.h>

#include <fstream>
#include <vector>

#include <nlohmann/json.hpp>

using namespace touchline;
using namespace touchline::testing;
using namespace touchline::nodes;
using nlohmann::json;

namespace {

/// The log of this process goes back to where it was.
struct log_of_before {
  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
  ~log_of_before() { spdlog::set_default_logger(before); }
};

std::vector<json> lines_of(const std::filesystem::path& file) {
  std::vector<json> out;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    out.push_back(json::parse(line));
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_line_is_one_json_value_whatever_it_says) {
  log_of_before restored;
  work_folder folder;
  log_settings how;
  how.format = log_format::json;
  how.file = folder / "node.log";
  BOOST_TEST(use_log(how, "node-7") == "");
  spdlog::info("a \"quoted\" word, a\nline and a \x1b");
  {
    log_context flow{"season/42"};
    spdlog::warn("flow is overdue");
  }
  spdlog::error("no text: \xff");
  auto lines = lines_of(how.file);
  BOOST_TEST_REQUIRE(lines.size() == 3u);
  BOOST_TEST(lines[0]["message"] == "a \"quoted\" word, a\nline and a \x1b");
  BOOST_TEST(lines[0]["level"] == "info");
  BOOST_TEST(lines[0]["node"] == "node-7");
  BOOST_TEST(!lines[0].contains("correlation"));
  BOOST_TEST(lines[1]["correlation"] == "season/42");
  BOOST_TEST(lines[1]["level"] == "warning");
  BOOST_TEST(lines[2]["message"] == "no text: \xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(times_are_utc_with_milliseconds) {
  BOOST_TEST(json_line(1'660'000'000'007, "info", "n", "m", "")
             == R"({"time":"2022-08-08T23:06:40.007Z","level":"info","node":"n","message":"m"})");
}

BOOST_AUTO_TEST_CASE(files_are_rotated_and_the_oldest_goes) {
  log_of_before restored;
  work_folder folder;
  log_settings how;
  how.format = log_format::json;
  how.file = folder / "node.log";
  how.file_bytes = 4'096;
  how.files = 3;
  BOOST_TEST(use_log(how, "node-1") == "");
  constexpr int lines = 500;
  for (int i = 0; i < lines; ++i)
    spdlog::info("line {}", i);
  size_t files = 0;
  for (auto& entry : std::filesystem::directory_iterator{folder.path()}) {
    ++files;
    BOOST_TEST(entry.file_size() <= how.file_bytes);
  }
  BOOST_TEST(files == how.files);
  auto newest = lines_of(how.file);
  BOOST_TEST_REQUIRE(!newest.empty());
  BOOST_TEST(newest.back()["message"] == "line " + std::to_string(lines - 1));
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_written_is_one_sentence) {
  log_of_before restored;
  log_settings how;
  how.file = "/proc/no/such/folder/log";
  auto wrong = use_log(how, "node-1");
  BOOST_TEST(wrong.starts_with("The log /proc/no/such/folder/log cannot be written: "), wrong);
}

BOOST_AUTO_TEST_CASE(a_node_logs_where_its_configuration_says) {
  work_folder folder;
  write_file(folder / "node.conf", "touchline {\n  data-directory = \"data\"\n  log {\n"
                                   "    format = \"json\"\n    file = \"node.log\"\n  }\n}\n");
  process front{folder,
                {program, "front", "--config", folder / "node.conf", "--listen",
                 "127.0.0.1:" + std::to_string(free_port())}};
  auto logged = [&] { return read_file(folder / "node.log"); };
  for (int i = 0; i < 600 && logged().find("serves http") == std::string::npos; ++i)
    ::usleep(100'000);
  front.send(SIGTERM);
  auto ended = front.wait();
  BOOST_TEST(ended.status == 0, ended.err);
  BOOST_TEST(ended.err == "");
  auto lines = lines_of(folder / "node.log");
  BOOST_TEST_REQUIRE(!lines.empty());
  for (auto& line : lines)
    BOOST_TEST(line["node"] == "node-1");
}
