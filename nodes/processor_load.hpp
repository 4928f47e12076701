// What the process uses of the processors.
#pragma once

#include <cstdint>
#include <deque>

namespace touchline::nodes {

/// A mean over the last ten seconds, in steps of one. Belongs to one thread.
class processor_load {
public:
  /// Looks, if a second has passed since it last did. `now_ms` is of a clock that never goes back.
  void sample(int64_t now_ms);

  /// Thousandths of one processor; 0 before the second look.
  uint32_t permille() const;

private:
  struct look {
    int64_t at_ms = 0;
    int64_t used_us = 0;
  };

  std::deque<look> looks_;
};

} // namespace touchline::nodes
