#include "nodes/drawn_result.hpp"

namespace touchline::nodes {

ResultCreate draw_result(const contender& home, const contender& away,
                         const league::match_key& key) {
  auto score = league::draw_scoreline(home.strength, away.strength, {}, key);
  ResultCreate result;
  result.set_home(home.key);
  result.set_away(away.key);
  result.mutable_score()->set_home(score.home_goals);
  result.mutable_score()->set_away(score.away_goals);
  for (auto& x : league::draw_goals(score, home.positions, away.positions, key)) {
    const auto& side = x.home ? home : away;
    auto& goal = *result.add_goals();
    goal.set_team(side.key);
    goal.set_player(side.players[x.player]);
    goal.set_minute(x.minute);
  }
  return result;
}

} // namespace touchline::nodes
