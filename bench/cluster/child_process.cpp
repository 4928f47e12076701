#include "bench/cluster/child_process.hpp"

#include <cerrno>
#include <fstream>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace touchline::bench {

child_process::child_process(const std::vector<std::string>& command,
                             const std::filesystem::path& log) {
  // Everything that allocates comes before the fork: other threads may hold the allocator's locks.
  std::vector<char*> arguments;
  for (auto& x : command)
    arguments.push_back(const_cast<char*>(x.c_str()));
  arguments.push_back(nullptr);
  auto out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(out);
}

child_process::child_process(child_process&& other) noexcept
  : pid_{std::exchange(other.pid_, -1)} {}

child_process& child_process::operator=(child_process&& other) noexcept {
  if (this != &other) {
    kill();
    pid_ = std::exchange(other.pid_, -1);
  }
  return *this;
}

child_process::~child_process() {
  kill();
}

void child_process::signal(int number) const {
  if (pid_ > 0)
    ::kill(pid_, number);
}

void child_process::kill() {
  if (pid_ <= 0)
    return;
  ::kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
    continue;
  pid_ = -1;
}

bool child_process::running() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_)
    pid_ = -1;
  return pid_ > 0;
}

uint64_t child_process::anonymous_bytes() const {
  std::ifstream in{"/proc/" + std::to_string(pid_) + "/status"};
  std::string word;
  while (in >> word)
    if (uint64_t kib = 0; word == "RssAnon:" && in >> kib)
      return kib * 1'024;
  return 0;
}

std::vector<uint16_t> free_ports(size_t count) {
  // All are held until all are known, so that none comes twice.
  std::vector<int> sockets;
  std::vector<uint16_t> out;
  for (size_t i = 0; i < count; ++i) {
    sockets.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(sockets.back(), reinterpret_cast<sockaddr*>(&address), size);
    getsockname(sockets.back(), reinterpret_cast<sockaddr*>(&address), &size);
    out.push_back(ntohs(address.sin_port));
  }
  for (auto x : sockets)
    close(x);
  return out;
}

} // namespace touchline::bench
