#include "league/counter_draw.hpp"

#include <cassert>
#include <numeric>
#include <utility>

namespace touchline::league {

std::vector<std::uint32_t> counter_draw::shuffled(std::uint32_t size) const {
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0U);
  for (auto last = size; last > 1; --last)
    std::swap(order[last - 1], order[below(last, last - 1)]);
  return order;
}

std::uint32_t counter_draw::scattered(std::uint32_t index, std::uint32_t size) const noexcept {
  assert(index < size && size <= (1U << 30));
  auto half_bits = 1U;
  while ((1U << (2 * half_bits)) < size)
    ++half_bits;
  const auto mask = (1U << half_bits) - 1;
  auto value = index;
  do {
    auto left = value >> half_bits;
    auto right = value & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const auto scrambled = static_cast<std::uint32_t>(stream(round).bits(right)) & mask;
      left = std::exchange(right, left ^ scrambled);
    }
    value = left << half_bits | right;
  } while (value >= size);
  return value;
}

} // namespace touchline::league
