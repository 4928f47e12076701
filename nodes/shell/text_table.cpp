#include "nodes/shell/text_table.hpp"

#include "messages/text.hpp"
#include "nodes/table_format.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace touchline::shell {

namespace {

constexpr std::string_view gap = "  ";

size_t length_of(const std::string& text) {
  return count_code_points(text).value_or(text.size());
}

std::vector<size_t> natural_widths(const text_table& table) {
  std::vector<size_t> out;
  for (auto& column : table.columns)
    out.push_back(length_of(column.title));
  for (auto& row : table.rows)
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = std::max(out[i], length_of(row[i]));
  return out;
}

/// Takes from the widest column that may be cut, again and again.
void shrink(std::vector<size_t>& widths, const text_table& table, size_t window) {
  auto total = std::accumulate(widths.begin(), widths.end(), gap.size() * (widths.size() - 1));
  while (total > window) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i)
      if (table.columns[i].least > 0 && widths[i] > table.columns[i].least
          && (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size())
      return;
    --widths[widest];
    --total;
  }
}

std::string line_of(const std::vector<std::string>& cells, const text_table& table,
                    const std::vector<size_t>& widths) {
  std::string out;
  for (size_t i = 0; i < widths.size(); ++i) {
    auto cell = cut_text(cells[i], widths[i]);
    auto fill = std::string(widths[i] - length_of(cell), ' ');
    out += (i == 0 ? "" : std::string{gap}) + (table.columns[i].right ? fill + cell : cell + fill);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

} // namespace

std::string cut_text(const std::string& text, size_t width) {
  if (length_of(text) <= width)
    return text;
  if (width == 0)
    return {};
  size_t end = 0;
  for (size_t left = width - 1; left > 0; --left)
    do
      ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U);
  return text.substr(0, end) + "…";
}

std::string bold(std::string_view text, const text_style& style) {
  return style.colours ? "\033[1m" + std::string{text} + "\033[0m" : std::string{text};
}

std::string red(std::string_view text, const text_style& style) {
  return style.colours ? "\033[31m" + std::string{text} + "\033[0m" : std::string{text};
}

std::string to_text(const text_table& table, const text_style& style) {
  auto widths = natural_widths(table);
  if (style.width > 0)
    shrink(widths, table, style.width);
  std::vector<std::string> titles;
  for (auto& column : table.columns)
    titles.push_back(column.title);
  auto out = bold(line_of(titles, table, widths), style) + '\n';
  for (auto& row : table.rows)
    out += line_of(row, table, widths) + '\n';
  return out;
}

std::string to_csv(const text_table& table) {
  auto line = [](const std::vector<std::string>& cells) {
    std::string out;
    for (auto& cell : cells)
      out += (&cell == &cells.front() ? "" : ",") + nodes::csv_field(cell);
    return out + '\n';
  };
  std::vector<std::string> titles;
  for (auto& column : table.columns) {
    auto& title = titles.emplace_back(column.title);
    for (auto& c : title)
      c = c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  auto out = line(titles);
  for (auto& row : table.rows)
    out += line(row);
  return out;
}

} // namespace touchline::shell
