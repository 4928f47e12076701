// The time seam: nothing below the edge of a node asks the system for the time.
#pragma once

#include <cstdint>

namespace touchline::actors {

/// Where time comes from. Thread safe.
class clock {
public:
  clock() = default;
  clock(const clock&) = delete;
  clock& operator=(const clock&) = delete;
  virtual ~clock() = default;

  /// Milliseconds since 1970, for the stamps of commands from outside.
  virtual int64_t now_ms() const = 0;

  /// Milliseconds of a clock that never goes back, for intervals.
  virtual int64_t steady_ms() const = 0;
};

/// The system's own clocks.
const clock& system_clock();

} // namespace touchline::actors
