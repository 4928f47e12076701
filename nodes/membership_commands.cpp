#include "nodes/membership_commands.hpp"

#include "nodes/cluster/connect_access.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

namespace touchline::nodes {

namespace {

using nlohmann::json;

tl::expected<std::unique_ptr<cluster_access>, std::string> connect(const common_options& options) {
  if (!options.connect)
    return tl::unexpected{std::string{"This command is about a cluster; name one of its nodes with "
                                      "--connect HOST:PORT."}};
  auto access = connect_access(*options.connect, options.config);
  if (!access)
    return tl::unexpected{access.error().text};
  return std::move(*access);
}

std::vector<cluster::NodeStatus> statuses(cluster_access& access) {
  cluster::Request question;
  question.set_status(true);
  std::vector<cluster::NodeStatus> out;
  for (auto& reply : access.ask_all(question))
    if (reply.has_status())
      out.push_back(std::move(*reply.mutable_status()));
  std::ranges::sort(out, {}, [](auto& x) { return x.node().id(); });
  return out;
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

std::string state_of(const cluster::NodeStatus& x) {
  return x.node().state() == cluster::DRAINING ? "draining" : "active";
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

int print_json(const json& out) {
  std::cout << out.dump(2) << '\n' << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

json known_nodes(cluster_access& access) {
  cluster::Request question;
  question.set_map(true);
  auto out = json::array();
  if (auto reply = access.ask(question))
    for (auto& node : reply->map().node())
      out.push_back(node.id());
  return out;
}

} // namespace

int print_nodes(const common_options& options) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  auto found = statuses(**access);
  auto known = known_nodes(**access);
  if (options.format == output_format::json) {
    json out{{"nodes", json::array()}, {"known", known}};
    for (auto& x : found)
      out["nodes"].push_back(to_json(x));
    return print_json(out);
  }
  std::cout
    << "Node  Address                State     Version    Leads  Has   Memory     Disk  Uptime\n";
  for (auto& x : found) {
    auto leads = std::ranges::count_if(x.replica(), [](auto& r) { return r.role() == "leader"; });
    std::cout << std::setw(4) << x.node().id() << "  " << std::left << std::setw(21)
              << x.node().host() + ':' + std::to_string(x.node().port()) << "  " << std::setw(8)
              << state_of(x) << "  " << std::setw(9) << x.node().version() << std::right
              << std::setw(7) << leads << std::setw(5) << x.replica_size() << std::setw(5)
              << (x.memory_bytes() >> 20) << " MiB" << std::setw(5) << (x.disk_bytes() >> 20)
              << " MiB" << std::setw(6) << x.uptime_ms() / 1'000 << " s"
              << (x.unhealthy().empty() ? "" : "  unhealthy: " + x.unhealthy()) << '\n';
  }
  for (auto& id : known)
    if (std::ranges::none_of(found, [&](auto& x) { return x.node().id() == id; }))
      std::cout << std::setw(4) << id.get<uint32_t>() << "  not reached\n";
  std::cout << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

int print_partitions(const common_options& options) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  std::map<uint32_t, std::map<uint32_t, cluster::ReplicaStatus>> partitions;
  for (auto& node : statuses(**access))
    for (auto& replica : node.replica())
      partitions[replica.partition()][node.node().id()] = replica;
  if (options.format == output_format::json) {
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
    return print_json(out);
  }
  std::cout << "Partition  Term  Replicas: node, role, applied of last (first in the log)\n";
  for (auto& [partition, replicas] : partitions) {
    uint64_t term = 0;
    std::ostringstream line;
    for (auto& [node, x] : replicas) {
      term = std::max(term, x.term());
      line << "  " << node << ' ' << x.role() << ' ' << x.applied_index() << '/' << x.last_index()
           << " (" << x.first_index() << ')' << (x.installing() ? " fetching" : "")
           << (x.failure().empty() ? "" : " " + x.failure());
    }
    std::cout << std::setw(9) << partition << std::setw(6) << term << line.str() << '\n';
  }
  std::cout << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

int change_node(const common_options& options, const std::string& wish, uint32_t node) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  cluster::Request question;
  auto& change = *question.mutable_change();
  change.set_node(node);
  change.set_wish(wish == "drain"     ? cluster::ChangeNode::DRAIN
                  : wish == "undrain" ? cluster::ChangeNode::UNDRAIN
                                      : cluster::ChangeNode::REMOVE);
  auto reply = (*access)->ask(question);
  return reply ? 0 : fail(reply.error().text);
}

int transfer_partition(const common_options& options, uint32_t partition, uint32_t node) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  if (partition >= (*access)->routes().partitions())
    return fail("The cluster has " + std::to_string((*access)->routes().partitions())
                + " partitions, numbered from 0.");
  cluster::Request question;
  question.mutable_partition()->mutable_transfer()->set_to(node);
  auto reply = (*access)->ask_partition(partition, question);
  return reply ? 0 : fail(reply.error().text);
}

} // namespace touchline::nodes
