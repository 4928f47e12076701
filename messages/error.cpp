#include "messages/error.hpp"

namespace touchline {

namespace {

const ErrorEntry& entry_of(ErrorCode code) {
  const auto* value = ErrorCode_descriptor()->FindValueByNumber(static_cast<int>(code));
  static const ErrorEntry unknown;
  return value ? value->options().GetExtension(error) : unknown;
}

} // namespace

std::string_view error_name(ErrorCode code) {
  return entry_of(code).name();
}

bool is_retryable(ErrorCode code) {
  return entry_of(code).retryable();
}

} // namespace touchline
