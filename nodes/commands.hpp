// What the program can do, one function per command. Results go to standard output, everything else
// to standard error; the returned number is the exit status: 0 done, 1 refused or failed, 2 wrong
// usage.
#pragma once

#include "league/season_file.hpp"
#include "nodes/configuration.hpp"
#include "nodes/season_plan.hpp"
#include "nodes/table_format.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace touchline::nodes {

/// Options that most commands share.
struct common_options {
  configuration config;
  output_format format = output_format::text;
  /// Matches per second at most; 0 for as fast as it goes.
  double pace = 0;
};

/// Plays the configured season and prints table and summary. `fresh` forgets what the data
/// directory holds.
int run_default_node(const common_options& options, bool fresh);

/// Plays a football.json file.
int replay_season(const common_options& options, const std::filesystem::path& file,
                  const league::rule_choice& choice);

/// Plays generated seasons.
int simulate_seasons(const common_options& options, const simulation& what);

/// Sends one message of the catalogue, its fields given as name=value (JSON for parts that are no
/// plain text), and prints the answer as JSON.
int send_message(const common_options& options, const std::string& name,
                 const std::vector<std::string>& fields, const std::string& id);

/// Prints what an entity was told: its records as JSON lines.
int print_history(const common_options& options, const std::string& address);

/// Prints how many flows are completed, running and overdue, and those in `state`, the newest
/// first; with an empty state those that are not completed.
int print_flows(const common_options& options, const std::string& state, size_t limit);

/// Prints one flow as a sequence, with times and nodes, and what it waits for.
int print_flow(const common_options& options, const std::string& id);

/// Checks that teams, players and money add up. Fails when they do not.
int print_audit(const common_options& options);

/// Prints the messages that were set aside, a JSON line each.
int print_dead_letters(const common_options& options);

/// Prints one sentence to standard error and returns the exit status of a failure.
int fail(const std::string& sentence);

} // namespace touchline::nodes
