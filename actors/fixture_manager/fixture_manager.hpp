// The fixture manager of a season: its fixture list, its results, and its end. Address:
// fixture-manager/LEAGUE/SEASON.
#pragma once

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "actors/runtime/decision.hpp"

namespace touchline::actors {

/// The most goals of one team in one match; no first-class match has seen more than 36.
inline constexpr uint32_t max_goals = 36;

/// The context "fixture-manager".
struct fixture_manager {
  static constexpr std::string_view kind = "fixture-manager";
  using state = FixtureManagerState;
  using event = FixtureManagerEvent;
  using messages = message_list<FixtureListGenerate, FixtureListGet, ResultCreate, ResultCorrect,
                                InfoFixtureCompleted, LeagueTableUpdateResults, SponsorDistribute,
                                InfoTeamUpdated>;

  /// Makes the season's fixture list, or takes the one that is given, and publishes
  /// info.fixturelistgenerated for each team. The same list again changes nothing; another one is a
  /// conflict. Refuses a play-off that has not 0, 2, 4 or 8 teams, and more teams that go up, play
  /// off and go down than the final table has.
  static decided<event> decide(const state&, const FixtureListGenerate&, const header&);

  static decided<event> decide(const state&, const FixtureListGet&, const header&);

  /// Records a result and publishes info.fixturecompleted. The same result again changes nothing;
  /// another one is a conflict, because a correction is a message of its own. When two teams meet
  /// in the play-offs as well, the result is that of the play-off. There, a tie that is level at
  /// its end needs a shoot-out; in all other matches a shoot-out is refused.
  static decided<event> decide(const state&, const ResultCreate&, const header&);

  /// Replaces a result, until the season is complete; that of a league match until the play-offs
  /// begin, and that of a play-off until the next round is known.
  static decided<event> decide(const state&, const ResultCorrect&, const header&);

  /// A fixture was completed: asks for the league table to be updated.
  static decided<event> decide(const state&, const InfoFixtureCompleted&, const header&);

  /// Counts a result towards the season. After the last league match it adds the first round of the
  /// play-offs, after the last match of a round the next one, and when nothing is left to play it
  /// publishes info.seasoncompleted with the final table. Play-offs count for no table.
  static decided<event> decide(const state&, const LeagueTableUpdateResults&, const header&);

  /// The season's money is being distributed: relegates the teams that finished last, unless the
  /// pyramid of the season's rules does.
  static decided<event> decide(const state&, const SponsorDistribute&, const header&);

  /// A team has another name: passes it on to the league table, unless a newer one is known.
  static decided<event> decide(const state&, const InfoTeamUpdated&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
