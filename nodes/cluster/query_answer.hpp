// Answers queries about what a partition has committed: the half of the reading that the leader of
// the partition does.
#pragma once

#include "nodes/cluster/store_query.pb.h"
#include "storage/store.hpp"

#include <cstddef>
#include <cstdint>

namespace touchline::nodes {

/// The bounds of one reply.
struct query_bounds {
  /// Bytes of keys and values, unless the first entry alone has more, up to
  /// `storage::max_value_bytes`.
  std::size_t bytes = std::size_t{4} << 20;
  std::size_t entries = 4096;
  /// Entries of all partitions of the store that are looked at for one page of a list, and their
  /// bytes.
  std::size_t looked_at = 65'536;
  std::size_t looked_at_bytes = std::size_t{64} << 20;
};

/// Reads `from` and returns the reply. A store has entities of several partitions: only those of
/// `partition`, of `partitions` many, are served. A query that is none, or that names an entity of
/// another partition, is answered with STORE_INVALID. Depends on nothing but its arguments.
StoreReply answer_query(const storage::store& from, const StoreQuery& query,
                        std::uint32_t partition, std::uint32_t partitions,
                        const query_bounds& bounds = {});

} // namespace touchline::nodes
