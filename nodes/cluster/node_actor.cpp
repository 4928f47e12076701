#include "nodes/cluster/node_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "messages/codec.hpp"
#include "nodes/cluster/failed_reply.hpp"
#include "nodes/cluster/operator_desk.hpp"
#include "nodes/cluster/shown_certificate.hpp"
#include "nodes/shown_metrics.hpp"
#include "storage/writer.hpp"

#include <caf/telemetry/metric_registry.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace touchline::cluster {

namespace {

/// News go out when something changes, and again so often in case they were lost.
constexpr int64_t news_interval_ms = 1'000;

/// Before a change of the map that was proposed and did not happen is proposed again.
constexpr int64_t proposal_patience_ms = 3'000;

constexpr int64_t wish_patience_ms = 10'000;
constexpr int64_t waiting_log_interval_ms = 10'000;

/// Where nodes keep the map that they saw last, to know the others after a start.
constexpr std::string_view map_row = "cluster-map";

bool same_node(const Node* known, const Node& self) {
  return known && known->incarnation() == self.incarnation() && known->host() == self.host()
         && known->port() == self.port() && known->hosts() == self.hosts()
         && known->version() == self.version();
}

/// Answers of several actors, collected into one.
struct collection {
  size_t open = 1;
  Reply reply;
  caf::response_promise promise;

  void done() {
    if (--open == 0)
      promise.deliver(std::move(reply));
  }
};

} // namespace

node_actor::node_actor(caf::actor_config& config, std::shared_ptr<node_environment> environment)
  : event_based_actor{config},
    environment_{std::move(environment)},
    leaders_(environment_->partitions) {}

caf::behavior node_actor::make_behavior() {
  environment_->connections->owner = caf::actor{this};
  environment_->replicas_of->tell
    = [self = caf::actor_cast<caf::weak_actor_ptr>(ctrl())](const replica_news& x) {
        if (auto node = self.lock())
          caf::anon_send(caf::actor_cast<caf::actor>(node), x);
      };
  set_error_handler([](caf::error&) {});
  set_default_handler([this](caf::message& content) -> caf::skippable_result {
    refuse(content);
    return caf::delegated<caf::message>{};
  });
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    route(i);
  desk_ = spawn<operator_desk, caf::detached>(environment_, caf::actor{this});
  reader_ = spawn<store_reader, caf::detached>(environment_->connections, environment_->replicas,
                                               *environment_->store, environment_->partitions);
  start_stored_replicas();
  read_map();
  tick();
  return {[this](const wire_hello& x) { return greet(x); },
          [this](const peer_up& x) { peer_came(x); },
          [this](const peer_down& x) { peer_went(x); },
          [this](const news_input& x) { take_news(x); },
          [this](const replica_news& x) { replica_said(x); },
          [this](missing_replica x) {
            if (x.partition < environment_->partitions && !environment_->replicas->at(x.partition)
                && environment_->self.hosts())
              start_replica(x.partition);
          },
          [this](const serve_request& x) { return serve(x); },
          [this](drain_leadership) { return drain(); },
          [this](map_query) { return map_; },
          [this](node_tick) { tick(); }};
}

void node_actor::on_exit() {
  for (auto& [partition, replica] : environment_->replicas->all()) {
    send_exit(replica, caf::exit_reason::user_shutdown);
    environment_->replicas->set(partition, nullptr);
  }
  for (auto& peer : peers_) {
    environment_->peers->set(peer.who.node, nullptr);
    send_exit(peer.connection, caf::exit_reason::user_shutdown);
  }
  peers_.clear();
  for (auto* helper : {&desk_, &reader_}) {
    send_exit(*helper, caf::exit_reason::user_shutdown);
    *helper = nullptr;
  }
  environment_->connections->owner = nullptr;
  environment_->connect_to = nullptr;
  environment_->broken = nullptr;
  // The routes hold this actor.
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    environment_->runtime->routes().set_elsewhere(i, nullptr);
}

// -- connections ----------------------------------------------------------------------------------

/// What is wrong with somebody who introduces himself; empty when nothing is.
std::string node_actor::why_not(const wire_hello& x) const {
  if (x.protocol != protocol_version)
    return "it speaks version " + std::to_string(x.protocol) + " of the protocol and this node "
           + std::to_string(protocol_version) + "; upgrade the older of the two";
  if (!x.cluster.empty() && x.cluster != environment_->cluster)
    return "it belongs to the cluster " + x.cluster + " and this node to " + environment_->cluster
           + "; correct cluster.name or the address";
  if (x.node == environment_->self.id())
    return "this node has the id " + std::to_string(x.node) + " as well; give one of them another";
  if (x.birth != 0 && map_.birth() != 0 && x.birth != map_.birth())
    return "it belongs to another cluster of the same name, founded at another time; one of the "
           "two "
           "has data directories that are not its own";
  if (x.partitions != 0 && x.partitions != environment_->partitions)
    return "it has " + std::to_string(x.partitions) + " partitions and this node "
           + std::to_string(environment_->partitions) + "; set touchline.partitions to be the same";
  return {};
}

caf::result<wire_welcome> node_actor::greet(const wire_hello& x) {
  // A promise takes the sender with it.
  auto caller = current_sender();
  if (x.node == 0 || !caller || !uses_certificates(home_system()))
    return welcome(x, {});
  auto promise = make_response_promise();
  ask_certificate(this, caller->node(), [=, this](auto& shown) mutable {
    promise.deliver(welcome(x, wrong_certificate(x.cluster, x.node, shown)));
  });
  return promise;
}

wire_welcome node_actor::welcome(const wire_hello& x, const std::string& wrong) {
  wire_welcome out;
  out.version = environment_->self.version();
  out.cluster = environment_->cluster;
  out.node = environment_->self.id();
  out.incarnation = environment_->self.incarnation();
  out.partitions = map_.version() > 0 || x.node == 0 ? environment_->partitions : 0;
  out.birth = map_.birth();
  out.refused = wrong.empty() ? why_not(x) : wrong;
  peer_identity who{x.cluster, x.node, x.incarnation, x.version, x.partitions, x.birth};
  if (!out.refused.empty())
    spdlog::warn("{} was turned away: {}", who.name(), out.refused);
  // Without a connection it is a program that only wants to know who is there.
  else if (x.connection)
    out.connection = spawn<peer_actor>(
      std::shared_ptr<const peer_environment>{environment_->connections}, who, x.connection);
  return out;
}

void node_actor::peer_came(const peer_up& x) {
  wire_hello hello;
  hello.cluster = x.who.cluster;
  hello.node = x.who.node;
  hello.partitions = x.who.partitions;
  hello.birth = x.who.birth;
  if (auto wrong = why_not(hello); !wrong.empty()) {
    spdlog::warn("{} was turned away: {}", x.who.name(), wrong);
    send_exit(x.connection, caf::exit_reason::user_shutdown);
    return;
  }
  if (x.who.node != 0) {
    // One connection for each node: a newer one replaces what the other end has given up.
    for (auto& peer : peers_)
      if (peer.who.node == x.who.node)
        send_exit(peer.connection, caf::exit_reason::user_shutdown);
    std::erase_if(peers_, [&](auto& peer) { return peer.who.node == x.who.node; });
    environment_->peers->set(x.who.node, x.connection);
    spdlog::info("connected to {}", x.who.name());
  }
  peers_.push_back({x.who, x.connection, 0, x.who.birth != 0, 0});
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    route(i);
  send(x.connection, news_output{news_for(peers_.back()).SerializeAsString()});
  if (map_.version() == 0)
    found_cluster();
}

void node_actor::peer_went(const peer_down& x) {
  auto at = std::ranges::find_if(
    peers_, [&](auto& peer) { return peer.connection.address() == x.connection; });
  if (at == peers_.end())
    return;
  peers_.erase(at);
  if (x.who.node == 0)
    return;
  spdlog::warn("{} is not connected any more: {}", x.who.name(), x.why);
  environment_->peers->set(x.who.node, nullptr);
  for (auto& [partition, replica] : environment_->replicas->all())
    send(replica, peer_lost{x.who.node});
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    route(i);
}

void node_actor::take_news(const news_input& x) {
  for (auto& peer : peers_)
    if (x.who.node != 0 && peer.who.node == x.who.node) {
      peer.map_version = x.news.map_version();
      peer.in_cluster = peer.in_cluster || x.news.map_version() > 0;
      environment_->peers->set_leaving(x.who.node, x.news.leaving());
    }
  if (x.who.node == 0)
    return;
  if (x.news.has_map())
    take_map(x.news.map());
  for (auto& leader : x.news.leader())
    learn_leader(leader.partition(), leader.term(), leader.node());
}

News node_actor::news_for(const known_peer& peer) const {
  News news;
  news.set_map_version(map_.version());
  news.set_leaving(environment_->peers->leaving(environment_->self.id()));
  for (uint32_t i = 0; i < leaders_.size(); ++i)
    if (leaders_[i].node != 0) {
      auto* leader = news.add_leader();
      leader->set_partition(i);
      leader->set_term(leaders_[i].term);
      leader->set_node(leaders_[i].node);
    }
  if (peer.map_version < map_.version())
    *news.mutable_map() = map_;
  if (peer.who.node == 0 && news.has_map())
    news.mutable_map()->clear_identity_key();
  return news;
}

void node_actor::spread_news(bool everything) {
  auto now = now_ms();
  for (auto& peer : peers_) {
    if (!everything && now - peer.told_ms < news_interval_ms)
      continue;
    peer.told_ms = now;
    send(peer.connection, news_output{news_for(peer).SerializeAsString()});
  }
}

// -- leaders --------------------------------------------------------------------------------------

void node_actor::replica_said(const replica_news& x) {
  show(x);
  if (x.dissolved) {
    environment_->replicas->set(x.partition, nullptr);
    replica_states_.erase(x.partition);
    return;
  }
  replica_states_[x.partition] = x;
  if (x.disk_failed)
    for (auto& [partition, replica] : environment_->replicas->all())
      send(replica, disk_failure{x.failure});
  if (!x.failure.empty() && !x.disk_full && environment_->alone && environment_->broken)
    environment_->broken({STORAGE_FAILED, x.failure + '.'});
  if (x.leader != 0)
    learn_leader(x.partition, x.term, consensus::node_of(x.leader));
}

/// In the metrics. A replica that is gone, or takes no part, knows no leader.
void node_actor::show(const replica_news& x) {
  nodes::show_gauge(system(), x.partition, "replica-leader",
                    "The node that leads the partition; 0 for nobody.",
                    consensus::node_of(x.leader));
  nodes::show_gauge(system(), x.partition, "replica-term",
                    "The term that the replica of the partition is in.", x.term);
  auto known = replica_states_.find(x.partition);
  auto before = known == replica_states_.end() ? 0 : known->second.term;
  system()
    .metrics()
    .counter_family("touchline", "elections", {"partition"},
                    "Terms that began while the replica was known.", "1", true)
    ->get_or_add({{"partition", std::to_string(x.partition)}})
    ->inc(before > 0 && x.term > before ? static_cast<int64_t>(x.term - before) : 0);
}

void node_actor::learn_leader(uint32_t partition, uint64_t term, uint32_t node) {
  if (partition >= leaders_.size() || term < leaders_[partition].term
      || (term == leaders_[partition].term && node == leaders_[partition].node))
    return;
  leaders_[partition] = {term, node};
  route(partition);
  leaders_changed_ = true;
  spread_news(true);
}

void node_actor::route(uint32_t partition) {
  auto node = leaders_[partition].node;
  caf::actor way;
  if (node != 0 && node != environment_->self.id())
    way = environment_->peers->at(node);
  // Whoever sends to a partition that is led by nobody is told so, here.
  if (!way)
    way = caf::actor{this};
  environment_->runtime->routes().set_elsewhere(partition, std::move(way));
}

/// Why a message cannot reach its partition now.
refusal node_actor::no_leader(uint32_t partition) const {
  auto state = replica_states_.find(partition);
  if (state != replica_states_.end() && !state->second.failure.empty()) {
    // Where others take over, callers need no room on this disk: they try again.
    auto alone = servers_of(map_, partition).size() <= 1;
    const auto& x = state->second;
    if (x.disk_full && alone)
      return {DISK_FULL, x.failure + advice_on_full_disk};
    return {UNAVAILABLE, x.failure + '.'};
  }
  return {UNAVAILABLE, "Partition " + std::to_string(partition) + " has no leader that node "
                         + std::to_string(environment_->self.id())
                         + " reaches: an election is under way, or no majority of its replicas is "
                           "there."};
}

/// A message for an entity whose partition has no leader: only somebody outside wants an answer.
void node_actor::refuse(const caf::message& content) {
  if (number_of_message(content) == 0)
    return;
  const auto& head = content.get_as<header>(0);
  auto from = caf::actor_cast<caf::actor>(current_sender());
  if (!head.from_outside() || !from)
    return;
  auto why = no_leader(environment_->runtime->routes().index_of(head.to));
  caf::anon_send(from, answer{head.id, why.code, why.text, {}, 0, false, head.request});
}

bool node_actor::is_controller() const {
  return !leaders_.empty() && leaders_[0].node == environment_->self.id() && map_.version() > 0;
}

// -- the map --------------------------------------------------------------------------------------

void node_actor::tick() {
  delayed_send(caf::actor{this}, std::chrono::milliseconds{environment_->tick_ms}, node_tick{});
  if (environment_->at_tick)
    environment_->at_tick(now_ms());
  read_map();
  if (map_.version() == 0)
    found_cluster();
  else
    join();
  answer_wishes();
  dissolve_superfluous();
  end_when_removed();
  spread_news(std::exchange(leaders_changed_, false));
}

/// A cluster is born once, by the founder with the lowest id, when it has seen that all others are
/// as empty as it is itself. Everybody else, and whoever comes later, joins.
void node_actor::found_cluster() {
  auto& self = environment_->self;
  auto say = [this](const std::string& what) {
    if (told_waiting_ms_ != 0 && now_ms() - told_waiting_ms_ < waiting_log_interval_ms)
      return;
    told_waiting_ms_ = now_ms();
    spdlog::info("{}", what);
  };
  if (environment_->joins || !self.hosts()) {
    say("waiting for a node of the cluster to answer");
    return;
  }
  auto lowest
    = std::ranges::all_of(environment_->founders, [&](uint32_t id) { return id > self.id(); });
  if (!lowest) {
    say("waiting for the cluster: the node with the lowest id founds it when all are there");
    return;
  }
  for (auto id : environment_->founders) {
    auto peer = std::ranges::find_if(peers_, [id](auto& x) { return x.who.node == id; });
    if (peer == peers_.end()) {
      say("waiting for node " + std::to_string(id)
          + ": a cluster is founded when all nodes of its configuration are there");
      return;
    }
    // It will send the map.
    if (peer->in_cluster)
      return;
  }
  std::vector<consensus::server> alone{
    {consensus::server_id_of(self.id(), self.incarnation()), consensus::server_role::voter}};
  auto map = newborn_map(environment_->cluster, environment_->replication, environment_->partitions,
                         self, environment_->identity_key);
  storage::write_batch batch;
  batch.put_snapshot(map_address, map.version(), map.SerializeAsString());
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    batch.merge(newborn_rows(group_of(i), alone));
  auto* writer = environment_->replicas_of->writer;
  const auto failed_before = writer->statistics().failed;
  if (writer->submit(std::move(batch), 0) != storage::submitted::queued)
    return;
  spdlog::debug("the cluster {} is founded", environment_->cluster);
  // The rows are written before anything that a replica writes, and read once they are there. Where
  // the entries of a log are is known last, and of all groups at once.
  proposed_ms_ = now_ms();
  while (!environment_->store->log_bounds(group_of(0)).value_or(std::nullopt)) {
    // Tried again at the next tick, when there may be room.
    if (auto facts = writer->statistics(); facts.failed_for_good || facts.failed > failed_before)
      return;
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  take_map(std::move(map));
  start_stored_replicas();
}

/// Partition 0 has the map. A node without it, or one that starts, knows the one that it saw last.
void node_actor::read_map() {
  auto stored = environment_->store->read_snapshot(map_address);
  if (stored && *stored && (*stored)->position > map_.version()) {
    ClusterMap map;
    if (map.ParseFromString((*stored)->bytes))
      take_map(std::move(map));
  }
  if (map_.version() > 0)
    return;
  auto kept = environment_->store->meta(map_row);
  if (ClusterMap map; kept && *kept && map.ParseFromString(**kept))
    take_map(std::move(map));
}

void node_actor::take_map(ClusterMap map) {
  if (map.version() <= map_.version() || map.cluster() != environment_->cluster)
    return;
  if (static_cast<uint32_t>(map.placement_size()) != environment_->partitions) {
    spdlog::error("the cluster has {} partitions and this node is configured for {}; set "
                  "touchline.partitions to {}",
                  map.placement_size(), environment_->partitions, map.placement_size());
    return;
  }
  if (map_.birth() != 0 && map.birth() != map_.birth())
    return;
  map_ = std::move(map);
  environment_->connections->birth = map_.birth();
  environment_->identity_key = map_.identity_key();
  storage::write_batch batch;
  batch.put_meta(map_row, map_.SerializeAsString());
  environment_->replicas_of->writer->submit(std::move(batch), 0, storage::urgency::later);
  act_by_map();
  answer_wishes();
  spread_news(true);
}

void node_actor::act_by_map() {
  std::vector<node_address> others;
  for (auto& node : map_.node())
    if (node.id() < environment_->self.id())
      others.push_back({node.id(), node.host(), static_cast<uint16_t>(node.port())});
  // Nodes of the configuration that are not in the map may be about to join.
  for (auto& founder : environment_->founder_addresses)
    if (founder.node < environment_->self.id() && !find_node(map_, founder.node))
      others.push_back(founder);
  if (environment_->connect_to)
    environment_->connect_to(std::move(others));
  for (auto& [partition, replica] : environment_->replicas->all())
    send(replica, place_replicas{servers_of(map_, partition)});
}

/// Asks to be in the map as it is now: new, emptied, moved, or of another version.
void node_actor::join() {
  constexpr int64_t interval_ms = 1'000;
  if (same_node(find_node(map_, environment_->self.id()), environment_->self)
      || is_removed(map_, environment_->self) || now_ms() - joined_ms_ < interval_ms)
    return;
  joined_ms_ = now_ms();
  Request wish;
  *wish.mutable_join()->mutable_node() = environment_->self;
  if (is_controller()) {
    change_map(with_node(map_, environment_->self, false));
    return;
  }
  for (auto& peer : peers_)
    if (peer.who.node != 0 && peer.in_cluster) {
      request(peer.connection, std::chrono::milliseconds{wish_patience_ms}, peer_request{wish})
        .then(
          [](const Reply& x) {
            if (x.code() != 0 && x.code() != static_cast<uint32_t>(UNAVAILABLE))
              spdlog::error("this node cannot join: {}", x.text());
          },
          [](const caf::error&) {});
      return;
    }
}

/// A node that was removed ends when it has given back what it had.
void node_actor::end_when_removed() {
  if (is_removed(map_, environment_->self) && environment_->replicas->all().empty()
      && environment_->broken)
    environment_->broken({CONFLICT, "Node " + std::to_string(environment_->self.id())
                                      + " was removed from the cluster; empty its data directory "
                                        "to let it join as a new one."});
}

bool node_actor::is_gone(uint32_t node, uint32_t incarnation) const {
  return std::ranges::none_of(peers_, [&](auto& peer) {
    return peer.who.node == node && peer.who.incarnation == incarnation;
  });
}

/// One change at a time: the next one begins when the one before is in the map.
caf::result<Reply> node_actor::change_map(tl::expected<ClusterMap, refusal> next) {
  if (!next)
    return failed(next.error());
  if (next->version() == map_.version())
    return Reply{};
  if (proposed_version_ > map_.version() && now_ms() - proposed_ms_ < proposal_patience_ms)
    return failed(UNAVAILABLE, "Another change of the cluster is under way; ask again.");
  auto replica = environment_->replicas->at(0);
  if (!replica)
    return failed(UNAVAILABLE, "This node does not lead partition 0 any more; ask again.");
  storage::write_batch batch;
  batch.put_snapshot(map_address, next->version(), next->SerializeAsString());
  proposed_version_ = next->version();
  proposed_ms_ = now_ms();
  send(replica, map_proposal{batch.encode()});
  auto promise = make_response_promise();
  wishes_.push_back({next->version(), promise, now_ms() + wish_patience_ms});
  return promise;
}

void node_actor::answer_wishes() {
  auto now = now_ms();
  for (auto at = wishes_.begin(); at != wishes_.end();) {
    if (at->version <= map_.version())
      at->promise.deliver(Reply{});
    else if (now > at->until_ms)
      at->promise.deliver(failed(UNAVAILABLE, "The change was not confirmed in time; look whether "
                                              "it happened, and ask again."));
    else {
      ++at;
      continue;
    }
    at = wishes_.erase(at);
  }
}

// -- replicas -------------------------------------------------------------------------------------

void node_actor::start_stored_replicas() {
  auto groups = environment_->store->groups();
  if (!groups)
    return;
  for (auto& group : *groups)
    if (auto partition = partition_of_group(group); partition
                                                    && *partition < environment_->partitions
                                                    && !environment_->replicas->at(*partition))
      start_replica(*partition);
}

/// It comes to life with its first message, when notices of the writer find it.
void node_actor::start_replica(uint32_t partition) {
  auto replica = spawn<replica_actor, caf::lazy_init>(
    std::shared_ptr<const replica_environment>{environment_->replicas_of}, partition,
    ++generation_);
  environment_->replicas->set(partition, replica);
  send(replica, place_replicas{servers_of(map_, partition)});
}

/// A replica that the map wants elsewhere goes when the others know that it has gone.
void node_actor::dissolve_superfluous() {
  for (auto& [partition, replica] : environment_->replicas->all()) {
    auto& state = replica_states_[partition];
    auto wanted = servers_of(map_, partition);
    auto self = environment_->replicas_of->self;
    if (wanted.empty() || std::ranges::find(wanted, self) != wanted.end()
        || leaders_[partition].node == environment_->self.id())
      continue;
    if (state.expelled) {
      send(replica, dissolve{});
      continue;
    }
    // It may not have heard of its removal: its group does not speak to it any more.
    auto leader = environment_->peers->at(leaders_[partition].node);
    if (!leader || now_ms() - asked_members_ms_ < news_interval_ms)
      continue;
    asked_members_ms_ = now_ms();
    Request question;
    question.mutable_partition()->set_partition(partition);
    question.mutable_partition()->set_members(true);
    request(leader, std::chrono::milliseconds{wish_patience_ms}, peer_request{std::move(question)})
      .then(
        [this, partition, node = environment_->self.id()](const Reply& x) {
          auto is_self = [node](uint32_t id) { return id == node; };
          const auto& members = x.members();
          auto here = environment_->replicas->at(partition);
          if (here && x.code() == 0 && members.role() == "leader"
              && std::ranges::none_of(members.voters(), is_self)
              && std::ranges::none_of(members.standbys(), is_self))
            send(here, dissolve{});
        },
        [](const caf::error&) {});
  }
}

// -- questions ------------------------------------------------------------------------------------

/// What an operator asks, and what only operators may do when a program asks for it.
bool node_actor::is_for_desk(const serve_request& x) const {
  return x.body.has_admin() || (x.who.node == 0 && !x.admitted && need_of(x.body) != need::nothing);
}

caf::result<Reply> node_actor::serve(const serve_request& x) {
  if (is_for_desk(x)) {
    auto promise = make_response_promise();
    promise.delegate(desk_, x);
    return promise;
  }
  switch (x.body.kind_case()) {
    case Request::kPartition:
      return serve_partition(x.body.partition());
    case Request::kStatus:
      return serve_status();
    case Request::kMap: {
      Reply reply;
      *reply.mutable_map() = map_;
      if (x.who.node == 0)
        reply.mutable_map()->clear_identity_key();
      return reply;
    }
    case Request::kActivity:
      return serve_activity();
    case Request::kPassivate:
      for (uint32_t i = 0; i < environment_->partitions; ++i)
        if (auto here = environment_->runtime->routes().here(i))
          send(here, actors::passivate_all{});
      return Reply{};
    case Request::kJoin:
      if (x.who.node == 0)
        return failed(FORBIDDEN, "Nodes join, and programs do not.");
      return to_controller(x.body);
    case Request::kChange:
      return to_controller(x.body);
    default:
      return failed(UNSUPPORTED, "This version of the node does not know the question.");
  }
}

caf::result<Reply> node_actor::to_controller(const Request& x) {
  if (is_controller()) {
    if (x.has_change())
      return change_map(with_wish(map_, x.change(), [this](const Node& node) {
        return node.id() == environment_->self.id() || !is_gone(node.id(), node.incarnation());
      }));
    const auto& node = x.join().node();
    const auto* known = find_node(map_, node.id());
    return change_map(with_node(map_, node, known && is_gone(node.id(), known->incarnation())));
  }
  auto controller = leaders_.empty() ? caf::actor{} : environment_->peers->at(leaders_[0].node);
  if (!controller || x.forwarded())
    return failed(UNAVAILABLE,
                  "Partition 0, which keeps the map of the cluster, has no leader that "
                  "this node reaches; ask again a little later.");
  auto onward = x;
  onward.set_forwarded(true);
  auto promise = make_response_promise();
  request(controller, std::chrono::milliseconds{2 * wish_patience_ms},
          peer_request{std::move(onward)})
    .then([promise](Reply& reply) mutable { promise.deliver(std::move(reply)); },
          [promise](const caf::error&) mutable {
            promise.deliver(failed(UNAVAILABLE, "The controller did not answer; ask again."));
          });
  return promise;
}

caf::result<Reply> node_actor::serve_partition(const PartitionQuery& x) {
  auto replica = x.partition() < environment_->partitions
                   ? environment_->replicas->at(x.partition())
                   : caf::actor{};
  auto nobody = failed(UNAVAILABLE, "This node does not lead partition "
                                      + std::to_string(x.partition()) + "; ask the one that does.");
  if (!replica)
    return nobody;
  // A message can be promised an answer once: whoever answers otherwise comes first.
  auto here = environment_->runtime->routes().here(x.partition());
  if (x.about_case() == PartitionQuery::kStore) {
    auto promise = make_response_promise();
    promise.delegate(reader_, store_question{x.partition(), x.store()});
    return promise;
  }
  if (x.about_case() == PartitionQuery::kDropDeadLetter && !here)
    return nobody;
  auto promise = make_response_promise();
  constexpr std::chrono::seconds patience{30};
  auto lost = [promise](const caf::error&) mutable {
    promise.deliver(failed(UNAVAILABLE, "The partition did not answer; ask again."));
  };
  auto refused_or_done = [promise](const refusal& why) mutable { promise.deliver(failed(why)); };
  switch (x.about_case()) {
    case PartitionQuery::kContent:
      request(replica, patience, content_request{x.content()})
        .then([promise](Reply& reply) mutable { promise.deliver(std::move(reply)); }, lost);
      return promise;
    case PartitionQuery::kMembers:
      request(replica, patience, replica_status_query{})
        .then(
          [promise](ReplicaStatus& status) mutable {
            Reply reply;
            *reply.mutable_members() = std::move(status);
            promise.deliver(std::move(reply));
          },
          lost);
      return promise;
    case PartitionQuery::kTransfer:
      request(replica, patience, hand_over{x.transfer().to()}).then(refused_or_done, lost);
      return promise;
    case PartitionQuery::kDropDeadLetter:
      request(here, patience, actors::drop_request{x.drop_dead_letter()})
        .then([promise](const answer& a) mutable { promise.deliver(failed(a.code, a.text)); },
              lost);
      return promise;
    default:
      promise.deliver(failed(UNSUPPORTED, "This version of the node does not know the question."));
      return promise;
  }
}

caf::result<Reply> node_actor::serve_status() {
  auto all = std::make_shared<collection>();
  all->promise = make_response_promise();
  auto& status = *all->reply.mutable_status();
  *status.mutable_node() = environment_->self;
  if (const auto* known = find_node(map_, environment_->self.id()))
    status.mutable_node()->set_state(known->state());
  for (auto& peer : peers_)
    if (peer.who.node != 0)
      status.add_connected(peer.who.node);
  if (environment_->describe)
    environment_->describe(status);
  for (auto& [partition, state] : replica_states_)
    if (!state.failure.empty())
      status.set_unhealthy(state.failure);
  for (auto& [partition, replica] : environment_->replicas->all()) {
    ++all->open;
    request(replica, std::chrono::seconds{5}, replica_status_query{})
      .then(
        [all](ReplicaStatus& x) {
          *all->reply.mutable_status()->add_replica() = std::move(x);
          all->done();
        },
        [all](const caf::error&) { all->done(); });
  }
  auto promise = all->promise;
  all->done();
  return promise;
}

caf::result<Reply> node_actor::serve_activity() {
  auto all = std::make_shared<collection>();
  all->promise = make_response_promise();
  auto& sum = *all->reply.mutable_activity();
  sum.set_idle(true);
  for (uint32_t i = 0; i < environment_->partitions; ++i) {
    auto here = environment_->runtime->routes().here(i);
    if (!here)
      continue;
    ++all->open;
    request(here, std::chrono::seconds{5}, actors::activity_query{})
      .then(
        [all, i](const actors::activity& x) {
          auto& out = *all->reply.mutable_activity();
          out.set_idle(out.idle() && x.idle);
          out.set_handled(out.handled() + x.handled);
          out.add_partition(i);
          all->done();
        },
        [all](const caf::error&) {
          all->reply.mutable_activity()->set_idle(false);
          all->done();
        });
  }
  auto promise = all->promise;
  all->done();
  return promise;
}

caf::result<uint32_t> node_actor::drain() {
  environment_->peers->set_leaving(environment_->self.id(), true);
  spread_news(true);
  uint32_t led = 0;
  for (auto& [partition, replica] : environment_->replicas->all())
    if (environment_->runtime->routes().here(partition)) {
      ++led;
      send(replica, hand_over{0});
    }
  return led;
}

} // namespace touchline::cluster
