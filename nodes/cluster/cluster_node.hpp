// A node in this process: its data directory, its replicas, its entities, and, when it is one of a
// cluster, its connections. A node that is alone is a cluster of one: the same path without a
// network.
#pragma once

#include "actors/runtime/runtime.hpp"
#include "nodes/cluster/connector.hpp"
#include "nodes/cluster/node_actor.hpp"
#include "nodes/configuration.hpp"
#include "nodes/identity_key.hpp"
#include "nodes/processor_load.hpp"
#include "nodes/span_exporter.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/writer.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// What a node of this process is.
struct cluster_node_setup {
  configuration config;
  /// Its id in `config.cluster`; 0 for a node that is alone and reached by nobody.
  uint32_t id = 0;
  /// See cluster_node_options.
  std::optional<cluster::node_address> join;
};

/// A node that runs as long as this object lives.
class cluster_node {
public:
  /// Opens the data directory, starts the replicas that it has and, in a cluster, listens. Fails
  /// with one sentence. A node that is alone leads everything when this returns.
  static tl::expected<std::unique_ptr<cluster_node>, refusal> start(
    const cluster_node_setup& setup);

  cluster_node(const cluster_node&) = delete;
  cluster_node& operator=(const cluster_node&) = delete;

  /// Ends connections, replicas and entities, writes what was submitted, closes the directory.
  ~cluster_node();

  caf::actor_system& system() noexcept { return *system_; }
  actors::runtime& runtime() noexcept { return *runtime_; }
  const actors::runtime& runtime() const noexcept { return *runtime_; }
  storage::writer_statistics writer_statistics() const { return writer_->statistics(); }

  /// Where its traces go; null for nowhere.
  span_exporter* spans() noexcept { return spans_.get(); }

  /// Why the node cannot go on; nothing while it can.
  std::optional<refusal> failure() const;

  /// What the nodes of its cluster sign with; nothing before it knows its cluster, or when it does
  /// not answer.
  std::optional<identity_key> key() const;

  /// Hands over what it leads, for at most `timeout_ms`; false when it still leads something.
  bool drain(int64_t timeout_ms);

private:
  cluster_node() = default;

  tl::expected<void, refusal> open(const cluster_node_setup& setup);
  tl::expected<void, refusal> identify(const cluster_node_setup& setup);
  tl::expected<void, refusal> adopt(const cluster_node_setup& setup);
  tl::expected<void, refusal> run(const cluster_node_setup& setup);
  tl::expected<void, refusal> listen(const cluster_node_setup& setup);
  tl::expected<void, refusal> wait_until_leading();
  void fail(const refusal& why);
  void describe(cluster::NodeStatus& out) const;

  std::unique_ptr<caf::actor_system_config> caf_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<span_exporter> spans_;
  std::unique_ptr<storage::lmdb_store> store_;
  std::shared_ptr<cluster::replica_table> replicas_ = std::make_shared<cluster::replica_table>();
  std::shared_ptr<cluster::proposal_queues> queues_ = std::make_shared<cluster::proposal_queues>();
  std::shared_ptr<cluster::peer_table> peers_ = std::make_shared<cluster::peer_table>();
  std::shared_ptr<cluster::replica_environment> replica_environment_;
  std::shared_ptr<cluster::peer_environment> peer_environment_;
  std::shared_ptr<cluster::node_environment> environment_;
  std::unique_ptr<storage::writer> writer_;
  std::unique_ptr<cluster::replicated_log> log_;
  std::unique_ptr<actors::runtime> runtime_;
  std::unique_ptr<cluster::connector> connector_;
  caf::actor node_;
  cluster::Node self_;
  std::vector<std::string> roles_;
  /// The node's actor alone uses it.
  processor_load load_;
  uint16_t port_ = 0;
  bool tls_ = false;
  int64_t started_ms_ = 0;
  std::filesystem::path data_directory_;
  mutable std::mutex mutex_;
  std::optional<refusal> failure_;
};

} // namespace touchline::nodes
