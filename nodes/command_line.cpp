#include "nodes/command_line.hpp"

namespace touchline::nodes {

namespace {

/// In CLI11's terms: what is wrong, or nothing.
std::string wrong_addresses(const std::string& text) {
  auto parsed = parse_host_ports(text);
  return parsed ? std::string{} : parsed.error();
}

/// What the command line leaves open the cluster's configuration may say. A certificate with the
/// id of a node in its name is a node's, not a command's.
tl::expected<tls_files, std::string> complete(tls_files tls, const configuration& config) {
  const auto* known = config.cluster && config.cluster->tls ? &*config.cluster->tls : nullptr;
  auto of_a_node = [](const std::filesystem::path& file) {
    return file.string().find("{id}") != std::string::npos;
  };
  if (known && tls.ca.empty())
    tls.ca = known->ca;
  if (known && tls.certificate.empty() && !of_a_node(known->certificate)
      && !of_a_node(known->key)) {
    tls.certificate = known->certificate;
    tls.key = known->key;
  }
  if (tls.ca.empty() != tls.certificate.empty())
    return tl::unexpected<std::string>{
      tls.ca.empty() ? "A certificate is not enough: --tls-ca says who signed those of the nodes."
                     : "The cluster wants to see a client's certificate: give --tls-certificate "
                       "and --tls-key."};
  return tls;
}

} // namespace

void add_common(CLI::App& command, arguments& args) {
  command.add_option("--config", args.config_file,
                     "A node's configuration, as config/default.conf");
  auto* data = command.add_option("--data-dir", args.data_directory, "Where the state is kept");
  auto* connect = command.add_option("--connect", args.connect,
                                     "HOST:PORT[,HOST:PORT...]: work against the cluster of these "
                                     "nodes instead of a node of this process");
  connect->excludes(data)->check(CLI::Validator{wrong_addresses, ""});
  auto* ca = command.add_option(
    "--tls-ca", args.tls.ca,
    "Who signed the nodes' certificates (default: cluster.tls.ca of --config)");
  auto* certificate = command.add_option("--tls-certificate", args.tls.certificate,
                                         "The certificate that --connect shows");
  auto* key = command.add_option("--tls-key", args.tls.key, "Its private key");
  for (auto* file : {ca, certificate, key})
    file->needs(connect)->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
}

void add_output(CLI::App& command, arguments& args) {
  command.add_option("--format", args.format, "text, json or csv")
    ->check(CLI::IsMember({"text", "json", "csv"}));
}

void add_report_output(CLI::App& command, arguments& args) {
  command.add_option("--format", args.format, "text or json")
    ->check(CLI::IsMember({"text", "json"}));
}

void add_token(CLI::App& command, arguments& args) {
  command.add_option("--token-file", args.token_file,
                     "Act as the account whose token is in the file, or in TOUCHLINE_TOKEN; "
                     "without any as the local operator");
}

std::optional<common_options> resolve(const arguments& args) {
  common_options result;
  if (!args.config_file.empty()) {
    auto config = read_configuration(args.config_file);
    if (!config) {
      fail(config.error());
      return std::nullopt;
    }
    result.config = std::move(*config);
    // What describes a cluster is not about the commands that work against it.
    if (!result.config.cluster && args.connect.empty())
      if (auto wrong = use_log(result.config.log, result.config.node); !wrong.empty()) {
        fail(wrong);
        return std::nullopt;
      }
  }
  if (!args.data_directory.empty())
    result.config.data_directory = args.data_directory;
  // The options of a command and of its subcommand do not exclude each other.
  if (!args.connect.empty() && !args.data_directory.empty()) {
    fail("A cluster keeps its own data: give --connect or --data-dir, not both.");
    return std::nullopt;
  }
  if (!args.connect.empty()) {
    auto tls = complete(args.tls, result.config);
    if (!tls) {
      fail(tls.error());
      return std::nullopt;
    }
    result.connect = connection{parse_host_ports(args.connect).value(), std::move(*tls)};
  }
  result.format = *format_named(args.format);
  result.pace = args.pace;
  return result;
}

void on_chosen(CLI::App& command, arguments& args, chosen_command& chosen,
               std::function<int(const common_options&)> run) {
  add_common(command, args);
  command.callback([&args, &chosen, run = std::move(run)] {
    chosen = [&args, run] {
      auto options = resolve(args);
      return options ? run(*options) : 1;
    };
  });
}

} // namespace touchline::nodes
