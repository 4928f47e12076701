// The span that a request is, in the trace that it brings or begins.
#pragma once

#include "actors/runtime/span.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace touchline::front {

/// Where the spans of requests go.
struct trace_target {
  /// Null for nowhere. Outlives the front.
  actors::span_sink* spans = nullptr;
  /// Which part of the requests that bring no trace begins one, 0 to 1.
  double ratio = 0;
};

/// Follows one request. A trace that it brings is carried on also where no spans are kept.
class request_trace {
public:
  explicit request_trace(const trace_target& target) : target_{target} {}

  /// Takes the request's place in the trace of its header `traceparent`; what is none counts as not
  /// there. Without one it begins a trace if its turn has come.
  void begin(std::string_view brought);

  /// What messages of the request carry; empty for no trace.
  const std::string& traceparent() const noexcept { return traceparent_; }

  /// Whether `end` has to be called.
  bool is_kept() const noexcept { return kept_; }

  /// What is known at its end.
  struct outcome {
    /// "POST /v1/leagues/{league}/teams".
    std::string name;
    std::string method;
    /// More than 512 bytes are cut.
    std::string path;
    unsigned status = 0;
    std::chrono::nanoseconds elapsed{};
  };

  /// Keeps the span. Once.
  void end(outcome how);

private:
  void take_place(std::string trace_id, std::string parent_id, bool sampled);

  trace_target target_;
  std::string traceparent_;
  actors::span span_;
  bool kept_ = false;
};

} // namespace touchline::front
