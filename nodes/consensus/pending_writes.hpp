// Writes of entries that were handed out and are not known to be durable. An entry that was removed
// and came back with the same term must not count as durable because its first write was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace touchline::consensus {

class pending_writes {
public:
  void add(uint64_t first, uint64_t last, uint64_t last_term);
  /// Entries from `index` on were removed: what was handed out of them says nothing any more.
  void truncated(uint64_t index);
  void clear() { writes_.clear(); }
  size_t size() const { return writes_.size(); }

  /// Takes note that a write which ended at `index` and `term`, and those before it, are done.
  /// Whether the entries up to `index` are durable.
  bool completed(uint64_t index, uint64_t term);

private:
  struct handed_out {
    uint64_t first;
    uint64_t last;
    uint64_t last_term;
    bool removed;
  };

  std::deque<handed_out> writes_;
};

} // namespace touchline::consensus
