#include "nodes/season_plan.hpp"

#include "actors/calendar.hpp"
#include "league/generator.hpp"
#include "league/team_names.hpp"
#include "nodes/drawn_result.hpp"

#include <algorithm>
#include <chrono>

namespace touchline::nodes {

namespace {

/// The first simulated season is 2024-25.
constexpr int first_year = 2024;

/// Simulated leagues follow England's rules for the first tier.
constexpr const char* rule_set = "england";

std::string season_label(uint32_t index) {
  auto year = first_year + static_cast<int>(index);
  auto next = std::to_string((year + 1) % 100);
  return std::to_string(year) + '-' + (next.size() < 2 ? "0" + next : next);
}

std::chrono::year_month_day first_day(uint32_t index) {
  using namespace std::chrono;
  return year{first_year + static_cast<int>(index)} / August / 10;
}

/// A team's strength in a season: where it began, and how it drifted since.
league::team_strength strength_in(uint64_t seed, uint32_t team, uint32_t season) {
  auto result = league::generate_strength(seed, team);
  for (uint32_t i = 1; i <= season; ++i)
    result = league::drifted_strength(result, seed, team, i);
  return result;
}

std::vector<ResultCreate> draw_results(const FixtureList& list,
                                       const std::vector<contender>& contenders, uint64_t seed,
                                       uint32_t season) {
  auto find = [&contenders](const std::string& key) -> const contender& {
    return *std::ranges::find(contenders, key, &contender::key);
  };
  std::vector<ResultCreate> results;
  for (auto& fixture : list.fixtures()) {
    const auto& home = find(fixture.home());
    const auto& away = find(fixture.away());
    results.push_back(draw_result(home, away, {seed, season, fixture.number() - 1}));
  }
  return results;
}

} // namespace

simulated_league::simulated_league(const simulation& options,
                                   const std::vector<sponsor_deal>& sponsors)
  : options_{options},
    sponsors_{sponsors} {
  for (; next_index_ < options.teams; ++next_index_)
    members_.push_back(make_member(next_index_));
}

simulated_league::member simulated_league::make_member(uint32_t index) const {
  auto name = league::generate_team_name(options_.seed, index);
  return {index, league::team_key(name), name};
}

uint32_t simulated_league::relegated() const noexcept {
  return std::min(3u, options_.teams / 4);
}

void simulated_league::replace_relegated(const LeagueTable& before) {
  for (auto& row : before.rows()) {
    if (row.position() + relegated() <= options_.teams)
      continue;
    auto at = std::ranges::find(members_, row.team(), &member::key);
    if (at != members_.end())
      *at = make_member(next_index_++);
  }
}

season_plan simulated_league::plan(uint32_t index, const LeagueTable& before) {
  replace_relegated(before);
  season_plan plan;
  plan.league = "simulated-" + std::to_string(options_.teams) + '-' + std::to_string(options_.seed);
  plan.season = season_label(index);
  plan.league_name = "Simulated League";
  plan.sponsors = sponsor_messages(sponsors_);
  std::vector<contender> contenders;
  for (auto& x : members_) {
    // Squads are those of the first season's day: a player keeps his name and number while his team
    // lives.
    contender y{x.key, strength_in(options_.seed, x.index, index), {}, {}};
    auto& team = plan.teams.emplace_back();
    team.set_team(x.key);
    team.set_name(x.name);
    for (auto& player : league::generate_squad(options_.seed, x.index, first_day(0))) {
      y.players.push_back(player.name);
      y.positions.push_back(player.position);
      auto& z = *team.add_squad();
      z.set_name(player.name);
      z.set_position(std::string{league::short_name(player.position)});
      z.set_shirt_number(player.shirt);
      z.set_date_of_birth(actors::to_text(player.born));
    }
    auto& reference = *plan.fixtures.add_teams();
    reference.set_team(x.key);
    reference.set_name(x.name);
    contenders.push_back(std::move(y));
  }
  auto& rules = *plan.fixtures.mutable_rules();
  rules.set_rule_set(rule_set);
  rules.set_tier(1);
  rules.set_start_year(first_year + static_cast<int>(index));
  rules.set_seed(options_.seed);
  rules.set_relegated(relegated());
  plan.fixtures.set_seed(options_.seed + index);
  plan.fixtures.set_start(actors::to_text(first_day(index)));
  plan.fixtures.set_end(
    actors::to_text(first_day(index + 1).year() / std::chrono::May / std::chrono::day{25}));
  plan.results = [contenders = std::move(contenders), seed = options_.seed, index](
                   const FixtureList& list) { return draw_results(list, contenders, seed, index); };
  return plan;
}

} // namespace touchline::nodes
