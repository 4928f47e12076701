#include "league/play_offs.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace touchline::league {

namespace {

using result_list = std::span<const std::optional<play_off_result>>;

/// Goals of the home team less those of the away team, over both legs of a second leg's tie.
std::int64_t home_lead(const play_off_match& match, const std::optional<play_off_result>& first_leg,
                       const play_off_result& result) {
  auto lead = std::int64_t{result.home_goals} - std::int64_t{result.away_goals};
  if (match.leg == 2 && first_leg)
    lead += std::int64_t{first_leg->away_goals} - std::int64_t{first_leg->home_goals};
  return lead;
}

/// The winner of a tie; requires the checked result of its decisive match.
std::size_t tie_winner(const play_off_match& match, const std::optional<play_off_result>& first_leg,
                       const play_off_result& result) {
  const auto lead = home_lead(match, first_leg, result);
  const auto home_won = lead > 0 || (lead == 0 && result.shoot_out_home_won.value_or(false));
  return home_won ? match.home : match.away;
}

/// Appends a round among `teams`, places in the list of qualifiers in ascending order.
void append_round(std::vector<play_off_match>& matches, std::uint32_t round,
                  std::span<const std::size_t> teams) {
  const auto left = static_cast<std::uint32_t>(teams.size());
  if (left == 2) {
    matches.push_back({round, 1, 0, left, teams[0], teams[1]});
    return;
  }
  for (std::uint32_t leg = 1; leg <= 2; ++leg)
    for (std::uint32_t tie = 0; tie < left / 2; ++tie) {
      const auto better = teams[tie];
      const auto worse = teams[left - 1 - tie];
      matches.push_back(
        {round, leg, tie, left, leg == 1 ? worse : better, leg == 1 ? better : worse});
    }
}

std::optional<play_off_result> result_at(result_list results, std::size_t place) {
  return place < results.size() ? results[place] : std::nullopt;
}

/// The winners of the matches from `begin`, one round, in ascending order; fewer than the round has
/// ties while it is not over.
tl::expected<std::vector<std::size_t>, std::string> round_winners(
  std::span<const play_off_match> matches, std::size_t begin, result_list results) {
  std::vector<std::size_t> winners;
  for (auto place = begin; place < matches.size(); ++place) {
    const auto result = result_at(results, place);
    if (!result)
      continue;
    const auto& match = matches[place];
    const auto opening = first_leg_of(matches, match);
    const auto first_leg = opening ? result_at(results, *opening) : std::nullopt;
    if (auto wrong = check_play_off_result(match, first_leg, *result))
      return tl::unexpected{*std::move(wrong)};
    if (match.is_decisive())
      winners.push_back(tie_winner(match, first_leg, *result));
  }
  std::sort(winners.begin(), winners.end());
  return winners;
}

} // namespace

bool needs_shoot_out(const play_off_match& match, const std::optional<play_off_result>& first_leg,
                     const play_off_result& result) {
  return match.is_decisive() && home_lead(match, first_leg, result) == 0;
}

std::optional<std::string> check_play_off_result(const play_off_match& match,
                                                 const std::optional<play_off_result>& first_leg,
                                                 const play_off_result& result) {
  const auto name = play_off_match_name(match);
  if (match.leg == 2 && !first_leg)
    return name + ", needs the result of the first leg before its own.";
  const auto needed = needs_shoot_out(match, first_leg, result);
  if (needed == result.shoot_out_home_won.has_value())
    return std::nullopt;
  const auto goals = std::to_string(result.home_goals) + "-" + std::to_string(result.away_goals);
  if (needed)
    return name + ": " + goals + " leaves the tie level; say who won the shoot-out.";
  if (!match.is_decisive())
    return name + ": a first leg has no shoot-out; leave it out.";
  return name + ": " + goals + " decides the tie; leave the shoot-out out.";
}

tl::expected<play_off_bracket, std::string> make_play_off_bracket(std::size_t qualifiers,
                                                                  result_list results) {
  if (qualifiers != 0 && play_off_match_count(qualifiers) == 0)
    return tl::unexpected{"A play-off has 0, 2, 4 or 8 teams, not " + std::to_string(qualifiers)
                          + "."};
  play_off_bracket bracket;
  std::vector<std::size_t> teams(qualifiers);
  std::iota(teams.begin(), teams.end(), std::size_t{0});
  for (std::uint32_t round = 1; teams.size() > 1; ++round) {
    const auto begin = bracket.matches.size();
    append_round(bracket.matches, round, teams);
    auto winners = round_winners(bracket.matches, begin, results);
    if (!winners)
      return tl::unexpected{std::move(winners.error())};
    // A first leg that is missing makes its second leg an error, so all winners mean all matches.
    if (winners->size() < teams.size() / 2)
      break;
    teams = *std::move(winners);
  }
  if (results.size() > bracket.matches.size())
    return tl::unexpected{"There are more results (" + std::to_string(results.size())
                          + ") than matches of the play-off whose teams are known ("
                          + std::to_string(bracket.matches.size()) + ")."};
  if (teams.size() == 1)
    bracket.winner = teams.front();
  return bracket;
}

std::optional<std::size_t> first_leg_of(std::span<const play_off_match> matches,
                                        const play_off_match& match) {
  if (match.leg != 2)
    return std::nullopt;
  const auto found = std::find_if(matches.begin(), matches.end(), [&](const play_off_match& other) {
    return other.round == match.round && other.tie == match.tie && other.leg == 1;
  });
  if (found == matches.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - matches.begin());
}

std::string play_off_match_name(const play_off_match& match) {
  if (match.is_final())
    return "Play-off final";
  std::string name{match.teams_left == 4 ? "Play-off semi-final" : "Play-off quarter-final"};
  return name + (match.leg == 1 ? ", first leg" : ", second leg");
}

std::chrono::days play_off_day(const play_off_match& match) noexcept {
  assert(match.round >= 1);
  const auto weeks = static_cast<int>(match.round) - 1;
  return (match.is_decisive() ? play_off_decisive_day : play_off_first_leg_day)
         + weeks * play_off_round_days;
}

} // namespace touchline::league
