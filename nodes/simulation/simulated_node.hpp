// One node of a simulated cluster: a disk that outlives it, clocks of its own, and what a process
// is made of, from its writer to its entities. It has no thread: the cluster runs its actors, and
// says when a sync is over.
#pragma once

#include "actors/runtime/runtime.hpp"
#include "nodes/cluster/replica_actor.hpp"
#include "nodes/simulation/simulated_clock.hpp"
#include "nodes/simulation/simulated_network.hpp"
#include "storage/memory_store.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace touchline::simulated {

class simulated_node;

/// What all nodes of a simulation share.
struct surroundings {
  caf::actor_system* system = nullptr;
  timeline* time = nullptr;
  dice* chance = nullptr;
  trace* seen = nullptr;
  simulated_network* network = nullptr;
  uint32_t partitions = 1;
  cluster::replica_options replica;
  actors::runtime_options runtime;
  /// Of each node's disk; 0: none.
  size_t journal_bytes = 0;
  /// By number; the first place is empty.
  std::vector<std::unique_ptr<simulated_node>> nodes;
  /// Names commands and answers on their way, never two of them.
  uint64_t last_token = 0;
  /// Each node wants the first replica of a partition to lead it.
  bool balanced = true;
  /// Told what the replicas of a node tell.
  std::function<void(uint32_t node, const cluster::replica_news&)> heard;
};

/// How long a sync takes.
struct disk_speed {
  int64_t min_us = 200;
  int64_t max_us = 2'000;
};

class simulated_node {
public:
  simulated_node(surroundings& around, uint32_t id);
  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;
  ~simulated_node();

  uint32_t id() const noexcept { return id_; }
  storage::memory_store& disk() noexcept { return disk_; }
  simulated_clock& clock() noexcept { return clock_; }
  void set_disk_speed(const disk_speed& x) { speed_ = x; }

  // -- life ---------------------------------------------------------------------------------------

  /// Begins a life from what is on the disk; on an empty one all groups are born.
  void start();

  bool is_up() const noexcept { return life_ && !life_->ending; }

  /// The process ends here and now: what its writer had not synced is lost, and so many in a
  /// thousand of the messages on their way. Its actors are gone when they have been run, and then
  /// `bury` takes the rest.
  void crash(uint32_t loss_permille);
  void bury();

  // -- what the cluster does for it ---------------------------------------------------------------

  /// Begins a sync when something waits for one and none is under way.
  void pump_disk();

  /// Nothing waits for the disk.
  bool disk_is_idle() const;

  // -- traffic ------------------------------------------------------------------------------------

  /// A command or read from outside, at this node, whoever leads its partition.
  void take_command(header head, uint32_t number,
                    std::shared_ptr<const google::protobuf::Message> body,
                    std::function<void(const answer&)> reply);

  // -- looking inside -----------------------------------------------------------------------------

  /// Asks a replica; not answered when it ends before.
  void ask_status(uint32_t partition, std::function<void(const cluster::ReplicaStatus&)> then);

  /// Asks a partition that is led here; false when none is.
  bool ask_activity(uint32_t partition, std::function<void(const actors::activity&)> then);

  /// Only of a node that is up.
  actors::runtime& runtime() noexcept { return *life_->runtime; }
  caf::actor replica(uint32_t partition) const { return life_->replicas->at(partition); }

private:
  struct network_of_node;

  /// A command that somebody at this node waits for.
  using waiting = std::unordered_map<uint64_t, std::function<void(const answer&)>>;

  /// From a start to a crash.
  struct life {
    std::shared_ptr<cluster::replica_table> replicas = std::make_shared<cluster::replica_table>();
    std::shared_ptr<cluster::proposal_queues> queues = std::make_shared<cluster::proposal_queues>();
    std::unique_ptr<storage::writer> writer;
    std::unique_ptr<cluster::replicated_log> log;
    std::unique_ptr<actors::runtime> runtime;
    std::shared_ptr<cluster::replica_environment> environment;
    /// Takes the answers of partitions.
    caf::actor gateway;
    /// Takes what is for the partitions that another node leads.
    std::vector<caf::actor> links;
    waiting answers;
    bool syncing = false;
    bool ending = false;
  };

  void birth();
  void make_links();
  void make_runtime();
  void make_replicas();
  void heard(const cluster::replica_news& news);

  void deliver(const caf::actor& to, header head, uint32_t number,
               const google::protobuf::Message& body, std::function<void(const answer&)> reply);
  void forward(uint32_t peer, const caf::message& content, const caf::strong_actor_ptr& sender);
  void acknowledge(uint32_t peer, const actors::acknowledgements& x);
  void take_message(uint32_t peer, const caf::message& content, uint64_t token);
  void take_acknowledgements(const actors::acknowledgements& x);
  void answered(const answer& x);
  void give_content(uint32_t asker, uint32_t partition, const cluster::ContentQuery& query);

  surroundings& around_;
  uint32_t id_;
  storage::memory_store disk_;
  simulated_clock clock_;
  disk_speed speed_;
  uint64_t lives_ = 0;
  std::shared_ptr<life> life_;
};

} // namespace touchline::simulated
