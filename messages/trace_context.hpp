// Traces as other systems know them: W3C Trace Context. A message carries a `traceparent`, which
// names the trace, and within it the span that the message came from. Nothing decides by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchline {

/// A place in a trace. Ids are lower case hex digits.
struct trace_context {
  /// 32 digits, not all of them 0.
  std::string trace_id;
  /// 16 digits, not all of them 0.
  std::string span_id;
  /// Whether the spans of the trace are kept.
  bool sampled = false;
};

/// Reads a `traceparent` (https://www.w3.org/TR/trace-context-1/#traceparent-header); nothing when
/// it is none. Of a version after 00 only what 00 has is read, as the recommendation says.
std::optional<trace_context> read_traceparent(std::string_view text);

/// As version 00: 55 characters.
std::string to_traceparent(const trace_context& x);

/// Whether `to_traceparent` may have written this.
bool is_traceparent(std::string_view text);

/// Whether a `traceparent` that `to_traceparent` wrote is of a trace whose spans are kept; false
/// for an empty one.
bool is_sampled(std::string_view traceparent) noexcept;

/// The id of the span that the handling of a message is: the same wherever and however often it is
/// handled, and another one for the same id that came from another span. `address` is its
/// receiver's.
std::string span_of(std::string_view traceparent, std::string_view message_id,
                    std::string_view address);

/// What the messages carry that a message caused; empty when that one belonged to no trace.
std::string traceparent_after(std::string_view traceparent, std::string_view message_id,
                              std::string_view address);

} // namespace touchline
