#include "tests/cluster/test_network.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace touchline::testing {

namespace {

const std::string bridge = "tlbridge";

void require(bool done, const std::string& what) {
  if (!done)
    throw std::runtime_error{"the test's network: " + what + " failed"};
}

void write_line(const char* file, const std::string& text) {
  std::ofstream{file} << text;
}

std::string near_end(uint32_t node) {
  return "tlnode" + std::to_string(node);
}

} // namespace

bool run_quietly(const std::vector<std::string>& arguments, std::string* said) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return false;
  std::vector<char*> argv;
  for (auto& x : arguments)
    argv.push_back(const_cast<char*>(x.c_str()));
  argv.push_back(nullptr);
  auto pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::array<char, 512> buffer{};
  for (ssize_t n = 0; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    if (said)
      said->append(buffer.data(), static_cast<size_t>(n));
  ::close(ends[0]);
  int status = 0;
  return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

namespace {

/// New worlds of these kinds for this process. Whoever is not root becomes root of one of their
/// own, where the kernel lets them.
std::optional<std::string> leave(int kinds) {
  auto user = ::getuid();
  auto group = ::getgid();
  if (::unshare((user == 0 ? 0 : CLONE_NEWUSER) | kinds) != 0)
    return std::string{"no namespaces of its own ("} + std::strerror(errno) + ")";
  if (user == 0)
    return std::nullopt;
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
  write_line("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  return std::nullopt;
}

} // namespace

std::optional<std::string> enter_own_mounts() {
  if (auto why = leave(CLONE_NEWNS))
    return why;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return std::string{"mounts cannot be made private ("} + std::strerror(errno) + ")";
  return std::nullopt;
}

std::optional<std::string> enter_own_network() {
  if (!run_quietly({"ip", "-Version"}))
    return "there is no ip, which the package iproute2 has";
  if (auto why = leave(CLONE_NEWNET))
    return why;
  std::string said;
  if (!run_quietly({"ip", "link", "set", "lo", "up"}, &said)
      || !run_quietly({"ip", "link", "add", bridge, "type", "bridge"}, &said)
      || !run_quietly({"ip", "addr", "add", "10.77.0.254/24", "dev", bridge}, &said)
      || !run_quietly({"ip", "link", "set", bridge, "up"}, &said))
    return "no bridge: " + said;
  return std::nullopt;
}

test_network::test_network(uint32_t nodes) {
  members_.resize(nodes + 1);
  for (uint32_t i = 1; i <= nodes; ++i) {
    std::array<int, 2> ready{};
    require(::pipe2(ready.data(), O_CLOEXEC) == 0, "a pipe");
    auto& x = members_[i];
    x.holder = ::fork();
    if (x.holder == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      char ok = ::unshare(CLONE_NEWNET) == 0 ? 1 : 0;
      if (::write(ready[1], &ok, 1) == 1)
        for (;;)
          ::pause();
      ::_exit(1);
    }
    char ok = 0;
    require(::read(ready[0], &ok, 1) == 1 && ok == 1, "a network namespace");
    ::close(ready[0]);
    ::close(ready[1]);
    auto path = "/proc/" + std::to_string(x.holder) + "/ns/net";
    x.network = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    require(x.network >= 0, "entering a network namespace");
    auto name = near_end(i);
    require(run_quietly({"ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns",
                         std::to_string(x.holder)})
              && run_quietly({"ip", "link", "set", name, "master", bridge, "up"})
              && in(i, {"ip", "addr", "add", host(i) + "/24", "dev", "eth0"})
              && in(i, {"ip", "link", "set", "lo", "up"})
              && in(i, {"ip", "link", "set", "eth0", "up"}),
            "a link");
  }
}

test_network::~test_network() {
  for (uint32_t i = 1; i < members_.size(); ++i) {
    run_quietly({"ip", "link", "del", near_end(i)});
    ::kill(members_[i].holder, SIGKILL);
    ::waitpid(members_[i].holder, nullptr, 0);
    ::close(members_[i].network);
  }
}

bool test_network::enter(uint32_t node) const {
  return ::setns(members_[node].network, CLONE_NEWNET) == 0;
}

bool test_network::in(uint32_t node, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(),
                   {"nsenter", "--net=/proc/" + std::to_string(members_[node].holder) + "/ns/net"});
  return run_quietly(arguments);
}

/// A wrong address of the link: frames leave and nobody takes them.
void test_network::cut(uint32_t from, uint32_t to) const {
  require(in(from, {"ip", "neigh", "replace", host(to), "lladdr", "02:00:00:00:00:66", "dev",
                    "eth0", "nud", "permanent"}),
          "cutting a link");
}

void test_network::heal(uint32_t from, uint32_t to) const {
  require(in(from, {"ip", "neigh", "del", host(to), "dev", "eth0"}), "healing a link");
}

void test_network::isolate(uint32_t node) const {
  for (uint32_t i = 1; i < members_.size(); ++i)
    if (i != node) {
      cut(node, i);
      cut(i, node);
    }
}

void test_network::rejoin(uint32_t node) const {
  for (uint32_t i = 1; i < members_.size(); ++i)
    if (i != node) {
      heal(node, i);
      heal(i, node);
    }
}

void test_network::narrow(uint32_t node) const {
  std::vector<std::string> limits{"root",  "tbf", "rate",  "400kbit",
                                  "burst", "4kb", "limit", "12kb"};
  std::vector<std::string> near{"tc", "qdisc", "replace", "dev", near_end(node)};
  std::vector<std::string> far{"tc", "qdisc", "replace", "dev", "eth0"};
  near.insert(near.end(), limits.begin(), limits.end());
  far.insert(far.end(), limits.begin(), limits.end());
  require(run_quietly(near) && in(node, far), "narrowing a link");
}

void test_network::lose(uint32_t node) const {
  require(in(node, {"nft", "add table inet lossy; "
                           "add chain inet lossy in { type filter hook input priority 0; }; "
                           "add rule inet lossy in numgen random mod 100 < 5 drop"}),
          "losing packets (with nft, of the package nftables)");
}

void test_network::lose_no_more(uint32_t node) const {
  require(in(node, {"nft", "delete table inet lossy"}), "losing packets no more");
}

bool test_network::can_disturb() const {
  return run_quietly({"tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "0ms"})
         && run_quietly({"tc", "qdisc", "del", "dev", "lo", "root"});
}

void test_network::disturb(uint32_t node) const {
  require(in(node, {"tc", "qdisc", "replace", "dev", "eth0", "root", "netem", "delay", "20ms",
                    "10ms", "loss", "3%"}),
          "disturbing a link");
}

void test_network::repair(uint32_t node) const {
  // The near end is as it was unless the link was narrowed.
  run_quietly({"tc", "qdisc", "del", "dev", near_end(node), "root"});
  require(in(node, {"tc", "qdisc", "del", "dev", "eth0", "root"}), "repairing a link");
}

} // namespace touchline::testing
