#include "nodes/shown_metrics.hpp"

#include "storage/writer.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

namespace touchline::nodes {

void show_gauge(caf::actor_system& system, const char* name, const char* help, uint64_t value) {
  system.metrics().gauge_singleton("touchline", name, help)->value(static_cast<int64_t>(value));
}

void show_gauge(caf::actor_system& system, uint32_t partition, const char* name, const char* help,
                uint64_t value) {
  system.metrics()
    .gauge_family("touchline", name, {"partition"}, help)
    ->get_or_add({{"partition", std::to_string(partition)}})
    ->value(static_cast<int64_t>(value));
}

void show_total(caf::actor_system& system, const char* name, const char* help, uint64_t value) {
  auto* x = system.metrics().counter_singleton("touchline", name, help, "1", true);
  if (auto more = static_cast<int64_t>(value) - x->value(); more > 0)
    x->inc(more);
}

void show_writer(caf::actor_system& system, const storage::writer_statistics& x) {
  show_total(system, "syncs", "Transactions on disk, each with one sync.", x.transactions);
  show_total(system, "journal-syncs", "Records of the journal, each with one sync.",
             x.journal_records);
  show_total(system, "synced-batches", "Batches that became durable; so many for each sync.",
             x.batches);
  show_total(system, "synced-bytes", "Bytes of keys and values that became durable.", x.bytes);
  show_gauge(system, "queued-batches", "Batches that wait for the disk.", x.queued);
  show_gauge(system, "largest-synced-group", "Most batches that shared one sync.", x.largest_group);
}

} // namespace touchline::nodes
