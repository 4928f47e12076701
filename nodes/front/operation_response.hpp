// The answer of a message as a response: 200, 201 with Location, 202 with the flow's URL, 304.
#pragma once

#include "messages/header.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/route_table.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace touchline::front {

/// How the answer of a read is shown when it is not shown as JSON.
struct rendering {
  std::string content_type;
  /// The body, made of the answer; `stamp_ms` is when the record was made that it rests on, 0 when
  /// nobody needs it.
  std::function<tl::expected<std::string, problem>(const google::protobuf::Message& answer,
                                                   int64_t stamp_ms)>
    text;
  bool needs_stamp = false;
};

/// An answer, and what it answers.
struct answered_operation {
  const route& what;
  const google::protobuf::Message& message;
  const answer& reply;
  const rendering* shown = nullptr;
  int64_t stamp_ms = 0;
  /// Of a read: the body of the response, when it was made before.
  const std::string* text = nullptr;
};

/// The URL that tells what became of a flow.
std::string flow_url(const std::string& id);

/// Where what a message made can be read: a GET of its context whose path ends with a key that the
/// message's own path does not have. Null when there is none: what it did is no thing of its own.
const route* find_made(const route& x, const route_table& routes);

/// The body of the response to a read, in the form that was asked for.
tl::expected<std::string, problem> text_of_read(const answered_operation& x);

/// The response of a message that was not refused. A read has an ETag; `if_none_match` is the
/// header of the request, and makes it 304 when it names the ETag.
http_response response_of(const answered_operation& x, const route_table& routes,
                          std::string_view if_none_match);

/// The response to a read, with an ETag: to be kept and asked about each time.
http_response kept_response(std::string body, std::string content_type,
                            std::string_view if_none_match);

/// Whether the value of If-None-Match names an ETag (RFC 9110, 13.1.2).
bool names_etag(std::string_view if_none_match, std::string_view etag);

} // namespace touchline::front
