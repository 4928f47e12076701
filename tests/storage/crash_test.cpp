// kill -9 in the middle of writing: what was acknowledged is there, nothing is torn.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/storage/fixtures.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>
#include <sstream>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

constexpr std::size_t streams = 5;
constexpr int kills = 25;
using positions = std::array<std::uint64_t, streams>;

// Runs the helper on `path` and kills it once it has acknowledged `bytes`, or right away. Returns
// the last position that it acknowledged for each stream.
positions write_and_kill(const std::filesystem::path& path, std::size_t bytes,
                         const char* journals = nullptr) {
  int output[2];
  BOOST_REQUIRE(::pipe2(output, O_CLOEXEC) == 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(output[1], STDOUT_FILENO);
    const auto program = std::string{TOUCHLINE_BINARY_DIR} + "/tests/storage_crash_writer";
    ::execl(program.c_str(), program.c_str(), path.c_str(), journals, nullptr);
    ::_exit(127);
  }
  ::close(output[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  bool killed = false;
  for (;;) {
    if (!killed && text.size() >= bytes) {
      ::kill(child, SIGKILL);
      killed = true; // what is still in the pipe was acknowledged as well
    }
    const auto count = ::read(output[0], buffer.data(), buffer.size());
    if (count <= 0)
      break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(output[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE_MESSAGE(WIFSIGNALED(status), "the helper ended by itself with " << status);
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  positions last{};
  std::istringstream lines{text};
  for (std::size_t stream = 0, position = 0; lines >> stream >> position;)
    last.at(stream) = position;
  return last;
}

void check_stream(const store& source, std::size_t stream, std::uint64_t acknowledged) {
  const auto address = "team/" + std::to_string(stream);
  const auto records = records_of(source, address);
  BOOST_TEST(records.size() >= acknowledged);
  for (std::uint64_t position = 1; position <= records.size(); ++position) {
    const auto size = position % 50 == 0 ? 30'000U : 300U;
    const std::string expected(size, static_cast<char>('a' + (stream + position) % 26));
    BOOST_TEST((records[position - 1] == expected));
    BOOST_TEST(
      (value_of(source.find_command(address, "c-" + std::to_string(position))) == position));
  }
  BOOST_TEST(!value_of(source.find_command(address, "c-" + std::to_string(records.size() + 1))));
  const auto snapshot = value_of(source.read_snapshot(address));
  BOOST_TEST((snapshot ? snapshot->position : 0) == records.size() / 10 * 10);
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_kill_9_at_any_moment) {
  const temporary_folder folder;
  std::mt19937 random{17}; // NOLINT(cert-msc*) a failure must come again
  positions acknowledged{};
  for (int run = 0; run < kills; ++run) {
    const auto last = write_and_kill(folder.path(), run == 0 ? 0 : random() % 5'000);
    for (std::size_t stream = 0; stream < streams; ++stream)
      acknowledged[stream] = std::max(acknowledged[stream], last[stream]);
    auto store = open_store(folder.path());
    for (std::size_t stream = 0; stream < streams; ++stream)
      check_stream(*store, stream, acknowledged[stream]);
  }
  BOOST_TEST(acknowledged[0] > 0U);
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_from_the_journal_survives_kill_9_at_any_moment) {
  const temporary_folder folder;
  std::mt19937 random{18}; // NOLINT(cert-msc*) a failure must come again
  positions acknowledged{};
  for (int run = 0; run < kills; ++run) {
    const auto last = write_and_kill(folder.path(), run == 0 ? 0 : random() % 5'000, "journal");
    auto store = open_store(folder.path());
    for (std::size_t stream = 0; stream < streams; ++stream) {
      acknowledged[stream] = std::max(acknowledged[stream], last[stream]);
      const auto group = std::to_string(stream);
      const auto bounds = value_of(store->log_bounds(group));
      const auto found = bounds ? bounds->last : 0;
      BOOST_TEST(found >= acknowledged[stream]);
      if (found > 0)
        BOOST_TEST(value_of(store->read_replica(group, "last")).value_or("")
                   == std::to_string(found));
      std::uint64_t next = 1;
      while (next <= found)
        next = value_of(store->read_log(group, next, {},
                                        [&](std::uint64_t position, std::string_view bytes) {
                                          const auto size = position % 50 == 0 ? 30'000U : 300U;
                                          const auto letter
                                            = static_cast<char>('a' + (stream + position) % 26);
                                          BOOST_TEST((bytes == std::string(size, letter)));
                                          return true;
                                        }))
                 .next_position;
    }
  }
  BOOST_TEST(acknowledged[0] > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
