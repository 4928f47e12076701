#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/progress.hpp"
#include "nodes/pyramid_player.hpp"
#include "nodes/resident_memory.hpp"

#include "actors/runtime/clock.hpp"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace touchline::nodes {

namespace {

/// How fast it went, for people.
std::string speed(uint32_t seasons, uint32_t matches, int64_t elapsed_ms) {
  auto seconds = static_cast<double>(std::max<int64_t>(elapsed_ms, 1)) / 1000;
  std::ostringstream out;
  out << std::fixed << "Matches played now              " << matches
      << "\nSeasons a second                " << std::setprecision(2) << seasons / seconds
      << "\nResident memory                 " << std::setprecision(0) << resident_mib() << " MiB\n";
  return out.str();
}

tl::expected<std::vector<season_report>, refusal> play_seasons(pyramid_player& player,
                                                               league_access& access,
                                                               uint32_t count) {
  std::vector<season_report> reports;
  for (uint32_t i = 0; i < count; ++i) {
    auto season = player.play_season();
    if (!season)
      return tl::unexpected{season.error()};
    reports.push_back(std::move(*season));
    // Entities of a season that is over are not needed again.
    access.passivate_all();
    release_free_memory();
  }
  if (auto sound = player.check(); !sound)
    return tl::unexpected{sound.error()};
  return reports;
}

} // namespace

tl::expected<played_pyramid, refusal> play_pyramid(league_access& access,
                                                   const pyramid_configuration& config,
                                                   const simulation& what, double pace,
                                                   progress& display) {
  auto model = pyramid_model::make(config, what.seed);
  if (!model)
    return tl::unexpected<refusal>{{INVALID_ARGUMENT, model.error()}};
  pyramid_player player{access, config, std::move(*model), what.seed, pace, display};
  if (auto opened = player.open(); !opened)
    return tl::unexpected{opened.error()};
  auto reports = play_seasons(player, access, what.seasons);
  if (!reports)
    return tl::unexpected{reports.error()};
  return played_pyramid{std::move(*reports), player.played_now()};
}

std::optional<std::string> check_seasons(const pyramid_configuration& config, uint32_t seasons) {
  auto last_year = config.pyramid.first_year() + static_cast<int32_t>(seasons);
  if (actors::days_of_season(config.pyramid, last_year))
    return std::nullopt;
  return "The pyramid begins in " + std::to_string(config.pyramid.first_year()) + ": "
         + std::to_string(seasons) + " seasons go beyond the calendar.";
}

int simulate_pyramid(const common_options& options, const pyramid_configuration& config,
                     const simulation& what) {
  if (auto wrong = check_seasons(config, what.seasons))
    return fail(*wrong);
  if (auto model = pyramid_model::make(config, what.seed); !model)
    return fail(model.error());
  auto began_ms = actors::system_clock().steady_ms();
  auto access = open_access(options);
  if (!access)
    return fail(access.error().text);
  progress display{stderr};
  auto played = play_pyramid(**access, config, what, options.pace, display);
  if (!played)
    return fail(played.error().text);
  std::cerr << (*access)->summary()
            << speed(what.seasons, played->played_now,
                     actors::system_clock().steady_ms() - began_ms);
  std::cout << format_seasons(played->seasons, options.format) << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

} // namespace touchline::nodes
