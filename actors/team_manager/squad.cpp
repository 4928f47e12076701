#include "actors/team_manager/squad.hpp"

#include "actors/team_manager/team.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <charconv>

namespace touchline::actors {

namespace {

/// What the keys of a team's own players begin with: the team's key and a point; of a long one its
/// beginning and a hash (FNV-1a), so that a number fits behind it.
std::string own_prefix(const std::string& team) {
  constexpr size_t longest = max_key_bytes - 1 - 10;
  constexpr size_t hash_digits = 8;
  if (team.size() <= longest)
    return team + '.';
  uint64_t hash = 14'695'981'039'346'656'037u;
  for (char c : team)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  auto result = team.substr(0, longest - hash_digits - 1) + '-';
  for (size_t i = 0; i < hash_digits; ++i)
    result += "0123456789abcdef"[hash >> (60 - 4 * i) & 0xf];
  return result + '.';
}

std::string own_prefix(const TeamDetails& team) {
  return own_prefix(team.team());
}

/// The number of a key of the form that the team makes; 0 for another one.
uint32_t number_of_key(const TeamDetails& team, const std::string& key) {
  auto prefix = own_prefix(team);
  if (!key.starts_with(prefix))
    return 0;
  uint32_t number = 0;
  const auto* end = key.data() + key.size();
  auto [rest, failed] = std::from_chars(key.data() + prefix.size(), end, number);
  return failed == std::errc{} && rest == end && number <= max_named_players ? number : 0;
}

} // namespace

const Player* find_shirt(const TeamDetails& team, uint32_t shirt_number) {
  auto at = std::ranges::find(team.squad(), shirt_number, &Player::shirt_number);
  return at == team.squad().end() ? nullptr : &*at;
}

const Player* find_player(const TeamDetails& team, const std::string& player) {
  auto at = std::ranges::find(team.squad(), player, &Player::player);
  return at == team.squad().end() ? nullptr : &*at;
}

uint32_t free_shirt(const TeamDetails& team, uint32_t wanted) {
  if (wanted >= 1 && wanted <= max_shirt_number && !find_shirt(team, wanted))
    return wanted;
  uint32_t result = 1;
  while (find_shirt(team, result))
    ++result;
  return result;
}

uint32_t taken_places(const TeamDetails& team) {
  auto kept = std::ranges::count_if(team.transfers(), [](const TeamTransfer& x) {
    return x.step() == RESERVE || x.step() == RELEASE;
  });
  return static_cast<uint32_t>(team.squad_size() + kept);
}

uint32_t settled_players(const TeamDetails& team) {
  auto unpaid = std::ranges::count(team.transfers(), SIGN, &TeamTransfer::step);
  return static_cast<uint32_t>(team.squad_size() - unpaid);
}

bool has_player(const TeamDetails& team, const std::string& player) {
  return find_player(team, player) || std::ranges::any_of(team.transfers(), [&](auto& x) {
           return x.step() == RELEASE && x.player().player() == player;
         });
}

const TeamTransfer* find_transfer(const TeamDetails& team, const std::string& transfer) {
  auto at = std::ranges::find(team.transfers(), transfer, &TeamTransfer::transfer);
  return at == team.transfers().end() ? nullptr : &*at;
}

std::string next_player_key(const TeamState& state) {
  return own_prefix(state.details()) + std::to_string(state.named_players() + 1);
}

bool is_own_key(const std::string& team, const std::string& key) {
  return key.starts_with(own_prefix(team));
}

std::optional<std::string> check_given_key(const TeamState& state, const std::string& key) {
  const auto& team = state.details();
  if (key.empty())
    return std::nullopt;
  if (!is_own_key(team.team(), key))
    return "The key \"" + key + "\" does not begin with \"" + own_prefix(team)
           + "\", as those of the team's own players do; leave it empty to have one made.";
  auto number = number_of_key(team, key);
  auto departed = std::ranges::find(state.departed(), key) != state.departed().end();
  if (has_player(team, key) || departed || (number > 0 && number <= state.named_players()))
    return "The key \"" + key + "\" was given to a player of " + team.name()
           + " before; leave it empty to have one made.";
  if (state.departed_size() >= max_departed)
    return "The team " + team.name() + " remembers " + std::to_string(max_departed)
           + " keys of players who left, the most; leave the key empty to have one made.";
  return std::nullopt;
}

void note_departure(TeamState& state, const Player& player) {
  const auto& key = player.player();
  auto& departed = *state.mutable_departed();
  if (is_own_key(state.details().team(), key) && number_of_key(state.details(), key) == 0
      && departed.size() < max_departed && std::ranges::find(departed, key) == departed.end())
    *departed.Add() = key;
}

Player with_key(const TeamState& state, Player player) {
  if (player.player().empty())
    player.set_player(next_player_key(state));
  return player;
}

void count_key(TeamState& state, const std::string& key) {
  state.set_named_players(std::max(state.named_players(), number_of_key(state.details(), key)));
}

void enter_player(TeamState& state, const Player& player) {
  count_key(state, player.player());
  *state.mutable_details()->add_squad() = player;
}

void replace_squad(TeamState& state, const squad_players& squad) {
  auto& team = *state.mutable_details();
  squad_players before;
  before.Swap(team.mutable_squad());
  for (auto& player : squad)
    if (!has_player(team, player.player()) && std::ranges::none_of(before, [&](auto& x) {
          return !x.transfer().empty() && x.player() == player.player();
        }))
      enter_player(state, player);
  for (auto& player : before) {
    if (find_player(team, player.player()))
      continue;
    if (player.transfer().empty()) {
      note_departure(state, player);
      remember_former(team, player, {});
      continue;
    }
    player.set_shirt_number(free_shirt(team, player.shirt_number()));
    enter_player(state, player);
  }
}

void take_out(TeamDetails& team, uint32_t shirt_number) {
  auto& squad = *team.mutable_squad();
  for (int i = 0; i < squad.size(); ++i)
    if (squad[i].shirt_number() == shirt_number) {
      squad.DeleteSubrange(i, 1);
      return;
    }
}

void remember_former(TeamDetails& team, const Player& player, const std::string& transfer) {
  auto& former = *team.add_former_players();
  *former.mutable_player() = player;
  former.mutable_player()->clear_transfer();
  former.set_transfer(transfer);
  former.set_season(team.season());
  auto& kept = *team.mutable_former_players();
  if (kept.size() > max_former_players)
    kept.DeleteSubrange(0, kept.size() - max_former_players);
}

} // namespace touchline::actors
