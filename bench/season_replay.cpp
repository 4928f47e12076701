// The bundled season of 380 matches, every message durable, on a new data directory each time.
//
//   bench_season_replay [SEASONS]
#include "bench/bench_node.hpp"
#include "nodes/season_player.hpp"

#include <algorithm>
#include <vector>

using namespace touchline;
using namespace touchline::bench;

int main(int argc, char** argv) {
  auto seasons = std::max(1, argc > 1 ? std::atoi(argv[1]) : 20);
  auto file = nodes::read_season(std::string{TOUCHLINE_SOURCE_DIR} + "/data/2022-23/en.1.json");
  nodes::configuration config;
  auto plan = nodes::plan_replay(*file, {}, config.sponsors);
  std::vector<double> times;
  int64_t messages = 0;
  uint64_t syncs = 0;
  for (int i = 0; i < seasons; ++i) {
    scratch_folder folder;
    auto access = start_access(folder.path());
    auto& node = access->node();
    nodes::progress silent{nullptr};
    nodes::season_player player{*access, 0, silent};
    auto begin = std::chrono::steady_clock::now();
    auto played = player.play(*plan);
    times.push_back(seconds_since(begin));
    if (!played || !played->table.complete()) {
      std::fprintf(stderr, "the season was not played to its end\n");
      return 1;
    }
    for (auto* count : node.runtime().metrics().handled)
      messages += count->value();
    syncs += node.runtime().writer_statistics().transactions;
  }
  double total = 0;
  for (auto x : times)
    total += x;
  std::ranges::sort(times);
  auto median = times[times.size() / 2];
  auto per_second = [total](double n) { return n / total; };
  // Counters of the registry belong to one actor system each, so they add up over the seasons.
  std::printf(
    "a season: median %.3f s, worst %.3f s; %.2f seasons/s, %.0f messages/s, %.0f syncs a "
    "season\n",
    median, times.back(), per_second(seasons), per_second(static_cast<double>(messages)),
    static_cast<double>(syncs) / seasons);
  std::printf("{\"median_s\":%.4f,\"worst_s\":%.4f,\"seasons_per_s\":%.3f,\"messages_per_s\":%.0f,"
              "\"syncs_per_season\":%.1f}\n",
              median, times.back(), per_second(seasons), per_second(static_cast<double>(messages)),
              static_cast<double>(syncs) / seasons);
}
