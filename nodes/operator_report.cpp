#include "nodes/operator_report.hpp"

#include <nlohmann/json.hpp>

namespace touchline::nodes {

using nlohmann::json;

namespace {

json to_json(const cluster::PartitionSupervisor& x) {
  json out{{"partition", x.partition()}, {"running", x.running()},
           {"restarts", x.restarts()},   {"entity_restarts", x.entity_restarts()},
           {"up_ms", x.up_ms()},         {"kinds", json::array()}};
  for (auto& kind : x.kind())
    out["kinds"].push_back(
      {{"kind", kind.kind()}, {"active", kind.active()}, {"restarts", kind.restarts()}});
  return out;
}

json to_json(const cluster::Failure& x) {
  return {{"time_ms", x.time_ms()},
          {"partition", x.partition()},
          {"address", x.address()},
          {"cause", x.text()}};
}

} // namespace

json to_json(const cluster::ActorRow& x) {
  return {{"address", x.address()},     {"kind", x.kind()},       {"node", x.node()},
          {"partition", x.partition()}, {"passive", x.passive()}, {"state", x.state()},
          {"mailbox", x.mailbox()},     {"handled", x.handled()}, {"restarts", x.restarts()},
          {"position", x.position()},   {"idle_ms", x.idle_ms()}};
}

json supervisors_json(const operator_answer<cluster::SupervisorTree>& tree) {
  json out{{"nodes", json::array()}, {"unreached", tree.unreached}};
  for (auto& node : tree.value.node()) {
    json entry{{"node", node.node()},
               {"failures", node.failures()},
               {"partitions", json::array()},
               {"last_failures", json::array()}};
    for (auto& x : node.partition())
      entry["partitions"].push_back(to_json(x));
    for (auto& x : node.failure())
      entry["last_failures"].push_back(to_json(x));
    out["nodes"].push_back(std::move(entry));
  }
  return out;
}

json actors_json(const operator_answer<cluster::ActorsPage>& page) {
  const auto& x = page.value;
  const std::vector<uint32_t> missing(x.missing_partition().begin(), x.missing_partition().end());
  json out{{"actors", json::array()},
           {"next", x.at_end() ? json() : json(x.next())},
           {"unreached", page.unreached},
           {"missing_partitions", missing}};
  for (auto& row : x.actor())
    out["actors"].push_back(to_json(row));
  return out;
}

} // namespace touchline::nodes
