// A pyramid of three small leagues, and who plays where after a season, told from its tables.
#pragma once

#include "messages/catalogue.pb.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace touchline::testing {

/// Adds a tier of teams called "a1", "a2" and so on, with names as "The a1".
inline void add_tier(PyramidCreate& to, const std::string& letter, int teams, uint32_t promoted,
                     uint32_t play_offs) {
  auto& tier = *to.add_tiers();
  auto number = std::to_string(to.tiers_size());
  tier.set_league(to.pyramid() + '.' + number);
  tier.set_name("Tier " + number);
  for (int i = 1; i <= teams; ++i) {
    auto& team = *tier.add_teams();
    team.set_team(letter + std::to_string(i));
    team.set_name("The " + team.team());
  }
  tier.set_promoted(promoted);
  tier.set_play_offs(play_offs);
}

/// "en": a1 to a4, of whom two go down; b1 to b6, of whom one goes up, two play off and one goes
/// down; c1 to c4, of whom one goes up.
inline PyramidCreate small_pyramid() {
  PyramidCreate result;
  result.set_pyramid("en");
  result.set_name("Small pyramid");
  add_tier(result, "a", 4, 0, 0);
  add_tier(result, "b", 6, 1, 2);
  add_tier(result, "c", 4, 1, 0);
  result.set_rule_set("england");
  result.set_first_year(2022);
  result.set_start("08-06");
  result.set_end("05-28");
  result.set_seed(7);
  return result;
}

inline PyramidGet pyramid_get() {
  PyramidGet result;
  result.set_pyramid("en");
  return result;
}

using tier_members = std::vector<std::set<std::string>>;

/// Who plays in each tier.
inline tier_members members_of(const PyramidDetails& details) {
  tier_members result;
  for (auto& tier : details.tiers()) {
    auto& members = result.emplace_back();
    for (auto& team : tier.teams())
      members.insert(team.team());
  }
  return result;
}

/// The result of a fixture in these tests. Only who plays whom when decides it; it is never level,
/// and the hosts of a second leg or a final win by more than a first leg can be lost by.
inline ResultCreate pyramid_result(const FixtureList& list, const Fixture& fixture) {
  ResultCreate result;
  result.set_league(list.league());
  result.set_season(list.season());
  result.set_home(fixture.home());
  result.set_away(fixture.away());
  uint32_t mixed = 17;
  for (char c : list.season() + fixture.home() + fixture.away())
    mixed = mixed * 31 + static_cast<unsigned char>(c);
  auto first_leg = fixture.round().ends_with("first leg");
  auto second_or_final = fixture.play_off() && !first_leg;
  result.mutable_score()->set_home(second_or_final ? 5 : mixed % 3);
  result.mutable_score()->set_away(second_or_final ? 0 : mixed / 3 % 3);
  return result;
}

/// Who must play where after a season of small_pyramid(): told from the final tables alone and from
/// the hosts of the play-off final, who win it.
inline tier_members next_members(const std::vector<LeagueTable>& tables,
                                 const FixtureList& second_tier) {
  tier_members result;
  for (auto& table : tables) {
    auto& members = result.emplace_back();
    for (auto& row : table.rows())
      members.insert(row.team());
  }
  auto move = [&result](const std::string& team, size_t from, size_t to) {
    result[from].erase(team);
    result[to].insert(team);
  };
  move(tables[0].rows(2).team(), 0, 1);
  move(tables[0].rows(3).team(), 0, 1);
  move(tables[1].rows(0).team(), 1, 0);
  move(second_tier.fixtures(second_tier.fixtures_size() - 1).home(), 1, 0);
  move(tables[1].rows(5).team(), 1, 2);
  move(tables[2].rows(0).team(), 2, 1);
  return result;
}

} // namespace touchline::testing
