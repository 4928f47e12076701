#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/shell/pseudo_terminal.hpp"

#include <cstdlib>

#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace touchline::testing {

namespace {

/// What is written without its escape sequences: colours and movements of the cursor.
std::string without_escapes(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\033') {
      if (text[i] != '\r' && text[i] != '\a')
        out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '[')
      for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');)
        ++i;
    else
      ++i;
  }
  return out;
}

} // namespace

pseudo_terminal::pseudo_terminal(std::vector<std::string> arguments,
                                 const std::map<std::string, std::string>& variables) {
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (auto& x : arguments)
    argv.push_back(x.data());
  argv.push_back(nullptr);
  winsize size{};
  size.ws_row = 50;
  size.ws_col = 100;
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  BOOST_TEST_REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv("TERM", "xterm", 1);
    for (auto& [name, value] : variables)
      if (value.empty())
        ::unsetenv(name.c_str());
      else
        ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
}

pseudo_terminal::~pseudo_terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(terminal_);
}

void pseudo_terminal::type(const std::string& keys) const {
  BOOST_TEST_REQUIRE(::write(terminal_, keys.data(), keys.size())
                     == static_cast<ssize_t>(keys.size()));
}

void pseudo_terminal::send(int signal) const {
  ::kill(pid_, signal);
}

bool pseudo_terminal::read_some() {
  constexpr int moment_ms = 100;
  pollfd entry{terminal_, POLLIN, 0};
  if (::poll(&entry, 1, moment_ms) <= 0)
    return true;
  char bytes[4096];
  auto count = ::read(terminal_, bytes, sizeof bytes);
  if (count <= 0)
    return false;
  written_.append(bytes, static_cast<size_t>(count));
  shown_ = without_escapes(written_);
  return true;
}

std::string pseudo_terminal::wait_for(const std::string& text) {
  auto at = std::string::npos;
  auto deadline = std::chrono::steady_clock::now() + cluster_patience;
  for (bool more = true;;) {
    at = shown_.find(text, seen_);
    if (at != std::string::npos || !more || std::chrono::steady_clock::now() > deadline)
      break;
    more = read_some();
  }
  if (at == std::string::npos)
    BOOST_FAIL("the terminal does not show \"" << text << "\" but:\n" << shown_.substr(seen_));
  auto end = at + text.size();
  auto out = shown_.substr(seen_, end - seen_);
  seen_ = end;
  return out;
}

std::string pseudo_terminal::enter_line(const std::string& line, const std::string& awaited) {
  type(line + enter);
  return wait_for(awaited);
}

int pseudo_terminal::wait_for_end() {
  auto deadline = std::chrono::steady_clock::now() + cluster_patience;
  while (read_some())
    if (std::chrono::steady_clock::now() > deadline)
      BOOST_FAIL("the program does not end; the terminal shows:\n" << shown_.substr(seen_));
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace touchline::testing
