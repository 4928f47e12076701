// Holds connections to other nodes: calls them, and calls again with back-off when a connection has
// ended. One thread for each address, because CAF's way to connect may block: a black-holed node
// costs its own thread and nobody else.
#pragma once

#include "nodes/cluster/node_actor.hpp"

#include <caf/actor_system.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace touchline::cluster {

/// Times of a connector, in milliseconds.
struct connector_options {
  int64_t connect_ms = 1'000;
  /// The back-off doubles from the first to the second while connections fail or end at once.
  int64_t backoff_min_ms = 50;
  int64_t backoff_max_ms = 2'000;
  bool tls = false;
};

/// Asks for the actor that a process has published at an address. One sentence when nobody answers
/// in time. Looks first whether the address answers at all, which does not block CAF.
tl::expected<caf::actor, std::string> reach(caf::actor_system& system, const node_address& where,
                                            const connector_options& options);

/// Connections to a list of addresses. Thread safe.
class connector {
public:
  /// Introduces itself with `hello`; the connections are those of `environment`. A node that is in
  /// `peers` already is not called.
  connector(caf::actor_system& system, std::shared_ptr<const peer_environment> environment,
            std::shared_ptr<const peer_table> peers, wire_hello hello,
            const connector_options& options);

  connector(const connector&) = delete;
  connector& operator=(const connector&) = delete;

  /// Ends all connections that it made.
  ~connector();

  /// Holds connections to these addresses from now on, and to others no more.
  void connect_to(const std::vector<node_address>& addresses);

  /// The same, besides those that there are.
  void add(const node_address& address);

  /// Why the newest attempt failed; empty if none did.
  std::string last_error() const;

private:
  struct target {
    node_address where;
    bool wanted = true;
    std::thread thread;
  };

  void hold(target& x);
  bool try_once(const target& x);
  bool pause(const target& x, int64_t ms);
  void note(const node_address& where, const std::string& error);

  caf::actor_system& system_;
  std::shared_ptr<const peer_environment> environment_;
  std::shared_ptr<const peer_table> peers_;
  wire_hello hello_;
  connector_options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<target>> targets_;
  std::string last_error_;
};

} // namespace touchline::cluster
