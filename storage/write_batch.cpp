#include "storage/write_batch.hpp"

#include "storage/limits.hpp"

namespace touchline::storage {

namespace {

using verb = write_batch::operation::verb;

std::string_view view(const std::array<char, position_bytes>& bytes) noexcept {
  return {bytes.data(), bytes.size()};
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
  const auto holds_address = where != table::dead_letters && where != table::meta;
  const auto longest = holds_address ? max_address_bytes : max_id_bytes;
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
  if (payload.size() > max_value_bytes) {
    refuse(error_code::too_large, describe(where, key_buffer{name, suffix}.view()) + " has "
                                    + std::to_string(payload.size()) + " bytes, more than the "
                                    + std::to_string(max_value_bytes) + " allowed");
    return false;
  }
  return true;
}

void write_batch::refuse(error_code code, std::string text) {
  if (!error_)
    error_ = storage_error{code, std::move(text)};
}

} // namespace touchline::storage
