// Commands about the cluster itself: its nodes, its partitions, who leads what.
#pragma once

#include "nodes/cluster/cluster.pb.h"
#include "nodes/commands.hpp"

#include <cstdint>

namespace touchline::nodes {

/// Prints each node: state, version, what it leads and has, memory, disk, whom it is connected to.
int print_nodes(const common_options& options);

/// Prints each partition: leader, term, replicas with their roles and how far they are.
int print_partitions(const common_options& options);

/// Asks the controller to drain a node, to use it again or to forget it. Waits until the map says
/// so; what follows from it takes longer.
int change_node(const common_options& options, cluster::ChangeNode::Wish wish, uint32_t node);

/// Hands the leadership of a partition to a node.
int transfer_partition(const common_options& options, uint32_t partition, uint32_t node);

} // namespace touchline::nodes
