// CAF as the network of a cluster: its configuration, its message types, and the way from a replica
// to the connection that carries its messages.
#pragma once

#include "nodes/cluster/node_actor.hpp"
#include "nodes/configuration.hpp"

#include <caf/actor_system_config.hpp>

#include <memory>

namespace touchline::cluster {

/// Registers what processes say to each other with CAF. Calling it again does nothing.
void register_cluster_types();

/// The network of replicas over the connections of a process.
class peer_network final : public replica_network {
public:
  peer_network(std::shared_ptr<const peer_table> peers,
               std::shared_ptr<const replica_table> replicas)
    : peers_{std::move(peers)},
      replicas_{std::move(replicas)} {}

  void send(uint32_t partition, consensus::outgoing message) override;
  void ask_content(uint32_t partition, consensus::server_id from, ContentQuery query) override;
  bool connected(uint32_t node) const override;

private:
  std::shared_ptr<const peer_table> peers_;
  std::shared_ptr<const replica_table> replicas_;
};

} // namespace touchline::cluster

namespace touchline::nodes {

/// What CAF is told: the scheduler, and with a network its heartbeats and certificates (`id` names
/// the node; 0 for a program that is none). What the file says in its section `caf` counts more.
std::unique_ptr<caf::actor_system_config> make_caf_config(const configuration& config, uint32_t id);

/// CAF for a program that connects to a cluster with these certificates, if any.
std::unique_ptr<caf::actor_system_config> make_client_caf_config(const configuration& config,
                                                                 const std::string& ca,
                                                                 const std::string& certificate,
                                                                 const std::string& key);

/// Bounds and intervals of the replicas of a configuration.
cluster::replica_options replica_options_of(const configuration& config);

} // namespace touchline::nodes
