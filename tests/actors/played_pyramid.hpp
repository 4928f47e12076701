// The small pyramid on a real node: founded, and played season by season.
#pragma once

#include <boost/test/unit_test.hpp>

#include "tests/actors/small_pyramid.hpp"
#include "tests/actors/test_node.hpp"

namespace touchline::testing {

/// Creates the teams, each under the id "create/TEAM", and the pyramid, under "pyramid".
inline void found_pyramid(test_node& node) {
  auto plan = small_pyramid();
  for (auto& tier : plan.tiers())
    for (auto& team : tier.teams()) {
      auto x = team_create(team.name(), tier.league());
      x.set_team(team.team());
      BOOST_TEST_REQUIRE(node.ask("create/" + team.team(), x).text == "");
    }
  BOOST_TEST_REQUIRE(node.ask("pyramid", plan).text == "");
  BOOST_TEST_REQUIRE(node.settle());
}

/// Posts the results of all matches of a season that are known and not played. Each has an id for
/// ever. Returns how many there are.
inline int post_known_matches(test_node& node, const std::string& season) {
  int posted = 0;
  for (auto plan = small_pyramid(); auto& tier : plan.tiers()) {
    FixtureListGet get;
    get.set_league(tier.league());
    get.set_season(season);
    auto list = node.read<FixtureList>(get);
    for (auto& x : list.fixtures())
      if (!x.has_score() && ++posted)
        node.client().post(tier.league() + '/' + season + '/' + std::to_string(x.number()),
                           pyramid_result(list, x),
                           [](const answer& reply) { BOOST_TEST(reply.text == ""); });
  }
  return posted;
}

/// Plays the matches of all leagues, play-offs as well, until nothing is left to play.
inline void play_pyramid_season(test_node& node, const std::string& season) {
  while (post_known_matches(node, season) > 0) {
    node.client().finish();
    BOOST_TEST_REQUIRE(node.settle());
  }
}

} // namespace touchline::testing
