// A bounded map that forgets what was used longest ago.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace touchline::front {

/// Values by key, at most `capacity` of them. Not thread safe.
template <class Value>
class recent_table {
public:
  explicit recent_table(std::size_t capacity) : capacity_{capacity} {}

  /// The value of a key, which counts as used now; null when there is none.
  Value* find(const std::string& key) {
    auto at = index_.find(key);
    if (at == index_.end())
      return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return &at->second->second;
  }

  /// Sets the value of a key, and forgets another one when there are too many.
  Value& put(const std::string& key, Value value) {
    if (auto* known = find(key))
      return *known = std::move(value);
    if (index_.size() >= capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    index_[key] = entries_.begin();
    return entries_.front().second;
  }

  template <class Predicate>
  void erase_if(Predicate is_out) {
    for (auto at = entries_.begin(); at != entries_.end();) {
      if (!is_out(at->second)) {
        ++at;
        continue;
      }
      index_.erase(at->first);
      at = entries_.erase(at);
    }
  }

  std::size_t size() const noexcept { return index_.size(); }

private:
  using entry = std::pair<std::string, Value>;

  std::size_t capacity_;
  std::list<entry> entries_;
  std::unordered_map<std::string, typename std::list<entry>::iterator> index_;
};

} // namespace touchline::front
