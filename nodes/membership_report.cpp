#include "nodes/membership_report.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

using nlohmann::json;

std::vector<cluster::NodeStatus> read_statuses(cluster_access& access) {
  cluster::Request question;
  question.set_status(true);
  std::vector<cluster::NodeStatus> out;
  for (auto& reply : access.ask_all(question))
    if (reply.has_status())
      out.push_back(std::move(*reply.mutable_status()));
  std::ranges::sort(out, {}, [](auto& x) { return x.node().id(); });
  return out;
}

std::vector<uint32_t> read_known_nodes(cluster_access& access) {
  cluster::Request question;
  question.set_map(true);
  std::vector<uint32_t> out;
  if (auto reply = access.ask(question))
    for (auto& node : reply->map().node())
      out.push_back(node.id());
  return out;
}

replicas_by_partition replicas_of(const std::vector<cluster::NodeStatus>& nodes) {
  replicas_by_partition out;
  for (auto& node : nodes)
    for (auto& replica : node.replica())
      out[replica.partition()][node.node().id()] = replica;
  return out;
}

std::string_view state_of(const cluster::NodeStatus& node) {
  return node.node().state() == cluster::DRAINING ? "draining" : "active";
}

size_t led_by(const cluster::NodeStatus& node) {
  return static_cast<size_t>(
    std::ranges::count_if(node.replica(), [](auto& x) { return x.role() == "leader"; }));
}

json to_json(const cluster::ReplicaStatus& x) {
  json out{{"partition", x.partition()},
           {"role", x.role()},
           {"term", x.term()},
           {"leader", x.leader()},
           {"first_index", x.first_index()},
           {"last_index", x.last_index()},
           {"commit_index", x.commit_index()},
           {"applied_index", x.applied_index()},
           {"log_bytes", x.log_bytes()},
           {"installing", x.installing()},
           {"voters", std::vector<uint32_t>(x.voters().begin(), x.voters().end())},
           {"standbys", std::vector<uint32_t>(x.standbys().begin(), x.standbys().end())}};
  if (!x.failure().empty())
    out["failure"] = x.failure();
  return out;
}

json to_json(const cluster::NodeStatus& x) {
  json out{{"node", x.node().id()},
           {"address", x.node().host() + ':' + std::to_string(x.node().port())},
           {"state", state_of(x)},
           {"version", x.node().version()},
           {"uptime_ms", x.uptime_ms()},
           {"memory_bytes", x.memory_bytes()},
           {"disk_bytes", x.disk_bytes()},
           {"connected", std::vector<uint32_t>(x.connected().begin(), x.connected().end())},
           {"replicas", json::array()}};
  if (!x.unhealthy().empty())
    out["unhealthy"] = x.unhealthy();
  for (auto& counter : x.counter()) {
    auto equals = counter.find('=');
    out["counters"][counter.substr(0, equals)] = std::stoll(counter.substr(equals + 1));
  }
  for (auto& replica : x.replica())
    out["replicas"].push_back(to_json(replica));
  return out;
}

json nodes_json(const std::vector<cluster::NodeStatus>& nodes, const std::vector<uint32_t>& known) {
  json out{{"nodes", json::array()}, {"known", known}};
  for (auto& x : nodes)
    out["nodes"].push_back(to_json(x));
  return out;
}

json partitions_json(const replicas_by_partition& partitions) {
  auto out = json::array();
  for (auto& [partition, replicas] : partitions) {
    json entry{{"partition", partition}, {"leader", nullptr}, {"replicas", json::object()}};
    for (auto& [node, x] : replicas) {
      entry["replicas"][std::to_string(node)] = to_json(x);
      if (x.role() == "leader")
        entry["leader"] = node;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

cluster::Request change_question(std::string_view wish, uint32_t node) {
  cluster::Request question;
  auto& change = *question.mutable_change();
  change.set_node(node);
  change.set_wish(wish == "drain"     ? cluster::ChangeNode::DRAIN
                  : wish == "undrain" ? cluster::ChangeNode::UNDRAIN
                                      : cluster::ChangeNode::REMOVE);
  return question;
}

cluster::Request transfer_question(uint32_t node) {
  cluster::Request question;
  question.mutable_partition()->mutable_transfer()->set_to(node);
  return question;
}

} // namespace touchline::nodes
