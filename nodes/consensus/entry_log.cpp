#include "nodes/consensus/entry_log.hpp"

#include <algorithm>

namespace touchline::consensus {

namespace {

size_t held(const entry& entry) {
  return entry.data ? entry.data->size() : 0;
}

} // namespace

entry_log::entry_log(entry_reader reader) : reader_{std::move(reader)} {
  // nop
}

void entry_log::reset(uint64_t snapshot_index, uint64_t snapshot_term, uint64_t first,
                      std::vector<entry> entries) {
  entries_.clear();
  first_ = first_held_ = first;
  snapshot_index_ = snapshot_index;
  snapshot_term_ = snapshot_term;
  held_bytes_ = 0;
  append(entries);
  readable_ = last();
}

uint64_t entry_log::term_of(uint64_t index) const {
  if (index >= first_ && index <= last())
    return at(index).term;
  return index == snapshot_index_ ? snapshot_term_ : 0;
}

void entry_log::append(const std::vector<entry>& entries) {
  for (auto& entry : entries) {
    held_bytes_ += held(entry);
    entries_.push_back(entry);
  }
}

void entry_log::truncate(uint64_t index) {
  while (!entries_.empty() && last() >= index) {
    held_bytes_ -= held(entries_.back());
    entries_.pop_back();
  }
  first_held_ = std::min(first_held_, last() + 1);
  readable_ = std::min(readable_, last());
}

void entry_log::note_readable(uint64_t index, uint64_t term) {
  if (index >= first_ && index <= last() && at(index).term == term)
    readable_ = std::max(readable_, index);
}

void entry_log::compact(uint64_t index, uint64_t first) {
  snapshot_term_ = term_of(index);
  snapshot_index_ = index;
  while (!entries_.empty() && first_ < first) {
    held_bytes_ -= held(entries_.front());
    entries_.pop_front();
    ++first_;
  }
  first_held_ = std::max(first_held_, first_);
}

void entry_log::evict(uint64_t durable, size_t max_bytes) {
  for (; held_bytes_ > max_bytes && first_held_ <= std::min({durable, last(), readable_});
       ++first_held_) {
    auto& oldest = entries_[first_held_ - first_];
    held_bytes_ -= held(oldest);
    oldest.data.reset();
  }
}

std::vector<entry> entry_log::read(uint64_t first, uint64_t last_wanted, size_t max_bytes) const {
  std::vector<entry> result;
  if (first < first_ || first > last_wanted || last_wanted > last())
    return result;
  size_t bytes = 0;
  for (auto index = first; index <= last_wanted; ++index) {
    if (auto& entry = at(index); entry.data) {
      if (bytes + held(entry) > max_bytes && !result.empty())
        break;
      bytes += held(entry);
      result.push_back(entry);
      continue;
    }
    auto end = index;
    while (end < last_wanted && !at(end + 1).data)
      ++end;
    if (bytes >= max_bytes && !result.empty())
      break;
    std::vector<entry> found;
    if (!read_back(index, end, max_bytes - std::min(bytes, max_bytes), found))
      return {};
    for (auto& entry : found) {
      if (bytes + held(entry) > max_bytes && !result.empty())
        return result;
      bytes += held(entry);
      result.push_back(std::move(entry));
    }
    if (found.size() < end - index + 1)
      break;
    index = end;
  }
  return result;
}

/// What the disk gives must be what was written.
bool entry_log::read_back(uint64_t first, uint64_t last, size_t max_bytes,
                          std::vector<entry>& out) const {
  if (!reader_ || !reader_(first, last, max_bytes, out) || out.empty()
      || out.size() > last - first + 1)
    return false;
  auto index = first;
  return std::ranges::all_of(out, [&](auto& entry) {
    auto& known = at(index++);
    return entry.data && entry.term == known.term && entry.type == known.type;
  });
}

} // namespace touchline::consensus
