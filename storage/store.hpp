// The disk, as the rest of Touchline sees it.
#pragma once

#include "storage/error.hpp"
#include "storage/limits.hpp"
#include "storage/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::storage {

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

/// The first and the last index of a log.
struct log_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  friend bool operator==(const log_range&, const log_range&) = default;
};

/// Says whether an address belongs to what is copied or erased. Must be quick and must not call the
/// store.
using address_filter = std::function<bool(std::string_view address)>;

/// A part of the content of a group.
struct content_piece {
  /// Operations that copy, or erase, what was found.
  write_batch batch;
  /// Where to go on.
  std::string next_cursor;
  /// True if nothing is left behind `next_cursor`.
  bool at_end = false;
};

/// How much one call of `store::read_stream` and the like visits at most. At least one record is
/// visited if there is one, however large.
struct read_limits {
  std::size_t max_records = 4096;
  std::size_t max_bytes = std::size_t{4} << 20;
};

/// How far a call of `store::read_stream` or `store::read_log` came.
struct read_progress {
  /// The position to continue from: one past the last record visited.
  std::uint64_t next_position = 1;
  /// True if there was nothing at `next_position`.
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

  /// Makes `batches`, which change what groups remember and nothing else, durable ahead of the
  /// transaction that writes them: they cannot be read until they are committed, but are found
  /// written when the store is opened anew. Returns the number of the journal's record that holds
  /// them; 0 if the store keeps no journal, or it has no room: then they have to be committed.
  /// Fails with `io_error`, which is fatal for writing.
  virtual result<std::uint64_t> journal(std::span<const write_batch* const> batches);

  /// Says what the next commit makes of the journal, if it succeeds: everything in its records up
  /// to `record` is written, in the order of the records. `all_records`: in all of them.
  virtual void ends_journal(std::uint64_t record);

  static constexpr std::uint64_t all_records = ~std::uint64_t{0};

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

  // -- replicated groups ------------------------------------------------------

  /// Visits the entries of the log of `group` in order, starting exactly with index `from` (at
  /// least 1), within `limits`. A missing entry before one that is there is reported as `damaged`.
  virtual result<read_progress> read_log(std::string_view group, std::uint64_t from,
                                         const read_limits& limits,
                                         const record_visitor& visit) const = 0;

  /// The first and last index of the log of `group`; nothing if it is empty.
  virtual result<std::optional<log_range>> log_bounds(std::string_view group) const = 0;

  /// What the replica of `group` remembers as `field`, if anything.
  virtual result<std::optional<std::string>> read_replica(std::string_view group,
                                                          std::string_view field) const = 0;

  /// The piece of content that was set aside for `group` under `number`, if there is one.
  virtual result<std::optional<std::string>> read_staged(std::string_view group,
                                                         std::uint64_t number) const = 0;

  /// The names of the groups that remember anything (`write_batch::put_replica`), in order.
  virtual result<std::vector<std::string>> groups() const = 0;

  /// Operations that write all of the content tables whose address satisfies `filter`, piece by
  /// piece: begin with an empty `cursor` and go on with `content_piece::next_cursor` until
  /// `at_end`. A dead letter ADDRESS@POSITION has the address before its last '@'.
  ///
  /// A piece holds at most `limits.max_records` operations and `limits.max_bytes` bytes of keys and
  /// values, but at least one operation unless it is the last or nothing matched among
  /// `max_visited_keys` keys. Each call reads one committed state and ends its read, so that a copy
  /// that takes long keeps no old pages alive; the copy is fuzzy: it holds everything committed
  /// before its first call that was not changed since, and of later changes some. Replaying the
  /// changes since the first call over it, in order, makes it right. Records of a stream come in
  /// order, those of a piece continue those of the pieces before it.
  ///
  /// A cursor that did not come from this function is refused as `invalid`. It is valid on any
  /// store of this format.
  virtual result<content_piece> copy_content(const address_filter& filter,
                                             const std::string& cursor,
                                             const read_limits& limits) const = 0;

  /// Like `copy_content`, but the operations erase what was found. Nothing is erased before the
  /// batch is committed, which may happen before or after the next call.
  virtual result<content_piece> erase_content(const address_filter& filter,
                                              const std::string& cursor,
                                              const read_limits& limits) const = 0;

  // -- upkeep -----------------------------------------------------------------

  /// Gives memory that only mirrors the disk back to the system; later reads fetch it again.
  virtual void trim() noexcept {}
};

inline result<std::uint64_t> store::journal(std::span<const write_batch* const> /*batches*/) {
  return 0;
}

inline void store::ends_journal(std::uint64_t /*record*/) {}

} // namespace touchline::storage
