// Certificates for the connections of a trial cluster: an authority of its own, and what it signs
// for nodes and clients. A certificate says whose it is with its common name, "node-1" or
// "client-NAME", and for which cluster with its organisation.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Days for which a node's or a client's certificate is good: by default, and at most.
inline constexpr int default_certificate_days = 365;
inline constexpr int max_certificate_days = 3'650;

/// Certificates that one call makes.
inline constexpr size_t max_certificates = 256;

/// What to make.
struct certificate_request {
  /// Created when it is missing. An authority that is there (ca.pem, ca.key) signs.
  std::filesystem::path folder;
  /// A key (see `check_key`); empty for that of the authority that is there, or else "trial".
  std::string cluster;
  /// Ids.
  std::vector<uint32_t> nodes;
  /// Names and IP addresses in the nodes' certificates, next to "node-ID".
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  /// Keys (see `check_key`).
  std::vector<std::string> clients;
  /// What the clients may be, one of `account_roles`: their organisational unit; empty for none.
  std::string role;
  int days = default_certificate_days;
  /// Replaces the certificates and keys of the nodes and clients named; never the authority's.
  bool force = false;
};

/// Makes ca.pem and ca.key unless they are there, and NAME.pem and NAME.key for each node and
/// client: ECDSA on P-256, keys for the eyes of their owner alone. Returns the files that it wrote.
/// Writes nothing when it refuses: names that are none, files that are there, an authority of
/// another cluster, one without its key or past its end. One sentence for what is wrong.
tl::expected<std::vector<std::filesystem::path>, std::string> make_certificates(
  const certificate_request& request);

} // namespace touchline::nodes
