#include "nodes/cluster/cluster_configuration.hpp"

#include "messages/text.hpp"
#include "nodes/host_port.hpp"
#include "nodes/nearest_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <arpa/inet.h>

namespace touchline::nodes {

namespace {

constexpr int64_t an_hour_ms = 3'600'000;

const std::set<std::string> known_roles{"front", "league"};

/// The address in an IPv6 address that holds an IPv4 address, or what it is.
std::string_view without_mapping(std::string_view host) {
  constexpr std::string_view mapped = "::ffff:";
  return host.starts_with(mapped) ? host.substr(mapped.size()) : host;
}

bool stands_for_every_address(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  return (inet_pton(AF_INET, host.c_str(), &four) == 1 && four.s_addr == INADDR_ANY)
         || (inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_UNSPECIFIED(&six));
}

// -- one node -------------------------------------------------------------------------------------

void read_host(settings_section& from, node_configuration& out) {
  out.host = from.text("host");
  if (!is_host(out.host))
    from.refuse("host", "must be a host's name or its IP address without port and brackets, not \""
                          + excerpt(out.host) + '"');
  else if (stands_for_every_address(out.host))
    from.refuse("host", "must be the address at which other nodes reach this one, not " + out.host);
}

void read_roles(settings_section& from, node_configuration& out) {
  auto roles = from.texts_or("roles", {"league", "front"});
  for (auto& role : roles) {
    if (known_roles.contains(role))
      continue;
    auto nearest = nearest_name(role, known_roles);
    from.refuse("roles", "has \"" + excerpt(role) + "\", which is no role; "
                           + (nearest ? "the nearest that is one is \"" + *nearest + '"'
                                      : "the roles are \"league\" and \"front\""));
  }
  out.hosts_partitions = std::ranges::find(roles, "league") != roles.end();
  out.front = std::ranges::find(roles, "front") != roles.end();
  if (roles.empty())
    from.refuse("roles", R"(must have "league", "front" or both)");
}

node_configuration read_node(settings_section& from, const std::filesystem::path& data_directory) {
  node_configuration out;
  out.id = static_cast<uint32_t>(from.number("id", 1, max_node_id));
  read_host(from, out);
  out.port = static_cast<uint16_t>(from.number("port", 1, 65'535));
  // What could not be read is not compared with what other nodes have.
  if (from.refused("id"))
    out.id = 0;
  if (from.refused("port"))
    out.port = 0;
  out.data_directory = data_directory / out.name();
  from.optional_path("data-directory", out.data_directory);
  read_roles(from, out);
  from.refuse_others();
  return out;
}

// -- nodes among one another ----------------------------------------------------------------------

/// Two hosts that may be one machine: a name and an address of it are not recognised.
bool same_machine(const std::string& a, const std::string& b) {
  return a == b || (is_loopback(a) && is_loopback(b));
}

bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  auto apart = std::ranges::mismatch(outer, inner);
  return apart.in1 == outer.end() || (std::next(apart.in1) == outer.end() && apart.in1->empty());
}

void compare_nodes(const node_configuration& earlier, const std::string& earlier_name,
                   const node_configuration& later, settings_section& section) {
  auto taken = [&](const char* key, const std::string& value) {
    section.refuse(key, "is " + value + ", which " + earlier_name + " has already");
  };
  if (later.id == earlier.id && later.id != 0)
    taken("id", std::to_string(later.id));
  if (!same_machine(later.host, earlier.host))
    return;
  if (later.host == earlier.host && later.port == earlier.port && later.port != 0)
    taken("port", std::to_string(later.port) + " at " + later.host);
  // Without a directory of its own it follows from the id, which was looked at.
  if (!section.has("data-directory") && later.id == earlier.id)
    return;
  const auto& mine = later.data_directory;
  const auto& other = earlier.data_directory;
  if (mine == other)
    taken("data-directory", mine.string());
  else if (is_within(mine, other))
    section.refuse("data-directory", "is within that of " + earlier_name + ", " + other.string());
  else if (is_within(other, mine))
    section.refuse("data-directory", "holds that of " + earlier_name + ", " + other.string());
}

void read_nodes(settings_section& from, const std::filesystem::path& data_directory,
                cluster_configuration& out) {
  auto sections = from.sections("nodes");
  if (sections.empty())
    from.refuse("nodes", "must be a list of at least one node");
  if (sections.size() > max_cluster_nodes) {
    from.refuse("nodes", "has " + std::to_string(sections.size()) + " nodes; a cluster has at most "
                           + std::to_string(max_cluster_nodes));
    return;
  }
  for (auto& x : sections) {
    auto node = read_node(x, data_directory);
    for (size_t i = 0; i < out.nodes.size(); ++i)
      compare_nodes(out.nodes[i], sections[i].name(), node, x);
    out.nodes.push_back(std::move(node));
  }
}

void read_replicas(settings_section& from, cluster_configuration& out) {
  auto hosts = std::ranges::count_if(out.nodes, &node_configuration::hosts_partitions);
  out.replicas = static_cast<uint32_t>(std::clamp<int64_t>(hosts, 1, int64_t{default_replicas}));
  from.optional_number("replicas", 1, max_replicas, out.replicas);
  if (out.nodes.empty())
    return;
  auto text = std::to_string(out.replicas);
  if (hosts == 0)
    from.refuse("nodes", "has nobody with the role \"league\", so that no node has partitions");
  else if (hosts < int64_t{out.replicas})
    from.refuse("replicas", "is " + text + ", and there are only " + std::to_string(hosts)
                              + " nodes with the role \"league\"");
  else if (out.replicas % 2 == 0)
    from.warn("replicas", "is " + text + ", an even number, which bears the loss of no more nodes "
                            + "than " + std::to_string(out.replicas - 1));
}

// -- times and bounds -----------------------------------------------------------------------------

void read_times(settings_section& from, cluster_configuration& out) {
  from.optional_time("election-timeout", 50, 60'000, out.election_timeout_ms);
  from.optional_time("heartbeat", 5, 10'000, out.heartbeat_ms);
  from.optional_time("install-timeout", 100, an_hour_ms, out.install_timeout_ms);
  from.optional_time("connection-timeout", 50, 60'000, out.connection_timeout_ms);
  from.optional_time("reconnect-min", 1, 60'000, out.reconnect_min_ms);
  from.optional_time("reconnect-max", 1, 60'000, out.reconnect_max_ms);
  from.optional_time("request-deadline", 100, an_hour_ms, out.request_deadline_ms);
  from.optional_time("drain-timeout", 100, an_hour_ms, out.drain_timeout_ms);
  // One late heartbeat must not be taken for a dead leader or a dead peer.
  constexpr int64_t heartbeats = 5;
  auto too_long = [&](const char* timeout, int64_t ms) {
    if (out.heartbeat_ms * heartbeats > ms)
      from.refuse("heartbeat", "is " + std::to_string(out.heartbeat_ms)
                                 + "ms; it must be at most a " + "fifth of " + timeout
                                 + ", which is " + std::to_string(ms) + "ms");
  };
  too_long("election-timeout", out.election_timeout_ms);
  too_long("connection-timeout", out.connection_timeout_ms);
  if (out.reconnect_min_ms > out.reconnect_max_ms)
    from.refuse("reconnect-min", "must not be more than reconnect-max");
  if (out.request_deadline_ms < 2 * out.election_timeout_ms)
    from.warn("request-deadline", "is less than two times election-timeout, so that requests end "
                                  "before a new leader can be elected");
}

void read_limits(settings_section from, cluster_limits& out) {
  constexpr int64_t kib = 1'024;
  constexpr int64_t mib = 1'024 * kib;
  from.optional_number("window-messages", 1, 65'536, out.window_messages);
  from.optional_number("window-bytes", 64 * kib, 1'024 * mib, out.window_bytes);
  from.optional_number("append-bytes", 4 * kib, 64 * mib, out.append_bytes);
  from.optional_number("kept-entries", 16, 100'000'000, out.kept_entries);
  from.optional_number("cached-bytes", 64 * kib, 1'024 * mib, out.cached_bytes);
  from.optional_number("journal-bytes", 0, 1'024 * mib, out.journal_bytes);
  from.optional_number("chunk-bytes", 4 * kib, 64 * mib, out.chunk_bytes);
  for (auto& [key, bytes] :
       {std::pair{"append-bytes", out.append_bytes}, std::pair{"chunk-bytes", out.chunk_bytes}})
    if (bytes > out.window_bytes)
      from.refuse(key, "is " + std::to_string(bytes) + "; it must not be more than window-bytes, "
                         + std::to_string(out.window_bytes));
  from.refuse_others();
}

// -- who may listen in ----------------------------------------------------------------------------

void read_tls(settings_section from, cluster_configuration& out) {
  tls_configuration tls;
  tls.ca = from.path("ca");
  tls.certificate = from.path("certificate");
  tls.key = from.path("key");
  auto shared = [&out](const std::filesystem::path& path) {
    return out.nodes.size() > 1 && !path.empty() && path.string().find("{id}") == std::string::npos;
  };
  if (shared(tls.certificate))
    from.refuse("certificate", "must have {id} in the place of a node's id, as every node has a "
                               "certificate of its own");
  if (shared(tls.key))
    from.refuse("key", "must have {id} in the place of a node's id, as every node has a key of its "
                       "own");
  from.refuse_others();
  out.tls = std::move(tls);
}

/// Everything between nodes that can be read or written by others is encrypted and signed, or
/// somebody has said that it need not be.
void check_exposure(settings_section& from, std::vector<settings_section> nodes,
                    const cluster_configuration& out) {
  constexpr auto option = "unsafe-plain-text-beyond-loopback";
  std::set<size_t> exposed;
  for (size_t i = 0; i < out.nodes.size(); ++i)
    if (!nodes[i].refused("host") && !is_loopback(out.nodes[i].host))
      exposed.insert(i);
  for (size_t i = 0; i < out.nodes.size() && !exposed.empty(); ++i) {
    auto& host = out.nodes[i].host;
    if (is_loopback(host))
      nodes[i].warn("host", "is " + host + ", which the nodes on other machines do not reach");
    else if (exposed.contains(i) && !out.tls && !out.unsafe_plain_text_beyond_loopback)
      nodes[i].refuse("host", "is beyond loopback and there is no cluster.tls; make certificates "
                              "with touchline certs and name them there, or set cluster."
                                + std::string{option}
                                + " = true where nobody else is on the network");
  }
  if (out.unsafe_plain_text_beyond_loopback && out.tls)
    from.warn(option, "has no effect next to cluster.tls");
  else if (out.unsafe_plain_text_beyond_loopback)
    from.warn(option, exposed.empty() ? "has no effect, as all nodes are on loopback"
                                      : "is true: everybody on the network can read and change "
                                        "everything");
}

} // namespace

std::string with_node_id(std::string pattern, uint32_t node) {
  constexpr std::string_view mark = "{id}";
  for (auto at = pattern.find(mark); at != std::string::npos; at = pattern.find(mark))
    pattern.replace(at, mark.size(), std::to_string(node));
  return pattern;
}

std::string node_name(uint32_t id) {
  return "node-" + std::to_string(id);
}

std::string node_configuration::address() const {
  return to_string(host_port{host, port});
}

std::filesystem::path tls_configuration::certificate_of(uint32_t node) const {
  return with_node_id(certificate.string(), node);
}

std::filesystem::path tls_configuration::key_of(uint32_t node) const {
  return with_node_id(key.string(), node);
}

const node_configuration* cluster_configuration::find(uint32_t id) const {
  auto at = std::ranges::find(nodes, id, &node_configuration::id);
  return at == nodes.end() ? nullptr : &*at;
}

bool is_ip_address(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  return inet_pton(AF_INET, host.c_str(), &four) == 1
         || inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

bool is_host(const std::string& host) {
  if (host.find(':') != std::string::npos)
    return is_ip_address(host);
  return !host.empty() && host.size() <= max_host_bytes && std::ranges::all_of(host, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
  });
}

bool is_loopback(std::string_view host) {
  in_addr four{};
  in6_addr six{};
  constexpr uint32_t loopback_net = 127;
  if (inet_pton(AF_INET, std::string{without_mapping(host)}.c_str(), &four) == 1)
    return ntohl(four.s_addr) >> 24U == loopback_net;
  if (inet_pton(AF_INET6, std::string{host}.c_str(), &six) == 1)
    return IN6_IS_ADDR_LOOPBACK(&six);
  return host == "localhost";
}

cluster_configuration read_cluster(settings_file& file, const std::filesystem::path& data_directory,
                                   bool unsafe_plain_text) {
  auto from = settings_section::of_file(file, "cluster");
  cluster_configuration out;
  out.name = from.text("name");
  if (auto wrong = check_key("it", out.name))
    from.refuse("name", "must be 1 to 64 lower case letters, digits, hyphens and points");
  read_nodes(from, data_directory, out);
  read_replicas(from, out);
  read_times(from, out);
  read_limits(from.optional_section("limits"), out.limits);
  from.optional_flag("unsafe-plain-text-beyond-loopback", out.unsafe_plain_text_beyond_loopback);
  out.unsafe_plain_text_beyond_loopback |= unsafe_plain_text;
  auto tls = from.optional_section("tls");
  if (from.has("tls"))
    read_tls(std::move(tls), out);
  check_exposure(from, from.sections("nodes"), out);
  from.refuse_others();
  return out;
}

} // namespace touchline::nodes
