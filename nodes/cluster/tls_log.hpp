// Why a connection with TLS was not made, in the log. CAF says nothing about it on the side that was
// called.
#pragma once

namespace touchline::cluster {

/// From now on every TLS handshake of this process that fails is logged, with the address of the
/// other end and the reason. Calling it again does nothing.
void log_refused_certificates();

} // namespace touchline::cluster
