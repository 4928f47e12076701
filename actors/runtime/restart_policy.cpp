#include "actors/runtime/restart_policy.hpp"

#include <algorithm>

namespace touchline::actors {

std::optional<int64_t> restart_tracker::note_failure(int64_t now_ms, unsigned failures_in_a_row) {
  if (recent(now_ms) >= policy_.intensity)
    return std::nullopt;
  restarts_.push_back(now_ms);
  auto delay = policy_.backoff_min_ms;
  for (unsigned i = 1; i < failures_in_a_row && delay < policy_.backoff_max_ms; ++i)
    delay *= 2;
  return std::min(delay, policy_.backoff_max_ms);
}

unsigned restart_tracker::recent(int64_t now_ms) {
  while (!restarts_.empty() && restarts_.front() + policy_.period_ms <= now_ms)
    restarts_.pop_front();
  return static_cast<unsigned>(restarts_.size());
}

} // namespace touchline::actors
