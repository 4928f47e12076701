// Plays a pyramid of leagues, season after season: says everything that happens in it to the
// actors, and waits for them where one thing has to come after another.
#pragma once

#include "nodes/pace.hpp"
#include "nodes/progress.hpp"
#include "nodes/pyramid_configuration.hpp"
#include "nodes/pyramid_model.hpp"
#include "nodes/pyramid_report.hpp"
#include "nodes/season_client.hpp"
#include "nodes/season_plan.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Plays one pyramid on a league system. A run that is broken off anywhere, by whatever, is taken
/// up by another one with the same configuration and seed: seasons that are complete are only read,
/// and in the one that was being played every command is sent again under the id that it had, so
/// that what was recorded is recognised. The outcome is that of a run that was left alone.
class pyramid_player {
public:
  /// `model` is the pyramid before its first season, made of the same configuration and seed.
  /// `per_second`: matches per second at most; 0 for as fast as it goes. References must outlive
  /// the player.
  pyramid_player(league_access& access, const pyramid_configuration& config, pyramid_model model,
                 uint64_t seed, double per_second, progress& display);

  /// Creates teams, sponsors and pyramid, or finds them. Refuses a data directory that holds the
  /// pyramid with other teams, rules or another seed.
  tl::expected<void, refusal> open();

  /// Plays the next season, from the first one on, to its end, and comes to rest; or reads it when
  /// it is complete. Refuses a recorded result that is not this run's, and whatever an actor
  /// refuses.
  tl::expected<season_report, refusal> play_season();

  /// Audits the store, and when this run has played matches holds it against what was played as
  /// well: see `check_outcome`. When it has not, a longer run may have begun the next season.
  tl::expected<void, refusal> check();

  /// Matches that were played by this run.
  uint32_t played_now() const noexcept { return played_now_; }

private:
  using done = tl::expected<void, refusal>;

  /// The season that is being played.
  struct season_now {
    std::string key;
    actors::season_days days{};
    /// The league of each team.
    std::map<std::string, std::string> leagues;
    /// By tier, as they were when the season was taken up.
    std::vector<FixtureList> lists;
  };

  done create_teams();
  done create_sponsors();
  done create_pyramid();

  tl::expected<PyramidDetails, refusal> read_pyramid();
  tl::expected<FixtureList, refusal> read_fixtures(const std::string& league);
  done take_up(const PyramidDetails& details);
  done play_to_the_end();
  done renew_squads();
  done hold_windows();
  done move_players(const season_window& window);
  done play_matches(const std::string& from, const std::string& to);
  done play_play_offs();
  tl::expected<size_t, refusal> play_open_play_offs(int tier);
  done check_completed();
  void pass_over_season();
  tl::expected<season_report, refusal> report();

  void send_result(const std::string& scope, int tier, ResultCreate result);
  ResultCreate draw(int tier, const Fixture& fixture) const;
  void take_contenders();
  void show_progress();

  const pyramid_configuration& config_;
  pyramid_model model_;
  league_access& access_;
  season_client client_;
  pace pace_;
  progress& display_;
  PyramidCreate creation_;
  /// The season that is next, from 0.
  uint32_t season_ = 0;
  season_now now_;
  std::vector<contender> contenders_;
  uint32_t played_now_ = 0;
};

/// What is wrong with the leagues of a pyramid, if anything: a team is lost, or in two leagues, or
/// a league has another number of teams than it began with.
std::optional<std::string> check_membership(const PyramidCreate& creation,
                                            const PyramidDetails& details);

/// Seasons of a pyramid, and how many matches were played now.
struct played_pyramid {
  std::vector<season_report> seasons;
  uint32_t played_now = 0;
};

/// What is wrong with playing so many seasons, if anything, as a sentence: the calendar ends.
std::optional<std::string> check_seasons(const pyramid_configuration& config, uint32_t seasons);

/// Plays seasons of a pyramid that are drawn from a seed, checks what is stored, and stops at the
/// first refusal.
tl::expected<played_pyramid, refusal> play_pyramid(league_access& access,
                                                   const pyramid_configuration& config,
                                                   const simulation& what, double pace,
                                                   progress& display);

} // namespace touchline::nodes
