// The data directory of a node: made, and taken for one process.
#pragma once

#include "storage/error.hpp"
#include "storage/file_descriptor.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace touchline::storage {

/// A data directory that belongs to this process until the object dies, or the process does, in
/// whatever way: the kernel drops the lock with the last descriptor, so that a lock file left
/// behind by `kill -9` is no obstacle. A child made by `fork` shares the lock until it calls
/// `exec`.
class data_directory {
public:
  /// Makes the directory, with its parents, if it is missing, and takes it. Fails with `in_use`
  /// (naming the holder's process id), `unwritable`, `disk_full` or `io_error`.
  static tl::expected<data_directory, storage_error> take(const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Where LMDB keeps the data.
  std::filesystem::path data_file() const { return path_ / "data.mdb"; }

  /// Where what is durable ahead of LMDB's next transaction is. See `redo_journal.hpp`.
  std::filesystem::path journal_file() const { return path_ / "journal"; }

  /// Makes sure that LMDB's lock file has its blocks on disk: LMDB writes to it through a memory
  /// map, which is a SIGBUS when the disk is full.
  tl::expected<void, storage_error> reserve_reader_table(unsigned readers) const;

  /// Makes the directory's entries, and its own entry in its parent, durable.
  tl::expected<void, storage_error> sync() const;

  /// True if the disk takes `bytes` more now. Tries it, because quotas and reserved blocks make
  /// the file system's own numbers unreliable.
  bool has_room_for(std::uint64_t bytes) const noexcept;

private:
  data_directory(std::filesystem::path path, file_descriptor lock) noexcept;

  std::filesystem::path path_;
  file_descriptor lock_;
};

/// The `storage_error` for the failed system call that left `error_number`: `disk_full`,
/// `unwritable` or `io_error`, with the sentence "cannot `action` `path`: reason".
storage_error system_error(int error_number, std::string_view action,
                           const std::filesystem::path& path);

} // namespace touchline::storage
