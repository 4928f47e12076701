// What a cluster says of its nodes and partitions, gathered from all nodes that answer.
#pragma once

#include "nodes/cluster/connect_access.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::nodes {

/// The nodes as they see themselves, by id; those that are not connected do not answer.
std::vector<cluster::NodeStatus> read_statuses(cluster_access& access);

/// The map of the cluster, as a node that is connected has it.
tl::expected<cluster::ClusterMap, refusal> read_map(cluster_access& access);

/// The ids of the nodes of the map, in order; empty when nobody answers.
std::vector<uint32_t> read_known_nodes(cluster_access& access);

/// Where a node is: "127.0.0.1:7401", or "[::1]:7401".
std::string address_of(const cluster::Node& node);

/// Replicas by partition and node.
using replicas_by_partition = std::map<uint32_t, std::map<uint32_t, cluster::ReplicaStatus>>;

replicas_by_partition replicas_of(const std::vector<cluster::NodeStatus>& nodes);

/// "active" or "draining".
std::string_view state_of(const cluster::NodeStatus& node);

/// How many partitions a node leads.
size_t led_by(const cluster::NodeStatus& node);

nlohmann::json to_json(const cluster::ReplicaStatus& replica);
nlohmann::json to_json(const cluster::NodeStatus& node);

/// `{"nodes":[…],"known":[ids]}`.
nlohmann::json nodes_json(const std::vector<cluster::NodeStatus>& nodes,
                          const std::vector<uint32_t>& known);

/// `[{"partition":…,"leader":…,"replicas":{"1":{…},…}},…]`; the leader is null when nobody leads.
nlohmann::json partitions_json(const replicas_by_partition& partitions);

/// "drain", "undrain" or "remove".
std::string_view name_of(cluster::ChangeNode::Wish wish);

/// The question to the controller.
cluster::Request change_question(cluster::ChangeNode::Wish wish, uint32_t node);

/// The question to the leader of a partition: hand the leadership to a node.
cluster::Request transfer_question(uint32_t partition, uint32_t node);

} // namespace touchline::nodes
