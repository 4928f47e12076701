#include "league/squad_life.hpp"

#include <algorithm>
#include <bitset>
#include <cassert>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "league/counter_draw.hpp"

namespace touchline::league {

namespace {

constexpr std::uint32_t sum(const position_numbers& numbers) noexcept {
  std::uint32_t total = 0;
  for (const auto number : numbers)
    total += number;
  return total;
}

static_assert(sum(squad_targets) == squad_size);
static_assert(sum(squad_minimums) <= min_living_squad && min_living_squad < squad_size);
static_assert(squad_size <= max_living_squad && max_living_squad < max_shirt);

constexpr std::size_t place_of(playing_position position) noexcept {
  return static_cast<std::size_t>(position);
}

/// Percent of what a player of his position is worth at his best; chosen to look plausible.
constexpr std::uint32_t age_percent(int age) noexcept {
  if (age <= 22)
    return static_cast<std::uint32_t>(std::clamp(40 + (age - 17) * 10, 10, 90));
  if (age <= 28)
    return 100;
  return static_cast<std::uint32_t>(std::clamp(90 - (age - 29) * 15, 10, 90));
}

constexpr std::array position_percents{70U, 80U, 90U, 100U};

/// An amount between two bounds, by age, position and chance, rounded down to a multiple of `step`.
std::int64_t drawn_amount(std::int64_t least, std::int64_t most, std::int64_t step, int age,
                          playing_position position, std::uint32_t chance) noexcept {
  const auto millionths
    = std::int64_t{age_percent(age)} * position_percents.at(place_of(position)) * (chance + 1);
  const auto amount = least + (most - least) * millionths / 1'000'000;
  return amount / step * step;
}

constexpr std::int64_t fee_step = 1'000'00;
constexpr std::int64_t wage_step = 10'00;
static_assert(min_fee % fee_step == 0 && min_wage % wage_step == 0);

std::int64_t drawn_wage(counter_draw draws, std::uint64_t counter, int age,
                        playing_position position) noexcept {
  return drawn_amount(min_wage, max_wage, wage_step, age, position, draws.below(100, counter));
}

std::string member_key(std::string_view team, std::uint32_t season, std::size_t number) {
  return std::string{team} + ".s" + std::to_string(season) + "." + std::to_string(number);
}

bool is_team_key(std::string_view key) noexcept {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  return !key.empty() && key.size() <= max_living_team_key
         && key.find_first_not_of(allowed) == std::string_view::npos;
}

/// The shirt numbers that a squad wears.
class shirt_numbers {
public:
  explicit shirt_numbers(std::span<const squad_member> members) noexcept {
    for (const auto& member : members)
      taken_.set(member.shirt);
  }

  bool is_free(std::uint8_t shirt) const noexcept { return !taken_[shirt]; }

  /// Takes the lowest free number; 1 is for goalkeepers.
  std::uint8_t take(playing_position position) noexcept {
    std::uint8_t shirt = position == playing_position::goalkeeper ? 1 : 2;
    while (!is_free(shirt))
      ++shirt;
    assert(shirt <= max_shirt);
    taken_.set(shirt);
    return shirt;
  }

private:
  std::bitset<256> taken_;
};

/// Hands out names that nobody in a squad has.
class fresh_names {
public:
  fresh_names(counter_draw draws, std::span<const squad_member> members) : draws_{draws} {
    for (const auto& member : members)
      taken_.insert(member.name);
  }

  /// Ends because a squad has fewer players than there are names.
  std::string next() {
    for (;;)
      if (auto name = generate_player_name(draws_, next_++); taken_.insert(name).second)
        return name;
  }

private:
  counter_draw draws_;
  std::uint32_t next_ = 0;
  std::unordered_set<std::string> taken_;
};

/// How many players there would be if every position were filled up to its target.
std::uint32_t filled_size(const position_numbers& counts) noexcept {
  std::uint32_t size = 0;
  for (std::size_t position = 0; position < counts.size(); ++position)
    size += std::max(counts.at(position), squad_targets.at(position));
  return size;
}

/// The places of the squads in a random order that depends on the teams' keys alone.
std::vector<std::size_t> market_order(counter_draw draws, std::span<const living_squad> squads) {
  std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
  drawn.reserve(squads.size());
  for (std::size_t place = 0; place < squads.size(); ++place)
    drawn.emplace_back(draws.stream(squads[place].team).bits(0), place);
  std::sort(drawn.begin(), drawn.end(), [squads](const auto& a, const auto& b) {
    return std::tie(a.first, squads[a.second].team) < std::tie(b.first, squads[b.second].team);
  });
  std::vector<std::size_t> order;
  order.reserve(drawn.size());
  for (const auto& [number, place] : drawn)
    order.push_back(place);
  return order;
}

bool has_namesake(const living_squad& squad, std::string_view name) noexcept {
  return std::any_of(squad.members.begin(), squad.members.end(),
                     [name](const squad_member& member) { return member.name == name; });
}

/// How likely every member of the seller is to go to the buyer; 0 for those who cannot.
std::vector<std::uint32_t> move_weights(const living_squad& seller, const living_squad& buyer) {
  std::vector<std::uint32_t> weights(seller.members.size());
  if (seller.members.size() <= min_living_squad)
    return weights;
  const auto selling = count_positions(seller.members);
  const auto buying = count_positions(buyer.members);
  for (std::size_t place = 0; place < weights.size(); ++place) {
    const auto& player = seller.members[place];
    const auto position = place_of(player.position);
    auto bought = buying;
    ++bought.at(position);
    if (selling.at(position) <= squad_minimums.at(position)
        || filled_size(bought) > max_living_squad || has_namesake(buyer, player.name))
      continue;
    const auto wanted = buying.at(position) < squad_targets.at(position);
    const auto spare = selling.at(position) > squad_targets.at(position);
    weights[place] = 1U + (wanted ? 4U : 0U) + (spare ? 4U : 0U);
  }
  return weights;
}

std::optional<std::size_t> weighted_choice(counter_draw draws, std::uint64_t counter,
                                           std::span<const std::uint32_t> weights) {
  std::uint32_t total = 0;
  for (const auto weight : weights)
    total += weight;
  if (total == 0)
    return std::nullopt;
  auto left = draws.below(total, counter);
  std::size_t chosen = 0;
  for (; left >= weights[chosen]; ++chosen)
    left -= weights[chosen];
  return chosen;
}

/// The player who goes, his fee and his number; seller and buyer are left to the caller.
std::optional<transfer_move> plan_move(counter_draw draws, std::chrono::year_month_day day,
                                       const living_squad& seller, const living_squad& buyer) {
  const auto chosen = weighted_choice(draws, 1, move_weights(seller, buyer));
  if (!chosen)
    return std::nullopt;
  const auto& player = seller.members[*chosen];
  shirt_numbers shirts{buyer.members};
  transfer_move move;
  move.player = player.key;
  move.fee = drawn_amount(min_fee, max_fee, fee_step, age_on(player.born, day), player.position,
                          draws.below(100, 2));
  move.shirt = shirts.is_free(player.shirt) ? player.shirt : shirts.take(player.position);
  return move;
}

} // namespace

int age_on(std::chrono::year_month_day born, std::chrono::year_month_day day) noexcept {
  const auto birthday_is_ahead
    = std::tuple{day.month(), day.day()} < std::tuple{born.month(), born.day()};
  return static_cast<int>((day.year() - born.year()).count()) - (birthday_is_ahead ? 1 : 0);
}

position_numbers count_positions(std::span<const squad_member> members) noexcept {
  position_numbers counts{};
  for (const auto& member : members)
    ++counts.at(place_of(member.position));
  return counts;
}

tl::expected<living_squad, std::string> initial_squad(std::uint64_t seed, std::uint32_t index,
                                                      std::string_view team_key,
                                                      std::chrono::year_month_day season_start) {
  if (!is_team_key(team_key))
    return tl::unexpected{"The key of a simulated team has 1 to "
                          + std::to_string(max_living_team_key)
                          + " lower case letters, digits, hyphens and points; that of team "
                          + std::to_string(index) + " has not."};
  if (!season_start.ok())
    return tl::unexpected<std::string>{"The first day of the season is no day of the calendar."};
  const auto draws = counter_draw{seed, draw_purpose::squad_wages}.stream(team_key);
  living_squad squad{std::string{team_key}, {}};
  squad.members.reserve(max_living_squad);
  for (auto& player : generate_squad(seed, index, season_start)) {
    const auto number = squad.members.size();
    const auto wage = drawn_wage(draws, number, age_on(player.born, season_start), player.position);
    squad.members.push_back({member_key(team_key, 0, number), std::move(player.name),
                             player.position, player.shirt, player.born, wage});
  }
  return squad;
}

std::vector<squad_member> retiring(const living_squad& squad,
                                   std::chrono::year_month_day season_start) {
  std::vector<squad_member> retired;
  for (const auto& member : squad.members)
    if (age_on(member.born, season_start) >= retirement_age)
      retired.push_back(member);
  return retired;
}

std::vector<squad_member> youth_players(std::uint64_t seed, std::uint32_t season,
                                        const living_squad& squad,
                                        std::chrono::year_month_day season_start) {
  assert(season >= 1 && season <= max_simulated_season && season_start.ok());
  const auto draws
    = counter_draw{seed, draw_purpose::youth}.stream(squad.team).stream(std::uint64_t{season});
  const auto lives = draws.stream(std::uint64_t{1});
  fresh_names names{draws.stream(std::uint64_t{0}), squad.members};
  shirt_numbers shirts{squad.members};
  const auto counts = count_positions(squad.members);
  constexpr auto ages = static_cast<std::uint32_t>(oldest_youth - youngest_youth + 1);
  std::vector<squad_member> youth;
  for (std::size_t place = 0; place < counts.size(); ++place)
    for (auto count = counts.at(place); count < squad_targets.at(place); ++count) {
      const auto number = youth.size();
      const auto first = std::uint64_t{3} * number;
      const auto age = static_cast<std::uint32_t>(youngest_youth) + lives.below(ages, first);
      const auto position = static_cast<playing_position>(place);
      youth.push_back({member_key(squad.team, season, number), names.next(), position,
                       shirts.take(position),
                       generate_birthday(lives, first + 1, age, season_start),
                       drawn_wage(lives, first + 2, static_cast<int>(age), position)});
    }
  return youth;
}

squad_renewal plan_renewal(std::uint64_t seed, std::uint32_t season, const living_squad& squad,
                           std::chrono::year_month_day season_start) {
  squad_renewal renewal{retiring(squad, season_start), {}};
  auto left = squad;
  apply_renewal(left, renewal);
  renewal.youth = youth_players(seed, season, left, season_start);
  return renewal;
}

void apply_renewal(living_squad& squad, const squad_renewal& renewal) {
  std::unordered_set<std::string_view> retired;
  for (const auto& member : renewal.retired)
    retired.insert(member.key);
  std::erase_if(squad.members,
                [&retired](const squad_member& member) { return retired.contains(member.key); });
  squad.members.insert(squad.members.end(), renewal.youth.begin(), renewal.youth.end());
}

std::vector<transfer_move> plan_transfers(std::uint64_t seed, const transfer_window& window,
                                          std::span<const living_squad> squads) {
  const auto draws = counter_draw{seed, draw_purpose::transfers}
                       .stream(std::uint64_t{window.season})
                       .stream(std::uint64_t{window.number});
  const auto order = market_order(draws, squads);
  std::vector<transfer_move> moves;
  for (std::size_t pair = 0; pair + 1 < order.size(); pair += 2) {
    const auto& buyer = squads[order[pair]];
    const auto& seller = squads[order[pair + 1]];
    auto move = plan_move(draws.stream(seller.team), window.day, seller, buyer);
    if (!move)
      continue;
    move->buyer = order[pair];
    move->seller = order[pair + 1];
    moves.push_back(*std::move(move));
  }
  return moves;
}

void apply_transfers(std::span<living_squad> squads, std::span<const transfer_move> moves) {
  for (const auto& move : moves) {
    auto& from = squads[move.seller].members;
    const auto found = std::find_if(from.begin(), from.end(), [&move](const squad_member& member) {
      return member.key == move.player;
    });
    if (found == from.end())
      continue;
    auto player = std::move(*found);
    from.erase(found);
    player.shirt = move.shirt;
    squads[move.buyer].members.push_back(std::move(player));
  }
}

std::vector<std::size_t> regulars_first(std::span<const squad_member> members,
                                        std::chrono::year_month_day day) {
  const std::chrono::sys_days prime_birthday = std::chrono::sys_days{day} - prime_age;
  const auto rank = [&](std::size_t place) {
    const auto& member = members[place];
    return std::tuple{member.position,
                      std::chrono::abs(std::chrono::sys_days{member.born} - prime_birthday),
                      std::string_view{member.key}};
  };
  std::vector<std::size_t> order(members.size());
  for (std::size_t place = 0; place < order.size(); ++place)
    order[place] = place;
  std::sort(order.begin(), order.end(),
            [&rank](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

std::vector<playing_position> positions_in(std::span<const squad_member> members,
                                           std::span<const std::size_t> order) {
  std::vector<playing_position> positions;
  positions.reserve(order.size());
  for (const auto place : order)
    positions.push_back(members[place].position);
  return positions;
}

} // namespace touchline::league
