// A bounds-checked reader of LMDB's file format, which looks for damage before LMDB maps the file.
#pragma once

#include "storage/error.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>

namespace touchline::storage {

/// What `check_data_file` found in a sound file.
struct page_report {
  /// The newest committed transaction; 0 if nothing was ever committed.
  std::uint64_t transaction = 0;
  /// Bytes up to the last page in use: the map must be at least that long.
  std::uint64_t used_bytes = 0;
  /// True if the file is missing, or holds no more than the beginning of a file whose creation was
  /// interrupted: LMDB may create it anew.
  bool fresh = true;
  /// Pages and entries that were looked at.
  std::uint64_t pages = 0;
  std::uint64_t entries = 0;
  /// Pages that are neither used nor free: harmless, but room that is lost.
  std::uint64_t lost_pages = 0;
};

/// How much of the file `check_data_file` reads.
enum class check_depth : std::uint8_t {
  /// The meta pages, the root and the seal.
  metadata,
  /// Every page in use and every value.
  everything,
};

/// Reads the data file at `path` itself, without LMDB, which trusts what it maps and crashes on a
/// damaged page. Nobody may write to the file meanwhile.
///
/// Checks the meta pages; in each tree the number, kind, bounds and node layout of every page, the
/// order of the keys, their agreement with the branches above, the counts of pages and entries that
/// LMDB keeps; that no page is used twice or both used and free; and version and checksum of every
/// value. The format is that of LMDB 0.9 (data version 1), as lmdb's mdb.c documents it, in the
/// byte order of this machine.
///
/// Fails with `damaged`, naming the page and, where it can, the nearest entity; with `incompatible`
/// if the file is whole but no Touchline store of this format; with `io_error` if reading fails.
tl::expected<page_report, storage_error> check_data_file(const std::filesystem::path& path,
                                                         check_depth depth);

} // namespace touchline::storage
