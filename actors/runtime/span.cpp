#include "actors/runtime/span.hpp"

#include <chrono>

namespace touchline::actors {

int64_t span_clock_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace touchline::actors
