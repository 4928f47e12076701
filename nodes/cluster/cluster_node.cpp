#include "nodes/cluster/cluster_node.hpp"

#include "actors/contexts.hpp"
#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/storage_refusal.hpp"
#include "nodes/cluster/network.hpp"
#include "nodes/identity_key.hpp"
#include "nodes/program_version.hpp"
#include "nodes/resident_memory.hpp"
#include "nodes/shown_metrics.hpp"

#include <caf/io/middleman.hpp>
#include <caf/io/publish.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/scoped_actor.hpp>

#include <spdlog/spdlog.h>

#include <array>
#include <random>
#include <thread>

namespace touchline::nodes {

namespace {

/// The data directory's own: "ID/INCARNATION".
constexpr std::string_view node_row = "node";
constexpr std::string_view partitions_row = "partitions";

/// A node that is alone has this id.
constexpr uint32_t lone_id = 1;

tl::expected<std::optional<std::string>, refusal> row(const storage::store& store,
                                                      std::string_view key) {
  auto stored = store.meta(key);
  if (!stored)
    return tl::unexpected{actors::to_refusal(stored.error())};
  return *stored;
}

tl::expected<void, refusal> commit(storage::store& store, storage::write_batch batch) {
  std::array<storage::write_batch, 1> batches{std::move(batch)};
  if (auto done = store.commit(batches); !done)
    return tl::unexpected{actors::to_refusal(done.error())};
  return {};
}

/// Never 0. Chance is right here: it names a directory and decides nothing.
uint32_t draw_incarnation() {
  std::random_device chance;
  return chance() | 1U;
}

} // namespace

tl::expected<std::unique_ptr<cluster_node>, refusal> cluster_node::start(
  const cluster_node_setup& setup) {
  actors::register_message_types();
  cluster::register_cluster_types();
  std::unique_ptr<cluster_node> node{new cluster_node};
  for (auto step :
       {&cluster_node::open, &cluster_node::identify, &cluster_node::adopt, &cluster_node::run})
    if (auto done = ((*node).*step)(setup); !done)
      return tl::unexpected{done.error()};
  auto done = setup.id == 0 ? node->wait_until_leading() : node->listen(setup);
  if (!done)
    return tl::unexpected{done.error()};
  return node;
}

tl::expected<void, refusal> cluster_node::open(const cluster_node_setup& setup) {
  started_ms_ = actors::system_clock().steady_ms();
  const auto& config = setup.config;
  const auto* known = setup.id != 0 ? config.cluster->find(setup.id) : nullptr;
  data_directory_ = known ? known->data_directory : config.data_directory;
  storage::lmdb_options options;
  options.path = data_directory_;
  if (known)
    options.journal_bytes = config.cluster->limits.journal_bytes;
  auto store = storage::lmdb_store::open(options);
  if (!store)
    return tl::unexpected{actors::to_refusal(store.error())};
  store_ = std::move(*store);
  self_.set_id(known ? known->id : lone_id);
  self_.set_version(program_version());
  self_.set_hosts(!known || known->hosts_partitions);
  if (self_.hosts())
    roles_.emplace_back("league");
  if (known) {
    self_.set_host(known->host);
    self_.set_port(known->port);
    if (known->front)
      roles_.emplace_back("front");
  }
  return {};
}

/// A data directory keeps the number of partitions and the node that it was created for.
tl::expected<void, refusal> cluster_node::identify(const cluster_node_setup& setup) {
  auto partitions = row(*store_, partitions_row);
  auto node = row(*store_, node_row);
  if (!partitions || !node)
    return tl::unexpected{!partitions ? partitions.error() : node.error()};
  auto wanted = std::to_string(setup.config.runtime.partitions);
  if (*partitions && **partitions != wanted)
    return tl::unexpected<refusal>{{CONFLICT, "The data directory was created with " + **partitions
                                                + " partitions and the configuration says " + wanted
                                                + "; set touchline.partitions to " + **partitions
                                                + "."}};
  storage::write_batch batch;
  if (!*partitions)
    batch.put_meta(partitions_row, wanted);
  if (!*node) {
    self_.set_incarnation(draw_incarnation());
    batch.put_meta(node_row,
                   std::to_string(self_.id()) + '/' + std::to_string(self_.incarnation()));
  } else {
    auto slash = (*node)->find('/');
    auto id = (*node)->substr(0, slash);
    if (slash == std::string::npos || id != std::to_string(self_.id()))
      return tl::unexpected<refusal>{
        {CONFLICT, "The data directory " + data_directory_.string() + " belongs to node " + id
                     + (setup.id == 0 ? " of a cluster; work with it through --connect."
                                      : ", not to node " + std::to_string(self_.id())
                                          + "; give every node a directory of its own.")}};
    self_.set_incarnation(static_cast<uint32_t>(std::stoul((*node)->substr(slash + 1))));
  }
  return batch.empty() ? tl::expected<void, refusal>{} : commit(*store_, std::move(batch));
}

/// A node that was alone may become the first of a cluster; one of a cluster cannot be alone.
tl::expected<void, refusal> cluster_node::adopt(const cluster_node_setup& setup) {
  auto stored = store_->read_snapshot(cluster::map_address);
  if (!stored)
    return tl::unexpected{actors::to_refusal(stored.error())};
  cluster::ClusterMap map;
  if (!*stored || !map.ParseFromString((*stored)->bytes))
    return {};
  auto name = setup.id == 0 ? std::string{} : setup.config.cluster->name;
  if (map.cluster() == name)
    return {};
  if (!map.cluster().empty())
    return tl::unexpected<refusal>{
      {CONFLICT,
       "The data directory " + data_directory_.string() + " belongs to the cluster " + map.cluster()
         + (setup.id == 0 ? "; work with it through --connect."
                          : ", not to " + name + "; correct cluster.name or data-directory.")}};
  map.set_cluster(name);
  map.set_replicas(setup.config.cluster->replicas);
  map.set_version(map.version() + 1);
  *map.mutable_node(0) = self_;
  storage::write_batch batch;
  batch.put_snapshot(cluster::map_address, map.version(), map.SerializeAsString());
  return commit(*store_, std::move(batch));
}

tl::expected<void, refusal> cluster_node::run(const cluster_node_setup& setup) {
  const auto& config = setup.config;
  caf_config_ = make_caf_config(config, setup.id);
  system_ = std::make_unique<caf::actor_system>(*caf_config_);
  storage::writer_options writer;
  writer.source_of = [](storage::commit_token token) {
    return static_cast<uint8_t>(cluster::write_token::partition(token));
  };
  if (config.cluster) {
    constexpr uint32_t effects_delay_ms = 100;
    writer.max_delay_ms = effects_delay_ms;
    writer.on_journaled = [replicas = replicas_](std::span<const storage::commit_token> tokens) {
      cluster::tell_replicas(*replicas, tokens, nullptr, true);
    };
  }
  writer_ = std::make_unique<storage::writer>(
    *store_,
    [replicas = replicas_](std::span<const storage::commit_token> tokens,
                           const storage::storage_error* error) {
      cluster::tell_replicas(*replicas, tokens, error);
    },
    writer);
  replica_environment_ = std::make_shared<cluster::replica_environment>();
  auto& x = *replica_environment_;
  x.options = replica_options_of(config);
  log_ = std::make_unique<cluster::replicated_log>(replicas_, queues_, x.options);
  actors::runtime_setup inside;
  inside.options = config.runtime;
  inside.node = setup.id == 0 ? config.node : config.cluster->find(setup.id)->name();
  inside.kinds = actors::all_contexts();
  if (!config.tracing.endpoint.empty())
    spans_ = std::make_unique<span_exporter>(*system_, config.tracing, inside.node);
  inside.spans = spans_.get();
  runtime_ = actors::runtime::start(
    *system_, std::move(inside),
    {store_.get(), log_.get(), [replicas = replicas_, alone = setup.id == 0](uint32_t partition) {
       auto replica = replicas->at(partition);
       if (alone || !replica)
         return false;
       caf::anon_send(replica, cluster::abdicate{});
       return true;
     }});
  x.store = store_.get();
  x.writer = writer_.get();
  x.runtime = runtime_.get();
  x.time = &actors::system_clock();
  x.network = std::make_shared<cluster::peer_network>(peers_, replicas_);
  x.queues = queues_;
  x.partitions = config.runtime.partitions;
  x.self = consensus::server_id_of(self_.id(), self_.incarnation());
  x.seed = self_.id() * 7'919U + self_.incarnation();
  peer_environment_ = std::make_shared<cluster::peer_environment>();
  peer_environment_->routes = &runtime_->routes();
  peer_environment_->replicas = replicas_;
  peer_environment_->time = x.time;
  peer_environment_->self = x.self;
  environment_ = std::make_shared<cluster::node_environment>();
  auto& env = *environment_;
  env.replicas_of = replica_environment_;
  env.replicas = replicas_;
  env.peers = peers_;
  env.connections = peer_environment_;
  env.runtime = runtime_.get();
  env.store = store_.get();
  env.time = x.time;
  env.partitions = config.runtime.partitions;
  env.self = self_;
  env.joins = setup.join.has_value();
  env.alone = setup.id == 0;
  env.broken = [this](const refusal& why) { fail(why); };
  env.describe = [this](cluster::NodeStatus& out) { describe(out); };
  show_writer(*system_, writer_->statistics());
  env.at_tick = [this](int64_t now_ms) {
    load_.sample(now_ms);
    show_writer(*system_, writer_->statistics());
    if (auto facts = store_->statistics())
      show_gauge(*system_, "journal-used-bytes",
                 "Bytes of the journal that LMDB does not have yet.", facts->journal_used_bytes);
  };
  if (setup.id != 0) {
    const auto& limits = config.cluster->limits;
    peer_environment_->options.window_batches = limits.window_messages;
    peer_environment_->options.window_bytes = limits.window_bytes;
    peer_environment_->options.request_ms = config.cluster->request_deadline_ms;
    env.cluster = config.cluster->name;
    if (config.cluster->tls)
      env.authority_file = config.cluster->tls->ca;
    env.replication = config.cluster->replicas;
    for (auto& node : config.cluster->nodes)
      if (node.id != setup.id && node.hosts_partitions) {
        env.founders.push_back(node.id);
        env.founder_addresses.push_back({node.id, node.host, node.port});
      }
  }
  auto key = identity_key::open(data_directory_);
  if (!key)
    return tl::unexpected{key.error()};
  env.identity_key = key->bytes();
  if (setup.id == 0)
    node_ = system_->spawn<cluster::node_actor>(environment_);
  return {};
}

tl::expected<void, refusal> cluster_node::listen(const cluster_node_setup& setup) {
  const auto& config = *setup.config.cluster;
  tls_ = config.tls.has_value();
  cluster::connector_options options;
  options.connect_ms = config.connection_timeout_ms;
  options.backoff_min_ms = config.reconnect_min_ms;
  options.backoff_max_ms = config.reconnect_max_ms;
  options.tls = tls_;
  cluster::wire_hello hello;
  hello.version = self_.version();
  hello.cluster = config.name;
  hello.node = self_.id();
  hello.incarnation = self_.incarnation();
  connector_
    = std::make_unique<cluster::connector>(*system_, peer_environment_, peers_, hello, options);
  environment_->connect_to
    = [this](std::vector<cluster::node_address> others) { connector_->connect_to(others); };
  node_ = system_->spawn<cluster::node_actor>(environment_);
  peer_environment_->owner = node_;
  auto host = self_.host();
  auto port
    = tls_ ? caf::openssl::publish(node_, static_cast<uint16_t>(self_.port()), host.c_str(), true)
           : caf::io::publish(node_, static_cast<uint16_t>(self_.port()), host.c_str(), true);
  if (!port)
    return tl::unexpected<refusal>{
      {UNAVAILABLE, "The node cannot listen on " + host + ":" + std::to_string(self_.port()) + " ("
                      + to_string(port.error())
                      + "): the port is taken, or the address is not this machine's."}};
  port_ = *port;
  for (auto& other : config.nodes)
    if (other.id < setup.id)
      connector_->add({other.id, other.host, other.port});
  if (setup.join)
    connector_->add(*setup.join);
  spdlog::info("{} of the cluster {} listens on {}:{}{}", config.find(setup.id)->name(),
               config.name, host, port_, tls_ ? " with TLS" : "");
  return {};
}

/// A node that is alone needs nobody's vote.
tl::expected<void, refusal> cluster_node::wait_until_leading() {
  constexpr int64_t patience_ms = 20'000;
  auto deadline = started_ms_ + patience_ms;
  for (uint32_t i = 0; i < runtime_->routes().partitions();) {
    if (auto why = failure())
      return tl::unexpected{*why};
    if (runtime_->routes().here(i))
      ++i;
    else if (actors::system_clock().steady_ms() > deadline)
      return tl::unexpected<refusal>{
        {UNAVAILABLE, "Partition " + std::to_string(i)
                        + " of the data directory did not start; it may belong to a cluster."}};
    else
      std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return {};
}

cluster_node::~cluster_node() {
  if (node_) {
    caf::scoped_actor self{*system_};
    self->send_exit(node_, caf::exit_reason::user_shutdown);
    self->wait_for(node_);
    node_ = nullptr;
  }
  connector_.reset();
  if (peer_environment_)
    while (peer_environment_->running->load() > 0 || replica_environment_->running->load() > 0)
      std::this_thread::sleep_for(std::chrono::microseconds{100});
  runtime_.reset();
  if (writer_)
    writer_->stop();
  environment_.reset();
  if (peer_environment_)
    peer_environment_->owner = nullptr;
}

std::optional<refusal> cluster_node::failure() const {
  if (auto why = runtime_->failure())
    return why;
  std::lock_guard guard{mutex_};
  return failure_;
}

void cluster_node::fail(const refusal& why) {
  std::lock_guard guard{mutex_};
  if (!failure_)
    failure_ = why;
}

std::optional<identity_key> cluster_node::key() const {
  constexpr std::chrono::seconds patience{5};
  std::string bytes;
  caf::scoped_actor self{*system_};
  self->request(node_, patience, cluster::map_query{})
    .receive([&bytes](const cluster::ClusterMap& map) { bytes = map.identity_key(); },
             [](const caf::error&) {});
  return identity_key::of_bytes(bytes);
}

bool cluster_node::drain(int64_t timeout_ms) {
  auto deadline = actors::system_clock().steady_ms() + timeout_ms;
  caf::scoped_actor self{*system_};
  for (uint32_t led = 1; led > 0;) {
    self->request(node_, std::chrono::seconds{1}, cluster::drain_leadership{})
      .receive([&led](uint32_t x) { led = x; }, [](const caf::error&) {});
    if (led == 0)
      break;
    if (actors::system_clock().steady_ms() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return true;
}

void cluster_node::describe(cluster::NodeStatus& out) const {
  out.set_uptime_ms(static_cast<uint64_t>(actors::system_clock().steady_ms() - started_ms_));
  out.set_memory_bytes(static_cast<uint64_t>(resident_mib()) << 20);
  out.set_load_permille(load_.permille());
  for (auto& role : roles_)
    out.add_role(role);
  if (auto facts = store_->statistics())
    out.set_disk_bytes(facts->used_bytes);
  const auto& metrics = runtime_->metrics();
  auto count = [&out](const std::string& name, int64_t value) {
    out.add_counter(name + "=" + std::to_string(value));
  };
  count("records", metrics.records->value());
  count("restarts", metrics.entity_restarts->value() + metrics.partition_restarts->value());
  count("dead-letters", metrics.dead_letters->value());
  count("redeliveries", metrics.redeliveries->value());
  count("syncs", static_cast<int64_t>(writer_->statistics().transactions));
}

} // namespace touchline::nodes
