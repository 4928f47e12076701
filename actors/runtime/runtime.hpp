// A node's runtime: storage, partitions, and the way in. What a process starts, whatever it then
// does.
#pragma once

#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/router.hpp"
#include "actors/runtime/runtime_metrics.hpp"
#include "actors/runtime/supervisor_actor.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/writer.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <memory>
#include <mutex>
#include <optional>

namespace touchline::actors {

/// What a runtime is made of.
struct runtime_setup {
  /// Of a runtime that opens its own store.
  storage::lmdb_options storage;
  storage::writer_options writer;
  runtime_options options;
  entity_kinds kinds{{}};
  /// The node's name, for people.
  std::string node = "node-1";
  const clock* time = &system_clock();
  /// See entity_environment; outlives the runtime.
  span_sink* spans = nullptr;
  /// See entity_environment: the seam through which a test makes handlers fail.
  std::function<void(const header&, uint32_t number)> before_decision;
};

/// Registers the message types with CAF: before the first actor system, and before CAF reads a
/// configuration. Calling it again does nothing.
void register_message_types();

/// Store and log of a runtime whose partitions are replicated; both outlive it.
struct replicated_storage {
  storage::store* store = nullptr;
  commit_log* log = nullptr;
  /// See supervisor_callbacks.
  step_down_callback step_down;
};

/// Storage and partitions of one data directory.
class runtime {
public:
  /// Opens the data directory and starts the partitions. Fails with the storage's own sentence, or
  /// when the directory was created with another number of partitions.
  static tl::expected<std::unique_ptr<runtime>, refusal> start(caf::actor_system& system,
                                                               runtime_setup setup);

  /// Hosts the partitions that it is told to lead, on a store and a log of the caller's.
  static std::unique_ptr<runtime> start(caf::actor_system& system, runtime_setup setup,
                                        replicated_storage storage);

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// Stops the partitions, writes what was submitted, and closes the data directory. Waits for
  /// their actors: who runs the scheduler himself lets them end before, with `begin_end`.
  ~runtime();

  /// Tells the partitions to end and does not wait for it.
  void begin_end();

  /// Whether no actor of a partition is left.
  bool ended() const noexcept { return running_->load() == 0; }

  /// The entities of a partition live here from now on, in `epoch`, or no more. Only for a runtime
  /// on replicated storage.
  void lead(uint32_t index, uint64_t epoch);
  void follow(uint32_t index, refusal why);

  router& routes() noexcept { return *routes_; }
  const runtime_metrics& metrics() const noexcept { return *metrics_; }
  const failure_history& failures() const noexcept { return *failures_; }
  const entity_kinds& kinds() const noexcept { return kinds_; }
  storage::store& store() noexcept { return *store_; }
  /// Of a runtime that has a writer of its own.
  storage::writer_statistics writer_statistics() const { return writer_->statistics(); }

  /// Waits until nothing is under way: every message handled, every record durable, every outbox
  /// empty. False after `timeout_ms`, or when the node failed.
  bool settle(int64_t timeout_ms);

  /// Entities in memory.
  uint64_t active_entities();

  /// Makes all idle entities leave memory, and gives clean pages back to the system.
  void passivate_all();

  /// Drops a dead letter for good. NOT_FOUND when there is none with this id.
  answer drop_dead_letter(const std::string& id);

  /// Makes an entity, or with an empty address the partition of `index`, fail as a defect would.
  void fail_entity(const std::string& address);
  void fail_partition(uint32_t index);

  /// Why the node cannot go on; nothing while it can.
  std::optional<refusal> failure() const;

private:
  runtime(caf::actor_system& system, runtime_setup setup);

  void host(runtime_setup setup, commit_log& log, step_down_callback step_down);

  void tell_partitions(std::span<const storage::commit_token> tokens,
                       const storage::storage_error* error);

  caf::actor_system& system_;
  std::unique_ptr<storage::store> own_store_;
  storage::store* store_ = nullptr;
  entity_kinds kinds_;
  const clock& time_;
  std::unique_ptr<router> routes_;
  std::unique_ptr<runtime_metrics> metrics_;
  std::shared_ptr<failure_history> failures_ = std::make_shared<failure_history>();
  std::unique_ptr<storage::writer> writer_;
  std::unique_ptr<commit_log> own_log_;
  caf::actor supervisor_;
  std::shared_ptr<std::atomic<int64_t>> running_;
  mutable std::mutex mutex_;
  std::optional<refusal> failure_;
};

} // namespace touchline::actors
