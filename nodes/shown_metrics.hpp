// Values that are kept elsewhere, put into CAF's registry under the prefix "touchline".
#pragma once

#include <caf/fwd.hpp>

#include <cstdint>
#include <string>

namespace touchline::storage {
struct writer_statistics;
} // namespace touchline::storage

namespace touchline::nodes {

/// Sets a gauge.
void show_gauge(caf::actor_system& system, const char* name, const char* help, uint64_t value);

/// Sets the gauge of a partition.
void show_gauge(caf::actor_system& system, uint32_t partition, const char* name, const char* help,
                uint64_t value);

/// Lets a counter grow to a value. For one thread at a time.
void show_total(caf::actor_system& system, const char* name, const char* help, uint64_t value);

/// What a node's writer has done. For one thread at a time.
void show_writer(caf::actor_system& system, const storage::writer_statistics& x);

} // namespace touchline::nodes
