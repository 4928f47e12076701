// Keeps matches from being played faster than people want to watch.
#pragma once

#include <cstdint>
#include <functional>

namespace touchline::nodes {

/// A bound on matches per second. Belongs to one thread.
class pace {
public:
  /// `per_second`: at most so many matches; 0 for as fast as it goes.
  explicit pace(double per_second) noexcept : per_second_{per_second} {}

  /// Whether matches have to wait at all.
  bool is_bounded() const noexcept { return per_second_ > 0; }

  /// Counts from now on.
  void begin() noexcept;

  /// Waits until match `played`, from 0, may be played, or until `stop` says that nobody wants to
  /// wait any more: it is asked several times a second.
  void wait(uint32_t played, const std::function<bool()>& stop) const;

private:
  double per_second_;
  int64_t began_ms_ = 0;
};

} // namespace touchline::nodes
