#include "league/season_label.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace touchline::league {

namespace {

constexpr int first_year = 1850;
constexpr int last_year = 2200;
constexpr std::size_t longest_base = 100;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string low{text};
  std::transform(low.begin(), low.end(), low.begin(), lower);
  return low;
}

std::optional<int> digits(std::string_view text, std::size_t count) noexcept {
  if (text.size() != count || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

season_label across(int start) {
  const auto end = (start + 1) % 100;
  return {std::to_string(start) + (end < 10 ? "-0" : "-") + std::to_string(end), start};
}

std::string printable(std::string_view text) {
  std::string shown{text.substr(0, longest_base)};
  std::replace_if(
    shown.begin(), shown.end(),
    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return shown.empty() ? "the file" : shown;
}

std::string_view take_until(std::string_view& rest, char end) {
  const auto part = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

} // namespace

std::optional<season_label> parse_season_label(std::string_view text) {
  const auto start = digits(text.substr(0, 4), 4);
  if (!start || *start < first_year || *start > last_year)
    return std::nullopt;
  if (text.size() == 4)
    return season_label{std::string{text}, *start};
  if (text[4] != '/' && text[4] != '-')
    return std::nullopt;
  const auto rest = text.substr(5);
  const auto is_next = digits(rest, 2) == (*start + 1) % 100 || digits(rest, 4) == *start + 1;
  return is_next ? std::optional{across(*start)} : std::nullopt;
}

std::pair<std::string_view, std::optional<season_label>> split_league_name(std::string_view name) {
  const auto space = name.rfind(' ');
  if (space == std::string_view::npos)
    return {name, std::nullopt};
  auto label = parse_season_label(name.substr(space + 1));
  if (!label)
    return {name, std::nullopt};
  const auto league = name.substr(0, name.find_last_not_of(' ', space) + 1);
  return {league.empty() ? name : league, std::move(label)};
}

season_label label_of_years(int first, int last) {
  return first == last ? season_label{std::to_string(first), first} : across(first);
}

file_name_parts split_file_name(std::string_view file_name) {
  file_name_parts parts;
  const auto slash = file_name.find_last_of("/\\");
  auto base = slash == std::string_view::npos ? file_name : file_name.substr(slash + 1);
  parts.base = printable(base);
  if (slash != std::string_view::npos) {
    const auto folders = file_name.substr(0, slash);
    const auto before = folders.find_last_of("/\\");
    parts.season
      = parse_season_label(before == std::string_view::npos ? folders : folders.substr(before + 1));
  }
  const auto country = take_until(base, '.');
  const auto tier = digits(take_until(base, '.'), 1);
  if (country.size() >= 2 && country.size() <= 3
      && std::all_of(country.begin(), country.end(), is_letter) && tier) {
    parts.country = lowered(country);
    parts.tier = std::max(*tier, 1);
  }
  return parts;
}

std::string_view country_of_league(std::string_view league) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> words{
    {{"english", "en"},
     {"england", "en"},
     {"spanish", "es"},
     {"spain", "es"},
     {"espa\u00f1a", "es"},
     {"italian", "it"},
     {"italy", "it"},
     {"italia", "it"},
     {"german", "de"},
     {"germany", "de"},
     {"deutsche", "de"},
     {"deutschland", "de"},
     {"french", "fr"},
     {"france", "fr"}}};
  const auto low = lowered(league);
  for (std::string_view rest = low; !rest.empty();) {
    const auto word = take_until(rest, ' ');
    for (const auto& [known, country] : words)
      if (word == known)
        return country;
  }
  return {};
}

int tier_of_league(std::string_view league) {
  // The longer name first where one holds the other.
  constexpr std::array<std::pair<std::string_view, int>, 16> names{{{"2. bundesliga", 2},
                                                                    {"3. liga", 3},
                                                                    {"championship", 2},
                                                                    {"league one", 3},
                                                                    {"league two", 4},
                                                                    {"segunda", 2},
                                                                    {"serie b", 2},
                                                                    {"serie c", 3},
                                                                    {"ligue 2", 2},
                                                                    {"national league", 5},
                                                                    {"premier league", 1},
                                                                    {"bundesliga", 1},
                                                                    {"primera", 1},
                                                                    {"serie a", 1},
                                                                    {"ligue 1", 1},
                                                                    {"la liga", 1}}};
  const auto low = lowered(league);
  for (const auto& [name, tier] : names)
    if (low.find(name) != std::string::npos)
      return tier;
  return 1;
}

} // namespace touchline::league
