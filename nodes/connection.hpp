// Which cluster a command works against, and with which certificate.
#pragma once

#include "nodes/host_port.hpp"

#include <filesystem>
#include <vector>

namespace touchline::nodes {

/// The files, in PEM format, that a command shows itself with and knows the nodes by.
struct tls_files {
  std::filesystem::path ca;
  std::filesystem::path certificate;
  std::filesystem::path key;

  /// Without files there is no TLS: then nodes are reached on loopback only, unless they were told
  /// otherwise.
  bool empty() const { return ca.empty() && certificate.empty() && key.empty(); }

  friend bool operator==(const tls_files&, const tls_files&) = default;
};

/// What `--connect` and `--tls-…` say.
struct connection {
  /// One or more nodes of the cluster; any of them will do.
  std::vector<host_port> nodes;
  tls_files tls;
};

} // namespace touchline::nodes
