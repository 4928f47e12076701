// What the runtime counts, in CAF's metric registry under the prefix "touchline".
#pragma once

#include <caf/fwd.hpp>
#include <caf/telemetry/counter.hpp>
#include <caf/telemetry/gauge.hpp>
#include <caf/telemetry/histogram.hpp>
#include <caf/telemetry/metric_family_impl.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace touchline::actors {

/// The runtime's counters and gauges. Thread safe; live as long as the actor system.
struct runtime_metrics {
  explicit runtime_metrics(caf::actor_system& system);

  /// A message of this catalogue number was handled, so long after it had come to its partition.
  void observe(uint32_t number, double seconds);

  /// Messages that were handled, by catalogue number less one: recorded, or a read that was
  /// answered.
  std::vector<caf::telemetry::int_counter*> handled;
  /// Messages that were refused, by catalogue number less one.
  std::vector<caf::telemetry::int_counter*> refused;
  caf::telemetry::int_counter* records;
  /// Commands that were answered with their first answer again, and messages between entities that
  /// came twice.
  caf::telemetry::int_counter* duplicates;
  caf::telemetry::int_counter* redeliveries;
  /// Commands from outside that were refused because too much was under way.
  caf::telemetry::int_counter* overloaded;
  caf::telemetry::int_counter* dead_letters;
  /// Deadlines that entities were told of.
  caf::telemetry::int_counter* deadlines;
  /// Flows that were found to wait for a message beyond their deadline.
  caf::telemetry::int_counter* overdue_flows;
  caf::telemetry::int_counter* entity_restarts;
  caf::telemetry::int_counter* partition_restarts;
  caf::telemetry::int_counter* activations;
  caf::telemetry::int_counter* passivations;
  caf::telemetry::int_gauge* active_entities;
  caf::telemetry::int_gauge* commands_in_flight;
  caf::telemetry::int_gauge* waiting_messages;
  caf::telemetry::int_gauge* outbox_messages;
  /// Seconds since the receiver that is waited for longest acknowledged anything, summed over
  /// the partitions.
  caf::telemetry::int_gauge* oldest_outbox_wait_seconds;

private:
  using histogram_family = caf::telemetry::metric_family_impl<caf::telemetry::dbl_histogram>;

  histogram_family* durations_;
  /// By catalogue number less one; null until there is one.
  std::vector<std::atomic<caf::telemetry::dbl_histogram*>> duration_of_;
};

} // namespace touchline::actors
