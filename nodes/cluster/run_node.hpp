// One node of a cluster, for as long as it lives.
#pragma once

#include "nodes/configuration.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace touchline::nodes {

/// How a node ends that its configuration does not allow to run: starting it again is no help.
inline constexpr int exit_refused = 2;

/// What runs beside a node in its process.
class companion {
public:
  companion() = default;
  companion(const companion&) = delete;
  companion& operator=(const companion&) = delete;
  virtual ~companion() = default;

  /// Finishes what it has, before the node hands over what it leads.
  virtual void drain() = 0;
};

/// Begins it, given the actor system of the node, which outlives it.
using companion_start = std::function<std::unique_ptr<companion>(caf::actor_system&)>;

/// What a node needs to know to run.
struct cluster_node_options {
  /// With a cluster in it that has the node.
  configuration config;
  uint32_t id = 0;
  /// HOST:PORT of a node that is up, by which a new node finds a cluster that it is to join; empty
  /// for a node that the cluster was born with or that knows its cluster already.
  std::optional<std::string> join;
  /// Begins what runs beside the node, once it listens; empty for nothing.
  companion_start beside = {};
};

/// Runs the node until SIGINT or SIGTERM. Returns its exit status: 0 after an orderly end, 1 after
/// a failure, `exit_refused` when it cannot run as configured.
int run_node(const cluster_node_options& options);

} // namespace touchline::nodes
