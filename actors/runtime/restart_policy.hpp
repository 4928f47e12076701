// When a supervisor restarts what failed, after which delay, and when it gives up. In Erlang's
// terms: intensity restarts in a period of time; the next one fails the supervisor itself.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace touchline::actors {

/// The bounds of a supervisor's patience.
struct restart_policy {
  /// At most this many restarts ...
  unsigned intensity = 30;
  /// ... within this time, in milliseconds.
  int64_t period_ms = 10'000;
  /// Delay before the first restart of one child, in milliseconds; doubled for each further failure
  /// in a row ...
  int64_t backoff_min_ms = 5;
  /// ... up to this.
  int64_t backoff_max_ms = 1'000;
};

/// Counts the restarts of one supervisor.
class restart_tracker {
public:
  explicit restart_tracker(const restart_policy& policy) : policy_{policy} {}

  /// Notes a failure at `now_ms`, the `failures_in_a_row`-th (from 1) of that child. Returns the
  /// delay before its restart in milliseconds, or nothing when the intensity is exceeded and the
  /// supervisor has to fail.
  std::optional<int64_t> note_failure(int64_t now_ms, unsigned failures_in_a_row);

  /// Restarts that still count against the intensity at `now_ms`.
  unsigned recent(int64_t now_ms);

private:
  restart_policy policy_;
  std::deque<int64_t> restarts_;
};

} // namespace touchline::actors
