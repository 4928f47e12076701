#include "nodes/front/rate_limiter.hpp"

#include <algorithm>

namespace touchline::front {

int64_t rate_limiter::take(const std::string& caller, int64_t now_ms) {
  // So many requests in a second are as many thousandths in a millisecond.
  constexpr int64_t one = 1'000;
  const auto full = int64_t{options_.burst} * one;
  const auto rate = int64_t{options_.per_second};
  std::lock_guard guard{mutex_};
  auto* x = callers_.find(caller);
  if (!x)
    x = &callers_.put(caller, {full, now_ms});
  // Bounded before it is multiplied: a caller may have been away for long.
  auto away_ms = std::clamp<int64_t>(now_ms - x->filled_ms, 0, full / rate + 1);
  x->level = std::min(full, x->level + away_ms * rate);
  x->filled_ms = now_ms;
  if (x->level < one)
    return (one - x->level + rate - 1) / rate;
  x->level -= one;
  return 0;
}

} // namespace touchline::front
