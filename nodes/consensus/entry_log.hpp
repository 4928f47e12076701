// A replica's log as it knows it: the term and kind of every entry, and the data of the newest.
#pragma once

#include "nodes/consensus/core.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace touchline::consensus {

class entry_log {
public:
  explicit entry_log(entry_reader reader);

  /// A log that begins at `first`, behind a snapshot as of `snapshot_index`; 0 for none.
  void reset(uint64_t snapshot_index, uint64_t snapshot_term, uint64_t first,
             std::vector<entry> entries);

  uint64_t first() const { return first_; }
  uint64_t last() const { return first_ + entries_.size() - 1; }
  uint64_t snapshot_index() const { return snapshot_index_; }
  uint64_t snapshot_term() const { return snapshot_term_; }

  /// Of an entry, or of the last one that the snapshot holds; 0 if it is not known.
  uint64_t term_of(uint64_t index) const;

  void append(const std::vector<entry>& entries);
  /// Removes the entries from `index` on.
  void truncate(uint64_t index);
  /// The snapshot now reaches to `index`; entries before `first` go.
  void compact(uint64_t index, uint64_t first);

  /// The reader can give the entries up to `index`, if the one there is of `term`.
  void note_readable(uint64_t index, uint64_t term);
  uint64_t readable() const { return readable_; }

  /// Forgets the data of the oldest entries up to `durable`, of those that the reader can give,
  /// while more than `max_bytes` are held.
  void evict(uint64_t durable, size_t max_bytes);

  /// The entries from `first` to `last`, from memory or from the disk, up to `max_bytes` of data
  /// but at least one; nothing when they are gone or the disk failed.
  std::vector<entry> read(uint64_t first, uint64_t last, size_t max_bytes) const;

private:
  const entry& at(uint64_t index) const { return entries_[index - first_]; }
  bool read_back(uint64_t first, uint64_t last, size_t max_bytes, std::vector<entry>& out) const;

  entry_reader reader_;
  /// Those whose data was evicted have none.
  std::deque<entry> entries_;
  uint64_t first_ = 1;
  uint64_t snapshot_index_ = 0;
  uint64_t snapshot_term_ = 0;
  /// The last entry that the reader can give.
  uint64_t readable_ = 0;
  /// Where evicting goes on.
  uint64_t first_held_ = 1;
  size_t held_bytes_ = 0;
};

} // namespace touchline::consensus
