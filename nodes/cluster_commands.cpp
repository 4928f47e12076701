#include "nodes/cluster_commands.hpp"

#include "nodes/certificates.hpp"
#include "nodes/cluster/run_node.hpp"
#include "nodes/commands.hpp"
#include "nodes/config_check.hpp"
#include "nodes/front/front_role.hpp"
#include "nodes/launcher.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <unistd.h>

namespace touchline::nodes {

namespace {

/// What the commands of this file can be told; each uses a part of it.
struct cluster_arguments {
  std::string config_file;
  bool unsafe_plain_text = false;
  uint32_t id = 0;
  std::string join;
  std::vector<uint32_t> only;
  std::string format = "text";
  certificate_request certificates;
};

using shared_arguments = std::shared_ptr<cluster_arguments>;

constexpr const char* unsafe_option = "--unsafe-plain-text-beyond-loopback";

void add_config(CLI::App& command, const shared_arguments& args) {
  command.add_option("--config", args->config_file, "A cluster's file, as config/cluster-3.conf")
    ->required();
  command.add_flag(unsafe_option, args->unsafe_plain_text,
                   "Listen beyond loopback without TLS: everybody on the network can read and "
                   "change everything");
}

/// What a file says about a cluster and its fronts.
struct described_cluster {
  configuration config;
  /// For the one node that was asked for.
  std::optional<front::front_configuration> served;
};

/// The configuration of a cluster that has these nodes and can run them here; a sentence if not.
tl::expected<described_cluster, std::string> read_for(const cluster_arguments& args,
                                                      const std::vector<uint32_t>& nodes) {
  auto file = settings_file::read(args.config_file);
  if (!file)
    return tl::unexpected{problem_in(args.config_file, file.error())};
  auto config = read_configuration(*file, args.unsafe_plain_text);
  if (!config.cluster)
    file->refuse_sentence("",
                          "There is no section cluster { ... }; config/cluster-3.conf has one.");
  for (auto id : nodes)
    if (config.cluster && !config.cluster->find(id))
      file->refuse_sentence("cluster.nodes",
                            "cluster.nodes has no node " + std::to_string(id) + '.');
  if (file->refused() == 0)
    check_certificates(*file, *config.cluster, nodes);
  auto served = front::read_front(*file, nodes.size() == 1 ? nodes.front() : 1);
  if (auto wrong = file->first_problem())
    return tl::unexpected{*wrong};
  return described_cluster{std::move(config), std::move(served)};
}

void add_only(CLI::App& command, const shared_arguments& args, const char* description) {
  command.add_option("--only", args->only, description)
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false)
    ->check(CLI::Range(uint32_t{1}, max_node_id));
}

// -- node -----------------------------------------------------------------------------------------

int start_node(const cluster_arguments& args) {
  auto described = read_for(args, {args.id});
  if (!described) {
    fail(described.error());
    return exit_refused;
  }
  auto log = described->config.log;
  log.file = with_node_id(log.file.string(), args.id);
  if (auto wrong = use_log(log, node_name(args.id)); !wrong.empty()) {
    fail(wrong);
    return exit_refused;
  }
  auto beside = front::front_beside_node(described->config, args.id, described->served);
  cluster_node_options options{std::move(described->config), args.id, std::nullopt,
                               std::move(beside)};
  if (!args.join.empty())
    options.join = args.join;
  return run_node(options);
}

/// HOST:PORT, as far as a look at the text can tell.
std::string check_join(const std::string& text) {
  auto colon = text.rfind(':');
  auto port = colon == std::string::npos ? "" : text.substr(colon + 1);
  auto digits = !port.empty() && port.size() <= 5
                && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  auto number = digits ? std::stoi(port) : 0;
  return colon == 0 || number < 1 || number > 65'535
           ? "an address is HOST:PORT, as in 127.0.0.1:7401, not " + text
           : std::string{};
}

void add_node(CLI::App& app, std::function<int()>& chosen) {
  auto args = std::make_shared<cluster_arguments>();
  auto* node = app.add_subcommand("node", "Run one node of a cluster, until SIGINT or SIGTERM");
  add_config(*node, args);
  node->add_option("--id", args->id, "Which of the file's nodes")
    ->required()
    ->check(CLI::Range(uint32_t{1}, max_node_id));
  node
    ->add_option("--join", args->join,
                 "HOST:PORT of a node that is up, by which a new node finds its cluster")
    ->check(CLI::Validator{check_join, ""});
  node->callback([args, &chosen] { chosen = [args] { return start_node(*args); }; });
}

// -- cluster --------------------------------------------------------------------------------------

std::vector<std::string> command_of(const cluster_arguments& args, uint32_t id) {
  std::vector<std::string> result{own_program(),    "node", "--config",
                                  args.config_file, "--id", std::to_string(id)};
  if (args.unsafe_plain_text)
    result.emplace_back(unsafe_option);
  return result;
}

int launch_cluster(const cluster_arguments& args) {
  auto described = read_for(args, args.only);
  if (!described)
    return fail(described.error());
  const auto& cluster = *described->config.cluster;
  launch_options options;
  for (auto& node : cluster.nodes)
    if (args.only.empty() || std::ranges::find(args.only, node.id) != args.only.end())
      options.nodes.push_back({node.name(), command_of(args, node.id)});
  options.drain_ms = cluster.drain_timeout_ms;
  options.colours = ::isatty(STDOUT_FILENO) == 1
                    && !std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe): one thread
  return launch(options);
}

void add_cluster(CLI::App& app, std::function<int()>& chosen) {
  auto args = std::make_shared<cluster_arguments>();
  auto* cluster = app.add_subcommand(
    "cluster", "Run all nodes of a cluster on this machine, each as a process of its own");
  add_config(*cluster, args);
  add_only(*cluster, args, "Only the node with this id; may come several times");
  cluster->callback([args, &chosen] { chosen = [args] { return launch_cluster(*args); }; });
}

// -- config ---------------------------------------------------------------------------------------

void add_config_check(CLI::App& app, std::function<int()>& chosen) {
  auto args = std::make_shared<cluster_arguments>();
  auto* config = app.add_subcommand("config", "Configuration files");
  config->require_subcommand(1);
  auto* check = config->add_subcommand(
    "check", "Explain every mistake in a configuration with its line, or say what it describes");
  check->add_option("FILE", args->config_file, "As config/default.conf or config/cluster-3.conf")
    ->required();
  add_only(*check, args,
           "Look for the certificates of this node alone, as on its host; may come several times");
  check->add_option("--format", args->format, "text or json")
    ->check(CLI::IsMember({"text", "json"}));
  check->callback([args, &chosen] {
    chosen = [args] {
      return print_configuration_check(args->config_file, args->only, *format_named(args->format));
    };
  });
}

// -- certs ----------------------------------------------------------------------------------------

int make_and_list(const certificate_request& request) {
  auto files = make_certificates(request);
  if (!files)
    return fail(files.error());
  for (auto& file : *files)
    std::cout << file.string() << '\n';
  return 0;
}

void add_certs(CLI::App& app, std::function<int()>& chosen) {
  auto args = std::make_shared<cluster_arguments>();
  auto& request = args->certificates;
  auto* certs = app.add_subcommand(
    "certs", "Make an authority and certificates for the nodes and clients of a trial cluster");
  certs->add_option("--out", request.folder, "The folder; an authority that is there signs")
    ->required();
  certs->add_option("--nodes", request.nodes, "Ids of nodes, as in 1,2,3")->delimiter(',');
  certs
    ->add_option("--hosts", request.hosts,
                 "Names and IP addresses of the nodes' hosts (default: localhost,127.0.0.1,::1)")
    ->delimiter(',');
  certs->add_option("--client", request.clients, "Name of a client; may come several times")
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false);
  certs
    ->add_option("--role", request.role,
                 "What the clients may be in `touchline shell`, as in operator (default: nothing)")
    ->check(CLI::IsMember(std::vector<std::string>{account_roles.begin(), account_roles.end()}));
  certs->add_option("--cluster", request.cluster,
                    "The cluster's name (default: that of the authority, or trial)");
  certs->add_option("--days", request.days, "How long they are good for (default: 365)")
    ->check(CLI::Range(1, max_certificate_days));
  certs->add_flag("--force", request.force, "Replace those of the nodes and clients named");
  certs->callback(
    [args, &chosen] { chosen = [args] { return make_and_list(args->certificates); }; });
}

} // namespace

void add_cluster_commands(CLI::App& app, std::function<int()>& chosen) {
  add_node(app, chosen);
  add_cluster(app, chosen);
  add_config_check(app, chosen);
  add_certs(app, chosen);
}

} // namespace touchline::nodes
