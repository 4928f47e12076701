// What the front counts, in CAF's metric registry under the prefix "touchline", and the registry as
// Prometheus reads it.
#pragma once

#include <caf/fwd.hpp>
#include <caf/telemetry/collector/prometheus.hpp>
#include <caf/telemetry/counter.hpp>
#include <caf/telemetry/histogram.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace touchline::front {

class guarded_client;
struct event_statistics;
struct server_statistics;

/// The families of a text in Prometheus' format whose names begin with `prefix`.
std::string families_with(std::string_view text, std::string_view prefix);

/// A text in Prometheus' format without the times of its samples. Prometheus goes on with series
/// that have times for minutes after whoever told them has died.
std::string without_times(std::string_view text);

/// Thread safe.
class front_metrics {
public:
  /// `system` is the front's, `node` that of the node that it is beside of, if any.
  front_metrics(caf::actor_system& system, caf::actor_system* node)
    : system_{system},
      node_{node} {}

  /// One request: the name of the message that it stood for, or of what else was asked.
  void count(std::string_view operation, unsigned status, int64_t elapsed_us);

  /// The whole registry in Prometheus' text format, with the states of the breakers (0 closed, 1
  /// open, 2 half-open), of the server and of the streams as they are now. Beside a node: its
  /// registry, and what the front counts.
  std::string text(const guarded_client& client, const server_statistics& server,
                   const event_statistics& events);

private:
  void set_gauges(const guarded_client& client, const server_statistics& server,
                  const event_statistics& events);

  /// What an operation is counted with, found once in the registry, which forgets nothing.
  struct counted {
    caf::telemetry::dbl_histogram* durations = nullptr;
    std::map<unsigned, caf::telemetry::int_counter*> by_status;
  };

  counted& counted_of(std::string_view operation);
  caf::telemetry::int_counter* counter_of(std::string_view operation, unsigned status);

  caf::actor_system& system_;
  caf::actor_system* node_;
  std::mutex counted_mutex_;
  std::map<std::string, counted, std::less<>> counted_;
  std::mutex mutex_;
  caf::telemetry::collector::prometheus collector_;
  caf::telemetry::collector::prometheus node_collector_;
};

} // namespace touchline::front
