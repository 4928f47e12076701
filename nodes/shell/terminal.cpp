#include "nodes/shell/terminal.hpp"

#include <csignal>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace touchline::shell {

namespace {

volatile std::sig_atomic_t interrupted = 0;
struct sigaction before {};

void note_interruption(int) {
  interrupted = 1;
}

std::string_view variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment.
  const auto* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

std::optional<size_t> window_width(int descriptor) {
  if (::isatty(descriptor) != 1)
    return std::nullopt;
  winsize size{};
  auto known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : usual_width;
}

bool has_colours(int descriptor) {
  auto terminal = variable("TERM");
  return ::isatty(descriptor) == 1 && variable("NO_COLOR").empty() && !terminal.empty()
         && terminal != "dumb";
}

interruption::interruption() {
  forget();
  struct sigaction action {};
  action.sa_handler = note_interruption;
  ::sigaction(SIGINT, &action, &before);
}

interruption::~interruption() {
  ::sigaction(SIGINT, &before, nullptr);
}

bool interruption::noted() noexcept {
  return interrupted != 0;
}

void interruption::forget() noexcept {
  interrupted = 0;
}

} // namespace touchline::shell
