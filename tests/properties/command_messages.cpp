#include "tests/properties/command_messages.hpp"

namespace touchline::testing {

namespace {

Money money(int64_t minor_units) {
  Money result;
  result.set_minor_units(minor_units);
  result.set_currency("GBP");
  return result;
}

Player player(const std::string& name, int shirt) {
  Player result;
  result.set_name(name);
  result.set_position("MF");
  result.set_shirt_number(static_cast<uint32_t>(shirt));
  return result;
}

template <class Message>
catalogue_message wrap(Message x) {
  return {number_of<Message>, std::make_shared<const Message>(std::move(x))};
}

/// A message of the team that acts.
template <class Message>
Message of_team(const command& x, const league_model& model) {
  Message result;
  auto at = model.teams.find(team_key(x.team));
  result.set_league(league_key(at == model.teams.end() ? 0 : at->second.tier));
  result.set_team(team_key(x.team));
  return result;
}

/// A transfer on a day in the summer.
template <class Message>
Message transfer(const command& x, const league_model& model) {
  auto result = of_team<Message>(x, model);
  *result.mutable_fee() = money(x.amount);
  result.set_date("2022-07-15");
  return result;
}

catalogue_message buy(const command& x, const league_model& model) {
  auto result = transfer<TransferIn>(x, model);
  result.set_from_team(team_key(x.other));
  auto key = model.wearer(team_key(x.other), x.shirt);
  auto& who = *result.mutable_player() = player(key ? "" : "Nobody", x.new_shirt);
  who.set_player(key.value_or(""));
  return wrap(std::move(result));
}

catalogue_message buy_from_outside(const command& x, const league_model& model) {
  auto result = transfer<TransferIn>(x, model);
  *result.mutable_player() = player("From outside", x.new_shirt);
  return wrap(std::move(result));
}

catalogue_message sell(const command& x, const league_model& model, const std::string& to) {
  auto result = transfer<TransferOut>(x, model);
  result.set_shirt_number(static_cast<uint32_t>(x.shirt));
  result.set_to_team(to);
  result.set_new_shirt_number(to.empty() ? 0 : static_cast<uint32_t>(x.new_shirt));
  return wrap(std::move(result));
}

catalogue_message player_command(const command& x, const league_model& model) {
  if (x.what == verb::add_player) {
    auto result = of_team<PlayerAdd>(x, model);
    *result.mutable_player() = player("Added", x.shirt);
    return wrap(std::move(result));
  }
  if (x.what == verb::delete_player) {
    auto result = of_team<PlayerDelete>(x, model);
    result.set_shirt_number(static_cast<uint32_t>(x.shirt));
    return wrap(std::move(result));
  }
  auto result = of_team<PlayerUpdate>(x, model);
  result.set_shirt_number(static_cast<uint32_t>(x.shirt));
  *result.mutable_player() = player("Updated " + std::to_string(x.amount), x.new_shirt);
  return wrap(std::move(result));
}

catalogue_message create_sponsor(const command& x) {
  SponsorCreate result;
  result.set_league(league_key(x.team % tiers));
  result.set_sponsor("s" + std::to_string(x.shirt % possible_sponsors));
  result.set_name("Sponsor");
  *result.mutable_amount_per_season() = money(x.amount);
  if (x.other % 2 == 0)
    result.set_team(team_key(x.team));
  if (x.new_shirt > 0) {
    auto& bonus = *result.add_bonuses();
    bonus.set_from(1);
    bonus.set_to(1);
    bonus.set_minor_units(x.new_shirt);
  }
  return wrap(std::move(result));
}

catalogue_message update_sponsor(const command& x) {
  SponsorUpdate result;
  result.set_league(league_key(0));
  result.set_sponsor("s" + std::to_string(x.shirt % possible_sponsors));
  *result.mutable_amount_per_season() = money(x.amount);
  return wrap(std::move(result));
}

catalogue_message configure(const command& x, league_model model) {
  model.configure(x);
  return wrap(rules_of(model));
}

catalogue_message rename(const command& x, const league_model& model) {
  auto result = of_team<TeamUpdate>(x, model);
  result.set_name("Name " + std::to_string(x.shirt));
  return wrap(std::move(result));
}

} // namespace

std::string league_key(int tier) {
  return "en." + std::to_string(tier + 1);
}

PyramidCreate founding_of(const league_model& model) {
  PyramidCreate result;
  result.set_pyramid("en");
  result.set_name("Pyramid");
  for (int i = 0; i < tiers; ++i) {
    auto& tier = *result.add_tiers();
    tier.set_league(league_key(i));
    tier.set_name("Tier " + std::to_string(i + 1));
    for (auto& [key, team] : model.teams)
      if (team.tier == i) {
        auto& reference = *tier.add_teams();
        reference.set_team(key);
        reference.set_name(team.name);
      }
  }
  result.mutable_tiers(1)->set_promoted(1);
  result.mutable_tiers(1)->set_play_offs(2);
  result.set_rule_set("england");
  result.set_first_year(2022);
  result.set_start("08-06");
  result.set_end("05-28");
  result.set_seed(7);
  return result;
}

TeamCreate founding_of(const league_model& model, const std::string& team) {
  const auto& begun = model.teams.at(team);
  TeamCreate result;
  result.set_league(league_key(begun.tier));
  result.set_team(team);
  result.set_name(begun.name);
  for (auto& [key, x] : begun.squad)
    *result.add_squad() = player(x.name, static_cast<int>(x.shirt));
  *result.mutable_balance() = money(capital);
  return result;
}

LeagueConfigure rules_of(const league_model& model) {
  LeagueConfigure result;
  result.set_league(league_key(0));
  result.mutable_rules()->set_squad_min(fewest_players);
  result.mutable_rules()->set_squad_max(static_cast<uint32_t>(model.squad_max));
  auto& window = *result.mutable_rules()->add_windows();
  window.set_name("window");
  window.set_from(model.window_open ? "01-01" : "08-01");
  window.set_to(model.window_open ? "12-31" : "08-31");
  return result;
}

uint32_t wanted_shirt(const command& x) {
  if (x.new_shirt > 0 || x.what == verb::buy_from_outside)
    return static_cast<uint32_t>(x.new_shirt);
  return static_cast<uint32_t>(x.shirt);
}

catalogue_message message_of(const command& x, const league_model& model, const pairing& match,
                             const std::string& season) {
  goals score{static_cast<uint32_t>(x.shirt), static_cast<uint32_t>(x.new_shirt)};
  switch (x.what) {
    case verb::rename_team:
      return rename(x, model);
    case verb::add_player:
    case verb::update_player:
    case verb::delete_player:
      return player_command(x, model);
    case verb::buy_from_outside:
      return buy_from_outside(x, model);
    case verb::buy:
      return buy(x, model);
    case verb::sell:
      return sell(x, model, team_key(x.other));
    case verb::sell_to_outside:
      return sell(x, model, {});
    case verb::create_sponsor:
      return create_sponsor(x);
    case verb::update_sponsor:
      return update_sponsor(x);
    case verb::record_result:
      return wrap(result_of<ResultCreate>(x.team % tiers, season, match, score));
    case verb::correct_result:
      return wrap(result_of<ResultCorrect>(x.team % tiers, season, match, score));
    case verb::configure:
      return configure(x, model);
  }
  return {};
}

} // namespace touchline::testing
