// The play-offs at the end of a season, between the fixture manager's state and league/play_offs.
#pragma once

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "messages/error.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace touchline::actors {

/// The most penalties that one team scores in a shoot-out; the longest on record had 56 kicks in
/// all.
inline constexpr uint32_t max_shoot_out_goals = 99;

/// Whether a number of qualifiers makes a play-off, or none: 0, 2, 4 or 8.
bool is_play_off_size(uint32_t qualifiers);

/// Days from the last day of the league to the final of a play-off of so many qualifiers; 0 for
/// none.
std::chrono::days play_off_length(uint32_t qualifiers);

/// Whether the season has begun its play-offs.
bool has_play_offs(const FixtureManagerState& now);

/// Whether the score has a shoot-out.
bool has_shoot_out(const Score& score);

/// What comes after the play-off matches that have results: another round, or the winner. Both are
/// empty when the season has no play-offs.
struct play_off_progress {
  google::protobuf::RepeatedPtrField<Fixture> next_round;
  std::string winner;
};

/// How far the play-offs of `qualifiers`, best first, have come. Every play-off fixture of the
/// state has its result. A sentence when the results contradict each other.
tl::expected<play_off_progress, std::string> progress_of_play_offs(
  const FixtureManagerState& now,
  const google::protobuf::RepeatedPtrField<std::string>& qualifiers);

/// Why a play-off fixture cannot end with this score, if so: it was awarded, a shoot-out is out of
/// bounds or level, a tie is level and has no shoot-out, a match has one that needs none, or a
/// second leg comes before the first. A correction is held against the other leg as well.
std::optional<refusal> check_play_off_score(const FixtureManagerState& now, const Fixture& fixture,
                                            const Score& score);

/// Whether a round follows that of the play-off fixture.
bool has_later_round(const FixtureManagerState& now, const Fixture& fixture);

} // namespace touchline::actors
