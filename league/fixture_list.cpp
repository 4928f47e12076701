#include "league/fixture_list.hpp"

#include <cstddef>

#include "league/counter_draw.hpp"

namespace touchline::league {

namespace {

using calendar_days = std::chrono::sys_days;

/// A match between two places of the construction, before teams are put into them.
struct pairing {
  std::uint32_t home;
  std::uint32_t away;
};

/// Round `round` of the canonical single round robin. On a circle of `circle` places, an odd
/// number, the places at the same distance on either side of place `round` meet, at odd distances
/// at home on the one side, at even ones on the other. Place `round` itself meets the place
/// `circle` in the middle, or rests when there is none.
std::vector<pairing> canonical_round(std::uint32_t team_count, std::uint32_t circle,
                                     std::uint32_t round) {
  std::vector<pairing> result;
  result.reserve(team_count / 2);
  if (circle < team_count)
    result.push_back(round % 2 == 0 ? pairing{round, circle} : pairing{circle, round});
  for (std::uint32_t distance = 1; distance <= circle / 2; ++distance) {
    const auto ahead = (round + distance) % circle;
    const auto behind = (round + circle - distance) % circle;
    result.push_back(distance % 2 == 1 ? pairing{ahead, behind} : pairing{behind, ahead});
  }
  return result;
}

std::string written(std::chrono::year_month_day date) {
  const auto two_digits
    = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year()))
         + two_digits(static_cast<unsigned>(date.month()))
         + two_digits(static_cast<unsigned>(date.day()));
}

tl::expected<void, std::string> check(const fixture_list_options& options) {
  if (options.team_count < min_league_teams || options.team_count > max_teams)
    return tl::unexpected{"a league has from " + std::to_string(min_league_teams) + " to "
                          + std::to_string(max_teams) + " teams, not "
                          + std::to_string(options.team_count)};
  if (!options.season_start.ok())
    return tl::unexpected{"the season starts on " + written(options.season_start)
                          + ", which is no day of the calendar"};
  if (!options.season_end.ok())
    return tl::unexpected{"the season ends on " + written(options.season_end)
                          + ", which is no day of the calendar"};
  const auto rounds = round_count(options.team_count);
  const auto days
    = (calendar_days{options.season_end} - calendar_days{options.season_start}).count() + 1;
  if (days < static_cast<std::ptrdiff_t>(rounds))
    return tl::unexpected{"a season from " + written(options.season_start) + " to "
                          + written(options.season_end)
                          + " is too short: " + std::to_string(options.team_count) + " teams play "
                          + std::to_string(rounds) + " rounds and need at least as many days"};
  return {};
}

/// The day of round `index` of `rounds`, counted from 0.
std::chrono::year_month_day round_date(const fixture_list_options& options, std::uint32_t index,
                                       std::uint32_t rounds) {
  const calendar_days first{options.season_start};
  const auto span = (calendar_days{options.season_end} - first).count();
  return first
         + std::chrono::days{span * static_cast<std::ptrdiff_t>(index)
                             / static_cast<std::ptrdiff_t>(rounds - 1)};
}

} // namespace

tl::expected<std::vector<fixture>, std::string> generate_fixture_list(
  const fixture_list_options& options) {
  if (auto checked = check(options); !checked)
    return tl::unexpected{checked.error()};
  const auto teams = options.team_count;
  const auto circle = teams % 2 == 0 ? teams - 1 : teams;
  const auto rounds = round_count(teams);
  const auto team_at = counter_draw{options.seed, draw_purpose::fixture_order}.shuffled(teams);
  std::vector<fixture> result;
  result.reserve(std::size_t{teams} * (teams - 1));
  for (std::uint32_t index = 0; index < rounds; ++index) {
    const auto date = round_date(options, index, rounds);
    const auto returning = index >= circle;
    for (const auto& match :
         canonical_round(teams, circle, returning ? rounds - 1 - index : index)) {
      const auto home = team_at[returning ? match.away : match.home];
      const auto away = team_at[returning ? match.home : match.away];
      result.push_back(
        {index + 1, date, static_cast<team_index>(home), static_cast<team_index>(away)});
    }
  }
  return result;
}

} // namespace touchline::league
