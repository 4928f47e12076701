// What the shell says about itself.
#pragma once

#include "nodes/shell/command.hpp"

#include <tl/expected.hpp>

#include <string>

namespace touchline::shell {

/// All commands with their summaries, and how to go on from there.
report help_overview(const command_table& commands);

/// About a command, a message of the catalogue, or "messages"; one sentence when it is none.
tl::expected<report, std::string> help_about(const command_table& commands,
                                             const std::string& topic);

} // namespace touchline::shell
