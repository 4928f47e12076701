// Who is there while the program plays its season, and stays behind it: the page of a terminal.
#pragma once

#include "nodes/commands.hpp"

#include <functional>
#include <memory>

namespace touchline::nodes {

class league_access;

/// What is there while a season is played, and stays behind it. Belongs to one thread.
class season_guest {
public:
  season_guest() = default;
  season_guest(const season_guest&) = delete;
  season_guest& operator=(const season_guest&) = delete;
  virtual ~season_guest() = default;

  /// True from when the program was told to end.
  virtual bool wants_end() = 0;

  /// Called behind the season. Returns when the program was told to end, or why it cannot go on.
  virtual tl::expected<void, refusal> stay() = 0;
};

/// Lets a guest in before the season begins; nullptr for none.
using season_guest_start = std::function<std::unique_ptr<season_guest>(league_access&)>;

/// Plays the configured season as `run_default_node` of commands.hpp does, and stays until the guest
/// ends. A season that the guest ends early is no success: 130, and nothing of it is lost.
int run_default_node(const common_options& options, bool fresh, const season_guest_start& let_in);

} // namespace touchline::nodes
