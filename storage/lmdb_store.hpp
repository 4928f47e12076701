// The store on disk: one LMDB environment per node.
#pragma once

#include "storage/ordered_store.hpp"

#include <filesystem>
#include <memory>

namespace touchline::storage {

/// How much of a data file is checked before LMDB maps it. See `page_check.hpp`.
enum class verification : std::uint8_t {
  /// The whole file if it is at most `lmdb_options::verify_limit_bytes` long, else the metadata
  /// only.
  automatic,
  /// The whole file, however long.
  always,
  /// The metadata only. LMDB may crash on a file that was damaged.
  never,
};

/// How to open a store.
struct lmdb_options {
  /// The data directory; created if it is missing (its parent must exist or be creatable, too).
  std::filesystem::path path;
  /// The map to start with, in bytes. It doubles by itself when the data outgrow it.
  std::size_t initial_map_bytes = std::size_t{16} << 20;
  /// The store refuses to grow beyond this, with `disk_full`.
  std::size_t max_map_bytes = std::size_t{1} << 40;
  /// Reads that may run at the same time; more wait for one of them to end.
  unsigned max_concurrent_reads = 64;
  verification verify = verification::automatic;
  /// Files up to this length are checked whole when opened (about half a second for each GiB that
  /// the system has cached).
  std::size_t verify_limit_bytes = std::size_t{2} << 30;
  /// Bytes that log entries which were erased may take besides those that are there, and as many
  /// again as are there, before rows of the log are cleaned.
  std::uint64_t log_slack_bytes = std::uint64_t{32} << 20;
  /// Length of the journal, which is made when the store is opened with one for the first time; 0:
  /// `store::journal` takes nothing. What an earlier journal holds is written in any case.
  std::uint64_t journal_bytes = 0;
};

/// Facts about an open store, for metrics and the shell.
struct lmdb_statistics {
  std::uint64_t map_bytes = 0;
  /// Bytes of the data file in use, free pages included.
  std::uint64_t used_bytes = 0;
  /// How often the map grew since the store was opened.
  std::uint64_t map_growths = 0;
  std::uint64_t last_transaction = 0;
  std::uint64_t records = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t commands = 0;
  std::uint64_t outbox_marks = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t log_entries = 0;
  /// Rows that hold them, the bytes of those rows, and of the entries that are there.
  std::uint64_t log_rows = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t log_live_bytes = 0;
  /// Bytes of the journal that wait for a transaction, and that may.
  std::uint64_t journal_used_bytes = 0;
  std::uint64_t journal_bytes = 0;
};

/// A `store` in LMDB. The layout of keys and values is that of `layout.hpp`, of
/// docs/adr/0003-lmdb-layout-and-group-commit.md and of
/// docs/adr/0030-the-log-of-a-group-in-lmdb.md. Not to be used in a child after `fork`.
class lmdb_store final : public ordered_store {
public:
  /// Opens or creates the store in `options.path` and takes it for this process. Fails with
  /// `in_use` (naming the holder's process id), `unwritable`, `disk_full`, `incompatible`,
  /// `damaged` or `io_error`.
  static result<std::unique_ptr<lmdb_store>> open(const lmdb_options& options);

  /// Closes the store. No read may run any more.
  ~lmdb_store() override;

  result<void> commit(std::span<const write_batch> batches) override;
  result<std::uint64_t> journal(std::span<const write_batch* const> batches) override;
  void ends_journal(std::uint64_t record) override;

  result<read_progress> read_log(std::string_view group, std::uint64_t from,
                                 const read_limits& limits,
                                 const record_visitor& visit) const override;
  result<std::optional<log_range>> log_bounds(std::string_view group) const override;

  /// Drops the clean pages of the map from resident memory; they stay in the system's page cache.
  void trim() noexcept override;

  /// Facts as of the last committed transaction.
  result<lmdb_statistics> statistics() const;

protected:
  result<std::optional<std::string>> get(table where, std::string_view key) const override;
  result<void> scan(table where, scan_step begin, const scan_visitor& visit) const override;
  std::string place() const override;

private:
  struct implementation;
  explicit lmdb_store(std::unique_ptr<implementation> impl);
  result<void> open_journal(const lmdb_options& options);
  result<void> make_journal(std::uint64_t bytes);
  std::unique_ptr<implementation> impl_;
};

} // namespace touchline::storage
