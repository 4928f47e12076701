// A league on a real node, among failing handlers, restarts and callers who send twice, is what a
// plain model in memory says.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/properties/played_league.hpp"

#include <rapidcheck/boost_test.h>

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
