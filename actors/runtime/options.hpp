// The bounds of the runtime: every queue, window, retry and interval, with the value that
// config/default.conf repeats.
#pragma once

#include "actors/runtime/restart_policy.hpp"

#include <cstdint>

namespace touchline::actors {

/// How the entities of a node behave.
struct runtime_options {
  /// Partitions of the data directory; fixed when it is created. 1 to 256.
  uint32_t partitions = 2;
  /// Records after which an entity writes a snapshot: the most that it replays when it is
  /// activated.
  uint32_t snapshot_every = 256;
  /// An entity that handled nothing for so long leaves memory, in milliseconds.
  int64_t idle_ms = 30'000;
  /// How often idle entities are looked for and late acknowledgements are chased, in milliseconds.
  int64_t tick_ms = 250;
  /// Entities in memory, per partition; beyond it the longest idle ones leave at once.
  uint32_t max_active_entities = 4'096;
  /// Commands and reads from outside under way, per partition; more are refused as overloaded.
  uint32_t max_in_flight_commands = 4'096;
  /// Messages of a partition's outboxes that are not acknowledged; beyond it commands from outside
  /// are refused as overloaded, and messages between entities go on.
  uint32_t max_outbox_messages = 65'536;
  /// Messages delivered from one entity to another and not acknowledged yet; the others wait in the
  /// outbox.
  uint32_t delivery_window = 256;
  /// Messages that wait for one entity; more are refused (from outside) or delivered again later
  /// (between entities).
  uint32_t max_waiting_messages = 16'384;
  /// An unacknowledged message is delivered again after this time, in milliseconds; doubled each
  /// time up to 16 times.
  int64_t redelivery_ms = 2'000;
  /// How often a message that makes its handler throw is tried before it is set aside as a dead
  /// letter.
  uint32_t handler_attempts = 3;
  /// Supervision of the entities of a partition, and of the partitions of a node.
  restart_policy entities{30, 10'000, 5, 1'000};
  restart_policy partitions_policy{5, 60'000, 50, 5'000};
};

} // namespace touchline::actors
