#include "actors/runtime/clock.hpp"

#include <chrono>

namespace touchline::actors {

namespace {

class the_system_clock final : public clock {
public:
  int64_t now_ms() const override { return ms(std::chrono::system_clock::now()); }
  int64_t steady_ms() const override { return ms(std::chrono::steady_clock::now()); }

private:
  template <class TimePoint>
  static int64_t ms(TimePoint x) {
    using std::chrono::milliseconds;
    return std::chrono::duration_cast<milliseconds>(x.time_since_epoch()).count();
  }
};

} // namespace

const clock& system_clock() {
  static const the_system_clock instance;
  return instance;
}

} // namespace touchline::actors
