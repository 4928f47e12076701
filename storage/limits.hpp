// The bounds of everything that is stored.
#pragma once

#include <cstddef>

namespace touchline::storage {

/// Longest address of an entity, in bytes. With a command id it must fit an LMDB key (511 bytes).
inline constexpr std::size_t max_address_bytes = 255;

/// Longest command id, dead letter id and metadata key, in bytes.
inline constexpr std::size_t max_id_bytes = 240;

/// Longest name of a replicated group, in bytes.
inline constexpr std::size_t max_group_bytes = 64;

/// Largest entry of a log and largest piece of staged content, in bytes: a few of the largest
/// values and what belongs to them.
inline constexpr std::size_t max_log_entry_bytes = std::size_t{64} << 20;

/// Log entries that one call of `write_batch::erase_log` removes at most.
inline constexpr std::size_t max_erased_entries = 65'536;

/// Keys that one call of `store::copy_content` or `store::erase_content` looks at, at most. Keys of
/// an address that does not match are passed over together and count once.
inline constexpr std::size_t max_visited_keys = 16'384;

/// Largest record, snapshot, dead letter or metadata value, in bytes. Far below the 512 MiB that
/// one LMDB transaction can hold, and larger than any state that an entity may reach.
inline constexpr std::size_t max_value_bytes = std::size_t{16} << 20;

} // namespace touchline::storage
