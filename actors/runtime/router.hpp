// From an address to the partition that leads it now.
#pragma once

#include "actors/runtime/placement.hpp"

#include <caf/actor.hpp>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace touchline::actors {

/// Where each partition is reached: at its actor in this process, or, when another node leads it,
/// through the actor of the connection to that node. A supervisor sets the former, whoever knows the
/// cluster the latter. Thread safe.
class router {
public:
  explicit router(uint32_t partitions) : handles_(partitions), elsewhere_(partitions) {}

  uint32_t partitions() const noexcept { return static_cast<uint32_t>(handles_.size()); }

  uint32_t index_of(std::string_view address) const { return partition_of(address, partitions()); }

  /// Where the partition at `index` is reached; null while nobody is known to lead it.
  caf::actor at(uint32_t index) const {
    std::shared_lock guard{mutex_};
    return handles_[index] ? handles_[index] : elsewhere_[index];
  }

  /// The actor of the partition at `index` when it lives in this process, else null.
  caf::actor here(uint32_t index) const {
    std::shared_lock guard{mutex_};
    return handles_[index];
  }

  /// Where the partition that an address belongs to is reached.
  caf::actor find(std::string_view address) const { return at(index_of(address)); }

  /// The partition lives in this process, or, with null, no more.
  void set(uint32_t index, caf::actor handle) { exchange(handles_, index, std::move(handle)); }

  /// The partition is reached through `handle` unless it lives in this process.
  void set_elsewhere(uint32_t index, caf::actor handle) {
    exchange(elsewhere_, index, std::move(handle));
  }

  /// Grows whenever a handle changes.
  uint64_t version() const noexcept { return version_.load(); }

private:
  void exchange(std::vector<caf::actor>& handles, uint32_t index, caf::actor handle) {
    std::unique_lock guard{mutex_};
    if (handles[index] == handle)
      return;
    // The last reference to an actor must not go while the lock is held: its end may ask for routes.
    std::swap(handles[index], handle);
    version_.fetch_add(1);
    guard.unlock();
  }

  mutable std::shared_mutex mutex_;
  std::vector<caf::actor> handles_;
  std::vector<caf::actor> elsewhere_;
  std::atomic<uint64_t> version_ = 0;
};

} // namespace touchline::actors
