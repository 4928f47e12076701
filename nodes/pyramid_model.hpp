// What happens in a simulated pyramid, season by season, as far as it follows from the
// configuration and the seed alone: squads, transfers, strengths. Who plays in which tier does not:
// that is the actors' to say.
#pragma once

#include "actors/fixture_manager/pyramid_plan.hpp"
#include "league/squad_life.hpp"
#include "nodes/drawn_result.hpp"
#include "nodes/pyramid_configuration.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace touchline::nodes {

/// How much stronger, in attack and in defence, a team of one tier is before its first season than
/// one of the tier below. A team meets opponents of its own tier, so the step shows only in whether
/// teams that moved hold their own: with it, a team in the middle of a tier goes up one and is
/// likelier to come down again. Chosen to look plausible, not fitted. It fades as strengths drift
/// (`league::strength_persistence`), and promotion and relegation take over.
inline constexpr double tier_step = 0.15;

/// A transfer window within a season.
struct season_window {
  /// Its place in the configuration, from 0.
  uint32_t number = 0;
  /// The first day on which it is open in this season; matches of earlier days are played before.
  std::chrono::year_month_day opens{};
  /// The day of its transfers: when it opens, or when the season starts if it opens before that and
  /// is open until then; its last day if it is not.
  std::chrono::year_month_day day{};
};

/// The windows of a season, by the day on which they open. A window belongs to the season whose
/// last day is the next one after its opening.
std::vector<season_window> windows_of(const pyramid_configuration& config,
                                      const actors::season_days& season);

/// A player as the catalogue has him.
Player to_player(const league::squad_member& member);

/// The teams of a pyramid, in the order of the configuration, from the first tier down.
class pyramid_model {
public:
  /// The pyramid before its first season. A sentence if a team cannot be simulated.
  static tl::expected<pyramid_model, std::string> make(const pyramid_configuration& config,
                                                       uint64_t seed);

  /// Begins season `season`, from 0, on its first day: players retire and youth comes up, one entry
  /// for each team; nothing in the first season. Requires every season once, in their order.
  std::vector<league::squad_renewal> begin_season(uint32_t season,
                                                  std::chrono::year_month_day start);

  /// Holds a window of the season that has begun: its transfers, which have taken place when this
  /// returns. Each team takes part in one at most.
  std::vector<league::transfer_move> hold_window(const season_window& window);

  /// The place of a team in `squads`; requires a team of the pyramid.
  size_t place_of(const std::string& team) const { return places_.at(team); }

  const std::vector<league::living_squad>& squads() const noexcept { return squads_; }

  /// The team at a place as it plays now.
  contender contender_at(size_t place) const;

  /// What the team at a place has received for players, less what it has paid, in minor units.
  int64_t fees_of(size_t place) const noexcept { return fees_[place]; }

  /// How many transfers there have been.
  uint64_t transfers() const noexcept { return transfers_; }

  /// The draw of a fixture of the current season. `tier` is from 0, `number` the fixture's.
  league::match_key key_of(uint32_t tier, uint32_t number) const noexcept;

private:
  explicit pyramid_model(uint64_t seed) : seed_{seed} {}

  uint64_t seed_;
  uint32_t season_ = 0;
  std::chrono::year_month_day start_{};
  std::vector<league::living_squad> squads_;
  std::vector<league::team_strength> strengths_;
  std::vector<int64_t> fees_;
  std::map<std::string, size_t> places_;
  uint64_t transfers_ = 0;
};

/// Adds the penalties of a shoot-out to the score of a level match: five each, taken in turn until
/// one side cannot be caught up with, and then one each until only one side scores. Three of four
/// penalties are scored.
void draw_shoot_out(const league::match_key& key, Score& score);

} // namespace touchline::nodes
