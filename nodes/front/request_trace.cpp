#include "nodes/front/request_trace.hpp"

#include "messages/trace_context.hpp"
#include "nodes/password.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace touchline::front {

namespace {

constexpr size_t trace_bytes = 16;
constexpr size_t span_bytes = 8;
constexpr unsigned first_server_error = 500;
constexpr size_t max_path_bytes = 512;

/// Whether a trace is within the ratio: by the last 56 bits of its id, the largest ones first, as
/// consistent samplers of OpenTelemetry decide, so that others who see the trace agree
/// (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).
bool is_chosen(std::string_view trace_id, double ratio) {
  constexpr size_t digits = 14;
  constexpr int bits = 56;
  uint64_t drawn = 0;
  auto last = trace_id.substr(trace_id.size() - digits);
  std::from_chars(last.data(), last.data() + last.size(), drawn, 16);
  return static_cast<double>(drawn) >= std::ldexp(1 - ratio, bits);
}

} // namespace

void request_trace::begin(std::string_view brought) {
  auto x = read_traceparent(brought);
  if (x && target_.spans)
    take_place(std::move(x->trace_id), std::move(x->span_id), x->sampled);
  else if (x)
    traceparent_ = to_traceparent(*x);
  else if (target_.spans && target_.ratio > 0)
    if (auto trace_id = nodes::random_hex(trace_bytes); is_chosen(trace_id, target_.ratio))
      take_place(std::move(trace_id), {}, true);
}

void request_trace::take_place(std::string trace_id, std::string parent_id, bool sampled) {
  span_.trace_id = std::move(trace_id);
  span_.parent_id = std::move(parent_id);
  span_.span_id = nodes::random_hex(span_bytes);
  span_.is_request = true;
  traceparent_ = to_traceparent({span_.trace_id, span_.span_id, sampled});
  kept_ = sampled;
}

void request_trace::end(outcome how) {
  if (!std::exchange(kept_, false))
    return;
  span_.end_ns = actors::span_clock_ns();
  span_.begin_ns = span_.end_ns - how.elapsed.count();
  how.path.resize(std::min(how.path.size(), max_path_bytes));
  span_.name = std::move(how.name);
  if (how.status >= first_server_error)
    span_.failure = "answered with status " + std::to_string(how.status);
  span_.attributes = {{"http.request.method", std::move(how.method)},
                      {"url.path", std::move(how.path)},
                      {"http.response.status_code", std::to_string(how.status)}};
  target_.spans->take(std::move(span_));
}

} // namespace touchline::front
