#include "nodes/simulation/simulated_node.hpp"

#include "actors/contexts.hpp"
#include "actors/runtime/local_messages.hpp"
#include "messages/codec.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <unordered_map>
#include <utility>

namespace touchline::simulated {

namespace {

consensus::server_id server_of(uint32_t node) {
  return consensus::server_id_of(node, 1);
}

void pass_on(const caf::actor& to, const caf::actor& from, caf::message content) {
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
    caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(from), caf::make_message_id(),
                              {}, std::move(content)),
    nullptr);
}

uint64_t content_of(const header& head, uint32_t number) {
  return trace::of(head.to + '<' + head.message_id()) + number;
}

uint64_t content_of(const answer& x) {
  return trace::of(x.id) + x.position * 2 + static_cast<uint64_t>(x.code) * 1'000'003;
}

uint64_t content_of(const actors::acknowledgements& x) {
  trace sum;
  for (auto& entry : x.entries) {
    sum.add(entry.from + '<' + entry.to);
    sum.add(entry.sequence);
  }
  return sum.value();
}

/// Asks an actor for somebody who is none.
template <class Result, class Query>
void ask(caf::actor_system& system, const caf::actor& whom, Query query,
         std::function<void(const Result&)> then) {
  system.spawn(
    [whom, query = std::move(query), then = std::move(then)](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, query)
        .then([then](const Result& x) { then(x); }, [](const caf::error&) {});
    });
}

} // namespace

/// What a replica sees of the network.
struct simulated_node::network_of_node final : cluster::replica_network {
  explicit network_of_node(simulated_node& node) : self{node} {}

  void send(uint32_t partition, consensus::outgoing message) override {
    auto peer = consensus::node_of(message.to);
    auto content = trace::of(message.bytes);
    self.around_.network->send(self.id_, peer, content,
                               [&to = *self.around_.nodes[peer], partition, m = message.bytes] {
                                 if (auto replica = to.life_->replicas->at(partition))
                                   caf::anon_send(replica, cluster::consensus_input{m});
                               });
  }

  void ask_content(uint32_t partition, consensus::server_id from,
                   cluster::ContentQuery query) override {
    auto peer = consensus::node_of(from);
    self.around_.network->send(self.id_, peer, trace::of(query.cursor()),
                               [&to = *self.around_.nodes[peer], me = self.id_, partition, query] {
                                 to.give_content(me, partition, query);
                               });
  }

  bool connected(uint32_t node) const override {
    auto& network = *self.around_.network;
    return network.is_up(node) && !network.is_cut(node, self.id_);
  }

  simulated_node& self;
};

simulated_node::simulated_node(surroundings& around, uint32_t id)
  : around_{around},
    id_{id},
    clock_{*around.time} {}

simulated_node::~simulated_node() = default;

// -- life -----------------------------------------------------------------------------------------

void simulated_node::start() {
  disk_.set_journal(around_.journal_bytes);
  disk_.reopen();
  birth();
  life_ = std::make_shared<life>();
  ++lives_;
  storage::writer_options options;
  options.own_thread = false;
  options.on_journaled
    = [replicas = life_->replicas](std::span<const storage::commit_token> tokens) {
        cluster::tell_replicas(*replicas, tokens, nullptr, true);
      };
  options.source_of = [](storage::commit_token token) {
    return static_cast<uint8_t>(cluster::write_token::partition(token));
  };
  life_->writer = std::make_unique<storage::writer>(
    disk_,
    [replicas = life_->replicas](std::span<const storage::commit_token> tokens,
                                 const storage::storage_error* error) {
      cluster::tell_replicas(*replicas, tokens, error);
    },
    options);
  life_->log
    = std::make_unique<cluster::replicated_log>(life_->replicas, life_->queues, around_.replica);
  make_links();
  make_runtime();
  make_replicas();
  around_.network->node_up(id_);
}

void simulated_node::birth() {
  if (disk_.transactions() > 0)
    return;
  std::vector<consensus::server> members;
  for (auto& node : around_.nodes)
    if (node)
      members.push_back({server_of(node->id_), consensus::server_role::voter});
  std::vector<storage::write_batch> batches;
  for (uint32_t i = 0; i < around_.partitions; ++i)
    batches.push_back(cluster::newborn_rows(cluster::group_of(i), members));
  (void)disk_.commit(batches);
}

void simulated_node::make_links() {
  life_->gateway = around_.system->spawn([this](caf::event_based_actor* self) -> caf::behavior {
    // A partition that ends leaves its callers an error.
    self->set_error_handler([](caf::error&) {});
    return {[this](const answer& x) { answered(x); }};
  });
  life_->links.resize(around_.nodes.size());
  for (uint32_t peer = 1; peer < around_.nodes.size(); ++peer) {
    if (peer == id_)
      continue;
    life_->links[peer]
      = around_.system->spawn([this, peer](caf::event_based_actor* self) -> caf::behavior {
          self->set_default_handler([this, peer, self](caf::message& x) -> caf::skippable_result {
            forward(peer, x, self->current_sender());
            return caf::delegated<caf::message>{};
          });
          return {[this, peer](const actors::acknowledgements& x) { acknowledge(peer, x); }};
        });
  }
}

void simulated_node::make_runtime() {
  actors::runtime_setup setup;
  setup.options = around_.runtime;
  setup.options.partitions = around_.partitions;
  setup.kinds = actors::all_contexts();
  setup.node = "node-" + std::to_string(id_);
  setup.time = &clock_;
  auto step_down = [replicas = life_->replicas](uint32_t partition) {
    auto replica = replicas->at(partition);
    if (replica)
      caf::anon_send(replica, cluster::hand_over{});
    return replica != nullptr;
  };
  life_->runtime = actors::runtime::start(*around_.system, std::move(setup),
                                          {&disk_, life_->log.get(), std::move(step_down)});
}

void simulated_node::make_replicas() {
  auto environment = std::make_shared<cluster::replica_environment>();
  environment->store = &disk_;
  environment->writer = life_->writer.get();
  environment->runtime = life_->runtime.get();
  environment->time = &clock_;
  environment->network = std::make_shared<network_of_node>(*this);
  environment->queues = life_->queues;
  environment->options = around_.replica;
  environment->partitions = around_.partitions;
  environment->self = server_of(id_);
  environment->seed = static_cast<uint32_t>(id_ * 1'000 + lives_);
  environment->tell = [this](const cluster::replica_news& news) { heard(news); };
  life_->environment = environment;
  auto nodes = static_cast<uint32_t>(around_.nodes.size()) - 1;
  for (uint32_t i = 0; i < around_.partitions; ++i) {
    auto replica = around_.system->spawn<cluster::replica_actor>(
      std::shared_ptr<const cluster::replica_environment>{environment}, i, uint8_t{1});
    life_->replicas->set(i, replica);
    if (!around_.balanced)
      continue;
    cluster::place_replicas placed;
    for (uint32_t k = 0; k < nodes; ++k)
      placed.wanted.push_back(server_of((i + k) % nodes + 1));
    caf::anon_send(replica, std::move(placed));
  }
}

void simulated_node::heard(const cluster::replica_news& news) {
  if (!is_up())
    return;
  auto leader = consensus::node_of(news.leader);
  life_->runtime->routes().set_elsewhere(
    news.partition, leader == 0 || leader == id_ ? nullptr : life_->links[leader]);
  around_.heard(id_, news);
}

void simulated_node::crash(uint32_t loss_permille) {
  life_->ending = true;
  around_.network->node_down(id_, loss_permille);
  life_->writer->discard();
  for (auto& [partition, replica] : life_->replicas->all())
    caf::anon_send_exit(replica, caf::exit_reason::kill);
  for (auto& link : life_->links)
    if (link)
      caf::anon_send_exit(link, caf::exit_reason::kill);
  caf::anon_send_exit(life_->gateway, caf::exit_reason::kill);
  life_->runtime->begin_end();
}

void simulated_node::bury() {
  life_->runtime.reset();
  life_.reset();
}

// -- disk -----------------------------------------------------------------------------------------

bool simulated_node::disk_is_idle() const {
  return life_->writer->statistics().queued == 0;
}

void simulated_node::pump_disk() {
  if (!is_up() || life_->syncing || disk_is_idle())
    return;
  life_->syncing = true;
  around_.time->after(
    around_.chance->between(speed_.min_us, speed_.max_us), [this, of = std::weak_ptr{life_}] {
      auto now = of.lock();
      if (!now || now->ending)
        return;
      now->syncing = false;
      // What is in the journal may wait for others.
      constexpr uint64_t rarely = 4;
      if (!now->writer->journal_next()
          && (now->writer->needs_transaction() || around_.chance->between(1, rarely) == 1))
        now->writer->commit_next();
      around_.seen->add(uint64_t{id_} << 48 | disk_.transactions());
    });
}

// -- traffic --------------------------------------------------------------------------------------

void simulated_node::take_command(header head, uint32_t number,
                                  std::shared_ptr<const google::protobuf::Message> body,
                                  std::function<void(const answer&)> reply) {
  auto to = life_->runtime->routes().find(head.to);
  if (!to) {
    reply({head.id, UNAVAILABLE, "Nobody is known to lead the partition.", {}, 0, false, 0});
    return;
  }
  deliver(to, std::move(head), number, *body, std::move(reply));
}

void simulated_node::deliver(const caf::actor& to, header head, uint32_t number,
                             const google::protobuf::Message& body,
                             std::function<void(const answer&)> reply) {
  head.request = ++around_.last_token;
  life_->answers.emplace(head.request, std::move(reply));
  pass_on(to, life_->gateway, to_caf_message(std::move(head), number, body));
}

void simulated_node::answered(const answer& x) {
  if (!is_up())
    return;
  if (auto waits = life_->answers.extract(x.request))
    waits.mapped()(x);
}

/// To a partition that `peer` leads, from whoever is at this node.
void simulated_node::forward(uint32_t peer, const caf::message& content,
                             const caf::strong_actor_ptr& sender) {
  auto number = number_of_message(content);
  if (number == 0 || !is_up())
    return;
  const auto& head = content.get_as<header>(0);
  uint64_t token = 0;
  if (head.from_outside()) {
    token = ++around_.last_token;
    life_->answers.emplace(token, [sender, request = head.request](const answer& x) {
      auto reply = x;
      reply.request = request;
      if (auto to = caf::actor_cast<caf::actor>(sender))
        caf::anon_send(to, std::move(reply));
    });
  }
  around_.network->send(id_, peer, content_of(head, number),
                        [&to = *around_.nodes[peer], me = id_, content, token] {
                          to.take_message(me, content, token);
                        });
}

void simulated_node::take_message(uint32_t peer, const caf::message& content, uint64_t token) {
  const auto& head = content.get_as<header>(0);
  auto to = life_->runtime->routes().here(life_->runtime->routes().index_of(head.to));
  if (token == 0) {
    if (to)
      pass_on(to, life_->gateway, content);
    return;
  }
  auto reply = [this, peer, token](const answer& x) {
    auto y = x;
    y.request = token;
    around_.network->send(id_, peer, content_of(x),
                          [&from = *around_.nodes[peer], y] { from.answered(y); });
  };
  if (to)
    deliver(to, head, number_of_message(content), *body_of_message(content), reply);
  else
    reply({head.id, UNAVAILABLE, "The partition is not led here.", {}, 0, false, 0});
}

void simulated_node::acknowledge(uint32_t peer, const actors::acknowledgements& x) {
  if (is_up())
    around_.network->send(id_, peer, content_of(x),
                          [&to = *around_.nodes[peer], x] { to.take_acknowledgements(x); });
}

void simulated_node::take_acknowledgements(const actors::acknowledgements& x) {
  if (x.entries.empty())
    return;
  auto& routes = life_->runtime->routes();
  // All of them are about messages of one partition.
  if (auto here = routes.here(routes.index_of(x.entries.front().from)))
    caf::anon_send(here, x);
}

void simulated_node::give_content(uint32_t asker, uint32_t partition,
                                  const cluster::ContentQuery& query) {
  auto replica = life_->replicas->at(partition);
  if (!replica)
    return;
  auto back = [this, asker, partition, cursor = query.cursor()](const cluster::Reply& reply) {
    auto content = trace::of(reply.content().operations()) + reply.code();
    around_.network->send(id_, asker, content,
                          [&to = *around_.nodes[asker], partition, cursor, reply] {
                            if (auto fetches = to.life_->replicas->at(partition))
                              caf::anon_send(fetches, cluster::content_arrived{cursor, reply});
                          });
  };
  ask<cluster::Reply>(*around_.system, replica, cluster::content_request{query}, back);
}

// -- looking inside -------------------------------------------------------------------------------

void simulated_node::ask_status(uint32_t partition,
                                std::function<void(const cluster::ReplicaStatus&)> then) {
  ask<cluster::ReplicaStatus>(*around_.system, life_->replicas->at(partition),
                              cluster::replica_status_query{}, std::move(then));
}

bool simulated_node::ask_activity(uint32_t partition,
                                  std::function<void(const actors::activity&)> then) {
  auto here = life_->runtime->routes().here(partition);
  if (here)
    ask<actors::activity>(*around_.system, here, actors::activity_query{}, std::move(then));
  return here != nullptr;
}

} // namespace touchline::simulated
