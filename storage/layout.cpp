#include "storage/layout.hpp"

#include "storage/limits.hpp"

#include <xxhash.h>

#include <cstring>

namespace touchline::storage {

namespace {

static_assert(max_address_bytes + 1 + max_id_bytes <= 511, "an LMDB key is at most 511 bytes long");

// The key is hashed with the payload's hash as its seed, so that the usual, short key costs little
// and a value under a wrong key, or in a wrong table, does not match.
std::uint64_t checksum(table where, std::string_view key, std::string_view payload) noexcept {
  const auto tag = (std::uint64_t{static_cast<std::uint8_t>(where)} << 8) | value_format;
  const auto seed = XXH3_64bits(payload.data(), payload.size()) + tag;
  return XXH3_64bits_withSeed(key.data(), key.size(), seed);
}

std::string printable(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

// What the number behind a name stands for; `other` if there is no number.
std::string numbered(std::string_view what, std::string_view suffix, std::string_view other) {
  if (suffix.size() != position_bytes)
    return std::string{other};
  return std::string{what} + " " + std::to_string(read_big_endian(suffix));
}

} // namespace

std::string_view name_of(table where) noexcept {
  switch (where) {
    case table::root:
      return "root";
    case table::streams:
      return "streams";
    case table::snapshots:
      return "snapshots";
    case table::commands:
      return "commands";
    case table::outbox:
      return "outbox";
    case table::dead_letters:
      return "dead_letters";
    case table::meta:
      return "meta";
    case table::deadlines:
      return "deadlines";
    case table::log:
      return "log";
    case table::replicas:
      return "replicas";
    case table::staged:
      return "staged";
  }
  return "unknown";
}

std::optional<table> table_named(std::string_view name) noexcept {
  for (const auto where : data_tables)
    if (name_of(where) == name)
      return where;
  return std::nullopt;
}

std::array<char, position_bytes> to_big_endian(std::uint64_t number) noexcept {
  std::array<char, position_bytes> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<char>((number >> (8 * (out.size() - 1 - i))) & 0xff);
  return out;
}

std::uint64_t read_big_endian(std::string_view bytes) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < position_bytes; ++i)
    number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  return number;
}

// Clearing all the bytes would cost more than the rest.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
key_buffer::key_buffer(std::string_view name, std::string_view suffix) noexcept {
  if (name.empty() || name.size() > max_address_bytes || suffix.size() > max_id_bytes) {
    bytes_[0] = '\0';
    size_ = 1;
    return;
  }
  std::memcpy(bytes_.data(), name.data(), name.size());
  size_ = name.size();
  if (suffix.empty())
    return;
  bytes_[size_++] = '\0';
  std::memcpy(bytes_.data() + size_, suffix.data(), suffix.size());
  size_ += suffix.size();
}

key_buffer::key_buffer(std::string_view address, std::uint64_t position) noexcept
  : key_buffer(address, std::string_view{to_big_endian(position).data(), position_bytes}) {}

key_parts split_key(std::string_view key) noexcept {
  const auto zero = key.find('\0');
  if (zero == std::string_view::npos)
    return {key, {}};
  return {key.substr(0, zero), key.substr(zero + 1)};
}

void seal_value(table where, std::string_view key, char* value, std::size_t size) noexcept {
  const std::string_view payload{value + value_header_bytes, size - value_header_bytes};
  const auto sum = to_big_endian(checksum(where, key, payload));
  value[0] = static_cast<char>(value_format);
  std::memcpy(value + 1, sum.data(), sum.size());
}

std::optional<std::string_view> open_value(table where, std::string_view key,
                                           std::string_view value) noexcept {
  if (value.size() < value_header_bytes || static_cast<std::uint8_t>(value[0]) != value_format)
    return std::nullopt;
  const auto payload = value.substr(value_header_bytes);
  if (read_big_endian(value.substr(1)) != checksum(where, key, payload))
    return std::nullopt;
  return payload;
}

std::string encode_seal(const seal& what) {
  std::string value(value_header_bytes, '\0');
  for (const auto number : {what.format, what.transaction}) {
    const auto bytes = to_big_endian(number);
    value.append(bytes.data(), bytes.size());
  }
  seal_value(table::root, seal_key, value.data(), value.size());
  return value;
}

std::optional<seal> decode_seal(std::string_view value) noexcept {
  const auto payload = open_value(table::root, seal_key, value);
  if (!payload || payload->size() != 2 * position_bytes)
    return std::nullopt;
  return seal{read_big_endian(*payload), read_big_endian(payload->substr(position_bytes))};
}

std::string describe(table where, std::string_view key) {
  const auto parts = split_key(key);
  const auto name = printable(parts.name);
  switch (where) {
    case table::streams:
      return numbered("position", parts.suffix, "a record") + " of " + name;
    case table::snapshots:
      return "the snapshot of " + name;
    case table::commands:
      return "command " + printable(parts.suffix) + " of " + name;
    case table::outbox:
      return "the outbox mark of " + name;
    case table::deadlines:
      return "the deadline of " + name;
    case table::log:
      if (parts.name.empty() && key.size() == position_bytes)
        return "row " + std::to_string(read_big_endian(key)) + " of the log";
      return numbered("entry", parts.suffix, "an entry") + " of the log of group " + name;
    case table::replicas:
      return "field " + printable(parts.suffix) + " of the replica of group " + name;
    case table::staged:
      return numbered("piece", parts.suffix, "a piece") + " of the staged content of group " + name;
    case table::dead_letters:
      return "dead letter " + printable(key);
    case table::meta:
      return "metadata " + printable(key);
    case table::root:
      break;
  }
  return "the root entry " + printable(key);
}

} // namespace touchline::storage
