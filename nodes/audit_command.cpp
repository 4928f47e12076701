#include "nodes/audit.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/stored_flows.hpp"

#include <algorithm>
#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;

json to_json(const money_audit& x) {
  return {{"balances", x.balances},
          {"capital", x.capital},
          {"from_sponsors", x.from_sponsors},
          {"from_transfers", x.from_transfers},
          {"in_transfers", x.in_transfers},
          {"outside", x.outside},
          {"paid_by_sponsors", x.paid_by_sponsors},
          {"on_the_way", x.on_the_way},
          {"adds_up", x.adds_up()}};
}

json to_json(const pyramid_audit& x) {
  json out{{"pyramid", x.pyramid},
           {"leagues", x.leagues},
           {"players_in_squads", x.players_in_squads},
           {"players_in_transfer", x.players_in_transfer},
           {"money", json::object()},
           {"problems", x.problems}};
  for (auto& [currency, money] : x.money)
    out["money"][currency] = to_json(money);
  return out;
}

void print_text(const pyramid_audit& x) {
  std::cout << x.pyramid << '\n';
  for (auto& [league, teams] : x.leagues)
    std::cout << "  " << league << ": " << teams << " teams\n";
  std::cout << "  players: " << x.players_in_squads << " in squads, " << x.players_in_transfer
            << " in transfer\n";
  for (auto& [currency, money] : x.money)
    std::cout << "  " << currency << ", minor units: " << money.balances << " with the teams, "
              << money.in_transfers << " in transfers, " << money.outside << " outside; "
              << money.capital << " of capital, " << money.paid_by_sponsors << " paid by sponsors, "
              << money.on_the_way << " of it on the way\n";
  for (auto& problem : x.problems)
    std::cout << "  " << problem << '\n';
}

} // namespace

int print_audit(const common_options& options) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto pyramids = audit_store(**store);
  auto open = read_open_steps(**store);
  if (!pyramids || !open)
    return fail(pyramids ? open.error().text + '.' : pyramids.error());
  auto sound
    = std::ranges::all_of(*pyramids, [](const pyramid_audit& x) { return x.problems.empty(); });
  auto dead
    = std::ranges::count_if(*open, [](const open_step& x) { return !x.dead_letter.empty(); });
  auto waiting = static_cast<int64_t>(open->size()) - dead;
  if (options.format == output_format::json) {
    json out{{"adds_up", sound},
             {"messages_on_the_way", waiting},
             {"dead_letters", dead},
             {"pyramids", json::array()}};
    for (auto& x : *pyramids)
      out["pyramids"].push_back(to_json(x));
    std::cout << out.dump(2) << '\n';
  } else {
    for (auto& x : *pyramids)
      print_text(x);
    std::cout << "Messages on their way: " << waiting << ", dead letters: " << dead << '\n'
              << (sound ? "Everything adds up.\n" : "It does not add up.\n");
  }
  if (!std::cout.flush())
    return fail("Standard output cannot be written.");
  return sound ? 0 : fail("What is stored does not add up; the audit says where.");
}

} // namespace touchline::nodes
