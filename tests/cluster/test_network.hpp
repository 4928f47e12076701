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

/// Gives this process mounts of its own, which are gone with it. Once, before there are threads.
/// Why it cannot be done; nothing when it was.
std::optional<std::string> enter_own_mounts();

/// Gives this process a network of its own with nothing but loopback and the bridge that the nodes
/// of a `test_network` are on. As above.
std::optional<std::string> enter_own_network();

/// Runs a program of the system; whether it succeeded. What it said is in `said`.
bool run_quietly(const std::vector<std::string>& arguments, std::string* said = nullptr);

/// Nodes 1 to N in networks of their own, 10.77.0.1 to 10.77.0.N. Needs `enter_own_network`.
class test_network {
public:
  explicit test_network(uint32_t nodes);
  test_network(const test_network&) = delete;
  test_network& operator=(const test_network&) = delete;
  ~test_network();

  static std::string host(uint32_t node) { return "10.77.0." + std::to_string(node); }

  /// The calling thread, and those that it begins, go to the network of a node. Whether they did.
  /// Safe after a fork.
  bool enter(uint32_t node) const;

  /// Nothing that `from` sends reaches `to` any more, and nobody is told.
  void cut(uint32_t from, uint32_t to) const;
  void heal(uint32_t from, uint32_t to) const;
  /// Both directions between a node and all others. The test still reaches it.
  void isolate(uint32_t node) const;
  void rejoin(uint32_t node) const;
  /// A narrow link in both directions between a node and all others: at most 400,000 bits a second.
  /// What does not fit into a short queue is lost.
  void narrow(uint32_t node) const;
  /// 5 of 100 packets that arrive at a node are lost.
  void lose(uint32_t node) const;
  void lose_no_more(uint32_t node) const;
  /// Whether this kernel has netem, which `disturb` needs.
  bool can_disturb() const;
  /// What a node sends takes 10 to 30 ms, and 3 of 100 packets are lost.
  void disturb(uint32_t node) const;
  /// Undoes `narrow` and `disturb`.
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
