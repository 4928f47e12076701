// England's pyramid for many seasons, every message durable, on a new data directory: how long each
// season takes, and how much memory the process has after it.
//
//   bench_pyramid [SEASONS] [SEED]
#include "bench/bench_node.hpp"
#include "nodes/progress.hpp"
#include "nodes/pyramid_player.hpp"
#include "nodes/resident_memory.hpp"

#include <algorithm>
#include <vector>

using namespace touchline;
using namespace touchline::bench;

namespace {

/// What a season took, and left.
struct measured_season {
  std::string name;
  double seconds = 0;
  /// Of it, making the idle entities leave memory and giving free memory back.
  double passivation_seconds = 0;
  uint32_t matches = 0;
  double resident_mib = 0;
  double anonymous_mib = 0;
  double data_file_mib = 0;
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

measured_season play_season(nodes::pyramid_player& player, nodes::league_access& access,
                            const std::filesystem::path& folder) {
  measured_season result;
  auto played_before = player.played_now();
  auto begin = std::chrono::steady_clock::now();
  auto season = player.play_season();
  if (!season)
    stop(season.error().text);
  auto played = std::chrono::steady_clock::now();
  access.passivate_all();
  nodes::release_free_memory();
  result.name = season->season;
  result.passivation_seconds = seconds_since(played);
  result.seconds = seconds_since(begin);
  result.matches = player.played_now() - played_before;
  result.resident_mib = nodes::resident_mib();
  result.anonymous_mib = nodes::anonymous_mib();
  result.data_file_mib
    = static_cast<double>(std::filesystem::file_size(folder / "data.mdb")) / (1024 * 1024);
  return result;
}

void print_row(const measured_season& x) {
  std::printf("%-9s %8.3f %8.3f %9.0f %13.1f %14.1f %13.1f\n", x.name.c_str(), x.seconds,
              x.passivation_seconds, x.matches / x.seconds, x.resident_mib, x.anonymous_mib,
              x.data_file_mib);
  std::fflush(stdout);
}

/// The mean time of the seasons from one on and before another one.
double mean_seconds(const std::vector<measured_season>& seasons, size_t from, size_t to) {
  double sum = 0;
  for (auto i = from; i < to; ++i)
    sum += seasons[i].seconds;
  return sum / static_cast<double>(std::max<size_t>(to - from, 1));
}

} // namespace

int main(int argc, char** argv) {
  auto count = std::max(1, argc > 1 ? std::atoi(argv[1]) : 25);
  auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 7;
  auto config = nodes::read_pyramid(std::string{TOUCHLINE_SOURCE_DIR} + "/config/england.conf");
  if (!config)
    stop(config.error());
  auto model = nodes::pyramid_model::make(*config, seed);
  if (!model)
    stop(model.error());
  scratch_folder folder;
  auto access = start_access(folder.path());
  nodes::progress silent{nullptr};
  auto begin = std::chrono::steady_clock::now();
  nodes::pyramid_player player{*access, *config, std::move(*model), seed, 0, silent};
  if (auto opened = player.open(); !opened)
    stop(opened.error().text);
  std::printf("season     seconds passiv.  matches/s resident MiB  anonymous MiB data file MiB\n");
  std::vector<measured_season> seasons;
  for (int i = 0; i < count; ++i) {
    seasons.push_back(play_season(player, *access, folder.path()));
    print_row(seasons.back());
  }
  auto seconds = seconds_since(begin);
  if (auto sound = player.check(); !sound)
    stop(sound.error().text);
  // Some seasons pass until players, transfers and the state of the entities have settled.
  auto early = std::min<size_t>(4, seasons.size() - 1);
  auto fifth = std::min(seasons.size(), early + 5);
  auto last = seasons.size() - std::min<size_t>(5, seasons.size());
  std::printf(
    "%d seasons, %u matches in %.1f s: %.0f matches/s; a season took %.3f s from the %zuth"
    " on and %.3f s at the end; resident %.1f MiB then and %.1f MiB now\n",
    count, player.played_now(), seconds, player.played_now() / seconds,
    mean_seconds(seasons, early, fifth), early + 1, mean_seconds(seasons, last, seasons.size()),
    seasons[early].resident_mib, seasons.back().resident_mib);
  std::printf("{\"seasons\":%d,\"matches\":%u,\"seconds\":%.2f,\"matches_per_s\":%.0f,"
              "\"early_season_s\":%.3f,\"late_season_s\":%.3f,\"early_resident_mib\":%.1f,"
              "\"late_resident_mib\":%.1f}\n",
              count, player.played_now(), seconds, player.played_now() / seconds,
              mean_seconds(seasons, early, fifth), mean_seconds(seasons, last, seasons.size()),
              seasons[early].resident_mib, seasons.back().resident_mib);
}
