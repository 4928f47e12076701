#include "storage/lmdb_store.hpp"

#include "storage/data_directory.hpp"
#include "storage/layout.hpp"
#include "storage/lmdb_environment.hpp"
#include "storage/lmdb_log.hpp"
#include "storage/ordered_operations.hpp"
#include "storage/page_check.hpp"
#include "storage/redo_journal.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace touchline::storage {

namespace {

namespace fs = std::filesystem;
using verb = write_batch::operation::verb;

// In table meta: the id that the store and its journal share, and the number of the journal's last
// record whose batches are written, 8 bytes each.
constexpr std::string_view journal_row = "touchline/journal";

std::string journal_payload(std::uint64_t id, std::uint64_t written) {
  const auto first = to_big_endian(id);
  const auto second = to_big_endian(written);
  return std::string{first.data(), first.size()}.append(second.data(), second.size());
}

// What came of one attempt to write a transaction: LMDB's code, or the error of one
// batch.
struct attempt {
  int rc = MDB_SUCCESS;
  std::optional<storage_error> refused = std::nullopt;
};

} // namespace

struct lmdb_store::implementation {
  implementation(data_directory directory, const lmdb_options& options)
    : env(std::move(directory), options.max_map_bytes, options.max_concurrent_reads),
      log(env, {.slack_bytes = options.log_slack_bytes}) {}

  // -- writing ----------------------------------------------------------------
  attempt write();
  attempt put_all(MDB_txn* txn);
  attempt apply(MDB_cursor* cursor, std::size_t i);
  attempt append(MDB_cursor* cursor, std::size_t i);
  result<void> settle(const attempt& done, std::span<const write_batch> batches);
  storage_error explain(int rc, std::span<const write_batch> batches) const;
  std::uint64_t room_needed() const noexcept;

  // -- the journal ------------------------------------------------------------
  int put_journal_row(MDB_txn* txn);
  void end_journal();

  mutable lmdb_environment env;
  lmdb_log log;
  ordered_operations operations; // of the current transaction
  std::optional<storage_error> fatal;
  std::optional<redo_journal> journal;
  std::uint64_t journal_id = 0;      // 0: the store never had a journal
  std::uint64_t journal_written = 0; // as in the row
  std::uint64_t ending = 0;          // what the next commit writes
  std::atomic<std::uint64_t> journal_used = 0;
};

lmdb_store::lmdb_store(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {}

lmdb_store::~lmdb_store() = default;

// -- opening ------------------------------------------------------------------

namespace {

bool wants_everything(const lmdb_options& options, const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return options.verify == verification::always
         || (options.verify == verification::automatic && !error
             && bytes <= options.verify_limit_bytes);
}

// The smallest doubling of the initial map that holds the data with room to write.
std::size_t map_for(std::uint64_t used_bytes, const lmdb_options& options) {
  constexpr std::size_t smallest_map = std::size_t{1} << 20;
  auto bytes = std::max(options.initial_map_bytes, smallest_map);
  while (bytes < used_bytes && bytes <= std::numeric_limits<std::size_t>::max() / 2)
    bytes *= 2;
  return std::max<std::size_t>(std::min(bytes, options.max_map_bytes), used_bytes);
}

} // namespace

result<std::unique_ptr<lmdb_store>> lmdb_store::open(const lmdb_options& options) {
  auto directory = data_directory::take(options.path);
  if (!directory)
    return tl::make_unexpected(std::move(directory.error()));
  const auto file = directory->data_file();
  const auto depth
    = wants_everything(options, file) ? check_depth::everything : check_depth::metadata;
  auto report = check_data_file(file, depth);
  if (!report)
    return tl::make_unexpected(std::move(report.error()));
  std::error_code ignored;
  if (report->fresh)
    fs::remove(file, ignored);
  auto impl = std::make_unique<implementation>(std::move(*directory), options);
  if (auto opened = impl->env.open(map_for(report->used_bytes, options)); !opened)
    return tl::make_unexpected(std::move(opened.error()));
  if (auto known = impl->log.recover(); !known)
    return tl::make_unexpected(std::move(known.error()));
  std::unique_ptr<lmdb_store> store{new lmdb_store{std::move(impl)}};
  if (auto ready = store->open_journal(options); !ready)
    return tl::make_unexpected(std::move(ready.error()));
  return store;
}

// Writes what the last owner of the store did not come to write, and makes the journal ready.
result<void> lmdb_store::open_journal(const lmdb_options& options) {
  auto& self = *impl_;
  const auto& directory = self.env.directory();
  const auto row = meta(journal_row);
  if (!row)
    return tl::make_unexpected(row.error());
  if (*row) {
    if ((*row)->size() != 2 * position_bytes)
      return damaged(table::meta, journal_row, "is too short");
    self.journal_id = read_big_endian(**row);
    self.journal_written = read_big_endian(std::string_view{**row}.substr(position_bytes));
    auto records
      = redo_journal::read(directory.journal_file(), self.journal_id, self.journal_written);
    if (!records)
      return tl::make_unexpected(records.error());
    for (std::size_t i = 0; i < records->size();) {
      constexpr std::size_t group_bytes = std::size_t{8} << 20;
      std::vector<write_batch> group;
      for (std::size_t bytes = 0; i < records->size() && bytes < group_bytes; ++i) {
        for (auto& batch : (*records)[i].batches) {
          bytes += batch.size_bytes();
          group.push_back(std::move(batch));
        }
        self.ending = (*records)[i].number;
      }
      if (auto done = commit(group); !done)
        return done;
    }
  }
  if (options.journal_bytes == 0)
    return {};
  if (self.journal_id == 0) {
    const auto made = make_journal(options.journal_bytes);
    // Without one everything works, only slower.
    if (!made)
      return made.error().code == error_code::disk_full ? result<void>{} : made;
  }
  auto opened = redo_journal::open(directory.journal_file(), self.journal_id, self.journal_written);
  if (!opened)
    return tl::make_unexpected(std::move(opened.error()));
  self.journal = std::move(*opened);
  return {};
}

result<void> lmdb_store::make_journal(std::uint64_t bytes) {
  auto& self = *impl_;
  const auto& directory = self.env.directory();
  // Told from those of other stores by chance: a copy of one must not be taken for another.
  std::random_device chance;
  const auto id = std::uint64_t{chance()} << 32 | chance() | 1U;
  const auto file = directory.journal_file();
  auto done = redo_journal::create(file, id, bytes);
  if (done)
    done = directory.sync();
  if (!done)
    return done;
  write_batch first;
  first.put_meta(journal_row, journal_payload(id, 0));
  done = commit({&first, 1});
  std::error_code ignored;
  if (done)
    self.journal_id = id;
  else
    fs::remove(file, ignored);
  return done;
}

// -- writing ------------------------------------------------------------------

result<void> lmdb_store::commit(std::span<const write_batch> batches) {
  auto& self = *impl_;
  if (self.fatal)
    return tl::make_unexpected(storage_error{
      error_code::closed, "the store writes no more since an earlier error: " + self.fatal->text});
  if (auto gathered = self.operations.gather(batches); !gathered || self.operations.empty())
    return gathered;
  auto done = self.write();
  while (done.rc == MDB_MAP_FULL) {
    if (auto grown = self.env.grow(); !grown) {
      if (grown.error().code != error_code::disk_full)
        self.fatal = grown.error();
      return grown;
    }
    done = self.write();
  }
  return self.settle(done, batches);
}

attempt lmdb_store::implementation::write() {
  write_transaction txn{env.get()};
  if (txn.error() != MDB_SUCCESS)
    return {txn.error()};
  auto done = put_all(txn.get());
  if (done.rc == MDB_SUCCESS && !done.refused)
    done.rc = log.write(txn.get(), operations);
  if (done.rc == MDB_SUCCESS && !done.refused)
    done.rc = put_journal_row(txn.get());
  if (done.rc == MDB_SUCCESS && !done.refused)
    done.rc = put_seal(txn.get(), env.dbi(table::root));
  if (done.rc == MDB_SUCCESS && !done.refused)
    done.rc = txn.commit();
  if (done.rc == MDB_SUCCESS && !done.refused) {
    log.committed();
    end_journal();
  }
  return done;
}

attempt lmdb_store::implementation::put_all(MDB_txn* txn) {
  cursor_handle cursor;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].where == table::log)
      continue; // see lmdb_log
    if (i == 0 || operations[i - 1].where != operations[i].where) {
      int rc = MDB_SUCCESS;
      cursor = open_cursor(txn, env.dbi(operations[i].where), rc);
      if (rc != MDB_SUCCESS)
        return {rc};
    }
    if (!operations.superseded(i))
      if (auto done = apply(cursor.get(), i); done.rc != MDB_SUCCESS || done.refused)
        return done;
  }
  return {};
}

attempt lmdb_store::implementation::apply(MDB_cursor* cursor, std::size_t i) {
  const auto& op = operations[i];
  auto key = lmdb_value(op.key);
  auto data = lmdb_value(op.value);
  if (op.what == verb::append)
    return append(cursor, i);
  if (op.what == verb::put)
    return {mdb_cursor_put(cursor, &key, &data, 0)};
  const auto found = mdb_cursor_get(cursor, &key, nullptr, MDB_SET);
  if (found != MDB_SUCCESS)
    return {found == MDB_NOTFOUND ? MDB_SUCCESS : found};
  return {mdb_cursor_del(cursor, 0)};
}

attempt lmdb_store::implementation::append(MDB_cursor* cursor, std::size_t i) {
  const auto& op = operations[i];
  if (const auto before = predecessor_of(op.key); before && !operations.follows(i)) {
    auto before_key = lmdb_value(before->view());
    const auto found = mdb_cursor_get(cursor, &before_key, nullptr, MDB_SET);
    if (found == MDB_NOTFOUND)
      return {MDB_SUCCESS, gap_error(op)};
    if (found != MDB_SUCCESS)
      return {found};
  }
  auto key = lmdb_value(op.key);
  auto data = lmdb_value(op.value);
  const auto rc = mdb_cursor_put(cursor, &key, &data, MDB_NOOVERWRITE);
  if (rc != MDB_KEYEXIST)
    return {rc};
  // LMDB has put what is there into `data`.
  if (view(data) == op.value)
    return {};
  return {MDB_SUCCESS, conflict_error(op)};
}

result<void> lmdb_store::implementation::settle(const attempt& done,
                                                std::span<const write_batch> batches) {
  if (done.refused)
    return tl::make_unexpected(*done.refused);
  if (done.rc == MDB_SUCCESS)
    return {};
  auto error = explain(done.rc, batches);
  if (error.code != error_code::disk_full && !error.batch)
    fatal = error;
  return tl::make_unexpected(std::move(error));
}

// An upper bound of what the transaction writes: a path of pages for each operation.
std::uint64_t lmdb_store::implementation::room_needed() const noexcept {
  constexpr std::uint64_t pages_per_operation = 4;
  constexpr std::uint64_t page_bytes = 4096;
  constexpr std::uint64_t pages_per_transaction = 64;
  std::uint64_t bytes = 0;
  for (const auto& op : operations)
    bytes += op.value.size();
  return bytes + page_bytes * (pages_per_transaction + pages_per_operation * operations.size());
}

storage_error lmdb_store::implementation::explain(int rc,
                                                  std::span<const write_batch> batches) const {
  const auto file = env.directory().data_file();
  // LMDB reports a write that the disk took only in part as EIO.
  if (rc == EIO && !env.directory().has_room_for(room_needed()))
    rc = ENOSPC;
  if (rc == MDB_TXN_FULL) {
    const auto largest
      = std::max_element(batches.begin(), batches.end(), [](const auto& left, const auto& right) {
          return left.operations().size() < right.operations().size();
        });
    return {error_code::too_large,
            "a batch of " + std::to_string(largest->operations().size())
              + " operations does not fit into one transaction of " + file.string(),
            static_cast<std::size_t>(largest - batches.begin())};
  }
  auto error = env.error(rc, "write to");
  // Once the store is open, a permission that went missing is as fatal as a broken disk.
  if (error.code == error_code::unwritable)
    error.code = error_code::io_error;
  return error;
}

// -- the journal --------------------------------------------------------------

result<std::uint64_t> lmdb_store::journal(std::span<const write_batch* const> batches) {
  auto& self = *impl_;
  if (!self.journal || self.fatal)
    return 0;
  auto record = self.journal->append(batches);
  if (!record)
    self.fatal = record.error();
  self.journal_used = self.journal->used_bytes();
  return record;
}

void lmdb_store::ends_journal(std::uint64_t record) {
  auto& self = *impl_;
  self.ending = self.journal ? std::min(record, self.journal->last()) : 0;
}

int lmdb_store::implementation::put_journal_row(MDB_txn* txn) {
  if (ending <= journal_written)
    return MDB_SUCCESS;
  auto value = std::string(value_header_bytes, '\0').append(journal_payload(journal_id, ending));
  seal_value(table::meta, journal_row, value.data(), value.size());
  auto key = lmdb_value(journal_row);
  auto data = lmdb_value(value);
  return mdb_put(txn, env.dbi(table::meta), &key, &data, 0);
}

void lmdb_store::implementation::end_journal() {
  journal_written = std::max(journal_written, ending);
  if (!journal || journal_written != journal->last())
    return;
  journal->begin_anew();
  journal_used = 0;
}

// -- reading ------------------------------------------------------------------

std::string lmdb_store::place() const {
  return impl_->env.directory().data_file().string();
}

result<std::optional<std::string>> lmdb_store::get(table where, std::string_view key) const {
  const auto& env = impl_->env;
  auto reader = impl_->env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  auto lmdb_key = lmdb_value(key);
  MDB_val data;
  const auto rc = mdb_get(reader->txn(), env.dbi(where), &lmdb_key, &data);
  if (rc == MDB_NOTFOUND)
    return std::nullopt;
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(env.error(rc, "read " + describe(where, key) + " from"));
  const auto payload = payload_of(where, key, view(data));
  if (!payload)
    return tl::make_unexpected(payload.error());
  return std::string{*payload};
}

result<void> lmdb_store::scan(table where, scan_step step, const scan_visitor& visit) const {
  const auto& env = impl_->env;
  auto reader = impl_->env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  int rc = MDB_SUCCESS;
  const auto cursor = open_cursor(reader->txn(), env.dbi(where), rc);
  while (rc == MDB_SUCCESS && step.what != scan_step::kind::stop) {
    auto key = lmdb_value(step.key);
    MDB_val data{};
    if (step.what == scan_step::kind::next)
      rc = mdb_cursor_get(cursor.get(), &key, &data, MDB_NEXT);
    else
      rc = mdb_cursor_get(cursor.get(), &key, &data, step.key.empty() ? MDB_FIRST : MDB_SET_RANGE);
    if (step.what == scan_step::kind::before && (rc == MDB_SUCCESS || rc == MDB_NOTFOUND))
      rc = mdb_cursor_get(cursor.get(), &key, &data, rc == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
    if (rc != MDB_SUCCESS)
      break;
    auto next = visit(view(key), view(data));
    if (!next)
      return tl::make_unexpected(std::move(next.error()));
    step = *next;
  }
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
    return tl::make_unexpected(env.error(rc, "read table " + std::string{name_of(where)} + " of"));
  return {};
}

// -- the log ------------------------------------------------------------------

result<read_progress> lmdb_store::read_log(std::string_view group, std::uint64_t from,
                                           const read_limits& limits,
                                           const record_visitor& visit) const {
  const auto& self = *impl_;
  read_progress progress{std::max<std::uint64_t>(from, 1), true};
  std::size_t bytes = 0;
  std::size_t records = 0;
  constexpr int max_misses = 10'000;
  for (int misses = 0;;) {
    const auto next = self.log.next(group, progress.next_position);
    progress.at_end = !next;
    if (!next)
      return progress;
    const key_buffer key{group, progress.next_position};
    if (*next != progress.next_position)
      return damaged(table::log, key.view(), "is missing");
    auto reader = self.env.read();
    if (!reader)
      return tl::make_unexpected(std::move(reader.error()));
    const auto value = self.log.find(reader->txn(), group, progress.next_position);
    // It was erased, or has moved, since we looked: look again.
    if (!value) {
      if (++misses > max_misses)
        return damaged(table::log, key.view(), "is not where it was written");
      std::this_thread::yield();
      continue;
    }
    misses = 0;
    const auto entry = payload_of(table::log, key.view(), *value);
    if (!entry)
      return tl::make_unexpected(entry.error());
    bytes += entry->size();
    if (records > 0 && (records >= limits.max_records || bytes > limits.max_bytes))
      return progress;
    ++records;
    if (!visit(progress.next_position++, *entry))
      return progress;
  }
}

result<std::optional<log_range>> lmdb_store::log_bounds(std::string_view group) const {
  return impl_->log.bounds(group);
}

// -- upkeep -------------------------------------------------------------------

// LMDB does not tell where its map is. The seal lies on a page that carries its own number, from
// which the beginning of the map follows.
void lmdb_store::trim() noexcept {
  auto& env = impl_->env;
  auto reader = env.read(); // keeps the map where it is
  if (!reader)
    return;
  MDB_stat stat;
  auto key = lmdb_value(seal_key);
  MDB_val data;
  if (mdb_env_stat(env.get(), &stat) != MDB_SUCCESS
      || stat.ms_psize != static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))
      || mdb_get(reader->txn(), env.dbi(table::root), &key, &data) != MDB_SUCCESS)
    return;
  auto* seal_bytes = static_cast<char*>(data.mv_data);
  auto* page = seal_bytes - reinterpret_cast<std::uintptr_t>(seal_bytes) % stat.ms_psize;
  std::uint64_t page_number = 0;
  std::memcpy(&page_number, page, sizeof page_number);
  auto* map = page - page_number * stat.ms_psize;
  ::madvise(map, env.map_bytes(), MADV_DONTNEED);
}

result<lmdb_statistics> lmdb_store::statistics() const {
  const auto& env = impl_->env;
  auto reader = impl_->env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  const auto entries = [&](table where) -> std::uint64_t {
    MDB_stat stat{};
    return mdb_stat(reader->txn(), env.dbi(where), &stat) == MDB_SUCCESS ? stat.ms_entries : 0;
  };
  MDB_envinfo info{};
  MDB_stat root{};
  mdb_env_info(env.get(), &info);
  mdb_env_stat(env.get(), &root);
  lmdb_statistics facts;
  facts.map_bytes = env.map_bytes();
  facts.used_bytes = (info.me_last_pgno + 1) * root.ms_psize;
  facts.map_growths = env.growths();
  facts.last_transaction = mdb_txn_id(reader->txn());
  facts.records = entries(table::streams);
  facts.snapshots = entries(table::snapshots);
  facts.commands = entries(table::commands);
  facts.outbox_marks = entries(table::outbox);
  facts.dead_letters = entries(table::dead_letters);
  const auto sizes = impl_->log.size();
  facts.log_entries = sizes.entries;
  facts.log_rows = sizes.rows;
  facts.log_bytes = sizes.all_bytes;
  facts.log_live_bytes = sizes.live_bytes;
  facts.journal_used_bytes = impl_->journal_used;
  facts.journal_bytes = impl_->journal ? impl_->journal->room_bytes() : 0;
  return facts;
}

} // namespace touchline::storage
