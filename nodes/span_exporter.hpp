// Sends spans to an OpenTelemetry collector: OTLP over HTTP, on a thread of its own.
#pragma once

#include "actors/runtime/span.hpp"
#include "nodes/trace_settings.hpp"

#include <caf/fwd.hpp>
#include <caf/telemetry/counter.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace touchline::nodes {

/// Spans that wait to be sent; more are dropped and counted.
inline constexpr size_t max_waiting_spans = 8'192;

/// Spans in one request.
inline constexpr size_t max_sent_spans = 512;

/// Takes spans as long as it lives. A collector that does not answer slows nobody down: what it
/// cannot take is sent again a few times and then dropped. Metrics say what became of all.
class span_exporter final : public actors::span_sink {
public:
  /// `system` has the metrics, and must outlive it. `node` names the process in the traces.
  span_exporter(caf::actor_system& system, trace_settings settings, std::string node);
  span_exporter(const span_exporter&) = delete;
  span_exporter& operator=(const span_exporter&) = delete;

  /// Sends what waits once more, and gives up after two seconds.
  ~span_exporter() override;

  void take(actors::span x) override;

private:
  class connection;

  void run();
  /// How many spans of it were taken.
  size_t send_batch(connection& to, const std::vector<actors::span>& batch);
  void note(bool sent, const std::string& why);
  bool pause(int64_t ms);
  /// The process ends and has waited long enough.
  bool is_over();

  const trace_settings settings_;
  const std::string node_;
  caf::telemetry::int_counter* sent_;
  caf::telemetry::int_counter* dropped_;
  std::mutex mutex_;
  std::condition_variable came_;
  /// Guarded by `mutex_`, as is `ending_`.
  std::vector<actors::span> waiting_;
  bool ending_ = false;
  std::chrono::steady_clock::time_point end_by_;
  /// The thread's alone: the last batch was not taken.
  bool failing_ = false;
  /// It took a batch and rejected spans of it, once at least.
  bool told_rejected_ = false;
  std::thread thread_;
};

} // namespace touchline::nodes
