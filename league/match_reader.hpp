#pragma once

// One match of a football.json file, in any of the layouts that openfootball has used, as the
// importer goes on with it.

#include "league/located_json.hpp"
#include "league/season_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace touchline::league {

/// A match whose teams are still names.
struct named_match {
  season_match match; ///< without `home` and `away`
  std::string home;
  std::string away;
  std::size_t offset = 0; ///< in the file's text, for line_at()
};

/// Reads the matches of one file. Layouts: the score as `{"ft":[1,0],"ht":[0,0]}`, as `[1,0]`, or
/// as `score1` and `score2`; the team as a text or as `{"name":"…"}`; scorers in `goals1` and
/// `goals2`.
class match_reader {
public:
  /// @param text the file's whole text, for line numbers
  /// @param file how sentences call the file
  match_reader(std::string_view text, std::string_view file) noexcept : text_{text}, file_{file} {}

  /// Reads one match.
  /// @param number its number in the file, from 1
  /// @param round the name of the round that the match stands in, if the layout has such; empty
  /// otherwise
  tl::expected<named_match, import_error> read(const located_json& value, std::size_t number,
                                               std::string_view round);

private:
  void fail(import_code code, const located_json& at, const std::string& what);
  std::string read_label(const located_json& object, std::string_view name);
  std::string read_team(const located_json& match, std::string_view name);
  calendar_date read_date(const located_json& match);
  std::string read_time(const located_json& match);
  match_status read_status(const located_json& match);
  std::string checked_name(const located_json& value, std::string_view what);
  void read_scores(const located_json& match, season_match& into);
  std::optional<score> read_pair(const located_json& pair, std::string_view name, int most);
  std::optional<score> read_split_pair(const located_json& match, std::string_view suffix,
                                       int most);
  int read_goals_of_score(const located_json& value, std::string_view name, int most);
  std::vector<goal> read_scorers(const located_json& match, std::string_view name);
  goal read_scorer(const located_json& value);
  void read_minute(const located_json& value, goal& into);

  std::string_view text_;
  std::string_view file_;
  std::size_t number_ = 0;
  // The first thing wrong with the match at hand; what is read after it does not matter any more.
  std::optional<import_error> error_;
};

/// What is wrong with a name, as the rest of a sentence that begins with what it names; nothing if
/// it is good. A name is 1 to max_name_length code points of valid UTF-8 without control or
/// invisible characters.
std::optional<std::string> problem_of_name(std::string_view name);

/// A text as a sentence quotes it: in single quotes, shortened, without control characters.
std::string quoted(std::string_view text);

/// A text without the spaces around it.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace touchline::league
