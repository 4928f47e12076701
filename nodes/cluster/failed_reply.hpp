// Answers of nodes that say why not.
#pragma once

#include "messages/error.hpp"
#include "nodes/cluster/cluster.pb.h"

#include <string>

namespace touchline::cluster {

/// A reply with a code and a sentence, and nothing else; OK without a text for what was done.
Reply failed(ErrorCode code, std::string text);
Reply failed(const refusal& why);

} // namespace touchline::cluster
