// A line as a person types it, cut into words.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::shell {

/// Longest line, in bytes.
inline constexpr size_t max_line_bytes = size_t{64} << 10;

/// A word without its quotes, and where it stands in the line: [begin, end).
struct word {
  std::string text;
  size_t begin = 0;
  size_t end = 0;

  friend bool operator==(const word&, const word&) = default;
};

/// A line, perhaps one that is still being typed.
struct typed_line {
  std::vector<word> words;
  /// The quote that was never closed; 0 for none.
  char open_quote = 0;
  /// Whether the line ends within a word, so that what is typed next belongs to it.
  bool in_word = false;
};

/// Cuts at spaces. 'single quotes' keep everything, "double quotes" everything but \" and \\, and
/// outside of quotes a backslash keeps the next character. A word that begins with # ends the line.
typed_line cut_line(std::string_view line);

/// The words of a whole line; one sentence when a quote is not closed or the line is too long.
tl::expected<std::vector<word>, std::string> split_words(std::string_view line);

/// The text with the quotes that it needs to be one word.
std::string as_word(const std::string& text);

} // namespace touchline::shell
