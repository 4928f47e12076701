#include "tests/properties/played_league.hpp"

#include "nodes/audit.hpp"
#include "tests/properties/stored_streams.hpp"

#include <algorithm>
#include <ranges>
#include <sstream>

namespace touchline::testing {

namespace {

void expect(bool holds, const std::string& otherwise) {
  if (!holds)
    throw disagreement{otherwise};
}

template <class A, class B>
void expect_same(const std::string& what, const A& found, const B& expected) {
  std::ostringstream text;
  text << what << " is " << found << " and must be " << expected << '.';
  expect(found == static_cast<A>(expected), text.str());
}

template <class Message>
Message about(int tier, const std::string& season) {
  Message result;
  result.set_league(league_key(tier));
  result.set_season(season);
  return result;
}

std::string text_of(const command& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

/// The sum that a team's ledger has of a kind.
int64_t total_of(const TeamDetails& team, const std::string& kind) {
  int64_t result = 0;
  for (auto& x : team.totals())
    if (x.kind() == kind)
      result += x.amount().minor_units();
  return result;
}

bool is_result(verb x) {
  return x == verb::record_result || x == verb::correct_result;
}

} // namespace

// -- commands -------------------------------------------------------------------------------------

played_league::played_league() {
  node_.send(rules_of(model_));
  for (auto& [key, team] : model_.teams)
    node_.send(founding_of(model_, key));
  node_.send(founding_of(model_));
  node_.settle();
  expect(node_.is_whole(), "The league cannot be founded.");
  open_season();
  compare();
}

void played_league::play(const step& x) {
  if (x.finish_season)
    play_season(x);
  else
    play_commands(x);
}

void played_league::play_commands(const step& x) {
  auto alone = x.commands.size() == 1 && open_.empty() && x.meanwhile != disturbance::leap
               && node_.is_whole();
  node_.break_down(fault_of(x));
  std::vector<std::string> ids;
  for (auto& one : x.commands)
    ids.push_back(send(one));
  if (x.twice)
    node_.send_twins(ids);
  repeat(x.repeat);
  node_.disturb(x.meanwhile, x.patience, x.where);
  node_.settle();
  if (x.mend)
    node_.mend();
  if (node_.is_whole())
    agree(alone);
}

void played_league::finish() {
  node_.mend();
  agree(false);
  for (auto& x : past_)
    compare_table(x.tier, x.season, x.played);
  compare_store();
}

pairing played_league::match_of(const command& x) const {
  if (!is_result(x.what))
    return {};
  return matches_[static_cast<size_t>(x.team % tiers)]
                 [static_cast<size_t>(x.amount % single_results)];
}

std::string played_league::send(const command& x) {
  auto match = match_of(x);
  auto message = message_of(x, model_, match, season_);
  auto id = node_.send(message.number, message.body);
  open_.push_back({id, x, match, false, model_.accepts(x, match)});
  return id;
}

void played_league::repeat(int count) {
  for (auto& id : accepted_ | std::views::reverse | std::views::take(count))
    if (node_.sent(id).recorded)
      node_.send_again(id);
}

// -- the model follows ----------------------------------------------------------------------------

/// Commands to one entity are applied in the order in which it recorded them.
void played_league::sort_open() {
  std::ranges::stable_sort(open_, {}, [this](const open_command& x) {
    const auto& what = x.what;
    auto entity = is_result(what.what) ? -1 - what.team % tiers : static_cast<int>(what.what);
    return std::pair{entity, node_.sent(x.id).outcome->position};
  });
}

/// Every outcome is known. `alone`: the only open command met nothing but the league as it was.
void played_league::agree(bool alone) {
  moved_players moved;
  sort_open();
  for (auto& x : open_) {
    const auto& outcome = *node_.sent(x.id).outcome;
    if (alone)
      expect(outcome.ok() == x.acceptable,
             '"' + text_of(x.what) + "\" was " + (outcome.ok() ? "accepted." : outcome.text));
    if (!outcome.ok())
      continue;
    apply(x, moved, alone);
    accepted_.push_back(x.id);
  }
  move_players(moved);
  open_.clear();
  if (!alone)
    adopt_players();
  compare();
}

void played_league::apply(const open_command& x, moved_players& moved, bool alone) {
  const auto& what = x.what;
  switch (what.what) {
    case verb::rename_team:
      model_.teams.at(team_key(what.team)).name = "Name " + std::to_string(what.shirt);
      break;
    case verb::add_player:
    case verb::update_player:
    case verb::delete_player:
      apply_player(x, moved, alone);
      break;
    case verb::buy:
    case verb::buy_from_outside:
    case verb::sell:
    case verb::sell_to_outside:
      apply_transfer(x, moved, alone);
      break;
    case verb::create_sponsor:
    case verb::update_sponsor:
      apply_sponsor(what);
      break;
    case verb::record_result:
    case verb::correct_result:
      apply_result(x);
      break;
    case verb::configure:
      model_.configure(what);
      break;
  }
}

void played_league::apply_player(const open_command& x, moved_players& moved, bool alone) {
  const auto& what = x.what;
  auto team = team_key(what.team);
  Player found;
  found.ParseFromString(node_.sent(x.id).outcome->body);
  const auto& key = found.player();
  if (what.what == verb::add_player) {
    expect(model_.known_players.insert(key).second, "The key " + key + " was given twice.");
    moved[key].teams[team] += 1;
    moved[key].now = {"Added", static_cast<uint32_t>(what.shirt)};
    return;
  }
  if (alone)
    expect_same("The player meant", key, *model_.wearer(team, what.shirt));
  if (what.what == verb::delete_player) {
    moved[key].teams[team] -= 1;
  } else if (alone) {
    auto& player = model_.teams.at(team).squad.at(key);
    player.name = "Updated " + std::to_string(what.amount);
    if (what.new_shirt > 0)
      player.shirt = static_cast<uint32_t>(what.new_shirt);
  }
}

void played_league::apply_transfer(const open_command& x, moved_players& moved, bool alone) {
  const auto& what = x.what;
  TransferDetails found;
  found.ParseFromString(node_.sent(x.id).outcome->body);
  const auto& key = found.player().player();
  expect_same("The state of " + found.transfer(), found.state(), COMPLETED);
  auto buys = what.what == verb::buy || what.what == verb::buy_from_outside;
  auto from = buys ? team_key(what.other) : team_key(what.team);
  auto to = buys ? team_key(what.team) : team_key(what.other);
  auto& player = moved[key];
  ++model_.transfers;
  if (what.what == verb::buy_from_outside) {
    expect(model_.known_players.insert(key).second, "The key " + key + " was given twice.");
    player.now.name = "From outside";
    model_.outside += what.amount;
  } else {
    if (alone)
      expect_same("The player meant", key, *model_.wearer(from, what.shirt));
    if (alone)
      player.now = model_.teams.at(from).squad.at(key);
    model_.teams.at(from).from_transfers += what.amount;
    ++model_.teams.at(from).went;
    player.teams[from] -= 1;
  }
  if (what.what == verb::sell_to_outside) {
    model_.outside -= what.amount;
    return;
  }
  player.now.shirt = model_.free_shirt(to, wanted_shirt(what));
  model_.teams.at(to).from_transfers -= what.amount;
  ++model_.teams.at(to).came;
  player.teams[to] += 1;
}

void played_league::move_players(const moved_players& moved) {
  for (auto& [key, change] : moved) {
    auto teams = change.teams;
    if (auto before = model_.team_of(key); !before.empty()) {
      teams[before] += 1;
      model_.teams.at(before).squad.erase(key);
    }
    int places = 0;
    for (auto& [team, count] : teams) {
      expect(count == 0 || (count == 1 && ++places == 1),
             "The answers put " + key + " " + std::to_string(count) + " times into " + team + '.');
      if (count == 1)
        model_.teams.at(team).squad[key] = change.now;
    }
  }
}

void played_league::apply_sponsor(const command& x) {
  auto& sponsor = model_.sponsors["s" + std::to_string(x.shirt % possible_sponsors)];
  sponsor.amount = x.amount;
  if (x.what == verb::update_sponsor)
    return;
  sponsor.tier = x.team % tiers;
  sponsor.bonus = x.new_shirt;
  if (x.other % 2 == 0)
    sponsor.team = team_key(x.team);
}

void played_league::apply_result(const open_command& x) {
  if (!x.play_off)
    model_.seasons[static_cast<size_t>(x.what.team % tiers)].results[x.match]
      = {static_cast<uint32_t>(x.what.shirt), static_cast<uint32_t>(x.what.new_shirt)};
}

// -- seasons --------------------------------------------------------------------------------------

FixtureList played_league::list_of(int tier) {
  return node_.read<FixtureList>(about<FixtureListGet>(tier, season_));
}

PyramidDetails played_league::pyramid() {
  PyramidGet message;
  message.set_pyramid("en");
  return node_.read<PyramidDetails>(message);
}

void played_league::open_season() {
  season_ = pyramid().season();
  for (int tier = 0; tier < tiers; ++tier) {
    auto& matches = matches_[static_cast<size_t>(tier)];
    matches.clear();
    for (auto list = list_of(tier); auto& x : list.fixtures())
      matches.emplace_back(x.home(), x.away());
    std::set<pairing> expected;
    for (auto& home : model_.seasons[static_cast<size_t>(tier)].teams)
      for (auto& away : model_.seasons[static_cast<size_t>(tier)].teams)
        if (home != away)
          expected.emplace(home, away);
    expect(matches.size() == expected.size()
             && std::set<pairing>{matches.begin(), matches.end()} == expected,
           "The fixture list of " + league_key(tier) + " in " + season_
             + " is not one of its teams, each pair at home and away.");
  }
}

void played_league::play_season(const step& x) {
  constexpr int most_rounds = 4;
  node_.mend();
  agree(false);
  node_.break_down(fault_of(x));
  auto ids = send_results(true);
  if (x.twice)
    node_.send_twins(ids);
  node_.disturb(x.meanwhile, x.patience, x.where);
  node_.mend();
  for (int i = 0; i < most_rounds && pyramid().season() == season_; ++i) {
    send_results(false);
    node_.mend();
  }
  expect(pyramid().season() != season_, "The season " + season_ + " does not end.");
  sort_open();
  for (auto& result : open_) {
    const auto& outcome = *node_.sent(result.id).outcome;
    expect(outcome.ok() || result.what.what == verb::correct_result,
           "A result was refused: " + outcome.text);
    if (outcome.ok())
      apply_result(result);
  }
  open_.clear();
  end_season();
  compare();
}

/// Results of all matches that are known and not played, and some corrections that race with the
/// end of the season.
std::vector<std::string> played_league::send_results(bool corrections) {
  constexpr int corrected = 2;
  std::vector<std::string> ids;
  for (int tier = 0; tier < tiers; ++tier) {
    auto list = list_of(tier);
    for (auto& x : list.fixtures())
      if (!x.has_score())
        ids.push_back(send_result(tier, x, verb::record_result));
    for (int i = 0; corrections && i < corrected; ++i)
      ids.push_back(send_result(tier, list.fixtures(i), verb::correct_result));
  }
  return ids;
}

/// Nobody wins a final by goals that are level.
std::string played_league::send_result(int tier, const Fixture& fixture, verb what) {
  constexpr uint32_t prime = 31;
  drawn_ = drawn_ * prime + fixture.number() + 1;
  command x;
  x.what = what;
  x.team = tier;
  x.shirt = static_cast<int>(drawn_ / 8 % 4);
  x.new_shirt = static_cast<int>(drawn_ / 64 % 4);
  if (fixture.play_off())
    x.shirt = x.new_shirt + (x.shirt % 2 == 0 ? 4 : -x.new_shirt - 1);
  if (fixture.play_off() && x.shirt < 0)
    std::tie(x.shirt, x.new_shirt) = std::pair{0, 5};
  pairing match{fixture.home(), fixture.away()};
  auto message = message_of(x, model_, match, season_);
  auto id = node_.send(message.number, message.body);
  open_.push_back({id, x, match, fixture.play_off(), true});
  return id;
}

/// The order of the table, which must be one by points, goal difference and goals.
std::vector<std::string> played_league::final_order(int tier) {
  const auto& season = model_.seasons[static_cast<size_t>(tier)];
  compare_table(tier, season_, season);
  std::vector<std::string> result;
  auto table = node_.read<LeagueTable>(about<LeagueTableGet>(tier, season_));
  for (auto& row : table.rows())
    result.push_back(row.team());
  return result;
}

std::set<std::string> played_league::promoted_teams(const std::vector<std::string>& order) {
  auto list = list_of(1);
  const auto& final = *list.fixtures().rbegin();
  expect(final.play_off() && pairing{final.home(), final.away()} == pairing{order[1], order[2]},
         "The final of " + season_ + " is not one of the second and the third.");
  auto home_won = final.score().home() > final.score().away();
  return {order[0], home_won ? final.home() : final.away()};
}

void played_league::end_season() {
  std::vector<std::vector<std::string>> order;
  for (int tier = 0; tier < tiers; ++tier) {
    order.push_back(final_order(tier));
    past_.push_back({tier, season_, model_.seasons[static_cast<size_t>(tier)]});
  }
  model_.end_season(order, promoted_teams(order[1]));
  open_season();
}

// -- comparing ------------------------------------------------------------------------------------

TeamDetails played_league::team(const std::string& key) {
  return node_.read<TeamDetails>(team_get(key, league_key(model_.teams.at(key).tier)));
}

/// After commands whose order nobody knows: names and numbers of players are taken as they are.
void played_league::adopt_players() {
  for (auto& [key, expected] : model_.teams) {
    auto details = team(key);
    for (auto& x : details.squad())
      if (auto at = expected.squad.find(x.player()); at != expected.squad.end())
        at->second = {x.name(), x.shirt_number()};
  }
}

void played_league::compare() {
  for (auto& [key, expected] : model_.teams)
    compare_team(key, expected);
  compare_membership();
  for (int tier = 0; tier < tiers; ++tier) {
    compare_table(tier, season_, model_.seasons[static_cast<size_t>(tier)]);
    compare_stats(tier);
  }
  compare_sponsors();
  compare_transfers();
}

void played_league::compare_team(const std::string& key, const model_team& expected) {
  auto found = team(key);
  expect_same("The name of " + key, found.name(), expected.name);
  expect_same("The league of " + key, found.league(), league_key(expected.tier));
  auto balance = capital + expected.from_transfers + expected.from_sponsors;
  expect_same("The balance of " + key, found.balances(0).minor_units(), balance);
  expect_same("The transfers of " + key, total_of(found, "transfer"), expected.from_transfers);
  expect_same("The sponsors' money of " + key, total_of(found, "sponsor"), expected.from_sponsors);
  expect_same("What " + key + " keeps for transfers", found.transfers_size(), 0);
  compare_squad(found, expected);
}

void played_league::compare_squad(const TeamDetails& found, const model_team& expected) {
  std::set<uint32_t> shirts;
  std::string players;
  for (auto& x : found.squad()) {
    auto at = expected.squad.find(x.player());
    auto name = x.player() + " of " + found.team();
    expect(at != expected.squad.end(), name + " must not be there.");
    expect_same("The name of " + name, x.name(), at->second.name);
    expect_same("The number of " + name, x.shirt_number(), at->second.shirt);
    expect_same("The transfer of " + name, x.transfer(), std::string{});
    expect(shirts.insert(x.shirt_number()).second, "The number of " + name + " is worn twice.");
    players += ' ' + x.player();
  }
  expect(found.squad_size() == static_cast<int>(expected.squad.size()),
         "Somebody of " + found.team() + " is missing; there are" + players + '.');
}

/// The pyramid, and the team manager's list of each tier.
void played_league::compare_membership() {
  auto details = pyramid();
  expect_same("The season", details.season(), season_);
  for (int tier = 0; tier < tiers; ++tier) {
    auto name = league_key(tier);
    const auto& expected = model_.seasons[static_cast<size_t>(tier)].teams;
    std::set<std::string> members;
    for (auto& x : details.tiers(tier).teams())
      members.insert(x.team());
    expect(members == expected, "The pyramid has other teams in " + name + '.');
    members.clear();
    for (auto list = node_.read<Teams>(team_list(name)); auto& x : list.teams()) {
      members.insert(x.team());
      expect_same("How many players the team manager counts of " + x.team(), x.players(),
                  model_.teams.at(x.team()).squad.size());
    }
    expect(members == expected, "The team manager has other teams in " + name + '.');
  }
}

void played_league::compare_table(int tier, const std::string& season,
                                  const model_season& expected) {
  auto found = node_.read<LeagueTable>(about<LeagueTableGet>(tier, season));
  auto rows = table_of(expected);
  auto name = "The table of " + league_key(tier) + " in " + season;
  expect_same(name, found.rows_size(), rows.size());
  std::optional<std::tuple<int, int, int>> before;
  for (auto& x : found.rows()) {
    model_row row{static_cast<int>(x.played()),    static_cast<int>(x.won()),
                  static_cast<int>(x.drawn()),     static_cast<int>(x.lost()),
                  static_cast<int>(x.goals_for()), static_cast<int>(x.goals_against())};
    expect(rows.contains(x.team()) && row == rows[x.team()] && x.points() == row.points(),
           name + " is wrong about " + x.team() + ": " + x.ShortDebugString());
    std::tuple rank{row.points(), row.difference(), row.goals_for};
    expect(!before || rank <= *before, name + " ranks " + x.team() + " too low.");
    before = rank;
  }
  expect_same(name + " counts results, which", found.results(), expected.results.size());
}

void played_league::compare_stats(int tier) {
  auto found = node_.read<LeagueStats>(about<StatsGet>(tier, season_));
  for (auto& x : found.teams()) {
    const auto& expected = model_.teams.at(x.team());
    expect_same("The players who came to " + x.team(), x.transfers_in(), expected.came);
    expect_same("The players who left " + x.team(), x.transfers_out(), expected.went);
  }
}

void played_league::compare_sponsors() {
  std::set<std::string> found;
  for (int tier = 0; tier < tiers; ++tier) {
    SponsorList message;
    message.set_league(league_key(tier));
    for (auto list = node_.read<Sponsors>(message); auto& x : list.sponsors()) {
      const auto& expected = model_.sponsors.at(x.sponsor());
      found.insert(x.sponsor());
      expect_same("The amount of " + x.sponsor(), x.amount_per_season().minor_units(),
                  expected.amount);
      expect_same("What " + x.sponsor() + " paid", x.paid_minor_units(), expected.paid);
    }
  }
  expect_same("The number of sponsors", found.size(), model_.sponsors.size());
}

void played_league::compare_transfers() {
  TransferList message;
  message.set_league(league_key(0));
  auto found = node_.read<Transfers>(message);
  int64_t outside = 0;
  for (auto& x : found.outside())
    outside += x.minor_units();
  expect_same("The number of open transfers", found.open_size(), 0);
  expect_same("The number of completed transfers", found.completed(), model_.transfers);
  expect_same("What was paid to outside", outside, model_.outside);
}

void played_league::compare_store() {
  auto audited = nodes::audit_store(node_.store());
  expect(audited && audited->size() == 1, "The store cannot be audited.");
  const auto& found = audited->front();
  for (auto& problem : found.problems)
    throw disagreement{"The audit says: " + problem};
  size_t players = 0;
  int64_t money = 0;
  for (auto& [key, team] : model_.teams) {
    players += team.squad.size();
    money += capital + team.from_transfers + team.from_sponsors;
  }
  expect_same("The audit's number of players", found.players_in_squads, players);
  expect_same("The audit's number of players in transfers", found.players_in_transfer, 0);
  expect_same("The audit's money of all teams", found.money.at("GBP").balances, money);
  for (auto& [league, teams] : found.leagues)
    expect_same("The audit's number of teams in " + league, teams, teams_per_tier);
  auto wrong = check_streams(node_.store(), node_.dropped());
  expect(wrong.empty(), wrong.empty() ? std::string{} : wrong.front());
}

} // namespace touchline::testing
