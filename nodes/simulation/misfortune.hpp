// What happens to a simulated cluster while it works: one thing after another, drawn.
#pragma once

#include "nodes/simulation/simulated_cluster.hpp"

#include <set>

namespace touchline::simulated {

/// Hits a cluster every now and then until it is ended. What it did is undone some time later, so
/// that there is a majority most of the time, and sometimes there is none.
class misfortune {
public:
  explicit misfortune(simulated_cluster& cluster);

  void begin();

  /// Nothing happens any more; all that had happened is mended. Nodes that are down are started.
  void end();

  uint64_t crashes() const noexcept { return crashes_; }

private:
  void next();
  void strike();
  uint32_t some_node();
  /// Often one that leads something.
  uint32_t victim();

  void crash_one();
  void crash_and_start(uint32_t node, int64_t down_us);
  void start_if_down(uint32_t node);
  void split();
  void cut_one_way();
  void disturb_network();
  void fill_disk();
  void break_disk();
  void slow_disk();
  void jump_clock();
  void fail_partition();

  simulated_cluster& cluster_;
  bool over_ = false;
  /// How unreliable the network is between its worse times.
  link_quality usual_;
  std::set<uint32_t> broken_;
  uint64_t crashes_ = 0;
};

} // namespace touchline::simulated
