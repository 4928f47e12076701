#include "actors/team_manager/squad_rules.hpp"

#include "actors/calendar.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace touchline::actors {

std::optional<std::string> check_player(const Player& x) {
  constexpr std::array positions{"GK", "DF", "MF", "FW"};
  if (auto wrong = check_name("A player's name", x.name()))
    return wrong;
  if (std::ranges::find(positions, x.position()) == positions.end())
    return "The position of " + x.name() + " must be GK, DF, MF or FW.";
  if (x.shirt_number() < 1 || x.shirt_number() > max_shirt_number)
    return "The shirt number of " + x.name() + " must be 1 to 99.";
  if (!x.date_of_birth().empty() && !parse_date(x.date_of_birth()))
    return "The date of birth of " + x.name() + " must be a day YYYY-MM-DD, not \""
           + excerpt(x.date_of_birth()) + "\".";
  if (x.wage_minor_units() < 0 || x.wage_minor_units() > max_wage)
    return "The wage of " + x.name() + " must be 0 to " + std::to_string(max_wage)
           + " minor units a week.";
  return x.player().empty() ? std::nullopt : check_key("The key of " + x.name(), x.player());
}

std::optional<std::string> check_squad(const squad_players& squad) {
  std::set<uint32_t> shirts;
  std::set<std::string> keys;
  for (auto& player : squad) {
    if (auto wrong = check_player(player))
      return wrong;
    if (!shirts.insert(player.shirt_number()).second)
      return "Two players of the squad wear number " + std::to_string(player.shirt_number()) + ".";
    if (!player.player().empty() && !keys.insert(player.player()).second)
      return "Two players of the squad have the key \"" + player.player() + "\".";
  }
  return std::nullopt;
}

std::optional<std::string> check_amount(const std::string& what, const Money& x) {
  auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (x.currency().size() != 3 || !std::ranges::all_of(x.currency(), is_capital))
    return what + " must be in a currency of three capital letters of ISO 4217, as in GBP.";
  if (x.minor_units() < 0 || x.minor_units() > max_amount)
    return what + " must be 0 to " + std::to_string(max_amount) + " minor units.";
  return std::nullopt;
}

std::optional<std::string> check_league_rules(const LeagueRules& x) {
  if (x.squad_max() > max_squad || x.squad_min() > squad_limit(x))
    return "A squad has at most " + std::to_string(max_squad)
           + " players, and its least number is not above its most.";
  if (x.windows_size() > max_windows)
    return "There are at most " + std::to_string(max_windows) + " transfer windows.";
  for (auto& window : x.windows()) {
    if (auto wrong = check_name("The name of a transfer window", window.name()))
      return wrong;
    for (auto& day : {window.from(), window.to()})
      if (!parse_month_day(day))
        return "The transfer window " + window.name()
               + " must begin and end on days MM-DD of every year, not \"" + excerpt(day) + "\".";
  }
  return std::nullopt;
}

uint32_t squad_limit(const LeagueRules& rules) {
  return rules.squad_max() == 0 ? max_squad : rules.squad_max();
}

} // namespace touchline::actors
