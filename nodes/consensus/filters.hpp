// What stands between foreign messages and C-Raft, which without it corrupts logs, aborts or elects
// two leaders. The numbers are those of docs/adr/0029-c-raft.md.
#pragma once

#include "nodes/consensus/core.hpp"
#include "nodes/consensus/entry_log.hpp"
#include "nodes/consensus/message.hpp"

#include <optional>

namespace touchline::consensus {

/// What a filter has to know of the replica.
struct replica_facts {
  server_id id = 0;
  member_role role = member_role::follower;
  uint64_t term = 0;
  uint64_t commit_index = 0;
  bool installing = false;
  /// Whether it is the only voter of its group.
  bool sole_voter = false;
  /// Of a candidate.
  bool in_pre_vote = false;
  /// Of a leader: how far the sender's log is known to reach, if the sender is a member.
  std::optional<uint64_t> match_index;
  const entry_log* log = nullptr;
};

enum class verdict {
  pass,
  /// Harmless, and of no use.
  ignore,
  /// No correct member sends this.
  malformed,
};

/// Judges a message, and changes one that can only be taken in part (F1, F3, F4, F7).
verdict filter(message& incoming, const replica_facts& facts);

/// Changes the answer to a message of a term that is older than `term`, the replica's (F2, F8).
void filter_answer(message& answer, bool stale, uint64_t term);

} // namespace touchline::consensus
