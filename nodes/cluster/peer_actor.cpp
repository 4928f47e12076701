#include "nodes/cluster/peer_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/permissions.hpp"
#include "messages/text.hpp"
#include "nodes/cluster/failed_reply.hpp"
#include "nodes/cluster/operator_gate.hpp"
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

/// What a program puts into a header is bounded before it goes on to another node; the receiver
/// looks at the rest.
std::optional<refusal> check_header(const header& x) {
  constexpr size_t max_field_bytes = 1'024;
  for (auto* text : {&x.to, &x.id, &x.correlation, &x.causation, &x.traceparent, &x.dead_letter})
    if (text->size() > max_field_bytes)
      return refusal{INVALID_ARGUMENT, "A field of the message's header has more than "
                                         + std::to_string(max_field_bytes) + " bytes."};
  return std::nullopt;
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
          [this](wire_batch& x) {
            if (is_from_other_end())
              take(x);
          },
          [this](wire_receipt x) {
            if (is_from_other_end())
              receipt(x.number);
          },
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
  is_called_ = !gateway_;
  gateway_ = nullptr;
  if (!is_called_)
    return;
  send(environment_->owner, peer_up{who_, caf::actor{this}});
  // By the time that it sends something, for a failover above all.
  if (who_.node == 0)
    learn_rights();
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
  // What nodes say to each other for their groups shares the buffer, and must find room.
  constexpr size_t share = 4;
  auto fits = batch_bytes_ == 0 || batch_bytes_ + bytes <= options_.max_buffered_bytes / share;
  if (!fits || commands_.size() >= options_.max_pending) {
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

/// Actors of other connections can be addressed as well.
bool peer_actor::is_from_other_end() {
  return remote_ && current_sender()
         && caf::actor_cast<caf::actor_addr>(current_sender()) == remote_.address();
}

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
  // Between entities: programs have none.
  if (who_.node != 0 && !x.acknowledgements.empty() && environment_->routes) {
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
  auto is_program = who_.node == 0;
  if (is_program) {
    x.head.from.clear();
    x.head.sequence = x.head.previous = 0;
  }
  auto refuse_out = [&](const refusal& why) {
    if (!x.head.from_outside())
      return;
    answer reply{x.head.id, why.code, why.text, {}, 0, false, x.head.request};
    answer_out(reply);
  };
  const auto* info = catalogue_data::find(x.number);
  auto body = info ? parse_message(x.number, x.body) : nullptr;
  if (!body) {
    refuse_out({INVALID_ARGUMENT, "The message is none of this version's catalogue."});
    return;
  }
  if (auto wrong = is_program ? check_header(x.head) : std::nullopt) {
    refuse_out(*wrong);
    return;
  }
  // Nodes send for their operators, and programs do not.
  if (is_program && info->is_sent_by("operations")) {
    refuse_out({UNSUPPORTED, "This message is not sent from outside."});
    return;
  }
  if (is_program && must_wait_for_rights()) {
    if (held_messages_.size() >= options_.max_held) {
      refuse_out({OVERLOADED, "Too much waits for this node; send it again a little later."});
      return;
    }
    held_messages_.push_back(std::move(x));
    return;
  }
  if (auto wrong = is_program ? check_message(x.head, *info, *body) : std::nullopt) {
    refuse_out(*wrong);
    return;
  }
  auto* routes = environment_->routes;
  auto partition = routes ? routes->index_of(x.head.to) : 0;
  caf::actor to;
  if (routes)
    to = is_program ? routes->at(partition) : routes->here(partition);
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

void peer_actor::take_request(wire_call& x) {
  serve_request question{who_, {}};
  if (!question.body.ParseFromString(x.bytes)) {
    respond(x.number, failed(INVALID_ARGUMENT, "The question is none of this version's."));
    return;
  }
  if (who_.node == 0) {
    auto& body = question.body;
    // From here on it sends and asks on behalf of this one.
    if (body.admin().has_who_am_i() && body.who().introduces()) {
      introduce(body.who());
    } else if (body.has_partition() && body.partition().about_case() == PartitionQuery::kStore
               && must_wait_for_rights()) {
      if (held_calls_.size() < options_.max_held)
        held_calls_.push_back(std::move(x));
      else
        respond(x.number, failed(OVERLOADED, "Too much waits for this node; ask again later."));
      return;
    }
    if (body.who().token().empty())
      body.mutable_who()->set_token(shown_.token());
    if (auto wrong = check_question(body)) {
      respond(x.number, failed(wrong->code, wrong->text));
      return;
    }
  }
  serve(x.number, std::move(question));
}

void peer_actor::serve(uint64_t number, serve_request question) {
  auto is_about_rights = who_.node == 0 && question.body.admin().has_who_am_i();
  auto token = question.body.who().token();
  request(environment_->owner, std::chrono::milliseconds{options_.request_ms}, std::move(question))
    .then(
      [this, number, is_about_rights, token](const Reply& reply) {
        if (is_about_rights)
          learned(token, reply);
        respond(number, reply);
      },
      [this, number, is_about_rights, token](const caf::error&) {
        auto busy = failed(UNAVAILABLE, "The node is busy or stopping; ask again a little later.");
        if (is_about_rights)
          learned(token, busy);
        respond(number, busy);
      });
}

void peer_actor::respond(uint64_t number, const Reply& reply) {
  if (!active_)
    return;
  auto bytes = reply.SerializeAsString();
  auto size = bytes.size() + overhead_bytes;
  batch_.replies.push_back({number, std::move(bytes)});
  added(size);
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

// -- what a program may do ------------------------------------------------------------------------

/// Whether nothing is known yet: then it is asked for.
bool peer_actor::must_wait_for_rights() {
  if (rights_.known)
    return false;
  learn_rights();
  // What another connection of this process was told a moment ago.
  auto told = environment_->unguarded_ms.load();
  if (shown_.token().empty() && told != 0 && now_ms() - told <= options_.rights_ms) {
    rights_.known = rights_.all = rights_.look = true;
    rights_.learned_ms = told;
  }
  return !rights_.known;
}

/// Whether it is used or not: what comes next must not be measured by what was long ago.
void peer_actor::renew_rights() {
  constexpr int64_t pause_ms = 1'000;
  auto now = now_ms();
  if (now - std::max(rights_.learned_ms + options_.rights_ms, rights_.asked_ms + pause_ms) > 0)
    learn_rights();
  // Where there are no operators, none can be appointed while the audit does not answer.
  if (rights_.known && !rights_.grant.account().empty()
      && now - rights_.learned_ms > options_.uncertain_ms)
    rights_ = {};
}

void peer_actor::introduce(const Credential& who) {
  if (who.token() != shown_.token())
    rights_ = {};
  shown_ = who;
}

void peer_actor::learn_rights() {
  if (std::exchange(learning_, true))
    return;
  rights_.asked_ms = now_ms();
  serve_request question{who_, {}};
  question.body.mutable_admin()->set_who_am_i(true);
  *question.body.mutable_who() = shown_;
  request(environment_->owner, std::chrono::milliseconds{options_.request_ms}, std::move(question))
    .then(
      [this, token = shown_.token()](const Reply& reply) {
        learning_ = false;
        learned(token, reply);
      },
      [this, token = shown_.token()](const caf::error&) {
        learning_ = false;
        learned(token, failed(UNAVAILABLE, "The node is busy or stopping; ask again later."));
      });
}

void peer_actor::learned(const std::string& token, const Reply& reply) {
  auto code = static_cast<ErrorCode>(reply.code());
  const auto& authority = reply.admin().authority();
  auto is_over = code == UNAUTHENTICATED || code == NOT_FOUND || code == FORBIDDEN;
  if (token != shown_.token()) {
    // It shows another one by now.
    if (!rights_.known)
      learn_rights();
    return;
  }
  if (is_over && !token.empty()) {
    // What comes now is nobody's.
    shown_.clear_token();
    rights_ = {};
    learn_rights();
    return;
  }
  auto told = environment_->unguarded_ms.load();
  if (code == OK && !authority.unknown()) {
    auto asked_ms = rights_.asked_ms;
    rights_ = {};
    rights_.known = true;
    rights_.all = authority.may_act() || authority.unguarded();
    rights_.look = rights_.all || authority.may_look();
    rights_.grant.ParseFromString(authority.grant());
    rights_.learned_ms = now_ms();
    rights_.asked_ms = asked_ms;
  } else if (!rights_.known && token.empty() && told != 0) {
    // Nobody could be appointed since, when the audit does not answer.
    rights_.known = rights_.all = rights_.look = true;
    rights_.learned_ms = told;
  }
  if (rights_.known)
    release_held();
  else
    refuse_held(code == OK ? authority.note() : reply.text());
}

void peer_actor::release_held() {
  for (auto& x : std::exchange(held_messages_, {}))
    take_message(x);
  for (auto& x : std::exchange(held_calls_, {}))
    take_request(x);
}

void peer_actor::refuse_held(const std::string& why) {
  for (auto& x : std::exchange(held_messages_, {}))
    if (x.head.from_outside()) {
      answer out{x.head.id, UNAVAILABLE, why, {}, 0, false, x.head.request};
      answer_out(out);
    }
  for (auto& x : std::exchange(held_calls_, {}))
    respond(x.number, failed(UNAVAILABLE, why));
}

std::optional<refusal> peer_actor::check_message(const header& head, const message_info& info,
                                                 const google::protobuf::Message& body) const {
  // Rights are about what the body names: it goes there and nowhere else. A dead letter goes to
  // the entity that it is of, which looks whether it is the letter's own message.
  auto addresses = catalogue_data::addresses_of(info, body);
  auto is_retry = !head.dead_letter.empty() && rights_.all;
  if (!is_retry && std::ranges::find(addresses, head.to) == addresses.end())
    return refusal{INVALID_ARGUMENT,
                   info.name + " of this content does not go to " + excerpt(head.to) + '.'};
  if (auto own = check_own_account(info, body))
    return own;
  // They come before a token, and bear their own proof.
  if (rights_.all
      || info.number == number_of<AccountChallenge> || info.number == number_of<AccountSetPassword>)
    return std::nullopt;
  if (!rights_.grant.account().empty())
    return check_permission(rights_.grant, info, body);
  return refusal{UNAUTHENTICATED, "This cluster has operators: " + info.name
                                    + " is taken from those who log in or show a certificate."};
}

/// Whoever voids his own password may be the last one who can give him another.
std::optional<refusal> peer_actor::check_own_account(const message_info& info,
                                                     const google::protobuf::Message& body) const {
  if (rights_.grant.role() != OPERATOR)
    return std::nullopt;
  if (info.number == number_of<AccountInvite> || info.number == number_of<AccountUpdate>)
    return check_permission(rights_.grant, info, body);
  return std::nullopt;
}

std::optional<refusal> peer_actor::check_question(const Request& x) const {
  if (!x.has_partition())
    return std::nullopt;
  if (x.partition().about_case() == PartitionQuery::kContent)
    return refusal{FORBIDDEN, "The content of partitions is for nodes, and not for programs."};
  if (x.partition().about_case() != PartitionQuery::kStore)
    return std::nullopt;
  nodes::StoreQuery query;
  auto is_readable = query.ParseFromString(x.partition().store());
  // The map has the key that nodes sign with.
  if (is_readable && is_for_nodes(entity_of(query)))
    return refusal{FORBIDDEN, "The map of the cluster is for nodes, and not for programs."};
  if (rights_.all || (rights_.look && is_readable && !is_for_operators(entity_of(query))))
    return std::nullopt;
  if (rights_.grant.account().empty())
    return refusal{UNAUTHENTICATED,
                   "This cluster has operators: what it has stored is read by those "
                   "who log in or show a certificate."};
  return refusal{FORBIDDEN, "The account " + rights_.grant.account()
                              + " may not read this; it takes the role operator."};
}

/// Nobody waits for ever, even for an end that takes part in everything but answers.
void peer_actor::expire() {
  auto now = now_ms();
  if (active_ && who_.node == 0 && is_called_)
    renew_rights();
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
