// How many requests a caller may send: a token bucket for each.
#pragma once

#include "nodes/front/recent_table.hpp"

#include <cstdint>
#include <mutex>
#include <string>

namespace touchline::front {

/// Callers that are remembered. One that is forgotten begins anew with a full bucket.
inline constexpr size_t max_remembered_callers = 10'000;

struct rate_options {
  /// Requests in a second, on the average.
  uint32_t per_second = 200;
  /// Requests at once after a pause.
  uint32_t burst = 400;
};

/// Counts the requests of each caller. Thread safe.
class rate_limiter {
public:
  explicit rate_limiter(const rate_options& options)
    : options_{options},
      callers_{max_remembered_callers} {}

  /// 0 when the caller may go on; else after how many milliseconds it may.
  int64_t take(const std::string& caller, int64_t now_ms);

private:
  struct bucket {
    /// Thousandths of a request.
    int64_t level = 0;
    int64_t filled_ms = 0;
  };

  const rate_options options_;
  std::mutex mutex_;
  recent_table<bucket> callers_;
};

} // namespace touchline::front
