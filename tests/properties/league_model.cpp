#include "tests/properties/league_model.hpp"

#include <algorithm>

namespace touchline::testing {

namespace {

void add(model_row& row, uint32_t scored, uint32_t conceded) {
  ++row.played;
  ++(scored > conceded ? row.won : scored == conceded ? row.drawn : row.lost);
  row.goals_for += static_cast<int>(scored);
  row.goals_against += static_cast<int>(conceded);
}

} // namespace

std::string team_key(int team) {
  return "t" + std::to_string(team);
}

std::map<std::string, model_row> table_of(const model_season& season) {
  std::map<std::string, model_row> result;
  for (auto& team : season.teams)
    result[team];
  for (auto& [match, score] : season.results) {
    add(result[match.first], score.first, score.second);
    add(result[match.second], score.second, score.first);
  }
  return result;
}

league_model league_model::founded() {
  league_model result;
  for (int i = 0; i < known_teams; ++i) {
    auto key = team_key(i);
    auto& team = result.teams[key];
    team.name = "The " + key;
    team.tier = i / teams_per_tier;
    result.seasons[static_cast<size_t>(team.tier)].teams.insert(key);
    for (int number = 1; number <= first_squad; ++number) {
      auto player = key + '.' + std::to_string(number);
      team.squad[player] = {"Player " + player, static_cast<uint32_t>(number)};
      result.known_players.insert(player);
    }
  }
  return result;
}

std::optional<std::string> league_model::wearer(const std::string& team, int shirt) const {
  auto at = teams.find(team);
  if (at != teams.end())
    for (auto& [key, player] : at->second.squad)
      if (player.shirt == static_cast<uint32_t>(shirt))
        return key;
  return std::nullopt;
}

std::string league_model::team_of(const std::string& player) const {
  for (auto& [key, team] : teams)
    if (team.squad.contains(player))
      return key;
  return {};
}

uint32_t league_model::free_shirt(const std::string& team, uint32_t wanted) const {
  if (wanted > 0 && !wearer(team, static_cast<int>(wanted)))
    return wanted;
  uint32_t result = 1;
  while (wearer(team, static_cast<int>(result)))
    ++result;
  return result;
}

bool league_model::accepts_signing(const std::string& buyer, int64_t fee) const {
  auto at = teams.find(buyer);
  return window_open && at != teams.end() && at->second.squad.size() < squad_max
         && fee <= capital + at->second.from_transfers + at->second.from_sponsors;
}

bool league_model::accepts_leaving(const std::string& seller, int shirt) const {
  return window_open && wearer(seller, shirt) && teams.at(seller).squad.size() > fewest_players;
}

bool league_model::accepts(const command& x, const pairing& match) const {
  auto key = team_key(x.team);
  auto other = team_key(x.other);
  auto team = teams.find(key);
  auto known = team != teams.end();
  auto sponsor = "s" + std::to_string(x.shirt % possible_sponsors);
  const auto& results = seasons[static_cast<size_t>(x.team % 2)].results;
  goals score{static_cast<uint32_t>(x.shirt), static_cast<uint32_t>(x.new_shirt)};
  switch (x.what) {
    case verb::rename_team:
      return known && std::ranges::none_of(teams, [&](auto& t) {
               return t.first != key && t.second.name == "Name " + std::to_string(x.shirt);
             });
    case verb::add_player:
      return known && team->second.squad.size() < squad_max && !wearer(key, x.shirt);
    case verb::update_player:
      return known && wearer(key, x.shirt)
             && (x.new_shirt == 0 || x.new_shirt == x.shirt || !wearer(key, x.new_shirt));
    case verb::delete_player:
      return known && wearer(key, x.shirt) && team->second.squad.size() > fewest_players;
    case verb::buy_from_outside:
      return accepts_signing(key, x.amount);
    case verb::buy:
      return key != other && accepts_signing(key, x.amount) && accepts_leaving(other, x.shirt);
    case verb::sell:
      return key != other && accepts_signing(other, x.amount) && accepts_leaving(key, x.shirt);
    case verb::sell_to_outside:
      return accepts_leaving(key, x.shirt);
    case verb::create_sponsor:
      return !sponsors.contains(sponsor) && x.amount > 0;
    case verb::update_sponsor:
      return sponsors.contains(sponsor) && x.amount > 0;
    case verb::record_result:
      return !results.contains(match) || results.at(match) == score;
    case verb::correct_result:
      return results.contains(match);
    case verb::configure:
      return true;
  }
  return false;
}

void league_model::configure(const command& x) {
  squad_max = static_cast<size_t>(x.shirt % 3 + 4);
  window_open = x.amount % 4 != 0;
}

/// The champion of four gets 4 parts of 10, the last one 1; what is left over goes to the top.
void league_model::pay_sponsors(int tier, const std::vector<std::string>& order) {
  for (auto& [key, deal] : sponsors) {
    std::vector<int64_t> shares(order.size(), 0);
    if (deal.team.empty() && deal.tier == tier) {
      int64_t left = deal.amount;
      for (size_t i = 0; i < order.size(); ++i)
        left -= shares[i] = deal.amount * static_cast<int64_t>(order.size() - i) / 10;
      for (size_t i = 0; i < static_cast<size_t>(left); ++i)
        ++shares[i];
    }
    for (size_t i = 0; i < order.size(); ++i) {
      auto concerned = deal.team == order[i] || (deal.team.empty() && deal.tier == tier);
      auto sum = shares[i] + (deal.team == order[i] ? deal.amount : 0)
                 + (concerned && i == 0 ? deal.bonus : 0);
      deal.paid += sum;
      teams.at(order[i]).from_sponsors += sum;
    }
  }
}

void league_model::end_season(const std::vector<std::vector<std::string>>& order,
                              const std::set<std::string>& promoted) {
  for (int tier = 0; tier < tiers; ++tier)
    pay_sponsors(tier, order[static_cast<size_t>(tier)]);
  std::map<std::string, int> next;
  for (auto& [key, team] : teams)
    next[key] = team.tier;
  for (auto& key : promoted)
    next[key] = 0;
  for (size_t i = teams_per_tier - movers; i < teams_per_tier; ++i)
    next[order[0][i]] = 1;
  seasons.assign(tiers, {});
  for (auto& [key, team] : teams) {
    team.tier = next[key];
    team.came = team.went = 0;
    seasons[static_cast<size_t>(team.tier)].teams.insert(key);
  }
}

} // namespace touchline::testing
