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
// -- scripts that failed once ---------------------------------------------------------------------

// Whatever follows the first command is a dead letter that is retried after the second one.
BOOST_AUTO_TEST_CASE(what_was_set_aside_does_not_undo_what_came_after_it) {
  spdlog::set_level(spdlog::level::off);
  constexpr int messages = 5;
  for (auto [first, second] : {std::pair{verb::record_result, verb::correct_result},
                               std::pair{verb::rename_team, verb::rename_team},
                               std::pair{verb::configure, verb::configure}})
    for (int broken = 0; broken < messages; ++broken) {
      step set_aside;
      set_aside.commands = {{.what = first, .shirt = 1, .amount = 1}};
      set_aside.broken = broken;
      set_aside.failures = fails_always;
      set_aside.mend = false;
      step later;
      later.commands = {{.what = second, .shirt = 3, .amount = 0}};
      step closed_or_not;
      closed_or_not.commands = {{.what = verb::buy_from_outside}};
      BOOST_CHECK_NO_THROW(play({set_aside, later, closed_or_not}));
    }
}
