#include "league/rules.hpp"

#include <algorithm>
#include <array>

namespace touchline::league {

namespace {

using enum tie_break;

constexpr std::array<std::string_view, 5> known_names{"england", "spain", "italy", "germany",
                                                      "france"};

// Premier League. Premier League Handbook, Rules, section C: up to 2018-19 goal difference, goals
// scored, then a play-off if the place matters; from 2019-20 also the points, then the away goals,
// of the matches between the clubs.
rules premier_league(int season) {
  rules by;
  by.tie_breaks = season >= 2019 ? std::vector{goal_difference, goals_for, head_to_head_points,
                                               head_to_head_away_goals}
                                 : std::vector{goal_difference, goals_for};
  by.outcome = {.relegated = season == 1994 ? 4 : 3};
  return by;
}

// Football League (EFL). EFL Regulations, section 3: goals scored before goal difference from
// 1992-93 to 1998-99, goal difference first since; then the results between the clubs, most wins,
// most away goals. 2019-20 was curtailed in Leagues One and Two by a vote of their clubs in June
// 2020: points per game, not weighted by home and away, everything else unchanged.
rules football_league(int tier, int season) {
  const auto goals_first = season >= 1992 && season <= 1998;
  rules by;
  by.points.win = season < 1981 ? 2 : 3;
  by.tie_breaks = {goals_first ? goals_for : goal_difference,
                   goals_first ? goal_difference : goals_for,
                   head_to_head_points,
                   head_to_head_goal_difference,
                   head_to_head_goals,
                   wins,
                   away_goals};
  // Bury were expelled in 2019-20, so that one club less went down from League One and from League
  // Two.
  const auto fewer = season == 2019 ? 1 : 0;
  if (tier <= 2)
    by.outcome = {.promoted = 2, .promotion_play_off = 4, .relegated = 3};
  else if (tier == 3)
    by.outcome = {.promoted = 2, .promotion_play_off = 4, .relegated = 4 - fewer};
  else
    by.outcome = {.promoted = 3, .promotion_play_off = 4, .relegated = 2 - fewer};
  return by;
}

// England. Three points for a win since 1981-82; the Premier League since 1992-93.
rules england(int tier, int season) {
  return tier == 1 && season >= 1992 ? premier_league(season) : football_league(tier, season);
}

// Spain. Three points since 1995-96. Reglamento General of the RFEF, article 201 (its number in the
// editions of the 2010s): two clubs level on points are told apart by the goals of the matches
// between them; more than two by the points, then the goal difference, of the matches among them;
// then overall goal difference, then goals scored. Each rule is "excluyente": whoever it separates
// drops out, and the rest begin again by the rules for as many as they are. Mutual matches count
// once all are played.
rules spain(int tier, int season) {
  rules by;
  by.points.win = season < 1995 ? 2 : 3;
  by.tie_breaks = {head_to_head_points, head_to_head_goal_difference, goal_difference, goals_for};
  by.after_head_to_head = regroup::start_again;
  if (tier == 1)
    by.outcome = {.relegated = 3};
  else
    by.outcome = {.promoted = season >= 2010 ? 2 : 3,
                  .promotion_play_off = season >= 2010 ? 4 : 0,
                  .relegated = 4};
  return by;
}

// Italy. Three points since 1994-95. N.O.I.F. of the FIGC, article 51: since 2005-06 the
// "classifica avulsa" of those level: points, then goal difference, of the matches among them;
// overall goal difference; goals scored; lots. Before, goal difference here, with play-offs
// (article 51 as it was) for first place and relegation.
//
// Serie A since 2022-23 (decided by the FIGC's Consiglio Federale season by season, for 2023-24 on
// 7 July 2023): first place and the last place of safety, when level, are decided by a match
// between two, or by two legs from 2023-24 for the latter; the classifica avulsa only says which
// two those are. Verona (17th) and Spezia (18th) of 2022-23 were told apart so.
rules italy(int tier, int season) {
  rules by;
  by.points.win = season < 1994 ? 2 : 3;
  if (season >= 2005)
    by.tie_breaks = {head_to_head_points, head_to_head_goal_difference, goal_difference, goals_for,
                     drawing_of_lots};
  else
    by.tie_breaks = {goal_difference, goals_for};
  if (tier == 1) {
    by.outcome = {.relegated = season >= 2004 ? 3 : 4};
    if (season >= 2022 || season < 2005)
      by.decider_places = {1};
    if (season >= 2022)
      by.decider_places.push_back(17);
  } else {
    by.outcome = {.promoted = 2, .promotion_play_off = 6, .relegated = 3, .relegation_play_off = 2};
  }
  return by;
}

// Germany. Three points since 1995-96. Spielordnung of the DFL and, for the 3. Liga,
// DFB-Spielordnung § 46 Nr. 1.3: goal difference, goals scored, the aggregate of the two matches
// between the clubs, away goals in them, all away goals, a deciding match. Until both matches are
// played, only the first two count.
rules germany(int tier, int season) {
  rules by;
  by.points.win = season < 1995 ? 2 : 3;
  by.tie_breaks
    = {goal_difference,         goals_for, head_to_head_points, head_to_head_goal_difference,
       head_to_head_away_goals, away_goals};
  if (tier == 1)
    by.outcome
      = {.relegated = season >= 2008 ? 2 : 3, .relegation_play_off = season >= 2008 ? 1 : 0};
  else if (tier == 2)
    by.outcome = {.promoted = 2, .promotion_play_off = 1, .relegated = 2, .relegation_play_off = 1};
  else
    by.outcome = {.promoted = 2, .promotion_play_off = 1, .relegated = season >= 2018 ? 4 : 3};
  return by;
}

places french_places(int tier, int season) {
  // Ligue 1 went from 20 clubs to 18 in 2023-24, Ligue 2 a year later. The barrage came back in
  // 2016-17; 2019-20 had none.
  const auto barrage = season >= 2016 && season != 2019 && season != 2022 ? 1 : 0;
  if (tier == 1)
    return {.relegated = season == 2022   ? 4
                         : season >= 2016 ? 2
                                          : 3,
            .relegation_play_off = barrage};
  return {.promoted = season >= 2016 ? 2 : 3,
          .promotion_play_off = barrage == 0     ? 0
                                : season >= 2017 ? 3
                                                 : 1,
          .relegated = season == 2022 || season == 2023 ? 4
                       : season >= 2016                 ? 2
                                                        : 3,
          .relegation_play_off = season >= 2016 && season != 2022 && season != 2023 ? 1 : 0};
}

// France. Three points since 1994-95 (and in 1988-89). Règlement des compétitions of the LFP,
// article 518 ter in its 2023-24 edition:
// - up to 2016-17: goal difference, goals scored;
// - from 2017-18, after Metz went up in 2016 ahead of Le Havre by goals scored alone: goal
// difference, then points, goal
//   difference, goals and away goals of the matches among them, then goals scored, then away goals;
// - from 2025-26 without away goals: goal difference, points and goal difference among them, goals
// scored, wins, away wins. 2019-20 was curtailed (LFP, Conseil d'Administration of 30 April 2020):
// points per match played, those level told apart by the matches among them, where all were played,
// and else by goal difference: Nice before Reims, but Dijon before Saint-Étienne.
rules france(int tier, int season) {
  rules by;
  by.points.win = season >= 1994 || season == 1988 ? 3 : 2;
  if (season >= 2025)
    by.tie_breaks
      = {goal_difference, head_to_head_points, head_to_head_goal_difference, goals_for, wins,
         away_wins};
  else if (season >= 2017)
    by.tie_breaks = {goal_difference,    head_to_head_points,     head_to_head_goal_difference,
                     head_to_head_goals, head_to_head_away_goals, goals_for,
                     away_goals};
  else
    by.tie_breaks = {goal_difference, goals_for};
  by.curtailed_tie_breaks
    = {head_to_head_points, head_to_head_goal_difference, goal_difference, goals_for};
  by.outcome = french_places(tier, season);
  return by;
}

/// At most `bytes` of a text, without half a UTF-8 character at the end.
std::string_view beginning(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U)
    --bytes;
  return text.substr(0, bytes);
}

std::string unknown_rule_set(std::string_view name) {
  std::string sentence
    = "There is no rule set '" + std::string{beginning(name, 40)} + "'; choose one of ";
  for (std::size_t i = 0; i < known_names.size(); ++i) {
    if (i > 0)
      sentence += i + 1 < known_names.size() ? ", " : " or ";
    sentence += known_names[i];
  }
  return sentence + ".";
}

} // namespace

std::span<const std::string_view> rule_set_names() noexcept {
  return known_names;
}

tl::expected<rules, std::string> rule_set(std::string_view name, int tier, int season) {
  static constexpr std::array builders{england, spain, italy, germany, france};
  static_assert(builders.size() == known_names.size());
  const auto found = std::find(known_names.begin(), known_names.end(), name);
  if (found == known_names.end())
    return tl::unexpected{unknown_rule_set(name)};
  auto by
    = builders[static_cast<std::size_t>(found - known_names.begin())](std::max(tier, 1), season);
  by.name = name;
  return by;
}

std::optional<std::string_view> rule_set_of_country(std::string_view code) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> codes{
    {{"en", "england"},
     {"eng", "england"},
     {"uk", "england"},
     {"gb", "england"},
     {"es", "spain"},
     {"esp", "spain"},
     {"it", "italy"},
     {"ita", "italy"},
     {"de", "germany"},
     {"deu", "germany"},
     {"ger", "germany"},
     {"fr", "france"},
     {"fra", "france"}}};
  for (const auto& [known, name] : codes)
    if (known == code)
      return name;
  return std::nullopt;
}

std::string_view to_string(tie_break kind) noexcept {
  switch (kind) {
    case goal_difference:
      return "goal difference";
    case goals_for:
      return "goals for";
    case wins:
      return "wins";
    case away_goals:
      return "away goals";
    case away_wins:
      return "away wins";
    case head_to_head_points:
      return "head-to-head points";
    case head_to_head_goal_difference:
      return "head-to-head goal difference";
    case head_to_head_goals:
      return "head-to-head goals";
    case head_to_head_away_goals:
      return "head-to-head away goals";
    case drawing_of_lots:
      return "drawing of lots";
  }
  return "unknown";
}

} // namespace touchline::league
