#include "storage/lmdb_store.hpp"

#include "storage/data_directory.hpp"
#include "storage/layout.hpp"
#include "storage/lmdb_environment.hpp"
#include "storage/page_check.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace touchline::storage {

namespace {

namespace fs = std::filesystem;
using verb = write_batch::operation::verb;

// An operation on its way into a transaction, in the order of keys.
struct pending {
  std::string_view key;
  std::string_view value;
  table where;
  verb what;
  std::size_t batch;
};

bool same_key(const pending& left, const pending& right) noexcept {
  return left.where == right.where && left.key == right.key;
}

bool in_key_order(const pending& left, const pending& right) noexcept {
  return left.where != right.where ? left.where < right.where : left.key < right.key;
}

std::uint64_t position_in(std::string_view stream_key) noexcept {
  return read_big_endian(stream_key.substr(stream_key.size() - position_bytes));
}

// True if `next` continues the stream of `previous`: same address, position one higher.
bool continues(std::string_view previous, std::string_view next) noexcept {
  return previous.size() == next.size()
         && previous.substr(0, previous.size() - position_bytes)
              == next.substr(0, next.size() - position_bytes)
         && position_in(previous) + 1 == position_in(next);
}

tl::unexpected<storage_error> damaged(const lmdb_environment& env, table where,
                                      std::string_view key, std::string_view what) {
  return tl::make_unexpected(
    storage_error{error_code::damaged, env.directory().data_file().string() + " is damaged: "
                                         + describe(where, key) + " " + std::string{what}});
}

// What came of one attempt to write a transaction: LMDB's code, or an operation to blame.
struct attempt {
  int rc = MDB_SUCCESS;
  const pending* refused = nullptr;
};

} // namespace

struct lmdb_store::implementation {
  implementation(data_directory directory, const lmdb_options& options)
    : env(std::move(directory), options.max_map_bytes, options.max_concurrent_reads) {}

  // -- writing ----------------------------------------------------------------
  result<void> gather(std::span<const write_batch> batches);
  attempt write();
  attempt put_all(MDB_txn* txn);
  attempt apply(MDB_cursor* cursor, const pending& op, const pending* previous);
  result<void> settle(const attempt& done, std::span<const write_batch> batches);
  storage_error gap(const pending& op) const;
  storage_error explain(int rc, std::span<const write_batch> batches) const;
  std::uint64_t room_needed() const noexcept;

  // -- reading ----------------------------------------------------------------
  result<std::optional<std::string>> get(table where, std::string_view key) const;
  template <class Visit>
  result<void> scan(table where, std::string_view first, const Visit& visit) const;
  template <class Visit>
  result<void> list(table where, std::string_view after, std::size_t limit,
                    const Visit& visit) const;
  result<std::string_view> open(table where, const MDB_val& key, const MDB_val& data) const;

  mutable lmdb_environment env;
  std::vector<pending> operations; // of the current transaction; kept for its memory
  std::optional<storage_error> fatal;
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
  return std::unique_ptr<lmdb_store>{new lmdb_store{std::move(impl)}};
}

// -- writing ------------------------------------------------------------------

result<void> lmdb_store::commit(std::span<const write_batch> batches) {
  auto& self = *impl_;
  if (self.fatal)
    return tl::make_unexpected(storage_error{
      error_code::closed, "the store writes no more since an earlier error: " + self.fatal->text});
  if (auto gathered = self.gather(batches); !gathered || self.operations.empty())
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

// Sorting lets neighbouring writes share the path from the root, and brings the operations on one
// key together, of which only the last counts.
result<void> lmdb_store::implementation::gather(std::span<const write_batch> batches) {
  operations.clear();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (const auto& error = batches[i].error(); error)
      return tl::make_unexpected(storage_error{error->code, error->text, i});
    for (const auto& op : batches[i].operations())
      operations.push_back({batches[i].key(op), batches[i].value(op), op.where, op.what, i});
  }
  if (!std::is_sorted(operations.begin(), operations.end(), in_key_order))
    std::stable_sort(operations.begin(), operations.end(), in_key_order);
  return {};
}

attempt lmdb_store::implementation::write() {
  write_transaction txn{env.get()};
  if (txn.error() != MDB_SUCCESS)
    return {txn.error()};
  auto done = put_all(txn.get());
  if (done.rc == MDB_SUCCESS && done.refused == nullptr)
    done.rc = put_seal(txn.get(), env.dbi(table::root));
  if (done.rc == MDB_SUCCESS && done.refused == nullptr)
    done.rc = txn.commit();
  return done;
}

attempt lmdb_store::implementation::put_all(MDB_txn* txn) {
  cursor_handle cursor;
  const pending* previous = nullptr;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto& op = operations[i];
    if (previous == nullptr || previous->where != op.where) {
      int rc = MDB_SUCCESS;
      cursor = open_cursor(txn, env.dbi(op.where), rc);
      if (rc != MDB_SUCCESS)
        return {rc};
    }
    const auto superseded
      = op.what != verb::append && i + 1 < operations.size() && same_key(op, operations[i + 1]);
    if (!superseded)
      if (auto done = apply(cursor.get(), op, previous); done.rc != MDB_SUCCESS || done.refused)
        return done;
    previous = &op;
  }
  return {};
}

attempt lmdb_store::implementation::apply(MDB_cursor* cursor, const pending& op,
                                          const pending* previous) {
  auto key = lmdb_value(op.key);
  auto data = lmdb_value(op.value);
  if (op.what == verb::put)
    return {mdb_cursor_put(cursor, &key, &data, 0)};
  if (op.what == verb::erase) {
    const auto found = mdb_cursor_get(cursor, &key, nullptr, MDB_SET);
    if (found != MDB_SUCCESS)
      return {found == MDB_NOTFOUND ? MDB_SUCCESS : found};
    return {mdb_cursor_del(cursor, 0)};
  }
  const auto starts = position_in(op.key) == 1;
  const auto follows
    = previous != nullptr && previous->where == op.where && continues(previous->key, op.key);
  if (!starts && !follows) {
    const key_buffer before{split_key(op.key).name, position_in(op.key) - 1};
    auto before_key = lmdb_value(before.view());
    const auto found = mdb_cursor_get(cursor, &before_key, nullptr, MDB_SET);
    if (found == MDB_NOTFOUND)
      return {MDB_SUCCESS, &op};
    if (found != MDB_SUCCESS)
      return {found};
  }
  const auto rc = mdb_cursor_put(cursor, &key, &data, MDB_NOOVERWRITE);
  if (rc == MDB_KEYEXIST)
    return {MDB_SUCCESS, &op};
  return {rc};
}

result<void> lmdb_store::implementation::settle(const attempt& done,
                                                std::span<const write_batch> batches) {
  if (done.refused != nullptr)
    return tl::make_unexpected(gap(*done.refused));
  if (done.rc == MDB_SUCCESS)
    return {};
  auto error = explain(done.rc, batches);
  if (error.code != error_code::disk_full && !error.batch)
    fatal = error;
  return tl::make_unexpected(std::move(error));
}

storage_error lmdb_store::implementation::gap(const pending& op) const {
  return {error_code::out_of_order,
          describe(op.where, op.key)
            + " does not continue its stream at the position after its last",
          op.batch};
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

// -- reading ------------------------------------------------------------------

result<std::string_view> lmdb_store::implementation::open(table where, const MDB_val& key,
                                                          const MDB_val& data) const {
  const auto payload = open_value(where, view(key), view(data));
  if (!payload)
    return damaged(env, where, view(key), "does not match its checksum");
  return *payload;
}

result<std::optional<std::string>> lmdb_store::implementation::get(table where,
                                                                   std::string_view key) const {
  auto reader = env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  auto lmdb_key = lmdb_value(key);
  MDB_val data;
  const auto rc = mdb_get(reader->txn(), env.dbi(where), &lmdb_key, &data);
  if (rc == MDB_NOTFOUND)
    return std::nullopt;
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(env.error(rc, "read " + describe(where, key) + " from"));
  const auto payload = open(where, lmdb_key, data);
  if (!payload)
    return tl::make_unexpected(payload.error());
  return std::string{*payload};
}

// Calls visit(key, data) for the entries from `first` on; it returns the next cursor movement, or
// nothing to end, and may set the key to move to.
template <class Visit>
result<void> lmdb_store::implementation::scan(table where, std::string_view first,
                                              const Visit& visit) const {
  auto reader = env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  int rc = MDB_SUCCESS;
  const auto cursor = open_cursor(reader->txn(), env.dbi(where), rc);
  auto key = lmdb_value(first);
  MDB_val data;
  if (rc == MDB_SUCCESS)
    rc = mdb_cursor_get(cursor.get(), &key, &data, first.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (rc == MDB_SUCCESS) {
    const result<std::optional<MDB_cursor_op>> next = visit(key, std::as_const(data));
    if (!next)
      return tl::make_unexpected(next.error());
    if (!*next)
      return {};
    rc = mdb_cursor_get(cursor.get(), &key, &data, **next);
  }
  if (rc != MDB_NOTFOUND)
    return tl::make_unexpected(env.error(rc, "read table " + std::string{name_of(where)} + " of"));
  return {};
}

// Calls visit(key, payload) for up to `limit` entries greater than `after`; it returns false if it
// cannot read the payload.
template <class Visit>
result<void> lmdb_store::implementation::list(table where, std::string_view after,
                                              std::size_t limit, const Visit& visit) const {
  std::size_t visited = 0;
  if (limit == 0)
    return {};
  return scan(where, after,
              [&](MDB_val& key, const MDB_val& data) -> result<std::optional<MDB_cursor_op>> {
                if (view(key) == after)
                  return MDB_NEXT;
                const auto payload = open(where, key, data);
                if (!payload)
                  return tl::make_unexpected(payload.error());
                if (!visit(view(key), *payload))
                  return damaged(env, where, view(key), "has an impossible length");
                return ++visited < limit ? std::optional{MDB_NEXT} : std::nullopt;
              });
}

result<std::optional<snapshot>> lmdb_store::read_snapshot(std::string_view address) const {
  auto payload = impl_->get(table::snapshots, key_buffer{address}.view());
  if (!payload)
    return tl::make_unexpected(std::move(payload.error()));
  if (!*payload)
    return std::nullopt;
  if ((*payload)->size() < position_bytes)
    return damaged(impl_->env, table::snapshots, address, "is too short");
  const auto position = read_big_endian(**payload);
  (*payload)->erase(0, position_bytes);
  return snapshot{position, std::move(**payload)};
}

result<read_progress> lmdb_store::read_stream(std::string_view address, std::uint64_t from,
                                              const read_limits& limits,
                                              const record_visitor& visit) const {
  const auto& self = *impl_;
  read_progress progress{std::max<std::uint64_t>(from, 1), true};
  std::size_t records = 0;
  std::size_t bytes = 0;
  const key_buffer first{address, progress.next_position};
  auto done
    = self.scan(table::streams, first.view(),
                [&](MDB_val& key, const MDB_val& data) -> result<std::optional<MDB_cursor_op>> {
                  if (split_key(view(key)).name != address)
                    return std::nullopt;
                  const key_buffer expected{address, progress.next_position};
                  if (view(key) != expected.view())
                    return damaged(self.env, table::streams, expected.view(), "is missing");
                  const auto record = self.open(table::streams, key, data);
                  if (!record)
                    return tl::make_unexpected(record.error());
                  bytes += record->size();
                  progress.at_end
                    = records == 0 || (records < limits.max_records && bytes <= limits.max_bytes);
                  if (!progress.at_end)
                    return std::nullopt;
                  ++records;
                  progress.at_end = visit(progress.next_position++, *record);
                  return progress.at_end ? std::optional{MDB_NEXT} : std::nullopt;
                });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return progress;
}

result<std::optional<std::string>> lmdb_store::read_record(std::string_view address,
                                                           std::uint64_t position) const {
  return impl_->get(table::streams, key_buffer{address, position}.view());
}

result<std::uint64_t> lmdb_store::last_position(std::string_view address) const {
  const auto& env = impl_->env;
  auto reader = impl_->env.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  int rc = MDB_SUCCESS;
  const auto cursor = open_cursor(reader->txn(), env.dbi(table::streams), rc);
  const key_buffer beyond{address, std::numeric_limits<std::uint64_t>::max()};
  auto key = lmdb_value(beyond.view());
  MDB_val data;
  if (rc == MDB_SUCCESS)
    rc = mdb_cursor_get(cursor.get(), &key, &data, MDB_SET_RANGE);
  if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND)
    rc = mdb_cursor_get(cursor.get(), &key, &data, rc == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
  if (rc == MDB_NOTFOUND)
    return 0;
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(env.error(rc, "read the stream of " + std::string{address} + " in"));
  const auto parts = split_key(view(key));
  if (parts.name != address)
    return 0;
  if (const auto record = impl_->open(table::streams, key, data); !record)
    return tl::make_unexpected(record.error());
  return read_big_endian(parts.suffix);
}

result<std::optional<std::uint64_t>> lmdb_store::find_command(std::string_view address,
                                                              std::string_view command_id) const {
  const key_buffer key{address, command_id};
  const auto payload = impl_->get(table::commands, key.view());
  if (!payload)
    return tl::make_unexpected(payload.error());
  if (!*payload)
    return std::nullopt;
  if ((*payload)->size() != position_bytes)
    return damaged(impl_->env, table::commands, key.view(), "has an impossible length");
  return read_big_endian(**payload);
}

result<std::vector<outbox_mark>> lmdb_store::outbox(std::string_view after,
                                                    std::size_t limit) const {
  std::vector<outbox_mark> found;
  auto done
    = impl_->list(table::outbox, after, limit, [&](std::string_view key, std::string_view payload) {
        if (payload.size() != position_bytes)
          return false;
        found.push_back({std::string{key}, read_big_endian(payload)});
        return true;
      });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::vector<entity_deadline>> lmdb_store::deadlines(std::string_view after,
                                                           std::size_t limit) const {
  std::vector<entity_deadline> found;
  auto done = impl_->list(table::deadlines, after, limit,
                          [&](std::string_view key, std::string_view payload) {
                            if (payload.size() != position_bytes)
                              return false;
                            found.push_back({std::string{key}, read_big_endian(payload)});
                            return true;
                          });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::optional<std::string>> lmdb_store::read_dead_letter(std::string_view id) const {
  return impl_->get(table::dead_letters, key_buffer{id}.view());
}

result<std::vector<dead_letter>> lmdb_store::dead_letters(std::string_view after,
                                                          std::size_t limit) const {
  std::vector<dead_letter> found;
  auto done = impl_->list(table::dead_letters, after, limit,
                          [&](std::string_view key, std::string_view payload) {
                            found.push_back({std::string{key}, std::string{payload}});
                            return true;
                          });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::optional<std::string>> lmdb_store::meta(std::string_view key) const {
  return impl_->get(table::meta, key_buffer{key}.view());
}

result<std::vector<std::string>> lmdb_store::addresses(std::string_view prefix,
                                                       std::string_view after,
                                                       std::size_t limit) const {
  std::vector<std::string> found;
  if (limit == 0)
    return found;
  // The byte after an address is 0 in all of its keys, so 1 is beyond all of them.
  const auto beyond = [](std::string_view address) { return std::string{address} + '\1'; };
  auto next = std::max(std::string{prefix}, after.empty() ? std::string{} : beyond(after));
  auto done
    = impl_->scan(table::streams, next,
                  [&](MDB_val& key, const MDB_val&) -> result<std::optional<MDB_cursor_op>> {
                    const auto name = split_key(view(key)).name;
                    if (!name.starts_with(prefix))
                      return std::nullopt;
                    found.emplace_back(name);
                    if (found.size() == limit)
                      return std::nullopt;
                    next = beyond(name);
                    key = lmdb_value(next);
                    return MDB_SET_RANGE;
                  });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
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
  return facts;
}

} // namespace touchline::storage
