// A node within the process of a command: a cluster of one.
#pragma once

#include "nodes/embedded_node.hpp"
#include "nodes/league_access.hpp"

namespace touchline::nodes {

/// The way to a node that this process runs.
class embedded_access final : public league_access {
public:
  /// Starts the node that a configuration describes; see `embedded_node::start`.
  static tl::expected<std::unique_ptr<embedded_access>, refusal> start(const configuration& config);

  embedded_node& node() noexcept { return *node_; }

  bool remote() const noexcept override { return false; }
  caf::actor_system& system() noexcept override { return node_->system(); }
  const actors::router& routes() const noexcept override { return node_->runtime().routes(); }
  const storage::store& store() const noexcept override { return node_->runtime().store(); }
  tl::expected<identity_key, refusal> key() override;
  tl::expected<cluster::TailBatch, refusal> tail(const cluster::TailQuery& query) override;
  /// Nothing waits here for others.
  void stop_waiting_when(std::function<bool()>) override {}
  std::optional<refusal> failure() const override { return node_->failure(); }
  bool settle(int64_t timeout_ms) override { return node_->runtime().settle(timeout_ms); }
  void passivate_all() override { node_->runtime().passivate_all(); }
  answer drop_dead_letter(const std::string& id) override;
  std::string summary() const override { return node_->summary(); }

private:
  embedded_access(std::unique_ptr<embedded_node> node, std::filesystem::path data_directory);

  std::unique_ptr<embedded_node> node_;
  std::filesystem::path data_directory_;
};

} // namespace touchline::nodes
