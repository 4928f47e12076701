#include "actors/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace touchline::actors {

std::optional<std::chrono::year_month_day> parse_date(const std::string& text) {
  std::array<int, 3> parts{};
  auto is_digit_or_hyphen = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || std::ranges::count(text, '-') != 2
      || !std::ranges::all_of(text, is_digit_or_hyphen))
    return std::nullopt;
  constexpr std::array<std::pair<size_t, size_t>, 3> places{{{0, 4}, {5, 2}, {8, 2}}};
  for (size_t i = 0; i < parts.size(); ++i) {
    auto begin = text.data() + places[i].first;
    auto end = begin + places[i].second;
    if (auto [stop, error] = std::from_chars(begin, end, parts[i]);
        error != std::errc{} || stop != end)
      return std::nullopt;
  }
  std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                   std::chrono::month{static_cast<unsigned>(parts[1])},
                                   std::chrono::day{static_cast<unsigned>(parts[2])}};
  return date.ok() ? std::optional{date} : std::nullopt;
}

std::string to_text(std::chrono::year_month_day date) {
  auto pad = [](std::string digits, size_t width) {
    return std::string(width - std::min(width, digits.size()), '0') + digits;
  };
  return pad(std::to_string(static_cast<int>(date.year())), 4) + '-'
         + pad(std::to_string(static_cast<unsigned>(date.month())), 2) + '-'
         + pad(std::to_string(static_cast<unsigned>(date.day())), 2);
}

} // namespace touchline::actors
