// The logs of all groups, in one table whose rows are written one behind the other: the entries
// that a transaction appends, of whatever groups, are one row, and so a few pages that lie
// together. Where an entry is, is known in memory, and found again by reading the rows' heads when
// a store is opened. See docs/adr/0036-log-rows-and-late-content.md.
#pragma once

#include "storage/lmdb_environment.hpp"
#include "storage/ordered_operations.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::storage {

/// When rows are cleaned.
struct log_cleaning {
  /// Bytes that entries which are gone may take besides those that are there, and as many again as
  /// are there.
  std::uint64_t slack_bytes = std::uint64_t{32} << 20;
  /// Bytes of entries that one transaction copies out of old rows, roughly.
  std::uint64_t step_bytes = std::uint64_t{256} << 10;
};

/// Reading is thread safe; the rest belongs to the thread that writes.
class lmdb_log {
public:
  explicit lmdb_log(lmdb_environment& env, const log_cleaning& cleaning = {})
    : env_{env},
      cleaning_{cleaning} {}

  /// Reads where the entries are. Fails with `damaged` or `io_error`.
  result<void> recover();

  /// Puts the row of a transaction, and removes rows that nobody needs, in `txn`. Returns LMDB's
  /// code. Counts when `committed` is called.
  int write(MDB_txn* txn, const ordered_operations& operations);

  /// What the last `write` did is on disk.
  void committed();

  /// The sealed value of an entry in `txn`, valid as long as that is; nothing when it is not there,
  /// or was moved since `txn` began.
  std::optional<std::string_view> find(MDB_txn* txn, std::string_view group,
                                       std::uint64_t index) const;

  /// The first entry at `index` or behind it.
  std::optional<std::uint64_t> next(std::string_view group, std::uint64_t index) const;
  std::optional<log_range> bounds(std::string_view group) const;

  /// Entries that are there, rows, bytes of all rows, and of the entries that are there.
  struct sizes {
    std::uint64_t entries = 0;
    std::uint64_t rows = 0;
    std::uint64_t all_bytes = 0;
    std::uint64_t live_bytes = 0;
  };
  sizes size() const;

private:
  struct place {
    std::uint64_t row = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };

  struct row_facts {
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
  };

  /// What a row says: an entry, or that entries are gone.
  struct frame {
    std::string_view group;
    std::uint64_t index = 0;
    /// 0 for an entry.
    std::uint32_t erased = 0;
    std::string_view value;
  };

  using group_index = std::map<std::uint64_t, place>;

  static std::optional<std::vector<frame>> frames_of(std::string_view payload);
  int move_row(MDB_txn* txn, std::uint64_t row);
  int drop_rows(MDB_txn* txn);
  void learn(std::uint64_t row, std::string_view payload, const std::vector<frame>& frames);
  void forget(group_index& entries, group_index::iterator at);
  const place* find_place(std::string_view group, std::uint64_t index) const;

  lmdb_environment& env_;
  const log_cleaning cleaning_;

  mutable std::mutex mutex_;
  std::map<std::string, group_index, std::less<>> groups_;
  /// From `first_row_` on, without a gap.
  std::deque<row_facts> rows_;
  std::uint64_t first_row_ = 1;
  std::uint64_t entries_ = 0;
  std::uint64_t all_bytes_ = 0;
  std::uint64_t live_bytes_ = 0;

  /// Of the transaction that is being written.
  std::vector<frame> frames_;
  std::deque<std::string> moved_;
  std::string row_;
  std::uint64_t dropped_ = 0;
};

} // namespace touchline::storage
