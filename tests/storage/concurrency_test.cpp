// Many readers beside one writer; the map grows under their feet.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/writer.hpp"
#include "tests/storage/fixtures.hpp"

#include <atomic>
#include <string>
#include <thread>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

constexpr std::size_t entities = 8;
constexpr std::uint64_t records_each = 300;

std::string address_of(std::size_t entity) {
  return "team/" + std::to_string(entity);
}

// Two records in one batch: a reader must see both or neither.
write_batch pair_batch(const std::string& address, std::uint64_t first) {
  write_batch batch;
  batch.append(address, first, std::string(2000, 'x'));
  batch.append(address, first + 1, std::string(2000, 'x'));
  batch.put_command(address, "c-" + std::to_string(first), first);
  return batch;
}

// Reads until told to stop; returns how many reads went wrong.
std::size_t read_until(const std::atomic<bool>& stop, const store& source, std::size_t seed) {
  std::size_t wrong = 0;
  for (auto i = seed; !stop; ++i) {
    const auto address = address_of(i % entities);
    const auto last = source.last_position(address);
    wrong += !last || *last % 2 != 0 ? 1U : 0U;
    std::uint64_t seen = 0;
    const auto progress = source.read_stream(address, 1, {}, [&](std::uint64_t, auto record) {
      ++seen;
      return record.size() == 2000;
    });
    wrong += !progress || !progress->at_end || seen % 2 != 0 || (last && seen < *last) ? 1U : 0U;
    const auto found = source.find_command(address, "c-1");
    wrong += !found || (seen > 0 && i > seed + entities && last && *last > 0 && !*found) ? 1U : 0U;
  }
  return wrong;
}

} // namespace

BOOST_AUTO_TEST_SUITE(concurrency)

BOOST_AUTO_TEST_CASE(readers_see_whole_batches_while_the_map_grows) {
  const temporary_folder folder;
  auto options = options_for(folder.path());
  options.initial_map_bytes = 1 << 20;
  options.max_concurrent_reads = 2; // fewer than readers, so that they also wait for one another
  auto store = value_of(lmdb_store::open(options));
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> wrong = 0;
  std::atomic<std::size_t> failed = 0;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < 4; ++i)
    readers.emplace_back([&, i] { wrong += read_until(stop, *store, i); });
  {
    writer writing{*store, [&](std::span<const commit_token> tokens, const storage_error* error) {
                     failed += error != nullptr ? tokens.size() : 0;
                   }};
    std::vector<std::thread> producers;
    for (std::size_t p = 0; p < 2; ++p)
      producers.emplace_back([&, p] {
        for (std::uint64_t position = 1; position < records_each; position += 2)
          for (auto entity = p; entity < entities; entity += 2)
            while (writing.submit(pair_batch(address_of(entity), position), position)
                   != submitted::queued)
              std::this_thread::yield();
      });
    for (auto& producer : producers)
      producer.join();
  }
  stop = true;
  for (auto& reader : readers)
    reader.join();
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(failed == 0U);
  BOOST_TEST(value_of(store->statistics()).map_growths >= 2U);
  for (std::size_t entity = 0; entity < entities; ++entity)
    BOOST_TEST(value_of(store->last_position(address_of(entity))) == records_each);
}

BOOST_AUTO_TEST_CASE(trimming_goes_together_with_reading_and_writing) {
  const temporary_folder folder;
  auto options = options_for(folder.path());
  options.initial_map_bytes = 1 << 20;
  auto store = value_of(lmdb_store::open(options));
  std::atomic<bool> stop = false;
  std::thread trimmer{[&] {
    while (!stop)
      store->trim();
  }};
  for (std::uint64_t i = 1; i <= 400; i += 2)
    value_of(commit(*store, pair_batch("team/a", i)));
  stop = true;
  trimmer.join();
  BOOST_TEST(records_of(*store, "team/a").size() == 400U);
}

BOOST_AUTO_TEST_SUITE_END()
