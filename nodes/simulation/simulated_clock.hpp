// The clocks of one node: virtual time as that node sees it.
#pragma once

#include "actors/runtime/clock.hpp"
#include "nodes/simulation/timeline.hpp"

namespace touchline::simulated {

/// Runs beside the timeline, a little faster or slower, and jumps when it is told to.
class simulated_clock final : public actors::clock {
public:
  explicit simulated_clock(const timeline& time) : time_{time} {}

  int64_t now_ms() const override { return first_ms + passed_us() / 1'000 + jumped_ms_; }
  int64_t steady_ms() const override { return passed_us() / 1'000; }

  /// Sets the time of day off by so many milliseconds, forwards or back.
  void jump(int64_t by_ms) { jumped_ms_ += by_ms; }

  /// The steady clock goes on as if so many milliseconds had passed, as after a pause; at least 0.
  void leap(int64_t by_ms) { passed_us_ += by_ms * 1'000; }

  /// Runs at so many thousandths of the true speed from now on.
  void set_speed(int64_t permille) {
    passed_us_ = passed_us();
    since_us_ = time_.now_us();
    speed_ = permille;
  }

private:
  /// A day in November 2023: when simulations begin.
  static constexpr int64_t first_ms = 1'700'000'000'000;

  int64_t passed_us() const { return passed_us_ + (time_.now_us() - since_us_) * speed_ / 1'000; }

  const timeline& time_;
  int64_t passed_us_ = 1'000'000;
  int64_t since_us_ = 0;
  int64_t speed_ = 1'000;
  int64_t jumped_ms_ = 0;
};

} // namespace touchline::simulated
