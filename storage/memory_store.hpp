// The store of a simulation: the same tables in memory.
#pragma once

#include "storage/ordered_operations.hpp"
#include "storage/ordered_store.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>

namespace touchline::storage {

/// A `store` in memory that behaves as `lmdb_store` does: the same order, the same refusals, whole
/// transactions only. It lives longer than the node that uses it, as a disk does. What happens
/// follows from the calls alone.
class memory_store : public ordered_store {
public:
  /// Fails with `disk_full` while the disk is said to be full; else with `io_error`, and from then
  /// on with `closed`, if the disk is said to be broken, as a store does that cannot trust its disk
  /// any more.
  result<void> commit(std::span<const write_batch> batches) override;

  /// As if in a file of `set_journal`'s length: a full disk is no obstacle, a broken one is.
  result<std::uint64_t> journal(std::span<const write_batch* const> batches) override;
  void ends_journal(std::uint64_t last) override;

  // -- the disk of a simulation -----------------------------------------------

  /// A full disk refuses each commit with `disk_full` until there is room again.
  void set_disk_full(bool full);

  /// A broken disk fails the next commit with `io_error` and all behind it with `closed`. Reads go
  /// on. Taking it back stands for a new start of the node with its disk repaired.
  void set_broken(bool broken);

  /// The next commit fails with `error` and writes nothing; those behind it are not concerned.
  void fail_next(storage_error error);

  /// The journal takes so many bytes; 0, as in the beginning: the store has none.
  void set_journal(std::size_t bytes);

  /// What a store does when a node starts anew: writes what the journal holds. A disk that is full
  /// or broken is taken for one that has been seen to.
  void reopen();

  /// Transactions committed so far.
  std::uint64_t transactions() const;

protected:
  result<std::optional<std::string>> get(table where, std::string_view key) const override;
  result<void> scan(table where, scan_step begin, const scan_visitor& visit) const override;
  std::string place() const override;

private:
  using sorted_table = std::map<std::string, std::string, std::less<>>;

  // What a key held before this transaction.
  struct change {
    table where;
    std::string key;
    std::optional<std::string> before;
  };

  struct journal_entry {
    std::uint64_t number = 0;
    std::vector<std::string> batches;
    std::size_t bytes = 0;
  };

  result<void> write();
  std::optional<storage_error> failure();
  std::optional<storage_error> refusal_of(std::size_t i) const;
  void apply(const ordered_operation& op);
  void undo();
  sorted_table& in(table where) { return tables_[static_cast<std::size_t>(where)]; }
  const sorted_table& in(table where) const { return tables_[static_cast<std::size_t>(where)]; }

  mutable std::shared_mutex mutex_;
  std::array<sorted_table, data_tables.size() + 1> tables_;
  ordered_operations operations_;
  std::vector<change> changes_; // of the current transaction
  std::uint64_t transactions_ = 0;
  std::deque<journal_entry> journal_;
  std::size_t journal_bytes_ = 0;
  std::size_t journal_used_ = 0;
  std::uint64_t last_record_ = 0;
  std::uint64_t ending_ = 0; // the last record whose batches the next commit writes
  bool full_ = false;
  bool broken_ = false;
  bool closed_ = false;
  std::optional<storage_error> next_failure_;
};

} // namespace touchline::storage
