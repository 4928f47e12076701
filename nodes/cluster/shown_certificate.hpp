// Ties what a process says of itself to the certificate that its connection has shown.
#pragma once

#include "nodes/cluster/tls_sessions.hpp"

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace touchline::cluster {

/// Whether the connections of this process are made with certificates.
bool uses_certificates(const caf::actor_system& system);

/// Calls `then`, within `self`, with what the process of CAF's node `other` has shown on the
/// connection to this one; with nothing when that is gone, or is not known within a second.
void ask_certificate(caf::event_based_actor* self, const caf::node_id& other,
                     std::function<void(const std::optional<certified_peer>&)> then);

/// What is wrong with the certificate of somebody who says that he is this node of this cluster:
/// its common name must be "node-ID" and its organisation the cluster's name. Empty when nothing
/// is.
std::string wrong_certificate(const std::string& cluster, uint32_t node,
                              const std::optional<certified_peer>& shown);

} // namespace touchline::cluster
