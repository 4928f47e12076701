// The commands of the shell, a family in each source file.
#pragma once

#include "nodes/shell/command.hpp"

#include <vector>

namespace touchline::shell {

/// nodes, partitions, transfer, drain, undrain, join, remove.
std::vector<command> cluster_family();

/// history, flows, flow, dead-letters.
std::vector<command> record_family();

/// leagues, table, fixtures, results, teams, team, squad, ledger.
std::vector<command> league_family();

/// send, season simulate, season replay.
std::vector<command> action_family();

/// actors, inspect, at, supervisors, metrics, tail, restart, passivate, log-level, snapshot.
std::vector<command> actor_family();

/// All commands: the families, and those that the shell itself has, help, login, whoami and exit.
const command_table& all_commands();

} // namespace touchline::shell
