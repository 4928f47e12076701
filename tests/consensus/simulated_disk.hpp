// A disk that keeps what was synced, and only that, when its node crashes.
#pragma once

#include "nodes/consensus/core.hpp"
#include "tests/consensus/event_loop.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace touchline::consensus {

/// What the commands of a log have made: the list of them.
struct machine_state {
  uint64_t index = 0;
  uint64_t term = 0;
  membership members;
  std::vector<uint64_t> commands;

  friend bool operator==(const machine_state&, const machine_state&) = default;
};

/// What survives a crash.
struct disk_content {
  hard_state hard;
  std::optional<snapshot_point> snapshot;
  machine_state state;
  uint64_t first_index = 1;
  std::vector<entry> log;

  stored_state stored() const { return {hard, snapshot, first_index, log}; }
  void truncate(uint64_t index);
  void append(uint64_t first, const std::vector<entry>& entries);
  void remove_before(uint64_t first);
};

/// One writer with a queue: what piles up during one sync goes into the next.
class simulated_disk {
public:
  enum class kind { hard, log, other };

  simulated_disk(event_loop& loop, chance& random) : loop_{loop}, random_{random} {}

  disk_content content;
  /// How long one sync takes at most.
  uint64_t slowest_ms = 3;
  /// The next sync fails, and every later one until the node starts again.
  bool broken = false;
  /// Called when a sync failed.
  std::function<void()> failed;

  void write(kind what, std::function<void(disk_content&)> change, std::function<void()> done);
  /// What is written of the log and not durable yet is not wanted any more.
  void discard_log();
  /// True while a term or vote waits to be durable.
  bool hard_pending() const;
  /// Calls this after the last term or vote that waits.
  void after_hard(std::function<void()> what);
  void crash();

private:
  struct operation {
    kind what;
    std::function<void(disk_content&)> change;
    std::vector<std::function<void()>> done;
  };

  void begin();
  void finish(uint64_t life, size_t count);

  event_loop& loop_;
  chance& random_;
  std::deque<operation> queue_;
  bool busy_ = false;
  uint64_t life_ = 0;
};

} // namespace touchline::consensus
