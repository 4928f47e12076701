// What the benchmarks of clusters count, and how they show it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace touchline::bench {

using steady = std::chrono::steady_clock;

inline double milliseconds(steady::duration x) {
  return std::chrono::duration<double, std::milli>(x).count();
}

inline double seconds(steady::duration x) {
  return std::chrono::duration<double>(x).count();
}

/// The value below which `share` (0 to 1) of the values lie, between two of them if need be; 0 for
/// none.
inline double quantile(std::vector<double> values, double share) {
  if (values.empty())
    return 0;
  std::ranges::sort(values);
  auto place = share * static_cast<double>(values.size() - 1);
  auto below = static_cast<size_t>(place);
  auto above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

/// What a load reached.
struct load_figures {
  double per_second = 0;
  /// From the call to the acknowledgement, in milliseconds.
  double p50_ms = 0;
  double p99_ms = 0;
  uint64_t acknowledged = 0;
  /// What was not acknowledged; its times are not counted.
  uint64_t failed = 0;
  /// Why the last of these was not.
  std::string why;
};

/// Counts acknowledgements and their latencies.
class load_watch {
public:
  void acknowledged(steady::time_point sent) {
    latencies_.push_back(milliseconds(steady::now() - sent));
  }
  void failed(const std::string& why) {
    ++failed_;
    why_ = why;
  }

  /// Of everything since this was made; nothing may be under way.
  load_figures figures() const {
    auto elapsed = seconds(steady::now() - begin_);
    return {static_cast<double>(latencies_.size()) / elapsed,
            quantile(latencies_, 0.5),
            quantile(latencies_, 0.99),
            latencies_.size(),
            failed_,
            why_};
  }

private:
  steady::time_point begin_ = steady::now();
  std::vector<double> latencies_;
  uint64_t failed_ = 0;
  std::string why_;
};

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

/// A row of the table that bench/cluster/run collects: what, ours, etcd's, the ratio, the aim.
inline void print_row(const std::string& what, const std::string& ours, const std::string& theirs,
                      const std::string& ratio, const std::string& aim) {
  std::printf("| %-46s | %14s | %14s | %8s | %-10s |\n", what.c_str(), ours.c_str(), theirs.c_str(),
              ratio.c_str(), aim.c_str());
  std::fflush(stdout);
}

/// A number with so many digits behind the point.
inline std::string number(double x, int digits = 0) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, x);
  return text;
}

} // namespace touchline::bench
