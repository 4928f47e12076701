#pragma once

// One season in the football.json format of openfootball: read, checked, and brought into one shape
// whatever layout it came in. What is wrong with a file becomes one sentence; what real files are
// known to hold is accepted, and said in `notes`.

#include "league/rules.hpp"
#include "league/table.hpp"
#include "league/team_names.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace touchline::league {

/// The largest file that is read, in bytes: 32 MiB. A season has about 150 KB. Ask for a file's
/// size before you read it.
inline constexpr std::size_t max_season_file_bytes = std::size_t{32} << 20U;

/// The most matches of a file: every pairing of max_teams home and away, and as many again for
/// play-offs and replays.
inline constexpr std::size_t max_season_matches = 2 * max_teams * (max_teams - 1);

/// The fewest teams that make a league.
inline constexpr std::size_t min_teams = 2;

/// The longest name, round, stage or scorer, in Unicode code points.
inline constexpr std::size_t max_name_length = 100;

/// The most goals of one team in one match: the 36 of Arbroath against Bon Accord, 12 September
/// 1885, are the record of organised football.
inline constexpr int max_goals = 36;

/// The most goals in a penalty shoot-out; the longest on record had 56 kicks (Dimona v Shimshon Tel
/// Aviv, 2024).
inline constexpr int max_shoot_out_goals = 60;

/// The most scorers listed for one team in one match.
inline constexpr std::size_t max_scorers = static_cast<std::size_t>(max_goals);

/// What kind of thing is wrong with a file; the sentence says it in full.
enum class import_code : std::uint8_t {
  too_large,     ///< more than max_season_file_bytes
  not_json,      ///< not JSON, or not UTF-8, or nested or filled beyond what a season needs
  missing_field, ///< a field that must be there is not
  wrong_type,    ///< a field holds another type than it must
  bad_name,      ///< empty, too long, or with control characters
  bad_date,      ///< a date or time that is not one
  bad_score,     ///< negative, absurd, or not two whole numbers
  bad_goal,      ///< a scorer's entry that is not one
  team_against_itself,
  duplicate_fixture, ///< the same home and away team twice in the league stage
  too_many,          ///< more teams or matches than a league has
  too_few,           ///< fewer than min_teams, or no match
  unknown_rule_set,
  unknown_team,
  bad_deduction,
};

/// The stable text form of a code, such as `duplicate_fixture`.
std::string_view to_string(import_code code) noexcept;

/// Why a file was refused.
struct import_error {
  import_code code = import_code::not_json;
  std::string message; ///< one sentence: where, what is wrong, what would be right
  std::size_t match
    = 0; ///< the number of the match in the file, from 1; 0 if the error is about no match
  std::size_t line = 0; ///< the line in the file, from 1; 0 if unknown
};

/// Goals of the two teams.
struct score {
  int home = 0;
  int away = 0;

  friend bool operator==(const score&, const score&) = default;
};

/// A goal and who scored it, where the file says so.
struct goal {
  std::string scorer;
  std::optional<int> minute; ///< 1 to 120
  int stoppage = 0;          ///< minutes added to `minute`: 3 for 90+3
  bool penalty = false;
  bool own_goal = false; ///< the scorer belongs to the other team

  friend bool operator==(const goal&, const goal&) = default;
};

/// A day of the proleptic Gregorian calendar, checked.
struct calendar_date {
  int year = 0;
  int month = 0;
  int day = 0;

  /// YYYY-MM-DD.
  std::string to_string() const;

  friend auto operator<=>(const calendar_date&, const calendar_date&) = default;
};

/// What a file says has become of a match. An unknown word counts as `none`.
enum class match_status : std::uint8_t {
  none,      ///< nothing said: played if there is a score
  awarded,   ///< decided by the competition: the score counts
  postponed, ///< counts once there is a score
  cancelled, ///< will not be played; a score does not count
  abandoned, ///< broken off; a score does not count unless the competition awards it
  annulled,  ///< struck off; a score does not count
};

/// One match of a season.
struct season_match {
  std::size_t number = 0; ///< where it stands in the file, from 1
  std::string round;      ///< as in the file; empty if the file has none
  std::optional<int> round_number;
  std::string stage; ///< as in the file; empty if the file has none
  calendar_date date;
  std::string time; ///< HH:MM, or empty
  team_index home = 0;
  team_index away = 0;
  std::optional<score> half_time;
  std::optional<score> full_time; ///< after 90 minutes
  std::optional<score> extra_time;
  std::optional<score> shoot_out;
  match_status status = match_status::none;
  std::vector<goal> home_goals; ///< goals that count for the home team
  std::vector<goal> away_goals; ///< goals that count for the away team

  /// True when the match has a score that goes into a table.
  bool counts() const noexcept {
    return full_time && status != match_status::cancelled && status != match_status::abandoned
           && status != match_status::annulled;
  }

  /// True when the competition awarded the match and the score does not say to whom.
  bool awarded_level() const noexcept {
    return status == match_status::awarded && full_time && full_time->home == full_time->away;
  }

  /// The match as a table takes it. One that was awarded with a level score counts as won by the
  /// visitors: the hosts answer for order at their ground. (The only known one is Bastia v Lyon, 16
  /// April 2017, given to Lyon with the goals left at 0-0.)
  /// @pre counts()
  result as_result() const noexcept {
    return {home, away, static_cast<std::uint8_t>(full_time->home),
            static_cast<std::uint8_t>(full_time->away),
            awarded_level() ? award::away : award::by_goals};
  }
};

/// One club of a season.
struct season_team {
  std::string name; ///< as the file spells it most often
  std::string key;  ///< slug of the name, unique in the season: `manchester-city-fc`
  std::vector<std::string> aliases; ///< other spellings within the same file
};

/// A checked season. Team indexes are places in `teams`, in the order in which the file first names
/// them.
struct season_file {
  std::string league;     ///< without the season: `English Premier League`
  std::string league_key; ///< slug of it: `english-premier-league`
  std::string season;     ///< `2022-23`, or `2023` for a season within one calendar year
  int start_year = 0;     ///< 2022
  /// `en` of `en.1.json`; empty if neither the file's name nor the league's tells.
  std::string country;
  int tier = 1; ///< 1 of `en.1.json`
  std::vector<season_team> teams;
  std::vector<season_match> matches;   ///< the league stage, each fixture once, in the file's order
  std::vector<season_match> play_offs; ///< everything else, in the file's order
  /// Names of clubs that only play-offs name, from another division. The index teams.size() + i in
  /// `play_offs` is guests[i].
  std::vector<std::string> guests;
  /// Teams that were thrown out: each of their fixtures without exception was cancelled or
  /// annulled, while others played; or all of their remaining ones were, and no fixture of other
  /// teams.
  std::vector<team_index> expelled;
  std::vector<std::string> notes; ///< what was odd and how it was read, one sentence each

  /// The team of that name or alias. If there is none, the only team whose name is the same but
  /// for case, accents, punctuation and words such as FC; if there is none either, the only team
  /// that the name may abbreviate, as "Bolton" does "Bolton Wanderers".
  std::optional<team_index> find_team(std::string_view name) const;

  /// The name behind an index of `matches` or `play_offs`.
  const std::string& team_name(team_index team) const;

  /// The results of the league stage, in the file's order; those of expelled teams are among them
  /// and annulled by the rules.
  std::vector<result> results() const;

  /// Number of league matches without a result that counts, those of expelled teams left out.
  std::size_t unplayed() const;
};

/// What the user asked for beside the file.
struct rule_choice {
  /// A name of rule_set_names(), or empty: told from the file's or the league's name.
  std::string rule_set;
  std::vector<std::pair<std::string, int>> deductions; ///< team's name, points taken away
  bool points_per_game = false;
};

/// Reads a season. Never throws for bad input; memory is bounded by the constants above.
/// @param json the file's text
/// @param file_name the file's name, with or without folders: `2022-23/en.1.json` tells the country
///        and the tier, and the season if the league's name has none
tl::expected<season_file, import_error> parse_season(std::string_view json,
                                                     std::string_view file_name);

/// The sentence for a file of `bytes` bytes, if that is more than max_season_file_bytes; for
/// callers to ask before they read.
std::optional<import_error> refuse_size(std::uintmax_t bytes, std::string_view file_name);

/// The rules for a season: the rule set chosen or guessed, with the season's expelled teams, its
/// deciders (play-off matches between two teams), and the deductions by the team's name.
tl::expected<rules, import_error> rules_for(const season_file& season, const rule_choice& choice);

} // namespace touchline::league
