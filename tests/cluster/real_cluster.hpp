// A cluster as an operator runs it: every node a process of its own on a port of its own, with real
// disks and real sockets, that the test kills, stops, empties and starts again.
#pragma once

#include "nodes/connection.hpp"
#include "tests/nodes/process.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sys/types.h>

namespace touchline::testing {

/// How long the tests wait for anything before they fail: far longer than it takes, so that a busy
/// machine fails none of them.
inline constexpr std::chrono::seconds cluster_patience{60};

/// Looks again and again until it is true; false when that took longer than the patience.
bool eventually(const std::function<bool()>& is_true,
                std::chrono::milliseconds patience = cluster_patience);

/// What a test's cluster is like. Hosts are on loopback unless `host_of` says otherwise.
struct cluster_shape {
  uint32_t nodes = 3;
  uint32_t replicas = 3;
  uint32_t partitions = 4;
  std::string name = "trial";
  /// More lines for the section `cluster`.
  std::string cluster_lines = {};
  /// For the section `touchline`.
  std::string node_lines = {};
  /// The host of a node.
  std::function<std::string(uint32_t)> host_of = {};
  /// Called in the child before it becomes the node: to enter a network, for example. May call
  /// nothing that is unsafe after a fork.
  std::function<void(uint32_t)> in_child = {};
  /// What every command and client shows itself with.
  nodes::tls_files client = {};
};

/// Nodes 1 to N of a configuration in a folder of its own. They end with the test, however it ends.
class real_cluster {
public:
  explicit real_cluster(cluster_shape shape = {});
  real_cluster(const real_cluster&) = delete;
  real_cluster& operator=(const real_cluster&) = delete;
  ~real_cluster();

  const work_folder& folder() const { return folder_; }
  uint32_t nodes() const { return shape_.nodes; }
  std::string host(uint32_t node) const;
  std::string config_file() const { return folder_ / "cluster.conf"; }
  std::filesystem::path data_directory(uint32_t node) const;
  uint16_t port(uint32_t node) const { return ports_.at(node); }
  /// "127.0.0.1:23456".
  std::string address(uint32_t node) const;
  /// The addresses of all nodes, for `--connect`.
  std::string addresses() const;
  /// The same for a client within this process.
  nodes::connection connection() const;

  /// Writes the configuration anew with nodes 1 to `nodes`; those that run keep theirs.
  void resize(uint32_t nodes);

  // -- processes ----------------------------------------------------------------------------------

  void start(uint32_t node, std::vector<std::string> more = {},
             const std::string& executable = program);
  /// Starts all nodes and waits until they serve.
  void start_all();
  bool is_running(uint32_t node) const { return processes_.contains(node); }
  void send(uint32_t node, int signal) const;
  void kill(uint32_t node);
  void pause(uint32_t node) const { send(node, SIGSTOP); }
  void resume(uint32_t node) const { send(node, SIGCONT); }
  /// SIGTERM; returns how it ended: its exit status, or 128 and the signal.
  int stop(uint32_t node);
  /// How a process ended by itself, which is waited for; nothing when it did not end in time.
  std::optional<int> ended(uint32_t node);
  /// No file of the process may grow beyond so many bytes, or be written behind them: its disk
  /// fails.
  void limit_files(uint32_t node, uint64_t bytes) const;
  /// Removes everything that a node that does not run has stored.
  void wipe(uint32_t node) const;
  /// Everything that a node has said, over all its lives.
  std::string log(uint32_t node) const;
  bool has_said(uint32_t node, const std::string& text) const;

  // -- commands -----------------------------------------------------------------------------------

  /// Runs a command of the program against the cluster.
  finished ask(std::vector<std::string> arguments) const;
  /// Against one node alone.
  finished ask_at(uint32_t node, std::vector<std::string> arguments) const;
  /// The answer as JSON; null when the command failed.
  nlohmann::json ask_json(std::vector<std::string> arguments) const;
  /// The arguments with what they need to reach the cluster.
  std::vector<std::string> connected(std::vector<std::string> arguments) const;

  /// By partition.
  using commit_indexes = std::map<uint32_t, uint64_t>;

  /// Waits until the nodes named, or all that run, are there and have caught up with what was
  /// committed before, every partition has a leader among its voters, as many voters as it should,
  /// and nobody is ill. On failure the test ends with what the nodes and partitions looked like.
  void require_healthy(const std::vector<uint32_t>& nodes = {}) const;
  /// The node that leads a partition; 0 when nobody does.
  uint32_t leader(uint32_t partition) const;
  /// Records of an entity, one JSON value each.
  std::vector<nlohmann::json> history(const std::string& address) const;

private:
  std::vector<std::string> connected_to(const std::string& where,
                                        std::vector<std::string> arguments) const;
  bool is_healthy(const std::vector<uint32_t>& nodes, commit_indexes& commits) const;
  std::vector<uint32_t> running() const;
  void write_configuration();

  cluster_shape shape_;
  work_folder folder_;
  std::map<uint32_t, uint16_t> ports_;
  std::map<uint32_t, pid_t> processes_;
};

/// Kills one node after another, one every two seconds, and starts it again, while `goes_on`.
/// Returns how many it killed.
int kill_at_random(real_cluster& cluster, uint32_t seed, const std::function<bool()>& goes_on);

/// For failures: the last lines of every node's log.
std::string last_words(const real_cluster& cluster, uint32_t nodes);

} // namespace touchline::testing
