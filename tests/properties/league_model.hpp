// A league as it should be: plain values in memory that know nothing of actors, records or disks.
#pragma once

#include "tests/properties/script.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace touchline::testing {

inline constexpr int tiers = 2;
inline constexpr int teams_per_tier = 4;
/// Fewest players of a squad, and those that it begins with.
inline constexpr size_t fewest_players = 2;
inline constexpr int first_squad = 3;
/// What a team begins with, in minor units.
inline constexpr int64_t capital = 1'000;
/// Teams that go up from the second tier: the champion, and the winner of a final of the next two.
inline constexpr size_t movers = 2;

/// "t3".
std::string team_key(int team);

struct model_player {
  std::string name;
  uint32_t shirt = 0;
};

struct model_team {
  std::string name;
  int tier = 0;
  /// By the players' keys.
  std::map<std::string, model_player> squad;
  /// Fees that came in, less those that were paid; and what sponsors paid.
  int64_t from_transfers = 0;
  int64_t from_sponsors = 0;
  /// Players who came and went by transfers this season.
  uint32_t came = 0;
  uint32_t went = 0;
};

struct model_sponsor {
  int64_t amount = 0;
  /// Empty for a deal with a tier.
  std::string team;
  int tier = 0;
  /// On top of it for the champion.
  int64_t bonus = 0;
  int64_t paid = 0;
};

using pairing = std::pair<std::string, std::string>;
using goals = std::pair<uint32_t, uint32_t>;

/// A season of one tier.
struct model_season {
  std::set<std::string> teams;
  std::map<pairing, goals> results;
};

/// A row of a table.
struct model_row {
  int played = 0;
  int won = 0;
  int drawn = 0;
  int lost = 0;
  int goals_for = 0;
  int goals_against = 0;

  int points() const { return 3 * won + drawn; }
  int difference() const { return goals_for - goals_against; }
  friend bool operator==(const model_row&, const model_row&) = default;
};

std::map<std::string, model_row> table_of(const model_season& season);

/// The league.
struct league_model {
  std::map<std::string, model_team> teams;
  std::map<std::string, model_sponsor> sponsors;
  /// The season that is played, by tier.
  std::vector<model_season> seasons{tiers};
  /// Transfers that were completed.
  uint64_t transfers = 0;
  /// Fees paid to outside, less those that came from there.
  int64_t outside = 0;
  size_t squad_max = 6;
  bool window_open = true;
  /// All keys that players ever had.
  std::set<std::string> known_players;

  /// Eight teams with three players each.
  static league_model founded();

  /// Key of who wears the number; nothing when nobody does.
  std::optional<std::string> wearer(const std::string& team, int shirt) const;

  /// Whether a command is accepted when nothing else is under way. `match` is the pair that a
  /// result is for.
  bool accepts(const command& x, const pairing& match) const;

  /// Where he plays; empty for nowhere.
  std::string team_of(const std::string& player) const;

  /// The number that a player gets who wants one, 0 for any.
  uint32_t free_shirt(const std::string& team, uint32_t wanted) const;

  /// What verb::configure does.
  void configure(const command& x);

  /// The matches are over: pays sponsors and moves teams. `order` is the final order of each tier,
  /// `promoted` those who go up from the second.
  void end_season(const std::vector<std::vector<std::string>>& order,
                  const std::set<std::string>& promoted);

private:
  void pay_sponsors(int tier, const std::vector<std::string>& order);
  bool accepts_signing(const std::string& buyer, int64_t fee) const;
  bool accepts_leaving(const std::string& seller, int shirt) const;
};

} // namespace touchline::testing
