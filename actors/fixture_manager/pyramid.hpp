// A pyramid of leagues: who plays in which tier, season after season. Address: pyramid/PYRAMID.
#pragma once

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "actors/runtime/decision.hpp"

namespace touchline::actors {

/// Tiers of a pyramid.
inline constexpr int max_tiers = 12;
/// Seasons of a pyramid that the state keeps, the newest ones: all earlier ones are in the stream.
inline constexpr int max_kept_seasons = 64;

/// A pyramid, a second kind of entity of the context "fixture-manager". It generates the fixture
/// lists of all its leagues; when each of them has completed its season, it moves teams up and down
/// and generates the lists of the next season. It plays until the year 9999.
///
/// A team is known here by the name that it was created with, or had when it last moved: no message
/// says that a team was renamed meanwhile. A new name is taken only when no other team is known by
/// it.
struct pyramid {
  static constexpr std::string_view kind = "pyramid";
  using state = PyramidState;
  using event = PyramidEvent;
  using messages = message_list<PyramidCreate, PyramidGet, SponsorDistribute, InfoTeamRelegated,
                                InfoTeamPromoted>;

  /// Creates the pyramid and generates the fixture lists of its first season. The same pyramid
  /// again changes nothing; another one is a conflict. Refuses keys and names that are none,
  /// leagues whose keys are not the pyramid's with their tiers, more than 12 tiers, leagues of
  /// fewer than 2 or more than 64 teams, a team that is in it twice, promotion and relegation that
  /// do not fit a tier, an unknown rule set, days that are not in every year, and seasons that are
  /// too short or not within the years 1 to 9999.
  static decided<event> decide(const state&, const PyramidCreate&, const header&);

  static decided<event> decide(const state&, const PyramidGet&, const header&);

  /// A league has completed its season. After the last one, sends team.relegate and team.promote
  /// for each team that moves, or begins the next season when nobody does. A league or season that
  /// is not being played, or is completed already, changes nothing. Refuses a table that is not
  /// that of the league's teams, or moves others than the pyramid's rules say.
  static decided<event> decide(const state&, const SponsorDistribute&, const header&);

  /// A team has moved: after the last one, generates the fixture lists of the next season. A move
  /// that is not expected changes nothing.
  static decided<event> decide(const state&, const InfoTeamRelegated&, const header&);
  static decided<event> decide(const state&, const InfoTeamPromoted&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
