#include "bench/cluster/service_gap.hpp"

#include "bench/cluster/figures.hpp"

#include <atomic>
#include <optional>
#include <random>
#include <thread>

namespace touchline::bench {

namespace {

constexpr auto between_requests = std::chrono::milliseconds{1};
constexpr auto before_interruption = std::chrono::milliseconds{300};
constexpr int jitter_ms = 100;
constexpr auto after_resumption = std::chrono::seconds{1};
constexpr auto patience = std::chrono::seconds{30};

} // namespace

double longest_gap_ms(const std::function<bool()>& send, const std::function<void()>& interrupt) {
  std::atomic<bool> interrupted = false;
  std::jthread hand{[&] {
    // Not in step with anything that the servers do at intervals.
    std::uniform_int_distribution<int> jitter{0, jitter_ms};
    std::random_device chance;
    std::this_thread::sleep_for(before_interruption + std::chrono::milliseconds{jitter(chance)});
    interrupt();
    interrupted = true;
  }};
  auto longest = steady::duration::zero();
  std::optional<steady::time_point> resumed;
  for (auto last = steady::now(); !resumed || last - *resumed < after_resumption;) {
    auto after_interruption = interrupted.load();
    if (send()) {
      auto now = steady::now();
      if (interrupted)
        longest = std::max(longest, now - last);
      last = now;
      if (after_interruption && !resumed)
        resumed = now;
    } else if (steady::now() - last > patience) {
      give_up("Nothing was acknowledged for 30 s.");
    }
    std::this_thread::sleep_for(between_requests);
  }
  return milliseconds(longest);
}

} // namespace touchline::bench
