#include "nodes/cluster/client_actor.hpp"

#include "actors/runtime/local_messages.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace touchline::cluster {

client_actor::client_actor(caf::actor_config& config, actors::router& routes,
                           std::shared_ptr<peer_table> peers,
                           std::function<void(const std::vector<node_address>&)> found)
  : event_based_actor{config},
    routes_{routes},
    peers_{std::move(peers)},
    found_{std::move(found)},
    leaders_(routes.partitions()) {}

caf::behavior client_actor::make_behavior() {
  return {[this](const peer_up& x) { came(x); },
          [this](const peer_down& x) { went(x); },
          [this](const news_input& x) { learn(x.news); },
          [](missing_replica) {},
          [](const serve_request&) {
            Reply reply;
            reply.set_code(static_cast<uint32_t>(UNSUPPORTED));
            reply.set_text("This program is no node.");
            return reply;
          },
          [this](const ask_leader& x) { return ask(way_to(x.partition), x.question); },
          [this](const ask_node& x) {
            if (x.node == 0)
              return ask(connected_.empty() ? caf::actor{} : connected_.front().second, x.question);
            return ask(peers_->at(x.node), x.question);
          },
          [this](connected_query) {
            connected_nodes out;
            for (auto& [node, connection] : connected_)
              out.nodes.push_back(node);
            return out;
          }};
}

void client_actor::on_exit() {
  for (uint32_t i = 0; i < routes_.partitions(); ++i)
    routes_.set_elsewhere(i, nullptr);
  for (auto& [node, connection] : connected_) {
    peers_->set(node, nullptr);
    send_exit(connection, caf::exit_reason::user_shutdown);
  }
  connected_.clear();
  found_ = nullptr;
}

void client_actor::came(const peer_up& x) {
  if (peers_->at(x.who.node) || x.who.partitions != routes_.partitions()) {
    send_exit(x.connection, caf::exit_reason::user_shutdown);
    return;
  }
  connected_.emplace_back(x.who.node, x.connection);
  peers_->set(x.who.node, x.connection);
  route();
}

void client_actor::went(const peer_down& x) {
  auto gone = std::erase_if(connected_,
                            [&](auto& entry) { return entry.second.address() == x.connection; });
  if (gone == 0)
    return;
  peers_->set(x.who.node, nullptr);
  for (auto& leader : leaders_)
    if (leader.node == x.who.node)
      leader.node = 0;
  route();
}

void client_actor::learn(const News& news) {
  if (news.has_map() && news.map().version() > map_version_) {
    map_version_ = news.map().version();
    std::vector<node_address> nodes;
    for (auto& node : news.map().node())
      nodes.push_back({node.id(), node.host(), static_cast<uint16_t>(node.port())});
    found_(nodes);
  }
  for (auto& leader : news.leader())
    if (leader.partition() < leaders_.size() && leader.term() >= leaders_[leader.partition()].term)
      leaders_[leader.partition()] = {leader.term(), leader.node()};
  route();
}

/// The leader's node if it is known and connected; else any: it passes on what it gets.
caf::actor client_actor::way_to(uint32_t partition) const {
  if (partition < leaders_.size())
    if (auto leader = peers_->at(leaders_[partition].node))
      return leader;
  return connected_.empty() ? caf::actor{} : connected_.front().second;
}

void client_actor::route() {
  for (uint32_t i = 0; i < routes_.partitions(); ++i)
    routes_.set_elsewhere(i, way_to(i));
}

caf::result<Reply> client_actor::ask(const caf::actor& peer, const Request& question) {
  if (!peer) {
    Reply reply;
    reply.set_code(static_cast<uint32_t>(UNAVAILABLE));
    reply.set_text("No node of the cluster is connected.");
    return reply;
  }
  auto promise = make_response_promise();
  request(peer, std::chrono::seconds{20}, peer_request{question})
    .then([promise](Reply& reply) mutable { promise.deliver(std::move(reply)); },
          [promise](const caf::error&) mutable {
            Reply reply;
            reply.set_code(static_cast<uint32_t>(UNAVAILABLE));
            reply.set_text("The node did not answer in time.");
            promise.deliver(std::move(reply));
          });
  return promise;
}

} // namespace touchline::cluster
