// What the processes of a cluster say to each other: nodes among themselves, and programs to nodes.
// Type ids and shapes are the protocol: what is here may be added to, never changed.
#pragma once

#include "actors/runtime/partition_actor.hpp"
#include "messages/header.hpp"

#include <caf/actor.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace touchline::cluster {

/// The version of everything in this file, and of what is in its byte strings. A peer with another
/// one is turned away.
inline constexpr uint32_t protocol_version = 2;

/// The first words of whoever opens a connection, to the gateway of a node. `connection` is the
/// actor that will speak for the caller.
struct wire_hello {
  uint32_t protocol = protocol_version;
  std::string version;
  /// Name of the cluster; empty for a program that takes any.
  std::string cluster;
  /// 0 for a program that is no node.
  uint32_t node = 0;
  uint32_t incarnation = 0;
  /// Of the cluster that the node belongs to; 0 while it belongs to none.
  uint32_t partitions = 0;
  /// `ClusterMap.birth`; 0 while the node belongs to no cluster, and for a program.
  uint64_t birth = 0;
  caf::actor connection;
};

template <class Inspector>
bool inspect(Inspector& f, wire_hello& x) {
  return f.object(x).fields(f.field("protocol", x.protocol), f.field("version", x.version),
                            f.field("cluster", x.cluster), f.field("node", x.node),
                            f.field("incarnation", x.incarnation),
                            f.field("partitions", x.partitions), f.field("birth", x.birth),
                            f.field("connection", x.connection));
}

/// The answer: who is there, and the actor that speaks for it; or, with a reason, a refusal.
struct wire_welcome {
  std::string refused;
  std::string version;
  std::string cluster;
  uint32_t node = 0;
  uint32_t incarnation = 0;
  /// 0 while the node belongs to no cluster yet.
  uint32_t partitions = 0;
  uint64_t birth = 0;
  caf::actor connection;
};

template <class Inspector>
bool inspect(Inspector& f, wire_welcome& x) {
  return f.object(x).fields(f.field("refused", x.refused), f.field("version", x.version),
                            f.field("cluster", x.cluster), f.field("node", x.node),
                            f.field("incarnation", x.incarnation),
                            f.field("partitions", x.partitions), f.field("birth", x.birth),
                            f.field("connection", x.connection));
}

/// A message of the catalogue on its way to an entity: from outside, or from another entity.
struct wire_message {
  header head;
  uint32_t number = 0;
  std::string body;
};

template <class Inspector>
bool inspect(Inspector& f, wire_message& x) {
  return f.object(x).fields(f.field("head", x.head), f.field("number", x.number),
                            f.field("body", x.body));
}

/// A message of consensus for the replica of `partition` that is server `to`.
struct wire_consensus {
  uint32_t partition = 0;
  uint64_t to = 0;
  std::string bytes;
};

template <class Inspector>
bool inspect(Inspector& f, wire_consensus& x) {
  return f.object(x).fields(f.field("partition", x.partition), f.field("to", x.to),
                            f.field("bytes", x.bytes));
}

/// A question about the cluster or its content (`Request` of cluster.proto, as bytes), and its
/// answer (`Reply`), which repeats the number.
struct wire_call {
  uint64_t number = 0;
  std::string bytes;
};

template <class Inspector>
bool inspect(Inspector& f, wire_call& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("bytes", x.bytes));
}

/// What piled up for one peer. Answered with `wire_receipt`: only a window of batches is under way.
struct wire_batch {
  uint64_t number = 0;
  std::vector<wire_consensus> consensus;
  std::vector<wire_message> messages;
  std::vector<answer> answers;
  std::vector<actors::acknowledgement> acknowledgements;
  std::vector<wire_call> requests;
  std::vector<wire_call> replies;
  /// `News` of cluster.proto; empty for none.
  std::string news;
};

template <class Inspector>
bool inspect(Inspector& f, wire_batch& x) {
  return f.object(x).fields(
    f.field("number", x.number), f.field("consensus", x.consensus), f.field("messages", x.messages),
    f.field("answers", x.answers), f.field("acknowledgements", x.acknowledgements),
    f.field("requests", x.requests), f.field("replies", x.replies), f.field("news", x.news));
}

struct wire_receipt {
  uint64_t number = 0;
};

template <class Inspector>
bool inspect(Inspector& f, wire_receipt& x) {
  return f.object(x).fields(f.field("number", x.number));
}

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_cluster, first_custom_type_id + 50)
  CAF_ADD_TYPE_ID(touchline_cluster, (touchline::cluster::wire_hello))
  CAF_ADD_TYPE_ID(touchline_cluster, (touchline::cluster::wire_welcome))
  CAF_ADD_TYPE_ID(touchline_cluster, (touchline::cluster::wire_batch))
  CAF_ADD_TYPE_ID(touchline_cluster, (touchline::cluster::wire_receipt))
CAF_END_TYPE_ID_BLOCK(touchline_cluster)
