// What goes wrong in tests of real nodes: handlers that throw, and time that leaps.
#pragma once

#include "tests/actors/test_node.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

namespace touchline::testing {

/// Makes the handlers of chosen messages throw.
class stumbling_block {
public:
  /// From the n-th different message of this type on, until `remove`.
  void put(uint32_t number, size_t nth = 1) {
    std::lock_guard guard{mutex_};
    number_ = number;
    nth_ = nth;
    seen_.clear();
    hits_ = 0;
  }

  void remove() { put(0); }

  /// How often a handler has thrown.
  int hits() {
    std::lock_guard guard{mutex_};
    return hits_;
  }

  test_node::fault seam() {
    return [this](const header& head, uint32_t number) {
      std::lock_guard guard{mutex_};
      if (number != number_)
        return;
      seen_.insert(head.to + '<' + head.message_id());
      if (seen_.size() < nth_)
        return;
      ++hits_;
      throw std::runtime_error{"stumbled"};
    };
  }

private:
  std::mutex mutex_;
  uint32_t number_ = 0;
  size_t nth_ = 1;
  std::set<std::string> seen_;
  int hits_ = 0;
};

/// The system's time, but for leaps into the future.
class leaping_clock final : public actors::clock {
public:
  int64_t now_ms() const override { return actors::system_clock().now_ms() + leapt_ms_; }
  int64_t steady_ms() const override { return actors::system_clock().steady_ms(); }

  /// Lets the deadlines of all commands pass that were sent before.
  void leap() { leapt_ms_ += 60'000; }

private:
  std::atomic<int64_t> leapt_ms_ = 0;
};

/// Handlers are tried again for ever: what stumbles is held up and not set aside.
inline actors::runtime_options patient_options() {
  auto x = test_node::quick_options();
  x.handler_attempts = 1'000'000;
  x.entities.intensity = 1'000'000;
  return x;
}

} // namespace touchline::testing
