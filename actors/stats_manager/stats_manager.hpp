// The stats manager of a season: the league table, form, home and away records, top scorers,
// transfers. Play-offs count for none of them. Address: stats-manager/LEAGUE/SEASON.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/stats_manager/stats_manager.pb.h"

namespace touchline::actors {

/// Results that a team's form shows.
inline constexpr size_t form_length = 5;
/// Scorers that an answer lists.
inline constexpr size_t max_top_scorers = 100;

/// The context "stats-manager".
struct stats_manager {
  static constexpr std::string_view kind = "stats-manager";
  using state = StatsManagerState;
  using event = StatsManagerEvent;
  using messages
    = message_list<InfoFixtureListGenerated, InfoFixtureCompleted, LeagueTableUpdateStats,
                   LeagueTableUpdateData, InfoPlayerTransferredIn, InfoPlayerTransferredOut,
                   LeagueTableGet, StatsGet>;

  /// A team has its fixtures: gives it a row.
  static decided<event> decide(const state&, const InfoFixtureListGenerated&, const header&);

  /// A fixture was completed: remembers who scored, unless it was a play-off, or a correction is
  /// known.
  static decided<event> decide(const state&, const InfoFixtureCompleted&, const header&);

  /// Counts a result, or replaces one that was corrected; a play-off changes nothing, nor does a
  /// result whose correction came before it.
  static decided<event> decide(const state&, const LeagueTableUpdateStats&, const header&);

  /// Renames a row, unless it has a newer name.
  static decided<event> decide(const state&, const LeagueTableUpdateData&, const header&);

  /// A player came to a team: counts it. A team that is not in the season changes nothing.
  static decided<event> decide(const state&, const InfoPlayerTransferredIn&, const header&);

  /// A player left a team: counts it. A team that is not in the season changes nothing.
  static decided<event> decide(const state&, const InfoPlayerTransferredOut&, const header&);

  static decided<event> decide(const state&, const LeagueTableGet&, const header&);
  static decided<event> decide(const state&, const StatsGet&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
