// What the actors of one process say to each other about its connections. None of it can be
// serialized.
#pragma once

#include "nodes/cluster/cluster.pb.h"
#include "nodes/cluster/wire.hpp"
#include "nodes/consensus/core.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>

namespace touchline::cluster {

/// Who is at the other end of a connection.
struct peer_identity {
  std::string cluster;
  /// 0 for a program that is no node.
  uint32_t node = 0;
  uint32_t incarnation = 0;
  std::string version;
  /// Of the cluster that it belongs to; 0 for none.
  uint32_t partitions = 0;
  /// Of that cluster; 0 for none.
  uint64_t birth = 0;

  /// "node 2", or "a client".
  std::string name() const { return node == 0 ? "a client" : "node " + std::to_string(node); }
};

/// To a connection: send this to the other end, or lose it.
struct consensus_output {
  uint32_t partition = 0;
  uint64_t to = 0;
  std::string bytes;
};

/// To a connection: ask the other end. Answered with `Reply`, or with an error when the connection
/// ends.
struct peer_request {
  Request body;
};

/// To a connection: tell the other end.
struct news_output {
  std::string bytes;
};

/// To a connection, from itself: send what piled up.
struct flush_peer {};

struct peer_tick {};

/// To a connection, from itself: send the receipt that waits.
struct receipt_tick {};

/// From a connection to its owner: it is there, or has ended.
struct peer_up {
  peer_identity who;
  caf::actor connection;
};

struct peer_down {
  peer_identity who;
  caf::actor_addr connection;
  std::string why;
};

/// From a connection to its owner: what the other end told.
struct news_input {
  peer_identity who;
  News news;
};

/// From a connection to its owner: what the other end asks. Answered with `Reply`.
struct serve_request {
  peer_identity who;
  Request body;
  /// Whoever asks may do it: that was looked into.
  bool admitted = false;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_peer, first_custom_type_id + 340)
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::consensus_output))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::peer_request))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::news_output))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::flush_peer))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::peer_tick))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::receipt_tick))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::peer_up))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::peer_down))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::news_input))
  CAF_ADD_TYPE_ID(touchline_peer, (touchline::cluster::serve_request))
CAF_END_TYPE_ID_BLOCK(touchline_peer)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::consensus_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::peer_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::news_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::flush_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::peer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::receipt_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::peer_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::news_input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::serve_request)
