// The inside of a core: C-Raft, the log that is kept for it, and the filters around it.
#pragma once

#include "nodes/consensus/core.hpp"
#include "nodes/consensus/entry_log.hpp"
#include "nodes/consensus/filters.hpp"
#include "nodes/consensus/membership_history.hpp"
#include "nodes/consensus/message.hpp"
#include "nodes/consensus/pending_writes.hpp"
#include "nodes/consensus/raft_library.hpp"

#include <optional>
#include <string>
#include <vector>

namespace touchline::consensus {

struct core::implementation {
  implementation(const core_options& chosen, entry_reader entries_of_disk);
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;
  ~implementation();

  // -- steps: each feeds the library one event and takes what it answers
  // ---------------------------

  /// C-Raft's error, 0 for none. `entries` are those that the event brings, from `first_index` on.
  int step(raft_event& event, effects& out, const std::vector<entry>* entries = nullptr,
           uint64_t first_index = 0);
  /// The same for an event that may not fail.
  void must(raft_event& event, effects& out, const std::vector<entry>* entries = nullptr,
            uint64_t first_index = 0);
  void step_start(const snapshot_point* point, uint64_t first, const std::vector<entry>& entries,
                  effects& out);
  void step_receive(message& incoming, effects& out);
  void step_timeout(effects& out);
  int step_submit(const std::vector<entry>& entries, effects& out);
  void step_configuration(uint64_t index, effects& out);
  void step_compacted(const snapshot_point& point, uint64_t trailing, effects& out);
  void step_installed(const snapshot_point& point, effects& out);

  // -- what an event is followed by ---------------------------------------------------------------

  /// Everything that the library leaves to its user after a step, until nothing is left.
  void settle(effects& out);
  void apply_committed_change(effects& out);
  void begin_term_with_barrier(effects& out);
  void append_barrier(effects& out);
  void stand_if_waiting(effects& out);
  /// Gives a sole voter a term of its own before it elects itself; false when there is no need.
  bool renew_term_of_sole_voter(effects& out);

  // -- parts of receiving -------------------------------------------------------------------------

  replica_facts facts(const message& incoming) const;
  /// F6: a second change can only follow a committed one.
  void commit_change_before(const message& incoming, effects& out);
  /// F9: a replica votes whether or not it knows that it is a voter.
  void step_vote_request(message& incoming, effects& out);
  void note_leader(const message& incoming);

  // -- what the library answers -------------------------------------------------------------------

  void collect(const raft_update& update, effects& out, const std::vector<entry>* entries,
               uint64_t first_index);
  void collect_entries(const raft_update& update, effects& out, const std::vector<entry>* entries,
                       uint64_t first_index);
  void collect_message(const raft_message& outgoing, effects& out);
  void collect_entries_message(const raft_append_entries& append, message& shell, effects& out);
  void collect_install(const raft_update& update, effects& out);
  void send(const message& what, effects& out);

  // -- life ---------------------------------------------------------------------------------------

  void open();
  void close();
  /// Begins again as if from disk, with this state and an empty log.
  void reopen_at(const snapshot_point& point, effects& out);
  /// A state that another member gave may be of a later term than any that this replica heard of.
  void reach_term_of(const snapshot_point& point, effects& out);
  void advance(uint64_t now_ms);
  bool usable() const { return started && failure.empty(); }
  void fail(std::string reason);

  // -- questions ----------------------------------------------------------------------------------

  member_role role() const;
  uint64_t library_leader() const;
  server_id leader() const;
  bool is_voter() const;
  bool is_sole_voter() const;
  bool may_submit() const;
  bool own_term_committed() const;
  const membership& committed_members() const;

  core_options options;
  std::string address;
  raft library{};
  entry_log log;
  membership_history members;
  pending_writes writes;
  /// Of the newest snapshot; index 0 for none.
  snapshot_point snapshot;
  std::optional<snapshot_offer> offer;
  hard_state hard;
  uint64_t commit_index = 0;
  /// A change up to here is committed, whether or not `commit_index` says so.
  uint64_t committed_change = 0;
  uint64_t now = 0;
  /// The term in which the library's idea of the leader is right.
  uint64_t leader_term = 0;
  uint64_t leader_heard_at = 0;
  /// The term that a sole voter began in order to lead.
  uint64_t sole_voter_term = 0;
  /// The dead leader, and its term, that this replica wants to succeed once its log is durable.
  std::optional<std::pair<server_id, uint64_t>> successor_of;
  /// Of the message that is being received.
  bool answers_stale_term = false;
  server_id install_from = 0;
  uint64_t malformed = 0;
  std::string failure;
  bool started = false;
};

} // namespace touchline::consensus
