// Days as the catalogue writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::actors {

/// The last year that a date can name: years have four digits.
inline constexpr int max_year = 9'999;

/// The day "YYYY-MM-DD" of the proleptic Gregorian calendar; nothing when it is none.
std::optional<std::chrono::year_month_day> parse_date(std::string_view text);

/// The day of every year "MM-DD"; nothing when it is none, and for 02-29, which most years lack.
std::optional<std::chrono::month_day> parse_month_day(std::string_view text);

/// "YYYY-MM-DD". Requires a year of 0 to max_year.
std::string to_text(std::chrono::year_month_day date);

} // namespace touchline::actors
