// What happens to a league in a property test, as plain values: a script can be generated, shrunk,
// printed and played again.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <string>
#include <vector>

namespace touchline::testing {

/// Teams "t0" to "t7" exist, four in each of the two tiers; "t8" does not.
inline constexpr int known_teams = 8;
/// Sponsors "s0" and "s1".
inline constexpr int possible_sponsors = 2;
/// League matches whose results single commands record and correct, of the twelve of a tier: so
/// that a season ends only by `finish_season`.
inline constexpr int single_results = 4;

/// What a command asks for.
enum class verb {
  rename_team,
  add_player,
  update_player,
  delete_player,
  buy_from_outside,
  buy,
  sell,
  sell_to_outside,
  create_sponsor,
  update_sponsor,
  record_result,
  correct_result,
  configure,
};

/// A command from outside. Which numbers matter depends on the verb.
struct command {
  verb what = verb::rename_team;
  /// The team that acts, and the other one; 0 to known_teams. Of a result: the tier is `team` % 2.
  int team = 0;
  int other = 0;
  /// The number that a player wears, or shall wear: 1 to 6. Of a result: the goals of the hosts.
  int shirt = 1;
  /// The number that he shall wear then, 0 for any. Of a result: the goals of the guests.
  int new_shirt = 0;
  /// Money in minor units, or the number of a match, or the size of a squad.
  int amount = 0;
};

/// What else happens while commands are under way.
enum class disturbance {
  none,
  restart,
  fail_entity,
  fail_partition,
  passivate,
  /// Time leaps beyond all deadlines.
  leap,
};

/// Makes the handlers of a message throw.
struct fault {
  /// Name in the catalogue.
  std::string message;
  /// How often each message of this name fails; fails_always until somebody mends it.
  int times = 0;
};

inline constexpr int fails_always = 1'000'000;

/// Some commands at the same time, and what disturbs them.
struct step {
  std::vector<command> commands;
  /// Plays all matches that are left instead, until the next season begins.
  bool finish_season = false;
  /// Which of the messages that may follow fails, and how often each of them does.
  int broken = 0;
  int failures = 0;
  disturbance meanwhile = disturbance::none;
  /// Answers that are waited for before the disturbance, and who it meets.
  int patience = 0;
  int where = 0;
  /// A second caller sends the same commands under the same ids at the same time.
  bool twice = false;
  /// An operator mends what is broken and retries all dead letters before the next step.
  bool mend = true;
  /// Sends so many of the newest commands that were accepted once more.
  int repeat = 0;
};

using script = std::vector<step>;

/// What is broken meanwhile.
fault fault_of(const step& x);

/// A script, of as many steps as RapidCheck's size.
rc::Gen<script> any_script();

std::ostream& operator<<(std::ostream& out, const command& x);
std::ostream& operator<<(std::ostream& out, const step& x);

} // namespace touchline::testing
