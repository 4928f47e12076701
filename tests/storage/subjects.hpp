// The stores that must behave alike, for cases that run with each of them.
#pragma once

#include "storage/memory_store.hpp"
#include "tests/storage/fixtures.hpp"

#include <memory>
#include <tuple>

namespace touchline::storage::test {

/// A store on disk in a folder of its own.
class on_disk {
public:
  /// Random histories that a case may play: each commit is a sync.
  static constexpr unsigned affordable_histories = 3;

  /// Opens the store; closes it first if it was open.
  store* open() {
    store_.reset();
    store_ = open_store(folder_.path());
    return store_.get();
  }

private:
  const temporary_folder folder_;
  std::unique_ptr<lmdb_store> store_;
};

/// A store in memory, which outlives its users.
class in_memory {
public:
  static constexpr unsigned affordable_histories = 100;

  store* open() { return &store_; }

private:
  memory_store store_;
};

using subjects = std::tuple<on_disk, in_memory>;

} // namespace touchline::storage::test
