#include "actors/calendar.hpp"

#include <algorithm>
#include <charconv>

namespace touchline::actors {

namespace {

/// The number that all of these bytes are digits of.
std::optional<int> parse_digits(std::string_view text) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  int result = 0;
  if (text.empty() || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::string padded(unsigned number, size_t width) {
  auto digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

} // namespace

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  auto year = parse_digits(text.substr(0, 4));
  auto month = parse_digits(text.substr(5, 2));
  auto day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day)
    return std::nullopt;
  std::chrono::year_month_day result{std::chrono::year{*year},
                                     std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}};
  return result.ok() ? std::optional{result} : std::nullopt;
}

std::optional<std::chrono::month_day> parse_month_day(std::string_view text) {
  constexpr std::string_view common_year = "2001-";
  auto date = parse_date(std::string{common_year}.append(text));
  return date ? std::optional{std::chrono::month_day{date->month(), date->day()}} : std::nullopt;
}

std::string to_text(std::chrono::year_month_day date) {
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + '-'
         + padded(static_cast<unsigned>(date.month()), 2) + '-'
         + padded(static_cast<unsigned>(date.day()), 2);
}

} // namespace touchline::actors
