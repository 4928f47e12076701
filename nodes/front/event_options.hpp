// Bounds of the streams of live events.
#pragma once

#include <cstddef>
#include <cstdint>

namespace touchline::front {

/// Times are in milliseconds.
struct event_options {
  /// Streams at the same time; one more is answered with OVERLOADED.
  size_t streams = 256;
  /// Of one account.
  size_t streams_per_caller = 8;
  /// Bytes that wait for a client; it gets no more until it has read some.
  size_t waiting_bytes = size_t{256} << 10;
  /// A client that reads nothing for so long while so much waits is dropped.
  int64_t slow_ms = 10'000;
  /// How often it is looked whether something was committed.
  int64_t poll_ms = 250;
  /// How often a stream without events shows that it is there.
  int64_t heartbeat_ms = 15'000;
};

} // namespace touchline::front
