// The answer of a message as a response: 200, 201 with Location, 202 with the flow's URL, 304.
#pragma once

#include "messages/header.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/route_table.hpp"

#include <string>

namespace touchline::front {

/// An answer, and what it answers.
struct answered_operation {
  const route& what;
  const google::protobuf::Message& message;
  const answer& reply;
};

/// The URL that tells what became of a flow.
std::string flow_url(const std::string& id);

/// The response of a message that was not refused. A read has an ETag; `if_none_match` is the
/// header of the request, and makes it 304 when it names the ETag.
http_response response_of(const answered_operation& x, const route_table& routes,
                          std::string_view if_none_match);

/// The response to a read: JSON with an ETag, to be kept and asked about each time.
http_response kept_response(std::string body, std::string_view if_none_match);

/// Whether the value of If-None-Match names an ETag (RFC 9110, 13.1.2).
bool names_etag(std::string_view if_none_match, std::string_view etag);

} // namespace touchline::front
