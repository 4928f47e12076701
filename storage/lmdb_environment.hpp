// One LMDB environment with a pool of read transactions and a map that grows. Private to the
// storage room: only the lmdb_*.cpp files include this header, and with it lmdb.h.
#pragma once

#include "storage/data_directory.hpp"
#include "storage/layout.hpp"
#include "storage/store.hpp"

#include <lmdb.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace touchline::storage {

/// The bytes of `value` as LMDB hands them out: valid until the transaction ends.
inline std::string_view view(const MDB_val& value) noexcept {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

/// `bytes` as LMDB takes them. LMDB does not write through the pointer.
inline MDB_val lmdb_value(std::string_view bytes) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

/// Closes a cursor.
struct cursor_closer {
  void operator()(MDB_cursor* cursor) const noexcept { mdb_cursor_close(cursor); }
};

/// A cursor that closes itself; must die before its transaction ends.
using cursor_handle = std::unique_ptr<MDB_cursor, cursor_closer>;

/// Opens a cursor over the table `dbi` in `txn`; null with LMDB's code in `error` on failure.
cursor_handle open_cursor(MDB_txn* txn, MDB_dbi dbi, int& error) noexcept;

/// A write transaction that aborts unless it was committed.
class write_transaction {
public:
  explicit write_transaction(MDB_env* env) noexcept
    : error_(mdb_txn_begin(env, nullptr, 0, &txn_)) {}
  write_transaction(const write_transaction&) = delete;
  write_transaction& operator=(const write_transaction&) = delete;
  ~write_transaction() {
    if (txn_ != nullptr)
      mdb_txn_abort(txn_);
  }

  /// Why the transaction could not begin, or 0.
  int error() const noexcept { return error_; }
  MDB_txn* get() const noexcept { return txn_; }
  int commit() noexcept { return mdb_txn_commit(std::exchange(txn_, nullptr)); }

private:
  MDB_txn* txn_ = nullptr;
  int error_;
};

/// The environment. Readers of any thread borrow read transactions that are kept for reuse, which
/// costs two atomic operations; when the map must grow, new readers wait and the running ones end
/// first, because LMDB unmaps the old map under everybody's feet.
class lmdb_environment {
  struct slot;

public:
  /// A borrowed read transaction, on the newest committed state when it was borrowed.
  class reader {
  public:
    reader(lmdb_environment& owner, slot& place) noexcept : owner_(&owner), slot_(&place) {}
    reader(reader&& other) noexcept
      : owner_(other.owner_),
        slot_(std::exchange(other.slot_, nullptr)) {}
    reader& operator=(reader&&) = delete;
    ~reader();
    MDB_txn* txn() const noexcept;

  private:
    lmdb_environment* owner_;
    slot* slot_;
  };

  lmdb_environment(data_directory directory, std::size_t max_map_bytes, unsigned readers);
  lmdb_environment(const lmdb_environment&) = delete;
  lmdb_environment& operator=(const lmdb_environment&) = delete;
  ~lmdb_environment();

  /// Maps `map_bytes` of the data file and opens, or creates, the tables.
  result<void> open(std::size_t map_bytes);

  /// Borrows a read transaction; waits while all are lent or the map grows.
  result<reader> read();

  /// Doubles the map. Fails with `disk_full` at the limit. For the writing thread, outside of a
  /// transaction.
  result<void> grow();

  MDB_env* get() const noexcept { return env_; }
  MDB_dbi dbi(table where) const noexcept { return dbis_[static_cast<std::size_t>(where)]; }
  const data_directory& directory() const noexcept { return directory_; }
  std::size_t map_bytes() const noexcept { return map_bytes_.load(std::memory_order_relaxed); }
  std::uint64_t growths() const noexcept { return growths_.load(std::memory_order_relaxed); }

  /// The `storage_error` for LMDB's code `rc` while doing `action`.
  storage_error error(int rc, std::string_view action) const;

private:
  result<void> open_tables();
  result<bool> find_tables();
  result<void> create_tables();
  result<void> can_map(std::size_t bytes) const;
  slot* try_borrow() noexcept;
  slot& borrow();
  void give_back(slot& place) noexcept;

  const data_directory directory_;
  const std::size_t max_map_bytes_;
  const unsigned readers_;
  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, data_tables.size() + 1> dbis_{};
  std::atomic<std::size_t> map_bytes_ = 0;
  std::atomic<std::uint64_t> growths_ = 0;

  const std::unique_ptr<slot[]> slots_;
  std::atomic<bool> growing_ = false;
  std::atomic<unsigned> waiting_ = 0;
  std::mutex gate_;
  std::condition_variable changed_;
};

/// Writes the seal of `txn`, which names its own transaction number. Returns LMDB's code.
int put_seal(MDB_txn* txn, MDB_dbi root) noexcept;

} // namespace touchline::storage
