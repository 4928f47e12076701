// What the storage suites share: a folder of their own, and stores in it.
#pragma once

#include "storage/lmdb_store.hpp"
#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace touchline::storage::test {

using testing::temporary_folder;

/// Options for a small store in `path`.
inline lmdb_options options_for(const std::filesystem::path& path) {
  lmdb_options options;
  options.path = path;
  return options;
}

/// Takes the value out of `outcome`, or ends the test case with its sentence.
template <class T>
T value_of(result<T> outcome) {
  if (!outcome)
    BOOST_FAIL(outcome.error().text);
  if constexpr (!std::is_void_v<T>)
    return std::move(*outcome);
}

/// Opens the store in `path`, or ends the test case.
inline std::unique_ptr<lmdb_store> open_store(const std::filesystem::path& path) {
  return value_of(lmdb_store::open(options_for(path)));
}

/// A batch with one record.
inline write_batch record_batch(std::string_view address, std::uint64_t position,
                                std::string_view record) {
  write_batch batch;
  batch.append(address, position, record);
  return batch;
}

/// Commits one batch.
inline result<void> commit(store& target, const write_batch& batch) {
  return target.commit({&batch, 1});
}

/// All records of a stream.
inline std::vector<std::string> records_of(const store& source, std::string_view address) {
  std::vector<std::string> records;
  read_progress progress;
  do {
    progress = value_of(source.read_stream(address, progress.next_position, {},
                                           [&](std::uint64_t, std::string_view record) {
                                             records.emplace_back(record);
                                             return true;
                                           }));
  } while (!progress.at_end);
  return records;
}

} // namespace touchline::storage::test
