// What is durable ahead of the transaction that writes it. See
// docs/adr/0044-a-journal-before-lmdb.md.
#pragma once

#include "storage/error.hpp"
#include "storage/file_descriptor.hpp"
#include "storage/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::storage {

/// A record that a journal was found to hold.
struct journal_record {
  /// 1 for the first record of a store, and one more for each that follows.
  std::uint64_t number = 0;
  std::vector<write_batch> batches;
};

/// A file of fixed length beside LMDB's. A record is one write at a place that has its blocks
/// already, and one sync; LMDB needs two, of pages that lie apart. Once a transaction has written
/// what the records hold, the journal begins anew in the same place.
///
/// A record begins on a block of its own, so that no write touches what was acknowledged before.
/// The number of the last record whose batches LMDB has is kept by the owner, in LMDB; records up
/// to it count for nothing. Not thread safe.
class redo_journal {
public:
  /// Records, and the file, are multiples of this long.
  static constexpr std::size_t block_bytes = 4'096;

  /// Makes the journal `file`, of `bytes` (rounded down to blocks, at least two), for the store
  /// `id`. In place of what may be there. Fails with `disk_full`, `unwritable` or `io_error`.
  static result<void> create(const std::filesystem::path& file, std::uint64_t id,
                             std::uint64_t bytes);

  /// The records of the journal `file` of the store `id` behind record `written`, in order. Fails
  /// with `damaged` if the file is missing, belongs to another store, or a record is not what was
  /// written: the last one may have been cut off by a crash, since nobody was told of it, and no
  /// other.
  static result<std::vector<journal_record>> read(const std::filesystem::path& file,
                                                  std::uint64_t id, std::uint64_t written);

  /// Opens `file` to append behind record `written`, when LMDB has everything up to it.
  static result<redo_journal> open(std::filesystem::path file, std::uint64_t id,
                                   std::uint64_t written);

  /// Appends `batches` as one record, which is on disk when the call returns its number. 0 when
  /// there is no room for it. A disk that is full, which it can be where files have no place of
  /// their own, is no room until the journal begins anew. Fails with `io_error`.
  result<std::uint64_t> append(std::span<const write_batch* const> batches);

  /// The number of the last record.
  std::uint64_t last() const noexcept { return last_; }

  /// Begins anew: LMDB has everything up to the last record.
  void begin_anew() noexcept;

  /// Bytes that records take now, and may take.
  std::uint64_t used_bytes() const noexcept { return offset_ - block_bytes; }
  std::uint64_t room_bytes() const noexcept { return bytes_ - block_bytes; }

private:
  redo_journal(std::filesystem::path file, file_descriptor descriptor, std::uint64_t id,
               std::uint64_t last, std::uint64_t bytes);

  std::filesystem::path file_;
  file_descriptor descriptor_;
  std::uint64_t id_;
  std::uint64_t last_;
  std::uint64_t bytes_;
  std::uint64_t offset_ = block_bytes;
  bool is_full_ = false;
  std::string record_; // keeps its memory
};

} // namespace touchline::storage
