// A whole group of replicas on a simulated network, with simulated disks and clocks, from one seed:
// messages are lost, repeated, delayed and reordered, links cut in one or both directions, nodes
// crash and lose what was not synced, clocks jump, disks fail and are slow, members come and go.
#pragma once

#include "nodes/consensus/core.hpp"
#include "tests/consensus/event_loop.hpp"
#include "tests/consensus/simulated_disk.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace touchline::consensus {

/// What happened, and what was wrong.
struct simulation_result {
  /// Empty if everything held.
  std::string violation;
  /// Of every message and every event, in order: equal for equal seeds.
  uint64_t trace = 0;
  size_t committed = 0;
  size_t acknowledged = 0;
  size_t terms_with_leader = 0;
  size_t crashes = 0;
  size_t disk_errors = 0;
  size_t installs = 0;
  size_t compactions = 0;
  size_t transfers = 0;
  size_t changes = 0;
  size_t stood = 0;
};

class simulation {
public:
  explicit simulation(uint64_t seed);
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  /// Once: disturbs for a while, then heals everything and waits until all agree.
  simulation_result run();

private:
  /// A place for a server: a machine with its disk.
  struct node {
    node(event_loop& loop, chance& random, size_t where) : place{where}, disk{loop, random} {}

    size_t place;
    uint32_t incarnation = 0;
    server_id id = 0;
    std::unique_ptr<core> replica;
    simulated_disk disk;
    machine_state state;
    /// As of `state`'s commands up to the newest snapshot point.
    std::optional<machine_state> at_snapshot;
    /// Which life of the process this is; what was scheduled for another one is void.
    uint64_t life = 0;
    int64_t clock_offset = 0;
    uint64_t tick_number = 0;
    bool compacting = false;
    /// Proposals that wait for their commit, by index: term and command.
    std::map<uint64_t, std::pair<uint64_t, uint64_t>> waiting;
    /// Writes that the disk reported and the replica does not know of yet.
    std::vector<std::pair<uint64_t, uint64_t>> completions;
  };

  // -- life of a node -----------------------------------------------------------------------------
  void start(node& where);
  void stop(node& where);
  void crash(node& where);
  void disk_failed(node& where);
  core_options options_of(const node& where);
  entry_reader reader_of(node& where);

  // -- what a replica wants -----------------------------------------------------------------------
  void carry_out(node& where, effects&& wishes);
  void write_log(node& where, effects& wishes);
  void report_writes(node& where);
  void send(node& from, std::vector<outgoing> messages);
  void deliver(server_id to, const std::string& bytes);
  void apply(node& where);
  void apply_entry(node& where, uint64_t index, const entry& what);
  void fetch(node& where, const snapshot_offer& offer, int attempts);
  void install(node& where, machine_state state);
  void compact(node& where);
  void schedule_tick(node& where);

  // -- what goes on, and wrong --------------------------------------------------------------------
  void work();
  void disturb();
  void disturb_network();
  void disturb_node();
  void run_membership();
  void change_members(node& leader);
  void join_or_leave(node& leader);
  void announce_death(server_id dead);
  void heal();

  // -- checks -------------------------------------------------------------------------------------
  void check(node& where);
  void check_commit(uint64_t index, const entry& what);
  bool converged() const;
  void check_end();
  void violated(const std::string& what);
  std::string described() const;

  // -- helpers ------------------------------------------------------------------------------------
  uint64_t clock_of(const node& where) const;
  node* home_of(server_id id);
  node* some_leader();
  node& some_node();
  bool may_be_wiped(const node& where) const;
  void trace(uint64_t what);
  void trace(const std::string& bytes);
  void propose(node& where);
  /// Runs this later, if the node's process still lives then.
  void later(node& where, uint64_t delay_ms, std::function<void()> what);

  chance random_;
  event_loop loop_;
  std::vector<std::unique_ptr<node>> nodes_;
  /// Cut links, from place to place.
  std::set<std::pair<size_t, size_t>> cut_;
  uint64_t loss_per_mille_ = 0;
  uint64_t repeat_per_mille_ = 0;
  uint64_t late_per_mille_ = 0;
  bool calm_ = false;
  bool settled_ = false;
  uint64_t next_command_ = 1;
  /// What was committed first at each index.
  std::vector<entry> committed_;
  std::map<uint64_t, membership> committed_members_;
  std::map<uint64_t, uint64_t> acknowledged_;
  /// Who leads a term, and in which life.
  std::map<uint64_t, std::pair<server_id, uint64_t>> leaders_;
  std::set<server_id> proposed_;
  simulation_result result_;
};

} // namespace touchline::consensus
