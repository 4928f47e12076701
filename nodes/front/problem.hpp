// Why a request was not done, as clients read it: application/problem+json (RFC 9457), with the
// code that shell and logs use.
#pragma once

#include "messages/error.hpp"
#include "nodes/front/http_message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace touchline::front {

/// One refusal of a request.
struct problem {
  /// Of HTTP; 0 for the one that the list of codes names.
  unsigned status = 0;
  ErrorCode code = INVALID_ARGUMENT;
  /// One sentence that a person can act on.
  std::string detail;
  /// The field of the message, the parameter or the header that is wrong; empty for none.
  std::string field = {};
  /// When the same request may be sent again, in milliseconds; 0 to say nothing.
  int64_t retry_after_ms = 0;
};

/// The status that messages/errors.proto gives a code.
unsigned http_status(ErrorCode code);

/// A status in words: "Not Found"; "Error" for one that the front never answers.
std::string_view status_title(unsigned status);

/// The response. What may be sent again has Retry-After, in whole seconds of at least one.
http_response response_of(const problem& what);

/// The problem of a refusal from further inside.
problem problem_of(const refusal& why);

} // namespace touchline::front
