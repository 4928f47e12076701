#include "actors/runtime/runtime_metrics.hpp"

#include "actors/runtime/duration_buckets.hpp"
#include "messages/catalogue.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

namespace touchline::actors {

runtime_metrics::runtime_metrics(caf::actor_system& system)
  : duration_of_(catalogue_data::messages().size()) {
  auto& registry = system.metrics();
  auto counter = [&registry](const char* name, const char* help) {
    return registry.counter_singleton("touchline", name, help, "1", true);
  };
  auto gauge = [&registry](const char* name, const char* help) {
    return registry.gauge_singleton("touchline", name, help);
  };
  auto* handled_family = registry.counter_family("touchline", "messages-handled", {"message"},
                                                 "Messages handled, by name.", "1", true);
  auto* refused_family = registry.counter_family("touchline", "messages-refused", {"message"},
                                                 "Messages refused, by name.", "1", true);
  for (auto& message : catalogue_data::messages()) {
    handled.push_back(handled_family->get_or_add({{"message", message.name}}));
    refused.push_back(refused_family->get_or_add({{"message", message.name}}));
  }
  records = counter("records", "Records committed.");
  duplicates = counter("duplicates", "Messages that had been handled before.");
  redeliveries = counter("redeliveries", "Messages delivered again.");
  overloaded = counter("overloaded", "Commands refused because too much was under way.");
  dead_letters = counter("dead-letters", "Messages set aside.");
  deadlines = counter("deadlines", "Deadlines that entities were told of.");
  overdue_flows = counter("overdue-flows", "Flows beyond their deadline.");
  entity_restarts = counter("entity-restarts", "Entities restarted after a failure.");
  partition_restarts = counter("partition-restarts", "Partitions restarted after a failure.");
  activations = counter("activations", "Entities brought into memory.");
  passivations = counter("passivations", "Entities that left memory.");
  active_entities = gauge("active-entities", "Entities in memory.");
  commands_in_flight = gauge("commands-in-flight", "Commands from outside under way.");
  waiting_messages = gauge("waiting-messages", "Messages that wait for their entity.");
  outbox_messages = gauge("outbox-messages", "Messages not acknowledged by their receivers.");
  oldest_outbox_wait_seconds = gauge("oldest-outbox-wait-seconds",
                                     "Longest waits for an acknowledgement, of all partitions.");
  durations_ = registry.histogram_family<double>(
    "touchline", "message-duration", {"message"},
    caf::span<const double>{duration_buckets.data(), duration_buckets.size()},
    "From the arrival of a message at its partition until what it did is durable.", "seconds");
}

void runtime_metrics::observe(uint32_t number, double seconds) {
  auto& place = duration_of_[number - 1];
  auto* histogram = place.load(std::memory_order_acquire);
  if (!histogram) {
    histogram = durations_->get_or_add({{"message", catalogue_data::find(number)->name}});
    place.store(histogram, std::memory_order_release);
  }
  histogram->observe(seconds);
}

} // namespace touchline::actors
