// Bytes that changed on disk: a clear error or no harm, never a crash, never a wrong answer.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/page_check.hpp"
#include "tests/storage/fixtures.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t teams = 60;
constexpr std::uint64_t records_each = 25;

std::string address_of(std::uint64_t team) {
  return "team/number-" + std::to_string(team);
}

std::string record_of(std::uint64_t team, std::uint64_t position) {
  const auto size = position % 10 == 0 ? 6000 + team * 10 : 100 + (team * position) % 400;
  // NOLINTNEXTLINE(modernize-return-braced-init-list) braces would be two characters
  return std::string(size, static_cast<char>('a' + (team + position) % 26));
}

// A file with deep trees, overflow pages and free pages.
void fill(const fs::path& path) {
  auto store = open_store(path);
  for (std::uint64_t position = 1; position <= records_each; ++position) {
    write_batch batch;
    for (std::uint64_t team = 0; team < teams; ++team) {
      batch.append(address_of(team), position, record_of(team, position));
      batch.put_snapshot(address_of(team), position, record_of(team, position));
      batch.put_command(address_of(team), "command-" + std::to_string(position), position);
      batch.set_outbox(address_of(team), position);
    }
    value_of(commit(*store, batch));
  }
}

// What a child process makes of the file: everything right, a clear error, or something worse.
enum class verdict : int { intact = 0, reported = 1, wrong = 2, crashed = 3 };

bool is_clear(const storage_error& error) {
  return (error.code == error_code::damaged || error.code == error_code::incompatible)
         && error.text.find("data.mdb") != std::string::npos;
}

verdict read_everything(store& source) {
  for (std::uint64_t team = 0; team < teams; ++team) {
    const auto address = address_of(team);
    std::uint64_t seen = 0;
    bool right = true;
    const auto progress
      = source.read_stream(address, 1, {}, [&](std::uint64_t position, std::string_view record) {
          ++seen;
          right = right && record == record_of(team, position);
          return true;
        });
    const auto snapshot = source.read_snapshot(address);
    const auto found = source.find_command(address, "command-7");
    if (!progress || !snapshot || !found)
      return verdict::reported;
    if (!right || seen != records_each || !*snapshot || (*snapshot)->position != records_each
        || *found != 7U)
      return verdict::wrong;
  }
  return verdict::intact;
}

verdict open_and_use(const fs::path& path) {
  auto store = lmdb_store::open(options_for(path));
  if (!store)
    return is_clear(store.error()) ? verdict::reported : verdict::wrong;
  auto before = read_everything(**store);
  if (before != verdict::intact)
    return before;
  // Writing walks the free list and splits pages.
  for (std::uint64_t i = 0; i < 3; ++i) {
    write_batch batch;
    for (std::uint64_t team = 0; team < teams; ++team)
      batch.put_snapshot(address_of(team), records_each, record_of(team, records_each));
    if (!commit(**store, batch))
      return verdict::wrong;
  }
  return read_everything(**store);
}

verdict in_a_child(const fs::path& path) {
  std::cout.flush(); // or the child prints it, too
  const auto child = ::fork();
  if (child == 0)
    ::_exit(static_cast<int>(open_and_use(path)));
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) <= 2 ? static_cast<verdict>(WEXITSTATUS(status))
                                                       : verdict::crashed;
}

std::string slurp(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void spill(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

struct tally {
  std::size_t intact = 0;
  std::size_t reported = 0;

  void count(verdict seen, const std::string& what) {
    intact += seen == verdict::intact ? 1U : 0U;
    reported += seen == verdict::reported ? 1U : 0U;
    BOOST_TEST((seen == verdict::intact || seen == verdict::reported),
               what << (seen == verdict::crashed ? " crashed the reader" : " was served wrongly"));
  }
};

std::size_t runs() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe) there is one thread
  const auto* wanted = std::getenv("TOUCHLINE_DAMAGE_RUNS");
  return wanted != nullptr ? std::stoul(wanted) : 250;
}

} // namespace

BOOST_AUTO_TEST_SUITE(damage)

BOOST_AUTO_TEST_CASE(a_flipped_byte_anywhere_is_reported_or_harmless) {
  const temporary_folder folder;
  fill(folder.path());
  const auto file = folder.path() / "data.mdb";
  const auto sound = slurp(file);
  std::mt19937_64 random{11}; // NOLINT(cert-msc*) a failure must come again
  tally seen;
  for (std::size_t run = 0; run < runs(); ++run) {
    auto bytes = sound;
    // A third of the flips go to headers and node pointers, where they do most harm.
    auto place = random() % bytes.size();
    if (run % 3 == 0)
      place = place - place % 4096 + random() % 64;
    const auto mask = run % 2 == 0 ? 1U << (random() % 8) : 1U + random() % 255;
    bytes[place] = static_cast<char>(static_cast<unsigned char>(bytes[place]) ^ mask);
    spill(file, bytes);
    seen.count(in_a_child(folder.path()),
               "byte " + std::to_string(place) + " ^ " + std::to_string(mask));
  }
  BOOST_TEST_MESSAGE(seen.reported << " flips reported, " << seen.intact << " harmless");
  BOOST_TEST(seen.reported > 0U);
  BOOST_TEST(seen.intact > 0U);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_the_meta_pages_is_reported_or_harmless) {
  const temporary_folder folder;
  fill(folder.path());
  const auto file = folder.path() / "data.mdb";
  const auto sound = slurp(file);
  tally seen;
  constexpr std::size_t meta_bytes = 16 + 136;
  for (const std::size_t page : {std::size_t{0}, std::size_t{4096}})
    for (std::size_t bit = 0; bit<meta_bytes * 8; bit += runs()> 250 ? 1U : 5U) {
      auto bytes = sound;
      auto& byte = bytes[page + bit / 8];
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      spill(file, bytes);
      seen.count(in_a_child(folder.path()),
                 "bit " + std::to_string(bit) + " of meta page " + std::to_string(page / 4096));
    }
  BOOST_TEST_MESSAGE(seen.reported << " flips reported, " << seen.intact << " harmless");
}

BOOST_AUTO_TEST_CASE(zeroed_swapped_and_missing_pages_are_reported_or_harmless) {
  const temporary_folder folder;
  fill(folder.path());
  const auto file = folder.path() / "data.mdb";
  const auto sound = slurp(file);
  const auto pages = sound.size() / 4096;
  std::mt19937_64 random{13}; // NOLINT(cert-msc*) a failure must come again
  tally seen;
  for (std::size_t run = 0; run < runs() / 8; ++run) {
    auto bytes = sound;
    const auto one = random() % pages;
    const auto other = random() % pages;
    if (run % 3 == 0)
      bytes.replace(one * 4096, 4096, 4096, '\0');
    else if (run % 3 == 1)
      bytes.replace(one * 4096, 4096, sound, other * 4096, 4096);
    else
      bytes.resize(random() % bytes.size());
    spill(file, bytes);
    seen.count(in_a_child(folder.path()), "run " + std::to_string(run));
  }
  BOOST_TEST(seen.reported > 0U);
}

BOOST_AUTO_TEST_CASE(a_lost_last_transaction_is_noticed) {
  const temporary_folder folder;
  fill(folder.path());
  const auto file = folder.path() / "data.mdb";
  auto bytes = slurp(file);
  // The transaction number is the last field of a meta page; two less makes the older page newer.
  constexpr std::size_t transaction_offset = 16 + 128;
  const auto newest = bytes[transaction_offset] > bytes[4096 + transaction_offset] ? 0U : 4096U;
  bytes[newest + transaction_offset] = static_cast<char>(bytes[newest + transaction_offset] - 2);
  spill(file, bytes);
  const auto report = check_data_file(file, check_depth::metadata);
  BOOST_REQUIRE(!report);
  BOOST_TEST((report.error().code == error_code::damaged));
}

BOOST_AUTO_TEST_CASE(a_damaged_value_names_its_entity_and_the_others_are_served) {
  const temporary_folder folder;
  {
    auto store = open_store(folder.path());
    write_batch batch;
    batch.append("team/arsenal", 1, "the first");
    batch.append("team/arsenal", 2, "damage here");
    batch.append("team/burnley", 1, "unharmed");
    value_of(commit(*store, batch));
  }
  const auto file = folder.path() / "data.mdb";
  auto bytes = slurp(file);
  bytes[bytes.find("damage here")] = 'D';
  spill(file, bytes);
  const auto refused = lmdb_store::open(options_for(folder.path()));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == error_code::damaged));
  BOOST_TEST(refused.error().text.find("position 2 of team/arsenal") != std::string::npos,
             refused.error().text);
  // Without the check at opening, the reads notice.
  auto options = options_for(folder.path());
  options.verify = verification::never;
  auto store = value_of(lmdb_store::open(options));
  const auto record = store->read_record("team/arsenal", 2);
  BOOST_REQUIRE(!record);
  BOOST_TEST((record.error().code == error_code::damaged));
  BOOST_TEST(record.error().text.find("position 2 of team/arsenal") != std::string::npos);
  std::uint64_t visited = 0;
  const auto progress = store->read_stream("team/arsenal", 1, {}, [&](std::uint64_t, auto) {
    ++visited;
    return true;
  });
  BOOST_TEST(!progress);
  BOOST_TEST(visited == 1U);
  BOOST_TEST(!store->last_position("team/arsenal"));
  BOOST_TEST((value_of(store->read_record("team/burnley", 1)) == "unharmed"));
}

BOOST_AUTO_TEST_SUITE_END()
