#pragma once

#include <string>

namespace touchline::nodes {

/// The version of this program: "1.2.3". Nodes tell it to each other; what has to fit is the
/// version of the protocol.
std::string program_version();

} // namespace touchline::nodes
