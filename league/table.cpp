#include "league/table.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace touchline::league {

namespace {

using team_mask = std::uint64_t;
static_assert(max_teams <= 64, "team_mask has one bit for each team");

// A double round robin of 24 teams, the largest divisions of the five countries.
constexpr std::size_t usual_results = std::size_t{24} * 23;

// More than any difference of goals.
constexpr int award_outweighs = 1000;

constexpr team_mask bit(team_index team) noexcept {
  return team_mask{1} << team;
}

team_mask mask_of(std::span<const team_index> teams) noexcept {
  team_mask mask = 0;
  for (const auto team : teams)
    mask |= bit(team);
  return mask;
}

void count(record& side, bool won, bool drawn, int scored, int conceded, int sign) noexcept {
  side.won += sign * static_cast<int>(won);
  side.drawn += sign * static_cast<int>(drawn);
  side.lost += sign * (1 - static_cast<int>(won) - static_cast<int>(drawn));
  side.goals_for += sign * scored;
  side.goals_against += sign * conceded;
}

// Adds a result to both teams' counts, or takes it away again with a `sign` of -1. Written without
// branches on the result, because no processor can predict one.
void count(const result& played, record& home, record& away, int sign) noexcept {
  const auto bonus = static_cast<int>(played.awarded == award::home)
                     - static_cast<int>(played.awarded == award::away);
  const auto ahead = played.home_goals - played.away_goals + bonus * award_outweighs;
  count(home, ahead > 0, ahead == 0, played.home_goals, played.away_goals, sign);
  count(away, ahead < 0, ahead == 0, played.away_goals, played.home_goals, sign);
}

// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014)
// used as a hash: a team's lot depends on the seed and the team alone, never on who else draws. 63
// bits, so that it fits the signed keys.
std::int64_t lot(std::uint64_t seed, team_index team) noexcept {
  std::uint64_t z = seed + (std::uint64_t{team} + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return static_cast<std::int64_t>((z ^ (z >> 31U)) >> 1U);
}

// The matches among some teams; counted again only when asked about other teams than the last time.
class mini_league {
public:
  void count_among(std::span<const result> results, team_mask among) {
    if (among == among_)
      return;
    among_ = among;
    size_ = 0;
    for (std::size_t team = 0; team < max_teams; ++team) {
      if ((among >> team & 1U) == 0)
        continue;
      slot_[team] = static_cast<std::uint8_t>(size_++);
      home_[team] = away_[team] = {};
    }
    std::fill_n(meetings_.begin(), size_ * size_, std::uint8_t{0});
    for (const auto& played : results)
      if ((among >> played.home & among >> played.away & 1U) != 0)
        add(played);
  }

  bool everyone_has_met(int meetings) const noexcept {
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (meetings_[i * size_ + j] < meetings)
          return false;
    return true;
  }

  record total(team_index team) const noexcept { return home_[team] + away_[team]; }

  const record& away(team_index team) const noexcept { return away_[team]; }

private:
  void add(const result& played) noexcept {
    count(played, home_[played.home], away_[played.away], 1);
    const auto [low, high] = std::minmax(slot_[played.home], slot_[played.away]);
    ++meetings_[high * size_ + low];
  }

  team_mask among_ = 0;
  std::size_t size_ = 0;
  std::array<std::uint8_t, max_teams> slot_;
  std::array<record, max_teams> home_;
  std::array<record, max_teams> away_;
  std::array<std::uint8_t, max_teams * max_teams> meetings_;
};

// One ranking of one table. Lives on the stack and only for one call.
class ranking {
public:
  ranking(const table& counts, const rules& by)
    : counts_{counts},
      by_{by},
      tie_breaks_{by.points_per_game && !by.curtailed_tie_breaks.empty() ? by.curtailed_tie_breaks
                                                                         : by.tie_breaks} {
    add_up();
    for (std::size_t team = 0; team < counts.teams(); ++team)
      if (takes_part(static_cast<team_index>(team)))
        teams_[size_++] = static_cast<team_index>(team);
    sort_by_points();
    settle_deciders();
  }

  std::span<const team_index> teams() const noexcept { return {teams_.data(), size_}; }

  standing row(std::size_t place) const noexcept {
    const auto team = teams_[place];
    const auto& all = total_[team];
    return {.position = static_cast<int>(place) + 1,
            .team = team,
            .played = all.played(),
            .won = all.won,
            .drawn = all.drawn,
            .lost = all.lost,
            .goals_for = all.goals_for,
            .goals_against = all.goals_against,
            .points = points_[team],
            .deducted = deducted_[team],
            .home = counts_.home(team),
            .away = counts_.away(team),
            .level_with_above = level_with_above_[place]};
  }

private:
  void add_up() noexcept {
    for (const auto& taken : by_.deductions)
      if (taken.team < counts_.teams())
        deducted_[taken.team] += taken.points;
    for (std::size_t i = 0; i < counts_.teams(); ++i) {
      const auto team = static_cast<team_index>(i);
      total_[i] = counts_.home(team) + counts_.away(team);
      points_[i] = total_[i].points(by_.points) - deducted_[i];
    }
  }

  bool takes_part(team_index team) const noexcept {
    if (std::find(by_.expelled.begin(), by_.expelled.end(), team) != by_.expelled.end())
      return false;
    return !by_.points_per_game || counts_.results().empty() || total_[team].played() > 0;
  }

  // Points, or points for each match, of one against the other: multiplied crosswise, because a
  // quotient in floating point would make equal ones differ.
  int points_against(team_index a, team_index b) const noexcept {
    if (!by_.points_per_game)
      return points_[a] - points_[b];
    return points_[a] * total_[b].played() - points_[b] * total_[a].played();
  }

  void sort_by_points() {
    const std::span<team_index> all{teams_.data(), size_};
    std::sort(all.begin(), all.end(), [this](team_index a, team_index b) {
      const auto ahead = points_against(a, b);
      return ahead != 0 ? ahead > 0 : a < b;
    });
    for_each_level_group(
      all, [this](team_index a, team_index b) { return points_against(a, b) == 0; },
      [this](std::span<team_index> group) { break_ties(group, 0, 0); });
  }

  template <class IsLevel, class Visit>
  static void for_each_level_group(std::span<team_index> teams, IsLevel is_level, Visit visit) {
    for (std::size_t first = 0; first < teams.size();) {
      auto last = first + 1;
      while (last < teams.size() && is_level(teams[first], teams[last]))
        ++last;
      if (last - first > 1)
        visit(teams.subspan(first, last - first));
      first = last;
    }
  }

  // Orders teams that are level by the tie-breaks from `first` on. `among` are the teams whose
  // matches a head-to-head tie-break counts; none at the start of a row of head-to-head tie-breaks,
  // where it is the group itself.
  void break_ties(std::span<team_index> group, std::size_t first, team_mask among) {
    for (auto next = first; next < tie_breaks_.size(); ++next) {
      const auto kind = tie_breaks_[next];
      if (!is_head_to_head(kind)) {
        among = 0;
      } else {
        among = among != 0 ? among : mask_of(group);
        mini_.count_among(counts_.results(), among);
        if (!mini_.everyone_has_met(by_.head_to_head_meetings))
          continue;
      }
      if (split(group, kind)) {
        break_smaller_ties(group, next, among);
        return;
      }
    }
    nothing_separates(group);
  }

  // Sorts the group by one tie-break; false if that left everybody level.
  bool split(std::span<team_index> group, tie_break kind) {
    for (const auto team : group)
      key_[team] = key_of(kind, team);
    const auto differs = [&](team_index team) { return key_[team] != key_[group.front()]; };
    if (std::none_of(group.begin(), group.end(), differs))
      return false;
    std::sort(group.begin(), group.end(), [this](team_index a, team_index b) {
      return key_[a] != key_[b] ? key_[a] > key_[b] : a < b;
    });
    return true;
  }

  void break_smaller_ties(std::span<team_index> group, std::size_t done, team_mask among) {
    auto next = done + 1;
    if (is_head_to_head(tie_breaks_[done]) && by_.after_head_to_head == regroup::start_again) {
      among = 0;
      for (next = done; next > 0 && is_head_to_head(tie_breaks_[next - 1]);)
        --next;
    }
    // The keys are read before the recursion overwrites them: a group's end is found before the
    // group is visited.
    for_each_level_group(
      group, [this](team_index a, team_index b) { return key_[a] == key_[b]; },
      [&](std::span<team_index> smaller) { break_ties(smaller, next, among); });
  }

  std::int64_t key_of(tie_break kind, team_index team) const noexcept {
    switch (kind) {
      case tie_break::goal_difference:
        return total_[team].goal_difference();
      case tie_break::goals_for:
        return total_[team].goals_for;
      case tie_break::wins:
        return total_[team].won;
      case tie_break::away_goals:
        return counts_.away(team).goals_for;
      case tie_break::away_wins:
        return counts_.away(team).won;
      case tie_break::head_to_head_points:
        return mini_.total(team).points(by_.points);
      case tie_break::head_to_head_goal_difference:
        return mini_.total(team).goal_difference();
      case tie_break::head_to_head_goals:
        return mini_.total(team).goals_for;
      case tie_break::head_to_head_away_goals:
        return mini_.away(team).goals_for;
      case tie_break::drawing_of_lots:
        return lot(by_.lots_seed, team);
    }
    return 0;
  }

  bool was_decided_for(team_index winner, team_index loser) const noexcept {
    return std::find(by_.deciders.begin(), by_.deciders.end(), decider{winner, loser})
           != by_.deciders.end();
  }

  void nothing_separates(std::span<team_index> group) {
    if (group.size() == 2) {
      if (was_decided_for(group[1], group[0]))
        std::swap(group[0], group[1]);
      if (was_decided_for(group[0], group[1]))
        return;
    }
    const auto place = static_cast<std::size_t>(group.data() - teams_.data());
    std::fill_n(level_with_above_.begin() + static_cast<std::ptrdiff_t>(place) + 1,
                group.size() - 1, true);
  }

  void settle_deciders() noexcept {
    for (const auto place : by_.decider_places) {
      if (place < 1 || static_cast<std::size_t>(place) >= size_)
        continue;
      auto& upper = teams_[static_cast<std::size_t>(place) - 1];
      auto& lower = teams_[static_cast<std::size_t>(place)];
      if (points_against(upper, lower) == 0 && belongs_below(upper, lower))
        std::swap(upper, lower);
    }
  }

  bool belongs_below(team_index upper, team_index lower) const noexcept {
    if (was_decided_for(upper, lower))
      return false;
    if (was_decided_for(lower, upper))
      return true;
    for (const auto kind : tie_breaks_) {
      if (is_head_to_head(kind))
        continue;
      if (const auto ahead = key_of(kind, upper) - key_of(kind, lower); ahead != 0)
        return ahead < 0;
    }
    return false;
  }

  const table& counts_;
  const rules& by_;
  std::span<const tie_break> tie_breaks_;
  std::size_t size_ = 0;
  std::array<team_index, max_teams> teams_;
  std::array<bool, max_teams> level_with_above_{};
  std::array<record, max_teams> total_;
  std::array<int, max_teams> points_;
  std::array<int, max_teams> deducted_{};
  std::array<std::int64_t, max_teams> key_;
  mini_league mini_;
};

bool plays_for_nobody(const rules& by, const result& played) {
  const auto is_expelled = [&](team_index team) {
    return std::find(by.expelled.begin(), by.expelled.end(), team) != by.expelled.end();
  };
  return is_expelled(played.home) || is_expelled(played.away);
}

// The same table without the results of the expelled.
table without_expelled(const table& counts, const rules& by) {
  table rest{counts.teams()};
  for (const auto& played : counts.results())
    if (!plays_for_nobody(by, played))
      rest.add(played);
  return rest;
}

} // namespace

table::table(std::size_t teams) {
  results_.reserve(usual_results);
  clear(teams);
}

void table::clear(std::size_t teams) {
  assert(teams <= max_teams);
  teams_ = teams;
  std::fill_n(home_.begin(), teams, record{});
  std::fill_n(away_.begin(), teams, record{});
  results_.clear();
}

void table::add(result counted) {
  assert(counted.home < teams_ && counted.away < teams_ && counted.home != counted.away);
  count(counted, home_[counted.home], away_[counted.away], 1);
  results_.push_back(counted);
}

bool table::remove(result counted) {
  const auto found = std::find(results_.begin(), results_.end(), counted);
  if (found == results_.end())
    return false;
  *found = results_.back();
  results_.pop_back();
  count(counted, home_[counted.home], away_[counted.away], -1);
  return true;
}

std::size_t table::order(const rules& by, std::span<team_index> out) const {
  const auto write = [&](const ranking& ranked) {
    std::copy(ranked.teams().begin(), ranked.teams().end(), out.begin());
    return ranked.teams().size();
  };
  return write(by.expelled.empty() ? ranking{*this, by} : ranking{without_expelled(*this, by), by});
}

std::vector<standing> table::standings(const rules& by) const {
  const auto rest = by.expelled.empty() ? table{0} : without_expelled(*this, by);
  const ranking ranked{by.expelled.empty() ? *this : rest, by};
  std::vector<standing> rows;
  rows.reserve(ranked.teams().size());
  for (std::size_t place = 0; place < ranked.teams().size(); ++place)
    rows.push_back(ranked.row(place));
  return rows;
}

std::vector<standing> compute_table(std::size_t teams, std::span<const result> results,
                                    const rules& by) {
  table counts{teams};
  for (const auto& played : results)
    counts.add(played);
  return counts.standings(by);
}

} // namespace touchline::league
