// What a command has found out: the same for people, for programs and for spreadsheets.
#pragma once

#include "nodes/shell/text_table.hpp"
#include "nodes/table_format.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace touchline::shell {

/// The result of a command.
struct report {
  /// Everything, for programs.
  nlohmann::json data;
  /// For people and spreadsheets; without one, people read `before`, and spreadsheets the members
  /// of `data`.
  std::optional<text_table> table = {};
  /// Text around the table, for people: lines with their ends.
  std::string before = {};
  std::string after = {};
  /// For spreadsheets, where that is another table than people read.
  std::string csv = {};
};

/// A report of one sentence, which is "message" for programs.
report sentence(std::string text, nlohmann::json data = nlohmann::json::object());

/// A JSON value as a cell of a table: a text without its quotes.
std::string cell_text(const nlohmann::json& value);

/// The report as it is printed. JSON is one line, or indented where a person reads it.
std::string print(const report& what, nodes::output_format format, const text_style& style);

} // namespace touchline::shell
