#include "nodes/cluster/client_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "nodes/certificate_proof.hpp"
#include "nodes/cluster/failed_reply.hpp"
#include "nodes/cluster/operator_gate.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace touchline::cluster {

namespace {

/// Well before a session is over, so that a renewal may fail once or twice.
constexpr std::chrono::milliseconds renewal{session_ms / 4};

} // namespace

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
          [this](use_credentials& x) { return use(x); },
          [this](renew_tick) {
            renewing_ = has_sessions();
            if (!renewing_)
              return;
            delayed_send(caf::actor{this}, renewal, renew_tick{});
            renew([](const Reply& x) {
              if (x.code() != 0)
                spdlog::warn("this program's session is not renewed: {}", x.text());
            });
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
  for (auto& [node, connection] : coming_)
    send_exit(connection, caf::exit_reason::user_shutdown);
  connected_.clear();
  coming_.clear();
  found_ = nullptr;
}

void client_actor::came(const peer_up& x) {
  auto node = x.who.node;
  auto is_coming = [&](auto& entry) { return entry.first == node; };
  if (peers_->at(node) || std::ranges::any_of(coming_, is_coming)
      || x.who.partitions != routes_.partitions()) {
    send_exit(x.connection, caf::exit_reason::user_shutdown);
    return;
  }
  if (credentials_.token.empty()) {
    add(node, x.connection);
    return;
  }
  coming_.emplace_back(node, x.connection);
  // One that is slow to say whom it takes this program for serves all the same.
  constexpr std::chrono::seconds patience{2};
  run_delayed(patience, [this, node, connection = x.connection] {
    if (std::erase(coming_, std::pair{node, connection}) > 0)
      add(node, connection);
  });
  ask_then(x.connection, introduction(), [this, node, connection = x.connection](const Reply& y) {
    if (std::erase(coming_, std::pair{node, connection}) > 0)
      add(node, connection);
    if (y.code() == static_cast<uint32_t>(UNAUTHENTICATED))
      renew([](const Reply&) {});
  });
}

void client_actor::add(uint32_t node, const caf::actor& connection) {
  connected_.emplace_back(node, connection);
  peers_->set(node, connection);
  route();
}

void client_actor::went(const peer_down& x) {
  auto is_it = [&](auto& entry) { return entry.second.address() == x.connection; };
  std::erase_if(coming_, is_it);
  if (std::erase_if(connected_, is_it) == 0)
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

/// A session that is over is made anew, and the question asked again.
caf::result<Reply> client_actor::ask(const caf::actor& peer, const Request& question) {
  auto promise = make_response_promise();
  ask_then(peer, question, [this, promise, peer, question](Reply reply) mutable {
    if (!has_sessions() || reply.code() != static_cast<uint32_t>(UNAUTHENTICATED)) {
      promise.deliver(std::move(reply));
      return;
    }
    renew([this, promise, peer, question](const Reply&) {
      ask_then(peer, question,
               [promise](Reply again) mutable { promise.deliver(std::move(again)); });
    });
  });
  return promise;
}

void client_actor::ask_then(const caf::actor& peer, const Request& question,
                            const reply_callback& then) {
  if (!peer) {
    then(failed(UNAVAILABLE, "No node of the cluster is connected."));
    return;
  }
  request(peer, std::chrono::seconds{20}, peer_request{question})
    .then(
      [then](Reply& reply) { then(std::move(reply)); },
      [then](const caf::error&) { then(failed(UNAVAILABLE, "The node did not answer in time.")); });
}

// -- on whose behalf ------------------------------------------------------------------------------

Request client_actor::introduction() const {
  Request out;
  out.mutable_admin()->set_who_am_i(true);
  out.mutable_who()->set_token(credentials_.token);
  out.mutable_who()->set_introduces(true);
  return out;
}

caf::result<Reply> client_actor::use(use_credentials& x) {
  auto promise = make_response_promise();
  credentials_ = std::move(x);
  ++generation_;
  if (has_sessions() && !std::exchange(renewing_, true))
    delayed_send(caf::actor{this}, renewal, renew_tick{});
  renew([promise](Reply reply) mutable { promise.deliver(std::move(reply)); });
  return promise;
}

void client_actor::renew(const reply_callback& then) {
  if (credentials_.mint)
    announce(credentials_.mint(), then);
  else if (!credentials_.certificate.empty())
    prove(connected_.empty() ? caf::actor{} : connected_.front().second, then);
  else
    announce(credentials_.token, then);
}

/// One node draws a challenge and gives a session for what is signed: every node believes it.
void client_actor::prove(const caf::actor& peer, const reply_callback& then) {
  Request draw;
  draw.mutable_admin()->mutable_challenge();
  auto generation = generation_;
  ask_then(peer, draw, [this, peer, then, generation](const Reply& drawn) {
    if (drawn.code() != 0 || generation != generation_) {
      then(drawn);
      return;
    }
    const auto& challenge = drawn.admin().challenge().challenge();
    auto signature = nodes::sign_challenge(credentials_.key, challenge);
    if (!signature) {
      then(failed(signature.error().code, signature.error().text));
      return;
    }
    Request proof;
    auto& x = *proof.mutable_admin()->mutable_proof();
    x.set_challenge(challenge);
    x.set_certificate(credentials_.certificate);
    x.set_signature(*signature);
    ask_then(peer, proof, [this, then, generation](const Reply& session) {
      // Somebody else may have logged in meanwhile.
      if (session.code() == 0 && generation == generation_)
        announce(session.admin().session().token(), then);
      else
        then(session);
    });
  });
}

/// Answered by the first node that is certain: what is sent to another one waits there until that
/// knows as well.
void client_actor::announce(std::string token, const reply_callback& then) {
  credentials_.token = std::move(token);
  struct round {
    size_t open = 1;
    Reply last = failed(UNAVAILABLE, "No node of the cluster is connected.");
    reply_callback then;

    void done(std::optional<Reply> x) {
      auto code = x ? static_cast<ErrorCode>(x->code()) : UNAVAILABLE;
      auto is_certain = x && code != UNAVAILABLE && code != OVERLOADED && code != DEADLINE_EXCEEDED;
      if (x)
        last = std::move(*x);
      if (--open > 0 && !is_certain)
        return;
      if (auto tell = std::exchange(then, {}))
        tell(std::move(last));
    }
  };
  auto all = std::make_shared<round>();
  all->then = then;
  for (auto* known : {&connected_, &coming_})
    for (auto& [node, connection] : *known) {
      ++all->open;
      ask_then(connection, introduction(), [all](Reply x) { all->done(std::move(x)); });
    }
  all->done(std::nullopt);
}

} // namespace touchline::cluster
