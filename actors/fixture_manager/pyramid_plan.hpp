// What a pyramid's creation says about each of its seasons: days, keys, seeds, and how many teams
// move. Pure functions of the creation.
#pragma once

#include "messages/catalogue.pb.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace touchline::actors {

/// How many teams leave a tier (from 0) at the top: those promoted by position and the winner of
/// the play-offs.
uint32_t going_up(const PyramidCreate& plan, int tier);

/// How many teams leave a tier (from 0) at the bottom: as many as come up from the tier below.
uint32_t going_down(const PyramidCreate& plan, int tier);

/// First and last day of a season.
struct season_days {
  std::chrono::year_month_day start;
  std::chrono::year_month_day end;
};

/// The days of the season that starts in `year`; nothing when it does not lie, with its play-offs,
/// in the years 1 to 9999.
std::optional<season_days> days_of_season(const PyramidCreate& plan, int32_t year);

/// "2024-25", or "2024" when the season ends in the year in which it starts. Years have four
/// digits.
std::string key_of_season(const PyramidCreate& plan, int32_t year);

/// The request for the fixture list of a tier (from 0), without its teams. Its seed and that of its
/// lots are drawn from the pyramid's seed, the year and the tier. Requires a year that has a
/// season.
FixtureListGenerate list_of_tier(const PyramidCreate& plan, int32_t year, int tier);

/// What is wrong with a pyramid, if anything, as a sentence.
std::optional<std::string> check_pyramid(const PyramidCreate& plan);

} // namespace touchline::actors
