// Group commit: the one thread of a node that writes.
#pragma once

#include "storage/store.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace touchline::storage {

/// Chosen by the caller of `writer::submit` to recognise a batch when it has become durable.
using commit_token = std::uint64_t;

/// Told once per transaction, on the writer's thread: all `tokens` are durable if `error` is null,
/// else nothing of them was written. Must not throw and should be quick: it delays the next sync.
using commit_listener
  = std::function<void(std::span<const commit_token> tokens, const storage_error* error)>;

/// Told once per record of the journal, on the writer's thread: all `tokens` are durable, and are
/// not named again when they are written.
using journal_listener = std::function<void(std::span<const commit_token> tokens)>;

/// Bounds of a writer.
struct writer_options {
  /// Batches, and bytes in them, that may wait; more are refused as `overloaded`.
  std::size_t max_queued_batches = 65'536;
  std::size_t max_queued_bytes = std::size_t{64} << 20;
  /// Operations and bytes after which a transaction takes no further batch. One batch may exceed
  /// them: it is never split. More share a sync better, but LMDB keeps the buffers of the pages
  /// that its largest transaction touched (4 KiB for each operation at worst) until it is closed.
  std::size_t max_transaction_operations = 8'192;
  std::size_t max_transaction_bytes = std::size_t{8} << 20;
  /// How long a batch that is not urgent waits at most for an urgent one.
  std::uint32_t max_delay_ms = 10;
  /// How long what is in the journal waits at most to be written.
  std::uint32_t max_journal_delay_ms = 100;
  /// After a transaction that failed because the disk is full, what is in the journal is written
  /// again after so long, or with the next urgent batch.
  std::uint32_t full_disk_delay_ms = 1'000;
  /// Null: `urgency::journal` is `urgency::now`.
  journal_listener on_journaled;
  /// Says which source, 0 to 255, a token belongs to; null when sources do not matter. When a batch
  /// of a source fails, everything else that the source submitted before it is forgiven is dropped,
  /// and the listener does not hear of it: what follows from a lost write must not be written.
  /// Token 0 has no source.
  std::uint8_t (*source_of)(commit_token) = nullptr;
  /// False: no thread is started and the owner calls `commit_next`, as a simulation does.
  bool own_thread = true;
};

/// When a submitted batch is written.
enum class urgency : std::uint8_t {
  /// With the next transaction, which begins at once if none is being written.
  now,
  /// With the next transaction that an urgent batch causes, after `writer_options::max_delay_ms`,
  /// or
  /// when so much waits that it fills a transaction or half of the queue: for what need not be on
  /// disk soon, because it follows from what is.
  later,
  /// Durable at once, as `now` is, and before what waits; written as `later` is. With a store that
  /// keeps no journal, or whose journal has no room, and for batches that change more than what
  /// groups remember, it is `now`.
  journal,
};

/// What became of a submitted batch.
enum class submitted : std::uint8_t {
  /// The listener will be told.
  queued,
  /// Too much is waiting; the batch was not taken and the listener will not be told. Try later.
  overloaded,
  /// The writer was stopped or failed for good; the batch was not taken.
  stopped,
};

/// Counters since the writer started.
struct writer_statistics {
  /// Transactions committed; each was one sync.
  std::uint64_t transactions = 0;
  /// Records of the journal; each was one sync as well.
  std::uint64_t journal_records = 0;
  /// Batches, operations and bytes of keys and values that became durable.
  std::uint64_t batches = 0;
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;
  /// Batches that failed, and batches refused as `overloaded`.
  std::uint64_t failed = 0;
  std::uint64_t overloaded = 0;
  /// Batches waiting now, and at the worst moment.
  std::uint64_t queued = 0;
  std::uint64_t queued_high_water = 0;
  /// The largest number of batches that shared one sync.
  std::uint64_t largest_group = 0;
  /// The last error, as a sentence; empty if there was none.
  std::string last_error;
  /// True after an error that ended all writing.
  bool failed_for_good = false;
};

/// Commits what several threads submit, in the order of submission, urgent or not. Whatever piled
/// up during one sync goes into the next transaction, so the number of syncs adapts to the load and
/// an idle writer commits a single batch at once. Batches for the journal are durable earlier than
/// their place in this order says, in the order of their own.
///
/// A batch that is refused for its own fault fails alone. `disk_full` fails the batches of that
/// transaction and the writer goes on; what is in the journal waits for room, and then everything
/// behind it fails as well. Any other error ends all writing, because a failed sync
/// cannot be retried: what waits fails with it and `submit` returns `stopped` from then on.
class writer {
public:
  /// Starts writing to `target`, which must outlive the writer.
  writer(store& target, commit_listener listener, const writer_options& options = {});

  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Stops.
  ~writer();

  /// Queues `batch`. Thread safe, never waits for the disk. On anything but `queued` the batch is
  /// left as it was.
  submitted submit(write_batch&& batch, commit_token token, urgency when = urgency::now);

  /// What `source` submits from now on is written again. Thread safe; harmless if nothing failed.
  void forgive(std::uint8_t source);

  /// Writes what waits, tells the listener, and ends the thread. Idempotent. Not to be called from
  /// the listener.
  void stop();

  /// Drops what waits and takes nothing more, as the end of a process does: nobody is told. Only
  /// for writers without a thread of their own.
  void discard();

  /// Commits one transaction of what waits, urgent or not, on the calling thread; false if nothing
  /// waited, or nothing but what is in the journal and finds no room. Only for writers without a
  /// thread of their own.
  bool commit_next();

  /// Puts what waits for the journal into it, on the calling thread; false if nothing did, or there
  /// is more to do than that: `commit_next` is. Only for writers without a thread of their own.
  bool journal_next();

  /// Whether something that was taken from the queue is neither written nor in the journal. Only
  /// for writers without a thread of their own.
  bool needs_transaction() const;

  /// The counters now. Thread safe.
  writer_statistics statistics() const;

private:
  using time_point = std::chrono::steady_clock::time_point;

  /// What is known of a waiting batch.
  struct note {
    commit_token token = 0;
    std::uint32_t life = 0;   // of its source when it was submitted
    std::uint64_t record = 0; // of the journal, if it is in one
    urgency when = urgency::now;
  };

  // How the writing thread waits, which says who must wake it.
  enum class rest : std::uint8_t {
    none,  // it does not wait
    timed, // it looks again soon; an urgent batch wakes it
    deep,  // any batch wakes it
  };

  void run();
  bool wait_for_work();
  bool is_due() const;
  bool must_write() const;
  bool is_pressing() const;
  void take_queued();
  void note_if_nothing_is_left();
  void note_if_no_room();
  std::size_t drop_outlived(std::size_t mark);
  bool journal_waiting();
  bool commit_taken();
  void fence(std::size_t last);
  void commit_group(std::size_t last);
  std::uint64_t records_before(std::size_t last) const;
  void finish(std::size_t last, const storage_error* error);
  std::size_t keep_journaled(std::size_t last);
  bool has_source(commit_token token) const;
  std::uint8_t source_of(commit_token token) const;

  store& target_;
  const commit_listener listener_;
  const writer_options options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<write_batch> queued_batches_;
  std::vector<note> queued_notes_;
  std::size_t waiting_bytes_ = 0; // queued or not written yet
  std::size_t queued_urgent_ = 0; // since what was queued was taken
  std::size_t queued_for_journal_ = 0;
  time_point write_at_ = time_point::max(); // when what waits is to be written at the latest
  bool full_ = false;                       // what waits is in the journal, and found no room
  rest rest_ = rest::none;
  bool stopping_ = false;
  writer_statistics statistics_;
  // By source: how often it failed, and whether it is not forgiven yet.
  std::array<std::uint32_t, 256> lives_{};
  std::array<bool, 256> fenced_{};
  bool ever_fenced_ = false;

  // The writing thread's own.
  std::vector<write_batch> batches_;
  std::vector<note> notes_;
  std::vector<commit_token> tokens_; // that a listener is told
  std::size_t next_ = 0;             // the first of batches_ that is not written yet
  bool urgent_taken_ = false;        // something among them is to be written at once
  bool no_room_ = false;             // for the last transaction
  std::optional<storage_error> fatal_;

  std::thread thread_;
};

} // namespace touchline::storage
