#include "nodes/processor_load.hpp"

#include <sys/resource.h>

namespace touchline::nodes {

namespace {

constexpr int64_t step_ms = 1'000;
constexpr size_t max_looks = 11;

int64_t microseconds(const timeval& x) {
  return int64_t{x.tv_sec} * 1'000'000 + x.tv_usec;
}

} // namespace

void processor_load::sample(int64_t now_ms) {
  if (!looks_.empty() && now_ms - looks_.back().at_ms < step_ms)
    return;
  rusage use{};
  if (::getrusage(RUSAGE_SELF, &use) != 0)
    return;
  looks_.push_back({now_ms, microseconds(use.ru_utime) + microseconds(use.ru_stime)});
  if (looks_.size() > max_looks)
    looks_.pop_front();
}

uint32_t processor_load::permille() const {
  if (looks_.size() < 2)
    return 0;
  const auto& from = looks_.front();
  const auto& to = looks_.back();
  return static_cast<uint32_t>((to.used_us - from.used_us) / (to.at_ms - from.at_ms));
}

} // namespace touchline::nodes
