// Tables and fixtures for spreadsheets and calendars.
#pragma once

#include "messages/catalogue.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::front {

/// A table as CSV (RFC 4180), a row for each team, with the names of the columns first.
std::string table_csv(const LeagueTable& table);

/// Fixtures as CSV, all or only those that were played; without a result its columns are empty.
std::string fixtures_csv(const FixtureList& list, bool played_only);

/// The fixtures of a team as a calendar (RFC 5545), as of `stamp_ms` since 1970. Nothing when the
/// team has none. Times are those of the places where the matches are, as nobody says where that
/// is; a match takes two hours.
std::optional<std::string> team_calendar(const FixtureList& list, const std::string& team,
                                         int64_t stamp_ms);

/// A text of a calendar with what means something there escaped (RFC 5545, 3.3.11).
std::string calendar_text(std::string_view text);

/// A line of a calendar with its end, folded so that no part is longer than 75 bytes and no
/// character is cut (RFC 5545, 3.1).
std::string calendar_line(std::string_view line);

/// Whether a request prefers CSV to JSON: the value of its header Accept (RFC 9110, 12.5.1).
bool prefers_csv(std::string_view accept);

} // namespace touchline::front
