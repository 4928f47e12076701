// The team manager of a pyramid: which teams its leagues have, under which names, and the way to
// their squads. Address: team-manager/PYRAMID.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/team_manager/squad_rules.hpp"
#include "actors/team_manager/team_manager.pb.h"

namespace touchline::actors {

/// Teams that a league has at the same time: as many as a fixture list can be made for.
inline constexpr int max_league_teams = 64;
/// Teams that a pyramid remembers, former ones included.
inline constexpr int max_known_teams = 4'096;

/// The context "team-manager". All teams of a pyramid are in one state, so that a team that moves
/// between leagues is in one of them at every moment.
struct team_manager {
  static constexpr std::string_view kind = "team-manager";
  using state = TeamManagerState;
  using event = TeamManagerEvent;
  using messages
    = message_list<TeamCreate, TeamUpdate, TeamRelegate, TeamPromote, TeamList, LeagueConfigure,
                   PlayerAdd, PlayerUpdate, PlayerDelete, SquadChanged, InfoPlayerTransferredIn,
                   InfoPlayerTransferredOut, InfoFixtureListGenerated>;

  /// Adds a team, or takes a former one back, and publishes info.teamcreated. Refuses bad names and
  /// squads, names and keys that are taken in the pyramid, and a 65th team of a league.
  static decided<event> decide(const state&, const TeamCreate&, const header&);

  /// Changes names and stadium and publishes info.teamupdated. Refuses unknown teams and names that
  /// are taken.
  static decided<event> decide(const state&, const TeamUpdate&, const header&);

  /// Moves a team to the league below, or out of the pyramid when none is named, and publishes
  /// info.teamrelegated.
  static decided<event> decide(const state&, const TeamRelegate&, const header&);

  /// Moves a team to the league above, and publishes info.teampromoted.
  static decided<event> decide(const state&, const TeamPromote&, const header&);

  static decided<event> decide(const state&, const TeamList&, const header&);

  /// Sets squad sizes and transfer windows for all leagues of the pyramid, and publishes
  /// info.leagueconfigured. Squads that exist stay as they are.
  static decided<event> decide(const state&, const LeagueConfigure&, const header&);

  /// Asks the team to change its squad; the command is answered when the team has.
  static decided<event> decide(const state&, const PlayerAdd&, const header&);
  static decided<event> decide(const state&, const PlayerUpdate&, const header&);
  static decided<event> decide(const state&, const PlayerDelete&, const header&);

  /// The team's answer: answers the command that waits for it.
  static decided<event> decide(const state&, const SquadChanged&, const header&);

  /// Counts the players of the team.
  static decided<event> decide(const state&, const InfoPlayerTransferredIn&, const header&);
  static decided<event> decide(const state&, const InfoPlayerTransferredOut&, const header&);

  /// Takes notice of the season that is being played.
  static decided<event> decide(const state&, const InfoFixtureListGenerated&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
