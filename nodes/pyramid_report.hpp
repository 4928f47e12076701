// How a season of a pyramid ended, for people and for programs.
#pragma once

#include "messages/catalogue.pb.h"
#include "nodes/table_format.hpp"

#include <string>
#include <vector>

namespace touchline::nodes {

/// How a league ended. Teams by name.
struct league_report {
  LeagueTable table;
  /// By position.
  std::vector<std::string> promoted;
  /// Who won the play-offs and goes up as well; empty when there are none.
  std::string play_off_winner;
  std::vector<std::string> relegated;
};

/// How a season ended, from the highest tier down.
struct season_report {
  std::string season;
  std::vector<league_report> leagues;
};

/// What became of a league: reads its table, its play-offs, and the numbers of the configuration.
/// `plan` is the pyramid, `tier` counts from 0; `list` holds the league's fixtures with the
/// play-offs, and is not looked at when the tier has none.
league_report report_league(const PyramidCreate& plan, int tier, LeagueTable table,
                            const FixtureList& list);

/// Seasons in the order in which they were played, ending with a line feed. `text` has the tables
/// as a newspaper prints them, each with who goes up and down; `json` is an array of seasons, each
/// {"season", "leagues": [...]} with a table's object and "promoted", "play_off_winner" (null for
/// none), "relegated"; `csv` has a line for each team in each season.
std::string format_seasons(const std::vector<season_report>& seasons, output_format format);

} // namespace touchline::nodes
