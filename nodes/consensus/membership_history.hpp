// The memberships of a replica's log, in the order of their entries, behind that of its snapshot.
#pragma once

#include "nodes/consensus/core.hpp"

#include <vector>

namespace touchline::consensus {

class membership_history {
public:
  /// Begins anew with the membership of a snapshot, or with none.
  void reset(membership base);
  void add(membership next);
  /// Forgets those from `index` on.
  void truncate(uint64_t index);
  /// Forgets those that were replaced up to `index`.
  void compact(uint64_t index);

  /// The one in force as of `index`; one of nobody if none is.
  const membership& at(uint64_t index) const;
  const membership& newest() const;
  const membership& before_newest() const;

private:
  std::vector<membership> known_;
};

} // namespace touchline::consensus
