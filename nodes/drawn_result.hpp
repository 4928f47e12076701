// Results that are drawn: goals by the strengths of two teams, scorers from their squads.
#pragma once

#include "league/generator.hpp"
#include "league/match_model.hpp"
#include "messages/catalogue.pb.h"

#include <string>
#include <vector>

namespace touchline::nodes {

/// A team that plays: what a draw has to know of it.
struct contender {
  std::string key;
  league::team_strength strength;
  /// The squad, goalkeepers first, the regulars of each position first: names and positions.
  std::vector<std::string> players;
  std::vector<league::playing_position> positions;
};

/// Draws the result of a match, without its league and season. The same arguments give the same
/// result; its score depends on nothing but the strengths and the key.
ResultCreate draw_result(const contender& home, const contender& away,
                         const league::match_key& key);

} // namespace touchline::nodes
