// What CAF leaves open about its connections with TLS: why one was not made, whose certificate the
// other end has shown, and that an error of one connection is none of the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace touchline::cluster {

/// Whose certificate an end of a connection has shown.
struct certified_peer {
  /// "node-1" or "client-NAME", as `touchline certs` writes it; empty when the certificate has
  /// none.
  std::string name;
  /// The organisation, which is the name of the cluster.
  std::string cluster;
};

/// What becomes of the reason why a handshake failed.
enum class tls_failures {
  /// A line in the log, with the address of the other end.
  logged,
  /// The newest one waits to be taken.
  kept,
};

/// From now on the reason of every TLS handshake of this process that fails is logged or kept, and
/// those that succeed can be looked up. Only the first call counts.
void watch_tls_sessions(tls_failures how);

/// Why the newest handshake failed: "it ended the TLS handshake: bad certificate". Empty when
/// nothing is kept, or it was taken already. Thread safe.
std::string take_tls_failure();

/// Who has connected with TLS from this address, or is called at it; nothing when nobody is. The
/// address as CAF tells it: an IP address and a port. Thread safe.
std::optional<certified_peer> certified_peer_at(const std::string& ip, uint16_t port);

} // namespace touchline::cluster
