// What both sides of a comparison are asked to do.
#pragma once

#include <cstddef>

namespace touchline::bench {

/// Different entities, or keys, that the load goes to, in turn.
inline constexpr int leagues = 256;

/// Bytes of each command's Protobuf message, and of each value that etcd is given.
inline constexpr size_t payload_bytes = 256;

} // namespace touchline::bench
