// Virtual time, and what happens at which moment of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace touchline::simulated {

/// Events in the order of their time, those of the same time in the order in which they were added.
class timeline {
public:
  /// Microseconds since the simulation began.
  int64_t now_us() const noexcept { return now_us_; }

  /// Lets `what` happen in so many microseconds.
  void after(int64_t delay_us, std::function<void()> what) {
    events_.emplace(std::pair{now_us_ + delay_us, ++added_}, std::move(what));
  }

  /// When the next event happens; nothing when there is none.
  std::optional<int64_t> next_us() const {
    return events_.empty() ? std::nullopt : std::optional{events_.begin()->first.first};
  }

  /// Goes on to `time_us`, which must not be behind the next event.
  void advance_to(int64_t time_us) { now_us_ = time_us; }

  /// Lets one event happen that is due; false when none is.
  bool run_due() {
    if (events_.empty() || events_.begin()->first.first > now_us_)
      return false;
    auto what = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    what();
    return true;
  }

  /// Forgets what has not happened.
  void clear() { events_.clear(); }

private:
  int64_t now_us_ = 0;
  uint64_t added_ = 0;
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> events_;
};

} // namespace touchline::simulated
