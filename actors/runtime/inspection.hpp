// What an operator asks a partition about its entities, and tells it to do with one of them. A
// question costs the partition one message, however many entities it is about, and the entities
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace touchline::actors {

/// Which entities are in memory? Answered with `entity_rows`.
struct entity_rows_query {
  /// One entity only; empty for all that fit.
  std::string address;
  /// See fits_pattern.
  std::string pattern;
  /// Addresses greater than this.
  std::string after;
  size_t limit = 0;
};

/// An entity in memory, as its partition knows it.
struct entity_row {
  std::string address;
  /// running, passivating, waiting-for-commits, backing-off.
  std::string state;
  /// Messages that it has not finished.
  uint32_t waiting = 0;
  /// Messages handled, and restarts, since it came into memory.
  uint64_t handled = 0;
  uint32_t restarts = 0;
  /// Of the newest record that it made or answered by; 0 when it did neither yet.
  uint64_t position = 0;
  int64_t idle_ms = 0;
};

/// By address; with `limit` of them there may be more.
struct entity_rows {
  std::vector<entity_row> rows;
};

/// How many entities are in memory? Answered with `census`.
struct census_query {};

struct census {
  /// By kind.
  std::map<std::string, uint64_t> active;
  /// Since the partition began, in milliseconds.
  int64_t up_ms = 0;
};

/// Ends the actor of an entity as a defect would; it is started again. Answered with `answer`:
/// NOT_FOUND when it is not in memory.
struct restart_request {
  std::string address;
};

/// Makes an entity leave memory. Answered with `answer`: NOT_FOUND when it is not in memory,
/// UNAVAILABLE when it is busy.
struct passivate_entity {
  std::string address;
};

/// Makes every entity that is at rest write a snapshot. Answered with their number (uint64_t).
struct snapshot_all {};

} // namespace touchline::actors
