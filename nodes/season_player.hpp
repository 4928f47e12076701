// Plays a season: says everything that its plan holds to the actors, in order, and waits until all
// of it came to rest.
#pragma once

#include "nodes/pace.hpp"
#include "nodes/progress.hpp"
#include "nodes/season_client.hpp"
#include "nodes/season_plan.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <vector>

namespace touchline::nodes {

/// How a season was played.
struct played_season {
  LeagueTable table;
  Sponsors sponsors;
  /// Results that were sent now, and that had been recorded before.
  uint32_t played_now = 0;
  uint32_t recorded_before = 0;
};

/// Plays seasons on a league system, one after the other. Whatever was recorded before, in this
/// process or an earlier one, is found and not played again.
class season_player {
public:
  /// `per_second`: matches per second at most; 0 for as fast as it goes. Once `stop` says so no
  /// more matches are sent, and the season ends with UNAVAILABLE.
  season_player(league_access& access, double per_second, progress& display,
                std::function<bool()> stop = {});

  /// Plays a season from where it stands. Nothing is sent when a recorded result differs from the
  /// plan's.
  tl::expected<played_season, refusal> play(const season_plan& plan);

private:
  tl::expected<void, refusal> create_teams(const season_plan& plan);
  tl::expected<void, refusal> create_sponsors(const season_plan& plan);
  tl::expected<FixtureList, refusal> open_season(const season_plan& plan);
  tl::expected<std::vector<ResultCreate>, refusal> open_results(const season_plan& plan,
                                                                const FixtureList& list,
                                                                played_season& out);
  tl::expected<void, refusal> play_matches(const season_plan& plan, const FixtureList& list,
                                           played_season& out);

  template <class Message>
  void send(const season_plan& plan, Message message, std::function<void()> accepted = {});

  league_access& access_;
  season_client client_;
  pace pace_;
  progress& display_;
  std::function<bool()> stop_;
};

/// Plays seasons that are drawn from a seed, one after another, and stops at the first refusal.
tl::expected<std::vector<played_season>, refusal> play_simulation(league_access& access,
                                                                  const configuration& config,
                                                                  const simulation& what,
                                                                  double pace, progress& display);

} // namespace touchline::nodes
