// A node within the process of a command: an actor system and a runtime on one data directory.
#pragma once

#include "actors/runtime/runtime.hpp"
#include "nodes/configuration.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <string>

namespace touchline::nodes {

/// Starts what a configuration describes, and stops it when destroyed.
class embedded_node {
public:
  /// Opens the data directory. Fails with one sentence: in use, not writable, full, damaged,
  /// another format.
  static tl::expected<std::unique_ptr<embedded_node>, refusal> start(const configuration& config);

  caf::actor_system& system() noexcept { return *system_; }
  actors::runtime& runtime() noexcept { return *runtime_; }

  /// What the node did since it was started, for people: messages by name, records, syncs,
  /// restarts, elapsed time.
  std::string summary() const;

private:
  embedded_node() = default;

  caf::actor_system_config caf_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<actors::runtime> runtime_;
  int64_t started_ms_ = 0;
};

} // namespace touchline::nodes
