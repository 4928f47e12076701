// A league that a script is played on: a real node, and the model that says what it must be.
#pragma once

#include "tests/properties/command_messages.hpp"
#include "tests/properties/league_node.hpp"

#include <deque>

namespace touchline::testing {

/// The league and its model. Every function throws a disagreement when they differ.
class played_league {
public:
  /// A node with a pyramid of two tiers of four teams with three players each.
  played_league();

  void play(const step& x);

  /// Mends everything, and compares the league with the model and the store with itself.
  void finish();

private:
  /// A command whose outcome the model does not know yet.
  struct open_command {
    std::string id;
    command what;
    pairing match;
    bool play_off = false;
    /// What the model said of it when it was sent.
    bool acceptable = false;
  };

  /// What became of a player by some commands, whatever their order.
  struct moved_player {
    /// How often each team gained him, less how often it lost him.
    std::map<std::string, int> teams;
    model_player now;
  };
  using moved_players = std::map<std::string, moved_player>;

  /// A season that is over.
  struct past_season {
    int tier = 0;
    std::string season;
    model_season played;
  };

  // -- commands ---------------------------------------------------------------------------------
  void play_commands(const step& x);
  std::string send(const command& x);
  pairing match_of(const command& x) const;
  void repeat(int count);

  // -- the model follows ------------------------------------------------------------------------
  void agree(bool alone);
  void sort_open();
  void apply(const open_command& x, moved_players& moved, bool alone);
  void apply_player(const open_command& x, moved_players& moved, bool alone);
  void apply_transfer(const open_command& x, moved_players& moved, bool alone);
  void apply_sponsor(const command& x);
  void apply_result(const open_command& x);
  void move_players(const moved_players& moved);

  // -- seasons ----------------------------------------------------------------------------------
  void play_season(const step& x);
  std::vector<std::string> send_results(bool corrections);
  std::string send_result(int tier, const Fixture& fixture, verb what);
  void end_season();
  std::vector<std::string> final_order(int tier);
  std::set<std::string> promoted_teams(const std::vector<std::string>& order);
  void open_season();
  FixtureList list_of(int tier);
  PyramidDetails pyramid();

  // -- comparing --------------------------------------------------------------------------------
  void compare();
  void compare_team(const std::string& key, const model_team& expected);
  void compare_squad(const TeamDetails& found, const model_team& expected);
  void compare_membership();
  void compare_table(int tier, const std::string& season, const model_season& expected);
  void compare_stats(int tier);
  void compare_sponsors();
  void compare_transfers();
  void compare_store();
  void adopt_players();
  TeamDetails team(const std::string& key);

  league_node node_;
  league_model model_ = league_model::founded();
  std::string season_;
  /// League matches of the season by tier, in the order of the list.
  std::vector<std::vector<pairing>> matches_{tiers};
  std::vector<past_season> past_;
  std::vector<open_command> open_;
  /// Ids of commands that were accepted, the newest last.
  std::vector<std::string> accepted_;
  uint32_t drawn_ = 0;
};

} // namespace touchline::testing
