// What has to be said to the actors so that a season is played: the same for a season that was
// played and for one that is drawn.
#pragma once

#include "league/season_file.hpp"
#include "messages/catalogue.pb.h"
#include "messages/error.hpp"
#include "nodes/configuration.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// One season, in the catalogue's messages.
struct season_plan {
  std::string league;
  std::string season;
  std::string league_name;
  LeagueRules rules;
  std::vector<SponsorCreate> sponsors;
  std::vector<TeamCreate> teams;
  FixtureListGenerate fixtures;
  /// The results in the order in which they are to be sent, given the season's fixture list.
  std::function<std::vector<ResultCreate>(const FixtureList&)> results;
};

/// The deals of a configuration as messages.
std::vector<SponsorCreate> sponsor_messages(const std::vector<sponsor_deal>& deals);

/// Reads a football.json file, or says in one sentence what is wrong: no such file, not a file, too
/// large, or what the importer finds.
tl::expected<league::season_file, std::string> read_season(const std::filesystem::path& file);

/// The plan of a season that was played, under the rules that were chosen. Other choices than the
/// file's own make another league of it, so that both can live in one data directory.
tl::expected<season_plan, std::string> plan_replay(const league::season_file& file,
                                                   const league::rule_choice& choice,
                                                   const std::vector<sponsor_deal>& sponsors);

/// Why a recorded match cannot be one of a plan: it has another score. Nothing if it can.
std::optional<refusal> check_recorded(const Fixture& recorded, const ResultCreate& planned);

/// What a simulation is made of. 2 to 64 teams, 1 to 1000 seasons.
struct simulation {
  uint32_t teams = 20;
  uint32_t seasons = 1;
  uint64_t seed = 1;
};

/// A league that is simulated season by season: each season's teams are those that the last one
/// left, and new ones in the place of the relegated.
class simulated_league {
public:
  simulated_league(const simulation& options, const std::vector<sponsor_deal>& sponsors);

  /// The plan of season `index`, from 0; `before` is the final table of the season before, empty
  /// for the first.
  season_plan plan(uint32_t index, const LeagueTable& before);

  /// How many teams leave the league after each season.
  uint32_t relegated() const noexcept;

private:
  struct member {
    /// The generator's number for it.
    uint32_t index = 0;
    std::string key;
    std::string name;
  };

  member make_member(uint32_t index) const;
  void replace_relegated(const LeagueTable& before);

  simulation options_;
  const std::vector<sponsor_deal>& sponsors_;
  std::vector<member> members_;
  uint32_t next_index_ = 0;
};

} // namespace touchline::nodes
