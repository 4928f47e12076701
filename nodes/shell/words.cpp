#include "nodes/shell/words.hpp"

#include <algorithm>

namespace touchline::shell {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Reads one word; leaves `at` behind it.
word read_word(std::string_view line, size_t& at, char& quote) {
  word out;
  out.begin = at;
  for (; at < line.size() && (quote != 0 || !is_space(line[at])); ++at) {
    auto c = line[at];
    auto escapes = c == '\\' && quote != '\'' && at + 1 < line.size()
                   && (quote == 0 || line[at + 1] == '"' || line[at + 1] == '\\');
    if (escapes)
      out.text += line[++at];
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (quote != 0 && quote == c)
      quote = 0;
    else
      out.text += c;
  }
  out.end = at;
  return out;
}

} // namespace

typed_line cut_line(std::string_view line) {
  typed_line out;
  size_t at = 0;
  for (;;) {
    while (at < line.size() && is_space(line[at]))
      ++at;
    if (at == line.size() || line[at] == '#')
      return out;
    out.words.push_back(read_word(line, at, out.open_quote));
    out.in_word = at == line.size();
  }
}

tl::expected<std::vector<word>, std::string> split_words(std::string_view line) {
  if (line.size() > max_line_bytes)
    return tl::unexpected<std::string>{"A line has at most " + std::to_string(max_line_bytes)
                                       + " bytes."};
  auto cut = cut_line(line);
  if (cut.open_quote == '"')
    return tl::unexpected<std::string>{
      "The quote \" is not closed; put another one where the text ends."};
  if (cut.open_quote == '\'')
    return tl::unexpected<std::string>{
      "The quote ' is not closed; put another one where the text ends."};
  return std::move(cut.words);
}

std::string as_word(const std::string& text) {
  auto plain = [](char c) { return !is_space(c) && c != '\'' && c != '"' && c != '\\'; };
  if (!text.empty() && text.front() != '#' && std::ranges::all_of(text, plain))
    return text;
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  for (auto c : text) {
    if (c == '"' || c == '\\')
      out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

} // namespace touchline::shell
