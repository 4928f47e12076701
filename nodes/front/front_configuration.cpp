#include "nodes/front/front_configuration.hpp"

#include "nodes/cluster/cluster_configuration.hpp"

#include "messages/text.hpp"
#include "nodes/settings_section.hpp"

#include <filesystem>
#include <map>
#include <set>

namespace touchline::front {

namespace {

using nodes::settings_section;

constexpr int64_t an_hour_ms = 3'600'000;

void read_limits(settings_section from, front_configuration& out) {
  constexpr int64_t kib = 1'024;
  constexpr int64_t mib = 1'024 * kib;
  auto& server = out.server.limits;
  from.optional_number("connections", 1, 100'000, server.connections);
  from.optional_number("header-bytes", kib, mib, server.header_bytes);
  from.optional_number("body-bytes", kib, 64 * mib, server.body_bytes);
  from.optional_time("idle", 100, an_hour_ms, server.idle_ms);
  from.optional_time("request", 100, an_hour_ms, server.request_ms);
  from.optional_time("response", 100, an_hour_ms, server.response_ms);
  from.optional_number("under-way", 1, 65'536, out.client.under_way);
  from.optional_time("answer", 100, an_hour_ms, out.client.request_ms);
  from.optional_number("requests-per-second", 1, 1'000'000, out.rate.per_second);
  from.optional_number("burst", 1, 1'000'000, out.rate.burst);
  from.optional_number("streams", 0, 100'000, out.events.streams);
  from.optional_number("streams-per-caller", 1, 100'000, out.events.streams_per_caller);
  from.optional_number("stream-bytes", 4 * kib, 64 * mib, out.events.waiting_bytes);
  from.refuse_others();
}

void read_events(settings_section from, event_options& out) {
  from.optional_time("poll", 10, 60'000, out.poll_ms);
  from.optional_time("heartbeat", 100, an_hour_ms, out.heartbeat_ms);
  from.optional_time("slow", 100, an_hour_ms, out.slow_ms);
  from.refuse_others();
}

void read_proxies(settings_section& from, network_list& out) {
  for (auto& text : from.texts_or("trusted-proxies", {}))
    if (!out.add(text))
      from.refuse("trusted-proxies",
                  "must be at most " + std::to_string(max_networks)
                    + " addresses and networks of proxies, as in 127.0.0.1 or 10.0.0.0/8, not \""
                    + excerpt(text) + '"');
}

void read_breaker(settings_section from, breaker_options& out) {
  from.optional_number("failures", 1, 1'000, out.failures);
  from.optional_time("open", 10, an_hour_ms, out.open_ms);
  from.refuse_others();
}

void read_tls(settings_section from, uint32_t node, server_options& out) {
  out.certificate = nodes::with_node_id(from.path("certificate").string(), node);
  out.key = nodes::with_node_id(from.path("key").string(), node);
  from.refuse_others();
}

} // namespace

std::optional<front_configuration> read_front(nodes::settings_file& file, uint32_t node) {
  if (!file.settings().contains("front"))
    return std::nullopt;
  auto from = settings_section::of_file(file, "front");
  front_configuration out;
  auto listen = nodes::parse_host_port(
    nodes::with_node_id(from.text_or("listen", to_string(out.server.listen)), node));
  if (listen)
    out.server.listen = *listen;
  else
    from.refuse("listen",
                "must be HOST:PORT, as in 127.0.0.1:808{id}; {id} stands for a node's id");
  from.optional_time("token-memory", 0, 60'000, out.token_memory_ms);
  from.optional_time("unready", 0, an_hour_ms, out.unready_ms);
  from.optional_time("drain", 0, an_hour_ms, out.drain_ms);
  from.optional_flag("public-reads", out.public_reads);
  from.optional_flag("unsafe-plain-http-beyond-loopback", out.unsafe_plain_http_beyond_loopback);
  read_limits(from.optional_section("limits"), out);
  read_breaker(from.optional_section("breaker"), out.breaker);
  read_events(from.optional_section("events"), out.events);
  read_proxies(from, out.trusted_proxies);
  auto tls = from.optional_section("tls");
  if (from.has("tls"))
    read_tls(std::move(tls), node, out.server);
  if (auto wrong = check_exposure(out); wrong && !from.refused("listen"))
    file.refuse_sentence("front.listen", *wrong);
  from.refuse_others();
  return out;
}

void check_fronts(nodes::settings_file& file, const nodes::cluster_configuration& cluster) {
  std::map<std::string, uint32_t> taken;
  std::set<std::string> missing;
  for (auto& node : cluster.nodes) {
    if (!node.front || file.refused("front.listen"))
      continue;
    auto served = read_front(file, node.id);
    if (!served)
      return;
    const auto& server = served->server;
    auto where = to_string(server.listen);
    if (auto [at, added] = taken.emplace(node.host + ' ' + where, node.id); !added)
      file.add("front.listen",
               "front.listen is " + where + " for the nodes " + std::to_string(at->second) + " and "
                 + std::to_string(node.id)
                 + ", which are on one host, where only one can have it; put {id} into it.",
               false);
    for (auto& [key, path] : {std::pair{"front.tls.certificate", server.certificate},
                              std::pair{"front.tls.key", server.key}})
      if (!path.empty() && !std::filesystem::exists(path) && missing.insert(path.string()).second)
        file.add(key, "There is no file " + path.string() + '.', false);
    if (2 * (served->unready_ms + served->drain_ms) > cluster.drain_timeout_ms && taken.size() == 1
        && !file.refused("cluster.drain-timeout"))
      file.add("front.drain",
               "front.unready and front.drain are together more than half of "
               "cluster.drain-timeout: the node may be ended before it has handed over what it "
               "leads.",
               true);
  }
}

std::optional<std::string> check_exposure(const front_configuration& config) {
  const auto& x = config.server;
  if (x.certificate.empty() != x.key.empty())
    return "HTTPS needs both a certificate and its key.";
  if (x.certificate.empty() && !nodes::is_loopback(x.listen.host)
      && !config.unsafe_plain_http_beyond_loopback)
    return x.listen.host
           + " is beyond loopback and there is no certificate: passwords and tokens could be read "
             "by "
             "everybody on the network; give a certificate and its key, or the option "
             "unsafe-plain-http-beyond-loopback where something else encrypts.";
  return std::nullopt;
}

} // namespace touchline::front
