// What the front counts, in CAF's metric registry under the prefix "touchline", and the registry as
// Prometheus reads it.
#pragma once

#include <caf/fwd.hpp>
#include <caf/telemetry/collector/prometheus.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace touchline::front {

class guarded_client;
struct server_statistics;

/// Thread safe.
class front_metrics {
public:
  explicit front_metrics(caf::actor_system& system) : system_{system} {}

  /// One request: the name of the message that it stood for, or of what else was asked.
  void count(std::string_view operation, unsigned status, int64_t elapsed_us);

  /// The whole registry in Prometheus' text format, with the states of the breakers (0 closed, 1
  /// open, 2 half-open) and of the server as they are now.
  std::string text(const guarded_client& client, const server_statistics& server);

private:
  caf::actor_system& system_;
  std::mutex mutex_;
  caf::telemetry::collector::prometheus collector_;
};

} // namespace touchline::front
