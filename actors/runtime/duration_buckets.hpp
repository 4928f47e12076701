// The buckets of every histogram of durations, so that they can be added and compared.
#pragma once

#include <array>

namespace touchline::actors {

/// Upper bounds in seconds.
inline constexpr std::array duration_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

} // namespace touchline::actors
