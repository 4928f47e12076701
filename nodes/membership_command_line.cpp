// nodes, partitions.
#include "nodes/command_line.hpp"
#include "nodes/membership_commands.hpp"
#include "nodes/membership_report.hpp"

#include <string>

namespace touchline::nodes {

void add_membership_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto* nodes = app.add_subcommand("nodes", "The nodes of a cluster");
  nodes->require_subcommand(0, 1);
  auto add = [&](cluster::ChangeNode::Wish wish, const char* description) {
    auto* command = nodes->add_subcommand(std::string(name_of(wish)), description);
    command->add_option("ID", args.node, "Of the node")->required()->check(CLI::Range(1, 65'535));
    on_chosen(*command, args, chosen, [&args, wish](const common_options& options) {
      return change_node(options, wish, args.node);
    });
  };
  add(cluster::ChangeNode::DRAIN,
      "Let it hand over what it leads, then its replicas, and give it nothing new");
  add(cluster::ChangeNode::UNDRAIN, "Use it again");
  add(cluster::ChangeNode::REMOVE, "Forget it: its replicas go to the others");
  add_report_output(*nodes, args);
  add_common(*nodes, args);
  nodes->callback([nodes, &args, &chosen] {
    if (nodes->get_subcommands().empty())
      chosen = [&args] {
        auto options = resolve(args);
        return options ? print_nodes(*options) : 1;
      };
  });
  auto* partitions = app.add_subcommand("partitions", "The partitions of a cluster");
  partitions->require_subcommand(0, 1);
  auto* transfer = partitions->add_subcommand("transfer", "Hand the leadership to a node");
  transfer->add_option("PARTITION", args.partition, "From 0")->required();
  transfer->add_option("NODE", args.node, "Which is to lead it")->required();
  on_chosen(*transfer, args, chosen, [&args](const common_options& options) {
    return transfer_partition(options, args.partition, args.node);
  });
  add_report_output(*partitions, args);
  add_common(*partitions, args);
  partitions->callback([partitions, &args, &chosen] {
    if (partitions->get_subcommands().empty())
      chosen = [&args] {
        auto options = resolve(args);
        return options ? print_partitions(*options) : 1;
      };
  });
}

} // namespace touchline::nodes
