// Stops asking a context that does not answer, so that requests fail at once instead of piling up
// (Nygard, Release It!): closed, open after failures in a row, half-open to try it with one
// request.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace touchline::front {

/// When a breaker opens and for how long.
struct breaker_options {
  /// Failures in a row.
  uint32_t failures = 5;
  /// Until it tries again, in milliseconds.
  int64_t open_ms = 5'000;
};

enum class breaker_state { closed, open, half_open };

/// Guards one context. Thread safe.
class circuit_breaker {
public:
  explicit circuit_breaker(const breaker_options& options) : options_{options} {}

  /// Lets a request through; what came of it must be reported with the number returned. Nothing
  /// when the breaker is open, or half-open with a request on its way.
  std::optional<uint64_t> admit(int64_t now_ms);

  /// The context has answered the request, or failed to. A request from before the last change of
  /// the state changes nothing.
  void report(uint64_t admitted, bool answered, int64_t now_ms);

  breaker_state state() const;

  /// Milliseconds until a request may be let through; 0 for now.
  int64_t retry_after_ms(int64_t now_ms) const;

private:
  void change(breaker_state to, int64_t now_ms);

  const breaker_options options_;
  mutable std::mutex mutex_;
  breaker_state state_ = breaker_state::closed;
  /// Of the state: grows with each change.
  uint64_t generation_ = 1;
  uint32_t failures_ = 0;
  int64_t opened_ms_ = 0;
};

} // namespace touchline::front
