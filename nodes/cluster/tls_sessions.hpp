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

/// From now on every TLS handshake of this process that fails is logged, with the address of the
/// other end and the reason, and those that succeed can be looked up. Calling it again does
/// nothing.
void watch_tls_sessions();

/// Who has connected with TLS from this address, or is called at it; nothing when nobody is. The
/// address as CAF tells it: an IP address and a port. Thread safe.
std::optional<certified_peer> certified_peer_at(const std::string& ip, uint16_t port);

} // namespace touchline::cluster
