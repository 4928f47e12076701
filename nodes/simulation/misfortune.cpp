#include "nodes/simulation/misfortune.hpp"

#include <array>
#include <vector>

namespace touchline::simulated {

misfortune::misfortune(simulated_cluster& cluster) : cluster_{cluster} {
  auto& chance = cluster_.chance();
  usual_.loss_permille = chance.chance(500) ? static_cast<uint32_t>(chance.below(30)) : 0;
  usual_.repeat_permille = chance.chance(500) ? static_cast<uint32_t>(chance.below(50)) : 0;
  usual_.slow_permille = chance.chance(500) ? static_cast<uint32_t>(chance.below(50)) : 0;
  if (chance.chance(300))
    usual_.max_delay_us = chance.between(millisecond, 100 * millisecond);
  for (uint32_t i = 1; i <= cluster_.nodes(); ++i) {
    auto& node = cluster_.node(i);
    node.clock().set_speed(chance.between(990, 1'010));
    node.clock().jump(chance.between(-3'600'000, 3'600'000));
    if (chance.chance(300))
      node.set_disk_speed({millisecond, chance.between(2 * millisecond, 50 * millisecond)});
  }
}

void misfortune::begin() {
  cluster_.network().set_quality(usual_);
  next();
}

void misfortune::next() {
  cluster_.after(cluster_.chance().between(20 * millisecond, 1'500 * millisecond), [this] {
    if (over_)
      return;
    strike();
    next();
  });
}

void misfortune::strike() {
  using blow = void (misfortune::*)();
  constexpr std::array<blow, 16> blows{
    &misfortune::crash_one,       &misfortune::crash_one,   &misfortune::crash_one,
    &misfortune::crash_one,       &misfortune::split,       &misfortune::split,
    &misfortune::cut_one_way,     &misfortune::cut_one_way, &misfortune::disturb_network,
    &misfortune::disturb_network, &misfortune::fill_disk,   &misfortune::break_disk,
    &misfortune::slow_disk,       &misfortune::jump_clock,  &misfortune::jump_clock,
    &misfortune::fail_partition};
  (this->*blows[cluster_.chance().below(blows.size())])();
}

uint32_t misfortune::some_node() {
  return static_cast<uint32_t>(cluster_.chance().between(1, cluster_.nodes()));
}

uint32_t misfortune::victim() {
  auto partition = static_cast<uint32_t>(cluster_.chance().below(cluster_.partitions()));
  auto leader = cluster_.leader_of(partition);
  return leader != 0 && cluster_.chance().chance(600) ? leader : some_node();
}

void misfortune::crash_one() {
  auto& chance = cluster_.chance();
  auto node = victim();
  if (cluster_.is_up(node))
    crash_and_start(node, chance.chance(500) ? chance.between(millisecond, 500 * millisecond)
                                             : chance.between(second, 8 * second));
}

void misfortune::crash_and_start(uint32_t node, int64_t down_us) {
  ++crashes_;
  cluster_.crash(node, static_cast<uint32_t>(cluster_.chance().below(3) * 500));
  cluster_.after(down_us, [this, node] {
    if (!over_)
      start_if_down(node);
  });
}

void misfortune::start_if_down(uint32_t node) {
  if (!cluster_.is_up(node))
    cluster_.start(node);
}

void misfortune::split() {
  auto& chance = cluster_.chance();
  std::vector<uint32_t> some{victim()};
  if (cluster_.nodes() > 3 && chance.chance(500))
    if (auto other = some_node(); other != some.front())
      some.push_back(other);
  cluster_.isolate(some);
  cluster_.after(chance.between(100 * millisecond, 5 * second), [this] {
    if (!over_)
      cluster_.network().mend_all();
  });
}

void misfortune::cut_one_way() {
  auto from = victim();
  auto to = some_node();
  cluster_.network().cut(from, to);
  cluster_.after(cluster_.chance().between(100 * millisecond, 5 * second),
                 [this, from, to] { cluster_.network().cut(from, to, false); });
}

void misfortune::disturb_network() {
  auto& chance = cluster_.chance();
  auto bad = usual_;
  bad.loss_permille = static_cast<uint32_t>(chance.below(300));
  bad.repeat_permille = static_cast<uint32_t>(chance.below(300));
  bad.slow_permille = static_cast<uint32_t>(chance.below(300));
  bad.slow_us = chance.between(bad.max_delay_us, 3 * second);
  cluster_.network().set_quality(bad);
  cluster_.after(chance.between(100 * millisecond, 3 * second),
                 [this] { cluster_.network().set_quality(over_ ? link_quality{} : usual_); });
}

void misfortune::fill_disk() {
  auto node = victim();
  cluster_.node(node).disk().set_disk_full(true);
  cluster_.after(cluster_.chance().between(10 * millisecond, 4 * second),
                 [this, node] { cluster_.node(node).disk().set_disk_full(false); });
}

/// Somebody puts in a new one with the same data, and starts the node again.
void misfortune::break_disk() {
  auto node = victim();
  cluster_.node(node).disk().set_broken(true);
  broken_.insert(node);
  cluster_.after(cluster_.chance().between(500 * millisecond, 4 * second), [this, node] {
    if (over_)
      return;
    if (cluster_.is_up(node))
      cluster_.crash(node);
    cluster_.node(node).disk().set_broken(false);
    broken_.erase(node);
    start_if_down(node);
  });
}

void misfortune::slow_disk() {
  auto node = victim();
  cluster_.node(node).set_disk_speed({50 * millisecond, 500 * millisecond});
  cluster_.after(cluster_.chance().between(second, 4 * second),
                 [this, node] { cluster_.node(node).set_disk_speed({}); });
}

void misfortune::jump_clock() {
  auto& chance = cluster_.chance();
  auto& clock = cluster_.node(victim()).clock();
  if (chance.chance(500))
    clock.jump(chance.between(-7'200'000, 7'200'000));
  else
    clock.leap(chance.between(1, 10'000));
}

void misfortune::fail_partition() {
  auto node = victim();
  auto partition = static_cast<uint32_t>(cluster_.chance().below(cluster_.partitions()));
  if (cluster_.is_up(node) && cluster_.node(node).runtime().routes().here(partition))
    cluster_.node(node).runtime().fail_partition(partition);
}

void misfortune::end() {
  over_ = true;
  cluster_.network().mend_all();
  cluster_.network().set_quality({});
  for (uint32_t i = 1; i <= cluster_.nodes(); ++i) {
    auto& node = cluster_.node(i);
    // A broken disk is of use to a new process only.
    if (cluster_.is_up(i) && (broken_.contains(i) || cluster_.chance().chance(300)))
      cluster_.crash(i);
    node.set_disk_speed({});
    node.disk().set_broken(false);
    node.disk().set_disk_full(false);
    start_if_down(i);
  }
}

} // namespace touchline::simulated
