#include "nodes/record_json.hpp"

#include "actors/contexts.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "nodes/message_json.hpp"

namespace touchline::nodes {

using nlohmann::json;

json record_json(const std::string& address, const Record& record) {
  static const auto kinds = actors::all_contexts();
  auto name_of = [](uint32_t number) {
    const auto* message = catalogue_data::find(number);
    return message ? message->name : "?";
  };
  const auto& cause = record.cause();
  json out{{"position", record.position()},
           {"message", name_of(cause.message())},
           {"from", cause.from()},
           {"id", cause.id()},
           {"correlation", cause.correlation()},
           {"causation", cause.causation()},
           {"time_ms", cause.time_ms()},
           {"handled_ms", record.handled_ms()},
           {"node", record.node()},
           {"events", record.event_size()}};
  if (!cause.traceparent().empty())
    out["traceparent"] = cause.traceparent();
  if (const auto* kind = kinds.find(kind_of(address))) {
    auto entity = kind->create();
    for (auto& event : record.event())
      if (auto fact = entity->event_message(event))
        out["facts"].push_back(to_json(*fact));
  }
  for (auto& x : record.outgoing())
    out["sent"].push_back({{"message", name_of(x.message())}, {"to", x.to()}});
  if (!record.dead_letter().empty())
    out["dead_letter"] = record.dead_letter();
  return out;
}

json dead_letter_json(const DeadLetter& letter) {
  const auto* message = catalogue_data::find(letter.cause().message());
  return {{"id", letter.id()},
          {"to", letter.to()},
          {"message", message ? message->name : "?"},
          {"from", letter.cause().from()},
          {"command", letter.cause().id()},
          {"flow", letter.cause().correlation()},
          {"deadline_ms", letter.cause().deadline_ms()},
          {"error", letter.error()},
          {"attempts", letter.attempts()}};
}

json dead_letter_details(const DeadLetter& letter) {
  auto out = dead_letter_json(letter);
  if (auto body = parse_message(letter.cause().message(), letter.body()))
    out["body"] = to_json(*body);
  out["redacted"] = letter.redacted();
  return out;
}

} // namespace touchline::nodes
