#include "nodes/embedded_node.hpp"

#include "actors/contexts.hpp"
#include "messages/catalogue.hpp"

#include <cstdio>

namespace touchline::nodes {

tl::expected<std::unique_ptr<embedded_node>, refusal> embedded_node::start(
  const configuration& config) {
  actors::register_message_types();
  std::unique_ptr<embedded_node> node{new embedded_node};
  node->started_ms_ = actors::system_clock().steady_ms();
  node->caf_config_.set("caf.scheduler.policy", "sharing");
  for (auto& [key, value] : config.caf)
    node->caf_config_.content["caf"].as_dictionary().insert_or_assign(key, value);
  node->system_ = std::make_unique<caf::actor_system>(node->caf_config_);
  actors::runtime_setup setup;
  setup.storage.path = config.data_directory;
  setup.options = config.runtime;
  setup.node = config.node;
  setup.kinds = actors::all_contexts();
  auto runtime = actors::runtime::start(*node->system_, std::move(setup));
  if (!runtime)
    return tl::unexpected{runtime.error()};
  node->runtime_ = std::move(*runtime);
  return node;
}

std::string embedded_node::summary() const {
  const auto& metrics = runtime_->metrics();
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
  line("Disk syncs", std::to_string(runtime_->writer_statistics().transactions));
  line("Restarts",
       std::to_string(metrics.entity_restarts->value() + metrics.partition_restarts->value()));
  line("Dead letters", std::to_string(metrics.dead_letters->value()));
  line("Elapsed", std::string{seconds} + " s");
  return out;
}

} // namespace touchline::nodes
