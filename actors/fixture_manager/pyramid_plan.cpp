#include "actors/fixture_manager/pyramid_plan.hpp"

#include "actors/calendar.hpp"
#include "actors/fixture_manager/play_offs.hpp"
#include "actors/fixture_manager/pyramid.hpp"
#include "league/counter_draw.hpp"
#include "league/fixture_list.hpp"
#include "league/rules.hpp"
#include "league/season_label.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <set>

namespace touchline::actors {

namespace {

using tiers = google::protobuf::RepeatedPtrField<PyramidTier>;
using std::chrono::year_month_day;

/// A year without a 29 February, whose successor has none either.
constexpr std::chrono::year common_year{2001};

/// The day that "MM-DD" names in a year; nothing when the text is none, or names 29 February.
std::optional<year_month_day> day_in(const std::string& text, std::chrono::year year) {
  auto day = parse_date("2001-" + text);
  if (!day)
    return std::nullopt;
  return year_month_day{year, day->month(), day->day()};
}

/// The days of a season that starts in `year`, however far off it is.
std::optional<season_days> days_in(const PyramidCreate& plan, std::chrono::year year) {
  auto start = day_in(plan.start(), year);
  auto end = day_in(plan.end(), plan.end() < plan.start() ? year + std::chrono::years{1} : year);
  return start && end ? std::optional{season_days{*start, *end}} : std::nullopt;
}

uint32_t most_qualifiers(const tiers& all) {
  auto most = std::ranges::max_element(all, {}, &PyramidTier::play_offs);
  return most == all.end() ? 0 : most->play_offs();
}

std::string tier_name(int tier) {
  return "Tier " + std::to_string(tier + 1);
}

std::optional<std::string> check_identity(const PyramidCreate& plan, int tier) {
  const auto& x = plan.tiers(tier);
  auto key = plan.pyramid() + '.' + std::to_string(tier + 1);
  if (x.league() != key)
    return tier_name(tier) + " must have the key \"" + key + "\", not \"" + excerpt(x.league())
           + "\".";
  if (auto wrong = check_key("The league's key", x.league()))
    return wrong;
  return check_name("The league's name", x.name());
}

std::optional<std::string> check_size(const PyramidCreate& plan, int tier) {
  auto teams = plan.tiers(tier).teams_size();
  if (teams < static_cast<int>(league::min_league_teams)
      || teams > static_cast<int>(league::max_teams))
    return tier_name(tier) + " must have 2 to " + std::to_string(league::max_teams)
           + " teams; it has " + std::to_string(teams) + ".";
  return std::nullopt;
}

std::optional<std::string> check_moves(const PyramidCreate& plan, int tier) {
  const auto& x = plan.tiers(tier);
  if (!is_play_off_size(x.play_offs()))
    return "The play-offs of tier " + std::to_string(tier + 1)
           + " must have 0, 2, 4 or 8 teams, not " + std::to_string(x.play_offs()) + ".";
  if (tier == 0 && (x.promoted() > 0 || x.play_offs() > 0))
    return "Nobody goes up from tier 1, which is the highest.";
  auto below = tier + 1 < plan.tiers_size() ? uint64_t{going_down(plan, tier)} : 0;
  if (x.promoted() + uint64_t{x.play_offs()} + below > static_cast<uint64_t>(x.teams_size()))
    return tier_name(tier) + " has " + std::to_string(x.teams_size()) + " teams, too few for "
           + std::to_string(x.promoted()) + " to go up, " + std::to_string(x.play_offs())
           + " to play off and " + std::to_string(below) + " to go down.";
  return std::nullopt;
}

std::optional<std::string> check_teams(const PyramidCreate& plan) {
  std::set<std::string> keys;
  std::set<std::string> names;
  for (auto& tier : plan.tiers())
    for (auto& x : tier.teams()) {
      if (auto wrong = check_key("A team's key", x.team()))
        return wrong;
      if (auto wrong = check_name("A team's name", x.name()))
        return wrong;
      if (!keys.insert(x.team()).second || !names.insert(x.name()).second)
        return "The team " + x.name() + " is in the pyramid twice.";
    }
  return std::nullopt;
}

std::optional<std::string> check_tiers(const PyramidCreate& plan) {
  if (plan.tiers_size() < 1 || plan.tiers_size() > max_tiers)
    return "A pyramid has 1 to " + std::to_string(max_tiers) + " tiers; this one has "
           + std::to_string(plan.tiers_size()) + ".";
  for (int tier = 0; tier < plan.tiers_size(); ++tier)
    for (auto check : {check_identity, check_size, check_moves})
      if (auto wrong = check(plan, tier))
        return wrong;
  if (auto rules = league::rule_set(plan.rule_set(), 1, plan.first_year()); !rules)
    return rules.error();
  return check_teams(plan);
}

/// A season that is long enough in common years is so in leap years.
std::optional<std::string> check_days(const PyramidCreate& plan) {
  for (auto& text : {plan.start(), plan.end()})
    if (!day_in(text, common_year))
      return "The first and last day of a season must be MM-DD and in every year, not \""
             + excerpt(text) + "\".";
  if (!days_of_season(plan, plan.first_year()))
    return "The first season must lie in the years 1 to " + std::to_string(max_year)
           + "; it starts in " + std::to_string(plan.first_year()) + ".";
  auto days = days_in(plan, common_year);
  auto length = (std::chrono::sys_days{days->end} - std::chrono::sys_days{days->start}).count() + 1;
  for (auto& tier : plan.tiers())
    if (auto rounds = league::round_count(static_cast<uint32_t>(tier.teams_size()));
        length < rounds)
      return "A season from " + plan.start() + " to " + plan.end()
             + " is too short: " + std::to_string(tier.teams_size()) + " teams play "
             + std::to_string(rounds) + " rounds and need at least as many days.";
  return std::nullopt;
}

} // namespace

uint32_t going_up(const PyramidCreate& plan, int tier) {
  const auto& x = plan.tiers(tier);
  return x.promoted() + (x.play_offs() > 0 ? 1 : 0);
}

uint32_t going_down(const PyramidCreate& plan, int tier) {
  return tier + 1 < plan.tiers_size() ? going_up(plan, tier + 1) : 0;
}

std::optional<season_days> days_of_season(const PyramidCreate& plan, int32_t year) {
  if (year < 1 || year > max_year)
    return std::nullopt;
  auto days = days_in(plan, std::chrono::year{year});
  if (!days)
    return std::nullopt;
  year_month_day last{std::chrono::sys_days{days->end}
                      + play_off_length(most_qualifiers(plan.tiers()))};
  return static_cast<int>(last.year()) <= max_year ? days : std::nullopt;
}

std::string key_of_season(const PyramidCreate& plan, int32_t year) {
  auto label = league::label_of_years(year, plan.end() < plan.start() ? year + 1 : year).text;
  std::string zeros;
  for (auto bound : {1'000, 100, 10})
    if (year < bound)
      zeros += '0';
  return zeros + label;
}

FixtureListGenerate list_of_tier(const PyramidCreate& plan, int32_t year, int tier) {
  const auto& x = plan.tiers(tier);
  FixtureListGenerate list;
  list.set_league(x.league());
  list.set_season(key_of_season(plan, year));
  list.set_league_name(x.name());
  if (auto days = days_of_season(plan, year)) {
    list.set_start(to_text(days->start));
    list.set_end(to_text(days->end));
  }
  auto draws = league::counter_draw{plan.seed()}
                 .stream("season of a pyramid")
                 .stream(static_cast<uint64_t>(year))
                 .stream(static_cast<uint64_t>(tier));
  list.set_seed(draws.bits(0));
  auto& rules = *list.mutable_rules();
  rules.set_rule_set(plan.rule_set());
  rules.set_tier(static_cast<uint32_t>(tier) + 1);
  rules.set_start_year(year);
  rules.set_seed(draws.bits(1));
  rules.set_promoted(x.promoted());
  rules.set_relegated(going_down(plan, tier));
  rules.set_play_offs(x.play_offs());
  rules.set_pyramid(plan.pyramid());
  return list;
}

std::optional<std::string> check_pyramid(const PyramidCreate& plan) {
  if (auto wrong = check_key("The pyramid's key", plan.pyramid()))
    return wrong;
  if (auto wrong = check_name("The pyramid's name", plan.name()))
    return wrong;
  if (auto wrong = check_tiers(plan))
    return wrong;
  return check_days(plan);
}

} // namespace touchline::actors
