#include "nodes/consensus/membership_history.hpp"

#include <algorithm>
#include <iterator>

namespace touchline::consensus {

namespace {

const membership nobody;

} // namespace

void membership_history::reset(membership base) {
  known_.clear();
  if (!base.servers.empty())
    known_.push_back(std::move(base));
}

void membership_history::add(membership next) {
  known_.push_back(std::move(next));
}

void membership_history::truncate(uint64_t index) {
  while (!known_.empty() && known_.back().index >= index)
    known_.pop_back();
}

void membership_history::compact(uint64_t index) {
  auto later = std::ranges::upper_bound(known_, index, {}, &membership::index);
  if (later - known_.begin() > 1)
    known_.erase(known_.begin(), std::prev(later));
}

const membership& membership_history::at(uint64_t index) const {
  auto later = std::ranges::upper_bound(known_, index, {}, &membership::index);
  return later == known_.begin() ? nobody : *std::prev(later);
}

const membership& membership_history::newest() const {
  return known_.empty() ? nobody : known_.back();
}

const membership& membership_history::before_newest() const {
  return known_.size() < 2 ? nobody : *std::prev(known_.end(), 2);
}

} // namespace touchline::consensus
