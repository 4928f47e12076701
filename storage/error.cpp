#include "storage/error.hpp"

namespace touchline::storage {

std::string_view to_string(error_code code) noexcept {
  switch (code) {
    case error_code::in_use:
      return "in_use";
    case error_code::unwritable:
      return "unwritable";
    case error_code::disk_full:
      return "disk_full";
    case error_code::damaged:
      return "damaged";
    case error_code::io_error:
      return "io_error";
    case error_code::too_large:
      return "too_large";
    case error_code::closed:
      return "closed";
    case error_code::incompatible:
      return "incompatible";
    case error_code::out_of_order:
      return "out_of_order";
    case error_code::invalid:
      return "invalid";
  }
  return "unknown";
}

} // namespace touchline::storage
