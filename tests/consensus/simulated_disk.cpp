#include "tests/consensus/simulated_disk.hpp"

#include <algorithm>

namespace touchline::consensus {

void disk_content::truncate(uint64_t index) {
  if (index < first_index)
    log.clear();
  else if (index - first_index < log.size())
    log.resize(index - first_index);
}

void disk_content::append(uint64_t first, const std::vector<entry>& entries) {
  if (log.empty())
    first_index = first;
  truncate(first);
  log.insert(log.end(), entries.begin(), entries.end());
}

void disk_content::remove_before(uint64_t first) {
  while (!log.empty() && first_index < first) {
    log.erase(log.begin());
    ++first_index;
  }
}

void simulated_disk::write(kind what, std::function<void(disk_content&)> change,
                           std::function<void()> done) {
  queue_.push_back({what, std::move(change), {std::move(done)}});
  begin();
}

void simulated_disk::discard_log() {
  for (auto& waiting : queue_)
    if (waiting.what == kind::log) {
      waiting.change = [](disk_content&) {};
      waiting.done.clear();
    }
}

bool simulated_disk::hard_pending() const {
  return std::ranges::any_of(queue_, [](auto& waiting) { return waiting.what == kind::hard; });
}

void simulated_disk::after_hard(std::function<void()> what) {
  auto last
    = std::find_if(queue_.rbegin(), queue_.rend(), [](auto& op) { return op.what == kind::hard; });
  last->done.push_back(std::move(what));
}

void simulated_disk::crash() {
  queue_.clear();
  busy_ = false;
  ++life_;
}

void simulated_disk::begin() {
  if (busy_ || queue_.empty())
    return;
  busy_ = true;
  auto count = random_.between(1, queue_.size());
  loop_.after(random_.between(0, slowest_ms), [this, life = life_, count] { finish(life, count); });
}

void simulated_disk::finish(uint64_t life, size_t count) {
  if (life != life_)
    return;
  if (broken)
    return failed();
  std::vector<operation> synced;
  for (; count > 0; --count) {
    synced.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  for (auto& each : synced)
    each.change(content);
  busy_ = false;
  for (auto& each : synced)
    for (auto& done : each.done) {
      if (done)
        done();
      if (life != life_)
        return;
    }
  begin();
}

} // namespace touchline::consensus
