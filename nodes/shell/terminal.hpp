// What is at the other end of standard input and output, and Ctrl-C.
#pragma once

#include <cstddef>
#include <optional>

namespace touchline::shell {

/// The width of a terminal that does not say how wide it is.
inline constexpr size_t usual_width = 80;

/// The columns of the terminal of a descriptor; nothing when it is none.
std::optional<size_t> window_width(int descriptor);

/// Whether text to a descriptor may have colours: it is a terminal that knows them, and NO_COLOR
/// (no-color.org) is not set.
bool has_colours(int descriptor);

/// As long as it lives, Ctrl-C is noted and does not end the program.
class interruption {
public:
  interruption();
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;
  ~interruption();

  /// Whether Ctrl-C was pressed since the last `forget`.
  static bool noted() noexcept;
  static void forget() noexcept;
};

} // namespace touchline::shell
