// A flow as a sequence between actors, drawn with characters.
#pragma once

#include "nodes/shell/text_table.hpp"
#include "nodes/stored_flows.hpp"

#include <cstdint>
#include <string>

namespace touchline::shell {

/// Most actors that have a line of their own; more are told as a list.
inline constexpr size_t max_lifelines = 24;

/// The actors of a flow, numbered, and below them a line for each message: when and on which node
/// it was handled, an arrow from the actor that sent it to the one that handled it, and its name. A
/// message that nobody has handled yet has an arrow that ends in a question mark, one that was set
/// aside in a cross. A flow of too many actors for the window is a list.
std::string draw_flow(const nodes::flow_story& story, int64_t now_ms, const text_style& style);

} // namespace touchline::shell
