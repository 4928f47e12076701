// How fast the storage room is. Each figure is printed for people and, at the end, as one JSON
// line.
//
//   bench_storage_writer [--batches N] [--entities N] [--window N] [--rounds N]
//                        [--max-operations N] [--dir DIR]
//
// The writer: one producer submits batches of one record (300 bytes) and its command-index entry,
// with at most `window` of them unacknowledged. The bare loop: the same keys and values, encoded
// beforehand, go to LMDB with mdb_put in transactions of the average size that the writer had.
#include "storage/lmdb_store.hpp"
#include "storage/page_check.hpp"
#include "storage/writer.hpp"

#include <lmdb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <semaphore>
#include <string>
#include <vector>

using namespace touchline::storage;
namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::size_t record_bytes = 300;
constexpr std::ptrdiff_t largest_window = 1 << 20;

struct settings {
  std::size_t batches = 200'000;
  std::size_t entities = 1'000;
  std::size_t window = 4'096;
  std::size_t rounds = 3;
  std::size_t max_operations = writer_options{}.max_transaction_operations;
  fs::path directory = "touchline-bench-data";
};

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << why << std::endl;
  std::_Exit(1);
}

template <class T>
T value_of(result<T> outcome) {
  if (!outcome)
    give_up(outcome.error().text);
  if constexpr (!std::is_void_v<T>)
    return std::move(*outcome);
}

void check(int rc) {
  if (rc != MDB_SUCCESS)
    give_up(mdb_strerror(rc));
}

std::string address_of(std::size_t entity) {
  return "team/number-" + std::to_string(entity);
}

// Spreads the ids like the random ones of real callers.
std::string command_of(std::size_t i) {
  std::uint64_t x = (i + 1) * 0x9E3779B97F4A7C15ULL;
  std::string id(32, '0');
  for (auto& c : id) {
    c = "0123456789abcdef"[x >> 60];
    x = x * 6364136223846793005ULL + 1442695040888963407ULL;
  }
  return id;
}

void fill_batch(write_batch& batch, std::size_t i, const settings& with) {
  static const std::string record(record_bytes, 'r');
  const auto address = address_of(i % with.entities);
  const auto position = i / with.entities + 1;
  batch.append(address, position, record);
  batch.put_command(address, command_of(i), position);
}

lmdb_options options_for(const fs::path& path) {
  lmdb_options options;
  options.path = path;
  options.verify = verification::never;
  return options;
}

// -- the writer ---------------------------------------------------------------

struct measured {
  double batches_per_second = 0;
  double batches_per_transaction = 0;
};

measured run_writer(const settings& with) {
  fs::remove_all(with.directory);
  auto store = value_of(lmdb_store::open(options_for(with.directory)));
  std::counting_semaphore<largest_window> room{static_cast<std::ptrdiff_t>(with.window)};
  writer_options bounds;
  bounds.max_transaction_operations = with.max_operations;
  const auto start = clock_type::now();
  writer writing{*store,
                 [&room](std::span<const commit_token> tokens, const storage_error* error) {
                   if (error != nullptr)
                     give_up(error->text);
                   room.release(static_cast<std::ptrdiff_t>(tokens.size()));
                 },
                 bounds};
  for (std::size_t i = 0; i < with.batches; ++i) {
    write_batch batch;
    fill_batch(batch, i, with);
    room.acquire();
    if (writing.submit(std::move(batch), i) != submitted::queued)
      give_up("the window is larger than the writer's queue");
  }
  writing.stop();
  const auto seconds = seconds_since(start);
  const auto facts = writing.statistics();
  const auto batches = static_cast<double>(facts.batches);
  return {batches / seconds, batches / static_cast<double>(facts.transactions)};
}

// -- the bare loop ------------------------------------------------------------

class bare_lmdb {
public:
  explicit bare_lmdb(const fs::path& path) {
    fs::remove_all(path);
    fs::create_directories(path);
    check(mdb_env_create(&env_));
    check(mdb_env_set_maxdbs(env_, 2));
    check(mdb_env_set_mapsize(env_, std::size_t{64} << 30));
    check(mdb_env_open(env_, path.c_str(), MDB_NORDAHEAD, 0644));
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env_, nullptr, 0, &txn));
    check(mdb_dbi_open(txn, "streams", MDB_CREATE, &streams_));
    check(mdb_dbi_open(txn, "commands", MDB_CREATE, &commands_));
    check(mdb_txn_commit(txn));
  }
  bare_lmdb(const bare_lmdb&) = delete;
  bare_lmdb& operator=(const bare_lmdb&) = delete;
  ~bare_lmdb() { mdb_env_close(env_); }

  void commit(std::span<const write_batch> batches) {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env_, nullptr, 0, &txn));
    for (const auto& batch : batches)
      for (const auto& op : batch.operations()) {
        auto key = bytes_of(batch.key(op));
        auto value = bytes_of(batch.value(op));
        check(mdb_put(txn, op.where == table::streams ? streams_ : commands_, &key, &value, 0));
      }
    check(mdb_txn_commit(txn));
  }

private:
  static MDB_val bytes_of(std::string_view bytes) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast) LMDB does not write through it
    return {bytes.size(), const_cast<char*>(bytes.data())};
  }

  MDB_env* env_ = nullptr;
  MDB_dbi streams_ = 0;
  MDB_dbi commands_ = 0;
};

double run_bare(const settings& with, double batches_per_transaction) {
  std::vector<write_batch> batches(with.batches);
  for (std::size_t i = 0; i < batches.size(); ++i)
    fill_batch(batches[i], i, with);
  const auto group = std::max<std::size_t>(1, static_cast<std::size_t>(batches_per_transaction));
  bare_lmdb bare{with.directory};
  const auto start = clock_type::now();
  for (std::size_t i = 0; i < batches.size(); i += group)
    bare.commit(std::span{batches}.subspan(i, std::min(group, batches.size() - i)));
  return static_cast<double>(batches.size()) / seconds_since(start);
}

// -- the rest -----------------------------------------------------------------

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Processor time, not wall-clock time: a lookup is too short to share a core with others fairly.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double find_command_nanoseconds(const settings& with) {
  auto store = value_of(lmdb_store::open(options_for(with.directory)));
  constexpr std::size_t lookups = 500'000;
  std::vector<std::pair<std::string, std::string>> keys;
  for (std::size_t i = 0; i < 10'000; ++i) {
    const auto which = (i * 7919) % with.batches;
    keys.emplace_back(address_of(which % with.entities), command_of(which));
  }
  std::size_t found = 0;
  const auto start = processor_seconds();
  for (std::size_t i = 0; i < lookups; ++i) {
    const auto& [address, id] = keys[i % keys.size()];
    found += value_of(store->find_command(address, id)).has_value() ? 1U : 0U;
  }
  const auto seconds = processor_seconds() - start;
  if (found != lookups)
    give_up("a command was not found");
  return seconds * 1e9 / static_cast<double>(lookups);
}

double check_gigabytes_per_second(const settings& with) {
  const auto file = with.directory / "data.mdb";
  const auto start = processor_seconds();
  const auto report = check_data_file(file, check_depth::everything);
  if (!report)
    give_up(report.error().text);
  return static_cast<double>(report->used_bytes) / 1e9 / (processor_seconds() - start);
}

double resident_megabytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

struct memory {
  double before = 0;
  double after_reading = 0;
  double after_trim = 0;
};

// A node with many idle entities: one record and one snapshot each.
memory run_memory(const settings& with) {
  constexpr std::size_t streams = 100'000;
  fs::remove_all(with.directory);
  memory used;
  used.before = resident_megabytes();
  auto store = value_of(lmdb_store::open(options_for(with.directory)));
  const std::string state(record_bytes, 's');
  for (std::size_t i = 0; i < streams;) {
    write_batch batch;
    for (const auto end = i + 1000; i < end; ++i) {
      batch.append(address_of(i), 1, state);
      batch.put_snapshot(address_of(i), 1, state);
    }
    value_of(store->commit({&batch, 1}));
  }
  for (std::size_t i = 0; i < streams; ++i)
    value_of(store->read_snapshot(address_of(i)));
  used.after_reading = resident_megabytes();
  store->trim();
  used.after_trim = resident_megabytes();
  return used;
}

settings parse(int argc, char** argv) {
  settings with;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--batches")
      with.batches = std::stoul(value);
    else if (name == "--entities")
      with.entities = std::stoul(value);
    else if (name == "--window")
      with.window = std::stoul(value);
    else if (name == "--rounds")
      with.rounds = std::stoul(value);
    else if (name == "--max-operations")
      with.max_operations = std::stoul(value);
    else if (name == "--dir")
      with.directory = value;
    else
      give_up("unknown option " + name);
  }
  return with;
}

} // namespace

int main(int argc, char** argv) {
  const auto with = parse(argc, argv);
  const auto resident = run_memory(with); // first: what the others free stays with the allocator
  std::vector<double> written;
  std::vector<double> bare;
  std::vector<double> groups;
  double lookup = 0;
  double checked = 0;
  for (std::size_t round = 0; round < with.rounds; ++round) {
    const auto ours = run_writer(with);
    written.push_back(ours.batches_per_second);
    groups.push_back(ours.batches_per_transaction);
    lookup = find_command_nanoseconds(with);
    checked = check_gigabytes_per_second(with);
    bare.push_back(run_bare(with, ours.batches_per_transaction));
    std::printf("round %zu: writer %.0f batches/s in groups of %.0f, bare loop %.0f batches/s\n",
                round + 1, written.back(), groups.back(), bare.back());
  }
  const auto ratio = median(written) / median(bare);
  fs::remove_all(with.directory);
  std::printf("writer / bare loop: %.2f\n", ratio);
  std::printf("find_command: %.0f ns\n", lookup);
  std::printf("check of a data file: %.2f GB/s\n", checked);
  std::printf("resident with 100,000 streams: %.0f MB before, %.0f MB after reading all, %.0f MB "
              "after trim\n",
              resident.before, resident.after_reading, resident.after_trim);
  std::printf("{\"bench\":\"storage_writer\",\"batches\":%zu,\"entities\":%zu,\"window\":%zu,"
              "\"writer_batches_per_s\":%.0f,\"bare_batches_per_s\":%.0f,\"ratio\":%.3f,"
              "\"batches_per_transaction\":%.1f,\"find_command_ns\":%.0f,\"check_gb_per_s\":%.2f,"
              "\"rss_after_reading_mb\":%.1f,\"rss_after_trim_mb\":%.1f}\n",
              with.batches, with.entities, with.window, median(written), median(bare), ratio,
              median(groups), lookup, checked, resident.after_reading, resident.after_trim);
}
