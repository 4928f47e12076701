#include "nodes/front/circuit_breaker.hpp"

#include <algorithm>

namespace touchline::front {

std::optional<uint64_t> circuit_breaker::admit(int64_t now_ms) {
  std::lock_guard guard{mutex_};
  if (state_ == breaker_state::closed)
    return generation_;
  // In the half-open state the one request that was let through decides.
  if (state_ == breaker_state::half_open || now_ms - opened_ms_ < options_.open_ms)
    return std::nullopt;
  change(breaker_state::half_open, now_ms);
  return generation_;
}

void circuit_breaker::report(uint64_t admitted, bool answered, int64_t now_ms) {
  std::lock_guard guard{mutex_};
  if (admitted != generation_)
    return;
  if (answered) {
    failures_ = 0;
    if (state_ == breaker_state::half_open)
      change(breaker_state::closed, now_ms);
    return;
  }
  if (++failures_ >= options_.failures || state_ == breaker_state::half_open)
    change(breaker_state::open, now_ms);
}

breaker_state circuit_breaker::state() const {
  std::lock_guard guard{mutex_};
  return state_;
}

int64_t circuit_breaker::retry_after_ms(int64_t now_ms) const {
  std::lock_guard guard{mutex_};
  return state_ == breaker_state::closed
           ? 0
           : std::max<int64_t>(1, opened_ms_ + options_.open_ms - now_ms);
}

void circuit_breaker::change(breaker_state to, int64_t now_ms) {
  state_ = to;
  ++generation_;
  failures_ = 0;
  if (to == breaker_state::open)
    opened_ms_ = now_ms;
}

} // namespace touchline::front
