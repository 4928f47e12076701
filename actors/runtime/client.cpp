#include "actors/runtime/client.hpp"

#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/trace_context.hpp"

#include <caf/after.hpp>

#include <algorithm>
#include <vector>

namespace touchline::actors {

namespace {

/// Whether it is worth trying again at once, within the deadline. A full disk is not: people have
/// to make room.
bool may_try_again(ErrorCode code) {
  return code == UNAVAILABLE || code == OVERLOADED;
}

/// The same for all who retry a letter as it is now, and another one for each letter and for each
/// time that it failed: position, attempts, and a hash of the whole id, which may be too long.
std::string retry_id(const DeadLetter& letter) {
  DeadLetter named;
  named.set_id(letter.id());
  return std::string{retry_prefix} + letter.id().substr(letter.id().rfind('@') + 1) + '/'
         + std::to_string(letter.attempts()) + '/' + std::to_string(content_hash(0, named));
}

} // namespace

client::client(caf::actor_system& system, const router& routes, const clock& time,
               const client_options& options)
  : self_{system},
    routes_{routes},
    time_{time},
    options_{options} {}

void client::post(std::string id, uint32_t number,
                  std::shared_ptr<const google::protobuf::Message> body, answer_callback done) {
  while (pending_.size() >= options_.window)
    receive_one();
  auto to = catalogue_data::addresses_of(*catalogue_data::find(number), *body);
  if (to.empty() || pending_.contains(id)) {
    done({id,
          INVALID_ARGUMENT,
          to.empty() ? catalogue_data::find(number)->name
                         + " needs the fields that name its receiver: league, and season or team."
                     : "The command id \"" + id + "\" is under way already.",
          {},
          0,
          false});
    return;
  }
  pending_command x;
  x.number = number;
  x.body = std::move(body);
  x.head.to = std::move(to.front());
  x.head.correlation = id;
  stamp(x.head);
  x.done = std::move(done);
  begin(std::move(id), std::move(x));
}

void client::retry(const DeadLetter& letter, answer_callback done) {
  while (pending_.size() >= options_.window)
    receive_one();
  auto refuse_retry = [&](ErrorCode code, const std::string& why) {
    done({letter.id(), code, "The dead letter " + letter.id() + why, {}, 0, false});
  };
  auto cause = to_header(letter.cause(), letter.to());
  pending_command x;
  x.number = letter.cause().message();
  x.body = parse_message(x.number, letter.body());
  auto id = retry_id(letter);
  if (letter.redacted())
    return refuse_retry(CONFLICT, " held secrets, which are not kept; its sender has to send the "
                                  "message again.");
  if (!x.body)
    return refuse_retry(DAMAGED, " cannot be read.");
  if (pending_.contains(id))
    return refuse_retry(CONFLICT, " is being retried already.");
  x.head = cause;
  x.head.from.clear();
  x.head.sequence = 0;
  x.head.causation = cause.message_id();
  x.head.traceparent = traceparent_after(cause.traceparent, x.head.causation, letter.to());
  x.head.dead_letter = letter.id();
  if (cause.causation.empty())
    stamp(x.head);
  x.done = std::move(done);
  begin(std::move(id), std::move(x));
}

std::optional<std::string> letter_of_retry(const std::string& address, std::string_view id) {
  if (!id.starts_with(retry_prefix))
    return std::nullopt;
  id.remove_prefix(retry_prefix.size());
  return address + '@' + std::string{id.substr(0, id.find('/'))};
}

void client::stamp(header& head) const {
  head.time_ms = time_.now_ms();
  head.deadline_ms = head.time_ms + options_.deadline_ms;
}

void client::begin(std::string id, pending_command command) {
  auto& x = pending_[id] = std::move(command);
  x.head.id = std::move(id);
  x.deadline_ms = time_.steady_ms() + options_.deadline_ms;
  nothing_due_before_ms_ = std::min(nothing_due_before_ms_, x.deadline_ms);
  send(x);
}

void client::send(pending_command& command) {
  command.sent_to = routes_.find(command.head.to);
  command.send_again_ms = command.deadline_ms;
  if (command.sent_to)
    caf::actor_cast<caf::abstract_actor*>(command.sent_to)
      ->enqueue(caf::make_mailbox_element(
                  caf::actor_cast<caf::strong_actor_ptr>(self_.ptr()), caf::make_message_id(), {},
                  to_caf_message(command.head, command.number, *command.body)),
                nullptr);
}

void client::finish() {
  while (!pending_.empty())
    receive_one();
}

void client::receive_one() {
  self_->receive([this](const answer& x) { take(x); },
                 caf::after(std::chrono::milliseconds{options_.retry_ms}) >> [] {});
  if (time_.steady_ms() - chased_ms_ >= options_.retry_ms)
    chase();
}

void client::take(const answer& x) {
  auto at = pending_.find(x.id);
  if (at == pending_.end())
    return;
  if (may_try_again(x.code) && time_.steady_ms() + options_.retry_ms < at->second.deadline_ms) {
    at->second.send_again_ms = time_.steady_ms() + options_.retry_ms;
    at->second.refused = x.text;
    nothing_due_before_ms_ = std::min(nothing_due_before_ms_, at->second.send_again_ms);
    return;
  }
  auto done = std::move(at->second.done);
  pending_.erase(at);
  done(x);
}

void client::chase() {
  auto now = time_.steady_ms();
  chased_ms_ = now;
  auto version = routes_.version();
  if (now < nothing_due_before_ms_ && version == routes_version_)
    return;
  routes_version_ = version;
  nothing_due_before_ms_ = now + client_options{}.deadline_ms;
  std::vector<std::string> late;
  for (auto& [id, x] : pending_) {
    if (now >= x.deadline_ms)
      late.push_back(id);
    else if (now >= x.send_again_ms || routes_.find(x.head.to) != x.sent_to)
      send(x);
    nothing_due_before_ms_ = std::min({nothing_due_before_ms_, x.send_again_ms, x.deadline_ms});
  }
  for (auto& id : late) {
    auto at = pending_.find(id);
    if (at == pending_.end())
      continue;
    auto x = std::move(at->second);
    pending_.erase(at);
    x.done({id,
            DEADLINE_EXCEEDED,
            catalogue_data::find(x.number)->name + " to " + x.head.to + " was not answered within "
              + std::to_string(options_.deadline_ms)
              + " ms; whether it took effect is unknown, send it again under the same id."
              + (x.refused.empty() ? "" : " The last refusal was: " + x.refused),
            {},
            0,
            false});
  }
}

} // namespace touchline::actors
