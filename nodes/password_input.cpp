#include "nodes/password_input.hpp"

#include "nodes/password.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

volatile std::sig_atomic_t interrupted_by = 0;

void note_signal(int signal) {
  interrupted_by = signal;
}

/// A terminal that shows nothing of what is typed.
class silent_terminal {
public:
  silent_terminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
    silent.c_lflag |= ECHONL;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;
  ~silent_terminal() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

private:
  termios before_{};
};

/// As long as it lives, signals that end or stop the process are noted, and arrive only while
/// `wait_for_input` waits: none is lost between a look at what was noted and the wait.
class noted_signals {
public:
  noted_signals() {
    interrupted_by = 0;
    sigset_t noted;
    ::sigemptyset(&noted);
    for (auto signal : signals)
      ::sigaddset(&noted, signal);
    ::pthread_sigmask(SIG_BLOCK, &noted, &mask_before_);
    struct sigaction action {};
    action.sa_handler = note_signal;
    for (size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &action, &before_[i]);
  }
  noted_signals(const noted_signals&) = delete;
  noted_signals& operator=(const noted_signals&) = delete;
  ~noted_signals() {
    for (size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &before_[i], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  /// Whether there is something to read; false when a signal came first.
  bool wait_for_input() const {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (::ppoll(&input, 1, nullptr, &mask_before_) < 0)
      if (errno != EINTR || interrupted_by != 0)
        return false;
    return true;
  }

private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  std::array<struct sigaction, signals.size()> before_{};
  sigset_t mask_before_{};
};

/// Byte by byte: what follows the line belongs to the next one who reads.
template <class Wait>
tl::expected<std::string, std::string> read_line(Wait wait_for_input) {
  std::string line;
  for (;;) {
    char c = 0;
    auto count = wait_for_input() ? ::read(STDIN_FILENO, &c, 1) : -1;
    if (count < 0 || (count == 0 && line.empty()))
      return tl::unexpected{std::string{"There is no password on standard input."}};
    if (count == 0 || c == '\n')
      return line;
    if (line.size() == max_password_bytes)
      return tl::unexpected{"A password has at most " + std::to_string(max_password_bytes)
                            + " bytes."};
    line += c;
  }
}

/// Nothing that is typed after the prompt is shown, nor thrown away.
tl::expected<std::string, std::string> read_silently(const std::string& prompt) {
  noted_signals signals;
  silent_terminal terminal;
  std::cerr << prompt << std::flush;
  return read_line([&signals] { return signals.wait_for_input(); });
}

} // namespace

bool input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

tl::expected<std::string, std::string> read_password(const std::string& prompt) {
  if (!input_is_terminal())
    return read_line([] { return true; });
  auto line = read_silently(prompt);
  if (interrupted_by != 0)
    static_cast<void>(std::raise(interrupted_by));
  return line;
}

tl::expected<std::string, std::string> read_new_password(const std::string& prompt) {
  auto password = read_password(prompt);
  if (!password)
    return password;
  if (auto wrong = check_password(*password))
    return tl::unexpected{*wrong};
  if (!input_is_terminal())
    return password;
  auto again = read_password("The same again: ");
  if (again && *again != *password)
    return tl::unexpected{std::string{"The two passwords are not the same."}};
  return again;
}

} // namespace touchline::nodes
