// Who may open which directory, and what they are told.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/layout.hpp"
#include "storage/lmdb_store.hpp"
#include "tests/storage/fixtures.hpp"

#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>
#include <utility>

using namespace touchline::storage;
using namespace touchline::storage::test;
namespace fs = std::filesystem;

namespace {

storage_error refusal(const fs::path& path) {
  auto opened = lmdb_store::open(options_for(path));
  BOOST_REQUIRE_MESSAGE(!opened, "opened " << path << " in spite of everything");
  BOOST_TEST(opened.error().text.find(path.filename().string()) != std::string::npos);
  return opened.error();
}

// Does something to an LMDB file, which is made if it is missing, in one transaction.
void in_transaction(const fs::path& path,
                    const std::function<void(MDB_txn* txn, MDB_dbi root)>& change) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi root = 0;
  BOOST_REQUIRE(mdb_env_create(&env) == 0);
  BOOST_REQUIRE(mdb_env_set_maxdbs(env, 16) == 0);
  BOOST_REQUIRE(mdb_env_open(env, path.c_str(), 0, 0644) == 0);
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  BOOST_REQUIRE(mdb_dbi_open(txn, nullptr, 0, &root) == 0);
  change(txn, root);
  BOOST_REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

void put(MDB_txn* txn, MDB_dbi root, std::string key, std::string value) {
  MDB_val k{key.size(), key.data()};
  MDB_val v{value.size(), value.data()};
  BOOST_REQUIRE(mdb_put(txn, root, &k, &v, 0) == 0);
}

// One entry in the root tree, as another program would leave it.
void write_foreign_file(const fs::path& path, const std::string& key, const std::string& value) {
  in_transaction(path, [&](MDB_txn* txn, MDB_dbi root) { put(txn, root, key, value); });
}

void put_seal(MDB_txn* txn, MDB_dbi root, std::uint64_t format) {
  put(txn, root, std::string{seal_key}, encode_seal({format, mdb_txn_id(txn)}));
}

// Writes the seal of another format, in a transaction that a store could have written.
void write_seal(const fs::path& path, std::uint64_t format) {
  in_transaction(path, [&](MDB_txn* txn, MDB_dbi root) { put_seal(txn, root, format); });
}

// Removes one table, in a transaction that a store could have written.
void drop_table(const fs::path& path, table which) {
  in_transaction(path, [&](MDB_txn* txn, MDB_dbi root) {
    MDB_dbi dbi = 0;
    BOOST_REQUIRE(mdb_dbi_open(txn, std::string{name_of(which)}.c_str(), 0, &dbi) == 0);
    BOOST_REQUIRE(mdb_drop(txn, dbi, 1) == 0);
    put_seal(txn, root, store_format);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_missing_directory_is_made_with_its_parents) {
  const temporary_folder folder;
  auto store = open_store(folder.path() / "a" / "b");
  value_of(commit(*store, record_batch("team/a", 1, "one")));
}

BOOST_AUTO_TEST_CASE(a_second_store_in_the_same_process_is_told_who_holds_the_directory) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  const auto error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::in_use));
  BOOST_TEST(error.text.find("process " + std::to_string(::getpid())) != std::string::npos);
  value_of(commit(*store, record_batch("team/a", 1, "still fine")));
}

BOOST_AUTO_TEST_CASE(a_second_process_is_told_who_holds_the_directory) {
  const temporary_folder folder;
  int ready[2];
  int done[2];
  BOOST_REQUIRE(::pipe(ready) == 0);
  BOOST_REQUIRE(::pipe(done) == 0);
  const auto child = ::fork();
  if (child == 0) {
    auto opened = lmdb_store::open(options_for(folder.path()));
    char byte = opened ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1)
      ::_exit(1);
    ::_exit(0);
  }
  char byte = 'n';
  BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
  BOOST_REQUIRE(byte == 'y');
  const auto error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::in_use));
  BOOST_TEST(error.text.find("process " + std::to_string(child)) != std::string::npos);
  // The kill leaves the lock file behind, which must be no obstacle.
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  BOOST_TEST(fs::exists(folder.path() / "touchline.lock"));
  auto store = open_store(folder.path());
  for (const auto fd : {ready[0], ready[1], done[0], done[1]})
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_a_file_is_refused) {
  const temporary_folder folder;
  std::ofstream{folder.path() / "file"} << "text";
  BOOST_TEST((refusal(folder.path() / "file").code == error_code::unwritable));
  BOOST_TEST((refusal(folder.path() / "file" / "below").code == error_code::unwritable));
  BOOST_TEST((lmdb_store::open(options_for("")).error().code == error_code::unwritable));
}

BOOST_AUTO_TEST_CASE(a_directory_that_nobody_can_write_to_is_refused) {
  // Root may write anywhere but here.
  BOOST_TEST((refusal("/proc/self/touchline").code == error_code::unwritable));
  if (::geteuid() == 0)
    return;
  const temporary_folder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  BOOST_TEST((refusal(folder.path()).code == error_code::unwritable));
  fs::permissions(folder.path(), fs::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(a_store_of_an_older_or_newer_format_is_refused) {
  for (const auto format : {oldest_format - 1, store_format + 1}) {
    const temporary_folder folder;
    write_foreign_file(folder.path(), std::string{seal_key}, encode_seal({format, 1}));
    const auto error = refusal(folder.path());
    BOOST_TEST((error.code == error_code::incompatible));
    for (const auto number : {format, store_format})
      BOOST_TEST(error.text.find("format " + std::to_string(number)) != std::string::npos,
                 error.text);
  }
}

BOOST_AUTO_TEST_CASE(a_store_of_the_format_before_this_one_is_taken_over) {
  const temporary_folder folder;
  {
    auto store = open_store(folder.path());
    value_of(commit(*store, record_batch("team/a", 1, "one")));
  }
  write_seal(folder.path(), oldest_format);
  auto options = options_for(folder.path());
  options.journal_bytes = 64 << 10;
  auto store = value_of(lmdb_store::open(options));
  BOOST_TEST(records_of(*store, "team/a").size() == 1U);
  write_batch entry;
  entry.put_log("1", 1, "one");
  const auto* one = &entry;
  BOOST_TEST(value_of(store->journal({&one, 1})) == 1U);
  store.reset();
  BOOST_TEST(value_of(open_store(folder.path())->log_bounds("1"))->last == 1U);
}

// A table that is added later must be no reason to lose a directory that was written before it.
BOOST_AUTO_TEST_CASE(a_store_without_the_table_of_deadlines_gets_it) {
  const temporary_folder folder;
  {
    auto store = open_store(folder.path());
    value_of(commit(*store, record_batch("team/a", 1, "one")));
  }
  drop_table(folder.path(), table::deadlines);
  for (int round = 0; round < 2; ++round) {
    auto store = open_store(folder.path());
    BOOST_TEST(records_of(*store, "team/a").size() == 1U);
    const auto before = value_of(store->deadlines("", 10));
    BOOST_TEST(before.size() == static_cast<std::size_t>(round));
    write_batch batch;
    batch.set_deadline("team/a", 7);
    value_of(commit(*store, batch));
    BOOST_TEST(value_of(store->deadlines("", 10)).at(0).deadline_ms == 7U);
  }
}

BOOST_AUTO_TEST_CASE(somebody_elses_lmdb_file_is_refused) {
  const temporary_folder folder;
  write_foreign_file(folder.path(), "their", "data");
  const auto error = refusal(folder.path());
  BOOST_TEST((error.code == error_code::incompatible || error.code == error_code::damaged));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_lmdb_file_is_refused) {
  const temporary_folder folder;
  std::ofstream{folder.path() / "data.mdb"} << std::string(100'000, 'x');
  BOOST_TEST((refusal(folder.path()).code == error_code::damaged));
}

BOOST_AUTO_TEST_CASE(an_interrupted_creation_is_begun_again) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, std::size_t{8192}}) {
    const temporary_folder folder;
    std::ofstream{folder.path() / "data.mdb"} << std::string(length, '\0');
    auto store = open_store(folder.path());
    value_of(commit(*store, record_batch("team/a", 1, "one")));
  }
}

BOOST_AUTO_TEST_SUITE_END()
