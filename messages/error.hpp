// The one list of error codes (messages/errors.proto), and the refusal that carries one.
#pragma once

#include "messages/errors.pb.h"

#include <string>
#include <string_view>

namespace touchline {

/// Why something was refused: a code for machines, one sentence for people.
struct refusal {
  ErrorCode code = INVALID_ARGUMENT;
  std::string text;
};

/// The code's name as people and programs see it: "not-found".
std::string_view error_name(ErrorCode code);

/// Whether the same command, sent again under its id, may succeed without anybody changing
/// anything.
bool is_retryable(ErrorCode code);

} // namespace touchline
