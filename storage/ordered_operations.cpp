#include "storage/ordered_operations.hpp"

#include <algorithm>

namespace touchline::storage {

namespace {

using verb = write_batch::operation::verb;

bool same_key(const ordered_operation& left, const ordered_operation& right) noexcept {
  return left.where == right.where && left.key == right.key;
}

bool in_key_order(const ordered_operation& left, const ordered_operation& right) noexcept {
  return left.where != right.where ? left.where < right.where : left.key < right.key;
}

std::uint64_t position_in(std::string_view stream_key) noexcept {
  return read_big_endian(stream_key.substr(stream_key.size() - position_bytes));
}

// True if `next` is the key of the record behind `previous`: same address, position one higher.
bool continues(std::string_view previous, std::string_view next) noexcept {
  return previous.size() == next.size()
         && previous.substr(0, previous.size() - position_bytes)
              == next.substr(0, next.size() - position_bytes)
         && position_in(previous) + 1 == position_in(next);
}

} // namespace

result<void> ordered_operations::gather(std::span<const write_batch> batches) {
  operations_.clear();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (const auto& error = batches[i].error(); error)
      return tl::make_unexpected(storage_error{error->code, error->text, i});
    for (const auto& op : batches[i].operations())
      operations_.push_back({batches[i].key(op), batches[i].value(op), op.where, op.what,
                             static_cast<std::uint32_t>(i),
                             static_cast<std::uint32_t>(operations_.size())});
  }
  if (!std::is_sorted(operations_.begin(), operations_.end(), in_key_order))
    std::stable_sort(operations_.begin(), operations_.end(), in_key_order);
  return {};
}

bool ordered_operations::superseded(std::size_t i) const noexcept {
  return i + 1 < operations_.size() && same_key(operations_[i], operations_[i + 1])
         && operations_[i + 1].what != verb::append;
}

bool ordered_operations::follows(std::size_t i) const noexcept {
  const auto& op = operations_[i];
  // Repeats of the same key lie between an append and its predecessor.
  auto before = i;
  while (before > 0 && same_key(operations_[before - 1], op))
    --before;
  if (before == 0)
    return false;
  const auto& previous = operations_[before - 1];
  return previous.where == op.where && continues(previous.key, op.key)
         && (previous.what == verb::append || previous.turn > op.turn);
}

std::optional<key_buffer> predecessor_of(std::string_view stream_key) noexcept {
  const auto position = position_in(stream_key);
  if (position <= 1)
    return std::nullopt;
  return key_buffer{split_key(stream_key).name, position - 1};
}

storage_error gap_error(const ordered_operation& op) {
  return {error_code::out_of_order,
          describe(op.where, op.key)
            + " does not continue its stream at the position after its last",
          op.batch};
}

storage_error conflict_error(const ordered_operation& op) {
  return {error_code::out_of_order,
          describe(op.where, op.key) + " is in its stream already, with another content", op.batch};
}

} // namespace touchline::storage
