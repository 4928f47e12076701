// A league table for people and for programs.
#pragma once

#include "messages/catalogue.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::nodes {

/// How a command prints its result.
enum class output_format { text, json, csv };

/// The format of that name; nothing if there is none.
std::optional<output_format> format_named(std::string_view name);

/// One table or several, ending with a line feed. `text` is a table as a newspaper prints it,
/// `json` the object that the README describes ("seasons" around several), `csv` has a line of
/// headings, and a season column when several.
std::string format_tables(const std::vector<LeagueTable>& tables, output_format format);

} // namespace touchline::nodes
