// What failed on a node and was started again: the newest failures with their causes, and how many
// there were.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace touchline::actors {

/// One failure.
struct noted_failure {
  /// Milliseconds since 1970.
  int64_t time_ms = 0;
  uint32_t partition = 0;
  /// Empty when the partition itself failed.
  std::string address;
  /// Why.
  std::string text;
};

/// Failures that a node remembers with their causes.
inline constexpr size_t max_noted_failures = 64;

/// Bytes of a cause that are remembered.
inline constexpr size_t max_cause_bytes = 512;

/// The failures of a node. Thread safe; outlives the partitions that note theirs.
class failure_history {
public:
  void note(noted_failure x);

  /// The newest ones, at most `max_noted_failures`, the newest last.
  std::vector<noted_failure> newest() const;

  /// All there ever were.
  uint64_t total() const;

  /// Failures of a partition itself.
  uint64_t of_partition(uint32_t partition) const;

  /// Failures of the entities of a partition, by kind.
  std::map<std::string, uint64_t, std::less<>> of_entities(uint32_t partition) const;

private:
  mutable std::mutex mutex_;
  std::deque<noted_failure> newest_;
  uint64_t total_ = 0;
  std::map<uint32_t, uint64_t> partitions_;
  std::map<uint32_t, std::map<std::string, uint64_t, std::less<>>> entities_;
};

} // namespace touchline::actors
