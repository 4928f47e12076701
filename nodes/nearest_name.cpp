#include "nodes/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace touchline::nodes {

namespace {

/// Longer names are not compared: the time grows with the square.
constexpr size_t max_compared = 64;

size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> steps(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      auto& x = steps[i][j];
      if (i == 0 || j == 0) {
        x = i + j;
        continue;
      }
      x = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1,
                    steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        x = std::min(x, steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

} // namespace

std::optional<std::string> nearest_name(const std::string& typed,
                                        const std::set<std::string>& names) {
  if (typed.size() > max_compared)
    return std::nullopt;
  std::optional<std::string> nearest;
  auto least = std::max<size_t>(1, typed.size() / 3) + 1;
  for (auto& name : names) {
    auto apart = name.size() > max_compared ? least : distance(typed, name);
    if (apart < least) {
      least = apart;
      nearest = name;
    }
  }
  return nearest;
}

} // namespace touchline::nodes
