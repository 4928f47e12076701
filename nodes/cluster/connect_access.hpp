// The way to a cluster of other processes.
#pragma once

#include "nodes/cluster/cluster.pb.h"
#include "nodes/configuration.hpp"
#include "nodes/connection.hpp"
#include "nodes/league_access.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace touchline::nodes {

/// A cluster that this process is connected to: what commands need of the league, and questions
/// about the cluster itself.
class cluster_access : public league_access {
public:
  /// The answer of one of the nodes, asked again while nobody can answer.
  virtual tl::expected<cluster::Reply, refusal> ask(const cluster::Request& question) = 0;

  /// The answers of all nodes that are connected.
  virtual std::vector<cluster::Reply> ask_all(const cluster::Request& question) = 0;

  /// The answer of the leader of a partition, whose number is put into the question.
  virtual tl::expected<cluster::Reply, refusal> ask_partition(uint32_t partition,
                                                              const cluster::Request& question)
    = 0;

  /// The ids of the nodes that are connected, the one that has been for longest first: it is the
  /// one that is asked what any node can answer.
  virtual std::vector<uint32_t> connected() = 0;
};

/// Connects to a cluster through any of the nodes of `where`. One sentence why not: none answers,
/// a certificate does not fit, another version.
tl::expected<std::unique_ptr<cluster_access>, refusal> connect_access(const connection& where,
                                                                      const configuration& config);

} // namespace touchline::nodes
