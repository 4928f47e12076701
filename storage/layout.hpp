// How keys and values look on disk. See docs/adr/0003-lmdb-layout-and-group-commit.md and
// docs/adr/0030-the-log-of-a-group-in-lmdb.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::storage {

/// The tables of a store. The numbers are part of the format: they enter every checksum.
enum class table : std::uint8_t {
  /// The seal, outside of the other tables.
  root = 0,
  streams = 1,
  snapshots = 2,
  commands = 3,
  outbox = 4,
  dead_letters = 5,
  meta = 6,
  deadlines = 7,
  /// The replicated logs of the groups. In LMDB each row has what one transaction appended to all of
  /// them, see lmdb_log; the keys of entries, here and in checksums, are those of the interface.
  log = 8,
  /// What each group remembers of itself: term, vote, how far its log is applied, ...
  replicas = 9,
  /// Content of a group on its way from another node.
  staged = 10,
};

/// The tables that hold data, in the order of their numbers.
inline constexpr std::array data_tables{
  table::streams, table::snapshots, table::commands, table::outbox,   table::dead_letters,
  table::meta,    table::deadlines, table::log,      table::replicas, table::staged};

/// The tables with the content of the league, which a replicated log may change. The others are the
/// node's own.
inline constexpr std::array content_tables{table::streams, table::snapshots,    table::commands,
                                           table::outbox,  table::dead_letters, table::deadlines};

/// The version of the whole layout, kept in the seal. A store of another version is refused, but
/// for those from `oldest_format` on, which differ in nothing but that they have no journal.
inline constexpr std::uint64_t store_format = 5;
inline constexpr std::uint64_t oldest_format = 4;

/// The version of the layout of one value, which every value starts with.
inline constexpr std::uint8_t value_format = 1;

/// Bytes before the payload of a value: the format version and the checksum.
inline constexpr std::size_t value_header_bytes = 1 + 8;

/// Bytes of a position inside a key or a payload.
inline constexpr std::size_t position_bytes = 8;

/// The key of the seal.
inline constexpr std::string_view seal_key = "touchline";

/// Returns the name of `where` in LMDB and in messages.
std::string_view name_of(table where) noexcept;

/// Returns the data table called `name`, if there is one.
std::optional<table> table_named(std::string_view name) noexcept;

/// A number in 8 bytes, most significant first, so that keys sort by it.
std::array<char, position_bytes> to_big_endian(std::uint64_t number) noexcept;

/// Reads 8 bytes, most significant first. `bytes` must be at least 8 long.
std::uint64_t read_big_endian(std::string_view bytes) noexcept;

/// A key, built in place: LMDB accepts 511 bytes at most.
class key_buffer {
public:
  /// The key `name`, or `name`, zero byte, `suffix` if there is a suffix. An empty name, or more
  /// bytes than `limits.hpp` allows, make a key that is in no store: a single zero byte.
  explicit key_buffer(std::string_view name, std::string_view suffix = {}) noexcept;

  /// The key of `position` in the stream of `address`.
  key_buffer(std::string_view address, std::uint64_t position) noexcept;

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }

private:
  std::array<char, 512> bytes_;
  std::size_t size_;
};

/// A key taken apart: the address (or id) before the first zero byte and what follows it.
struct key_parts {
  std::string_view name;
  std::string_view suffix;
};

/// Takes `key` apart at its first zero byte.
key_parts split_key(std::string_view key) noexcept;

/// Writes the header of a value (version and checksum) for `key` in `where` over the first
/// `value_header_bytes` of the `size` bytes at `value`; the payload is the rest.
void seal_value(table where, std::string_view key, char* value, std::size_t size) noexcept;

/// Returns the payload of `value` if its version and checksum are right for `key` in `where`.
std::optional<std::string_view> open_value(table where, std::string_view key,
                                           std::string_view value) noexcept;

/// What the seal says: which layout, and which transaction wrote it. Each transaction writes the
/// seal anew, so that a data file whose newest root page was lost is noticed.
struct seal {
  std::uint64_t format = store_format;
  std::uint64_t transaction = 0;
};

/// The value of the seal.
std::string encode_seal(const seal& what);

/// Reads the value of a seal; nothing if it is damaged.
std::optional<seal> decode_seal(std::string_view value) noexcept;

/// Says where a value is, for people: "position 7 of team/arsenal", "the snapshot of team/arsenal".
/// Bytes that do not print are escaped.
std::string describe(table where, std::string_view key);

} // namespace touchline::storage
