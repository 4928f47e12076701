// Which partition an address belongs to.
#pragma once

#include <cstdint>
#include <string_view>

namespace touchline::actors {

/// Begins the addresses of what the cluster keeps about itself.
inline constexpr std::string_view cluster_prefix = "cluster/";

/// The partition of an address, of `partitions` many: 0 for what the cluster keeps about itself. For ever the same: stored data lie where it
/// says. FNV-1a, 64 bits (Fowler, Noll, Vo; constants from draft-eastlake-fnv-17), folded to its
/// upper half before the modulus.
constexpr uint32_t partition_of(std::string_view address, uint32_t partitions) {
  if (address.starts_with(cluster_prefix))
    return 0;
  uint64_t hash = 14'695'981'039'346'656'037u;
  for (char c : address) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1'099'511'628'211u;
  }
  return static_cast<uint32_t>((hash ^ (hash >> 32)) % partitions);
}

} // namespace touchline::actors
