// Messages of the catalogue as JSON, without their secrets.
#pragma once

#include "messages/catalogue.hpp"
#include "messages/header.hpp"

#include <nlohmann/json.hpp>

namespace touchline::nodes {

/// A message with the field names of its .proto file; fields with the option (secret) are left out.
nlohmann::json to_json(const google::protobuf::Message& message);

/// The body of an answer to a message, of the type that the catalogue names; null for none.
nlohmann::json body_of(const answer& reply, const message_info& info);

} // namespace touchline::nodes
