// nodes, partitions, transfer, drain, undrain, join, remove.
#include "nodes/membership_report.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>

namespace touchline::shell {

namespace {

using nlohmann::json;
using result = tl::expected<report, std::string>;

/// Of one processor.
std::string percent(uint32_t permille) {
  return std::to_string((permille + 5) / 10) + " %";
}

std::string mebibytes(uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

std::string duration(uint64_t ms) {
  auto s = ms / 1'000;
  if (s < 120)
    return std::to_string(s) + " s";
  if (s < 7'200)
    return std::to_string(s / 60) + " min";
  return std::to_string(s / 3'600) + " h";
}

std::string joined(const auto& numbers) {
  std::string out;
  for (auto x : numbers)
    out += (out.empty() ? "" : " ") + std::to_string(x);
  return out;
}

std::string roles_of(const cluster::NodeStatus& x) {
  std::string out;
  for (auto& role : x.role())
    out += (out.empty() ? "" : " ") + role;
  return out;
}

tl::expected<std::vector<cluster::NodeStatus>, std::string> statuses(session& with) {
  auto out = nodes::read_statuses(with.access());
  if (out.empty())
    return tl::unexpected{with.explain({UNAVAILABLE, "No node of the cluster answers."})};
  return out;
}

/// The load of a node: records that it made since it began.
std::string records_of(const cluster::NodeStatus& x) {
  for (auto& counter : x.counter())
    if (counter.starts_with("records="))
      return counter.substr(counter.find('=') + 1);
  return "-";
}

/// What the map says of a node, for people.
std::string state_text(const cluster::NodeStatus& x) {
  return std::string{nodes::state_of(x)} + (x.node().hosts() ? "" : ", hosts nothing");
}

result show_nodes(session& with, const invocation&) {
  auto found = statuses(with);
  if (!found)
    return tl::unexpected{found.error()};
  auto known = nodes::read_known_nodes(with.access());
  text_table table{{{"Node", true},
                    {"Address", false, 12},
                    {"State"},
                    {"Roles", false, 6},
                    {"Ver", false, 5},
                    {"Leads", true},
                    {"Has", true},
                    {"Records", true},
                    {"Load", true},
                    {"Memory", true},
                    {"Disk", true},
                    {"Uptime", true},
                    {"Peers", false, 5},
                    {"Health", false, 9}},
                   {}};
  for (auto& x : *found)
    table.rows.push_back({std::to_string(x.node().id()), nodes::address_of(x.node()), state_text(x),
                          roles_of(x), x.node().version(), std::to_string(nodes::led_by(x)),
                          std::to_string(x.replica_size()), records_of(x),
                          percent(x.load_permille()), mebibytes(x.memory_bytes()),
                          mebibytes(x.disk_bytes()), duration(x.uptime_ms()), joined(x.connected()),
                          x.unhealthy().empty() ? "good" : x.unhealthy()});
  for (auto id : known)
    if (std::ranges::none_of(*found, [&](auto& x) { return x.node().id() == id; })) {
      std::vector<std::string> row(table.columns.size(), "-");
      row.front() = std::to_string(id);
      row.back() = "no answer";
      table.rows.push_back(std::move(row));
    }
  return report{nodes::nodes_json(*found, known), std::move(table)};
}

/// How far the slowest replica is behind what the leader has committed.
uint64_t lag_of(const std::map<uint32_t, cluster::ReplicaStatus>& replicas, uint32_t leader) {
  auto at = replicas.find(leader);
  uint64_t out = 0;
  if (at != replicas.end())
    for (auto& [node, x] : replicas)
      if (x.applied_index() < at->second.commit_index())
        out = std::max(out, at->second.commit_index() - x.applied_index());
  return out;
}

result show_partitions(session& with, const invocation&) {
  auto found = statuses(with);
  if (!found)
    return tl::unexpected{found.error()};
  auto partitions = nodes::replicas_of(*found);
  auto data = nodes::partitions_json(partitions);
  text_table table{{{"Partition", true},
                    {"Leader", true},
                    {"Term", true},
                    {"Voters"},
                    {"Committed", true},
                    {"Lag", true},
                    {"Last snapshot", true},
                    {"Log", true},
                    {"Replicas", false, 16}},
                   {}};
  for (uint32_t i = 0; i < with.access().routes().partitions(); ++i) {
    const auto& replicas = partitions[i];
    uint32_t leader = 0;
    cluster::ReplicaStatus newest;
    std::string each;
    for (auto& [node, x] : replicas) {
      // One that has not heard of its successor leads an older term.
      auto leads = x.role() == "leader";
      if (leads && (newest.role() != "leader" || x.term() > newest.term())) {
        leader = node;
        newest = x;
      } else if (newest.role() != "leader" && x.term() >= newest.term()) {
        newest = x;
      }
      each += (each.empty() ? "" : ", ") + std::to_string(node) + ' ' + x.role()
              + (x.installing() ? " fetching" : "")
              + (x.failure().empty() ? "" : " (" + x.failure() + ')');
    }
    table.rows.push_back({std::to_string(i), leader == 0 ? "none" : std::to_string(leader),
                          std::to_string(newest.term()), joined(newest.voters()),
                          std::to_string(newest.commit_index()),
                          std::to_string(lag_of(replicas, leader)),
                          std::to_string(newest.first_index() == 0 ? 0 : newest.first_index() - 1),
                          std::to_string(newest.log_bytes() >> 10) + " KiB", each});
  }
  return report{std::move(data), std::move(table)};
}

result change(session& with, const invocation& how, cluster::ChangeNode::Wish wish,
              const std::string& told) {
  auto done = with.questions().change_node(how.node(0), wish);
  if (!done)
    return tl::unexpected{with.explain(done.error())};
  auto node = std::to_string(how.node(0));
  return sentence("Node " + node + ' ' + told, {{"node", how.node(0)}});
}

result drain(session& with, const invocation& how) {
  return change(
    with, how, cluster::ChangeNode::DRAIN,
    "is draining: it hands over what it leads, then its replicas. `nodes` shows how far "
    "it is.");
}

result undrain(session& with, const invocation& how) {
  return change(with, how, cluster::ChangeNode::UNDRAIN, "is used again.");
}

result remove_node(session& with, const invocation& how) {
  return change(with, how, cluster::ChangeNode::REMOVE,
                "is forgotten; its replicas go to the others.");
}

result transfer(session& with, const invocation& how) {
  auto partitions = with.access().routes().partitions();
  if (how.number(0) >= partitions)
    return tl::unexpected{"The cluster has " + std::to_string(partitions)
                          + " partitions, numbered from 0."};
  auto partition = static_cast<uint32_t>(how.number(0));
  auto done = with.questions().transfer(partition, how.node(1));
  if (!done)
    return tl::unexpected{with.explain(done.error())};
  return sentence("The leadership of partition " + std::to_string(partition) + " goes to node "
                    + std::to_string(how.node(1)) + ".",
                  {{"partition", partition}, {"node", how.node(1)}});
}

/// A node joins by itself: the shell can only say how.
result join(session& with, const invocation&) {
  auto map = nodes::read_map(with.access());
  if (!map)
    return tl::unexpected{with.explain(map.error())};
  uint32_t free = 1;
  std::string where;
  for (auto& node : map->node()) {
    free = std::max(free, node.id() + 1);
    where = nodes::address_of(node);
  }
  auto line = "touchline node --config FILE --id " + std::to_string(free) + " --join " + where;
  return sentence("A node joins when it is started, on its own host, with an id that is free:\n\n  "
                    + line
                    + "\n\nFILE is the cluster's configuration with the new node in its "
                      "`cluster.nodes`; the data directory must be empty. `nodes` shows it when it "
                      "is there.",
                  {{"command", line}, {"free_id", free}});
}

std::string ask_drain(const invocation& how) {
  return "Node " + std::to_string(how.node(0))
         + " hands over everything that it leads and has. Go "
           "on?";
}

std::string ask_remove(const invocation& how) {
  return "Node " + std::to_string(how.node(0)) + " is forgotten, and its replicas with it. Go on?";
}

std::string ask_transfer(const invocation& how) {
  return "Partition " + how.argument(0) + " is led by node " + std::to_string(how.node(1))
         + " from now on; it does not serve for a moment. Go on?";
}

} // namespace

std::vector<command> cluster_family() {
  const parameter node{"NODE", word_kind::node};
  return {
    {"nodes",
     {},
     {},
     "The nodes: state, what they lead and have, load, memory, disk",
     "Leads: partitions that the node leads. Has: its replicas. Records: those it made since it "
     "began.\n"
     "A node that does not answer is named all the same; a partition of which it has a replica "
     "goes\n"
     "on while a majority of its replicas is there.",
     "nodes",
     nullptr,
     show_nodes},
    {"partitions",
     {},
     {},
     "The partitions: leader, replicas, how far they are",
     "Lag: log entries that the slowest replica has not applied yet. Last snapshot: the entry up "
     "to\n"
     "which the log was replaced by the content. A partition without a leader serves nobody: look\n"
     "with `nodes` whether a majority of its voters is there.",
     "partitions",
     nullptr,
     show_partitions},
    {"transfer",
     {{"PARTITION", word_kind::partition}, node},
     {},
     "Hand the leadership of a partition to a node",
     "The node must have a replica that has caught up.",
     "transfer 3 node-2",
     ask_transfer,
     transfer},
    {"drain",
     {node},
     {},
     "Let a node hand over what it leads, then its replicas",
     "Before maintenance, or before `remove`. `undrain` takes it back.",
     "drain 2",
     ask_drain,
     drain},
    {"undrain", {node}, {}, "Use a node again", "", "undrain 2", nullptr, undrain},
    {"join", {}, {}, "How a new node joins", "", "join", nullptr, join},
    {"remove",
     {node},
     {},
     "Forget a node: its replicas go to the others",
     "For one that was drained, or that never comes back.",
     "remove 2",
     ask_remove,
     remove_node},
  };
}

} // namespace touchline::shell
