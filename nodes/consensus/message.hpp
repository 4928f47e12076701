// What members of a group say to one another, and its bytes: little-endian numbers behind a
// version.
#pragma once

#include "nodes/consensus/core.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace touchline::consensus {

/// Entries in one message.
constexpr size_t max_entries_per_message = 4'096;

/// Terms and indexes above this are no message of ours: it leaves room to count on.
constexpr uint64_t max_position = uint64_t{1} << 62;

/// The leader's log from `prev_index` on; a heartbeat when there are no entries. A change can only
/// be the first entry.
struct append_entries {
  uint64_t prev_index = 0;
  uint64_t prev_term = 0;
  uint64_t leader_commit = 0;
  std::vector<entry> entries;
};

/// The answer to `append_entries`, and to `install_snapshot`.
struct append_result {
  /// The `prev_index` that was refused; 0 if it was not.
  uint64_t rejected = 0;
  uint64_t last_index = 0;
  uint16_t features = 0;
  uint16_t capacity = 0;
};

struct vote_request {
  uint64_t last_index = 0;
  uint64_t last_term = 0;
  bool disrupt_leader = false;
  bool pre_vote = false;
};

struct vote_result {
  bool granted = false;
  bool pre_vote = false;
  uint16_t features = 0;
  uint16_t capacity = 0;
};

/// Without the content, which the receiver's owner fetches from the sender's.
struct install_snapshot {
  snapshot_point point;
};

struct timeout_now {
  uint64_t last_index = 0;
  uint64_t last_term = 0;
};

/// One message.
struct message {
  server_id to = 0;
  server_id from = 0;
  uint64_t term = 0;
  /// C-Raft's version of this kind of message.
  uint8_t version = 0;
  std::variant<append_entries, append_result, vote_request, vote_result, install_snapshot,
               timeout_now>
    body;
};

std::string encode(const message& what);

/// Nothing if the bytes are not exactly one message: every number within its bounds, every flag 0
/// or 1, every change a membership, and nothing behind it.
std::optional<message> decode(std::string_view bytes);

} // namespace touchline::consensus
