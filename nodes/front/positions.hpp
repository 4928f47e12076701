// The place of every team after every round of a season. Made of the fixture list with the rules of
// the season, where every tie-break is known; a page that counted by itself would have to know the
// regulations of five countries.
#pragma once

#include "messages/catalogue.pb.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>

namespace touchline::front {

/// Rounds of a season whose places are told: more than any league of 64 teams plays.
inline constexpr std::size_t max_rounds = 256;

/// `{"league":…,"season":…,"season_rounds":…,"rounds":[{"name":…,"results":…,"fixtures":…}],
/// "teams":[{"team":…,"name":…,"positions":[…],"points":[…]}]}`: the rounds in the order of the
/// list up to the last one that has a result, and the teams in the order of the table with their
/// place and points after each of these rounds. A result counts for its own round, whenever it was
/// played, so that the last places are those of the table. Play-offs are not among them.
nlohmann::json positions_json(const FixtureList& season);

} // namespace touchline::front
