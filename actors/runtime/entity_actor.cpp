#include "actors/runtime/entity_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/storage_refusal.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/redact.hpp"

#include <caf/send.hpp>

#include <google/protobuf/util/message_differencer.h>

namespace touchline::actors {

namespace {

/// Answers of commands that may not be on disk yet are remembered here. More than the commands that
/// a partition admits.
constexpr size_t max_remembered_commands = 8'192;

/// Messages that one decision may send, all receivers counted: their place in the record has 16
/// bits.
constexpr size_t max_messages_per_record = 65'535;

StoredAnswer to_stored(const answer& x) {
  StoredAnswer result;
  result.set_code(static_cast<uint32_t>(x.code));
  result.set_text(x.text);
  result.set_body(x.body);
  return result;
}

answer to_answer(const StoredAnswer& x, uint64_t position) {
  return {{}, static_cast<ErrorCode>(x.code()), x.text(), x.body(), position, false};
}

/// The hash of the command that a record's late answer is for.
uint64_t recent_hash(const Record& record, const std::string& id) {
  for (auto& late : record.late_answer())
    if (late.id() == id)
      return late.command_hash();
  return 0;
}

answer refused(const refusal& why, uint64_t position) {
  return {{}, why.code, why.text, {}, position, false};
}

/// Why a message is not the dead letter that it says it is; nothing for one that is none. Whoever
/// retries one may send what is otherwise between entities alone: it has to be that very message.
std::optional<refusal> check_letter(const storage::store& store, const header& head,
                                    uint32_t number, const google::protobuf::Message& body) {
  const auto& id = head.dead_letter;
  if (id.empty())
    return std::nullopt;
  auto stored = store.read_dead_letter(id);
  if (!stored)
    return to_refusal(stored.error());
  if (!*stored)
    return refusal{NOT_FOUND, "There is no dead letter " + id + " any more."};
  DeadLetter letter;
  if (!letter.ParseFromString(**stored))
    return refusal{DAMAGED, "The dead letter " + id + " is unreadable."};
  auto kept = parse_message(letter.cause().message(), letter.body());
  if (letter.to() != head.to || letter.cause().message() != number || !kept
      || !google::protobuf::util::MessageDifferencer::Equals(*kept, body))
    return refusal{INVALID_ARGUMENT, "This is not the message of the dead letter " + id + '.'};
  return std::nullopt;
}

} // namespace

entity_actor::entity_actor(caf::actor_config& config,
                           std::shared_ptr<const entity_environment> environment,
                           const entity_kind& kind, std::string address, uint64_t slot,
                           uint64_t incarnation, caf::actor partition)
  : event_based_actor{config},
    environment_{std::move(environment)},
    kind_{kind},
    address_{std::move(address)},
    slot_{slot},
    incarnation_{incarnation},
    partition_{std::move(partition)},
    entity_{kind_.create()} {
  environment_->running->fetch_add(1);
  set_exception_handler([this](std::exception_ptr& failure) -> caf::error {
    std::string what = "an unknown exception";
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& x) {
      what = x.what();
    } catch (...) {
    }
    send(partition_, entity_failed{slot_, incarnation_, HANDLER_FAILED, what, false});
    return caf::make_error(caf::sec::runtime_error, what);
  });
}

caf::behavior entity_actor::make_behavior() {
  if (auto activated = activate(); !activated) {
    fail(activated.error().code, activated.error().text, true);
    return {};
  }
  caf::message_handler local{[this](passivate_request) { passivate(); },
                             [this](snapshot_request) { write_snapshot(); },
                             [this](const set_aside_request& request) { set_aside(request); }};
  auto typed = kind_.make_behavior(
    [this](const header& head, uint32_t number, const google::protobuf::Message& body) {
      handle(head, number, body);
    });
  return local.or_else(typed.as_behavior_impl());
}

void entity_actor::on_exit() {
  environment_->running->fetch_sub(1);
}

// -- coming into memory and leaving it ------------------------------------------------------------

tl::expected<void, refusal> entity_actor::activate() {
  auto stored = environment_->store->read_snapshot(address_);
  if (!stored)
    return tl::unexpected<refusal>{to_refusal(stored.error())};
  if (*stored) {
    EntitySnapshot x;
    if (!x.ParseFromString((*stored)->bytes) || !entity_->load(x.state()))
      return refuse(DAMAGED, "The snapshot of " + address_ + " is not one of a " + kind_.name
                               + "; restore the data directory from a copy.");
    position_ = snapshot_position_ = x.position();
    for (auto& mark : x.inbox())
      inbox_[mark.from()] = mark.sequence();
  }
  tl::expected<void, refusal> replayed;
  for (;;) {
    auto progress = environment_->store->read_stream(
      address_, position_ + 1, {}, [this, &replayed](uint64_t, std::string_view bytes) {
        replayed = replay(bytes);
        return replayed.has_value();
      });
    if (!replayed)
      return replayed;
    if (!progress)
      return tl::unexpected<refusal>{to_refusal(progress.error())};
    if (progress->at_end)
      break;
  }
  deadline_ms_ = entity_->deadline_ms();
  return {};
}

tl::expected<void, refusal> entity_actor::replay(std::string_view bytes) {
  Record x;
  if (!x.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))
      || x.position() != position_ + 1)
    return refuse(DAMAGED, "Record " + std::to_string(position_ + 1) + " of " + address_
                             + " is not a record; restore the data directory from a copy.");
  for (auto& event : x.event())
    if (!entity_->apply(event))
      return refuse(DAMAGED, "Record " + std::to_string(x.position()) + " of " + address_
                               + " holds an event that no " + kind_.name
                               + " knows; restore the data directory from a copy.");
  position_ = x.position();
  if (!x.cause().from().empty())
    inbox_[x.cause().from()] = x.cause().sequence();
  return {};
}

std::string entity_actor::snapshot() const {
  EntitySnapshot x;
  x.set_position(position_);
  x.set_state(entity_->save());
  for (auto& [from, sequence] : inbox_) {
    auto* mark = x.add_inbox();
    mark->set_from(from);
    mark->set_sequence(sequence);
  }
  return x.SerializeAsString();
}

void entity_actor::passivate() {
  entity_passivated last{slot_, incarnation_, {}};
  if (position_ > snapshot_position_)
    last.batch.put_snapshot(address_, position_, snapshot());
  send(partition_, std::move(last));
  quit();
}

void entity_actor::write_snapshot() {
  if (position_ == snapshot_position_)
    return;
  entity_snapshot out{slot_, incarnation_, {}};
  out.batch.put_snapshot(address_, position_, snapshot());
  snapshot_position_ = position_;
  send(partition_, std::move(out));
}

void entity_actor::fail(ErrorCode code, std::string text, bool while_activating) {
  send(partition_, entity_failed{slot_, incarnation_, code, text, while_activating});
  quit(caf::make_error(caf::sec::runtime_error, std::move(text)));
}

// -- handling -------------------------------------------------------------------------------------

void entity_actor::handle(const header& head, uint32_t number,
                          const google::protobuf::Message& body) {
  if (is_known(head, number, body))
    return;
  if (auto dropped = check_letter(*environment_->store, head, number, body)) {
    respond(outcome_kind::answered, refused(*dropped, position_));
    return;
  }
  if (environment_->before_decision)
    environment_->before_decision(head, number);
  auto decided = entity_->decide(head, number, body);
  if (!decided && head.from_outside() && head.dead_letter.empty())
    respond(outcome_kind::answered, refused(decided.error(), position_));
  else if (!decided)
    record_dead_letter(head, number, body, decided.error(), 1);
  else if (catalogue_data::find(number)->mode == message_mode::read)
    respond(outcome_kind::answered, {{}, OK, {}, std::move(decided->reply), position_, false});
  else
    record(head, number, body, std::move(*decided));
}

void entity_actor::set_aside(const set_aside_request& request) {
  auto number = number_of_message(request.content);
  const auto& head = request.content.get_as<header>(0);
  const auto& body = *body_of_message(request.content);
  if (!is_known(head, number, body))
    record_dead_letter(head, number, body, {HANDLER_FAILED, request.error}, request.attempts);
}

bool entity_actor::is_known(const header& head, uint32_t number,
                            const google::protobuf::Message& body) {
  if (head.from_outside())
    return is_known_command(head, number, body);
  auto mark = inbox_.find(head.from);
  auto seen = mark == inbox_.end() ? 0 : mark->second;
  if (head.sequence <= seen)
    respond(outcome_kind::duplicate, {{}, OK, {}, {}, position_, true});
  else if (head.previous > seen)
    respond(outcome_kind::out_of_order, {{}, OK, {}, {}, position_, false});
  else
    return false;
  return true;
}

bool entity_actor::is_known_command(const header& head, uint32_t number,
                                    const google::protobuf::Message& body) {
  if (catalogue_data::find(number)->mode == message_mode::read)
    return false;
  auto found = find_command(head.id);
  if (!found) {
    respond(outcome_kind::answered, refused(found.error(), position_));
    return true;
  }
  if (!*found)
    return false;
  auto& first = **found;
  if (first.hash != content_hash(number, body)) {
    respond(outcome_kind::answered,
            refused({CONFLICT, "The command id \"" + head.id
                                 + "\" was used for another command; every command needs an id of "
                                   "its own."},
                    first.position));
    return true;
  }
  auto reply = first.reply;
  reply.repeated = true;
  respond(first.open ? outcome_kind::waiting : outcome_kind::answered, std::move(reply));
  return true;
}

tl::expected<std::optional<entity_actor::answered_command>, refusal> entity_actor::find_command(
  const std::string& id) {
  using found_t = std::optional<answered_command>;
  if (auto at = recent_.find(id); at != recent_.end())
    return found_t{at->second};
  auto position = environment_->store->find_command(address_, id);
  if (!position)
    return tl::unexpected<refusal>{to_refusal(position.error())};
  if (!*position)
    return found_t{};
  auto bytes = environment_->store->read_record(address_, **position);
  if (!bytes)
    return tl::unexpected<refusal>{to_refusal(bytes.error())};
  Record x;
  if (!*bytes || !x.ParseFromString(**bytes))
    return refuse(DAMAGED, "Record " + std::to_string(**position) + " of " + address_
                             + " is missing; restore the data directory from a copy.");
  for (auto& late : x.late_answer())
    if (late.id() == id)
      return found_t{
        {x.position(), late.command_hash(), to_answer(late.answer(), x.position()), false}};
  return found_t{
    {x.position(), x.command_hash(), to_answer(x.answer(), x.position()), x.deferred()}};
}

void entity_actor::record(const header& head, uint32_t number,
                          const google::protobuf::Message& body, encoded_decision decided) {
  Record x;
  x.set_position(position_ + 1);
  *x.mutable_cause() = to_cause(head, number);
  for (auto& event : decided.events)
    x.add_event(std::move(event));
  entity_outcome outcome;
  outcome.reply = {{}, OK, {}, std::move(decided.reply), position_ + 1, false};
  if (decided.refused)
    outcome.reply = refused(*decided.refused, position_ + 1);
  if (head.from_outside()) {
    outcome.deferred = decided.deferred;
    x.set_deferred(decided.deferred);
    if (!decided.deferred)
      *x.mutable_answer() = to_stored(outcome.reply);
    x.set_command_hash(content_hash(number, body));
  }
  add_late_answers(std::move(decided.late_answers), x, outcome);
  address_messages(head, std::move(decided.messages), x, outcome.messages);
  if (outcome.messages.size() > max_messages_per_record
      || x.ByteSizeLong() > storage::max_value_bytes) {
    record_dead_letter(head, number, body,
                       {TOO_LARGE, "What follows from this message is larger than a record of 16 "
                                   "MiB with 65,535 messages; split it."},
                       1);
    return;
  }
  entity_->apply_decided();
  for (auto& late : outcome.late_answers) {
    outcome.batch.put_command(address_, late.id, x.position());
    remember(late.id, {x.position(), recent_hash(x, late.id), late, false});
  }
  note_deadline(outcome);
  commit(head, std::move(x), std::move(outcome));
}

void entity_actor::add_late_answers(std::vector<deferred_answer> late, Record& record,
                                    entity_outcome& outcome) {
  for (auto& x : late) {
    auto command = find_command(x.command);
    if (!command)
      throw std::runtime_error{command.error().text};
    if (!*command || !(*command)->open)
      continue;
    answer reply{x.command,          x.outcome.code,    std::move(x.outcome.text),
                 std::move(x.reply), record.position(), false};
    auto& stored = *record.add_late_answer();
    stored.set_id(x.command);
    stored.set_command_hash((*command)->hash);
    *stored.mutable_answer() = to_stored(reply);
    outcome.late_answers.push_back(std::move(reply));
  }
}

void entity_actor::note_deadline(entity_outcome& outcome) {
  auto deadline = entity_->deadline_ms();
  if (deadline == deadline_ms_)
    return;
  deadline_ms_ = deadline;
  outcome.deadline_ms = deadline;
  if (deadline > 0)
    outcome.batch.set_deadline(address_, static_cast<uint64_t>(deadline));
  else
    outcome.batch.clear_deadline(address_);
}

DeadLetter entity_actor::earlier_letter(const header& head) const {
  DeadLetter result;
  if (head.dead_letter.empty())
    return result;
  auto stored = environment_->store->read_dead_letter(head.dead_letter);
  if (!stored || !*stored || !result.ParseFromString(**stored))
    result.Clear();
  return result;
}

void entity_actor::record_dead_letter(const header& head, uint32_t number,
                                      const google::protobuf::Message& body, const refusal& why,
                                      uint32_t attempts) {
  entity_outcome outcome;
  // One that failed again stays the letter that it is.
  auto again = !head.dead_letter.empty();
  outcome.dead_letter = again ? head.dead_letter : address_ + '@' + std::to_string(position_ + 1);
  outcome.reply
    = {{},
       why.code,
       why.text + " The message was set aside as dead letter " + outcome.dead_letter + ".",
       {},
       position_ + 1,
       false};
  auto letter = earlier_letter(head);
  if (letter.id().empty()) {
    letter.set_id(outcome.dead_letter);
    letter.set_to(address_);
    *letter.mutable_cause() = to_cause(head, number);
    auto kept = redacted(body);
    letter.set_body(kept.message->SerializeAsString());
    letter.set_redacted(kept.had_secrets);
  }
  letter.set_error(why.text);
  letter.set_attempts(letter.attempts() + attempts);
  outcome.batch.put_dead_letter(letter.id(), letter.SerializeAsString());
  Record x;
  x.set_position(position_ + 1);
  *x.mutable_cause() = to_cause(head, number);
  x.set_dead_letter(letter.id());
  if (head.from_outside()) {
    *x.mutable_answer() = to_stored(outcome.reply);
    x.set_command_hash(content_hash(number, body));
  }
  commit(head, std::move(x), std::move(outcome));
}

void entity_actor::commit(const header& head, Record x, entity_outcome outcome) {
  position_ = x.position();
  x.set_handled_ms(environment_->time->now_ms());
  x.set_node(environment_->node);
  if (!head.dead_letter.empty() && outcome.dead_letter.empty())
    outcome.batch.erase_dead_letter(head.dead_letter);
  if (head.from_outside()) {
    outcome.batch.put_command(address_, head.id, position_);
    remember(head.id, {position_, x.command_hash(), outcome.reply, outcome.deferred});
  } else {
    inbox_[head.from] = head.sequence;
  }
  outcome.batch.append(address_, position_, x.SerializeAsString());
  if (position_ - snapshot_position_ >= environment_->options.snapshot_every) {
    outcome.batch.put_snapshot(address_, position_, snapshot());
    snapshot_position_ = position_;
  }
  outcome.slot = slot_;
  outcome.incarnation = incarnation_;
  outcome.kind = outcome_kind::recorded;
  outcome.position = position_;
  send(partition_, std::move(outcome));
}

void entity_actor::address_messages(const header& head, std::vector<outgoing_message> messages,
                                    Record& record, std::vector<delivery>& out) const {
  for (auto& message : messages) {
    const auto& info = *catalogue_data::find(message.number);
    std::string bytes;
    for (auto& to : catalogue_data::addresses_of(info, *message.body)) {
      const auto* receiver = environment_->kinds->find(kind_of(to));
      if (!receiver || !receiver->can_handle(message.number))
        continue;
      if (bytes.empty())
        bytes = message.body->SerializeAsString();
      auto* stored = record.add_outgoing();
      stored->set_to(to);
      stored->set_message(message.number);
      stored->set_body(bytes);
      if (message.flow)
        *stored->mutable_flow() = *message.flow;
      out.push_back(make_delivery(record, static_cast<size_t>(record.outgoing_size()) - 1, address_,
                                  head.message_id(), message.body));
    }
  }
}

void entity_actor::respond(outcome_kind kind, answer reply) {
  entity_outcome outcome;
  outcome.slot = slot_;
  outcome.incarnation = incarnation_;
  outcome.kind = kind;
  outcome.position = reply.position;
  outcome.reply = std::move(reply);
  send(partition_, std::move(outcome));
}

void entity_actor::remember(const std::string& id, answered_command command) {
  if (recent_order_.size() == max_remembered_commands) {
    recent_.erase(recent_.find(*recent_order_.front()));
    recent_order_.pop_front();
  }
  auto [at, added] = recent_.insert_or_assign(id, std::move(command));
  if (added)
    recent_order_.push_back(&at->first);
}

} // namespace touchline::actors
