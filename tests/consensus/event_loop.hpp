// Virtual time and chance of a simulation: the same seed gives the same events in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace touchline::consensus {

/// SplitMix64: the same numbers with every library.
class chance {
public:
  explicit chance(uint64_t seed) : state_{seed} {}

  uint64_t next() {
    auto z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  /// 0 to `bound` - 1.
  uint64_t below(uint64_t bound) { return next() % bound; }
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  bool per_mille(uint64_t share) { return below(1'000) < share; }

private:
  uint64_t state_;
};

/// Runs actions in the order of their times, those of the same time in the order of their arrival.
class event_loop {
public:
  using action = std::function<void()>;

  uint64_t now() const { return now_; }

  void after(uint64_t delay_ms, action what) {
    events_.push({now_ + delay_ms, count_++, std::move(what)});
  }

  /// Runs until `end_ms`, or until `stop` says so.
  void run(uint64_t end_ms, const std::function<bool()>& stop) {
    while (!events_.empty() && events_.top().time <= end_ms && !stop()) {
      auto next = events_.top();
      events_.pop();
      now_ = next.time;
      next.what();
    }
    if (!stop())
      now_ = end_ms;
  }

private:
  struct event {
    uint64_t time;
    uint64_t number;
    action what;

    bool operator<(const event& other) const {
      return std::pair{time, number} > std::pair{other.time, other.number};
    }
  };

  uint64_t now_ = 0;
  uint64_t count_ = 0;
  std::priority_queue<event> events_;
};

} // namespace touchline::consensus
