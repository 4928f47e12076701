// The node itself, as the others see it: greets whoever connects, knows the map and who leads what,
// keeps its replicas in step with the map, answers questions. On the node that leads partition 0 it
// is the controller as well: the only one who changes the map.
#pragma once

#include "nodes/cluster/cluster_map.hpp"
#include "nodes/cluster/peer_actor.hpp"
#include "nodes/cluster/replica_actor.hpp"
#include "nodes/cluster/store_reader.hpp"

#include <caf/event_based_actor.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace touchline::cluster {

/// The connections of a process to nodes, by node. Thread safe.
class peer_table {
public:
  caf::actor at(uint32_t node) const {
    std::lock_guard guard{mutex_};
    auto at = peers_.find(node);
    return at == peers_.end() ? nullptr : at->second;
  }
  void set(uint32_t node, caf::actor peer) {
    std::lock_guard guard{mutex_};
    if (peer)
      peers_[node] = std::move(peer);
    else
      peers_.erase(node);
  }

  /// Whether a node has said that it is about to end, or this one is.
  bool leaving(uint32_t node) const {
    std::lock_guard guard{mutex_};
    return leaving_.contains(node);
  }
  void set_leaving(uint32_t node, bool leaves) {
    std::lock_guard guard{mutex_};
    if (leaves)
      leaving_.insert(node);
    else
      leaving_.erase(node);
  }

private:
  mutable std::mutex mutex_;
  std::map<uint32_t, caf::actor> peers_;
  std::set<uint32_t> leaving_;
};

/// Where a node is to be found.
struct node_address {
  /// 0 when it is not known who is there.
  uint32_t node = 0;
  std::string host;
  uint16_t port = 0;

  friend auto operator<=>(const node_address&, const node_address&) = default;
};

/// What a node's actor is given.
struct node_environment {
  std::shared_ptr<replica_environment> replicas_of;
  std::shared_ptr<replica_table> replicas;
  std::shared_ptr<peer_table> peers;
  std::shared_ptr<peer_environment> connections;
  actors::runtime* runtime = nullptr;
  storage::store* store = nullptr;
  const actors::clock* time = nullptr;
  std::string cluster;
  uint32_t partitions = 1;
  uint32_t replication = 1;
  /// This node, as it would join.
  Node self;
  /// Nodes of the configuration other than this one: those that must be empty before a cluster is
  /// born.
  std::vector<uint32_t> founders;
  std::vector<node_address> founder_addresses;
  /// The node was told to join: it founds nothing.
  bool joins = false;
  /// No cluster: a disk that fails ends the node. One of several stays, and says so when asked.
  bool alone = false;
  std::string identity_key;
  /// Called with the addresses that the node should hold connections to. Thread safe.
  std::function<void(std::vector<node_address>)> connect_to;
  /// Told why the node has to end. Thread safe.
  std::function<void(const refusal&)> broken;
  /// The file of the authority that certificates are checked with; empty without TLS.
  std::filesystem::path authority_file;
  /// For the status.
  std::function<void(NodeStatus&)> describe;
  /// At every tick.
  std::function<void(int64_t now_ms)> at_tick;
  int64_t tick_ms = 100;
};

struct node_tick {};

/// From a replica that was told to dissolve: nothing of it is left.
struct replica_dissolved {
  uint32_t partition = 0;
};

/// To the node: hand over everything that it leads. Answered with the number of partitions that it
/// still leads.
struct drain_leadership {};

/// To the node, within its process. Answered with `ClusterMap`; its version is 0 while it has none.
struct map_query {};

/// The actor of a node. See the head of this file.
class node_actor : public caf::event_based_actor {
public:
  node_actor(caf::actor_config& config, std::shared_ptr<node_environment> environment);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.node"; }

private:
  struct known_peer {
    peer_identity who;
    caf::actor connection;
    uint64_t map_version = 0;
    /// Whether it belongs to a cluster already, when it is a node.
    bool in_cluster = false;
    int64_t told_ms = 0;
  };

  struct leadership {
    uint64_t term = 0;
    uint32_t node = 0;
  };

  /// A change of the map that its controller has asked for.
  struct waiting_wish {
    uint64_t version = 0;
    caf::response_promise promise;
    int64_t until_ms = 0;
  };

  // -- connections --------------------------------------------------------------------------------

  caf::result<wire_welcome> greet(const wire_hello& x);
  wire_welcome welcome(const wire_hello& x, const std::string& wrong);
  std::string why_not(const wire_hello& x) const;
  void peer_came(const peer_up& x);
  void peer_went(const peer_down& x);
  void take_news(const news_input& x);
  void spread_news(bool everything);
  News news_for(const known_peer& peer) const;

  // -- leaders ------------------------------------------------------------------------------------

  void replica_said(const replica_news& x);
  void show(const replica_news& x);
  void learn_leader(uint32_t partition, uint64_t term, uint32_t node);
  void route(uint32_t partition);
  refusal no_leader(uint32_t partition) const;
  void refuse(const caf::message& content);
  bool is_controller() const;

  // -- the map ------------------------------------------------------------------------------------

  void tick();
  void found_cluster();
  void read_map();
  void take_map(ClusterMap map);
  void act_by_map();
  void join();
  caf::result<Reply> change_map(tl::expected<ClusterMap, refusal> next);
  void answer_wishes();
  void end_when_removed();
  bool is_gone(uint32_t node, uint32_t incarnation) const;

  // -- replicas -----------------------------------------------------------------------------------

  void start_replica(uint32_t partition);
  void start_stored_replicas();
  void dissolve_superfluous();

  // -- questions ----------------------------------------------------------------------------------

  caf::result<Reply> serve(const serve_request& x);
  bool is_for_desk(const serve_request& x) const;
  caf::result<Reply> serve_partition(const PartitionQuery& x);
  caf::result<Reply> serve_status();
  caf::result<Reply> serve_activity();
  caf::result<Reply> to_controller(const Request& x);
  caf::result<uint32_t> drain();

  int64_t now_ms() const { return environment_->time->steady_ms(); }

  std::shared_ptr<node_environment> environment_;
  /// Serves operators.
  caf::actor desk_;
  /// Reads the store for others.
  caf::actor reader_;
  std::vector<known_peer> peers_;
  std::vector<leadership> leaders_;
  std::map<uint32_t, replica_news> replica_states_;
  ClusterMap map_;
  uint64_t proposed_version_ = 0;
  int64_t proposed_ms_ = 0;
  std::vector<waiting_wish> wishes_;
  uint8_t generation_ = 0;
  bool leaders_changed_ = false;
  int64_t joined_ms_ = 0;
  int64_t asked_members_ms_ = 0;
  int64_t told_waiting_ms_ = 0;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_node, first_custom_type_id + 360)
  CAF_ADD_TYPE_ID(touchline_node, (touchline::cluster::node_tick))
  CAF_ADD_TYPE_ID(touchline_node, (touchline::cluster::replica_dissolved))
  CAF_ADD_TYPE_ID(touchline_node, (touchline::cluster::drain_leadership))
  CAF_ADD_TYPE_ID(touchline_node, (touchline::cluster::map_query))
  CAF_ADD_TYPE_ID(touchline_node, (touchline::cluster::ClusterMap))
CAF_END_TYPE_ID_BLOCK(touchline_node)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::node_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::replica_dissolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::drain_leadership)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::map_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ClusterMap)
