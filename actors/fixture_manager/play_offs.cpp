#include "actors/fixture_manager/play_offs.hpp"

#include "actors/calendar.hpp"
#include "actors/season_rules.hpp"
#include "league/play_offs.hpp"

#include <algorithm>
#include <vector>

namespace touchline::actors {

namespace {

using state = FixtureManagerState;
using results = std::vector<std::optional<league::play_off_result>>;
using names = google::protobuf::RepeatedPtrField<std::string>;

/// The place of the first play-off fixture in the list: behind all league matches.
int first_play_off(const state& now) {
  auto first = std::ranges::partition_point(now.fixtures(), [](auto& x) { return !x.play_off(); });
  return static_cast<int>(first - now.fixtures().begin());
}

league::play_off_result to_play_off_result(const Score& score) {
  league::play_off_result result{score.home(), score.away(), std::nullopt};
  if (has_shoot_out(score))
    result.shoot_out_home_won = score.shootout_home() > score.shootout_away();
  return result;
}

/// Results in the order of the fixtures, which is that of the bracket.
results results_of(const state& now) {
  results all;
  for (int i = first_play_off(now); i < now.fixtures_size(); ++i) {
    const auto& x = now.fixtures(i);
    all.push_back(x.has_score() ? std::optional{to_play_off_result(x.score())} : std::nullopt);
  }
  return all;
}

tl::expected<league::play_off_bracket, std::string> bracket_of(const results& all, int qualifiers) {
  return league::make_play_off_bracket(static_cast<size_t>(qualifiers), all);
}

/// The place of a play-off fixture in the bracket.
size_t place_of(const state& now, const Fixture& fixture) {
  return fixture.number() - 1u - static_cast<uint32_t>(first_play_off(now));
}

/// The last day of a league match.
std::string last_league_day(const state& now) {
  std::string last;
  for (auto& x : now.fixtures())
    if (!x.play_off())
      last = std::max(last, x.date());
  return last;
}

Fixture fixture_of(const league::play_off_match& match, const names& qualifiers,
                   const std::string& league_end, uint32_t number) {
  Fixture result;
  result.set_number(number);
  result.set_round(league::play_off_match_name(match));
  result.set_home(qualifiers[static_cast<int>(match.home)]);
  result.set_away(qualifiers[static_cast<int>(match.away)]);
  result.set_play_off(true);
  if (auto day = parse_date(league_end))
    result.set_date(to_text(std::chrono::sys_days{*day} + league::play_off_day(match)));
  return result;
}

std::optional<refusal> check_shoot_out(const Score& score) {
  if (score.shootout_home() > max_shoot_out_goals || score.shootout_away() > max_shoot_out_goals)
    return refusal{INVALID_ARGUMENT, "Each team scores 0 to " + std::to_string(max_shoot_out_goals)
                                       + " penalties in a shoot-out."};
  if (has_shoot_out(score) && score.shootout_home() == score.shootout_away())
    return refusal{INVALID_ARGUMENT, "A shoot-out has a winner; "
                                       + std::to_string(score.shootout_home()) + "-"
                                       + std::to_string(score.shootout_away()) + " is level."};
  return std::nullopt;
}

} // namespace

bool is_play_off_size(uint32_t qualifiers) {
  return qualifiers == 0 || league::play_off_match_count(qualifiers) > 0;
}

std::chrono::days play_off_length(uint32_t qualifiers) {
  if (qualifiers < 2)
    return std::chrono::days{0};
  uint32_t rounds = 0;
  for (auto left = qualifiers; left > 1; left /= 2)
    ++rounds;
  return league::play_off_day({.round = rounds, .teams_left = 2});
}

bool has_play_offs(const state& now) {
  return !now.qualifiers().empty();
}

bool has_shoot_out(const Score& score) {
  return score.shootout_home() > 0 || score.shootout_away() > 0;
}

tl::expected<play_off_progress, std::string> progress_of_play_offs(const state& now,
                                                                   const names& qualifiers) {
  auto played = results_of(now);
  auto bracket = bracket_of(played, qualifiers.size());
  if (!bracket)
    return tl::unexpected{bracket.error()};
  play_off_progress result;
  auto number = static_cast<uint32_t>(now.fixtures_size());
  auto league_end = last_league_day(now);
  for (auto i = played.size(); i < bracket->matches.size(); ++i)
    *result.next_round.Add() = fixture_of(bracket->matches[i], qualifiers, league_end, ++number);
  if (bracket->winner)
    result.winner = qualifiers[static_cast<int>(*bracket->winner)];
  return result;
}

std::optional<refusal> check_play_off_score(const state& now, const Fixture& fixture,
                                            const Score& score) {
  if (score.award() != BY_GOALS)
    return refusal{INVALID_ARGUMENT, "A play-off is decided by its goals; give a match that was "
                                     "awarded the goals that decide it, as 3-0."};
  if (auto wrong = check_shoot_out(score))
    return wrong;
  auto all = results_of(now);
  auto bracket = bracket_of(all, now.qualifiers_size());
  auto place = place_of(now, fixture);
  if (!bracket || place >= bracket->matches.size())
    return refusal{DAMAGED, "The play-offs of the season " + now.season() + " of " + now.league()
                              + " contradict themselves."};
  if (auto first = league::first_leg_of(bracket->matches, bracket->matches[place]);
      first && !all[*first])
    return refusal{CONFLICT, "The second leg of " + fixture.home() + " against " + fixture.away()
                               + " needs the result of the first leg before its own."};
  all[place] = to_play_off_result(score);
  if (auto with_score = bracket_of(all, now.qualifiers_size()); !with_score)
    return refusal{INVALID_ARGUMENT, as_sentence(with_score.error())};
  return std::nullopt;
}

bool has_later_round(const state& now, const Fixture& fixture) {
  auto bracket = bracket_of(results_of(now), now.qualifiers_size());
  auto last = place_of(now, now.fixtures(now.fixtures_size() - 1));
  auto place = place_of(now, fixture);
  return bracket && last < bracket->matches.size()
         && bracket->matches[last].round > bracket->matches[place].round;
}

} // namespace touchline::actors
