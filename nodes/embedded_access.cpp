#include "nodes/embedded_access.hpp"

#include "nodes/cluster/operator_questions.hpp"
#include "nodes/cluster/replica_state.hpp"

namespace touchline::nodes {

embedded_access::embedded_access(std::unique_ptr<embedded_node> node,
                                 std::filesystem::path data_directory)
  : node_{std::move(node)},
    data_directory_{std::move(data_directory)} {}

tl::expected<std::unique_ptr<embedded_access>, refusal> embedded_access::start(
  const configuration& config) {
  auto node = embedded_node::start(config);
  if (!node)
    return tl::unexpected{node.error()};
  return std::unique_ptr<embedded_access>{
    new embedded_access{std::move(*node), config.data_directory}};
}

tl::expected<identity_key, refusal> embedded_access::key() {
  return identity_key::open(data_directory_);
}

tl::expected<cluster::TailBatch, refusal> embedded_access::tail(const cluster::TailQuery& query) {
  std::map<uint32_t, uint64_t> committed;
  const auto partitions = routes().partitions();
  // What the only replica has on disk is committed.
  for (uint32_t i = 0; i < partitions; ++i) {
    auto bounds = store().log_bounds(cluster::group_of(i));
    if (!bounds)
      return tl::unexpected<refusal>{{UNAVAILABLE, "The log cannot be read."}};
    committed[i] = *bounds ? (*bounds)->last : 0;
  }
  return cluster::read_tail(store(), query, committed, partitions);
}

answer embedded_access::drop_dead_letter(const std::string& id) {
  return node_->runtime().drop_dead_letter(id);
}

} // namespace touchline::nodes
