// Writes until it is killed. Each batch that became durable is acknowledged on standard output, one
// line "STREAM POSITION" each, only after the writer said so.
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
  if (argc != 2)
    return 2;
  lmdb_options options;
  options.path = argv[1];
  options.initial_map_bytes = 1 << 20;
  auto store = lmdb_store::open(options);
  if (!store) {
    std::cerr << store.error().text << std::endl;
    return 1;
  }
  writer_options bounds;
  bounds.max_queued_batches = 200;
  writer writing{**store, acknowledge, bounds};
  std::uint64_t next[streams];
  for (std::uint64_t stream = 0; stream < streams; ++stream)
    next[stream] = (*store)->last_position("team/" + std::to_string(stream)).value() + 1;
  for (std::uint64_t i = 0;; ++i) {
    const auto stream = i % streams;
    while (writing.submit(batch_for(stream, next[stream]), next[stream] * streams + stream)
           == submitted::overloaded)
      std::this_thread::yield();
    ++next[stream];
  }
}
