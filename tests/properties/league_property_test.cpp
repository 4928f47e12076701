// A league on a real node, among failing handlers, restarts and callers who send twice, is what a
// plain model in memory says.
#include "tests/properties/property_test.hpp"

#include "tests/properties/played_league.hpp"

#include <spdlog/spdlog.h>

using namespace touchline;
using namespace touchline::testing;

namespace {

void play(const script& story) {
  played_league league;
  for (auto& x : story)
    league.play(x);
  league.finish();
}

} // namespace

RC_BOOST_PROP(a_league_is_what_its_accepted_commands_make_of_it, ()) {
  spdlog::set_level(spdlog::level::off);
  const auto story = *any_script();
  try {
    play(story);
  } catch (const disagreement& x) {
    RC_FAIL(x.what());
  }
}
BOOST_AUTO_TEST_CASE(probe) {
  spdlog::set_level(spdlog::level::off);
  auto result = [](verb v, int h) {
    command c;
    c.what = v;
    c.shirt = h;
    return c;
  };
  for (int broken = 0; broken < 5; ++broken)
    try {
      step a;
      a.commands = {result(verb::record_result, 1)};
      a.broken = broken;
      a.failures = fails_always;
      a.mend = false;
      step b;
      b.commands = {result(verb::correct_result, 3)};
      play({a, b});
    } catch (const disagreement& x) {
      BOOST_TEST_MESSAGE(broken << x.what());
      BOOST_TEST(false);
    }
  for (int broken = 0; broken < 3; ++broken)
    try {
      step a;
      a.commands = {result(verb::rename_team, 1)};
      a.broken = broken;
      a.failures = fails_always;
      a.mend = false;
      step b;
      b.commands = {result(verb::rename_team, 3)};
      play({a, b});
    } catch (const disagreement& x) {
      BOOST_TEST_MESSAGE(broken << x.what());
      BOOST_TEST(false);
    }
  for (int broken = 0; broken < 2; ++broken)
    try {
      step a;
      a.commands = {result(verb::configure, 1)};
      a.broken = broken;
      a.failures = fails_always;
      a.mend = false;
      a.commands[0].amount = 1;
      step b;
      b.commands = {result(verb::configure, 3)};
      step c;
      c.commands = {result(verb::buy_from_outside, 3)};
      play({a, b, c});
    } catch (const disagreement& x) {
      BOOST_TEST_MESSAGE(broken << x.what());
      BOOST_TEST(false);
    }
}
