// The operations of one transaction, in the order in which a store carries them out.
#pragma once

#include "storage/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace touchline::storage {

/// An operation on its way into a transaction; the bytes live in its batch.
struct ordered_operation {
  std::string_view key;
  std::string_view value;
  table where;
  write_batch::operation::verb what;
  std::uint32_t batch; // its index in the span given to `store::commit`
  std::uint32_t turn;  // its place among all operations of the transaction, as they were submitted
};

/// Sorts what a transaction has to do by table and key, so that neighbouring writes share the path
/// from the root, and decides what that order must not change. For the stores of this room: keeps
/// its memory from one transaction to the next.
class ordered_operations {
public:
  /// Takes the operations of `batches`, which must live as long as they are used. Fails with the
  /// error of the first batch that has one, and blames it.
  result<void> gather(std::span<const write_batch> batches);

  std::size_t size() const noexcept { return operations_.size(); }
  bool empty() const noexcept { return operations_.empty(); }
  const ordered_operation& operator[](std::size_t i) const noexcept { return operations_[i]; }
  auto begin() const noexcept { return operations_.begin(); }
  auto end() const noexcept { return operations_.end(); }

  /// True if a later operation on the same key makes the one at `i` pointless.
  bool superseded(std::size_t i) const noexcept;

  /// True if the append at `i` follows a record that this transaction has seen to; else the record
  /// before it must be in the store. An append whose predecessor is erased by a later operation was
  /// right when it was submitted.
  bool follows(std::size_t i) const noexcept;

private:
  std::vector<ordered_operation> operations_;
};

/// The key of the record before `stream_key`, or nothing if that one is the first of its stream.
std::optional<key_buffer> predecessor_of(std::string_view stream_key) noexcept;

/// The error of an append that does not continue its stream.
storage_error gap_error(const ordered_operation& op);

/// The error of an append to a position that holds other bytes.
storage_error conflict_error(const ordered_operation& op);

} // namespace touchline::storage
