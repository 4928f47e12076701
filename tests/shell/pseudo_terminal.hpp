// The real program on a pseudo-terminal, as a person sits at it: what is typed arrives as keys,
// what is printed is read as it would be seen.
#pragma once

#include "tests/cluster/real_cluster.hpp"

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace touchline::testing {

// Keys.
inline const std::string enter = "\r";
inline const std::string tab = "\t";
inline const std::string up = "\033[A";
inline const std::string ctrl_c = "\003";
inline const std::string ctrl_d = "\004";

/// A program with a terminal of its own, 100 columns wide.
class pseudo_terminal {
public:
  /// Variables are set besides those that the test has; an empty value unsets one.
  explicit pseudo_terminal(std::vector<std::string> arguments,
                           const std::map<std::string, std::string>& variables = {});
  pseudo_terminal(const pseudo_terminal&) = delete;
  pseudo_terminal& operator=(const pseudo_terminal&) = delete;
  ~pseudo_terminal();

  void type(const std::string& keys) const;

  /// Sends a signal to the program.
  void send(int signal) const;

  /// Waits until the text is shown, behind everything that was waited for before, and returns what
  /// was shown up to it. Fails the test when it is not shown.
  std::string wait_for(const std::string& text);

  /// Types a line and waits for the text behind it.
  std::string enter_line(const std::string& line, const std::string& awaited);

  /// Waits for the program's end: its exit status, or 128 and the signal.
  int wait_for_end();

  /// Everything that was written, escape sequences included.
  const std::string& written() const noexcept { return written_; }

private:
  /// Reads what is there; false when the program has ended.
  bool read_some();

  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string written_;
  /// Without escape sequences, and what of it was waited for already.
  std::string shown_;
  size_t seen_ = 0;
};

} // namespace touchline::testing
