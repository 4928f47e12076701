// How long a service is away when one of its processes is killed or hangs.
#pragma once

#include <functional>

namespace touchline::bench {

/// Sends one request after another, about every millisecond, and lets `interrupt` happen meanwhile,
/// on another thread. `send` says whether its request was acknowledged; it may take as long as it
/// likes, but what it does not acknowledge within 30 s in a row ends the program with a sentence.
///
/// Returns the longest time between two acknowledgements, from the interruption to a second after
/// the service was back, in milliseconds.
double longest_gap_ms(const std::function<bool()>& send, const std::function<void()>& interrupt);

} // namespace touchline::bench
