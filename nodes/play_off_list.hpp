// The play-offs at the end of a fixture list, for league/play_offs.
#pragma once

#include "messages/catalogue.pb.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace touchline::nodes {

/// The winner of the play-offs of so many qualifiers, as a place among them, the best from 0;
/// nothing as long as the final is not played, or when there are none.
std::optional<size_t> play_off_winner(uint32_t qualifiers, const FixtureList& list);

/// Whether a play-off fixture of the list that ends with this score needs a shoot-out. The first
/// leg of a second leg must have its result in the list.
bool needs_shoot_out(uint32_t qualifiers, const FixtureList& list, const Fixture& fixture,
                     const Score& score);

/// Whether the result of another play-off fixture has to be known first: its first leg is not
/// played.
bool waits_for_first_leg(uint32_t qualifiers, const FixtureList& list, const Fixture& fixture);

} // namespace touchline::nodes
