// What a front may be told: where it listens, and its bounds. The keys of the section `front`.
#pragma once

#include "nodes/cluster/cluster_configuration.hpp"
#include "nodes/front/async_client.hpp"
#include "nodes/front/circuit_breaker.hpp"
#include "nodes/front/event_options.hpp"
#include "nodes/front/http_server.hpp"
#include "nodes/front/network_list.hpp"
#include "nodes/front/rate_limiter.hpp"
#include "nodes/settings_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace touchline::front {

/// A front. The defaults hold when nothing is said.
struct front_configuration {
  server_options server;
  async_client_options client;
  breaker_options breaker;
  rate_options rate;
  event_options events;
  /// Whose X-Forwarded-For says who the client is.
  network_list trusted_proxies;
  /// How long a token that was looked at is good without being looked at again, in milliseconds: so
  /// long a revoked one may still be used.
  int64_t token_memory_ms = 1'000;
  /// How long a front that is to end is unready before it takes no more connections, and how long
  /// it then waits for its responses to be taken, in milliseconds.
  int64_t unready_ms = 0;
  int64_t drain_ms = 8'000;
  /// Whoever shows no token may read what a viewer may: tables, fixtures, teams, live events.
  bool public_reads = false;
  /// Serve plain HTTP to other machines.
  bool unsafe_plain_http_beyond_loopback = false;
};

/// Reads the section `front` for a node; what is wrong with it is kept by the file. "{id}" in its
/// address and paths stands for the node's id. Nothing without a section.
std::optional<front_configuration> read_front(nodes::settings_file& file, uint32_t node = 1);

/// Has the file keep what is wrong with the fronts of a cluster's nodes taken together: addresses
/// that only some of them can have, files that are missing, and more time to end than there is.
void check_fronts(nodes::settings_file& file, const nodes::cluster_configuration& cluster);

/// Why a front must not run like that, if so: plain HTTP that other machines reach, which nobody
/// has called unsafe, or half of what TLS needs. One sentence.
std::optional<std::string> check_exposure(const front_configuration& config);

} // namespace touchline::front
