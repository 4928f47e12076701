#include "nodes/writer_metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

namespace touchline::nodes {

writer_metrics::writer_metrics(caf::actor_system& system) {
  auto& registry = system.metrics();
  auto counter = [&registry](const char* name, const char* help) {
    return registry.counter_singleton("touchline", name, help, "1", true);
  };
  auto gauge = [&registry](const char* name, const char* help) {
    return registry.gauge_singleton("touchline", name, help);
  };
  syncs_ = counter("syncs", "Transactions on disk, each with one sync.");
  batches_ = counter("synced-batches", "Batches that became durable; so many for each sync.");
  bytes_ = counter("synced-bytes", "Bytes of keys and values that became durable.");
  queued_ = gauge("queued-batches", "Batches that wait for the disk.");
  largest_ = gauge("largest-synced-group", "Most batches that shared one sync.");
}

void writer_metrics::show(const storage::writer_statistics& now) {
  auto grew = [](uint64_t to, uint64_t from) { return static_cast<int64_t>(to - from); };
  syncs_->inc(grew(now.transactions, shown_.transactions));
  batches_->inc(grew(now.batches, shown_.batches));
  bytes_->inc(grew(now.bytes, shown_.bytes));
  queued_->value(static_cast<int64_t>(now.queued));
  largest_->value(static_cast<int64_t>(now.largest_group));
  shown_ = now;
}

} // namespace touchline::nodes
