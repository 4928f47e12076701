#include "nodes/front/front_metrics.hpp"

#include "nodes/front/guarded_client.hpp"
#include "nodes/front/http_server.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

#include <array>

namespace touchline::front {

namespace {

/// Upper bounds in seconds.
constexpr std::array duration_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

} // namespace

void front_metrics::count(std::string_view operation, unsigned status, int64_t elapsed_us) {
  auto name = std::string{operation};
  auto code = std::to_string(status);
  auto& registry = system_.metrics();
  registry
    .counter_family("touchline", "front-requests", {"operation", "status"},
                    "Requests answered, by message and status.", "1", true)
    ->get_or_add({{"operation", name}, {"status", code}})
    ->inc();
  constexpr double second_us = 1e6;
  registry
    .histogram_family<double>(
      "touchline", "front-request-duration", {"operation"},
      caf::span<const double>{duration_buckets.data(), duration_buckets.size()},
      "From the last byte of a request to its response.", "seconds")
    ->get_or_add({{"operation", name}})
    ->observe(static_cast<double>(elapsed_us) / second_us);
}

std::string front_metrics::text(const guarded_client& client, const server_statistics& server) {
  auto& registry = system_.metrics();
  auto* breakers = registry.gauge_family("touchline", "front-breaker-state", {"context"},
                                         "0 closed, 1 open, 2 half-open.");
  client.each([breakers](const std::string& context, const circuit_breaker& x) {
    breakers->get_or_add({{"context", context}})->value(static_cast<int64_t>(x.state()));
  });
  auto gauge = [&registry](const char* name, const char* help, uint64_t value) {
    registry.gauge_singleton("touchline", name, help)->value(static_cast<int64_t>(value));
  };
  gauge("front-connections", "Connections of clients.", server.open);
  gauge("front-connections-accepted", "Connections ever accepted.", server.accepted);
  gauge("front-connections-turned-away", "Connections refused for want of room.",
        server.turned_away);
  gauge("front-connections-timed-out", "Connections ended for being slow.", server.timed_out);
  gauge("front-malformed-requests", "Requests that could not be read.", server.malformed);
  std::lock_guard guard{mutex_};
  auto out = collector_.collect_from(registry);
  return {out.data(), out.size()};
}

} // namespace touchline::front
