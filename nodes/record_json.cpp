#include "nodes/record_json.hpp"

#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "nodes/message_json.hpp"

#include <nlohmann/json.hpp>

namespace touchline::nodes {

using nlohmann::json;

json record_json(const Record& record) {
  const auto& cause = record.cause();
  const auto* message = catalogue_data::find(cause.message());
  json line{{"position", record.position()},
            {"message", message ? message->name : "?"},
            {"from", cause.from()},
            {"id", cause.id()},
            {"correlation", cause.correlation()},
            {"causation", cause.causation()},
            {"time_ms", cause.time_ms()},
            {"handled_ms", record.handled_ms()},
            {"node", record.node()},
            {"events", record.event_size()}};
  for (auto& x : record.outgoing()) {
    const auto* sent = catalogue_data::find(x.message());
    line["sent"].push_back({{"message", sent ? sent->name : "?"}, {"to", x.to()}});
  }
  if (!record.dead_letter().empty())
    line["dead_letter"] = record.dead_letter();
  return line;
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
