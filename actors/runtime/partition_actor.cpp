#include "actors/runtime/partition_actor.hpp"

#include "actors/runtime/client.hpp"
#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/storage_refusal.hpp"
#include "actors/runtime/supervisor_actor.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/log_context.hpp"
#include "messages/text.hpp"
#include "messages/trace_context.hpp"

#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <ranges>

namespace touchline::actors {

namespace {

constexpr size_t outbox_page = 1'000;

/// A dead letter may have a mebibyte.
constexpr size_t letter_page = 64;

void pass_on(const caf::actor& to, caf::message content, caf::execution_unit* host) {
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
    caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(content)), host);
}

/// Whether a command id is one that the runtime makes.
bool is_reserved(std::string_view id) {
  return id.starts_with("deadline/") || id.starts_with(retry_prefix);
}

std::string command_key(const std::string& address, const std::string& id) {
  return address + '\0' + id;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// What is wrong with an address from outside, if anything.
std::optional<refusal> check_address(const std::string& to, const entity_kinds& kinds) {
  auto kind = kind_of(to);
  if (to.size() > max_address_bytes || kind.size() + 1 >= to.size() || has_control_characters(to))
    return refusal{INVALID_ARGUMENT,
                   "An address is kind/key, as in team/en.1/arsenal-fc, with at most 200 bytes and "
                   "no control characters."};
  if (kinds.find(kind))
    return std::nullopt;
  auto contexts = catalogue_data::contexts();
  if (std::ranges::find(contexts, kind, &context_info::name) != contexts.end())
    return refusal{UNSUPPORTED,
                   "The context " + std::string{kind} + " is not part of this version yet."};
  return refusal{NOT_FOUND, "There is no kind of entity called \"" + std::string{kind} + "\"."};
}

} // namespace

partition_actor::partition_actor(caf::actor_config& config, partition_environment environment,
                                 uint32_t index, uint64_t incarnation, uint64_t epoch)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_.entities->options},
    index_{index},
    incarnation_{incarnation},
    epoch_{epoch},
    outbox_{options_.delivery_window, options_.redelivery_ms},
    restarts_{options_.entities} {
  environment_.entities->running->fetch_add(1);
  started_ms_ = now_ms();
  set_default_handler([this](caf::message& content) -> caf::skippable_result {
    receive(content);
    return caf::delegated<caf::message>{};
  });
  set_down_handler([this](const caf::down_msg& down) {
    for (auto& [id, x] : slots_)
      if (x.actor && x.actor.address() == down.source) {
        entity_ended({id, x.incarnation, UNAVAILABLE,
                      std::exchange(x.ended_by_operator, false) ? "an operator restarts it"
                                                                : to_string(down.reason),
                      false});
        return;
      }
  });
}

caf::behavior partition_actor::make_behavior() {
  return {[this](open_partition) { recover(); },
          [this](entity_outcome& x) { finish(x); },
          [this](const commit_notice& x) { committed(x); },
          [this](const acknowledgements& x) { take_acknowledgements(x); },
          [this](const entity_failed& x) { entity_ended(x); },
          [this](entity_passivated& x) { passivated(x); },
          [this](restart_entity x) { restarted(x.slot); },
          [this](partition_tick) { tick(); },
          [this](const resign& x) { fail_upward(x.why.code, x.why.text); },
          [this](const drop_request& x) { return drop_dead_letter(x.dead_letter); },
          [this](activity_query) { return current_activity(); },
          [this](const entity_rows_query& x) { return rows(x); },
          [this](census_query) { return take_census(); },
          [this](const restart_request& x) { return restart_entity_now(x.address); },
          [this](const passivate_entity& x) { return passivate_now(x.address); },
          [this](snapshot_all) { return snapshot_entities(); },
          [this](entity_snapshot& x) { take_snapshot(x); },
          [this](passivate_all) {
            for (auto& [id, x] : slots_)
              passivate(x);
          },
          [this](const fail_request& x) {
            if (x.address.empty())
              fail_upward(UNAVAILABLE,
                          "Partition " + std::to_string(index_) + " was made to fail.");
            else if (auto at = slots_by_address_.find(x.address); at != slots_by_address_.end())
              send_exit(slots_.at(at->second).actor, caf::exit_reason::kill);
          }};
}

void partition_actor::on_exit() {
  for (auto& [id, x] : slots_)
    if (x.actor)
      send_exit(x.actor, caf::exit_reason::kill);
  environment_.metrics->active_entities->dec(static_cast<int64_t>(slots_.size()));
  environment_.metrics->commands_in_flight->dec(static_cast<int64_t>(commands_));
  show_gauges({});
  slots_.clear();
  environment_.entities->running->fetch_sub(1);
}

// -- beginning and end ----------------------------------------------------------------------------

/// Nothing is read before everything that an earlier life of this partition submitted is decided:
/// the first ticket is a barrier behind it.
void partition_actor::recover() {
  submit({});
}

tl::expected<void, storage::storage_error> partition_actor::recover_outbox() {
  std::string after;
  for (;;) {
    auto marks = environment_.entities->store->outbox(after, outbox_page);
    if (!marks)
      return tl::unexpected{marks.error()};
    for (auto& mark : *marks)
      if (environment_.routes->index_of(mark.address) == index_)
        if (auto recovered = recover_messages_of(mark); !recovered)
          return recovered;
    if (marks->size() < outbox_page)
      return {};
    after = marks->back().address;
  }
}

tl::expected<void, storage::storage_error> partition_actor::recover_messages_of(
  const storage::outbox_mark& mark) {
  auto next = mark.lowest_position;
  for (;;) {
    auto progress = environment_.entities->store->read_stream(
      mark.address, next, {}, [this, &mark](uint64_t position, std::string_view bytes) {
        Record record;
        if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
          return true; // The entity itself reports it when it is activated.
        std::vector<delivery> messages;
        const auto& cause = record.cause();
        auto cause_id = to_header(cause, mark.address).message_id();
        for (int i = 0; i < record.outgoing_size(); ++i) {
          std::shared_ptr<const google::protobuf::Message> body
            = parse_message(record.outgoing(i).message(), record.outgoing(i).body());
          if (body)
            messages.push_back(make_delivery(record, static_cast<size_t>(i), mark.address, cause_id,
                                             std::move(body)));
        }
        if (!messages.empty()) {
          outbox_.reserve(mark.address, position, messages.size());
          outbox_.recover(std::move(messages), now_ms());
        }
        return true;
      });
    // The entity cannot come into memory either, and says why; the others go on.
    if (!progress && progress.error().code == storage::error_code::damaged) {
      spdlog::error("messages of {} cannot be delivered: {}", mark.address, progress.error().text);
      return {};
    }
    if (!progress)
      return tl::unexpected{progress.error()};
    if (progress->at_end)
      return {};
    next = progress->next_position;
  }
}

void partition_actor::fail_upward(ErrorCode code, const std::string& text) {
  if (std::exchange(failed_, true))
    return;
  refusal why{code, text};
  for (auto& x : in_flight_)
    if (x.from_outside)
      x.from.refuse(x.reply.id, why);
  for (auto& [id, x] : slots_)
    for (auto& message : x.waiting)
      if (message.from_outside)
        message.from.refuse(message.content.get_as<header>(0).id, why);
  for (auto& x : early_)
    x.from.refuse(x.content.get_as<header>(0).id, why);
  for (auto& [key, callers] : deferred_)
    for (auto& waiting : callers)
      waiting.from.refuse(key.substr(key.find('\0') + 1), why);
  send(environment_.supervisor, partition_failed{index_, incarnation_, code, text});
  quit(caf::make_error(caf::sec::runtime_error, text));
}

// -- messages in ----------------------------------------------------------------------------------

void partition_actor::receive(caf::message content) {
  caller from;
  auto number = number_of_message(content);
  if (number == 0) {
    from.promise = make_response_promise();
    from.refuse({}, {UNSUPPORTED, "This is no message of the catalogue."});
    return;
  }
  const auto& head = content.get_as<header>(0);
  from.request = head.request;
  // Messages between entities are acknowledged, not answered: a promise that is never kept would
  // come back to whoever passed the message on, as an error.
  if (head.from_outside()) {
    from.promise = make_response_promise();
    if (auto refused = check_command(head, number, *body_of_message(content))) {
      if (refused->code == OVERLOADED) {
        environment_.metrics->overloaded->inc();
        passivate_idle();
      }
      environment_.metrics->refused[number - 1]->inc();
      from.refuse(head.id, *refused);
      return;
    }
    ++commands_;
    environment_.metrics->commands_in_flight->inc();
  }
  waiting_message message{content, std::move(from), head.from_outside(), 0, {}};
  if (open_)
    deliver_to_entity(head, std::move(message));
  else
    early_.push_back(std::move(message));
}

std::optional<refusal> partition_actor::check_command(const header& head, uint32_t number,
                                                      const google::protobuf::Message& body) const {
  if (auto wrong = check_address(head.to, *environment_.entities->kinds))
    return wrong;
  const auto& kind = *environment_.entities->kinds->find(kind_of(head.to));
  const auto& info = *catalogue_data::find(number);
  // Nodes send for their operators as if from outside.
  if (head.dead_letter.empty() && !info.is_sent_by("outside") && !info.is_sent_by("operations"))
    return refusal{UNSUPPORTED,
                   info.name + " is sent by " + info.senders.front() + " only, not from outside."};
  if (!kind.can_handle(number))
    return refusal{UNSUPPORTED, info.name + " is not supported by " + kind.name + " yet."};
  if (info.mode != message_mode::read && (head.id.empty() || head.id.size() > max_command_id_bytes))
    return refusal{INVALID_ARGUMENT, "A command needs an id of 1 to "
                                       + std::to_string(max_command_id_bytes) + " bytes."};
  if (std::ranges::any_of(head.id, [](unsigned char x) { return x < ' ' || x == 0x7f; }))
    return refusal{INVALID_ARGUMENT, "The id of a command has no control characters."};
  if (head.dead_letter.empty() && is_reserved(head.id))
    return refusal{INVALID_ARGUMENT, "Command ids that begin with deadline/ or retry/ are the "
                                     "node's own; choose another one."};
  if (auto bytes = body.ByteSizeLong(); bytes > max_message_bytes)
    return refusal{TOO_LARGE, "The message has " + std::to_string(bytes) + " bytes; at most "
                                + std::to_string(max_message_bytes) + " are taken."};
  if (!head.traceparent.empty() && !is_traceparent(head.traceparent))
    return refusal{INVALID_ARGUMENT,
                   "This is no traceparent; one is 00-TRACE-SPAN-FLAGS with 32, 16 "
                   "and 2 hex digits."};
  if (auto wrong = check_text_fields(body))
    return refusal{INVALID_ARGUMENT, *wrong};
  if (commands_ >= options_.max_in_flight_commands
      || slots_.size() >= size_t{2} * options_.max_active_entities)
    return refusal{OVERLOADED, "Too many commands are under way; send it again a little later."};
  if (info.mode != message_mode::read && outbox_.size() >= options_.max_outbox_messages)
    return refusal{OVERLOADED, "Too many messages wait for their receivers; send it again a little "
                               "later."};
  return std::nullopt;
}

void partition_actor::deliver_to_entity(const header& head, waiting_message message) {
  const auto* kind = environment_.entities->kinds->find(kind_of(head.to));
  if (!kind || !kind->can_handle(number_of_message(message.content))) {
    spdlog::error("{} sent a message to {}, which this version does not handle", head.from,
                  head.to);
    return;
  }
  auto at = slots_by_address_.find(head.to);
  auto& x = at == slots_by_address_.end() ? activate(head.to, *kind) : slots_.at(at->second);
  if (x.waiting.size() >= options_.max_waiting_messages) {
    if (message.from_outside) {
      environment_.metrics->overloaded->inc();
      environment_.metrics->commands_in_flight->dec();
      --commands_;
      message.from.refuse(head.id, {OVERLOADED, "Too many messages wait for " + x.address
                                                  + "; send it again later."});
    }
    return;
  }
  ++waiting_;
  x.waiting.push_back(std::move(message));
  if (x.state == slot_state::running)
    hand_over(x, x.waiting.back());
}

void partition_actor::hand_over(slot& to, const waiting_message& message) {
  if (message.attempts >= options_.handler_attempts)
    send(to.actor, set_aside_request{message.content, message.error, message.attempts});
  else
    pass_on(to.actor, message.content, context());
}

// -- outcomes -------------------------------------------------------------------------------------

void partition_actor::finish(entity_outcome& outcome) {
  auto* x = find_slot(outcome.slot);
  if (!x || x->incarnation != outcome.incarnation || x->waiting.empty())
    return;
  auto message = std::move(x->waiting.front());
  x->waiting.pop_front();
  --waiting_;
  ++handled_;
  x->failures_in_a_row = 0;
  ++x->handled;
  x->position = std::max(x->position, outcome.position);
  touch(*x);
  if (outcome.kind == outcome_kind::out_of_order)
    return;
  const auto& head = message.content.get_as<header>(0);
  if (outcome.kind == outcome_kind::waiting) {
    keep_waiting(x->address, head.id, std::move(message.from));
    return;
  }
  in_flight entry;
  entry.slot = outcome.slot;
  entry.address = x->address;
  entry.flow_deadline_ms = head.deadline_ms;
  entry.position = outcome.position;
  entry.number = number_of_message(message.content);
  entry.is_record = outcome.kind == outcome_kind::recorded;
  entry.from_outside = message.from_outside;
  entry.from = std::move(message.from);
  entry.reply = std::move(outcome.reply);
  entry.reply.id = head.id;
  entry.deferred = outcome.deferred;
  entry.late_answers = std::move(outcome.late_answers);
  entry.deadline_ms = outcome.deadline_ms;
  if (!entry.from_outside)
    entry.acknowledge = acknowledgement{head.from, x->address, head.sequence};
  entry.arrived = message.arrived;
  if (environment_.entities->spans && is_sampled(head.traceparent) && !entry.reply.repeated)
    entry.traced = begin_span(head, entry);
  note_letters(head, outcome, entry);
  if (entry.set_aside) {
    log_context flow{head.correlation};
    spdlog::warn("{} from {} failed: {}", catalogue_data::find(entry.number)->name,
                 entry.from_outside ? "outside" : head.from, entry.reply.text);
  }
  if (entry.is_record) {
    ++x->unapplied;
    if (!outcome.messages.empty())
      if (auto mark = outbox_.reserve(x->address, outcome.position, outcome.messages.size()))
        outcome.batch.set_outbox(x->address, *mark);
    entry.messages = std::move(outcome.messages);
    entry.ticket = last_ticket_ + 1;
    auto awaited = is_about_letter(entry);
    in_flight_.push_back(std::move(entry));
    submit(std::move(outcome.batch));
    if (awaited)
      submit({});
    return;
  }
  entry.ticket = x->committed_position >= outcome.position || x->unapplied == 0 ? 0 : last_ticket_;
  if (entry.ticket > durable_ticket_) {
    in_flight_.push_back(std::move(entry));
    return;
  }
  std::vector<acknowledgement> entries;
  release(std::move(entry), entries);
  send_acknowledgements(std::move(entries));
}

void partition_actor::note_letters(const header& head, const entity_outcome& outcome,
                                   in_flight& entry) const {
  if (outcome.kind != outcome_kind::recorded)
    return;
  if (outcome.dead_letter.empty()) {
    entry.settled_letter = head.dead_letter;
    return;
  }
  entry.set_aside = overdue_flow{head.correlation, entry.number, head.to, outcome.dead_letter};
}

void partition_actor::submit(storage::write_batch batch) {
  ++last_ticket_;
  if (backlog_.empty()) {
    auto token = commit_ticket::make(index_, incarnation_, last_ticket_);
    switch (environment_.log->submit(epoch_, std::move(batch), token)) {
      case storage::submitted::queued:
        return;
      case storage::submitted::stopped:
        fail_upward(STORAGE_FAILED, "Storage has stopped: " + environment_.log->last_error());
        return;
      case storage::submitted::overloaded:
        break;
    }
  }
  backlog_.emplace_back(last_ticket_, std::move(batch));
}

void partition_actor::flush_backlog() {
  while (!backlog_.empty()) {
    auto& [ticket, batch] = backlog_.front();
    auto token = commit_ticket::make(index_, incarnation_, ticket);
    auto result = environment_.log->submit(epoch_, std::move(batch), token);
    if (result == storage::submitted::overloaded)
      return;
    if (result == storage::submitted::stopped) {
      fail_upward(STORAGE_FAILED, "Storage has stopped: " + environment_.log->last_error());
      return;
    }
    backlog_.pop_front();
  }
}

void partition_actor::committed(const commit_notice& notice) {
  if (notice.incarnation != (incarnation_ & 0xffff) || failed_)
    return;
  if (notice.error) {
    auto text = notice.error->text;
    if (notice.error->code == storage::error_code::disk_full)
      text += "; what was not acknowledged is not recorded, make room and send it again under the "
              "same id";
    fail_upward(to_refusal(*notice.error).code, text + '.');
    return;
  }
  durable_ticket_ = std::max(durable_ticket_, notice.ticket);
  applied_ticket_ = std::max(applied_ticket_, notice.applied);
  std::vector<acknowledgement> entries;
  while (!failed_ && !in_flight_.empty() && may_be_released(in_flight_.front())) {
    auto entry = std::move(in_flight_.front());
    in_flight_.pop_front();
    release(std::move(entry), entries);
  }
  note_applied();
  flush_backlog();
  if (!open_ && !failed_ && applied_ticket_ > 0)
    open();
  send_acknowledgements(std::move(entries));
  send_ready();
}

bool partition_actor::is_about_letter(const in_flight& entry) {
  return entry.set_aside || !entry.settled_letter.empty();
}

/// Who hears of a dead letter may ask for it at once: it must be there.
bool partition_actor::may_be_released(const in_flight& entry) const {
  return entry.ticket <= (is_about_letter(entry) ? applied_ticket_ : durable_ticket_);
}

void partition_actor::note_applied() {
  while (!failed_ && !unapplied_.empty() && unapplied_.front().ticket <= applied_ticket_) {
    auto* x = find_slot(unapplied_.front().slot);
    unapplied_.pop_front();
    if (x && --x->unapplied == 0 && x->state == slot_state::waiting_for_commits)
      restart_when_possible(*x);
  }
}

void partition_actor::open() {
  auto recovered = recover_outbox();
  if (recovered)
    recovered = recover_deadlines();
  if (recovered)
    recovered = recover_letters();
  if (!recovered) {
    fail_upward(to_refusal(recovered.error()).code, recovered.error().text);
    return;
  }
  open_ = true;
  for (auto& x : std::exchange(early_, {})) {
    auto content = x.content;
    deliver_to_entity(content.get_as<header>(0), std::move(x));
  }
  tick();
}

/// Its times are known at its end.
std::optional<span> partition_actor::begin_span(const header& head, const in_flight& entry) const {
  auto from = read_traceparent(head.traceparent);
  if (!from)
    return std::nullopt;
  span out;
  auto id = head.message_id();
  out.trace_id = std::move(from->trace_id);
  out.parent_id = std::move(from->span_id);
  out.span_id = span_of(head.traceparent, id, head.to);
  out.name = catalogue_data::find(entry.number)->name;
  out.is_request = entry.from_outside;
  out.attributes = {{"messaging.system", "touchline"},
                    {"messaging.message.id", std::move(id)},
                    {"messaging.message.conversation_id", head.correlation},
                    {"messaging.destination.name", head.to},
                    {"touchline.partition", std::to_string(index_)}};
  return out;
}

/// What it rests on is durable now.
void partition_actor::measure(in_flight& entry) const {
  if (entry.number == 0 || entry.reply.repeated)
    return;
  auto elapsed = std::chrono::steady_clock::now() - entry.arrived;
  environment_.metrics->observe(entry.number, std::chrono::duration<double>{elapsed}.count());
  if (!entry.traced)
    return;
  entry.traced->end_ns = span_clock_ns();
  entry.traced->begin_ns
    = entry.traced->end_ns - std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
  if (!entry.reply.ok())
    entry.traced->failure = entry.reply.text;
  environment_.entities->spans->take(std::move(*entry.traced));
}

void partition_actor::release(in_flight entry, std::vector<acknowledgement>& entries) {
  measure(entry);
  if (entry.is_record) {
    environment_.metrics->records->inc();
    if (entry.set_aside) {
      environment_.metrics->dead_letters->inc();
      letters_.add(std::move(*entry.set_aside), entry.flow_deadline_ms);
    }
    if (auto* x = find_slot(entry.slot)) {
      x->committed_position = std::max(x->committed_position, entry.position);
      // An entity that comes back to memory reads the store: it must be there first.
      unapplied_.push_back({entry.ticket, entry.slot});
    }
    if (!entry.messages.empty())
      outbox_.add(std::move(entry.messages), now_ms());
    if (entry.deadline_ms)
      change_deadline(entry.address, *entry.deadline_ms);
  }
  if (!entry.settled_letter.empty())
    letters_.remove(entry.settled_letter);
  if (entry.number != 0)
    count(entry.number, entry.reply);
  if (entry.acknowledge)
    entries.push_back(std::move(*entry.acknowledge));
  if (entry.from_outside && entry.deferred)
    keep_waiting(entry.address, entry.reply.id, std::move(entry.from));
  else if (entry.from_outside)
    answer_one(entry.from, std::move(entry.reply));
  for (auto& late : entry.late_answers)
    answer_late(entry.address, std::move(late));
}

// -- answers that come later, deadlines -----------------------------------------------------------

void partition_actor::answer_one(caller& from, answer reply) {
  --commands_;
  environment_.metrics->commands_in_flight->dec();
  from.answer_with(std::move(reply));
}

void partition_actor::keep_waiting(const std::string& address, const std::string& id, caller from) {
  constexpr int64_t longest_ms = 60'000;
  auto ticks = static_cast<uint64_t>(longest_ms / options_.tick_ms) + 1;
  deferred_[command_key(address, id)].push_back({std::move(from), ticks_ + ticks});
}

void partition_actor::answer_late(const std::string& address, answer reply) {
  auto waiting = deferred_.extract(command_key(address, reply.id));
  if (!waiting)
    return;
  for (auto& waits : waiting.mapped())
    answer_one(waits.from, reply);
}

/// The command stays open: who sends it again waits for its answer once more.
void partition_actor::give_up_waiting() {
  for (auto at = deferred_.begin(); at != deferred_.end();) {
    auto& callers = at->second;
    auto id = at->first.substr(at->first.find('\0') + 1);
    std::erase_if(callers, [&](waiting_caller& waits) {
      if (ticks_ < waits.until_tick)
        return false;
      answer_one(waits.from, {id,
                              UNAVAILABLE,
                              "The command " + id
                                + " is still under way; send it again under "
                                  "the same id to wait for its answer.",
                              {},
                              0,
                              false});
      return true;
    });
    at = callers.empty() ? deferred_.erase(at) : std::next(at);
  }
}

void partition_actor::change_deadline(const std::string& address, int64_t deadline_ms) {
  if (auto at = deadlines_.find(address); at != deadlines_.end()) {
    due_.erase({at->second.due_ms, address});
    deadlines_.erase(at);
  }
  if (deadline_ms == 0)
    return;
  deadlines_.emplace(address, set_deadline{deadline_ms, deadline_ms});
  due_.emplace(deadline_ms, address);
}

/// An entity that is told moves its deadline. Until it has, it is told again, under the same id.
void partition_actor::tell_deadlines() {
  auto now = environment_.entities->time->now_ms();
  while (!due_.empty() && due_.begin()->first <= now && !failed_) {
    auto [due_ms, address] = *due_.begin();
    due_.erase(due_.begin());
    auto& x = deadlines_.at(address);
    x.due_ms = now + options_.redelivery_ms;
    due_.emplace(x.due_ms, address);
    DeadlinePassed body;
    body.set_key(address.substr(address.find('/') + 1));
    body.set_deadline_ms(x.deadline_ms);
    header head;
    head.to = address;
    head.id = "deadline/" + std::to_string(x.deadline_ms);
    head.correlation = head.id;
    head.time_ms = now;
    ++commands_;
    environment_.metrics->commands_in_flight->inc();
    environment_.metrics->deadlines->inc();
    deliver_to_entity(head,
                      {to_caf_message(head, number_of<DeadlinePassed>, body), {}, true, 0, {}});
  }
}

tl::expected<void, storage::storage_error> partition_actor::recover_deadlines() {
  std::string after;
  for (;;) {
    auto page = environment_.entities->store->deadlines(after, outbox_page);
    if (!page)
      return tl::unexpected{page.error()};
    for (auto& x : *page)
      if (environment_.routes->index_of(x.address) == index_)
        change_deadline(x.address, static_cast<int64_t>(x.deadline_ms));
    if (page->size() < outbox_page)
      return {};
    after = page->back().address;
  }
}

tl::expected<void, storage::storage_error> partition_actor::recover_letters() {
  std::string after;
  for (;;) {
    auto page = environment_.entities->store->dead_letters(after, letter_page);
    if (!page)
      return tl::unexpected{page.error()};
    for (auto& x : *page) {
      DeadLetter letter;
      if (!letter.ParseFromString(x.bytes) || environment_.routes->index_of(letter.to()) != index_)
        continue;
      const auto& cause = letter.cause();
      letters_.add({cause.correlation(), cause.message(), letter.to(), letter.id()},
                   cause.deadline_ms());
    }
    if (page->size() < letter_page)
      return {};
    after = page->back().id;
  }
}

void partition_actor::report_overdue() {
  auto time_ms = environment_.entities->time->now_ms();
  auto late = outbox_.take_newly_overdue(time_ms, now_ms());
  std::ranges::move(letters_.take_newly_overdue(time_ms), std::back_inserter(late));
  std::erase_if(late, [this](auto& x) { return !environment_.reported->note(x.correlation); });
  environment_.metrics->overdue_flows->inc(static_cast<int64_t>(late.size()));
  for (auto& x : late | std::views::take(max_overdue_lines)) {
    const auto* message = catalogue_data::find(x.number);
    log_context flow{x.correlation};
    spdlog::warn("flow {} is overdue: it waits for {} to {}{}", x.correlation,
                 message ? message->name : "a message", x.to,
                 x.dead_letter.empty() ? "" : ", dead letter " + x.dead_letter);
  }
  if (late.size() > max_overdue_lines)
    spdlog::warn("{} more flows are overdue; `touchline flows --state overdue` lists them",
                 late.size() - max_overdue_lines);
}

caf::response_promise partition_actor::drop_dead_letter(const std::string& id) {
  auto promise = make_response_promise();
  auto found = environment_.entities->store->read_dead_letter(id);
  if (!found || !*found) {
    auto why = found ? refusal{NOT_FOUND, "There is no dead letter " + id + "."}
                     : to_refusal(found.error());
    promise.deliver(answer{id, why.code, why.text, {}, 0, false});
    return promise;
  }
  storage::write_batch batch;
  batch.erase_dead_letter(id);
  in_flight entry;
  entry.ticket = last_ticket_ + 1;
  entry.from_outside = true;
  entry.reply.id = id;
  entry.settled_letter = id;
  entry.from.promise = promise;
  in_flight_.push_back(std::move(entry));
  ++commands_;
  environment_.metrics->commands_in_flight->inc();
  spdlog::info("dead letter {} was dropped", id);
  submit(std::move(batch));
  return promise;
}

void partition_actor::count(uint32_t number, const answer& reply) {
  auto& metrics = *environment_.metrics;
  if (reply.repeated)
    metrics.duplicates->inc();
  else if (reply.ok())
    metrics.handled[number - 1]->inc();
  else
    metrics.refused[number - 1]->inc();
}

void partition_actor::send_ready() {
  dispatch(outbox_.take_ready());
}

void partition_actor::send_again() {
  auto overdue = outbox_.take_overdue(now_ms());
  environment_.metrics->redeliveries->inc(static_cast<int64_t>(overdue.size()));
  dispatch(std::move(overdue));
}

void partition_actor::dispatch(std::vector<delivery> messages) {
  for (auto& x : messages) {
    auto target = environment_.routes->index_of(x.head.to);
    auto content = to_caf_message(std::move(x.head), x.number, *x.body);
    if (target == index_)
      deliver_to_entity(content.get_as<header>(0), {content, {}, false, 0, {}});
    else if (auto other = environment_.routes->at(target))
      pass_on(other, std::move(content), context());
  }
}

void partition_actor::send_acknowledgements(std::vector<acknowledgement> entries) {
  if (entries.empty())
    return;
  std::unordered_map<uint32_t, acknowledgements> by_partition;
  for (auto& x : entries)
    by_partition[environment_.routes->index_of(x.from)].entries.push_back(std::move(x));
  for (auto& [target, x] : by_partition) {
    if (target == index_)
      take_acknowledgements(x);
    else if (auto other = environment_.routes->at(target))
      send(other, std::move(x));
  }
}

void partition_actor::take_acknowledgements(const acknowledgements& x) {
  for (auto& entry : x.entries)
    outbox_.acknowledge(entry.from, entry.to, entry.sequence, now_ms());
  send_ready();
}

// -- entities -------------------------------------------------------------------------------------

partition_actor::slot* partition_actor::find_slot(uint64_t id) {
  auto at = slots_.find(id);
  return at == slots_.end() ? nullptr : &at->second;
}

partition_actor::slot& partition_actor::activate(const std::string& address,
                                                 const entity_kind& kind) {
  auto id = next_slot_++;
  auto& x = slots_[id];
  x.id = id;
  x.address = address;
  x.kind = &kind;
  x.age = ages_.insert(ages_.end(), id);
  slots_by_address_.emplace(address, id);
  environment_.metrics->activations->inc();
  environment_.metrics->active_entities->inc();
  touch(x);
  start(x);
  // In steps, so that not every activation walks over all entities.
  constexpr size_t step = 64;
  if (slots_.size() > options_.max_active_entities && id % step == 0)
    passivate_idle();
  return x;
}

void partition_actor::start(slot& x) {
  x.state = slot_state::running;
  x.incarnation = next_incarnation_++;
  x.actor = spawn<entity_actor>(environment_.entities, *x.kind, x.address, x.id, x.incarnation,
                                caf::actor{this});
  monitor(x.actor);
  for (auto& message : x.waiting)
    hand_over(x, message);
}

void partition_actor::touch(slot& x) {
  x.last_active_ms = now_ms();
  ages_.splice(ages_.end(), ages_, x.age);
}

void partition_actor::entity_ended(const entity_failed& failure) {
  auto* x = find_slot(failure.slot);
  if (!x || x->incarnation != failure.incarnation || !x->actor || failed_)
    return;
  demonitor(x->actor);
  x->actor = nullptr;
  environment_.failures->note(
    {environment_.entities->time->now_ms(), index_, x->address, failure.text});
  if (failure.while_activating) {
    fail_activation(*x, failure);
    return;
  }
  if (failure.code == HANDLER_FAILED && !x->waiting.empty()) {
    auto& blamed = x->waiting.front();
    ++blamed.attempts;
    blamed.error = failure.text;
  }
  ++x->failures_in_a_row;
  ++x->restarts;
  environment_.metrics->entity_restarts->inc();
  spdlog::warn("{} failed and is restarted: {}", x->address, failure.text);
  x->state = slot_state::waiting_for_commits;
  if (x->unapplied == 0)
    restart_when_possible(*x);
  else
    submit({});
}

void partition_actor::restart_when_possible(slot& x) {
  auto delay = restarts_.note_failure(now_ms(), x.failures_in_a_row);
  if (!delay) {
    fail_upward(UNAVAILABLE, "The entities of partition " + std::to_string(index_)
                               + " failed more than " + std::to_string(options_.entities.intensity)
                               + " times in " + std::to_string(options_.entities.period_ms)
                               + " ms; the partition restarts. Send the command again under the "
                                 "same id.");
    return;
  }
  x.state = slot_state::backing_off;
  delayed_send(caf::actor{this}, std::chrono::milliseconds{*delay}, restart_entity{x.id});
}

void partition_actor::restarted(uint64_t slot_id) {
  if (auto* x = find_slot(slot_id); x && x->state == slot_state::backing_off)
    start(*x);
}

void partition_actor::fail_activation(slot& x, const entity_failed& failure) {
  spdlog::error("{} cannot be activated: {}", x.address, failure.text);
  for (auto& message : std::exchange(x.waiting, {})) {
    --waiting_;
    if (!message.from_outside)
      continue; // Its sender keeps it and delivers it again.
    --commands_;
    environment_.metrics->commands_in_flight->dec();
    environment_.metrics->refused[number_of_message(message.content) - 1]->inc();
    message.from.refuse(message.content.get_as<header>(0).id, {failure.code, failure.text});
  }
  forget(x);
}

bool partition_actor::passivate(slot& x) {
  if (x.state == slot_state::passivating)
    return true;
  if (x.state != slot_state::running || !x.waiting.empty() || x.unapplied > 0)
    return false;
  x.state = slot_state::passivating;
  send(x.actor, passivate_request{});
  return true;
}

void partition_actor::passivated(entity_passivated& last) {
  auto* x = find_slot(last.slot);
  if (!x || x->incarnation != last.incarnation || !x->actor)
    return;
  demonitor(x->actor);
  x->actor = nullptr;
  if (!last.batch.empty())
    submit(std::move(last.batch));
  if (x->waiting.empty()) {
    environment_.metrics->passivations->inc();
    forget(*x);
  } else {
    start(*x);
  }
}

void partition_actor::take_snapshot(entity_snapshot& x) {
  auto* from = find_slot(x.slot);
  if (from && from->incarnation == x.incarnation && !failed_)
    submit(std::move(x.batch));
}

/// Entities that handled nothing for long leave memory, and the longest idle ones while there are
/// too many.
void partition_actor::passivate_idle() {
  auto now = now_ms();
  auto excess = slots_.size() - std::min<size_t>(slots_.size(), options_.max_active_entities);
  for (auto id : ages_) {
    auto& x = slots_.at(id);
    if (excess == 0 && now - x.last_active_ms < options_.idle_ms)
      return;
    if (passivate(x) && excess > 0)
      --excess;
  }
}

void partition_actor::forget(slot& x) {
  slots_by_address_.erase(x.address);
  ages_.erase(x.age);
  environment_.metrics->active_entities->dec();
  slots_.erase(x.id);
}

// -- upkeep ---------------------------------------------------------------------------------------

void partition_actor::tick() {
  passivate_idle();
  flush_backlog();
  update_marks();
  send_again();
  tell_deadlines();
  ++ticks_;
  give_up_waiting();
  report_overdue();
  show_gauges({static_cast<int64_t>(waiting_), static_cast<int64_t>(outbox_.size()),
               outbox_.oldest_wait_ms(now_ms()) / 1'000});
  if (!failed_)
    delayed_send(caf::actor{this}, std::chrono::milliseconds{options_.tick_ms}, partition_tick{});
}

/// Gauges are the sums over all partitions: each adds what changed since it last did.
void partition_actor::show_gauges(const std::array<int64_t, 3>& values) {
  auto& metrics = *environment_.metrics;
  std::array<caf::telemetry::int_gauge*, 3> gauges{
    metrics.waiting_messages, metrics.outbox_messages, metrics.oldest_outbox_wait_seconds};
  for (size_t i = 0; i < gauges.size(); ++i)
    gauges[i]->inc(values[i] - std::exchange(shown_[i], values[i]));
}

void partition_actor::update_marks() {
  auto changes = outbox_.take_mark_changes();
  if (changes.empty())
    return;
  storage::write_batch batch;
  for (auto& change : changes) {
    if (change.lowest_position)
      batch.set_outbox(change.from, *change.lowest_position);
    else
      batch.clear_outbox(change.from);
  }
  submit(std::move(batch));
}

activity partition_actor::current_activity() {
  auto quiet
    = open_ && waiting_ == 0 && in_flight_.empty() && backlog_.empty() && outbox_.size() == 0;
  // Who asks wants to read what was done: it is put where it can be read.
  if (quiet && !unapplied_.empty() && unapplied_.back().ticket > barrier_ticket_) {
    submit({});
    barrier_ticket_ = last_ticket_;
  }
  return {quiet && unapplied_.empty(), handled_, slots_.size()};
}

int64_t partition_actor::now_ms() const {
  return environment_.entities->time->steady_ms();
}

} // namespace touchline::actors
