// The lines that were typed, kept between sessions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace touchline::shell {

/// Most lines that are kept, and the longest that is.
inline constexpr size_t max_history_lines = 1'000;
inline constexpr size_t max_history_line_bytes = size_t{4} << 10;

/// A file of lines for its owner alone (mode 0600). Shells that run at the same time add to the
/// same file. Without a file, or when it cannot be written, lines are not kept; that is no error.
class history_file {
public:
  /// An empty path for none.
  explicit history_file(std::filesystem::path path) : path_{std::move(path)} {}

  /// The newest lines, the oldest first. Makes a file that has grown to twice its bound shorter.
  std::vector<std::string> read() const;

  /// Keeps a line, unless it is empty, too long, begins with a space, or names a message that has
  /// secrets in it.
  void add(const std::string& line) const;

private:
  std::filesystem::path path_;
};

/// Where the history is kept: $XDG_STATE_HOME/touchline/history, by default in ~/.local/state.
/// Empty without a home.
std::filesystem::path default_history_path();

} // namespace touchline::shell
