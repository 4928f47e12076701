#include "nodes/embedded_node.hpp"

#include "messages/catalogue.hpp"

#include <cstdio>

namespace touchline::nodes {

tl::expected<std::unique_ptr<embedded_node>, refusal> embedded_node::start(
  const configuration& config) {
  std::unique_ptr<embedded_node> out{new embedded_node};
  out->started_ms_ = actors::system_clock().steady_ms();
  auto node = cluster_node::start({config, 0, std::nullopt});
  if (!node)
    return tl::unexpected{node.error()};
  out->node_ = std::move(*node);
  return out;
}

std::string embedded_node::summary() const {
  const auto& metrics = node_->runtime().metrics();
  std::string out = "Messages handled\n";
  auto messages = catalogue_data::messages();
  for (size_t i = 0; i < messages.size(); ++i)
    if (auto count = metrics.handled[i]->value(); count > 0)
      out += "  " + messages[i].name + std::string(30 - messages[i].name.size(), ' ')
             + std::to_string(count) + '\n';
  auto elapsed = actors::system_clock().steady_ms() - started_ms_;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.2f", static_cast<double>(elapsed) / 1000.0);
  auto line = [&out](const std::string& name, const std::string& value) {
    out += name + std::string(32 - name.size(), ' ') + value + '\n';
  };
  line("Records committed", std::to_string(metrics.records->value()));
  line("Disk syncs", std::to_string(node_->writer_statistics().transactions));
  line("Restarts",
       std::to_string(metrics.entity_restarts->value() + metrics.partition_restarts->value()));
  line("Dead letters", std::to_string(metrics.dead_letters->value()));
  line("Elapsed", std::string{seconds} + " s");
  return out;
}

} // namespace touchline::nodes
