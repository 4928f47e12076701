// The root of a node's supervision tree: it starts the partitions and restarts those that fail,
// until their intensity is exceeded; then the node fails.
#pragma once

#include "actors/runtime/partition_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <string>
#include <vector>

namespace touchline::actors {

/// The last words of a partition.
struct partition_failed {
  uint32_t index = 0;
  uint64_t incarnation = 0;
  ErrorCode code = UNAVAILABLE;
  std::string text;
};

/// The back-off of a partition is over.
struct restart_partition {
  uint32_t index = 0;
};

/// Told once, when the node cannot go on.
using node_failed_callback = std::function<void(const refusal& why)>;

/// Supervises the partitions of a node.
class supervisor_actor : public caf::event_based_actor {
public:
  supervisor_actor(caf::actor_config& config, partition_environment environment,
                   node_failed_callback failed);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.supervisor"; }

private:
  struct child {
    uint64_t incarnation = 0;
    unsigned failures_in_a_row = 0;
    bool running = false;
    int64_t started_ms = 0;
    caf::actor actor;
  };

  void start(uint32_t index);
  void child_ended(const partition_failed& failure);

  partition_environment environment_;
  const runtime_options& options_;
  node_failed_callback failed_;
  restart_tracker restarts_;
  std::vector<child> children_;
};

} // namespace touchline::actors
