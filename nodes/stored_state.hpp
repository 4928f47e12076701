// What a data directory holds, read without running anything: the state of each entity as of its
// last committed record.
#pragma once

#include "messages/error.hpp"
#include "nodes/configuration.hpp"
#include "storage/lmdb_store.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Whether a configuration's data directory holds data; if not, one sentence says so. Commands that
/// work on what is stored make no new directory.
tl::expected<void, std::string> check_stored(const configuration& config);

/// Opens the data directory of a configuration for reading. Fails with one sentence: there is none,
/// it is in use, it is damaged.
tl::expected<std::unique_ptr<storage::lmdb_store>, std::string> open_stored(
  const configuration& config);

/// The bytes of an entity's state: its snapshot, and the records behind it applied. Fails with one
/// sentence when the entity is unknown or its records cannot be read.
tl::expected<std::string, std::string> read_state(const storage::store& from,
                                                  const std::string& address);

/// The same, as the state's own type.
template <class State>
tl::expected<State, std::string> read_state_of(const storage::store& from,
                                               const std::string& address) {
  auto bytes = read_state(from, address);
  State state;
  if (!bytes)
    return tl::unexpected{bytes.error()};
  if (!state.ParseFromString(*bytes))
    return tl::unexpected{"The state of " + address + " is unreadable."};
  return state;
}

/// The addresses that begin with `prefix`, in order.
tl::expected<std::vector<std::string>, std::string> addresses_with(const storage::store& from,
                                                                   const std::string& prefix);

} // namespace touchline::nodes
