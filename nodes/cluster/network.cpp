#include "nodes/cluster/network.hpp"

#include "nodes/cluster/client_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "nodes/cluster/tls_sessions.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <algorithm>
#include <mutex>
#include <thread>

namespace touchline::cluster {

namespace {

/// Asks one node for one piece and gives the answer to the replica that wants it.
void fetch(caf::event_based_actor* self, const caf::actor& peer, const caf::actor& replica,
           uint32_t partition, const ContentQuery& query) {
  Request request;
  request.mutable_partition()->set_partition(partition);
  *request.mutable_partition()->mutable_content() = query;
  self->request(peer, std::chrono::seconds{10}, peer_request{std::move(request)})
    .then(
      [self, replica, cursor = query.cursor()](Reply& reply) {
        self->send(replica, content_arrived{cursor, std::move(reply)});
      },
      [self, replica, cursor = query.cursor()](const caf::error&) {
        Reply reply;
        reply.set_code(static_cast<uint32_t>(UNAVAILABLE));
        reply.set_text("no answer");
        self->send(replica, content_arrived{cursor, std::move(reply)});
      });
}

} // namespace

void register_cluster_types() {
  static std::once_flag once;
  std::call_once(once, [] {
    caf::io::middleman::init_global_meta_objects();
    caf::openssl::manager::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::touchline_cluster>();
    caf::init_global_meta_objects<caf::id_block::touchline_replica>();
    caf::init_global_meta_objects<caf::id_block::touchline_peer>();
    caf::init_global_meta_objects<caf::id_block::touchline_peer_owner>();
    caf::init_global_meta_objects<caf::id_block::touchline_node>();
    caf::init_global_meta_objects<caf::id_block::touchline_store_reader>();
    caf::init_global_meta_objects<caf::id_block::touchline_client>();
  });
}

void peer_network::send(uint32_t partition, consensus::outgoing message) {
  if (auto peer = peers_->at(consensus::node_of(message.to)))
    caf::anon_send(peer, consensus_output{partition, message.to, std::move(message.bytes)});
}

void peer_network::ask_content(uint32_t partition, consensus::server_id from, ContentQuery query) {
  auto peer = peers_->at(consensus::node_of(from));
  auto replica = replicas_->at(partition);
  if (peer && replica)
    replica->home_system().spawn(fetch, peer, replica, partition, query);
}

bool peer_network::connected(uint32_t node) const {
  return peers_->at(node) && !peers_->leaving(node);
}

} // namespace touchline::cluster

namespace touchline::nodes {

namespace {

struct certificate_files {
  std::string ca;
  std::string certificate;
  std::string key;
};

/// What the file says of a section leaves the rest of that as it is.
void add(caf::dictionary<caf::config_value>& to, const caf::dictionary<caf::config_value>& what) {
  for (auto& [key, value] : what)
    if (auto* section = caf::get_if<caf::dictionary<caf::config_value>>(&value))
      add(to[key].as_dictionary(), *section);
    else
      to.insert_or_assign(key, value);
}

/// Workers that wait instead of polling, and no more than there are cores for them: they would only
/// get in each other's way; `processes`, at least 1, share them. An actor that is always busy makes
/// room for others now and then. See docs/adr/0043-workers-and-readers.md.
void set_scheduler(caf::actor_system_config& out, size_t processes) {
  constexpr size_t messages_in_a_row = 256;
  auto cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  out.set("caf.scheduler.policy", "sharing");
  out.set("caf.scheduler.max-threads", std::max<size_t>(1, cores / processes));
  out.set("caf.scheduler.max-throughput", messages_in_a_row);
}

/// The nodes that share a machine with node `id`, as far as the file tells.
size_t nodes_beside(const configuration& config, uint32_t id) {
  const auto* self = config.cluster ? config.cluster->find(id) : nullptr;
  if (!self)
    return 1;
  auto beside = std::ranges::count(config.cluster->nodes, self->host, &node_configuration::host);
  return static_cast<size_t>(beside);
}

/// Modules are loaded here and not from the command line: CAF would silently ignore certificates
/// that it reads before it has loaded what uses them.
class network_config : public caf::actor_system_config {
public:
  network_config(const configuration& config, const certificate_files& files,
                 cluster::tls_failures failures, size_t processes) {
    load<caf::io::middleman>();
    load<caf::openssl::manager>();
    set_scheduler(*this, processes);
    set("caf.middleman.workers", 0);
    const auto times = config.cluster.value_or(cluster_configuration{});
    set("caf.middleman.heartbeat-interval",
        caf::timespan{std::chrono::milliseconds{times.heartbeat_ms}});
    set("caf.middleman.connection-timeout",
        caf::timespan{std::chrono::milliseconds{times.connection_timeout_ms}});
    if (!files.ca.empty())
      cluster::watch_tls_sessions(failures);
    openssl_cafile = files.ca;
    openssl_certificate = files.certificate;
    openssl_key = files.key;
    add(content["caf"].as_dictionary(), config.caf);
  }
};

} // namespace

std::unique_ptr<caf::actor_system_config> make_caf_config(const configuration& config,
                                                          uint32_t id) {
  if (id == 0) {
    auto out = std::make_unique<caf::actor_system_config>();
    set_scheduler(*out, 1);
    add(out->content["caf"].as_dictionary(), config.caf);
    return out;
  }
  certificate_files files;
  if (const auto& tls = config.cluster->tls)
    files = {tls->ca, tls->certificate_of(id), tls->key_of(id)};
  return std::make_unique<network_config>(config, files, cluster::tls_failures::logged,
                                          nodes_beside(config, id));
}

std::unique_ptr<caf::actor_system_config> make_client_caf_config(const configuration& config,
                                                                 const std::string& ca,
                                                                 const std::string& certificate,
                                                                 const std::string& key) {
  // Such a program has sentences for its user, and no log.
  return std::make_unique<network_config>(config, certificate_files{ca, certificate, key},
                                          cluster::tls_failures::kept, 1);
}

cluster::replica_options replica_options_of(const configuration& config) {
  // Long enough that entities in use are written once for many commands, short enough that a new
  // leader has little to catch up with.
  constexpr int64_t apply_delay_ms = 1'000;
  cluster::replica_options out;
  if (!config.cluster)
    return out;
  const auto& x = *config.cluster;
  out.core.election_timeout_ms = static_cast<uint32_t>(x.election_timeout_ms);
  out.core.heartbeat_ms = static_cast<uint32_t>(x.heartbeat_ms);
  out.core.install_timeout_ms = static_cast<uint32_t>(x.install_timeout_ms);
  out.core.max_message_bytes = x.limits.append_bytes;
  out.core.max_cached_bytes = x.limits.cached_bytes;
  out.apply_delay_ms = apply_delay_ms;
  out.piece_bytes = x.limits.chunk_bytes;
  out.max_kept_entries = x.limits.kept_entries;
  return out;
}

} // namespace touchline::nodes
