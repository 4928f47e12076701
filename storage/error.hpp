// What can go wrong in the storage room, as a value.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::storage {

/// Why an operation of the storage room failed.
enum class error_code : std::uint8_t {
  /// Another process (or another store of this one) holds the data directory.
  in_use,
  /// The data directory cannot be created, is no directory, or cannot be written.
  unwritable,
  /// No space left on the device, or the store reached its configured size. Nothing was written;
  /// the store stays usable and later commits succeed when there is room again.
  disk_full,
  /// Something stored is not what was written. It is never served.
  damaged,
  /// The operating system or LMDB failed. Fatal for writing: a failed sync cannot be retried.
  io_error,
  /// A key, an address or a value exceeds the limits of `limits.hpp`.
  too_large,
  /// The store or the writer was stopped, or an earlier error was fatal.
  closed,
  /// The data directory was written in another format version.
  incompatible,
  /// An append did not continue its stream, or would have changed a record: a programming error of
  /// the caller.
  out_of_order,
  /// An address or key is empty or contains a zero byte, an index is 0, or a cursor is none of
  /// ours:
  /// a programming error of the caller.
  invalid,
};

/// Returns the name of `code` as logs and machines read it, for example "disk_full".
std::string_view to_string(error_code code) noexcept;

/// A failed operation: a code that a machine reads and one sentence that a person can act on, with
/// the path or the entity's address in it.
struct storage_error {
  error_code code = error_code::io_error;
  std::string text;
  /// The index of the batch to blame in the span given to `store::commit`, if the failure is one
  /// batch's own fault (`too_large`, `out_of_order`, `invalid`) and the others would succeed.
  std::optional<std::size_t> batch = std::nullopt;
};

/// The result of an operation of the storage room.
template <class T>
using result = tl::expected<T, storage_error>;

} // namespace touchline::storage
