#include "nodes/message_json.hpp"

#include "messages/redact.hpp"

#include <google/protobuf/util/json_util.h>

namespace touchline::nodes {

using nlohmann::json;

json to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string out;
  auto done
    = google::protobuf::util::MessageToJsonString(*redacted(message).message, &out, options);
  return done.ok() ? json::parse(out) : json::object();
}

json body_of(const answer& reply, const message_info& info) {
  const auto* type = info.descriptor->file()->FindMessageTypeByName(info.reply);
  if (!type || reply.body.empty())
    return nullptr;
  std::unique_ptr<google::protobuf::Message> body{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
  return body->ParseFromString(reply.body) ? to_json(*body) : json{};
}

} // namespace touchline::nodes
