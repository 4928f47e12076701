#include "nodes/pyramid_configuration.hpp"

#include "actors/calendar.hpp"
#include "actors/fixture_manager/pyramid_plan.hpp"
#include "actors/sponsor_manager/sponsor_manager.hpp"
#include "league/rules.hpp"
#include "league/squad_life.hpp"
#include "league/team_names.hpp"
#include "messages/text.hpp"
#include "nodes/windows_section.hpp"

#include <algorithm>
#include <limits>

namespace touchline::nodes {

namespace {

constexpr int64_t max_minor_units = std::numeric_limits<int64_t>::max();

/// A sentence as a part of another one.
std::string without_stop(const std::string& sentence) {
  return sentence.substr(0, sentence.find_last_not_of('.') + 1);
}

std::string currency(settings_section& from) {
  auto text = from.text("currency");
  if (text.size() != 3 || !std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; }))
    from.refuse("currency", "must be three capital letters of ISO 4217, as in \"GBP\"");
  return text;
}

void read_capital(settings_section from, Money& out) {
  out.set_minor_units(from.number("amount", 0, max_capital));
  out.set_currency(currency(from));
  from.refuse_others();
}

void read_squad(settings_section from, LeagueRules& out) {
  constexpr auto least = static_cast<int64_t>(league::max_living_squad);
  out.set_squad_min(static_cast<uint32_t>(from.number("min", 0, max_squad_min)));
  out.set_squad_max(static_cast<uint32_t>(from.number("max", least, max_squad_max)));
  from.refuse_others();
}

// -- tiers ----------------------------------------------------------------------------------------

void add_team(settings_section& from, const std::string& name, PyramidTier& out) {
  auto& team = *out.add_teams();
  team.set_name(name);
  if (auto wrong = check_name("a team's name", name)) {
    from.refuse("teams", "has a name that is none: " + without_stop(*wrong));
    return;
  }
  team.set_team(league::team_key(name));
  if (team.team().size() > league::max_living_team_key)
    from.refuse("teams", "has a name that is too long for a simulated team: \"" + excerpt(name)
                           + "\" makes a key of more than "
                           + std::to_string(league::max_living_team_key) + " letters");
}

void read_tiers(settings_section& from, PyramidCreate& out) {
  constexpr auto most_teams = static_cast<int64_t>(league::max_teams);
  auto tiers = from.sections("tiers");
  if (tiers.empty())
    from.refuse("tiers", "must be a list of at least one tier, the highest first");
  for (auto& x : tiers) {
    auto& tier = *out.add_tiers();
    tier.set_league(out.pyramid() + '.' + std::to_string(out.tiers_size()));
    tier.set_name(x.text("name"));
    tier.set_promoted(static_cast<uint32_t>(x.number_or("promoted", 0, most_teams, 0)));
    tier.set_play_offs(static_cast<uint32_t>(x.number_or("play-offs", 0, most_teams, 0)));
    for (auto& name : x.texts("teams"))
      add_team(x, name, tier);
    x.refuse_others();
  }
}

// -- sponsors -------------------------------------------------------------------------------------

/// The league of the team with this name, and the team's key; empty when there is none.
std::pair<std::string, std::string> find_team(const PyramidCreate& pyramid,
                                              const std::string& name) {
  for (auto& tier : pyramid.tiers())
    for (auto& team : tier.teams())
      if (team.name() == name)
        return {tier.league(), team.team()};
  return {};
}

/// Whom a deal is with: a league of the pyramid by its key, or a team by its name. They are not
/// looked for in a pyramid that has mistakes.
void read_partner(settings_section& from, const PyramidCreate& pyramid, bool sound,
                  SponsorCreate& out) {
  auto league = from.text_or("league", "");
  auto team = from.text_or("team", "");
  if (league.empty() == team.empty())
    from.refuse("league", "or team must say whom the deal is with, one of them and not both");
  if (!sound)
    return;
  if (!team.empty()) {
    auto [its_league, key] = find_team(pyramid, team);
    if (key.empty())
      from.refuse("team", "must be a team of the pyramid, not \"" + excerpt(team) + '"');
    out.set_league(its_league);
    out.set_team(key);
  } else if (std::ranges::find(pyramid.tiers(), league, &PyramidTier::league)
             == pyramid.tiers().end()) {
    from.refuse("league", "must be a league of the pyramid, as in \"" + pyramid.pyramid()
                            + ".1\", not \"" + excerpt(league) + '"');
  } else {
    out.set_league(league);
  }
}

SponsorCreate read_sponsor(settings_section& from, const PyramidCreate& pyramid, bool sound) {
  SponsorCreate out;
  out.set_sponsor(from.text("key"));
  out.set_name(from.text("name"));
  out.mutable_amount_per_season()->set_minor_units(from.number("amount", 1, max_minor_units));
  out.mutable_amount_per_season()->set_currency(currency(from));
  out.set_start(from.text_or("start", ""));
  out.set_end(from.text_or("end", ""));
  read_partner(from, pyramid, sound, out);
  for (auto& x : from.sections("bonuses")) {
    auto& bonus = *out.add_bonuses();
    bonus.set_from(static_cast<uint32_t>(x.number("from", 1, actors::max_bonuses)));
    bonus.set_to(static_cast<uint32_t>(x.number("to", 1, actors::max_bonuses)));
    bonus.set_minor_units(x.number("amount", 1, max_minor_units));
    x.refuse_others();
  }
  from.refuse_others();
  return out;
}

/// Reads the deals and, as long as there is no mistake in the pyramid (`sound`) and in them, tries
/// them out on a sponsor manager that has nothing yet.
void read_sponsors(settings_section& from, const settings_file& file, bool sound,
                   pyramid_configuration& out) {
  actors::sponsor_manager::state trial;
  auto before = file.refused();
  for (auto& x : from.sections("sponsors")) {
    out.sponsors.push_back(read_sponsor(x, out.pyramid, sound));
    if (!sound || file.refused() > before)
      continue;
    auto decided = actors::sponsor_manager::decide(trial, out.sponsors.back(), {});
    if (!decided) {
      x.refuse("key", "names a deal that is refused: " + without_stop(decided.error().text));
      continue;
    }
    for (auto& fact : decided->events)
      actors::sponsor_manager::apply(trial, fact);
  }
}

// -- the whole ------------------------------------------------------------------------------------

pyramid_configuration read_section(settings_section from, settings_file& file) {
  pyramid_configuration out;
  auto& pyramid = out.pyramid;
  auto before = file.refused();
  pyramid.set_pyramid(from.text("key"));
  if (auto wrong = check_key("it", pyramid.pyramid()))
    from.refuse("key", "is no key: " + without_stop(*wrong));
  pyramid.set_name(from.text("name"));
  pyramid.set_rule_set(from.text("rule-set"));
  pyramid.set_first_year(
    static_cast<int32_t>(from.number("first-year", min_first_year, max_first_year)));
  pyramid.set_start(day_of_year(from, "start"));
  pyramid.set_end(day_of_year(from, "end"));
  read_capital(from.section("capital"), out.capital);
  read_squad(from.section("squad"), out.rules);
  read_windows(from, out.rules);
  read_tiers(from, pyramid);
  auto sound = file.refused() == before;
  read_sponsors(from, file, sound, out);
  from.refuse_others();
  if (auto wrong = sound ? actors::check_pyramid(pyramid) : std::nullopt)
    file.refuse_sentence(from.name(), *wrong);
  return out;
}

} // namespace

pyramid_configuration read_pyramid(settings_file& file) {
  return read_section(settings_section::of_file(file, "pyramid"), file);
}

tl::expected<pyramid_configuration, std::string> read_pyramid(const std::filesystem::path& path) {
  auto file = settings_file::read(path);
  if (!file)
    return tl::unexpected{problem_in(path, file.error())};
  if (!file->settings().contains("pyramid"))
    file->refuse_sentence("", "There is no section pyramid { ... }; config/england.conf has one.");
  auto result = read_pyramid(*file);
  if (auto wrong = file->first_problem())
    return tl::unexpected{*wrong};
  return result;
}

} // namespace touchline::nodes
