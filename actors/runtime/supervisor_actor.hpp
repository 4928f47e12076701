// The root of a node's supervision tree: it starts the partitions and restarts those that fail,
// until their intensity is exceeded; then the node fails.
#pragma once

#include "actors/runtime/partition_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <optional>
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
  uint64_t incarnation = 0;
};

/// This node leads a partition from now on, in `epoch`: its entities live here.
struct lead_partition {
  uint32_t index = 0;
  uint64_t epoch = 0;
};

/// This node leads a partition no more. Everybody who waits is told `why`.
struct follow_partition {
  uint32_t index = 0;
  refusal why;
};

/// Told once, when the node cannot go on.
using node_failed_callback = std::function<void(const refusal& why)>;

/// Told when a partition failed more often than its policy allows: true when another node takes
/// over, so that this one need not fail.
using step_down_callback = std::function<bool(uint32_t index)>;

/// What a supervisor tells the world.
struct supervisor_callbacks {
  node_failed_callback failed;
  /// Null for a node that leads all partitions for ever.
  step_down_callback step_down;
};

/// Supervises the partitions of a node: all of them, or, with a callback to step down, those that
/// it is told to lead.
class supervisor_actor : public caf::event_based_actor {
public:
  supervisor_actor(caf::actor_config& config, partition_environment environment,
                   supervisor_callbacks callbacks);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.supervisor"; }

private:
  struct child {
    uint64_t incarnation = 0;
    unsigned failures_in_a_row = 0;
    bool running = false;
    /// The leadership in which it may live; nothing when another node leads.
    std::optional<uint64_t> epoch;
    int64_t started_ms = 0;
    caf::actor actor;
  };

  void start(uint32_t index);
  void lead(uint32_t index, uint64_t epoch);
  void follow(uint32_t index, const refusal& why);
  void child_ended(const partition_failed& failure);

  partition_environment environment_;
  const runtime_options& options_;
  supervisor_callbacks callbacks_;
  restart_tracker restarts_;
  std::vector<child> children_;
};

} // namespace touchline::actors
