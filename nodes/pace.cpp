#include "nodes/pace.hpp"

#include "actors/runtime/clock.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace touchline::nodes {

void pace::begin() noexcept {
  began_ms_ = actors::system_clock().steady_ms();
}

void pace::wait(uint32_t played, const std::function<bool()>& stop) const {
  constexpr int64_t step_ms = 100;
  if (!is_bounded())
    return;
  auto due_ms = began_ms_ + static_cast<int64_t>(1000.0 * played / per_second_);
  const auto& time = actors::system_clock();
  for (auto now = time.steady_ms(); now < due_ms && !stop(); now = time.steady_ms())
    std::this_thread::sleep_for(std::chrono::milliseconds{std::min(due_ms - now, step_ms)});
}

} // namespace touchline::nodes
