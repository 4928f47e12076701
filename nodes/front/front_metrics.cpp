#include "nodes/front/front_metrics.hpp"

#include "actors/runtime/duration_buckets.hpp"
#include "nodes/front/event_hub.hpp"
#include "nodes/front/guarded_client.hpp"
#include "nodes/front/http_server.hpp"
#include "nodes/shown_metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

#include <algorithm>

namespace touchline::front {

namespace {

/// A gauge of CAF's with the end of a counter, which Prometheus' own check refuses.
std::string without_wrong_ends(std::string text) {
  constexpr std::string_view wrong = "caf_system_queued_messages_total";
  constexpr std::string_view right = "caf_system_queued_messages";
  for (size_t at = 0; (at = text.find(wrong, at)) != std::string::npos; at += right.size())
    text.replace(at, wrong.size(), right);
  return text;
}

} // namespace

front_metrics::counted& front_metrics::counted_of(std::string_view operation) {
  auto at = counted_.find(operation);
  if (at != counted_.end())
    return at->second;
  auto name = std::string{operation};
  auto* durations
    = system_.metrics()
        .histogram_family<double>(
          "touchline", "front-request-duration", {"operation"},
          caf::span<const double>{actors::duration_buckets.data(), actors::duration_buckets.size()},
          "From the last byte of a request to its response.", "seconds")
        ->get_or_add({{"operation", name}});
  return counted_.emplace(std::move(name), counted{durations, {}}).first->second;
}

caf::telemetry::int_counter* front_metrics::counter_of(std::string_view operation,
                                                       unsigned status) {
  return system_.metrics()
    .counter_family("touchline", "front-requests", {"operation", "status"},
                    "Requests answered, by message and status.", "1", true)
    ->get_or_add({{"operation", std::string{operation}}, {"status", std::to_string(status)}});
}

void front_metrics::count(std::string_view operation, unsigned status, int64_t elapsed_us) {
  std::lock_guard guard{counted_mutex_};
  auto& x = counted_of(operation);
  auto& requests = x.by_status[status];
  if (!requests)
    requests = counter_of(operation, status);
  requests->inc();
  constexpr double second_us = 1e6;
  x.durations->observe(static_cast<double>(elapsed_us) / second_us);
}

std::string families_with(std::string_view text, std::string_view prefix) {
  std::string out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto name = line;
    for (auto* mark : {"# HELP ", "# TYPE "})
      if (name.starts_with(mark))
        name.remove_prefix(std::string_view{mark}.size());
    if (name.starts_with(prefix))
      out.append(line).push_back('\n');
  }
  return out;
}

std::string without_times(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    // Labels may have spaces, and no brace comes behind them.
    auto labels_end = line.rfind('}');
    auto values = labels_end == std::string_view::npos ? line : line.substr(labels_end);
    if (!line.starts_with('#') && std::ranges::count(values, ' ') == 2)
      line = line.substr(0, line.rfind(' '));
    out.append(line).push_back('\n');
  }
  return out;
}

void front_metrics::set_gauges(const guarded_client& client, const server_statistics& server,
                               const event_statistics& events) {
  auto* breakers = system_.metrics().gauge_family("touchline", "front-breaker-state", {"context"},
                                                  "0 closed, 1 open, 2 half-open.");
  client.each([breakers](const std::string& context, const circuit_breaker& x) {
    breakers->get_or_add({{"context", context}})->value(static_cast<int64_t>(x.state()));
  });
  nodes::show_gauge(system_, "front-connections", "Connections of clients.", server.open);
  nodes::show_total(system_, "front-connections-accepted", "Connections accepted.",
                    server.accepted);
  nodes::show_total(system_, "front-connections-turned-away",
                    "Connections refused for want of room.", server.turned_away);
  nodes::show_total(system_, "front-connections-timed-out", "Connections ended for being slow.",
                    server.timed_out);
  nodes::show_total(system_, "front-malformed-requests", "Requests that could not be read.",
                    server.malformed);
  nodes::show_gauge(system_, "front-streams", "Streams of live events.", events.open);
  nodes::show_total(system_, "front-stream-events", "Events sent to streams.", events.events);
  nodes::show_total(system_, "front-streams-too-slow", "Streams ended because nobody read them.",
                    events.too_slow);
  nodes::show_total(system_, "front-streams-turned-away", "Streams refused for want of room.",
                    events.turned_away);
  nodes::show_total(system_, "front-stream-looks-failed", "Looks for new events that failed.",
                    events.failed_looks);
}

std::string front_metrics::text(const guarded_client& client, const server_statistics& server,
                                const event_statistics& events) {
  std::lock_guard guard{mutex_};
  set_gauges(client, server, events);
  auto own = collector_.collect_from(system_.metrics());
  if (!node_)
    return without_wrong_ends(without_times({own.data(), own.size()}));
  auto nodes = node_collector_.collect_from(node_->metrics());
  return without_times(std::string{nodes.data(), nodes.size()}
                       + families_with({own.data(), own.size()}, "touchline_front_"));
}

} // namespace touchline::front
