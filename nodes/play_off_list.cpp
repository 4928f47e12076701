#include "nodes/play_off_list.hpp"

#include "league/play_offs.hpp"

#include <vector>

namespace touchline::nodes {

namespace {

using results = std::vector<std::optional<league::play_off_result>>;

league::play_off_result to_result(const Score& score) {
  league::play_off_result result{score.home(), score.away(), std::nullopt};
  if (score.shootout_home() != score.shootout_away())
    result.shoot_out_home_won = score.shootout_home() > score.shootout_away();
  return result;
}

results results_of(const FixtureList& list) {
  results all;
  for (auto& x : list.fixtures())
    if (x.play_off())
      all.push_back(x.has_score() ? std::optional{to_result(x.score())} : std::nullopt);
  return all;
}

/// A match of the play-offs with what its first leg brought.
struct known_match {
  league::play_off_match match;
  bool has_first_leg = false;
  std::optional<league::play_off_result> first_leg;
};

std::optional<known_match> find(uint32_t qualifiers, const FixtureList& list,
                                const Fixture& fixture) {
  auto all = results_of(list);
  auto bracket = league::make_play_off_bracket(qualifiers, all);
  size_t place = 0;
  for (auto& x : list.fixtures())
    if (x.play_off() && x.number() < fixture.number())
      ++place;
  if (!bracket || place >= bracket->matches.size() || place >= all.size())
    return std::nullopt;
  known_match result{bracket->matches[place], false, std::nullopt};
  if (auto first = league::first_leg_of(bracket->matches, result.match)) {
    result.has_first_leg = true;
    result.first_leg = all[*first];
  }
  return result;
}

} // namespace

std::optional<size_t> play_off_winner(uint32_t qualifiers, const FixtureList& list) {
  auto bracket = league::make_play_off_bracket(qualifiers, results_of(list));
  return bracket ? bracket->winner : std::nullopt;
}

bool needs_shoot_out(uint32_t qualifiers, const FixtureList& list, const Fixture& fixture,
                     const Score& score) {
  auto x = find(qualifiers, list, fixture);
  return x && league::needs_shoot_out(x->match, x->first_leg, to_result(score));
}

bool waits_for_first_leg(uint32_t qualifiers, const FixtureList& list, const Fixture& fixture) {
  auto x = find(qualifiers, list, fixture);
  return x && x->has_first_leg && !x->first_leg;
}

} // namespace touchline::nodes
