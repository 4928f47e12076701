// Plays a season: says everything that its plan holds to the actors, in order, and waits until all
// of it came to rest.
#pragma once

#include "actors/runtime/client.hpp"
#include "actors/runtime/runtime.hpp"
#include "messages/error.hpp"
#include "nodes/progress.hpp"
#include "nodes/season_plan.hpp"

#include <tl/expected.hpp>

namespace touchline::nodes {

/// How a season was played.
struct played_season {
  LeagueTable table;
  Sponsors sponsors;
  /// Results that were sent now, and that had been recorded before.
  uint32_t played_now = 0;
  uint32_t recorded_before = 0;
};

/// Plays seasons on a runtime, one after the other. Whatever was recorded before, in this process
/// or an earlier one, is found and not played again.
class season_player {
public:
  /// `pace`: matches per second at most; 0 for as fast as it goes.
  season_player(caf::actor_system& system, actors::runtime& runtime, double pace,
                progress& display);

  /// Plays a season from where it stands. Nothing is sent when a recorded result differs from the
  /// plan's.
  tl::expected<played_season, refusal> play(const season_plan& plan);

private:
  tl::expected<void, refusal> create_teams(const season_plan& plan);
  tl::expected<void, refusal> create_sponsors(const season_plan& plan);
  tl::expected<FixtureList, refusal> open_season(const season_plan& plan);
  tl::expected<void, refusal> play_matches(const season_plan& plan, const FixtureList& list,
                                           played_season& out);
  tl::expected<void, refusal> come_to_rest();
  void wait_for_pace(uint32_t played);

  /// Sends a read and parses its answer.
  template <class Reply, class Message>
  tl::expected<Reply, refusal> read(Message message);

  template <class Message>
  void send(const season_plan& plan, Message message, actors::answer_callback done);

  actors::runtime& runtime_;
  actors::client client_;
  double pace_;
  progress& display_;
  std::optional<refusal> failed_;
  int64_t began_ms_ = 0;
  uint64_t reads_ = 0;
};

} // namespace touchline::nodes
