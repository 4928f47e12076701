// The map of a cluster: which nodes there are and where the replicas of each partition should be.
// Pure: the controller decides with it, every node acts by it.
#pragma once

#include "messages/error.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "nodes/consensus/core.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::cluster {

/// Where partition 0 keeps the map: the snapshot of an entity that has no stream.
inline constexpr std::string_view map_address = "cluster/map";

/// The node with this id; nullptr if there is none.
const Node* find_node(const ClusterMap& map, uint32_t id);

/// The map of a cluster that begins with one node.
ClusterMap newborn_map(std::string cluster, uint32_t replicas, uint32_t partitions, Node first,
                       std::string identity_key);

/// Whether the node, with the data directory that it has, was removed from the cluster. The newest
/// 256 removals are remembered.
bool is_removed(const ClusterMap& map, const Node& node);

/// The map with a node more, or with a node that came back, perhaps emptied or elsewhere.
/// `replaced` says that the data directory which bore its id before is known to be gone. CONFLICT
/// when the id is another node's, or it was removed with what it has. Unchanged (the same version)
/// when it is in the map as it is.
tl::expected<ClusterMap, refusal> with_node(ClusterMap map, const Node& node, bool replaced);

/// The map after an operator's wish. Refuses to remove or drain what the cluster cannot do without,
/// and to remove a node that takes part and, as `is_there` knows, is there.
tl::expected<ClusterMap, refusal> with_wish(ClusterMap map, const ChangeNode& wish,
                                            const std::function<bool(const Node&)>& is_there);

/// Decides where replicas should be: on as many nodes as wanted and there are, moved as little as
/// possible, spread evenly; leaders spread evenly over them. Draining nodes keep a replica only
/// while there are too few others, and lead nothing then.
void place(ClusterMap& map);

/// The servers that should be members of a partition's group, the leader first.
std::vector<consensus::server_id> servers_of(const ClusterMap& map, uint32_t partition);

} // namespace touchline::cluster
