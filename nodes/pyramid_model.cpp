#include "nodes/pyramid_model.hpp"

#include "actors/calendar.hpp"
#include "league/counter_draw.hpp"

#include <algorithm>

namespace touchline::nodes {

namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

/// A day of every year in one of them. Requires "MM-DD".
year_month_day day_in(std::chrono::year year, const std::string& month_and_day) {
  auto day = actors::parse_date("2001-" + month_and_day);
  return {year, day->month(), day->day()};
}

league::team_strength initial_strength(uint64_t seed, uint32_t team, int tier, int tiers) {
  auto result = league::generate_strength(seed, team);
  auto bonus = tier_step * (0.5 * (tiers - 1) - tier);
  auto within = [](double x) { return std::clamp(x, -league::max_strength, league::max_strength); };
  result.attack = within(result.attack + bonus);
  result.defence = within(result.defence + bonus);
  return result;
}

} // namespace

std::vector<season_window> windows_of(const pyramid_configuration& config,
                                      const actors::season_days& season) {
  std::vector<season_window> result;
  auto year_before = year_month_day{season.end.year() - std::chrono::years{1}, season.end.month(),
                                    season.end.day()};
  for (auto& x : config.rules.windows()) {
    season_window window{static_cast<uint32_t>(result.size()), {}, {}};
    for (auto year = year_before.year(); year <= season.end.year(); ++year)
      if (auto day = day_in(year, x.from()); year_before < day && day <= season.end)
        window.opens = day;
    auto closes = day_in(window.opens.year(), x.to());
    if (closes < window.opens)
      closes = day_in(window.opens.year() + std::chrono::years{1}, x.to());
    window.day = std::max(window.opens, std::min(season.start, closes));
    result.push_back(window);
  }
  std::ranges::stable_sort(result, {}, &season_window::opens);
  return result;
}

Player to_player(const league::squad_member& member) {
  Player result;
  result.set_player(member.key);
  result.set_name(member.name);
  result.set_position(std::string{league::short_name(member.position)});
  result.set_shirt_number(member.shirt);
  result.set_date_of_birth(actors::to_text(member.born));
  result.set_wage_minor_units(member.wage);
  return result;
}

tl::expected<pyramid_model, std::string> pyramid_model::make(const pyramid_configuration& config,
                                                             uint64_t seed) {
  pyramid_model result{seed};
  const auto& plan = config.pyramid;
  auto days = actors::days_of_season(plan, plan.first_year());
  if (!days)
    return tl::unexpected<std::string>{"The pyramid has no first season."};
  for (int tier = 0; tier < plan.tiers_size(); ++tier)
    for (auto& team : plan.tiers(tier).teams()) {
      auto index = static_cast<uint32_t>(result.squads_.size());
      auto squad = league::initial_squad(seed, index, team.team(), days->start);
      if (!squad)
        return tl::unexpected{squad.error()};
      result.places_[team.team()] = index;
      result.squads_.push_back(std::move(*squad));
      result.strengths_.push_back(initial_strength(seed, index, tier, plan.tiers_size()));
    }
  result.fees_.resize(result.squads_.size());
  return result;
}

std::vector<league::squad_renewal> pyramid_model::begin_season(uint32_t season,
                                                               year_month_day start) {
  season_ = season;
  start_ = start;
  std::vector<league::squad_renewal> result;
  if (season == 0)
    return result;
  for (size_t place = 0; place < squads_.size(); ++place) {
    result.push_back(league::plan_renewal(seed_, season, squads_[place], start));
    league::apply_renewal(squads_[place], result.back());
    strengths_[place]
      = league::drifted_strength(strengths_[place], seed_, static_cast<uint32_t>(place), season);
  }
  return result;
}

std::vector<league::transfer_move> pyramid_model::hold_window(const season_window& window) {
  auto moves = league::plan_transfers(seed_, {season_, window.number, window.day}, squads_);
  league::apply_transfers(squads_, moves);
  for (auto& x : moves) {
    fees_[x.seller] += x.fee;
    fees_[x.buyer] -= x.fee;
  }
  transfers_ += moves.size();
  return moves;
}

contender pyramid_model::contender_at(size_t place) const {
  const auto& squad = squads_[place];
  auto order = league::regulars_first(squad.members, start_);
  contender result{squad.team, strengths_[place], {}, league::positions_in(squad.members, order)};
  for (auto x : order)
    result.players.push_back(squad.members[x].name);
  return result;
}

league::match_key pyramid_model::key_of(uint32_t tier, uint32_t number) const noexcept {
  auto draws = league::counter_draw{seed_}.stream("results of a pyramid");
  return {draws.stream(uint64_t{tier}).bits(0), season_, number - 1};
}

void draw_shoot_out(const league::match_key& key, Score& score) {
  constexpr uint32_t in_turn = 5;
  // Nobody has seen a shoot-out that took longer; then the home team wins.
  constexpr uint32_t most_rounds = 50;
  auto draws
    = league::counter_draw{key.seed}.stream("shoot-out").stream(key.season).stream(key.fixture);
  uint32_t home = 0;
  uint32_t away = 0;
  auto decided = [&](uint32_t home_taken, uint32_t away_taken) {
    return home > away + std::max(in_turn, away_taken) - away_taken
           || away > home + std::max(in_turn, home_taken) - home_taken;
  };
  uint32_t round = 0;
  for (; round < most_rounds; ++round) {
    home += draws.below(4, uint64_t{2} * round) > 0 ? 1U : 0U;
    if (round < in_turn && decided(round + 1, round))
      break;
    away += draws.below(4, uint64_t{2} * round + 1) > 0 ? 1U : 0U;
    if (decided(round + 1, round + 1))
      break;
  }
  score.set_shootout_home(round == most_rounds ? away + 1 : home);
  score.set_shootout_away(away);
}

} // namespace touchline::nodes
