// What the program can do, one function per command. Results go to standard output, everything else
// to standard error; the returned number is the exit status: 0 done, 1 refused or failed, 2 wrong
// usage.
#pragma once

#include "league/season_file.hpp"
#include "nodes/account_roles.hpp"
#include "nodes/configuration.hpp"
#include "nodes/connection.hpp"
#include "nodes/pyramid_configuration.hpp"
#include "nodes/season_plan.hpp"
#include "nodes/table_format.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace touchline::nodes {

/// Options that most commands share.
struct common_options {
  configuration config;
  /// The cluster to work against; nothing for a node within this process, on the data directory of
  /// `config`.
  std::optional<connection> connect;
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

/// Plays a pyramid of leagues; of `what`, the seasons and the seed.
int simulate_pyramid(const common_options& options, const pyramid_configuration& config,
                     const simulation& what);

/// Sends one message of the catalogue, its fields given as name=value (JSON for parts that are no
/// plain text), and prints the answer as JSON. With a token it is sent as the token's account, else
/// as the local operator. Refuses messages with secrets in them: arguments are seen by others.
int send_message(const common_options& options, const std::string& name,
                 const std::vector<std::string>& fields, const std::string& id,
                 const std::string& token);

/// Prints what an entity was told: its records as JSON lines.
int print_history(const common_options& options, const std::string& address);

/// Prints how many flows are completed, running and overdue, and those in `state`, the newest
/// first; the state "lost" is that of flows that lost a step. With an empty state those that are
/// not completed, and those that lost a step.
int print_flows(const common_options& options, const std::string& state, size_t limit);

/// Prints one flow as a sequence, with times and nodes, and what it waits for.
int print_flow(const common_options& options, const std::string& id);

/// Prints the catalogue as a document in Markdown.
int print_catalogue();

/// Checks that teams, players and money add up. Fails when they do not.
int print_audit(const common_options& options);

/// Prints the messages that were set aside, a JSON line each.
int print_dead_letters(const common_options& options);

/// Prints one of them, with the message itself, less its secrets.
int show_dead_letter(const common_options& options, const std::string& id);

/// Sends the message again. Fails, and keeps it, when it fails again.
int retry_dead_letter(const common_options& options, const std::string& id);

/// Forgets the message for good.
int drop_dead_letter(const common_options& options, const std::string& id);

/// What a command about an account says; each command uses a part of it.
struct account_request {
  std::string account;
  std::string name;
  /// One of `account_roles`; empty for none.
  std::string role;
  std::vector<std::string> teams;
  std::vector<std::string> sponsors;
  bool suspend = false;
  bool restore = false;
  /// Of the token to revoke; empty for all.
  std::string token_id;
  /// Minutes that a new token is good for; 0 for the default.
  int minutes = 0;
  /// Where to write a new token; empty for standard output.
  std::string token_file;
  /// Id of the command; one is drawn when it is empty.
  std::string id;
  /// Whose rights the command uses; empty for the local operator's.
  std::string token;
};

/// The token in a file, or, without one, in the environment variable TOUCHLINE_TOKEN; empty when
/// there is none.
tl::expected<std::string, std::string> find_token(const std::string& file);

/// Creates an account and prints its invitation code.
int create_account(const common_options& options, const account_request& request);

/// Opens a new invitation and prints its code.
int invite_account(const common_options& options, const account_request& request);

/// Changes what an account may do; what the request does not name stays.
int update_account(const common_options& options, const account_request& request);

int show_account(const common_options& options, const account_request& request);

int revoke_tokens(const common_options& options, const account_request& request);

/// Uses an invitation and sets the password that standard input gives.
int activate_account(const common_options& options, const std::string& code);

/// Prints a token for the password that standard input gives.
int log_in(const common_options& options, const account_request& request);

/// Replaces the password that standard input gives first by the one that it gives then.
int change_password(const common_options& options, const account_request& request);

/// Prints one sentence to standard error and returns the exit status of a failure.
int fail(const std::string& sentence);

} // namespace touchline::nodes
