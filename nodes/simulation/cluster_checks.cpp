#include "nodes/simulation/cluster_checks.hpp"

#include "actors/season_rules.hpp"
#include "actors/stats_manager/stats_manager.pb.h"
#include "messages/record.pb.h"
#include "nodes/audit.hpp"
#include "nodes/stored_state.hpp"

#include <limits>
#include <set>

namespace touchline::simulated {

namespace {

using streams = std::map<std::string, std::vector<Record>>;

/// Keys and values of the content, in an order of their own.
using content = std::map<std::pair<storage::table, std::string>, std::string>;

std::string on_node(uint32_t node) {
  return " on node " + std::to_string(node);
}

// -- replicas -------------------------------------------------------------------------------------

void check_logs(simulated_cluster& cluster) {
  for (uint32_t node = 1; node <= cluster.nodes(); ++node)
    for (uint32_t i = 0; i < cluster.partitions(); ++i)
      cluster.note_committed(node, i, 1, std::numeric_limits<uint64_t>::max());
}

content content_of(simulated_cluster& cluster, uint32_t node) {
  content out;
  std::string cursor;
  for (bool at_end = false; !at_end;) {
    auto piece = cluster.node(node).disk().copy_content([](auto) { return true; }, cursor, {});
    if (!piece) {
      cluster.report("The content" + on_node(node) + " cannot be read: " + piece.error().text);
      return out;
    }
    for (auto& x : piece->batch.operations())
      out[{x.where, std::string{piece->batch.key(x)}}] = piece->batch.value(x);
    cursor = piece->next_cursor;
    at_end = piece->at_end;
  }
  return out;
}

void check_content(simulated_cluster& cluster) {
  auto first = content_of(cluster, 1);
  for (uint32_t node = 2; node <= cluster.nodes(); ++node) {
    auto other = content_of(cluster, node);
    if (other == first)
      continue;
    auto describe = [&](const content& has, const content& lacks, const char* what) {
      for (auto& [key, value] : has)
        if (auto at = lacks.find(key); at == lacks.end() || at->second != value) {
          cluster.report(storage::describe(key.first, key.second) + what + on_node(node)
                         + " as on node 1.");
          return;
        }
    };
    describe(first, other, " is not the same");
    describe(other, first, " is not the same");
  }
}

// -- streams --------------------------------------------------------------------------------------

streams read_streams(simulated_cluster& cluster) {
  streams out;
  auto& disk = cluster.node(1).disk();
  auto addresses = nodes::addresses_with(disk, {});
  if (!addresses) {
    cluster.report(addresses.error());
    return out;
  }
  for (auto& address : *addresses) {
    auto& records = out[address];
    for (bool at_end = false; !at_end;) {
      auto read = disk.read_stream(address, records.size() + 1, {},
                                   [&records](uint64_t, std::string_view bytes) {
                                     return records.emplace_back().ParseFromArray(
                                       bytes.data(), static_cast<int>(bytes.size()));
                                   });
      if (!read) {
        cluster.report(read.error().text);
        break;
      }
      at_end = read->at_end;
    }
  }
  return out;
}

void check_commands(simulated_cluster& cluster, const streams& all, const league_workload& played) {
  std::map<std::string, std::vector<const Record*>> handled;
  for (auto& [address, records] : all)
    for (auto& record : records)
      if (record.cause().from().empty())
        handled[record.cause().id() + " to " + address].push_back(&record);
  for (auto& [id, records] : handled)
    if (records.size() > 1)
      cluster.report("The command " + id + " has " + std::to_string(records.size()) + " records.");
  for (auto& [id, command] : played.commands()) {
    if (!command.acknowledged || command.is_read)
      continue;
    auto at = handled.find(id + " to " + command.address);
    if (at == handled.end())
      cluster.report("The command " + id + ", which was acknowledged, has no record.");
    else if (!at->second.front()->deferred()
             && at->second.front()->position() != command.acknowledged->position)
      cluster.report("The command " + id + " was acknowledged at position "
                     + std::to_string(command.acknowledged->position) + " and is at "
                     + std::to_string(at->second.front()->position()) + '.');
  }
}

/// Each message that a record sent was handled by its receiver, once.
void check_messages(simulated_cluster& cluster, const streams& all) {
  std::map<std::string, int> balance;
  for (auto& [address, records] : all)
    for (auto& record : records) {
      for (int i = 0; i < record.outgoing_size(); ++i)
        ++balance[address + '#' + std::to_string(record.position() << 16 | static_cast<uint64_t>(i))
                  + " to " + record.outgoing(i).to()];
      if (const auto& cause = record.cause(); !cause.from().empty())
        --balance[cause.from() + '#' + std::to_string(cause.sequence()) + " to " + address];
    }
  for (auto& [message, open] : balance)
    if (open != 0)
      cluster.report("The message " + message
                     + (open > 0 ? " was not handled." : " was handled and never sent, or twice."));
}

void check_rest(simulated_cluster& cluster) {
  auto& disk = cluster.node(1).disk();
  if (auto letters = disk.dead_letters({}, 10); letters)
    for (auto& letter : *letters)
      cluster.report("There is a dead letter " + letter.id + '.');
  if (auto marks = disk.outbox({}, 10); marks)
    for (auto& mark : *marks)
      cluster.report("The outbox of " + mark.address + " is not empty.");
}

// -- what the league says -------------------------------------------------------------------------

void check_audit(simulated_cluster& cluster) {
  auto audits = nodes::audit_store(cluster.node(1).disk());
  if (!audits) {
    cluster.report(audits.error());
    return;
  }
  for (auto& audit : *audits) {
    for (auto& problem : audit.problems)
      cluster.report(problem);
    for (auto& [currency, money] : audit.money)
      if (!money.adds_up() || money.paid_by_sponsors == 0 || money.on_the_way != 0)
        cluster.report("The money in " + currency + " does not add up.");
  }
}

void check_table(simulated_cluster& cluster, const league_workload& played) {
  auto state = nodes::read_state_of<actors::StatsManagerState>(
    cluster.node(1).disk(), "stats-manager/" + played.league() + '/' + played.season());
  if (!state || !played.table()) {
    cluster.report(state ? "The table could not be read:" + played.open_commands() : state.error());
    return;
  }
  auto rules = actors::to_league_rules(state->rules(), state->teams());
  if (!rules) {
    cluster.report(rules.error());
    return;
  }
  league::table counted{static_cast<size_t>(state->teams_size())};
  for (auto& [teams, score] : played.scores()) {
    auto home = actors::index_of_team(state->teams(), teams.first);
    auto away = actors::index_of_team(state->teams(), teams.second);
    if (!home || !away) {
      cluster.report("A team of the league is not in its table.");
      return;
    }
    counted.add(actors::to_league_result(*home, *away, score));
  }
  auto teams = state->teams();
  for (auto& team : teams)
    team.set_name(played.team_names().at(team.team()));
  LeagueTable expected;
  actors::add_standings(counted.standings(*rules), teams, *expected.mutable_rows());
  LeagueTable found;
  *found.mutable_rows() = played.table()->rows();
  if (found.SerializeAsString() != expected.SerializeAsString() || !played.table()->complete())
    cluster.report("The table is not the one that the results give: " + found.ShortDebugString()
                   + " instead of " + expected.ShortDebugString());
}

} // namespace

void check_cluster(simulated_cluster& cluster, const league_workload& played) {
  check_logs(cluster);
  check_content(cluster);
  auto all = read_streams(cluster);
  check_commands(cluster, all, played);
  check_messages(cluster, all);
  check_rest(cluster);
  check_audit(cluster);
  check_table(cluster, played);
}

} // namespace touchline::simulated
