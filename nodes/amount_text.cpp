#include "nodes/amount_text.hpp"

#include <cstdint>

namespace touchline::nodes {

std::string amount_text(const Money& x) {
  auto minor = x.minor_units();
  auto magnitude = minor < 0 ? 0 - static_cast<uint64_t>(minor) : static_cast<uint64_t>(minor);
  auto cents = std::to_string(magnitude % 100);
  return (minor < 0 ? "-" : "") + std::to_string(magnitude / 100) + '.'
         + (cents.size() < 2 ? "0" : "") + cents + ' ' + x.currency();
}

} // namespace touchline::nodes
