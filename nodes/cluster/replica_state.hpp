// What a replica keeps on disk besides the content: the rows of its group in the store, and the
// shape of a log entry.
#pragma once

#include "nodes/consensus/core.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::cluster {

/// Names of the fields that a replica keeps (storage::write_batch::put_replica).
inline constexpr std::string_view vote_field = "vote";
inline constexpr std::string_view snapshot_field = "snapshot";
inline constexpr std::string_view applied_field = "applied";
inline constexpr std::string_view install_field = "install";

/// The name of a partition's group in the store.
std::string group_of(uint32_t partition);

/// The partition of a group; nothing when the name is none of a partition.
std::optional<uint32_t> partition_of_group(std::string_view group);

/// Content that was fetched whole and is being put in the place of what was there before.
struct pending_install {
  consensus::snapshot_point point;
  /// The content holds at least what was committed up to here.
  uint64_t applied = 0;
  /// Pieces, numbered from 1.
  uint64_t pieces = 0;
  /// What was there before is gone. Pieces that are not staged any more are in its place: it must
  /// not be erased again.
  bool erased = false;
};

std::string encode_vote(const consensus::hard_state& x);
std::string encode_snapshot(const consensus::snapshot_point& x);
std::string encode_applied(uint64_t index);
std::string encode_install(const pending_install& x);
std::string encode_entry(const consensus::entry& x);

std::optional<consensus::snapshot_point> decode_snapshot(std::string_view bytes);

/// What a replica starts from.
struct replica_state {
  consensus::stored_state stored;
  /// Everything up to here is in the content.
  uint64_t applied = 0;
  std::optional<pending_install> install;
  /// Bytes of the entries in the log, by index from `stored.first_index`.
  std::vector<uint32_t> entry_bytes;
  /// Entries behind a gap, which nobody was told of: to be removed.
  uint64_t leftover_from = 0;
  uint64_t leftover_to = 0;
};

/// Reads what the store keeps of a group. Fails with `damaged` when it contradicts itself. Only
/// changes come with their bytes.
storage::result<replica_state> read_replica_state(const storage::store& from,
                                                  const std::string& group);

/// Reads entries with their bytes; false when the store failed.
bool read_entries(const storage::store& from, const std::string& group, uint64_t first,
                  uint64_t last, size_t max_bytes, std::vector<consensus::entry>& out);

/// The rows with which a group is born on a store that has none of it.
storage::write_batch newborn_rows(const std::string& group,
                                  const std::vector<consensus::server>& members);

/// Batches of entities as the content of one entry: each with its length before it.
void add_frame(std::string& entry, std::string_view encoded_batch);

/// Adds the operations of an entry's batches to `out`. Fails with `damaged`.
storage::result<void> append_frames(std::string_view entry, storage::write_batch& out);

} // namespace touchline::cluster
