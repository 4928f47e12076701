// The page of a season that `touchline run` plays on a terminal: while it is played, and
// afterwards.
#pragma once

#include "nodes/end_signals.hpp"
#include "nodes/season_guest.hpp"

#include <tl/expected.hpp>

#include <string>

namespace touchline::front {

struct front_configuration;

/// Whether a person sits at standard input and output.
bool is_on_terminal();

/// What a file says about the page, in its section `front`. Without one it is what
/// config/default.conf says: on 127.0.0.1:8080, and everybody may read. One sentence for the first
/// mistake.
tl::expected<front_configuration, std::string> read_terminal_page(const std::string& config_file);

/// Serves the page beside a season until `signals` come; both outlive it. When the address is not
/// to be had it says so and nothing is served: the season is played all the same, and nobody waits
/// behind it.
nodes::season_guest_start terminal_page(const front_configuration& config,
                                        const nodes::common_options& options,
                                        const nodes::end_signals& signals);

} // namespace touchline::front
