#include "nodes/cluster/peer_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "nodes/cluster/shown_certificate.hpp"

#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace touchline::cluster {

namespace {

/// Of the header of a message, roughly, for the bounds of a buffer.
constexpr size_t overhead_bytes = 160;

/// What takes room in a batch, roughly.
size_t bytes_of(const wire_batch& x) {
  auto bytes = x.news.size();
  for (auto& y : x.consensus)
    bytes += y.bytes.size();
  for (auto& y : x.messages)
    bytes += y.body.size();
  for (auto& y : x.requests)
    bytes += y.bytes.size();
  for (auto& y : x.replies)
    bytes += y.bytes.size();
  return bytes + overhead_bytes * (x.messages.size() + x.answers.size());
}

void pass_on(const caf::actor& to, const caf::strong_actor_ptr& from, caf::message content,
             caf::execution_unit* host) {
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
    caf::make_mailbox_element(from, caf::make_message_id(), {}, std::move(content)), host);
}

Reply failed(ErrorCode code, std::string text) {
  Reply reply;
  reply.set_code(static_cast<uint32_t>(code));
  reply.set_text(std::move(text));
  return reply;
}

/// A message that nobody knows is refused with better words.
bool is_from_outside(uint32_t number) {
  const auto* info = catalogue_data::find(number);
  return !info || !info->is_sent_by("operations");
}

} // namespace

peer_actor::peer_actor(caf::actor_config& config,
                       std::shared_ptr<const peer_environment> environment, peer_identity who,
                       caf::actor remote)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_->options},
    who_{std::move(who)},
    remote_{std::move(remote)} {
  environment_->running->fetch_add(1);
}

peer_actor::peer_actor(caf::actor_config& config,
                       std::shared_ptr<const peer_environment> environment, wire_hello hello,
                       caf::actor gateway)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_->options},
    hello_{std::move(hello)},
    gateway_{std::move(gateway)} {
  environment_->running->fetch_add(1);
}

caf::behavior peer_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) {
    end("the connection has ended (" + to_string(down.reason) + ")");
  });
  // What went wrong with one message is no reason to end the connection.
  set_error_handler([](caf::error&) {});
  set_default_handler([this](caf::message& content) -> caf::skippable_result {
    forward(content);
    return caf::delegated<caf::message>{};
  });
  // A partition that ends in the middle of a command leaves its caller an error; the command is
  // given up in its time, and the connection lives on.
  set_error_handler([](caf::error&) {});
  if (gateway_)
    greet();
  else
    begin(std::exchange(remote_, nullptr));
  delayed_send(caf::actor{this}, std::chrono::seconds{1}, peer_tick{});
  return {[this](consensus_output& x) {
            auto bytes = x.bytes.size() + overhead_bytes;
            if (!active_ || !has_room(bytes))
              return;
            batch_.consensus.push_back({x.partition, x.to, std::move(x.bytes)});
            added(bytes);
          },
          [this](answer& x) { answer_out(x); },
          [this](const actors::acknowledgements& x) { acknowledge_out(x); },
          [this](const peer_request& x) { return ask(x); },
          [this](news_output& x) {
            // Later news replace those that have not left.
            auto bytes = x.bytes.size();
            batch_.news = std::move(x.bytes);
            added(bytes);
          },
          [this](flush_peer) {
            flush_queued_ = false;
            flush();
          },
          [this](wire_batch& x) { take(x); },
          [this](wire_receipt x) { receipt(x.number); },
          [this](receipt_tick) {
            receipt_queued_ = false;
            send_receipt();
          },
          [this](peer_tick) { expire(); }};
}

void peer_actor::on_exit() {
  end("this process ends the connection");
  environment_->running->fetch_sub(1);
}

void peer_actor::greet() {
  hello_.connection = caf::actor{this};
  hello_.birth = environment_->birth;
  hello_.partitions
    = hello_.birth != 0 && environment_->routes ? environment_->routes->partitions() : 0;
  request(gateway_, std::chrono::milliseconds{options_.handshake_ms}, hello_)
    .then([this](const wire_welcome& x) { welcomed(x); },
          [this](const caf::error& why) { end("it does not answer (" + to_string(why) + ")"); });
}

void peer_actor::welcomed(const wire_welcome& x) {
  who_ = {x.cluster, x.node, x.incarnation, x.version, x.partitions, x.birth};
  if (!x.refused.empty()) {
    spdlog::warn("{} turned this process away: {}", who_.name(), x.refused);
    end(x.refused);
    return;
  }
  if (!hello_.cluster.empty() && x.cluster != hello_.cluster) {
    end(who_.name() + " belongs to the cluster " + x.cluster + ", this process to "
        + hello_.cluster);
    return;
  }
  hello_.connection = nullptr;
  if (!x.connection || !uses_certificates(home_system())) {
    enter(x.connection);
    return;
  }
  ask_certificate(this, x.connection->node(), [this, remote = x.connection](auto& shown) {
    if (auto wrong = wrong_certificate(who_.cluster, who_.node, shown); wrong.empty()) {
      enter(remote);
    } else {
      spdlog::warn("{} is not believed: {}", who_.name(), wrong);
      end(wrong);
    }
  });
}

void peer_actor::enter(const caf::actor& remote) {
  begin(remote);
  if (active_)
    send(environment_->owner, peer_up{who_, caf::actor{this}});
}

void peer_actor::begin(caf::actor remote) {
  remote_ = std::move(remote);
  if (!remote_) {
    end("the other end gave no connection");
    return;
  }
  monitor(remote_);
  active_ = true;
  if (!gateway_)
    send(environment_->owner, peer_up{who_, caf::actor{this}});
  gateway_ = nullptr;
}

/// Everybody who waits is told. Idempotent.
void peer_actor::end(const std::string& why) {
  auto was_active = std::exchange(active_, false);
  gateway_ = nullptr;
  hello_.connection = nullptr;
  remote_ = nullptr;
  auto lost = "The connection to " + who_.name() + " was lost: " + why
              + "; whether the command took effect is unknown, send it again under the same id.";
  for (auto& [token, x] : std::exchange(commands_, {}))
    if (auto to = caf::actor_cast<caf::actor>(x.sender))
      send(to, answer{x.id, UNAVAILABLE, lost, {}, 0, false, x.request});
  for (auto& [token, x] : std::exchange(requests_, {}))
    x.promise.deliver(failed(UNAVAILABLE, "The connection to " + who_.name() + " was lost."));
  if (was_active)
    anon_send(environment_->owner, peer_down{who_, address(), why});
  quit(caf::make_error(caf::sec::runtime_error, why));
}

// -- out ------------------------------------------------------------------------------------------

bool peer_actor::has_room(size_t bytes) const {
  return batch_bytes_ == 0 || batch_bytes_ + bytes <= options_.max_buffered_bytes;
}

void peer_actor::added(size_t bytes) {
  batch_bytes_ += bytes;
  if (batch_bytes_ >= options_.batch_bytes)
    flush();
  else if (!std::exchange(flush_queued_, true))
    send(caf::actor{this}, flush_peer{});
}

void peer_actor::flush() {
  if (!active_ || batch_bytes_ == 0 || under_way_.size() >= options_.window_batches
      || (under_way_bytes_ > 0 && under_way_bytes_ + batch_bytes_ > options_.window_bytes))
    return;
  batch_.number = ++last_batch_;
  under_way_.push_back(batch_bytes_);
  under_way_bytes_ += std::exchange(batch_bytes_, 0);
  send(remote_, std::exchange(batch_, {}));
}

void peer_actor::receipt(uint64_t number) {
  while (!under_way_.empty() && last_batch_ + 1 - under_way_.size() <= number) {
    under_way_bytes_ -= under_way_.front();
    under_way_.pop_front();
  }
  flush();
}

void peer_actor::refuse(const caf::strong_actor_ptr& to, const header& head, const refusal& why) {
  if (head.from_outside() && to)
    send(caf::actor_cast<caf::actor>(to),
         answer{head.id, why.code, why.text, {}, 0, false, head.request});
}

/// A message of the catalogue for an entity that lives at the other end.
void peer_actor::forward(const caf::message& content) {
  auto number = number_of_message(content);
  if (number == 0)
    return;
  const auto& head = content.get_as<header>(0);
  auto from = current_sender();
  if (!active_) {
    refuse(from, head, {UNAVAILABLE, "There is no connection to " + who_.name() + " yet."});
    return;
  }
  wire_message x{head, number, body_of_message(content)->SerializeAsString()};
  auto bytes = x.body.size() + x.head.to.size() + x.head.id.size() + overhead_bytes;
  if (!has_room(bytes) || commands_.size() >= options_.max_pending) {
    refuse(from, head,
           {OVERLOADED, "Too much waits for " + who_.name() + "; send it again a little later."});
    return;
  }
  if (head.from_outside()) {
    x.head.request = ++last_token_;
    commands_.emplace(last_token_, pending_command{std::move(from), head.request, head.id,
                                                   now_ms() + options_.request_ms});
  }
  batch_.messages.push_back(std::move(x));
  added(bytes);
}

/// The answer of a partition of this process to a command of the other end.
void peer_actor::answer_out(answer& x) {
  if (!active_)
    return;
  auto bytes = x.body.size() + x.text.size() + x.id.size() + overhead_bytes / 2;
  batch_.answers.push_back(std::move(x));
  added(bytes);
}

void peer_actor::acknowledge_out(const actors::acknowledgements& x) {
  size_t bytes = 0;
  for (auto& entry : x.entries)
    bytes += entry.from.size() + entry.to.size() + 16;
  if (!active_ || !has_room(bytes))
    return;
  batch_.acknowledgements.insert(batch_.acknowledgements.end(), x.entries.begin(), x.entries.end());
  added(bytes);
}

caf::result<Reply> peer_actor::ask(const peer_request& x) {
  if (!active_)
    return failed(UNAVAILABLE, "There is no connection to " + who_.name() + ".");
  auto bytes = x.body.SerializeAsString();
  if (!has_room(bytes.size()) || requests_.size() >= options_.max_pending)
    return failed(OVERLOADED, "Too much waits for " + who_.name() + "; ask again a little later.");
  auto promise = make_response_promise();
  requests_.emplace(++last_token_, pending_request{promise, now_ms() + options_.request_ms});
  auto size = bytes.size() + overhead_bytes;
  batch_.requests.push_back({last_token_, std::move(bytes)});
  added(size);
  return promise;
}

// -- in -------------------------------------------------------------------------------------------

void peer_actor::take(wire_batch& x) {
  if (!active_)
    return;
  const auto bytes = bytes_of(x);
  for (auto& message : x.consensus)
    take_consensus(message);
  for (auto& message : x.messages)
    take_message(message);
  for (auto& reply : x.answers)
    take_answer(reply);
  if (!x.acknowledgements.empty() && environment_->routes) {
    std::unordered_map<uint32_t, actors::acknowledgements> by_partition;
    for (auto& entry : x.acknowledgements)
      by_partition[environment_->routes->index_of(entry.from)].entries.push_back(std::move(entry));
    for (auto& [partition, entries] : by_partition)
      if (auto here = environment_->routes->here(partition))
        send(here, std::move(entries));
  }
  for (auto& call : x.requests)
    take_request(call);
  for (auto& call : x.replies)
    take_reply(call);
  if (!x.news.empty()) {
    news_input input{who_, {}};
    if (input.news.ParseFromString(x.news))
      send(environment_->owner, std::move(input));
  }
  note_received(x.number, bytes);
}

/// Flow control needs no receipt for each batch.
void peer_actor::note_received(uint64_t number, size_t bytes) {
  received_ = number;
  unreceipted_bytes_ += bytes;
  if (received_ - receipted_ >= options_.receipt_batches
      || unreceipted_bytes_ >= options_.receipt_bytes)
    send_receipt();
  else if (!std::exchange(receipt_queued_, true))
    delayed_send(caf::actor{this}, std::chrono::milliseconds{options_.receipt_ms}, receipt_tick{});
}

void peer_actor::send_receipt() {
  if (!active_ || receipted_ == received_)
    return;
  receipted_ = received_;
  unreceipted_bytes_ = 0;
  send(remote_, wire_receipt{received_});
}

void peer_actor::take_consensus(wire_consensus& x) {
  if (who_.node == 0 || x.to != environment_->self || x.partition >= max_partitions)
    return;
  if (auto replica = environment_->replicas->at(x.partition))
    send(replica, consensus_input{std::move(x.bytes)});
  else
    send(environment_->owner, missing_replica{x.partition});
}

/// For an entity of this process. What a client sends goes on to the node that leads; what a node
/// sends does not: it knows better by the time that it tries again.
void peer_actor::take_message(wire_message& x) {
  if (who_.node == 0) {
    x.head.from.clear();
    x.head.sequence = x.head.previous = 0;
  }
  auto refuse_out = [&](const refusal& why) {
    if (!x.head.from_outside())
      return;
    answer reply{x.head.id, why.code, why.text, {}, 0, false, x.head.request};
    answer_out(reply);
  };
  // Nodes send for their operators, and programs do not.
  if (who_.node == 0 && !is_from_outside(x.number)) {
    refuse_out({UNSUPPORTED, "This message is not sent from outside."});
    return;
  }
  auto* routes = environment_->routes;
  auto body = parse_message(x.number, x.body);
  if (!body) {
    refuse_out({INVALID_ARGUMENT, "The message is none of this version's catalogue."});
    return;
  }
  auto partition = routes ? routes->index_of(x.head.to) : 0;
  caf::actor to;
  if (routes)
    to = who_.node == 0 ? routes->at(partition) : routes->here(partition);
  if (!to) {
    refuse_out({UNAVAILABLE, "Partition " + std::to_string(partition)
                               + " has no leader that this node knows of: an election is under "
                                 "way, or no majority of its replicas is there."});
    return;
  }
  // Entities are answered with acknowledgements, to their partition.
  auto answer_to = x.head.from_outside() ? caf::actor_cast<caf::strong_actor_ptr>(ctrl()) : nullptr;
  pass_on(to, answer_to, to_caf_message(std::move(x.head), x.number, *body), context());
}

void peer_actor::take_answer(answer& x) {
  auto at = commands_.find(x.request);
  if (at == commands_.end())
    return;
  x.request = at->second.request;
  if (auto to = caf::actor_cast<caf::actor>(at->second.sender))
    send(to, std::move(x));
  commands_.erase(at);
}

void peer_actor::take_request(const wire_call& x) {
  auto respond = [this, number = x.number](const Reply& reply) {
    if (!active_)
      return;
    auto bytes = reply.SerializeAsString();
    auto size = bytes.size() + overhead_bytes;
    batch_.replies.push_back({number, std::move(bytes)});
    added(size);
  };
  serve_request question{who_, {}};
  if (!question.body.ParseFromString(x.bytes)) {
    respond(failed(INVALID_ARGUMENT, "The question is none of this version's."));
    return;
  }
  request(environment_->owner, std::chrono::milliseconds{options_.request_ms}, std::move(question))
    .then(respond, [respond](const caf::error&) {
      respond(failed(UNAVAILABLE, "The node is busy or stopping; ask again a little later."));
    });
}

void peer_actor::take_reply(const wire_call& x) {
  auto at = requests_.find(x.number);
  if (at == requests_.end())
    return;
  Reply reply;
  if (!reply.ParseFromString(x.bytes))
    reply = failed(DAMAGED, "The answer of " + who_.name() + " is unreadable.");
  at->second.promise.deliver(std::move(reply));
  requests_.erase(at);
}

/// Nobody waits for ever, even for an end that takes part in everything but answers.
void peer_actor::expire() {
  auto now = now_ms();
  std::erase_if(commands_, [&](auto& entry) {
    auto& x = entry.second;
    if (now < x.until_ms)
      return false;
    if (auto to = caf::actor_cast<caf::actor>(x.sender))
      send(to, answer{x.id,
                      UNAVAILABLE,
                      "The answer of " + who_.name()
                        + " did not come in time; send the command again under the same id.",
                      {},
                      0,
                      false,
                      x.request});
    return true;
  });
  for (auto at = requests_.begin(); at != requests_.end();) {
    if (now < at->second.until_ms) {
      ++at;
      continue;
    }
    at->second.promise.deliver(failed(UNAVAILABLE, who_.name() + " did not answer in time."));
    at = requests_.erase(at);
  }
  if (active_)
    delayed_send(caf::actor{this}, std::chrono::seconds{1}, peer_tick{});
}

} // namespace touchline::cluster
