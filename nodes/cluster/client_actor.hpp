// What a program that is no node knows of a cluster: the connections that it has, who leads what,
// and whom to ask.
#pragma once

#include "actors/runtime/router.hpp"
#include "nodes/cluster/node_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
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

/// On whose behalf this program sends and asks from now on, at every node. Answered with `Reply`,
/// of one node: whom it takes the program for, or why not.
struct use_credentials {
  /// Of an account, or a session.
  std::string token;
  /// Makes a token, again and again: for who has the key that nodes sign with.
  std::function<std::string()> mint;
  /// A certificate in PEM and the file of its key: it is proved, again and again.
  std::string certificate;
  std::filesystem::path key;
};

/// To itself: sessions end, and are renewed before.
struct renew_tick {};

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

  using reply_callback = std::function<void(Reply)>;
  void ask_then(const caf::actor& peer, const Request& question, const reply_callback& then);
  void add(uint32_t node, const caf::actor& connection);
  caf::result<Reply> use(use_credentials& x);
  void renew(const reply_callback& then);
  void prove(const caf::actor& peer, const reply_callback& then);
  void announce(std::string token, const reply_callback& then);
  Request introduction() const;
  bool has_sessions() const { return credentials_.mint || !credentials_.certificate.empty(); }

  actors::router& routes_;
  std::shared_ptr<peer_table> peers_;
  std::function<void(const std::vector<node_address>&)> found_;
  std::vector<std::pair<uint32_t, caf::actor>> connected_;
  /// Those that are being told on whose behalf this program comes: nothing is sent there before.
  std::vector<std::pair<uint32_t, caf::actor>> coming_;
  use_credentials credentials_;
  /// Counts them: what was begun for others is not ended for these.
  uint64_t generation_ = 0;
  bool renewing_ = false;
  std::vector<leadership> leaders_;
  uint64_t map_version_ = 0;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_client, first_custom_type_id + 370)
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::ask_leader))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::ask_node))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::connected_query))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::connected_nodes))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::use_credentials))
  CAF_ADD_TYPE_ID(touchline_client, (touchline::cluster::renew_tick))
CAF_END_TYPE_ID_BLOCK(touchline_client)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ask_leader)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ask_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::connected_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::connected_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::use_credentials)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::renew_tick)
