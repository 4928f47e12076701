// A league table for people and for programs.
#pragma once

#include "messages/catalogue.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace touchline::nodes {

/// How a command prints its result.
enum class output_format { text, json, csv };

/// The format of that name; nothing if there is none.
std::optional<output_format> format_named(std::string_view name);

/// One table or several, ending with a line feed. `text` is a table as a newspaper prints it,
/// `json` the object that the README describes ("seasons" around several), `csv` has a line of
/// headings, and a season column when several.
std::string format_tables(const std::vector<LeagueTable>& tables, output_format format);

/// The JSON object of a table.
nlohmann::ordered_json table_json(const LeagueTable& table);

/// The CSV headings of a table's row, and the row, without a line feed.
std::string csv_headings();
std::string csv_row(const Standing& row);

/// A text as a field of CSV (RFC 4180).
std::string csv_field(const std::string& text);

} // namespace touchline::nodes
