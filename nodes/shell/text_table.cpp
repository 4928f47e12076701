#include "nodes/shell/text_table.hpp"

#include "nodes/table_format.hpp"

#include <algorithm>
#include <cctype>
#include <cwchar>
#include <numeric>

#include <locale.h>

namespace touchline::shell {

namespace {

constexpr std::string_view gap = "  ";

/// Columns that a terminal gives a character; its bytes are taken from the front of `text`.
size_t take_character(std::string_view& text) {
  std::mbstate_t state{};
  wchar_t character = 0;
  auto bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
  // Not UTF-8: shown as one replacement each.
  auto is_text = bytes != 0 && bytes <= text.size();
  text.remove_prefix(is_text ? bytes : 1);
  return is_text ? static_cast<size_t>(std::max(0, ::wcwidth(character))) : 1;
}

/// Characters are UTF-8 within this, whatever the environment says.
class in_utf8 {
public:
  in_utf8() : before_{::uselocale(utf8())} {}
  in_utf8(const in_utf8&) = delete;
  in_utf8& operator=(const in_utf8&) = delete;
  ~in_utf8() { ::uselocale(before_); }

private:
  /// glibc has it built in.
  static locale_t utf8() {
    static const auto out = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return out;
  }

  locale_t before_;
};

/// In columns of a terminal: some characters take two, some none.
size_t length_of(std::string_view text) {
  in_utf8 scope;
  size_t out = 0;
  while (!text.empty())
    out += take_character(text);
  return out;
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
  in_utf8 scope;
  std::string_view rest{text};
  for (size_t left = width - 1;;) {
    auto next = rest;
    auto columns = take_character(next);
    if (columns > left)
      break;
    left -= columns;
    rest = next;
  }
  return text.substr(0, text.size() - rest.size()) + "…";
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
