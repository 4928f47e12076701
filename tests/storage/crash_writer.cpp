// Writes until it is killed. Each batch that became durable is acknowledged on standard output, one
// line "STREAM POSITION" each, only after the writer said so. With a second argument: entries of
// the logs of groups, durable by the journal.
#include "storage/lmdb_store.hpp"
#include "storage/writer.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

using namespace touchline::storage;

namespace {

constexpr std::uint64_t streams = 5;

// Small batches and large ones; the bytes follow from stream and position, so that the test can
// compare them.
write_batch batch_for(std::uint64_t stream, std::uint64_t position) {
  const auto address = "team/" + std::to_string(stream);
  const auto size = position % 50 == 0 ? 30'000U : 300U;
  const std::string record(size, static_cast<char>('a' + (stream + position) % 26));
  write_batch batch;
  batch.append(address, position, record);
  batch.put_command(address, "c-" + std::to_string(position), position);
  if (position % 10 == 0)
    batch.put_snapshot(address, position, record);
  return batch;
}

write_batch entry_for(std::uint64_t stream, std::uint64_t position) {
  const auto group = std::to_string(stream);
  const auto size = position % 50 == 0 ? 30'000U : 300U;
  write_batch batch;
  batch.put_log(group, position,
                std::string(size, static_cast<char>('a' + (stream + position) % 26)));
  batch.put_replica(group, "last", std::to_string(position));
  return batch;
}

void acknowledge(std::span<const commit_token> tokens, const storage_error* error) {
  if (error != nullptr) {
    std::cerr << error->text << std::endl;
    std::_Exit(3);
  }
  std::string lines;
  for (const auto token : tokens)
    lines += std::to_string(token % streams) + " " + std::to_string(token / streams) + "\n";
  // One write: a pipe takes lines of up to 4 KiB whole or not at all; torn lines are ignored.
  if (::write(STDOUT_FILENO, lines.data(), lines.size()) < 0)
    std::_Exit(4);
}

} // namespace

// NOLINTNEXTLINE(bugprone-exception-escape) then the test sees that the helper ended by itself
int main(int argc, char** argv) {
  if (argc != 2 && argc != 3)
    return 2;
  const auto journals = argc == 3;
  lmdb_options options;
  options.path = argv[1];
  options.initial_map_bytes = 1 << 20;
  options.journal_bytes = journals ? 256 << 10 : 0;
  auto store = lmdb_store::open(options);
  if (!store) {
    std::cerr << store.error().text << std::endl;
    return 1;
  }
  writer_options bounds;
  bounds.max_queued_batches = 200;
  bounds.max_journal_delay_ms = 20;
  if (journals)
    bounds.on_journaled
      = [](std::span<const commit_token> tokens) { acknowledge(tokens, nullptr); };
  writer writing{**store, acknowledge, bounds};
  std::uint64_t next[streams];
  for (std::uint64_t stream = 0; stream < streams; ++stream) {
    next[stream] = (*store)->last_position("team/" + std::to_string(stream)).value() + 1;
    if (const auto bounds_of_log = (*store)->log_bounds(std::to_string(stream)).value();
        journals && bounds_of_log)
      next[stream] = bounds_of_log->last + 1;
  }
  for (std::uint64_t i = 0;; ++i) {
    const auto stream = i % streams;
    while (
      writing.submit(journals ? entry_for(stream, next[stream]) : batch_for(stream, next[stream]),
                     next[stream] * streams + stream, journals ? urgency::journal : urgency::now)
      == submitted::overloaded)
      std::this_thread::yield();
    ++next[stream];
  }
}
