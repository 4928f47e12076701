// What traces are made of: spans, and where they go.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace touchline::actors {

/// Something that was done for a trace, from its begin to its end.
struct span {
  /// As in `trace_context`; `parent_id` is empty for the first span of a trace.
  std::string trace_id;
  std::string span_id;
  std::string parent_id;
  std::string name;
  /// Whether somebody waited for it: a request or a command, and not a message between entities.
  bool is_request = false;
  /// Nanoseconds since 1970.
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  /// Why it failed; empty when it did not.
  std::string failure;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// Takes the spans of sampled traces. Thread safe; returns at once.
class span_sink {
public:
  virtual ~span_sink() = default;
  virtual void take(span x) = 0;
};

/// The time of day for spans, in nanoseconds since 1970. No decision knows it.
int64_t span_clock_ns();

} // namespace touchline::actors
