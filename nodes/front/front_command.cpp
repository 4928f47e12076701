#include "nodes/front/front_command.hpp"

#include "nodes/command_line.hpp"
#include "nodes/embedded_access.hpp"
#include "nodes/end_signals.hpp"
#include "nodes/front/front.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <memory>

namespace touchline::front {

namespace {

/// What the command line says; empty for what it leaves open.
struct front_arguments {
  std::string listen;
  std::filesystem::path certificate;
  std::filesystem::path key;
  bool unsafe_plain_http = false;
  bool public_reads = false;
};

/// What the file says, and over it what the command line says.
tl::expected<front_configuration, std::string> read_for(const front_arguments& args,
                                                        const std::string& config_file) {
  front_configuration out;
  if (!config_file.empty()) {
    auto file = nodes::settings_file::read(config_file);
    if (!file)
      return tl::unexpected{"The configuration " + config_file + " cannot be read."};
    if (auto said = read_front(*file))
      out = *said;
    if (auto wrong = file->first_problem())
      return tl::unexpected{*wrong};
  }
  if (!args.listen.empty()) {
    auto where = nodes::parse_host_port(args.listen);
    if (!where)
      return tl::unexpected{where.error()};
    out.server.listen = *where;
  }
  if (!args.certificate.empty()) {
    out.server.certificate = args.certificate;
    out.server.key = args.key;
  }
  out.unsafe_plain_http_beyond_loopback |= args.unsafe_plain_http;
  out.public_reads |= args.public_reads;
  if (auto wrong = check_exposure(out))
    return tl::unexpected{*wrong};
  return out;
}

int serve(const nodes::common_options& options, const front_configuration& config) {
  const nodes::end_signals signals;
  // A client that has gone is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  if (options.connect)
    return nodes::fail(
      "A cluster is served by its nodes, which have the key that tokens are signed "
      "with: give the file a section front, and nodes the role front.");
  auto league = nodes::embedded_access::start(options.config);
  if (!league)
    return nodes::fail(league.error().text);
  auto key = (*league)->key();
  if (!key)
    return nodes::fail(key.error().text);
  auto running = front::start(
    **league, *key, config, {.traces = {(*league)->node().spans(), options.config.tracing.ratio}});
  if (!running)
    return nodes::fail(running.error().text);
  spdlog::info("serves http{}://{}", config.server.certificate.empty() ? "" : "s",
               to_string(config.server.listen));
  constexpr int step_ms = 200;
  while (!signals.wait(step_ms))
    if (auto why = (*league)->failure())
      return nodes::fail(why->text);
  spdlog::info("answers what is under way and ends");
  if (!(*running)->drain())
    spdlog::warn("ends although clients have not taken their responses");
  return 0;
}

} // namespace

void add_front_command(CLI::App& app, nodes::arguments& args, std::function<int()>& chosen) {
  auto own = std::make_shared<front_arguments>();
  auto* command = app.add_subcommand(
    "front", "Serve a node of this process over HTTP, until SIGINT or SIGTERM");
  command->add_option("--listen", own->listen, "HOST:PORT (default: 127.0.0.1:8080)");
  auto* certificate
    = command->add_option("--https-certificate", own->certificate, "What clients are shown, PEM");
  auto* key = command->add_option("--https-key", own->key, "Its private key");
  certificate->needs(key)->check(CLI::ExistingFile);
  key->needs(certificate)->check(CLI::ExistingFile);
  command->add_flag("--public-reads", own->public_reads,
                    "Let everybody read leagues without a token, as a viewer may");
  command->add_flag("--unsafe-plain-http-beyond-loopback", own->unsafe_plain_http,
                    "Listen beyond loopback without TLS: everybody on the network can read "
                    "passwords and tokens");
  nodes::on_chosen(*command, args, chosen, [own, &args](const nodes::common_options& options) {
    auto config = read_for(*own, args.config_file);
    return config ? serve(options, *config) : nodes::fail(config.error());
  });
}

} // namespace touchline::front
