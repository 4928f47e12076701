// What a replica is told within its process. None of it can be serialized.
#pragma once

#include "messages/error.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "nodes/consensus/core.hpp"
#include "storage/error.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace touchline::cluster {

/// From a partition's entities, by way of replicated_log: one batch to be decided.
struct proposal {
  /// The leadership in which its partition lives.
  uint64_t epoch = 0;
  /// See actors::commit_ticket.
  uint64_t token = 0;
  /// Empty for a barrier.
  std::string batch;
};

/// From the controller: a batch of the cluster's own, to be decided if this replica leads.
struct map_proposal {
  std::string batch;
};

/// From another replica of the group.
struct consensus_input {
  std::string bytes;
};

/// Behind the error of a full disk, where nobody else takes over.
inline constexpr auto advice_on_full_disk
  = "; what was not acknowledged is not recorded, make room and send it again under the same id.";

/// From the writer: the replica's writes up to `number` are durable, or `number` failed.
struct written_notice {
  uint8_t generation = 0;
  uint64_t number = 0;
  std::optional<storage::storage_error> error;
  /// It is in the journal: true of the writes of the log up to this one, and not of others.
  bool journaled = false;
};

struct replica_tick {
  uint64_t number = 0;
};

struct upkeep_tick {};

/// To a replica, from itself: propose what has come meanwhile.
struct propose_now {};

/// The disk may have room again.
struct try_again {};

/// The disk failed another replica of the node.
struct disk_failure {
  std::string why;
};

/// The process of a node has ended, or its connection.
struct peer_lost {
  uint32_t node = 0;
};

/// Stand for election unless there is another term or leader by now.
struct stand_now {
  uint64_t term = 0;
};

/// Where the cluster wants the replicas of the group: servers, the leader first.
struct place_replicas {
  std::vector<consensus::server_id> wanted;
};

/// Hand leadership to the replica on `node`, or, with 0, to whichever is furthest. Answered with
/// `refusal`, whose code is OK when it has begun.
struct hand_over {
  uint32_t node = 0;
};

/// Lead no more: hand leadership over, or let the others elect.
struct abdicate {};

/// Remove everything of this replica from the store, tell the node (replica_dissolved) and end.
struct dissolve {};

/// Cut the log now, as far as nobody needs it.
struct cut_log {};

/// A piece of content, asked for by this replica, or why there is none.
struct content_arrived {
  std::string cursor;
  Reply reply;
};

/// Answered with `Reply`.
struct content_request {
  ContentQuery query;
};

/// Answered with `ReplicaStatus`.
struct replica_status_query {};

/// Answered with `refusal`: OK when all that was committed at the time of asking can be read from
/// the store of this node, which leads.
struct read_point_query {};

/// What others should know of a replica.
struct replica_news {
  uint32_t partition = 0;
  uint64_t term = 0;
  /// 0 for nobody.
  consensus::server_id leader = 0;
  /// The replica is no member of its group any more, as far as it knows.
  bool expelled = false;
  /// Why it takes no part; empty while it does.
  std::string failure;
  /// It will take part again when there is room on the disk.
  bool disk_full = false;
  /// The disk failed: no replica of this node can take part before it is started again.
  bool disk_failed = false;
  /// Nothing of it is left.
  bool dissolved = false;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_replica, first_custom_type_id + 300)
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::proposal))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::consensus_input))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::written_notice))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::replica_tick))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::upkeep_tick))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::try_again))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::propose_now))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::peer_lost))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::stand_now))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::place_replicas))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::hand_over))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::abdicate))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::dissolve))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::cut_log))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::map_proposal))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::content_arrived))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::content_request))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::replica_status_query))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::read_point_query))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::replica_news))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::disk_failure))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::Reply))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::cluster::ReplicaStatus))
  CAF_ADD_TYPE_ID(touchline_replica, (touchline::refusal))
CAF_END_TYPE_ID_BLOCK(touchline_replica)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::proposal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::consensus_input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::written_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::replica_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::upkeep_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::try_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::propose_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::peer_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::stand_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::place_replicas)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::hand_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::abdicate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::dissolve)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::cut_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::map_proposal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::content_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::content_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::replica_status_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::read_point_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::replica_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::disk_failure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::Reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::ReplicaStatus)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::refusal)
