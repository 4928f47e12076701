// A node as the next version of the program runs it: what it says of its version is all that
// differs.
//
//   touchline_next node --config FILE --id N
#include "nodes/cluster/run_node.hpp"
#include "nodes/commands.hpp"
#include "nodes/program_version.hpp"

#include <span>

namespace touchline::nodes {

/// In the place of the library's.
std::string program_version() {
  return "99.0.0";
}

} // namespace touchline::nodes

int main(int argc, char** argv) {
  using namespace touchline::nodes;
  std::span arguments{argv, static_cast<size_t>(argc)};
  if (arguments.size() != 6)
    return fail("touchline_next node --config FILE --id N");
  auto config = read_configuration(arguments[3]);
  if (!config)
    return fail(config.error());
  return run_node({*config, static_cast<uint32_t>(std::stoul(arguments[5])), std::nullopt});
}
