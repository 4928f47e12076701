// Nodes, network, disks and time of a cluster in one process and one thread. One seed decides
// everything, so that a run that went wrong can be run again.
#pragma once

#include "nodes/simulation/simulated_node.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace touchline::simulated {

/// A moment or a while, in microseconds.
inline constexpr int64_t millisecond = 1'000;
inline constexpr int64_t second = 1'000'000;

/// What a simulated cluster is made of.
struct cluster_options {
  uint64_t seed = 1;
  /// Each holds every partition.
  uint32_t nodes = 3;
  uint32_t partitions = 3;
  cluster::replica_options replica;
  actors::runtime_options runtime;
  /// Of each node's disk; 0: none.
  size_t journal_bytes = 0;
  /// Leadership goes back to the preferred nodes.
  bool balanced = true;
};

class simulated_cluster {
public:
  /// Starts all nodes on empty disks.
  explicit simulated_cluster(const cluster_options& options);
  simulated_cluster(const simulated_cluster&) = delete;
  simulated_cluster& operator=(const simulated_cluster&) = delete;
  ~simulated_cluster();

  // -- time ---------------------------------------------------------------------------------------

  int64_t now_us() const noexcept { return time_.now_us(); }
  void after(int64_t delay_us, std::function<void()> what) {
    time_.after(delay_us, std::move(what));
  }

  /// Runs until `done`, or for `limit_us`; whether `done`.
  bool run_until(const std::function<bool()>& done, int64_t limit_us);
  void run_for(int64_t us);

  // -- what happens to it -------------------------------------------------------------------------

  /// The process of a node ends; of the messages that it sent, so many in a thousand are lost. The
  /// others notice, soon or never.
  void crash(uint32_t node, uint32_t loss_permille = 500);
  void start(uint32_t node);
  bool is_up(uint32_t node) const { return around_.nodes[node]->is_up(); }

  /// Cuts the connections between these nodes and the others, in both directions.
  void isolate(const std::vector<uint32_t>& nodes);

  dice& chance() noexcept { return chance_; }
  simulated_network& network() noexcept { return network_; }
  simulated_node& node(uint32_t id) noexcept { return *around_.nodes[id]; }
  uint32_t nodes() const noexcept { return static_cast<uint32_t>(around_.nodes.size()) - 1; }
  uint32_t partitions() const noexcept { return around_.partitions; }

  /// Sends from outside to a node; `reply` is called for each answer that arrives: none, one, or
  /// more.
  void send(uint32_t node, header head, uint32_t number,
            std::shared_ptr<const google::protobuf::Message> body,
            std::function<void(const answer&)> reply);

  // -- what is seen -------------------------------------------------------------------------------

  /// The node that leads a partition in the newest term that anybody told of; 0 for nobody.
  uint32_t leader_of(uint32_t partition) const;

  /// Whether nothing is under way: asks all partitions and replicas, and lets time pass until they
  /// have answered.
  bool is_quiet();

  /// The entry of each partition's log that is known to be committed, as a hash; whoever has
  /// another one at its place is reported.
  void note_committed(uint32_t node, uint32_t partition, uint64_t first, uint64_t last);

  /// Says what must not be. Bounded: the first ones count.
  void report(std::string what);
  const std::vector<std::string>& problems() const noexcept { return problems_; }

  trace& seen() noexcept { return seen_; }

private:
  struct system_config : caf::actor_system_config {
    system_config();
  };

  void step(int64_t until_us);
  void run_actors();
  int64_t next_us(int64_t until_us) const;
  void heard(uint32_t node, const cluster::replica_news& news);
  void watch();
  void look_at(uint32_t node, uint32_t partition, const cluster::ReplicaStatus& status);

  system_config config_;
  dice chance_;
  trace seen_;
  timeline time_;
  simulated_network network_;
  surroundings around_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  caf::actor_clock::time_point began_;
  std::vector<std::string> problems_;
  /// By partition: who leads in each term.
  std::vector<std::map<uint64_t, uint32_t>> leaders_;
  /// By partition: hashes of committed entries, by index.
  std::vector<std::map<uint64_t, uint64_t>> committed_;
  /// By node and partition: up to where the log has been compared.
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> compared_;
};

} // namespace touchline::simulated
