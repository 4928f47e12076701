// The one source of chance of a simulation.
#pragma once

#include <cstdint>

namespace touchline::simulated {

/// A generator (SplitMix64, Steele, Lea and Flood 2014) whose numbers are the same on every
/// machine.
class dice {
public:
  explicit dice(uint64_t seed) : state_{seed} {}

  uint64_t next() {
    state_ += 0x9e37'79b9'7f4a'7c15;
    auto x = state_;
    x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9;
    x = (x ^ x >> 27) * 0x94d0'49bb'1331'11eb;
    return x ^ x >> 31;
  }

  /// A number from 0 to before `end`, which is at least 1.
  uint64_t below(uint64_t end) { return next() % end; }

  /// A number from `first` to `last`, both included.
  int64_t between(int64_t first, int64_t last) {
    return first + static_cast<int64_t>(below(static_cast<uint64_t>(last - first) + 1));
  }

  bool chance(uint64_t permille) { return below(1'000) < permille; }

private:
  uint64_t state_;
};

} // namespace touchline::simulated
