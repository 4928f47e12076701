// A node within the process of a command: a cluster of one that nobody else reaches.
#pragma once

#include "nodes/cluster/cluster_node.hpp"
#include "nodes/configuration.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>

namespace touchline::nodes {

/// Starts what a configuration describes, and stops it when destroyed.
class embedded_node {
public:
  /// Opens the data directory. Fails with one sentence: in use, not writable, full, damaged,
  /// another format, or a directory of a node of a cluster.
  static tl::expected<std::unique_ptr<embedded_node>, refusal> start(const configuration& config);

  caf::actor_system& system() noexcept { return node_->system(); }
  actors::runtime& runtime() noexcept { return node_->runtime(); }
  span_exporter* spans() noexcept { return node_->spans(); }
  storage::writer_statistics writer_statistics() const { return node_->writer_statistics(); }

  /// Why the node cannot go on; nothing while it can.
  std::optional<refusal> failure() const { return node_->failure(); }

  /// What the node did since it was started, for people: messages by name, records, syncs,
  /// restarts, elapsed time.
  std::string summary() const;

private:
  embedded_node() = default;

  std::unique_ptr<cluster_node> node_;
  int64_t started_ms_ = 0;
};

} // namespace touchline::nodes
