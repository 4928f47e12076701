#include "league/match_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace touchline::league {

namespace {

using kind = located_json::kind;

constexpr int last_minute = 120;
constexpr int longest_stoppage = 30;
constexpr std::size_t longest_quote = 40;
constexpr int first_year = 1850;
constexpr int last_year = 2200;

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(
    std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// The number that `text` is, digits only.
std::optional<int> whole_number(std::string_view text) noexcept {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit) || problem != std::errc{})
    return std::nullopt;
  return value;
}

std::optional<int> first_number(std::string_view text) noexcept {
  const auto first = std::find_if(text.begin(), text.end(), is_digit);
  const auto last = std::find_if_not(first, text.end(), is_digit);
  return whole_number(text.substr(static_cast<std::size_t>(first - text.begin()),
                                  static_cast<std::size_t>(last - first)));
}

int days_in(int year, int month) noexcept {
  constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const auto is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month) - 1] + (month == 2 && is_leap ? 1 : 0);
}

std::optional<calendar_date> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto year = whole_number(text.substr(0, 4));
  const auto month = whole_number(text.substr(5, 2));
  const auto day = whole_number(text.substr(8, 2));
  if (!year || !month || !day || *year < first_year || *year > last_year || *month < 1
      || *month > 12)
    return std::nullopt;
  if (*day < 1 || *day > days_in(*year, *month))
    return std::nullopt;
  return calendar_date{*year, *month, *day};
}

bool is_time(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':')
    return false;
  const auto hour = whole_number(text.substr(0, 2));
  const auto minute = whole_number(text.substr(3, 2));
  return hour && minute && *hour < 24 && *minute < 60;
}

// C0 and C1 controls, and the characters of U+2000 to U+206F and U+FEFF that print nothing or turn
// the direction of writing, so that a name cannot disguise itself or the line that it is printed
// in.
bool is_hidden(std::string_view rest) noexcept {
  const auto byte
    = [&](std::size_t i) { return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U; };
  if (byte(0) < 0x20 || byte(0) == 0x7F)
    return true;
  if (byte(0) == 0xC2)
    return byte(1) < 0xA0;
  if (byte(0) == 0xE2 && byte(1) == 0x80)
    return (byte(2) >= 0x8B && byte(2) <= 0x8F) || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  if (byte(0) == 0xE2 && byte(1) == 0x81)
    return byte(2) >= 0xA0 && byte(2) <= 0xAF;
  return byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF;
}

bool has_hidden_characters(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_hidden(text.substr(i)))
      return true;
  return false;
}

std::string range(int most) {
  return "a whole number from 0 to " + std::to_string(most);
}

bool is_absent(const located_json* value) noexcept {
  return value == nullptr || value->type == kind::null;
}

} // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' '; };
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string quoted(std::string_view text) {
  std::string quote = "'";
  std::size_t points = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_continuation(text[i]) && ++points > longest_quote)
      return quote + "…'";
    quote += static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F ? '?' : text[i];
  }
  return quote + "'";
}

std::optional<std::string> problem_of_name(std::string_view name) {
  const auto rule
    = "; a name has 1 to " + std::to_string(max_name_length) + " printable characters";
  if (trimmed(name).empty())
    return "is empty" + rule;
  if (const auto length = code_points(name); length > max_name_length)
    return "is " + std::to_string(length) + " characters long" + rule;
  if (has_hidden_characters(name))
    return "holds control or invisible characters" + rule;
  if (name_words(name).empty())
    return "has neither letter nor digit" + rule;
  return std::nullopt;
}

tl::expected<named_match, import_error> match_reader::read(const located_json& value,
                                                           std::size_t number,
                                                           std::string_view round) {
  number_ = number;
  error_.reset();
  named_match read;
  read.offset = value.offset;
  if (value.type != kind::object) {
    fail(import_code::wrong_type, value,
         "is " + std::string{value.type_name()} + "; a match is an object");
    return tl::unexpected{*error_};
  }
  auto& match = read.match;
  match.number = number;
  read.home = read_team(value, "team1");
  read.away = read_team(value, "team2");
  match.date = read_date(value);
  match.time = read_time(value);
  match.round = read_label(value, "round");
  if (match.round.empty())
    match.round = round;
  match.round_number = first_number(match.round);
  match.stage = read_label(value, "stage");
  match.status = read_status(value);
  read_scores(value, match);
  match.home_goals = read_scorers(value, "goals1");
  match.away_goals = read_scorers(value, "goals2");
  if (error_)
    return tl::unexpected{*error_};
  return read;
}

void match_reader::fail(import_code code, const located_json& at, const std::string& what) {
  if (error_)
    return;
  const auto line = line_at(text_, at.offset);
  error_ = import_error{code,
                        std::string{file_} + ", match " + std::to_string(number_) + " (line "
                          + std::to_string(line) + "): " + what + ".",
                        number_, line};
}

// A label such as a round: a text or a number, empty if absent.
std::string match_reader::read_label(const located_json& object, std::string_view name) {
  const auto* value = object.find(name);
  if (is_absent(value))
    return {};
  if (value->type == kind::whole)
    return std::to_string(value->number);
  if (value->type != kind::text) {
    fail(import_code::wrong_type, *value,
         quoted(name) + " is " + std::string{value->type_name()} + "; it must be a text");
    return {};
  }
  return name_words(value->text).empty() ? std::string{} : checked_name(*value, quoted(name));
}

std::string match_reader::checked_name(const located_json& value, std::string_view what) {
  if (value.type != kind::text) {
    fail(import_code::wrong_type, value,
         std::string{what} + " is " + std::string{value.type_name()} + "; a name is a text");
    return {};
  }
  if (const auto problem = problem_of_name(value.text)) {
    fail(import_code::bad_name, value, std::string{what} + " " + *problem);
    return {};
  }
  return std::string{trimmed(value.text)};
}

std::string match_reader::read_team(const located_json& match, std::string_view name) {
  const auto* value = match.find(name);
  if (is_absent(value)) {
    fail(import_code::missing_field, match, "lacks " + quoted(name) + ", the name of a team");
    return {};
  }
  if (value->type != kind::object)
    return checked_name(*value, quoted(name));
  const auto* inner = value->find("name");
  if (is_absent(inner)) {
    fail(import_code::missing_field, *value, quoted(name) + " lacks 'name', the name of a team");
    return {};
  }
  return checked_name(*inner, "'name' of " + quoted(name));
}

calendar_date match_reader::read_date(const located_json& match) {
  const auto* value = match.find("date");
  if (is_absent(value)) {
    fail(import_code::missing_field, match, "lacks 'date', a day such as \"2022-08-05\"");
    return {};
  }
  const auto date = value->type == kind::text ? parse_date(value->text) : std::nullopt;
  if (!date) {
    const auto said
      = value->type == kind::text ? quoted(value->text) : std::string{value->type_name()};
    fail(value->type == kind::text ? import_code::bad_date : import_code::wrong_type, *value,
         "'date' is " + said + ", which is no day; a date is written YYYY-MM-DD");
    return {};
  }
  return *date;
}

std::string match_reader::read_time(const located_json& match) {
  const auto* value = match.find("time");
  if (is_absent(value))
    return {};
  if (value->type != kind::text) {
    fail(import_code::wrong_type, *value,
         "'time' is " + std::string{value->type_name()} + "; a time is a text such as \"15:00\"");
    return {};
  }
  // Some files add the zone, as in "17:00 UTC+3", or leave out the hour's zero.
  const auto text = trimmed(value->text);
  auto time = std::string{text.substr(0, text.find(' '))};
  if (time.size() == 4)
    time.insert(time.begin(), '0');
  if (!time.empty() && !is_time(time))
    fail(import_code::bad_date, *value,
         "'time' is " + quoted(text) + ", which is no time of day; a time is written HH:MM");
  return time;
}

match_status match_reader::read_status(const located_json& match) {
  const auto* value = match.find("status");
  if (is_absent(value))
    return match_status::none;
  if (value->type != kind::text) {
    fail(import_code::wrong_type, *value,
         "'status' is " + std::string{value->type_name()} + "; it must be a text");
    return match_status::none;
  }
  std::string word{trimmed(value->text)};
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word == "awarded")
    return match_status::awarded;
  if (word == "postponed" || word == "suspended")
    return match_status::postponed;
  if (word == "cancelled" || word == "canceled")
    return match_status::cancelled;
  if (word == "abandoned")
    return match_status::abandoned;
  if (word == "annulled" || word == "void" || word == "voided")
    return match_status::annulled;
  return match_status::none;
}

void match_reader::read_scores(const located_json& match, season_match& into) {
  const auto* value = match.find("score");
  if (is_absent(value)) {
    into.full_time = read_split_pair(match, "", max_goals);
    into.half_time = read_split_pair(match, "i", max_goals);
    into.extra_time = read_split_pair(match, "et", max_goals);
    into.shoot_out = read_split_pair(match, "p", max_shoot_out_goals);
    return;
  }
  if (value->type == kind::array) {
    into.full_time = read_pair(*value, "score", max_goals);
    return;
  }
  if (value->type != kind::object) {
    fail(import_code::wrong_type, *value,
         "'score' is " + std::string{value->type_name()}
           + "; a score is written {\"ft\": [2, 1]} or [2, 1]");
    return;
  }
  const auto read = [&](std::string_view name, int most) {
    const auto* pair = value->find(name);
    return is_absent(pair) ? std::nullopt : read_pair(*pair, name, most);
  };
  into.full_time = read("ft", max_goals);
  into.half_time = read("ht", max_goals);
  into.extra_time = read("et", max_goals);
  into.shoot_out = read("p", max_shoot_out_goals);
}

std::optional<score> match_reader::read_pair(const located_json& pair, std::string_view name,
                                             int most) {
  if (pair.type != kind::array) {
    fail(import_code::wrong_type, pair,
         quoted(name) + " is " + std::string{pair.type_name()}
           + "; goals are written as an array of two, [2, 1]");
    return std::nullopt;
  }
  const auto is_null = [](const located_json& item) { return item.type == kind::null; };
  if (std::all_of(pair.items.begin(), pair.items.end(), is_null)
      && (pair.items.empty() || pair.items.size() == 2))
    return std::nullopt;
  if (pair.items.size() != 2) {
    fail(import_code::bad_score, pair,
         quoted(name) + " has " + std::to_string(pair.items.size())
           + " numbers; goals are written as an array of two, [2, 1]");
    return std::nullopt;
  }
  return score{read_goals_of_score(pair.items[0], name, most),
               read_goals_of_score(pair.items[1], name, most)};
}

// The layout of the first years: score1 and score2, with suffixes for half-time, extra time and
// penalties.
std::optional<score> match_reader::read_split_pair(const located_json& match,
                                                   std::string_view suffix, int most) {
  const auto home_name = "score1" + std::string{suffix};
  const auto away_name = "score2" + std::string{suffix};
  const auto* home = match.find(home_name);
  const auto* away = match.find(away_name);
  if (is_absent(home) && is_absent(away))
    return std::nullopt;
  if (is_absent(home) || is_absent(away)) {
    fail(import_code::missing_field, match,
         "has only one of " + quoted(home_name) + " and " + quoted(away_name)
           + "; a score needs both");
    return std::nullopt;
  }
  return score{read_goals_of_score(*home, home_name, most),
               read_goals_of_score(*away, away_name, most)};
}

int match_reader::read_goals_of_score(const located_json& value, std::string_view name, int most) {
  if (value.type != kind::whole) {
    const auto is_number = value.type == kind::real;
    fail(is_number ? import_code::bad_score : import_code::wrong_type, value,
         quoted(name) + " holds "
           + (is_number ? "a number that is not whole or not believable"
                        : std::string{value.type_name()})
           + "; goals are " + range(most));
    return 0;
  }
  if (value.number < 0 || value.number > most) {
    fail(import_code::bad_score, value,
         quoted(name) + " holds " + std::to_string(value.number) + " goals; goals are "
           + range(most));
    return 0;
  }
  return static_cast<int>(value.number);
}

std::vector<goal> match_reader::read_scorers(const located_json& match, std::string_view name) {
  std::vector<goal> goals;
  const auto* value = match.find(name);
  if (is_absent(value))
    return goals;
  if (value->type != kind::array) {
    fail(import_code::wrong_type, *value,
         quoted(name) + " is " + std::string{value->type_name()}
           + "; it must be an array of scorers");
    return goals;
  }
  if (value->items.size() > max_scorers) {
    fail(import_code::too_many, *value,
         quoted(name) + " lists " + std::to_string(value->items.size())
           + " goals; a team scores at most " + std::to_string(max_goals));
    return goals;
  }
  for (const auto& item : value->items)
    goals.push_back(read_scorer(item));
  return goals;
}

goal match_reader::read_scorer(const located_json& value) {
  goal scored;
  const auto* name = value.find("name");
  if (value.type != kind::object || is_absent(name)) {
    fail(import_code::bad_goal, value,
         "a scorer is " + std::string{value.type_name()}
           + " without a name; write {\"name\": \"…\", \"minute\": 90}");
    return scored;
  }
  scored.scorer = checked_name(*name, "a scorer's 'name'");
  read_minute(value, scored);
  const auto is_set = [&](std::string_view flag) {
    const auto* set = value.find(flag);
    return set != nullptr && set->type == kind::boolean && set->truth;
  };
  scored.penalty = is_set("penalty");
  scored.own_goal = is_set("owngoal") || is_set("own_goal");
  return scored;
}

// A minute is 90, "90" or "90+3"; the added minutes may also stand in `offset`.
void match_reader::read_minute(const located_json& value, goal& into) {
  const auto* minute = value.find("minute");
  if (is_absent(minute))
    return;
  const auto text = minute->type == kind::whole ? std::to_string(minute->number) : minute->text;
  const auto plus = text.find('+');
  const auto played = whole_number(std::string_view{text}.substr(0, plus));
  auto added = plus == std::string::npos ? std::optional{0}
                                         : whole_number(std::string_view{text}.substr(plus + 1));
  if (const auto* offset = value.find("offset"); !is_absent(offset) && offset->type == kind::whole)
    added = offset->number >= 0 && offset->number <= longest_stoppage
              ? std::optional{static_cast<int>(offset->number)}
              : std::nullopt;
  if (!played || !added || *played < 1 || *played > last_minute || *added > longest_stoppage) {
    fail(import_code::bad_goal, *minute,
         "a scorer's 'minute' is " + quoted(text) + "; a minute is 1 to 120, with stoppage 90+3");
    return;
  }
  into.minute = played;
  into.stoppage = *added;
}

} // namespace touchline::league
