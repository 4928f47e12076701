// What the word under the cursor may become.
#pragma once

#include "nodes/shell/command.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::shell {

/// Most names of a kind that are asked for and kept.
inline constexpr size_t max_names = 1'000;

/// Where the names of a live cluster come from. May take a moment, and may find none.
class name_source {
public:
  name_source() = default;
  name_source(const name_source&) = delete;
  name_source& operator=(const name_source&) = delete;
  virtual ~name_source() = default;

  /// Names of a kind that begin with `prefix`, at most `max_names`. `league` is the one that was
  /// typed before, for seasons and teams; empty when there was none.
  virtual std::vector<std::string> names(word_kind kind, const std::string& prefix,
                                         const std::string& league)
    = 0;
};

/// What a word may become.
struct candidate {
  std::string text;
  /// What it is, in a few words; may be empty.
  std::string meaning = {};
  /// Whether the word is whole then; "score." goes on.
  bool whole = true;
};

/// The candidates for the text of the line from `from` on, in order.
struct completion {
  size_t from = 0;
  std::vector<candidate> candidates;
};

/// Completes the last word of a line that ends at the cursor.
completion complete(std::string_view line, const command_table& commands, name_source& names);

/// The longest text that all candidates begin with.
std::string common_beginning(const std::vector<candidate>& candidates);

/// What may be typed next, as help says it: "ADDRESS [--from N]"; empty when nothing is known.
std::string hint(std::string_view line, const command_table& commands);

} // namespace touchline::shell
