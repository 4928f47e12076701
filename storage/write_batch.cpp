#include "storage/write_batch.hpp"

#include "storage/limits.hpp"
#include "storage/little_endian.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace touchline::storage {

namespace {

using verb = write_batch::operation::verb;

std::string_view view(const std::array<char, position_bytes>& bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

bool belongs_to_group(table where) noexcept {
  return where == table::log || where == table::replicas || where == table::staged;
}

// Longest first part of a key, and largest payload behind what we put in front of it.
std::size_t longest_name(table where) noexcept {
  if (belongs_to_group(where))
    return max_group_bytes;
  return where == table::dead_letters || where == table::meta ? max_id_bytes : max_address_bytes;
}

std::size_t largest_payload(table where) noexcept {
  return where == table::log || where == table::staged ? max_log_entry_bytes : max_value_bytes;
}

// -- encoded batches ----------------------------------------------------------
// One byte of format, the number of operations (4 bytes), 8 bytes for each operation (verb, table,
// bytes of the key (2), bytes of the value (4)), then keys and values as they lie in the batch.
// Numbers have the least significant byte first, as in the memory of the machines that we know.

constexpr std::uint8_t batch_format = 1;
constexpr std::size_t batch_header_bytes = 1 + 4;
constexpr std::size_t operation_bytes = 8;

// True if `key` has the shape that the functions of `write_batch` give to keys of `where`.
bool is_sound_key(table where, std::string_view key) noexcept {
  const auto [name, suffix] = split_key(key);
  if (name.empty() || name.size() > longest_name(where))
    return false;
  if (where == table::streams)
    return suffix.size() == position_bytes && read_big_endian(suffix) != 0;
  if (where == table::log)
    return suffix.size() == position_bytes && read_big_endian(suffix) != 0;
  if (where == table::commands || where == table::replicas)
    return !suffix.empty() && suffix.size() <= max_id_bytes;
  return name.size() == key.size();
}

bool is_sound_payload(table where, std::string_view payload) noexcept {
  switch (where) {
    case table::commands:
    case table::outbox:
    case table::deadlines:
      return payload.size() == position_bytes;
    case table::snapshots:
      return payload.size() >= position_bytes
             && payload.size() <= position_bytes + largest_payload(where);
    default:
      return payload.size() <= largest_payload(where);
  }
}

bool is_sound(verb what, table where, std::string_view key, std::string_view value,
              std::span<const table> allowed) noexcept {
  if (std::find(allowed.begin(), allowed.end(), where) == allowed.end()
      || !is_sound_key(where, key))
    return false;
  if (what == verb::erase)
    return value.empty();
  if (what != (where == table::streams ? verb::append : verb::put))
    return false;
  const auto payload = open_value(where, key, value);
  return payload && is_sound_payload(where, *payload);
}

constexpr std::array own_tables{table::log, table::replicas};

tl::unexpected<storage_error> broken_batch(const std::string& what) {
  return tl::make_unexpected(
    storage_error{error_code::damaged, "an encoded batch is damaged: " + what});
}

} // namespace

void write_batch::append(std::string_view address, std::uint64_t position,
                         std::string_view record) {
  if (position == 0) {
    refuse(error_code::out_of_order,
           describe(table::streams, address) + " has position 0; streams start at 1");
    return;
  }
  add(verb::append, table::streams, address, view(to_big_endian(position)), {}, record);
}

void write_batch::put_snapshot(std::string_view address, std::uint64_t position,
                               std::string_view bytes) {
  add(verb::put, table::snapshots, address, {}, view(to_big_endian(position)), bytes);
}

void write_batch::put_command(std::string_view address, std::string_view command_id,
                              std::uint64_t position) {
  if (command_id.empty()) {
    refuse(error_code::invalid,
           describe(table::commands, address) + " has no id; choose a unique one");
    return;
  }
  add(verb::put, table::commands, address, command_id, view(to_big_endian(position)), {});
}

void write_batch::set_outbox(std::string_view address, std::uint64_t lowest_position) {
  add(verb::put, table::outbox, address, {}, view(to_big_endian(lowest_position)), {});
}

void write_batch::set_deadline(std::string_view address, std::uint64_t deadline_ms) {
  add(verb::put, table::deadlines, address, {}, view(to_big_endian(deadline_ms)), {});
}

void write_batch::clear_deadline(std::string_view address) {
  add(verb::erase, table::deadlines, address, {}, {}, {});
}

void write_batch::clear_outbox(std::string_view address) {
  add(verb::erase, table::outbox, address, {}, {}, {});
}

void write_batch::put_dead_letter(std::string_view id, std::string_view bytes) {
  add(verb::put, table::dead_letters, id, {}, {}, bytes);
}

void write_batch::erase_dead_letter(std::string_view id) {
  add(verb::erase, table::dead_letters, id, {}, {}, {});
}

void write_batch::put_meta(std::string_view key, std::string_view bytes) {
  add(verb::put, table::meta, key, {}, {}, bytes);
}

// -- replicated groups --------------------------------------------------------

void write_batch::put_log(std::string_view group, std::uint64_t index, std::string_view bytes) {
  if (index == 0) {
    refuse(error_code::invalid, describe(table::log, group) + " has index 0; logs start at 1");
    return;
  }
  add(verb::put, table::log, group, view(to_big_endian(index)), {}, bytes);
}

void write_batch::erase_log(std::string_view group, std::uint64_t first, std::uint64_t last) {
  if (first > last)
    return;
  if (last - first >= max_erased_entries) {
    refuse(error_code::too_large, "more than " + std::to_string(max_erased_entries)
                                    + " entries of the log of group "
                                    + std::string{group.substr(0, max_group_bytes)}
                                    + " would be erased at once; erase fewer");
    return;
  }
  for (auto i = first;; ++i) {
    add(verb::erase, table::log, group, view(to_big_endian(i)), {}, {});
    if (i == last)
      return;
  }
}

void write_batch::put_replica(std::string_view group, std::string_view field,
                              std::string_view bytes) {
  add(verb::put, table::replicas, group, field, {}, bytes);
}

void write_batch::erase_replica(std::string_view group, std::string_view field) {
  add(verb::erase, table::replicas, group, field, {}, {});
}

void write_batch::put_staged(std::string_view group, std::uint64_t number, std::string_view bytes) {
  add(verb::put, table::staged, group, view(to_big_endian(number)), {}, bytes);
}

void write_batch::erase_staged(std::string_view group, std::uint64_t number) {
  add(verb::erase, table::staged, group, view(to_big_endian(number)), {}, {});
}

// -- batches as bytes ---------------------------------------------------------

void write_batch::merge(write_batch&& later) {
  if (empty()) {
    std::swap(*this, later);
    return;
  }
  const auto base = bytes_.size();
  bytes_ += later.bytes_;
  for (auto op : later.operations_) {
    op.offset += base;
    operations_.push_back(op);
  }
  if (!error_)
    error_ = std::move(later.error_);
  later.clear();
}

std::string write_batch::encode() const {
  std::string out;
  encode_to(out);
  return out;
}

void write_batch::encode_to(std::string& out) const {
  const auto start = out.size();
  const auto head = batch_header_bytes + operation_bytes * operations_.size();
  out.reserve(start + head + bytes_.size());
  out.resize(start + head);
  auto* place = out.data() + start;
  write_number(place, batch_format);
  write_number(place + 1, static_cast<std::uint32_t>(operations_.size()));
  place += batch_header_bytes;
  for (const auto& op : operations_) {
    write_number(place, static_cast<std::uint8_t>(op.what));
    write_number(place + 1, static_cast<std::uint8_t>(op.where));
    write_number(place + 2, op.key_bytes);
    write_number(place + 4, op.value_bytes);
    place += operation_bytes;
  }
  out += bytes_;
}

result<void> write_batch::append_encoded(std::string_view bytes) {
  return append_checked(bytes, content_tables);
}

result<void> write_batch::append_own(std::string_view bytes) {
  return append_checked(bytes, own_tables);
}

bool write_batch::changes_groups_only() const noexcept {
  return std::ranges::all_of(operations_, [](const operation& x) {
    return x.where == table::log || x.where == table::replicas;
  });
}

result<void> write_batch::append_checked(std::string_view bytes, std::span<const table> allowed) {
  if (bytes.size() < batch_header_bytes || number_at<std::uint8_t>(bytes) != batch_format)
    return broken_batch("it does not begin as one of format " + std::to_string(batch_format));
  const auto count = number_at<std::uint32_t>(bytes.substr(1));
  if (count > (bytes.size() - batch_header_bytes) / operation_bytes)
    return broken_batch("it ends within its list of operations");
  auto place = bytes.substr(batch_header_bytes);
  const auto content = bytes.substr(batch_header_bytes + count * operation_bytes);
  const auto operations_before = operations_.size();
  const auto bytes_before = bytes_.size();
  operations_.resize(operations_before + count);
  std::size_t offset = 0;
  const auto take = [&](operation& op) {
    op.what = static_cast<verb>(number_at<std::uint8_t>(place));
    op.where = static_cast<table>(number_at<std::uint8_t>(place.substr(1)));
    op.key_bytes = number_at<std::uint16_t>(place.substr(2));
    op.value_bytes = number_at<std::uint32_t>(place.substr(4));
    op.offset = bytes_before + offset;
    place.remove_prefix(operation_bytes);
    const auto size = std::size_t{op.key_bytes} + op.value_bytes;
    if (size > content.size() - offset)
      return false;
    const auto key = content.substr(offset, op.key_bytes);
    const auto value = content.substr(offset + op.key_bytes, op.value_bytes);
    offset += size;
    return is_sound(op.what, op.where, key, value, allowed);
  };
  for (std::size_t i = 0; i < count; ++i)
    if (!take(operations_[operations_before + i])) {
      operations_.resize(operations_before);
      return broken_batch("operation " + std::to_string(i + 1) + " of " + std::to_string(count)
                          + " is none that may be in it");
    }
  if (offset != content.size()) {
    operations_.resize(operations_before);
    return broken_batch("it is longer than its operations");
  }
  bytes_ += content;
  return {};
}

result<write_batch> write_batch::decode(std::string_view bytes) {
  write_batch batch;
  if (auto added = batch.append_encoded(bytes); !added)
    return tl::make_unexpected(std::move(added.error()));
  return batch;
}

void write_batch::clear() noexcept {
  bytes_.clear();
  operations_.clear();
  error_.reset();
}

std::string_view write_batch::key(const operation& op) const noexcept {
  return std::string_view{bytes_}.substr(op.offset, op.key_bytes);
}

std::string_view write_batch::value(const operation& op) const noexcept {
  return std::string_view{bytes_}.substr(op.offset + op.key_bytes, op.value_bytes);
}

void write_batch::add_sealed(verb what, table where, std::string_view key, std::string_view value) {
  operations_.push_back({what, where, static_cast<std::uint16_t>(key.size()),
                         static_cast<std::uint32_t>(value.size()), bytes_.size()});
  bytes_.append(key).append(value);
}

void write_batch::add(verb what, table where, std::string_view name, std::string_view suffix,
                      std::string_view payload_head, std::string_view payload) {
  if (!accepts(where, name, suffix, payload))
    return;
  const auto offset = bytes_.size();
  const key_buffer key{name, suffix};
  std::size_t value_bytes = 0;
  bytes_ += key.view();
  if (what != verb::erase) {
    value_bytes = value_header_bytes + payload_head.size() + payload.size();
    bytes_.append(value_header_bytes, '\0').append(payload_head).append(payload);
    seal_value(where, key.view(), bytes_.data() + offset + key.view().size(), value_bytes);
  }
  operations_.push_back({what, where, static_cast<std::uint16_t>(key.view().size()),
                         static_cast<std::uint32_t>(value_bytes), offset});
}

bool write_batch::accepts(table where, std::string_view name, std::string_view suffix,
                          std::string_view payload) {
  const auto longest = longest_name(where);
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    refuse(error_code::invalid,
           "a key of table " + std::string{name_of(where)} + " is empty or contains a zero byte");
    return false;
  }
  if (name.size() > longest || suffix.size() > max_id_bytes) {
    const auto [size, limit] = name.size() > longest ? std::pair{name.size(), longest}
                                                     : std::pair{suffix.size(), max_id_bytes};
    refuse(error_code::too_large, "the name of " + describe(where, name.substr(0, 60)) + "... has "
                                    + std::to_string(size) + " bytes, more than the "
                                    + std::to_string(limit) + " allowed");
    return false;
  }
  if (where == table::replicas && suffix.empty()) {
    refuse(error_code::invalid,
           "a field of the replica of group " + std::string{name} + " has no name");
    return false;
  }
  if (payload.size() > largest_payload(where)) {
    refuse(error_code::too_large, describe(where, key_buffer{name, suffix}.view()) + " has "
                                    + std::to_string(payload.size()) + " bytes, more than the "
                                    + std::to_string(largest_payload(where)) + " allowed");
    return false;
  }
  return true;
}

void write_batch::refuse(error_code code, std::string text) {
  if (!error_)
    error_ = storage_error{code, std::move(text)};
}

} // namespace touchline::storage
