// What a request for live events asks for.
#pragma once

#include "nodes/front/event_cursor.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/league_event.hpp"

#include <tl/expected.hpp>

#include <optional>

namespace touchline::front {

/// Names of messages in one filter at most.
inline constexpr size_t max_event_names = 32;

struct event_request {
  nodes::event_filter filter;
  /// Nothing for from now on.
  std::optional<event_cursor> from;
};

/// Reads the parameters `league`, `team` and `message` (several with commas between them) and the
/// header Last-Event-ID. The problem names the one that is wrong.
tl::expected<event_request, problem> read_event_request(const http_request& request);

} // namespace touchline::front
