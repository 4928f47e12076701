// Requests as messages of the catalogue, and messages as JSON (Protobuf's mapping, with the field
// names of the .proto files).
#pragma once

#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/route_table.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace google::protobuf {
class Message;
} // namespace google::protobuf

namespace touchline::front {

/// The message that a request stands for: its body as JSON, the fields of its path, and, for a
/// read, the parameters of its query. The problem names the field that is wrong: unknown, of
/// another type, not UTF-8, or another in the body than in the path.
tl::expected<std::shared_ptr<google::protobuf::Message>, problem> read_message(
  const route_match& where, const http_request& request);

/// What is wrong with the Content-Type of a request, if it has a body: 415.
tl::expected<void, problem> check_content_type(const http_request& request);

/// The id of the command that a request sends: its Idempotency-Key, with or without the quotes of a
/// structured field, or a drawn one. The problem names the header.
tl::expected<std::string, problem> command_id(const http_request& request);

/// All fields of a message, those with their default values as well, but no secrets.
std::string message_json(const google::protobuf::Message& message);

} // namespace touchline::front
