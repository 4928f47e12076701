// The bounds of everything that is stored.
#pragma once

#include <cstddef>

namespace touchline::storage {

/// Longest address of an entity, in bytes. With a command id it must fit an LMDB key (511 bytes).
inline constexpr std::size_t max_address_bytes = 255;

/// Longest command id, dead letter id and metadata key, in bytes.
inline constexpr std::size_t max_id_bytes = 240;

/// Largest record, snapshot, dead letter or metadata value, in bytes. Far below the 512 MiB that
/// one LMDB transaction can hold, and larger than any state that an entity may reach.
inline constexpr std::size_t max_value_bytes = std::size_t{16} << 20;

} // namespace touchline::storage
