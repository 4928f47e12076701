#include "nodes/membership_report.hpp"

#include "nodes/host_port.hpp"

#include <algorithm>
#include <string>
#include <utility>

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

tl::expected<cluster::ClusterMap, refusal> read_map(cluster_access& access) {
  cluster::Request question;
  question.set_map(true);
  return access.ask(question).map(
    [](cluster::Reply reply) { return std::move(*reply.mutable_map()); });
}

std::vector<uint32_t> read_known_nodes(cluster_access& access) {
  std::vector<uint32_t> out;
  if (auto map = read_map(access))
    for (auto& node : map->node())
      out.push_back(node.id());
  std::ranges::sort(out);
  return out;
}

std::string address_of(const cluster::Node& node) {
  return to_string(host_port{node.host(), static_cast<uint16_t>(node.port())});
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
           {"address", address_of(x.node())},
           {"state", state_of(x)},
           {"roles", std::vector<std::string>(x.role().begin(), x.role().end())},
           {"version", x.node().version()},
           {"uptime_ms", x.uptime_ms()},
           {"load_permille", x.load_permille()},
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
    // One that has not heard of its successor leads an older term.
    uint64_t term = 0;
    for (auto& [node, x] : replicas) {
      entry["replicas"][std::to_string(node)] = to_json(x);
      if (x.role() == "leader" && x.term() > term) {
        entry["leader"] = node;
        term = x.term();
      }
    }
    out.push_back(std::move(entry));
  }
  return out;
}

std::string_view name_of(cluster::ChangeNode::Wish wish) {
  switch (wish) {
    case cluster::ChangeNode::DRAIN:
      return "drain";
    case cluster::ChangeNode::UNDRAIN:
      return "undrain";
    default:
      return "remove";
  }
}

cluster::Request change_question(cluster::ChangeNode::Wish wish, uint32_t node) {
  cluster::Request question;
  question.mutable_change()->set_node(node);
  question.mutable_change()->set_wish(wish);
  return question;
}

cluster::Request transfer_question(uint32_t partition, uint32_t node) {
  cluster::Request question;
  question.mutable_partition()->set_partition(partition);
  question.mutable_partition()->mutable_transfer()->set_partition(partition);
  question.mutable_partition()->mutable_transfer()->set_to(node);
  return question;
}

} // namespace touchline::nodes
