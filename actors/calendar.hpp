// Days as the catalogue writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace touchline::actors {

/// The last year that a date can name: years have four digits.
inline constexpr int max_year = 9'999;

/// The day that "YYYY-MM-DD" names; nothing when the text is not of this form or there is no such
/// day in the proleptic Gregorian calendar.
std::optional<std::chrono::year_month_day> parse_date(const std::string& text);

/// "YYYY-MM-DD". Requires a year of 0 to max_year.
std::string to_text(std::chrono::year_month_day date);

} // namespace touchline::actors
