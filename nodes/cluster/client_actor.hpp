// What a program that is no node knows of a cluster: the connections that it has, who leads what,
// and whom to ask.
#pragma once

#include "actors/runtime/router.hpp"
#include "nodes/cluster/node_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace touchline::cluster {

/// Asks the leader of a partition. Answered with `Reply`.
struct ask_leader {
  uint32_t partition = 0;
  Request question;
};

/// Asks a node; 0 for any. Answered with `Reply`.
struct ask_node {
  uint32_t node = 0;
  Request question;
};

/// Answered with `connected_nodes`.
struct connected_query {};

struct connected_nodes {
  std::vector<uint32_t> nodes;
};

/// The actor of a program's connections to a cluster: owns them as a node's actor does.
class client_actor : public caf::event_based_actor {
public:
  /// Keeps `routes` and `peers` right; both outlive it. `found` is told where nodes are.
  client_actor(caf::actor_config& config, actors::router& routes, std::shared_ptr<peer_table> peers,
               std::function<void(const std::vector<node_address>&)> found);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.client"; }

private:
  struct leadership {
    uint64_t term = 0;
    uint32_t node = 0;
  };

  void came(const peer_up& x);
  void went(const peer_down& x);
  void learn(const News& news);
  void route();
  caf::actor way_to(uint32_t partition) const;
  caf::result<Reply> ask(const caf::actor& peer, const Request& question);

  actors::router& routes_;
  std::shared_ptr<peer_table> peers_;
  std::function<void(const std::vector<node_address>&)> found_;
  std::vector<std::pair<uint32_t, caf::actor>> connected_;
  std::vector<leadership> leaders_;
  uint64_t map_version_ = 0;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_client, first_custom_type_id + 370)
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::ask_leader))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::ask_node))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::connected_query))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::connected_nodes))
CAF_END_TYPE_ID_BLOCK(touchline_client)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ask_leader)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ask_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::connected_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::connected_nodes)
