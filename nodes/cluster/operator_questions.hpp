// What a node finds when an operator asks, and how the answers of several nodes become one. Depends
// on nothing but its arguments.
#pragma once

#include "actors/runtime/inspection.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace touchline::cluster {

/// Entities on a page, by default and at most.
inline constexpr uint32_t default_page = 100;
inline constexpr uint32_t max_page = 1'000;

/// Addresses in the store that are looked at for one page.
inline constexpr size_t max_scanned_addresses = 16'384;

/// Records of a tail in one answer of one node, by default and at most, and their bytes.
inline constexpr uint32_t default_tail = 200;
inline constexpr uint32_t max_tail = 1'000;
inline constexpr size_t max_tail_bytes = size_t{4} << 20;

/// Entries of a log, and their bytes, that are looked at for one answer; the next goes on.
inline constexpr uint64_t max_tail_entries = 4'096;
inline constexpr size_t max_tail_read_bytes = size_t{16} << 20;

/// The bound of a page that a query asks for.
uint32_t page_limit(const ActorsQuery& query);

/// What is wrong with a pattern, if anything, as a sentence.
std::string check_pattern(std::string_view pattern);

/// A page of the entities of the partitions that a node leads: those in memory, `rows` by
/// partition, each asked with the same query and `page_limit`, and those that are only in the
/// store. The other partitions are named as missing.
ActorsPage list_entities(const storage::store& from, const ActorsQuery& query,
                         const std::map<uint32_t, actors::entity_rows>& rows, uint32_t partitions,
                         uint32_t node);

/// The row of an entity, with its position from the store if the partition does not know it.
ActorRow to_row(const storage::store& from, const actors::entity_row& x, uint32_t partition,
                uint32_t node);

/// The row of an entity that is only in the store, at `position`.
ActorRow passive_row(const std::string& address, uint64_t position, uint32_t partition,
                     uint32_t node);

/// One page of the pages of several nodes.
ActorsPage merge_pages(const ActorsQuery& query, const std::vector<ActorsPage>& pages);

/// Whether every account may read about entities of a kind: nothing in their records is for some
/// people only.
bool is_open_kind(std::string_view kind);

/// What was committed in the partitions that a node leads, from their logs: `committed` has the
/// commit index of each. Those that it leads not are named as missing.
TailBatch read_tail(const storage::store& from, const TailQuery& query,
                    const std::map<uint32_t, uint64_t>& committed, uint32_t partitions);

/// The batches of several nodes as one, which goes on from the cursors of `query` where nobody
/// spoke for a partition.
TailBatch merge_tails(const TailQuery& query, std::vector<TailBatch> batches);

/// The answers of several nodes to one question as one.
Reply merge_replies(const AdminRequest& question, std::vector<Reply>& replies);

} // namespace touchline::cluster
