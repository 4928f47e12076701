// A network of the test's own: a network namespace for each node, joined by a bridge that the test
// itself is on, with links that can be cut in one direction or both, or made slow. The kernel
// removes all of it with the test, however that ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace touchline::testing {

/// Puts this process into namespaces of its own, for networks and mounts. Once, before there are
/// threads. Why it cannot be done; nothing when it was.
std::optional<std::string> enter_namespaces();

/// Runs a program of the system; whether it succeeded. What it said is in `said`.
bool run_quietly(const std::vector<std::string>& arguments, std::string* said = nullptr);

/// Nodes 1 to N in networks of their own, 10.77.0.1 to 10.77.0.N. Needs `enter_namespaces`.
class test_network {
public:
  explicit test_network(uint32_t nodes);
  test_network(const test_network&) = delete;
  test_network& operator=(const test_network&) = delete;
  ~test_network();

  static std::string host(uint32_t node) { return "10.77.0." + std::to_string(node); }

  /// In a child between fork and exec: goes to the network of a node.
  void enter(uint32_t node) const;
  /// The same program, run in the network of a node.
  std::vector<std::string> at(uint32_t node, std::vector<std::string> arguments) const;

  /// Nothing that `from` sends reaches `to` any more, and nobody is told.
  void cut(uint32_t from, uint32_t to) const;
  void heal(uint32_t from, uint32_t to) const;
  /// Both directions between a node and all others. The test still reaches it.
  void isolate(uint32_t node) const;
  void rejoin(uint32_t node) const;
  /// Delays and loses what a node sends; with what this kernel has: netem, or else a narrow link.
  void impair(uint32_t node) const;
  void repair(uint32_t node) const;

private:
  struct member {
    pid_t holder = -1;
    int network = -1;
  };

  bool in(uint32_t node, std::vector<std::string> arguments) const;

  std::vector<member> members_;
};

} // namespace touchline::testing
