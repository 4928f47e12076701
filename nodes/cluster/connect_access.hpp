// The way to a cluster of other processes.
#pragma once

#include "nodes/cluster/cluster.pb.h"
#include "nodes/commands.hpp"
#include "nodes/configuration.hpp"
#include "nodes/connection.hpp"
#include "nodes/league_access.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
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

  // What this process sends and asks from now on, at every node, it does on behalf of somebody.
  // Answered with whom the cluster takes it for; UNAUTHENTICATED when it does not believe it, and
  // then it is nobody in particular again.

  /// The holder of a token of an account, or of a session.
  virtual tl::expected<cluster::Authority, refusal> use_token(const std::string& token) = 0;

  /// The one that a certificate in PEM names: its private key, in a file, proves it now and
  /// whenever the session that it gets nears its end.
  virtual tl::expected<cluster::Authority, refusal> use_certificate(
    const std::filesystem::path& certificate, const std::filesystem::path& key)
    = 0;

  /// Whoever `mint` makes a token for, now and again before that is over.
  virtual tl::expected<cluster::Authority, refusal> use_tokens_of(std::function<std::string()> mint)
    = 0;

  /// The ids of the nodes that are connected, the one that has been for longest first: it is the
  /// one that is asked what any node can answer.
  virtual std::vector<uint32_t> connected() = 0;
};

/// Connects to a cluster through any of the nodes of `where`, on behalf of nobody in particular.
/// One sentence why not: none answers, a certificate does not fit, another version.
tl::expected<std::unique_ptr<cluster_access>, refusal> connect_access(const connection& where,
                                                                      const configuration& config);

/// Connects as options of a command say, on behalf of the holder of the token in TOUCHLINE_TOKEN,
/// or else of the certificate that is shown. One sentence why not.
tl::expected<std::unique_ptr<cluster_access>, refusal> connect_for_command(
  const common_options& options);

} // namespace touchline::nodes
