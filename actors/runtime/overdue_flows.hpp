// Flows beyond their deadline: what they wait for, and which of them the node has reported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace touchline::actors {

/// Flows that a node remembers to have reported. When there are more it forgets all of them, and
/// reports again those that it comes across again.
inline constexpr size_t max_reported_flows = 65'536;

/// Lines that a partition logs about overdue flows at one tick; it counts all of them.
inline constexpr size_t max_overdue_lines = 20;

/// A flow that waits for a message beyond its deadline.
struct overdue_flow {
  std::string correlation;
  /// The message that it waits for, and its receiver.
  uint32_t number = 0;
  std::string to;
  /// Id of the dead letter that the message is; empty when it is on its way.
  std::string dead_letter;
};

/// The dead letters of a partition whose flows are not overdue yet.
class letter_deadlines {
public:
  /// Takes a dead letter, or its new state. Its flow has no deadline when `deadline_ms`
  /// (milliseconds since 1970) is 0.
  void add(overdue_flow waits, int64_t deadline_ms);

  /// Forgets a dead letter that was handled or dropped. Harmless when it is not known.
  void remove(const std::string& dead_letter) { letters_.erase(dead_letter); }

  /// The flows whose deadline is before `now_ms`, each letter once.
  std::vector<overdue_flow> take_newly_overdue(int64_t now_ms);

private:
  struct letter {
    overdue_flow waits;
    int64_t deadline_ms = 0;
  };

  /// By id.
  std::map<std::string, letter> letters_;
};

/// The flows that a node has reported: a flow that waits in several partitions is one. Thread safe.
class reported_flows {
public:
  /// Whether the flow was not reported before; it is from now on.
  bool note(const std::string& correlation);

private:
  std::mutex mutex_;
  std::unordered_set<std::string> reported_;
};

} // namespace touchline::actors
