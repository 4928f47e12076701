// Full disks and configured limits.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/page_check.hpp"
#include "storage/writer.hpp"
#include "tests/storage/fixtures.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;
namespace fs = std::filesystem;

namespace {

// A small disk of its own, if this process may mount one.
class small_disk {
public:
  explicit small_disk(const std::string& size) {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~small_disk() {
    if (mounted_)
      ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  explicit operator bool() const {
    if (!mounted_)
      BOOST_TEST_MESSAGE("skipped: may not mount a small disk");
    return mounted_;
  }
  const fs::path& path() const { return folder_.path(); }

  // Leaves no byte free.
  void fill() const {
    std::ofstream filler{path() / "filler", std::ios::app};
    const std::string block(4096, 'f');
    while (filler << block << std::flush) {
    }
  }
  void make_room() const { fs::remove(path() / "filler"); }

private:
  temporary_folder folder_;
  bool mounted_ = false;
};

std::uint64_t append_until_full(store& target, const std::string& address, std::uint64_t next) {
  for (;; ++next) {
    const auto done = commit(target, record_batch(address, next, std::string(20'000, 'x')));
    if (done)
      continue;
    BOOST_TEST_REQUIRE((done.error().code == error_code::disk_full), done.error().text);
    return next;
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(space)

BOOST_AUTO_TEST_CASE(a_full_disk_loses_nothing_and_writing_goes_on_when_there_is_room) {
  const small_disk disk{"4m"};
  if (!disk)
    return;
  std::uint64_t next = 1;
  {
    auto store = open_store(disk.path() / "data");
    for (int round = 0; round < 3; ++round) {
      disk.fill();
      next = append_until_full(*store, "team/a", next);
      BOOST_TEST(records_of(*store, "team/a").size() == next - 1);
      disk.make_room();
      value_of(commit(*store, record_batch("team/a", next++, "there is room again")));
    }
    disk.fill();
    next = append_until_full(*store, "team/a", next);
  }
  const auto report
    = value_of(check_data_file(disk.path() / "data" / "data.mdb", check_depth::everything));
  BOOST_TEST(!report.fresh);
  // Opening and reading need no room.
  auto store = open_store(disk.path() / "data");
  BOOST_TEST(records_of(*store, "team/a").size() == next - 1);
}

BOOST_AUTO_TEST_CASE(a_full_disk_fails_every_batch_of_the_group_and_none_is_half_written) {
  const small_disk disk{"4m"};
  if (!disk)
    return;
  auto store = open_store(disk.path());
  disk.fill();
  std::size_t failed = 0;
  writer_options options;
  options.own_thread = false;
  writer writing{*store,
                 [&](std::span<const commit_token> tokens, const storage_error* error) {
                   BOOST_TEST((error != nullptr && error->code == error_code::disk_full));
                   failed += tokens.size();
                 },
                 options};
  for (std::uint64_t i = 1; i <= 50; ++i)
    writing.submit(record_batch("team/" + std::to_string(i), 1, std::string(3000, 'x')), i);
  writing.commit_next();
  BOOST_TEST(failed == 50U);
  BOOST_TEST(value_of(store->addresses("", "", 100)).empty());
  BOOST_TEST(!writing.statistics().failed_for_good);
}

BOOST_AUTO_TEST_CASE(a_store_cannot_be_made_on_a_full_disk_and_says_so) {
  const small_disk disk{"256k"};
  if (!disk)
    return;
  disk.fill();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto opened = lmdb_store::open(options_for(disk.path() / "data"));
    BOOST_REQUIRE(!opened);
    BOOST_TEST((opened.error().code == error_code::disk_full), opened.error().text);
  }
  disk.make_room();
  auto store = open_store(disk.path() / "data");
  value_of(commit(*store, record_batch("team/a", 1, "one")));
}

BOOST_AUTO_TEST_CASE(a_disk_with_almost_no_room_never_crashes_the_creation) {
  for (int kilobytes = 4; kilobytes <= 64; kilobytes += 4) {
    const small_disk disk{std::to_string(kilobytes) + "k"};
    if (!disk)
      return;
    auto opened = lmdb_store::open(options_for(disk.path()));
    if (!opened)
      BOOST_TEST((opened.error().code == error_code::disk_full), opened.error().text);
  }
}

BOOST_AUTO_TEST_CASE(the_configured_limit_is_a_full_disk) {
  const temporary_folder folder;
  auto options = options_for(folder.path());
  options.initial_map_bytes = 1 << 20;
  options.max_map_bytes = 2 << 20;
  auto store = value_of(lmdb_store::open(options));
  const auto next = append_until_full(*store, "team/a", 1);
  BOOST_TEST(next > 50U);
  BOOST_TEST(records_of(*store, "team/a").size() == next - 1);
  store.reset();
  options.max_map_bytes = 4 << 20;
  store = value_of(lmdb_store::open(options));
  value_of(commit(*store, record_batch("team/a", next, std::string(20'000, 'x'))));
}

BOOST_AUTO_TEST_CASE(without_room_for_a_journal_a_store_is_opened_without_one) {
  const small_disk disk{"2m"};
  if (!disk)
    return;
  { auto store = open_store(disk.path()); }
  auto options = options_for(disk.path());
  options.journal_bytes = 64 << 20;
  for (int round = 0; round < 2; ++round) {
    auto store = value_of(lmdb_store::open(options));
    write_batch entry;
    entry.put_log("1", 1, "one");
    const auto* one = &entry;
    BOOST_TEST(value_of(store->journal({&one, 1})) == 0U);
    BOOST_TEST(!fs::exists(disk.path() / "journal"));
  }
}

BOOST_AUTO_TEST_CASE(what_a_journal_holds_is_found_written_when_there_is_room_for_it) {
  const small_disk disk{"4m"};
  if (!disk)
    return;
  auto options = options_for(disk.path());
  options.journal_bytes = 1 << 20;
  {
    auto store = value_of(lmdb_store::open(options));
    disk.fill();
    for (std::uint64_t i = 1; i <= 10; ++i) {
      write_batch entry;
      entry.put_log("1", i, std::string(50'000, 'x'));
      const auto* one = &entry;
      BOOST_TEST(value_of(store->journal({&one, 1})) == i);
    }
  }
  const auto refused = lmdb_store::open(options);
  BOOST_TEST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == error_code::disk_full), refused.error().text);
  disk.make_room();
  auto store = value_of(lmdb_store::open(options));
  BOOST_TEST(value_of(store->log_bounds("1"))->last == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
