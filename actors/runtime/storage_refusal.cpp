#include "actors/runtime/storage_refusal.hpp"

namespace touchline::actors {

namespace {

ErrorCode code_of(storage::error_code code) {
  switch (code) {
    case storage::error_code::disk_full:
      return DISK_FULL;
    case storage::error_code::damaged:
      return DAMAGED;
    case storage::error_code::too_large:
      return TOO_LARGE;
    case storage::error_code::in_use:
      return UNAVAILABLE;
    default:
      return STORAGE_FAILED;
  }
}

} // namespace

refusal to_refusal(const storage::storage_error& error) {
  return {code_of(error.code), error.text};
}

} // namespace touchline::actors
