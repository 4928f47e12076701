// What the command line can say, and the options that commands share. Each family of commands has a
// file of its own, which registers them; main.cpp runs the one that was chosen.
#pragma once

#include "nodes/commands.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Everything that the command line can say.
struct arguments {
  std::string config_file;
  std::string data_directory;
  /// As they were given: HOST:PORT,...
  std::string connect;
  tls_files tls;
  std::string format = "text";
  double pace = 0;
  bool fresh = false;
  std::string file;
  std::vector<std::string> deductions;
  league::rule_choice choice;
  simulation simulated;
  std::string pyramid_file;
  std::string name;
  std::vector<std::string> fields;
  std::string id;
  std::string token_file;
  std::string state;
  size_t limit = 100;
  uint32_t node = 0;
  uint32_t partition = 0;
  account_request account;
};

/// What was chosen; returns the exit status.
using chosen_command = std::function<int()>;

// -- shared options -------------------------------------------------------------------------------

/// Where the command works: `--config`, `--data-dir`, `--connect`, `--tls-…`.
void add_common(CLI::App& command, arguments& args);

/// `--format` for tables.
void add_output(CLI::App& command, arguments& args);

/// `--format` for what is no table and has no CSV.
void add_report_output(CLI::App& command, arguments& args);

/// `--token-file`.
void add_token(CLI::App& command, arguments& args);

/// The shared options, or nothing after a sentence on standard error.
std::optional<common_options> resolve(const arguments& args);

/// Makes `command` run `run` with the shared options, which it adds.
void on_chosen(CLI::App& command, arguments& args, chosen_command& chosen,
               std::function<int(const common_options&)> run);

// -- families of commands -------------------------------------------------------------------------

/// run, season replay, season simulate.
void add_season_commands(CLI::App& app, arguments& args, chosen_command& chosen);

/// account ...
void add_account_commands(CLI::App& app, arguments& args, chosen_command& chosen);

/// send, history, dead-letters, flows, flow, catalogue, audit.
void add_inspection_commands(CLI::App& app, arguments& args, chosen_command& chosen);

/// nodes, partitions.
void add_membership_commands(CLI::App& app, arguments& args, chosen_command& chosen);

/// shell.
void add_shell_command(CLI::App& app, arguments& args, chosen_command& chosen);

} // namespace touchline::nodes
