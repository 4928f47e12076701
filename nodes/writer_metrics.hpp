// What a node's writer has done, in the metrics.
#pragma once

#include "storage/writer.hpp"

#include <caf/fwd.hpp>
#include <caf/telemetry/counter.hpp>
#include <caf/telemetry/gauge.hpp>

namespace touchline::nodes {

/// Counts what grew since the last look. For one thread at a time.
class writer_metrics {
public:
  /// `system` has the metrics, and must outlive it.
  explicit writer_metrics(caf::actor_system& system);

  void show(const storage::writer_statistics& now);

private:
  caf::telemetry::int_counter* syncs_;
  caf::telemetry::int_counter* batches_;
  caf::telemetry::int_counter* bytes_;
  caf::telemetry::int_gauge* queued_;
  caf::telemetry::int_gauge* largest_;
  storage::writer_statistics shown_;
};

} // namespace touchline::nodes
