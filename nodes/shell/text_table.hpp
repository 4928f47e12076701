// Tables that fit a window.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::shell {

/// A column of a table.
struct text_column {
  std::string title;
  /// Numbers stand at the right.
  bool right = false;
  /// Where the window is too small, the widest columns are cut, down to this many characters; 0 for
  /// one that is never cut.
  size_t least = 0;
};

/// Rows have as many cells as there are columns; cells are single lines of UTF-8.
struct text_table {
  std::vector<text_column> columns;
  std::vector<std::vector<std::string>> rows;
};

/// How text looks where it is shown.
struct text_style {
  /// Columns of the window; 0 for no limit, as in a file.
  size_t width = 0;
  bool colours = false;
};

/// At most so many characters of a text, with "…" in the place of what is left out.
std::string cut_text(const std::string& text, size_t width);

/// The text in bold, or as it is without colours.
std::string bold(std::string_view text, const text_style& style);

/// The text in red: something is wrong.
std::string red(std::string_view text, const text_style& style);

/// A line of headings and a line for each row, no line wider than the window unless the columns
/// that are never cut are.
std::string to_text(const text_table& table, const text_style& style);

/// The same as CSV (RFC 4180), uncut, with the titles in lower case and hyphens for their spaces.
std::string to_csv(const text_table& table);

} // namespace touchline::shell
