// Consensus of one replication group (a partition) as a pure state machine: no disk, no network, no
// clock of its own. The one place that knows C-Raft is this folder; everybody else sees
// propose, committed, leadership, membership.
//
// Every call returns `effects`: what its owner has to do, in the order in which they are listed.
// The owner is an actor with LMDB and CAF behind it, or a simulation.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::consensus {

/// Names a member of a group: node and incarnation of its data directory (see `server_id_of`).
/// Never 0.
using server_id = uint64_t;

/// The id of a node's data directory in every group: an emptied node comes back as another server,
/// so that nobody counts on votes and entries that it has lost.
constexpr server_id server_id_of(uint32_t node, uint32_t incarnation) {
  return uint64_t{node} << 32 | incarnation;
}

constexpr uint32_t node_of(server_id id) {
  return static_cast<uint32_t>(id >> 32);
}

/// What a log entry is.
enum class entry_type : uint8_t {
  /// Bytes of the owner.
  command = 1,
  /// Eight zero bytes, written by a new leader.
  barrier = 2,
  /// A new membership.
  change = 3,
};

/// One entry of the log. The bytes are shared and never changed.
struct entry {
  uint64_t term = 0;
  entry_type type = entry_type::command;
  std::shared_ptr<const std::string> data;
};

/// What a member of a group may do.
enum class server_role : uint8_t {
  /// Receives the log, does not count.
  standby = 0,
  voter = 1,
};

struct server {
  server_id id = 0;
  server_role role = server_role::voter;

  friend bool operator==(const server&, const server&) = default;
};

/// The members of a group, in the order of their ids, as of the entry at `index`.
struct membership {
  uint64_t index = 0;
  std::vector<server> servers;

  /// The member with this id; nullptr if there is none.
  const server* find(server_id id) const;
  size_t voters() const;

  friend bool operator==(const membership&, const membership&) = default;
};

/// The state of the group up to and including `index`, without its content.
struct snapshot_point {
  uint64_t index = 0;
  uint64_t term = 0;
  membership members;
};

/// Term and vote: durable before any message of the same effects leaves.
struct hard_state {
  uint64_t term = 0;
  server_id vote = 0;
};

/// What is on disk when a replica starts. All empty for a server that is to join.
struct stored_state {
  hard_state hard;
  std::optional<snapshot_point> snapshot;
  /// Index of `entries.front()`; at most snapshot index + 1. Entries that end before the snapshot
  /// must not be given.
  uint64_t first_index = 1;
  /// The entries on disk. `data` is needed for changes; null for others whose bytes `entry_reader`
  /// finds.
  std::vector<entry> entries;
};

/// The first log of a new group: a change with these members at index 1, term 1.
stored_state newborn_group(std::vector<server> members);

/// A message for another member, encoded. Losing, repeating, delaying and reordering it is
/// harmless.
struct outgoing {
  server_id to = 0;
  std::string bytes;
};

/// This replica must take the state of another member: its log ends too early.
struct snapshot_offer {
  server_id from = 0;
  snapshot_point point;
};

/// What the owner has to do after a call, in this order.
struct effects {
  /// Make term and vote durable.
  std::optional<hard_state> hard;
  /// Remove the entries from this index on.
  std::optional<uint64_t> truncate_from;
  /// Write these entries, the first of them at `first_index`; then call `entries_persisted`.
  uint64_t first_index = 0;
  std::vector<entry> append;
  /// Send these, not before `hard` (of this or an earlier call) is durable. A leader's own entries
  /// need not be.
  std::vector<outgoing> messages;
  /// Discard what is being written of the log, fetch the state as of this point, make it durable,
  /// remove the log, and call `snapshot_installed`.
  std::optional<snapshot_offer> install;
  /// Role, term or leader may have changed: look at the accessors.
  bool state_changed = false;

  /// Appends the effects of a later call.
  void merge(effects&& later);
};

/// Why a proposal was not taken.
enum class propose_error : uint8_t {
  /// Not the leader, or leadership is being transferred.
  not_leader,
  /// A change of membership is not committed yet, or no entry of the own term is.
  change_in_progress,
  /// The wish makes no sense: unknown server, or more than one server changes.
  invalid,
};

/// The sentence for people.
std::string_view to_string(propose_error error);

enum class member_role : uint8_t { follower, candidate, leader };

/// How far a standby is.
enum class catch_up_state : uint8_t { none, running, aborted, finished };

/// Reads entries back from the disk: up to `last`, at most `max_bytes` of data but at least one.
/// False ends the replica (the disk failed).
using entry_reader
  = std::function<bool(uint64_t first, uint64_t last, size_t max_bytes, std::vector<entry>& out)>;

/// Bounds and intervals of a replica.
struct core_options {
  server_id id = 0;
  /// Of the generator that draws election time-outs.
  uint32_t seed = 1;
  uint32_t election_timeout_ms = 1'000;
  uint32_t heartbeat_ms = 100;
  uint32_t install_timeout_ms = 30'000;
  /// Entries sent to one member and not acknowledged.
  uint32_t max_inflight_entries = 32;
  /// Bytes of entries in one message; at least one entry goes, however large.
  size_t max_message_bytes = size_t{2} << 20;
  /// Bytes of durable entries that are kept in memory for slow members; older ones are read back.
  size_t max_cached_bytes = size_t{16} << 20;
};

/// One replica of one group. Times are milliseconds of a clock that the owner chooses; one that
/// goes back stands still. Not thread safe. A call that finds the library in an error, or foreign
/// bytes that break its contract, sets `failure()`: the owner drops the replica and starts a new
/// one from disk.
class core {
public:
  core(const core_options& options, entry_reader reader);
  core(const core&) = delete;
  core& operator=(const core&) = delete;
  ~core();

  // -- events -------------------------------------------------------------------------------------

  /// Once, first.
  effects start(stored_state stored, uint64_t now_ms);

  /// A message of a member. Bytes that are no message are ignored and counted by `malformed()`.
  effects receive(std::string_view bytes, uint64_t now_ms);

  /// To be called at `next_timeout_ms()`, or later, or earlier: it looks whether anything is due.
  effects tick(uint64_t now_ms);

  /// The entries up to `index`, whose term was `term` when they were handed out, are durable: once
  /// for every `append`, in their order; several may be reported as the last of them. Ignored when
  /// they were truncated or replaced since. `readable`: the `entry_reader` can give them, or will
  /// be able to when `entries_readable` says so; until then they are kept in memory.
  effects entries_persisted(uint64_t index, uint64_t term, uint64_t now_ms, bool readable = true);

  /// The `entry_reader` can give the entries up to `index`, whose term was `term` when they were
  /// handed out.
  void entries_readable(uint64_t index, uint64_t term);

  /// The state of an offer, or a later one, is durable and the log removed; `point` says as of
  /// when, with the membership that was in force then.
  effects snapshot_installed(const snapshot_point& point, uint64_t now_ms);

  /// The owner's state is durable up to `index` (committed); all entries but the last `trailing`
  /// before it may go from the log; nothing happens unless the entry at `index` is durable. Returns
  /// the snapshot point that has to be made durable before entries are removed up to `first_index()
  /// - 1`; nothing when there is nothing to gain.
  std::optional<snapshot_point> compact(uint64_t index, uint64_t trailing, uint64_t now_ms,
                                        effects& out);

  // -- wishes, of the leader ----------------------------------------------------------------------

  /// Appends commands; the index of the first is `last_index() + 1` before the call.
  tl::expected<effects, propose_error> propose(
    std::vector<std::shared_ptr<const std::string>> commands, uint64_t now_ms);

  /// Changes the membership by one server: added as standby, promoted, or removed. The leader
  /// cannot remove itself (transfer first), and a voter does not become a standby again (remove
  /// it).
  tl::expected<effects, propose_error> change(std::vector<server> members, uint64_t now_ms);

  /// Begins to watch how a standby catches up; no change is possible until that has an end. It is
  /// aborted after 5 s, or 10 rounds, without success.
  effects catch_up(server_id id, uint64_t now_ms);
  catch_up_state catch_up_of(server_id id) const;

  /// Hands leadership to a voter (0: to the one that is furthest).
  tl::expected<effects, propose_error> transfer(server_id to, uint64_t now_ms);

  /// The leader is known to be dead: stands for election if it is a voter and follows, at once or
  /// as soon as its own log is durable. Forgotten when the leader is heard of after all.
  effects stand_for_election(uint64_t now_ms);

  // -- facts --------------------------------------------------------------------------------------

  member_role role() const;
  uint64_t term() const;
  /// The leader of the current term, as far as it is known; 0 for nobody.
  server_id leader() const;
  server_id id() const;
  /// The highest index known to be committed. Never goes back.
  uint64_t commit_index() const;
  /// The last entry that the `entry_reader` can give.
  uint64_t readable_index() const;
  /// The first and the last entry in the log; first = last + 1 when it is empty.
  uint64_t first_index() const;
  uint64_t last_index() const;
  /// Term of the entry at `index`; 0 when it is not known.
  uint64_t term_of(uint64_t index) const;
  /// The membership in force, committed or not, and the newest committed one.
  const membership& members() const;
  const membership& committed_members() const;
  /// Of the leader: how far a member's log is known to reach; 0 for unknown.
  uint64_t match_index(server_id id) const;
  /// True between an offer and `snapshot_installed`: nothing may be applied.
  bool installing() const;
  /// When `tick` wants to be called.
  uint64_t next_timeout_ms() const;
  /// The entries from `first` to `last`, from memory or through the reader; stops at `max_bytes`
  /// but gives at least one. Empty when they are gone or the reader failed.
  std::vector<entry> entries(uint64_t first, uint64_t last, size_t max_bytes) const;
  /// Messages that were no messages, or broke the contract.
  uint64_t malformed() const;
  /// Why this replica cannot go on; empty while it can.
  const std::string& failure() const;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace touchline::consensus
