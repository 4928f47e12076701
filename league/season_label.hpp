#pragma once

// Which season of which league a file holds, told from the league's name, the file's name, and the
// dates of the matches.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace touchline::league {

/// A season's label and the year in which it starts.
struct season_label {
  std::string text; ///< `2022-23`, or `2023` for a season within one calendar year
  int start_year = 0;

  friend bool operator==(const season_label&, const season_label&) = default;
};

/// Reads `2022/23`, `2022-23`, `2022/2023` or `2023`; nothing if the text is none of these or the
/// years do not follow each other.
std::optional<season_label> parse_season_label(std::string_view text);

/// Splits "English Premier League 2022/23" into the league's name and the season; the season is
/// missing if the name has none.
std::pair<std::string_view, std::optional<season_label>> split_league_name(std::string_view name);

/// The label of a season whose matches lie between two years.
season_label label_of_years(int first, int last);

/// What a file's name says, as in `2022-23/en.1.json`. Each part is empty where the name does not
/// follow that pattern.
struct file_name_parts {
  std::string base;    ///< `en.1.json`, fit to be printed
  std::string country; ///< `en`
  std::optional<int> tier;
  std::optional<season_label> season;
};

/// Takes a file's name or path apart. Folders are separated by / or \.
file_name_parts split_file_name(std::string_view file_name);

/// The country code of a league's name that names the country, such as `en` for "English Premier
/// League"; empty otherwise.
std::string_view country_of_league(std::string_view league);

/// The tier of a league by its name, such as 2 for "English Championship"; 1 if the name does not
/// tell.
int tier_of_league(std::string_view league);

} // namespace touchline::league
