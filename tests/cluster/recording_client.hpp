// A client of a cluster that sends one command after another and remembers which of them were
// acknowledged.
#pragma once

#include "tests/cluster/real_cluster.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace touchline::testing {

/// Updates a team, again and again, in a thread of its own. Each update has an id and is sent until
/// it is answered or its deadline passes.
class recording_client {
public:
  /// The team and its league are made when they are not there. Commands of clients with different
  /// names do not meet.
  recording_client(const real_cluster& cluster, std::string name);
  recording_client(const recording_client&) = delete;
  recording_client& operator=(const recording_client&) = delete;
  ~recording_client() { stop(); }

  /// The address of what its commands are for.
  std::string entity() const { return "team-manager/" + name_; }

  /// Sends nothing more; the command under way is waited for.
  void stop();

  size_t acknowledged_so_far() const { return count_; }
  /// Waits until so many more commands were acknowledged.
  bool gets(size_t more, std::chrono::milliseconds patience = cluster_patience) const;

  /// After `stop`.
  const std::set<std::string>& acknowledged() const { return acknowledged_; }
  /// Why commands failed, each reason once. After `stop`.
  const std::set<std::string>& refusals() const { return refusals_; }
  std::chrono::milliseconds longest_answer() const { return longest_; }

  /// Ends it: so many more commands are acknowledged, none was refused since it began, and what it
  /// got is in the records as `check_records` says. Fails the test otherwise.
  void ends_sound(size_t more);

  /// Fails the test unless every acknowledged command is in the records of its entity, and none is
  /// there twice. After `stop`, on a cluster that serves.
  void check_records() const;

private:
  void run();

  const real_cluster& cluster_;
  std::string name_;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> count_ = 0;
  std::set<std::string> acknowledged_;
  std::set<std::string> refusals_;
  std::chrono::milliseconds longest_{0};
  std::thread thread_;
};

} // namespace touchline::testing
