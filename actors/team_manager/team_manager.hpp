// The team manager of a league: which teams it has, under which names. Address:
// team-manager/LEAGUE.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/team_manager/team_manager.pb.h"

namespace touchline::actors {

/// Teams that a league has at the same time: as many as a fixture list can be made for.
inline constexpr int max_league_teams = 64;
/// Teams that a league remembers, former ones included.
inline constexpr int max_known_teams = 4'096;
/// Players that a team may be created with.
inline constexpr int max_squad = 64;

/// The context "team-manager".
struct team_manager {
  static constexpr std::string_view kind = "team-manager";
  using state = TeamManagerState;
  using event = TeamManagerEvent;
  using messages
    = message_list<TeamCreate, TeamUpdate, TeamRelegate, TeamList, InfoFixtureListGenerated>;

  /// Adds a team, or takes a former one back, and publishes info.teamcreated. Refuses bad names and
  /// squads, names and keys that are taken, and a 65th team.
  static decided<event> decide(const state&, const TeamCreate&, const header&);

  /// Changes names and stadium and publishes info.teamupdated. Refuses unknown teams and names that
  /// are taken.
  static decided<event> decide(const state&, const TeamUpdate&, const header&);

  /// Moves a team out of the league and publishes info.teamrelegated.
  static decided<event> decide(const state&, const TeamRelegate&, const header&);

  static decided<event> decide(const state&, const TeamList&, const header&);

  /// Takes notice of the season that is being played.
  static decided<event> decide(const state&, const InfoFixtureListGenerated&, const header&);

  static void apply(state&, const event&);
};

/// One team. Address: team/LEAGUE/TEAM.
struct team {
  static constexpr std::string_view kind = "team";
  using state = TeamState;
  using event = TeamEvent;
  using messages = message_list<InfoTeamCreated, InfoTeamUpdated, InfoTeamRelegated,
                                InfoFixtureListGenerated, TeamGet>;

  static decided<event> decide(const state&, const InfoTeamCreated&, const header&);
  static decided<event> decide(const state&, const InfoTeamUpdated&, const header&);
  static decided<event> decide(const state&, const InfoTeamRelegated&, const header&);
  static decided<event> decide(const state&, const InfoFixtureListGenerated&, const header&);

  /// Refuses when the team does not exist.
  static decided<event> decide(const state&, const TeamGet&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
