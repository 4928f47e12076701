// The journal: what is in it is found written, whatever ended the process, and damage is not
// served.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/redo_journal.hpp"
#include "tests/storage/fixtures.hpp"

#include <fstream>
#include <map>
#include <random>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t journal_bytes = std::size_t{64} << 10;

std::unique_ptr<lmdb_store> open_with_journal(const fs::path& path,
                                              std::uint64_t bytes = journal_bytes) {
  auto options = options_for(path);
  options.journal_bytes = bytes;
  return value_of(lmdb_store::open(options));
}

storage_error refusal(const fs::path& path) {
  auto options = options_for(path);
  options.journal_bytes = journal_bytes;
  auto store = lmdb_store::open(options);
  BOOST_TEST_REQUIRE(!store);
  return store.error();
}

write_batch entry_batch(const std::string& group, std::uint64_t index, const std::string& bytes) {
  write_batch batch;
  batch.put_log(group, index, bytes);
  return batch;
}

std::uint64_t journal(store& target, const write_batch& batch) {
  const auto* one = &batch;
  return value_of(target.journal({&one, 1}));
}

std::string entry(const store& source, const std::string& group, std::uint64_t index) {
  std::string found;
  value_of(
    source.read_log(group, index, {1, 1'000'000}, [&](std::uint64_t, std::string_view bytes) {
      found = bytes;
      return true;
    }));
  return found;
}

std::uint64_t last_entry(const store& source, const std::string& group) {
  const auto bounds = value_of(source.log_bounds(group));
  return bounds ? bounds->last : 0;
}

/// What is on disk at this moment: what would be there after a power cut, as far as it was synced.
void copy_files(const fs::path& from, const fs::path& to) {
  for (const auto* name : {"data.mdb", "journal"})
    fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing);
}

void flip_byte(const fs::path& file, std::uint64_t offset) {
  std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekg(static_cast<std::streamoff>(offset));
  const auto byte = static_cast<char>(bytes.get() ^ 0x20);
  bytes.seekp(static_cast<std::streamoff>(offset));
  bytes.put(byte);
}

} // namespace

BOOST_AUTO_TEST_SUITE(redo_journal_)

BOOST_AUTO_TEST_CASE(what_is_in_the_journal_cannot_be_read_before_it_is_found_written) {
  const temporary_folder folder;
  {
    auto store = open_with_journal(folder.path());
    BOOST_TEST(journal(*store, entry_batch("1", 1, "one")) == 1U);
    write_batch vote;
    vote.put_replica("1", "vote", "of term 7");
    BOOST_TEST(journal(*store, vote) == 2U);
    BOOST_TEST(last_entry(*store, "1") == 0U);
    BOOST_TEST(value_of(store->statistics()).journal_used_bytes == 2U * redo_journal::block_bytes);
  }
  // With the journal or without one: it is the same store.
  for (const auto bytes : {std::uint64_t{0}, std::uint64_t{journal_bytes}}) {
    auto store = open_with_journal(folder.path(), bytes);
    BOOST_TEST(entry(*store, "1", 1) == "one");
    BOOST_TEST(value_of(store->read_replica("1", "vote")).value_or("") == "of term 7");
    BOOST_TEST(value_of(store->statistics()).journal_used_bytes == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_transaction_that_writes_what_is_in_the_journal_makes_room_in_it) {
  const temporary_folder folder;
  auto store = open_with_journal(folder.path(), 4 * redo_journal::block_bytes);
  std::vector<write_batch> batches;
  for (std::uint64_t round = 0; round < 5; ++round) {
    batches.clear();
    for (std::uint64_t i = 1;; ++i) {
      auto batch = entry_batch("1", round * 3 + i, "entry " + std::to_string(round * 3 + i));
      if (journal(*store, batch) == 0)
        break;
      batches.push_back(std::move(batch));
    }
    BOOST_TEST(batches.size() == 3U);
    store->ends_journal(store::all_records);
    value_of(store->commit(batches));
  }
  BOOST_TEST(entry(*store, "1", 15) == "entry 15");
}

BOOST_AUTO_TEST_CASE(a_record_larger_than_the_journal_is_not_taken) {
  const temporary_folder folder;
  auto store = open_with_journal(folder.path());
  BOOST_TEST(journal(*store, entry_batch("1", 1, std::string(journal_bytes, 'x'))) == 0U);
  BOOST_TEST(journal(*store, entry_batch("1", 1, "small")) == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_transaction_did_not_write_of_the_journal_is_found_written) {
  const temporary_folder folder;
  {
    auto store = open_with_journal(folder.path());
    const auto first = entry_batch("1", 1, "one");
    BOOST_TEST(journal(*store, first) == 1U);
    BOOST_TEST(journal(*store, entry_batch("1", 2, "two")) == 2U);
    store->ends_journal(1);
    value_of(commit(*store, first));
    BOOST_TEST(journal(*store, entry_batch("1", 3, "three")) == 3U);
  }
  auto store = open_with_journal(folder.path());
  BOOST_TEST(entry(*store, "1", 2) == "two");
  BOOST_TEST(last_entry(*store, "1") == 3U);
}

// A writer's history, and the files as they are after each step.
BOOST_AUTO_TEST_CASE(after_a_power_cut_at_any_moment_everything_acknowledged_is_there) {
  std::mt19937 random{23}; // NOLINT(cert-msc*) a failure must come again
  for (int history = 0; history < 5; ++history) {
    const temporary_folder folder;
    const temporary_folder after;
    auto store = open_with_journal(folder.path(), 16 * redo_journal::block_bytes);
    std::map<std::string, std::uint64_t> acknowledged;
    std::vector<write_batch> waiting;
    for (int step = 0; step < 40; ++step) {
      const auto group = std::to_string(random() % 3);
      const auto index = acknowledged[group] + 1;
      auto batch = entry_batch(
        group, index, group + ':' + std::to_string(index) + std::string(random() % 9'000, '.'));
      if (journal(*store, batch) != 0) {
        waiting.push_back(std::move(batch));
        acknowledged[group] = index;
      }
      if (random() % 7 == 0 || last_entry(*store, group) + 12 < index) {
        store->ends_journal(store::all_records);
        value_of(store->commit(waiting));
        waiting.clear();
      }
      copy_files(folder.path(), after.path());
      auto found = open_with_journal(after.path());
      for (const auto& [name, last] : acknowledged) {
        BOOST_TEST_REQUIRE(last_entry(*found, name) == last);
        for (std::uint64_t i = 1; i <= last; ++i)
          BOOST_TEST_REQUIRE(entry(*found, name, i).starts_with(name + ':' + std::to_string(i)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_was_cut_off_is_none_and_those_before_it_count) {
  const temporary_folder folder;
  const temporary_folder after;
  auto store = open_with_journal(folder.path());
  journal(*store, entry_batch("1", 1, "one"));
  journal(*store, entry_batch("1", 2, std::string(10'000, '2')));
  // Its first block is the second behind the head of the file.
  for (const std::uint64_t offset : {0U, 9U, 20U, 31U, 40U, 4'000U, 8'191U, 10'000U}) {
    copy_files(folder.path(), after.path());
    flip_byte(after.path() / "journal", 2 * redo_journal::block_bytes + offset);
    auto found = open_with_journal(after.path());
    BOOST_TEST(last_entry(*found, "1") == 1U);
    // What comes next goes over it, and is not mixed up with it.
    BOOST_TEST(journal(*found, entry_batch("1", 2, "another")) == 2U);
    found.reset();
    BOOST_TEST(entry(*open_with_journal(after.path()), "1", 2) == "another");
  }
}

BOOST_AUTO_TEST_CASE(damage_before_the_last_record_is_refused) {
  const temporary_folder folder;
  const temporary_folder after;
  auto store = open_with_journal(folder.path());
  for (std::uint64_t i = 1; i <= 3; ++i)
    journal(*store, entry_batch("1", i, std::string(6'000, 'x')));
  for (std::uint64_t offset = redo_journal::block_bytes; offset < 5 * redo_journal::block_bytes;
       offset += 1'300) {
    // The rest of a record's last block says nothing.
    if (offset % (2 * redo_journal::block_bytes) < redo_journal::block_bytes
        && offset % redo_journal::block_bytes > 1'900)
      continue;
    copy_files(folder.path(), after.path());
    flip_byte(after.path() / "journal", offset);
    const auto error = refusal(after.path());
    BOOST_TEST((error.code == error_code::damaged), error.text);
    BOOST_TEST(error.text.find("lacks a record before record") != std::string::npos, error.text);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_missing_or_of_another_store_is_refused) {
  const temporary_folder folder;
  const temporary_folder other;
  open_with_journal(folder.path());
  open_with_journal(other.path());
  fs::copy_file(other.path() / "journal", folder.path() / "journal",
                fs::copy_options::overwrite_existing);
  auto error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::damaged));
  BOOST_TEST(error.text.find("is not that of this store") != std::string::npos, error.text);
  fs::remove(folder.path() / "journal");
  error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::damaged));
  BOOST_TEST(error.text.find("is missing") != std::string::npos, error.text);
}

BOOST_AUTO_TEST_CASE(a_journal_that_was_cut_short_is_refused) {
  const temporary_folder folder;
  {
    auto store = open_with_journal(folder.path());
    for (std::uint64_t i = 1; i <= 3; ++i)
      journal(*store, entry_batch("1", i, "x"));
  }
  for (const std::uint64_t bytes : {20'000U, 8'192U, 4'096U, 100U, 0U}) {
    fs::resize_file(folder.path() / "journal", bytes);
    BOOST_TEST((refusal(folder.path()).code == error_code::damaged));
  }
}

BOOST_AUTO_TEST_CASE(what_was_found_in_part_before_another_crash_is_found_again) {
  const temporary_folder folder;
  const temporary_folder after;
  // More than one transaction takes.
  constexpr std::size_t size = std::size_t{16} << 20;
  {
    auto store = open_with_journal(folder.path(), size);
    for (std::uint64_t i = 1; i <= 30; ++i)
      BOOST_TEST(journal(*store, entry_batch("1", i, std::string(500'000, 'x'))) == i);
  }
  copy_files(folder.path(), after.path());
  open_with_journal(folder.path());
  // As if the crash had come between two transactions of the recovery, and before its end.
  fs::copy_file(after.path() / "journal", folder.path() / "journal",
                fs::copy_options::overwrite_existing);
  for (const auto* path : {&folder, &after}) {
    auto store = open_with_journal(path->path());
    BOOST_TEST(last_entry(*store, "1") == 30U);
    BOOST_TEST(journal(*store, entry_batch("1", 31, "x")) == 31U);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_that_begins_behind_the_data_file_is_refused) {
  const temporary_folder folder;
  const temporary_folder earlier;
  auto store = open_with_journal(folder.path());
  copy_files(folder.path(), earlier.path());
  for (std::uint64_t i = 1; i <= 2; ++i) {
    const auto batch = entry_batch("1", i, "x");
    journal(*store, batch);
    store->ends_journal(store::all_records);
    value_of(commit(*store, batch));
  }
  store.reset();
  fs::copy_file(earlier.path() / "data.mdb", folder.path() / "data.mdb",
                fs::copy_options::overwrite_existing);
  const auto error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::damaged));
  BOOST_TEST(error.text.find("begins with record 2 and data.mdb ends with record 0")
               != std::string::npos,
             error.text);
}

BOOST_AUTO_TEST_CASE(a_journal_that_rests_for_a_while_goes_on_where_it_was) {
  const temporary_folder folder;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    {
      auto store = open_with_journal(folder.path());
      BOOST_TEST(journal(*store, entry_batch("1", i, "x")) == i);
    }
    auto without = open_store(folder.path());
    BOOST_TEST(last_entry(*without, "1") == i);
    without->ends_journal(store::all_records);
    value_of(commit(*without, record_batch("team/a", i, "r")));
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_keeps_no_journal_takes_nothing_into_it) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  BOOST_TEST(journal(*store, entry_batch("1", 1, "one")) == 0U);
  BOOST_TEST(!fs::exists(folder.path() / "journal"));
}

BOOST_AUTO_TEST_SUITE_END()
