#include "nodes/cluster/shown_certificate.hpp"

#include "messages/text.hpp"
#include "nodes/cluster/cluster_configuration.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <chrono>
#include <utility>

namespace touchline::cluster {

bool uses_certificates(const caf::actor_system& system) {
  return !system.config().openssl_cafile.empty();
}

void ask_certificate(caf::event_based_actor* self, const caf::node_id& other,
                     std::function<void(const std::optional<certified_peer>&)> then) {
  constexpr std::chrono::seconds patience{1};
  auto unknown = [then](const caf::error&) { then(std::nullopt); };
  // CAF knows the address of the connection, and OpenSSL who has shown what there.
  self->request(self->home_system().middleman().actor_handle(), patience, caf::get_atom_v, other)
    .then([then](const caf::node_id&, const std::string& ip,
                 uint16_t port) { then(certified_peer_at(ip, port)); },
          unknown);
}

std::string wrong_certificate(const std::string& cluster, uint32_t node,
                              const std::optional<certified_peer>& shown) {
  auto name = nodes::node_name(node);
  if (!shown)
    return "the certificate of its connection is gone; the connection may have ended already";
  if (shown->name == name && shown->cluster == cluster)
    return {};
  return "it shows the certificate of \"" + excerpt(shown->name) + "\" of the cluster \""
         + excerpt(shown->cluster) + "\" and says that it is " + name + " of " + cluster
         + "; give every node the certificate that is its own";
}

} // namespace touchline::cluster
