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
  /// stream without a gap, otherwise the commit fails with `out_of_order`.
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

private:
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
