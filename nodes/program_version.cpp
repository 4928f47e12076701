#include "nodes/program_version.hpp"

namespace touchline::nodes {

std::string program_version() {
  return TOUCHLINE_VERSION;
}

} // namespace touchline::nodes
