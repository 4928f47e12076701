#include "nodes/launcher.hpp"

#include "nodes/cluster/run_node.hpp"
#include "nodes/marked_output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

constexpr std::array<int, 3> stop_signals{SIGINT, SIGTERM, SIGHUP};

/// What a process exits with that could not become the program that it should be.
constexpr int exit_not_started = 127;

/// Bytes that are read from one process before the others have their turn.
constexpr size_t bytes_per_turn = size_t{64} << 10;

/// How long the last lines wait for a reader.
constexpr int last_lines_ms = 1'000;

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
           std::chrono::steady_clock::now().time_since_epoch())
    .count();
}

std::string system_error_text() {
  return std::system_category().message(errno);
}

/// A file descriptor that is closed in the end.
class owned_descriptor {
public:
  owned_descriptor() = default;
  explicit owned_descriptor(int descriptor) : descriptor_{descriptor} {}
  owned_descriptor(owned_descriptor&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)} {}
  owned_descriptor& operator=(owned_descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~owned_descriptor() { reset(); }

  int get() const noexcept { return descriptor_; }

  void reset() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }

private:
  int descriptor_ = -1;
};

// -- one process ----------------------------------------------------------------------------------

/// How a process ended, as waitpid says it.
struct ending {
  int status = 0;

  bool exited_with(int code) const { return WIFEXITED(status) && WEXITSTATUS(status) == code; }
  bool killed_by(int signal) const { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }

  std::string text() const {
    if (exited_with(exit_not_started))
      return "could not be started";
    if (WIFEXITED(status))
      return "ended with status " + std::to_string(WEXITSTATUS(status));
    // Real-time signals have no description.
    const auto* description = ::sigdescr_np(WTERMSIG(status));
    return "was killed by signal " + std::to_string(WTERMSIG(status))
           + (description ? " (" + std::string{description} + ')' : "");
  }
};

/// A node of the launcher: running, waiting to be started again, or over.
struct child {
  child(const launched_node& node, const std::string& mark, patient_output& out)
    : what{&node},
      lines{mark, out} {}

  const launched_node* what;
  marked_lines lines;
  pid_t pid = -1;
  owned_descriptor output;
  int64_t started_ms = 0;
  /// The delay before the next start, should it die now.
  int64_t delay_ms = 0;
  std::optional<int64_t> start_at_ms;
  /// Nobody starts it again, and it ended in order.
  bool in_order = false;

  bool running() const { return pid > 0; }
  bool over() const { return !running() && !start_at_ms; }
};

void handle_broken_pipes(sighandler_t how) {
  struct sigaction action {};
  action.sa_handler = how;
  ::sigaction(SIGPIPE, &action, nullptr);
}

/// Becomes the program. Between fork and exec only what POSIX allows there.
[[noreturn]] void become(const std::vector<char*>& arguments, int output, pid_t parent,
                         const sigset_t& mask) {
  ::setpgid(0, 0);
  // The launcher may have died before the call took effect.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent)
    ::_exit(exit_not_started);
  auto nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  // Whatever the launcher itself was started with.
  ::close_range(STDERR_FILENO + 1, std::numeric_limits<unsigned>::max(), 0);
  handle_broken_pipes(SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execv(arguments.front(), arguments.data());
  constexpr std::string_view why = "the program cannot be executed\n";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(exit_not_started);
}

// -- all of them ----------------------------------------------------------------------------------

class launcher {
public:
  explicit launcher(const launch_options& options) : options_{options}, out_{options.out} {
    size_t width = own_name.size();
    for (auto& node : options_.nodes)
      width = std::max(width, node.name.size());
    own_mark_ = mark_of(std::string{own_name}, width, 0);
    for (auto& node : options_.nodes)
      children_.push_back(
        std::make_unique<child>(node, mark_of(node.name, width, children_.size() + 1), out_));
  }

  int run() {
    if (!take_signals()) {
      say("Signals cannot be received: " + system_error_text() + '.');
      out_.finish(last_lines_ms);
      return 1;
    }
    for (auto& x : children_)
      x->start_at_ms = now_ms();
    while (!all_over()) {
      start_due();
      kill_late();
      wait();
    }
    auto in_order = std::ranges::all_of(children_, [](auto& x) { return x->in_order; });
    out_.finish(last_lines_ms);
    return in_order ? 0 : 1;
  }

private:
  static constexpr std::string_view own_name = "cluster";

  std::string mark_of(std::string name, size_t width, size_t number) const {
    constexpr std::array colours{"\x1b[1m",  "\x1b[36m", "\x1b[33m", "\x1b[32m",
                                 "\x1b[35m", "\x1b[34m", "\x1b[31m"};
    name.resize(width, ' ');
    if (!options_.colours)
      return name + " | ";
    auto colour = number == 0 ? 0 : (number - 1) % (colours.size() - 1) + 1;
    return colours.at(colour) + name + " |\x1b[0m ";
  }

  void say(const std::string& sentence) { out_.add(own_mark_, sentence); }

  bool take_signals() {
    sigset_t mine;
    sigemptyset(&mine);
    for (auto signal : stop_signals)
      sigaddset(&mine, signal);
    sigaddset(&mine, SIGCHLD);
    handle_broken_pipes(SIG_IGN);
    if (::sigprocmask(SIG_BLOCK, &mine, &inherited_mask_) != 0)
      return false;
    signals_ = owned_descriptor{::signalfd(-1, &mine, SFD_NONBLOCK | SFD_CLOEXEC)};
    return signals_.get() >= 0;
  }

  bool all_over() const {
    return std::ranges::all_of(children_, [](auto& x) { return x->over(); });
  }

  // -- starting -----------------------------------------------------------------------------------

  void start_due() {
    for (auto& x : children_) {
      if (!x->start_at_ms || *x->start_at_ms > now_ms())
        continue;
      x->start_at_ms.reset();
      if (!start(*x))
        start_later(*x, "could not be started: " + system_error_text());
    }
  }

  bool start(child& x) {
    x.started_ms = now_ms();
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      return false;
    owned_descriptor read_end{ends[0]};
    owned_descriptor write_end{ends[1]};
    ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    auto command = x.what->command;
    std::vector<char*> arguments;
    for (auto& argument : command)
      arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    auto parent = ::getpid();
    auto pid = ::fork();
    if (pid == 0)
      become(arguments, write_end.get(), parent, inherited_mask_);
    if (pid < 0)
      return false;
    // Both sides, as nobody knows who is first.
    ::setpgid(pid, pid);
    x.pid = pid;
    x.output = std::move(read_end);
    say(x.what->name + " is process " + std::to_string(pid) + '.');
    return true;
  }

  void start_later(child& x, const std::string& why) {
    auto stable = now_ms() - x.started_ms >= options_.stable_ms;
    x.delay_ms = x.delay_ms == 0 || stable ? options_.backoff_min_ms
                                           : std::min(2 * x.delay_ms, options_.backoff_max_ms);
    x.start_at_ms = now_ms() + x.delay_ms;
    say(x.what->name + ' ' + why + "; it is started again in " + std::to_string(x.delay_ms)
        + " ms.");
  }

  // -- waiting ------------------------------------------------------------------------------------

  int next_timeout_ms() const {
    std::optional<int64_t> next = kill_at_ms_;
    for (auto& x : children_)
      if (x->start_at_ms)
        next = std::min(next.value_or(*x->start_at_ms), *x->start_at_ms);
    if (!next)
      return -1;
    constexpr int64_t longest_ms = 60'000;
    return static_cast<int>(std::clamp<int64_t>(*next - now_ms(), 0, longest_ms));
  }

  void wait() {
    std::vector<pollfd> watched{{signals_.get(), POLLIN, 0},
                                {out_.waiting() ? out_.descriptor() : -1, POLLOUT, 0}};
    for (auto& x : children_)
      watched.push_back({x->output.get(), POLLIN, 0});
    if (::poll(watched.data(), watched.size(), next_timeout_ms()) <= 0)
      return;
    for (size_t i = 0; i < children_.size(); ++i)
      if (watched[i + 2].revents != 0)
        read(*children_[i], bytes_per_turn);
    if (watched[0].revents != 0)
      hear();
    if (watched[1].revents != 0)
      out_.write_some();
  }

  /// Reads what a process has written, up to a number of bytes.
  static void read(child& x, size_t most) {
    std::array<char, 4'096> bytes{};
    while (most > 0) {
      auto got = ::read(x.output.get(), bytes.data(), std::min(bytes.size(), most));
      if (got < 0 && errno == EINTR)
        continue;
      // At the end it need not be watched any more; the process may go on without output.
      if (got == 0)
        x.output.reset();
      if (got <= 0)
        return;
      x.lines.feed({bytes.data(), static_cast<size_t>(got)});
      most -= static_cast<size_t>(got);
    }
  }

  void hear() {
    signalfd_siginfo about{};
    while (::read(signals_.get(), &about, sizeof about) == sizeof about)
      if (about.ssi_signo != SIGCHLD)
        stop();
    // One SIGCHLD may stand for several.
    for (auto& x : children_)
      if (int status = 0; x->running() && ::waitpid(x->pid, &status, WNOHANG) == x->pid)
        ended(*x, {status});
  }

  // -- ending -------------------------------------------------------------------------------------

  void ended(child& x, ending how) {
    // All that it wrote; others that have its pipe may write for ever.
    read(x, max_waiting_output_bytes);
    x.lines.end();
    x.output.reset();
    x.pid = -1;
    x.in_order = how.exited_with(0) || (stopping_ && how.killed_by(SIGTERM));
    if (stopping_ || x.in_order)
      say(x.what->name + ' ' + (x.in_order ? "has ended" : how.text()) + '.');
    else if (how.exited_with(exit_refused))
      say(x.what->name + " refuses its configuration and is not started again.");
    else
      start_later(x, how.text());
  }

  void stop() {
    if (stopping_) {
      kill_at_ms_ = now_ms();
      return;
    }
    stopping_ = true;
    kill_at_ms_ = now_ms() + options_.drain_ms;
    say("Stopping all nodes.");
    for (auto& x : children_) {
      // One that is not running has nothing to do in order.
      if (x->start_at_ms)
        x->in_order = true;
      x->start_at_ms.reset();
      if (x->running())
        ::kill(x->pid, SIGTERM);
    }
  }

  void kill_late() {
    if (!kill_at_ms_ || now_ms() < *kill_at_ms_)
      return;
    kill_at_ms_.reset();
    for (auto& x : children_) {
      if (!x->running())
        continue;
      say(x->what->name + " has not ended in time and is killed.");
      ::kill(-x->pid, SIGKILL);
      ::kill(x->pid, SIGKILL);
    }
  }

  const launch_options& options_;
  patient_output out_;
  std::string own_mark_;
  std::vector<std::unique_ptr<child>> children_;
  owned_descriptor signals_;
  sigset_t inherited_mask_{};
  bool stopping_ = false;
  std::optional<int64_t> kill_at_ms_;
};

} // namespace

int launch(const launch_options& options) {
  return launcher{options}.run();
}

std::string own_program() {
  std::error_code failed;
  auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "/proc/self/exe" : path.string();
}

} // namespace touchline::nodes
