// What queries and replies about stored data have in common: whom a query is about, and the errors
// of the storage room on their way between nodes.
#pragma once

#include "nodes/cluster/store_query.pb.h"
#include "storage/error.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace touchline::nodes {

/// The partition, of `partitions` many, of the entity that a query is about; nothing for a list,
/// and for a query that is malformed.
std::optional<std::uint32_t> partition_of(const StoreQuery& query, std::uint32_t partitions);

/// The partition that has a dead letter: that of the entity in its id.
std::uint32_t partition_of_dead_letter(std::string_view id, std::uint32_t partitions);

/// The failure that an error of a store makes in a reply.
StoreReply::Failure to_failure(const storage::storage_error& error);

/// The error in a reply. A code that only another version knows becomes `io_error`.
storage::storage_error to_storage_error(const StoreReply::Failure& failure);

} // namespace touchline::nodes
