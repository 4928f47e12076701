#include "nodes/membership_commands.hpp"

#include "nodes/membership_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
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

int print_json(const json& out) {
  std::cout << out.dump(2) << '\n' << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

} // namespace

int print_nodes(const common_options& options) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  auto found = read_statuses(**access);
  auto known = read_known_nodes(**access);
  if (options.format == output_format::json)
    return print_json(nodes_json(found, known));
  std::cout
    << "Node  Address                State     Version    Leads  Has   Memory     Disk  Uptime\n";
  for (auto& x : found) {
    std::cout << std::setw(4) << x.node().id() << "  " << std::left << std::setw(21)
              << address_of(x.node()) << "  " << std::setw(8) << state_of(x) << "  " << std::setw(9)
              << x.node().version() << std::right << std::setw(7) << led_by(x) << std::setw(5)
              << x.replica_size() << std::setw(5) << (x.memory_bytes() >> 20) << " MiB"
              << std::setw(5) << (x.disk_bytes() >> 20) << " MiB" << std::setw(6)
              << x.uptime_ms() / 1'000 << " s"
              << (x.unhealthy().empty() ? "" : "  unhealthy: " + x.unhealthy()) << '\n';
  }
  for (auto id : known)
    if (std::ranges::none_of(found, [&](auto& x) { return x.node().id() == id; }))
      std::cout << std::setw(4) << id << "  not reached\n";
  std::cout << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

int print_partitions(const common_options& options) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  auto partitions = replicas_of(read_statuses(**access));
  if (options.format == output_format::json)
    return print_json(partitions_json(partitions));
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

int change_node(const common_options& options, cluster::ChangeNode::Wish wish, uint32_t node) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  auto reply = (*access)->ask(change_question(wish, node));
  return reply ? 0 : fail(reply.error().text);
}

int transfer_partition(const common_options& options, uint32_t partition, uint32_t node) {
  auto access = connect(options);
  if (!access)
    return fail(access.error());
  if (partition >= (*access)->routes().partitions())
    return fail("The cluster has " + std::to_string((*access)->routes().partitions())
                + " partitions, numbered from 0.");
  auto reply = (*access)->ask_partition(partition, transfer_question(partition, node));
  return reply ? 0 : fail(reply.error().text);
}

} // namespace touchline::nodes
