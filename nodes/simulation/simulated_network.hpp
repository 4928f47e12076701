// The network of a simulation: every message is a piece of code that runs later, more than once, or
// never.
#pragma once

#include "nodes/simulation/dice.hpp"
#include "nodes/simulation/timeline.hpp"
#include "nodes/simulation/trace.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace touchline::simulated {

/// Who is at no node: clients.
inline constexpr uint32_t outside = 0;

/// How a connection treats what goes through it in one direction.
struct link_quality {
  uint32_t loss_permille = 0;
  uint32_t repeat_permille = 0;
  int64_t min_delay_us = 50;
  int64_t max_delay_us = 500;
  /// So many in a thousand take up to `slow_us` instead, and are overtaken.
  uint32_t slow_permille = 0;
  int64_t slow_us = 300'000;
};

/// Carries messages between nodes, numbered from 1, and the outside.
class simulated_network {
public:
  simulated_network(timeline& time, dice& chance, trace& seen, uint32_t nodes)
    : time_{time},
      chance_{chance},
      seen_{seen},
      lives_(nodes + 1, 0),
      lost_of_earlier_lives_(nodes + 1, 0),
      up_(nodes + 1, false) {
    up_[outside] = true;
  }

  /// Runs `deliver` at `to`, some time, if it is not lost. `content` is a hash of it, for the
  /// trace.
  void send(uint32_t from, uint32_t to, uint64_t content, std::function<void()> deliver);

  /// Of all connections without a quality of their own.
  void set_quality(const link_quality& x) { quality_ = x; }

  /// Nothing passes from one to the other, in this direction, until it is mended.
  void cut(uint32_t from, uint32_t to, bool is_cut = true) { cuts_[{from, to}] = is_cut; }
  bool is_cut(uint32_t from, uint32_t to) const {
    auto at = cuts_.find({from, to});
    return at != cuts_.end() && at->second;
  }
  void mend_all() { cuts_.clear(); }

  void node_up(uint32_t node) { up_[node] = true; }

  /// Nothing reaches the node any more; of what it had sent, so many in a thousand are lost too.
  void node_down(uint32_t node, uint32_t loss_permille);

  bool is_up(uint32_t node) const { return up_[node]; }

  uint64_t delivered() const noexcept { return delivered_; }

private:
  void carry(uint32_t from, uint32_t to, uint64_t content, std::function<void()> deliver);

  timeline& time_;
  dice& chance_;
  trace& seen_;
  link_quality quality_;
  std::map<std::pair<uint32_t, uint32_t>, bool> cuts_;
  /// How often each node went down.
  std::vector<uint64_t> lives_;
  std::vector<uint32_t> lost_of_earlier_lives_;
  std::vector<bool> up_;
  uint64_t delivered_ = 0;
};

} // namespace touchline::simulated
