#pragma once

// A league table: counts that grow by one result at a time, and the ranking of those counts under a
// set of rules. The counting knows no rules and the ranking keeps no state, so the same counts can
// be ranked under several rules.

#include "league/rules.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace touchline::league {

/// Whom a competition gave a match to, whatever the goals.
enum class award : std::uint8_t {
  by_goals, ///< nobody in particular: more goals win
  home,
  away,
};

/// What one match of the league stage ended with. Goals are 0 to 255 here; the importer is
/// stricter.
struct result {
  team_index home = 0;
  team_index away = 0;
  std::uint8_t home_goals = 0;
  std::uint8_t away_goals = 0;
  /// Ligue 1 2016-17 knows a match that one team won 0-0 (Bastia v Lyon, abandoned through the
  /// hosts' fault).
  award awarded = award::by_goals;

  friend bool operator==(const result&, const result&) = default;
};

/// Matches and goals of one team, at home, away, or both together.
struct record {
  int won = 0;
  int drawn = 0;
  int lost = 0;
  int goals_for = 0;
  int goals_against = 0;

  /// Number of matches.
  constexpr int played() const noexcept { return won + drawn + lost; }

  /// Goals scored less goals conceded.
  constexpr int goal_difference() const noexcept { return goals_for - goals_against; }

  /// Points before any deduction.
  constexpr int points(const points_rule& rule) const noexcept {
    return won * rule.win + drawn * rule.draw + lost * rule.loss;
  }

  friend constexpr record operator+(const record& a, const record& b) noexcept {
    return {a.won + b.won, a.drawn + b.drawn, a.lost + b.lost, a.goals_for + b.goals_for,
            a.goals_against + b.goals_against};
  }

  friend bool operator==(const record&, const record&) = default;
};

/// One row of a table.
struct standing {
  int position = 0;    ///< from 1, without gaps
  team_index team = 0; ///< the index that the results use
  int played = 0;
  int won = 0;
  int drawn = 0;
  int lost = 0;
  int goals_for = 0;
  int goals_against = 0;
  int points = 0;   ///< after the deduction; may be negative
  int deducted = 0; ///< points that the competition took away, as a positive number
  record home;
  record away;
  /// True when nothing in the rules told this team from the one above: the order of the two is that
  /// of their indexes.
  bool level_with_above = false;

  /// Goals scored less goals conceded.
  constexpr int goal_difference() const noexcept { return goals_for - goals_against; }

  friend bool operator==(const standing&, const standing&) = default;
};

/// The counts of a season, one result at a time. Adding allocates nothing once the season's results
/// fit the capacity that was reserved, so a simulation keeps one table and clears it between
/// seasons. Not thread-safe.
class table {
public:
  /// A table of `teams` teams without a match.
  /// @pre `teams` <= max_teams
  explicit table(std::size_t teams = 0);

  /// Forgets every result and starts again with `teams` teams; keeps the memory.
  /// @pre `teams` <= max_teams
  void clear(std::size_t teams);

  /// Number of teams, expelled ones included.
  std::size_t teams() const noexcept { return teams_; }

  /// Counts one result.
  /// @pre both indexes are below teams() and differ
  void add(result counted);

  /// Takes a result back that was added before, as a correction does. Returns false, and changes
  /// nothing, when there is no such result.
  bool remove(result counted);

  /// Every result that counts now, in no particular order.
  std::span<const result> results() const noexcept { return results_; }

  /// The counts of one team at home, before any rule.
  /// @pre `team` < teams()
  const record& home(team_index team) const noexcept { return home_[team]; }

  /// The counts of one team away, before any rule.
  /// @pre `team` < teams()
  const record& away(team_index team) const noexcept { return away_[team]; }

  /// Writes the teams in the order of the table to `out` and returns how many there are: expelled
  /// teams are left out. Allocates nothing unless a team is expelled. Head-to-head counts are made
  /// only for teams that are level.
  /// @pre `out` has room for teams()
  std::size_t order(const rules& by, std::span<team_index> out) const;

  /// The table, best team first.
  std::vector<standing> standings(const rules& by) const;

private:
  std::size_t teams_ = 0;
  std::array<record, max_teams> home_{};
  std::array<record, max_teams> away_{};
  std::vector<result> results_;
};

/// The table of `teams` teams after `results`, best team first.
/// @pre `teams` <= max_teams; every index in `results` is below it
std::vector<standing> compute_table(std::size_t teams, std::span<const result> results,
                                    const rules& by);

} // namespace touchline::league
