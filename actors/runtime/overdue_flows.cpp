#include "actors/runtime/overdue_flows.hpp"

#include <utility>

namespace touchline::actors {

void letter_deadlines::add(overdue_flow waits, int64_t deadline_ms) {
  if (deadline_ms == 0)
    return;
  auto id = waits.dead_letter;
  letters_[std::move(id)] = {std::move(waits), deadline_ms};
}

std::vector<overdue_flow> letter_deadlines::take_newly_overdue(int64_t now_ms) {
  std::vector<overdue_flow> result;
  for (auto at = letters_.begin(); at != letters_.end();) {
    if (at->second.deadline_ms >= now_ms) {
      ++at;
      continue;
    }
    result.push_back(std::move(at->second.waits));
    at = letters_.erase(at);
  }
  return result;
}

bool reported_flows::note(const std::string& correlation) {
  std::lock_guard guard{mutex_};
  if (reported_.size() >= max_reported_flows)
    reported_.clear();
  return reported_.insert(correlation).second;
}

} // namespace touchline::actors
