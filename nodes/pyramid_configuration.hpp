// What the section `pyramid` of a configuration file says: leagues in tiers with their teams, the
// rules of squads and transfer windows, money and sponsors. The keys are those of
// config/england.conf.
#pragma once

#include "messages/catalogue.pb.h"
#include "nodes/settings_file.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Bounds of a configured pyramid, beside those of pyramid.create.
inline constexpr int64_t max_capital = 1'000'000'000'000'000;
/// What `squad.min` may be at most: so many players are left whoever retires.
inline constexpr int64_t max_squad_min = 11;
/// What `squad.max` may be at most; at least it is `league::max_living_squad`.
inline constexpr int64_t max_squad_max = 64;
/// First years: that of the first football league, and one that leaves room for 1000 seasons.
inline constexpr int64_t min_first_year = 1888;
inline constexpr int64_t max_first_year = 8'900;

/// A pyramid to be simulated, in the catalogue's messages.
struct pyramid_configuration {
  /// Without its seed, which is the run's.
  PyramidCreate pyramid;
  LeagueRules rules;
  /// What every team begins with.
  Money capital;
  std::vector<SponsorCreate> sponsors;
};

/// Reads the section `pyramid`; what is wrong with it is kept by the file.
pyramid_configuration read_pyramid(settings_file& file);

/// Reads the section `pyramid` of a configuration file; other sections are for
/// `read_configuration`. One sentence for the first mistake: no such file, not the syntax, no such
/// section, a missing or unknown key, a value of the wrong type or out of bounds, a team that comes
/// twice, numbers of teams that do not fit each other, a deal that sponsor.create would refuse.
tl::expected<pyramid_configuration, std::string> read_pyramid(const std::filesystem::path& path);

} // namespace touchline::nodes
