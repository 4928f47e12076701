// The role "front" of a node: a front in the node's process.
#pragma once

#include "nodes/cluster/run_node.hpp"
#include "nodes/front/front_configuration.hpp"

namespace touchline::front {

/// What a node runs beside itself when its file has a section `front` and it has the role: a front
/// that reads as any program does, with the node's certificate and a session that the node's key
/// signs, hands commands to the node itself, and begins to listen as soon as the cluster answers.
/// Nothing when the node serves nobody.
nodes::companion_start front_beside_node(const nodes::configuration& config, uint32_t node,
                                         const std::optional<front_configuration>& served);

} // namespace touchline::front
