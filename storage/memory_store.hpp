// The store of a simulation: the same tables in memory.
#pragma once

#include "storage/ordered_operations.hpp"
#include "storage/ordered_store.hpp"

#include <array>
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

  // -- the disk of a simulation -----------------------------------------------

  /// A full disk refuses each commit with `disk_full` until there is room again.
  void set_disk_full(bool full);

  /// A broken disk fails the next commit with `io_error` and all behind it with `closed`. Reads go
  /// on. Taking it back stands for a new start of the node with its disk repaired.
  void set_broken(bool broken);

  /// The next commit fails with `error` and writes nothing; those behind it are not concerned.
  void fail_next(storage_error error);

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
  bool full_ = false;
  bool broken_ = false;
  bool closed_ = false;
  std::optional<storage_error> next_failure_;
};

} // namespace touchline::storage
