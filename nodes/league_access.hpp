// What a command works on: a node within its own process, or a cluster that it is connected to. A
// command does not know which.
#pragma once

#include "actors/runtime/router.hpp"
#include "messages/error.hpp"
#include "messages/header.hpp"
#include "nodes/identity_key.hpp"
#include "storage/store.hpp"

#include <caf/actor_system.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace touchline::cluster {
class TailBatch;
class TailQuery;
} // namespace touchline::cluster

namespace touchline::nodes {

struct common_options;

/// The way to a running league system. Destroying it stops an embedded node, or ends the
/// connection to a cluster, which runs on.
class league_access {
public:
  league_access() = default;
  league_access(const league_access&) = delete;
  league_access& operator=(const league_access&) = delete;
  virtual ~league_access() = default;

  /// Whether this is a cluster of other processes.
  virtual bool remote() const noexcept = 0;

  /// The actor system of this process.
  virtual caf::actor_system& system() noexcept = 0;

  /// The way to each partition. Of a cluster the handles are proxies, which come, go and change as
  /// leaders do.
  virtual const actors::router& routes() const noexcept = 0;

  /// What is committed, for reading. Reads of a cluster fail with a sentence when a partition has
  /// no leader.
  virtual const storage::store& store() const noexcept = 0;

  /// The secret that tokens and invitations are signed with.
  virtual tl::expected<identity_key, refusal> key() = 0;

  /// What was committed since the cursors of a query whose `open_only` is set; go on with those of
  /// the answer. May wait while nobody leads a partition. Thread safe.
  virtual tl::expected<cluster::TailBatch, refusal> tail(const cluster::TailQuery& query) = 0;

  /// From now on whatever waits ends early, with UNAVAILABLE, once `stop` says so: a person pressed
  /// Ctrl-C, or the program ends. It is asked at least every 100 ms, on the thread that waits.
  virtual void stop_waiting_when(std::function<bool()> stop) = 0;

  /// Why nothing more can be done here; nothing while something can. A cluster that lost a node, or
  /// that cannot be reached for a moment, is no failure.
  virtual std::optional<refusal> failure() const = 0;

  /// Waits until nothing is under way: every message handled, every record durable, every outbox
  /// empty. False after `timeout_ms`, or when it failed.
  virtual bool settle(int64_t timeout_ms) = 0;

  /// Makes idle entities leave memory.
  virtual void passivate_all() = 0;

  /// Drops a dead letter for good. NOT_FOUND when there is none with this id.
  virtual answer drop_dead_letter(const std::string& id) = 0;

  /// What was done since this was opened, for people: lines of text.
  virtual std::string summary() const = 0;
};

/// Starts a node on the data directory of the options or, with `--connect`, connects to the
/// cluster. One sentence why not.
tl::expected<std::unique_ptr<league_access>, refusal> open_access(const common_options& options);

/// What is committed, for commands that only read: a data directory that must exist, with nothing
/// running on it, or the store of a cluster. One sentence why not.
tl::expected<std::shared_ptr<const storage::store>, std::string> open_records(
  const common_options& options);

} // namespace touchline::nodes
