#include "actors/runtime/failure_history.hpp"

#include "messages/catalogue.hpp"

namespace touchline::actors {

void failure_history::note(noted_failure x) {
  if (x.text.size() > max_cause_bytes)
    x.text.resize(max_cause_bytes);
  std::lock_guard guard{mutex_};
  ++total_;
  if (x.address.empty())
    ++partitions_[x.partition];
  else
    ++entities_[x.partition][std::string{kind_of(x.address)}];
  if (newest_.size() == max_noted_failures)
    newest_.pop_front();
  newest_.push_back(std::move(x));
}

std::vector<noted_failure> failure_history::newest() const {
  std::lock_guard guard{mutex_};
  return {newest_.begin(), newest_.end()};
}

uint64_t failure_history::total() const {
  std::lock_guard guard{mutex_};
  return total_;
}

uint64_t failure_history::of_partition(uint32_t partition) const {
  std::lock_guard guard{mutex_};
  auto at = partitions_.find(partition);
  return at == partitions_.end() ? 0 : at->second;
}

std::map<std::string, uint64_t, std::less<>> failure_history::of_entities(
  uint32_t partition) const {
  std::lock_guard guard{mutex_};
  auto at = entities_.find(partition);
  return at == entities_.end() ? std::map<std::string, uint64_t, std::less<>>{} : at->second;
}

} // namespace touchline::actors
