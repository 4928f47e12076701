#include "nodes/consensus/pending_writes.hpp"

#include <algorithm>
#include <iterator>

namespace touchline::consensus {

void pending_writes::add(uint64_t first, uint64_t last, uint64_t last_term) {
  writes_.push_back({first, last, last_term, false});
}

void pending_writes::truncated(uint64_t index) {
  for (auto& write : writes_)
    if (write.last >= index)
      write.removed = true;
}

bool pending_writes::completed(uint64_t index, uint64_t term) {
  auto done = std::ranges::find_if(writes_, [&](const handed_out& candidate) {
    return candidate.last == index && candidate.last_term == term;
  });
  if (done != writes_.end()) {
    bool counts = !done->removed;
    writes_.erase(writes_.begin(), std::next(done));
    return counts;
  }
  // A part of a write, which its owner may report.
  auto covers = [&](const handed_out& candidate) {
    return candidate.first <= index && index <= candidate.last;
  };
  auto part = std::ranges::find_if(writes_, covers);
  return part != writes_.end() && !part->removed;
}

} // namespace touchline::consensus
