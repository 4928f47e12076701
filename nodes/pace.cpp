#include "nodes/pace.hpp"

#include "actors/runtime/clock.hpp"

#include <chrono>
#include <thread>

namespace touchline::nodes {

void pace::begin() noexcept {
  began_ms_ = actors::system_clock().steady_ms();
}

void pace::wait(uint32_t played) const {
  if (!is_bounded())
    return;
  auto due_ms = began_ms_ + static_cast<int64_t>(1000.0 * played / per_second_);
  auto now = actors::system_clock().steady_ms();
  if (now < due_ms)
    std::this_thread::sleep_for(std::chrono::milliseconds{due_ms - now});
}

} // namespace touchline::nodes
