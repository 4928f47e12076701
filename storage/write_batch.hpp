// What one handled message writes.
#pragma once

#include "storage/error.hpp"
#include "storage/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::storage {

/// The operations that become durable together: a batch is never split between two transactions.
/// Keys and values are encoded, checksum included, when an operation is added, so that this work is
/// spread over the callers' threads and the one writer only copies bytes.
///
/// An operation that breaks a bound of `limits.hpp` or names an empty address poisons the batch: it
/// is remembered in `error()` and `store::commit` refuses the batch with it.
class write_batch {
public:
  /// One encoded operation; the bytes live in the batch. For the stores of this room.
  struct operation {
    enum class verb : std::uint8_t { append, put, erase };
    verb what;
    table where;
    std::uint16_t key_bytes;
    std::uint32_t value_bytes;
    std::size_t offset; // of the key in the batch's bytes; the value follows the key
  };

  /// Appends `record` to the stream of `address`. Positions count from 1 and must continue the
  /// stream without a gap, otherwise the commit fails with `out_of_order`. A position that is there
  /// with the same bytes stays as it is, so that a log can be replayed over its own effects; other
  /// bytes are `out_of_order`.
  void append(std::string_view address, std::uint64_t position, std::string_view record);

  /// Replaces the one snapshot of `address` by `bytes`, its state as of stream `position`.
  void put_snapshot(std::string_view address, std::uint64_t position, std::string_view bytes);

  /// Remembers that the record at `position` of `address` answered the command `command_id`, which
  /// is unique within the address.
  void put_command(std::string_view address, std::string_view command_id, std::uint64_t position);

  /// Marks `address` as having unacknowledged outgoing messages, the oldest of them in the record
  /// at `lowest_position`.
  void set_outbox(std::string_view address, std::uint64_t lowest_position);

  /// Marks `address` as having no unacknowledged outgoing message. Harmless if it had none.
  void clear_outbox(std::string_view address);

  /// Remembers that `address` wants to be told at `deadline_ms`, in place of any deadline before.
  void set_deadline(std::string_view address, std::uint64_t deadline_ms);

  /// Forgets the deadline of `address`. Harmless if it had none.
  void clear_deadline(std::string_view address);

  /// Sets a message aside under `id`, for an operator to read, retry or drop.
  void put_dead_letter(std::string_view id, std::string_view bytes);

  /// Drops the dead letter `id`. Harmless if there is none.
  void erase_dead_letter(std::string_view id);

  /// Stores `bytes` under `key`, for the node's own few facts (format, cluster id, ...).
  void put_meta(std::string_view key, std::string_view bytes);

  // -- replicated groups ------------------------------------------------------
  // A group is named by a short text of 1 to `max_group_bytes` bytes.

  /// Writes the entry at `index` (at least 1) of the log of `group`, in place of any other there.
  void put_log(std::string_view group, std::uint64_t index, std::string_view bytes);

  /// Removes the entries from `first` to `last`, both included, of the log of `group`; at most
  /// `max_erased_entries` of them. Harmless where there are none.
  void erase_log(std::string_view group, std::uint64_t first, std::uint64_t last);

  /// Remembers `bytes` as `field` of the replica of `group`.
  void put_replica(std::string_view group, std::string_view field, std::string_view bytes);

  /// Forgets `field` of the replica of `group`. Harmless if there is none.
  void erase_replica(std::string_view group, std::string_view field);

  /// Sets a piece of the content of `group` aside, until all of it has arrived.
  void put_staged(std::string_view group, std::uint64_t number, std::string_view bytes);

  /// Drops a piece that was set aside. Harmless if there is none.
  void erase_staged(std::string_view group, std::uint64_t number);

  // -- batches as bytes -------------------------------------------------------

  /// Appends the operations of `later`, and its error if this batch has none. Leaves `later` empty.
  void merge(write_batch&& later);

  /// The batch as bytes, for a replicated log. It must have no error and change `content_tables`
  /// only, or nobody will decode it.
  std::string encode() const;

  /// Appends the batch as bytes to `out`.
  void encode_to(std::string& out) const;

  /// Adds the operations of an encoded batch. The bytes may come from anybody: bounds, tables,
  /// shapes of keys and checksums of values are checked. Fails with `damaged` and adds nothing.
  result<void> append_encoded(std::string_view bytes);

  /// Adds the operations of a batch that this node encoded for itself. It changes what groups
  /// remember (`changes_groups_only`), and is checked as those of `append_encoded` are.
  result<void> append_own(std::string_view bytes);

  /// Whether all operations are about logs and about what replicas remember of themselves.
  bool changes_groups_only() const noexcept;

  /// The batch that was encoded as `bytes`. Fails like `append_encoded`.
  static result<write_batch> decode(std::string_view bytes);

  /// True if nothing was added.
  bool empty() const noexcept { return operations_.empty() && !error_; }

  /// Bytes of all keys and values, which is what the bounds of the writer count.
  std::size_t size_bytes() const noexcept { return bytes_.size(); }

  /// The first bound that an operation broke, if any.
  const std::optional<storage_error>& error() const noexcept { return error_; }

  /// Forgets all operations and keeps the memory.
  void clear() noexcept;

  // -- for the stores of this room --------------------------------------------

  std::span<const operation> operations() const noexcept { return operations_; }
  std::string_view key(const operation& op) const noexcept;
  std::string_view value(const operation& op) const noexcept;

  /// Adds an operation whose `value` is sealed already for `key` in `where`.
  void add_sealed(operation::verb what, table where, std::string_view key, std::string_view value);

private:
  result<void> append_checked(std::string_view bytes, std::span<const table> allowed);
  void add(operation::verb what, table where, std::string_view name, std::string_view suffix,
           std::string_view payload_head, std::string_view payload);
  bool accepts(table where, std::string_view name, std::string_view suffix,
               std::string_view payload);
  void refuse(error_code code, std::string text);

  std::string bytes_;
  std::vector<operation> operations_;
  std::optional<storage_error> error_;
};

} // namespace touchline::storage
