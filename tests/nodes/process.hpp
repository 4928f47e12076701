// Runs the real program as a user would: a process of its own, its output in files.
#pragma once

#include "tests/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace touchline::testing {

/// The program under test.
inline const std::string program = std::string{TOUCHLINE_BINARY_DIR} + "/touchline";

/// A file of the project.
inline std::string project_file(const std::string& path) {
  return std::string{TOUCHLINE_SOURCE_DIR} + '/' + path;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

using work_folder = temporary_folder;

/// How a process ended.
struct finished {
  /// The exit status; 128 and the signal when it was killed.
  int status = -1;
  std::string out;
  std::string err;
};

/// A running process.
class process {
public:
  /// With `input` that is what it finds on standard input.
  process(const work_folder& folder, const std::vector<std::string>& arguments,
          const std::optional<std::string>& input = {})
    : out_{folder / "stdout"},
      err_{folder / "stderr"} {
    std::vector<char*> argv;
    for (auto& x : arguments)
      argv.push_back(const_cast<char*>(x.c_str()));
    argv.push_back(nullptr);
    auto in = folder / "stdin";
    if (input)
      write_file(in, *input);
    pid_ = fork();
    if (pid_ == 0) {
      if (input)
        dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
      redirect(out_, STDOUT_FILENO);
      redirect(err_, STDERR_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

  void send(int signal) const { kill(pid_, signal); }

  /// Whether it has not ended yet. Does not wait.
  bool is_running() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0
           && info.si_pid == 0;
  }

  finished wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR)
      continue;
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(out_),
            read_file(err_)};
  }

  std::string error_so_far() const { return read_file(err_); }

private:
  static void redirect(const std::string& file, int to) {
    auto from = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(from, to);
    close(from);
  }

  std::string out_;
  std::string err_;
  pid_t pid_ = -1;
};

/// Runs the program to its end.
inline finished run(const work_folder& folder, std::vector<std::string> arguments,
                    const std::optional<std::string>& input = {}) {
  arguments.insert(arguments.begin(), program);
  return process{folder, arguments, input}.wait();
}

} // namespace touchline::testing
