// A real cluster whose nodes have the role "front".
#pragma once

#include "messages/catalogue.pb.h"
#include "tests/cluster/real_cluster.hpp"
#include "tests/front/http_client.hpp"

#include <cstdint>
#include <string>

namespace touchline::testing {

/// All digits but the last of ten ports that are free. The id of a node is the last digit of its
/// front's port; the test may have 0 and those behind the last node.
uint16_t free_prefix();

/// A token of an account, from the cluster itself, while it has no operator.
std::string make_account(const real_cluster& cluster, const std::string& account, Role role);

/// An administrator's token.
std::string make_admin(const real_cluster& cluster);

/// The status and body of one request; status 0 when nobody listens or the connection ended.
http_reply ask(uint16_t port, const std::string& method, const std::string& target,
               const header_list& headers = {}, const std::string& body = {});

/// A page of another program's, whose bodies may come in chunks; empty when nobody listens.
std::string page(uint16_t port, const std::string& target);

/// Three nodes with fronts on loopback.
struct served_cluster {
  static constexpr uint32_t node_count = 3;

  /// `unready`: how long a front that ends says so before it closes.
  /// `node_lines` are for the section `touchline`.
  explicit served_cluster(const std::string& unready = "2s", const std::string& node_lines = {});

  /// Of the front of a node; of something else of the test.
  uint16_t port(uint32_t last_digit) const {
    return static_cast<uint16_t>(prefix * 10 + last_digit);
  }
  void require_ready(uint32_t node) const;
  /// Starts all nodes, and waits until their fronts are ready.
  void start_all();

  uint16_t prefix;
  real_cluster cluster;
};

} // namespace touchline::testing
