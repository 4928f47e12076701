// Three nodes of the real program on this machine, with the settings that config/cluster-3.conf
// has, and a connection to them.
#pragma once

#include "bench/cluster/child_process.hpp"
#include "bench/cluster/figures.hpp"
#include "bench/cluster/load.hpp"
#include "messages/catalogue.pb.h"
#include "nodes/cluster/connect_access.hpp"
#include "nodes/configuration.hpp"

#include <array>
#include <memory>
#include <string>

namespace touchline::bench {

/// The command that is measured: one event, one record, no further messages, `payload_bytes` long.
SponsorUpdate update_command(int league, uint64_t number);

/// A cluster of three, in a folder of its own below the working directory. What goes wrong while it
/// starts ends the program with a sentence.
class trial_cluster {
public:
  static constexpr uint32_t size = 3;

  explicit trial_cluster(const std::filesystem::path& folder);

  nodes::cluster_access& access() { return *access_; }

  /// Another connection, as another program has it.
  std::unique_ptr<nodes::cluster_access> connect() const;

  /// The process of the node `id`, from 1.
  child_process& node(uint32_t id) { return nodes_.at(id - 1); }

  /// Starts the node again.
  void start(uint32_t id);

  /// Creates the leagues' sponsors, which `update_command` changes.
  void create_leagues();

  /// The partition of a league, and the node that leads it; 0 while nobody is known to.
  uint32_t partition_of(int league) const;
  uint32_t leader_of(uint32_t partition);

  /// What each node that answers says of itself.
  std::vector<cluster::NodeStatus> statuses();

  /// By partition: how far its leader has committed; 0 while none is known.
  std::vector<uint64_t> committed(const std::vector<cluster::NodeStatus>& statuses) const;

  /// Whether these are the statuses of all nodes, and every replica has applied what its partition
  /// had committed then.
  static bool caught_up(const std::vector<cluster::NodeStatus>& statuses,
                        const std::vector<uint64_t>& committed_then);

  /// Waits, without load, until all nodes answer, all replicas are equal, and each partition is led
  /// by the node that the map wants, so that no leadership moves by itself soon. False after
  /// `timeout`.
  bool wait_until_well(steady::duration timeout);

  /// Bytes of the data directory of a node.
  uint64_t disk_bytes(uint32_t id) const;

private:
  bool led_as_wanted(const std::vector<cluster::NodeStatus>& statuses);

  std::filesystem::path folder_;
  nodes::configuration config_;
  nodes::connection where_;
  std::array<child_process, size> nodes_;
  std::unique_ptr<nodes::cluster_access> access_;
};

/// Sends commands for `duration` with so many under way at any time, from one thread, to the first
/// so many leagues in turn.
load_figures measure_commands(trial_cluster& on, size_t clients, steady::duration duration,
                              int to_leagues = leagues);

} // namespace touchline::bench
