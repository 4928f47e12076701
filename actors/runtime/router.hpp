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

/// The partitions of a node, by index. A supervisor replaces a handle when it restarts a partition.
/// Thread safe.
class router {
public:
  explicit router(uint32_t partitions) : handles_(partitions) {}

  uint32_t partitions() const noexcept { return static_cast<uint32_t>(handles_.size()); }

  uint32_t index_of(std::string_view address) const { return partition_of(address, partitions()); }

  /// The partition at `index`; null while it is being restarted.
  caf::actor at(uint32_t index) const {
    std::shared_lock guard{mutex_};
    return handles_[index];
  }

  /// The partition that an address belongs to; null while it is being restarted.
  caf::actor find(std::string_view address) const { return at(index_of(address)); }

  void set(uint32_t index, caf::actor handle) {
    std::unique_lock guard{mutex_};
    handles_[index] = std::move(handle);
    version_.fetch_add(1);
  }

  /// Grows whenever a handle changes.
  uint64_t version() const noexcept { return version_.load(); }

private:
  mutable std::shared_mutex mutex_;
  std::vector<caf::actor> handles_;
  std::atomic<uint64_t> version_ = 0;
};

} // namespace touchline::actors
