// The disk, as the rest of Touchline sees it.
#pragma once

#include "storage/error.hpp"
#include "storage/limits.hpp"
#include "storage/write_batch.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::storage {

/// The result of an operation of the storage room.
template <class T>
using result = tl::expected<T, storage_error>;

/// An entity's state as of a position of its stream.
struct snapshot {
  std::uint64_t position = 0;
  std::string bytes;
};

/// An entity with unacknowledged outgoing messages; the oldest is in the record at
/// `lowest_position`.
struct outbox_mark {
  std::string address;
  std::uint64_t lowest_position = 0;
};

/// An entity that wants to be told at a time, in milliseconds since 1970.
struct entity_deadline {
  std::string address;
  std::uint64_t deadline_ms = 0;
};

/// A message that was set aside.
struct dead_letter {
  std::string id;
  std::string bytes;
};

/// How much one call of `store::read_stream` visits at most. At least one record is visited if
/// there is one, however large.
struct read_limits {
  std::size_t max_records = 4096;
  std::size_t max_bytes = std::size_t{4} << 20;
};

/// How far a call of `store::read_stream` came.
struct read_progress {
  /// The position to continue from: one past the last record visited.
  std::uint64_t next_position = 1;
  /// True if the stream held nothing at `next_position`.
  bool at_end = true;
};

/// Receives one record; the bytes are valid only during the call. Returns false to stop early. Must
/// be quick and must not call the store: the map cannot grow meanwhile.
using record_visitor = std::function<bool(std::uint64_t position, std::string_view record)>;

/// Streams, snapshots and marks of all entities of a node: the disk seam of the tests. Reads are
/// thread safe, run concurrently with a commit and see whole transactions only; commits come from
/// one thread at a time, which is the `writer`. A value whose checksum does not match is reported
/// as `damaged` and never served.
class store {
public:
  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;

  // -- writing ----------------------------------------------------------------

  /// Writes all `batches` in one transaction, which is on disk (synced) when the call returns
  /// without an error. After an error nothing of it is written. `disk_full` and the errors that
  /// blame one batch leave the store usable; all others are fatal for writing.
  virtual result<void> commit(std::span<const write_batch> batches) = 0;

  // -- reading ----------------------------------------------------------------

  /// The snapshot of `address`, if it has one.
  virtual result<std::optional<snapshot>> read_snapshot(std::string_view address) const = 0;

  /// Visits the records of `address` in order, starting with position `from` (at least 1), within
  /// `limits`. A gap in the stream is reported as `damaged`.
  virtual result<read_progress> read_stream(std::string_view address, std::uint64_t from,
                                            const read_limits& limits,
                                            const record_visitor& visit) const = 0;

  /// The record at `position` of `address`, if there is one.
  virtual result<std::optional<std::string>> read_record(std::string_view address,
                                                         std::uint64_t position) const = 0;

  /// The last position of the stream of `address`; 0 if it has no record.
  virtual result<std::uint64_t> last_position(std::string_view address) const = 0;

  /// The position of the record that answered the command `command_id` sent to `address`, if any.
  virtual result<std::optional<std::uint64_t>> find_command(std::string_view address,
                                                            std::string_view command_id) const = 0;

  /// Up to `limit` entities with unacknowledged outgoing messages, by address, greater than `after`
  /// (empty: from the first).
  virtual result<std::vector<outbox_mark>> outbox(std::string_view after,
                                                  std::size_t limit) const = 0;

  /// Up to `limit` entities with a deadline, by address, greater than `after` (empty: from the
  /// first).
  virtual result<std::vector<entity_deadline>> deadlines(std::string_view after,
                                                         std::size_t limit) const = 0;

  /// The dead letter with this id, if there is one.
  virtual result<std::optional<std::string>> read_dead_letter(std::string_view id) const = 0;

  /// Up to `limit` dead letters, by id, greater than `after` (empty: from the first).
  virtual result<std::vector<dead_letter>> dead_letters(std::string_view after,
                                                        std::size_t limit) const = 0;

  /// The value stored under `key`, if any.
  virtual result<std::optional<std::string>> meta(std::string_view key) const = 0;

  /// Up to `limit` addresses that have a stream and start with `prefix`, in order, greater than
  /// `after` (empty: from the first).
  virtual result<std::vector<std::string>> addresses(std::string_view prefix,
                                                     std::string_view after,
                                                     std::size_t limit) const = 0;

  // -- upkeep -----------------------------------------------------------------

  /// Gives memory that only mirrors the disk back to the system; later reads fetch it again.
  virtual void trim() noexcept {}
};

} // namespace touchline::storage
