#include "nodes/amount_text.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/progress.hpp"
#include "nodes/season_guest.hpp"
#include "nodes/season_player.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

namespace touchline::nodes {

namespace {

int print(const std::string& text) {
  std::cout << text << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

/// What the sponsors paid for a season, and whether the payments add up to what they promised.
std::string sponsor_lines(const played_season& season) {
  std::string out;
  for (auto& x : season.sponsors.sponsors()) {
    const auto& promised = x.amount_per_season();
    Money paid;
    paid.set_currency(promised.currency());
    int teams = 0;
    for (auto& payment : x.payments())
      if (payment.season() == season.table.season()) {
        paid.set_minor_units(paid.minor_units() + payment.minor_units());
        ++teams;
      }
    out += x.name() + " paid " + amount_text(paid) + " of " + amount_text(promised) + " to "
           + std::to_string(teams) + " teams\n";
  }
  return out;
}

tl::expected<void, std::string> forget(const std::filesystem::path& directory) {
  if (auto text = directory.string(); !std::filesystem::exists(directory / "data.mdb"))
    return {};
  for (auto* name : {"journal", "data.mdb", "lock.mdb"}) {
    std::error_code failed;
    std::filesystem::remove(directory / name, failed);
    if (failed)
      return tl::unexpected{"The file " + (directory / name).string()
                            + " cannot be removed: " + failed.message() + "."};
  }
  return {};
}

tl::expected<played_season, refusal> play_file(league_access& access, const common_options& options,
                                               const season_plan& plan,
                                               std::function<bool()> stop = {}) {
  progress display{stderr};
  season_player player{access, options.pace, display, std::move(stop)};
  return player.play(plan);
}

} // namespace

int fail(const std::string& sentence) {
  std::cerr << "touchline: " << sentence << '\n';
  return 1;
}

int run_default_node(const common_options& options, bool fresh) {
  return run_default_node(options, fresh, {});
}

int run_default_node(const common_options& options, bool fresh, const season_guest_start& let_in) {
  if (options.config.season.empty())
    return fail("The configuration names no season; set touchline.season.");
  auto file = read_season(options.config.season);
  if (!file)
    return fail(file.error());
  auto plan = plan_replay(*file, {}, options.config.sponsors);
  if (!plan)
    return fail(plan.error());
  plan->rules = options.config.rules;
  if (fresh)
    if (auto done = forget(options.config.data_directory); !done)
      return fail(done.error());
  auto access = open_access(options);
  if (!access)
    return fail(access.error().text);
  auto guest = let_in ? let_in(**access) : nullptr;
  auto season
    = play_file(**access, options, *plan, [&guest] { return guest && guest->wants_end(); });
  if (!season && guest && guest->wants_end()) {
    constexpr int interrupted = 130;
    fail(season.error().text);
    return interrupted;
  }
  if (!season)
    return fail(season.error().text);
  auto found = season->played_now == 0
                 ? "All " + std::to_string(season->recorded_before)
                     + " results were recorded already; ./run --fresh plays the season again.\n"
                 : "";
  auto status = print(format_tables({season->table}, output_format::text) + '\n'
                      + sponsor_lines(*season) + '\n' + (*access)->summary() + found);
  if (status != 0 || !guest)
    return status;
  auto stayed = guest->stay();
  return stayed ? 0 : fail(stayed.error().text);
}

int replay_season(const common_options& options, const std::filesystem::path& file,
                  const league::rule_choice& choice) {
  auto season = read_season(file);
  if (!season)
    return fail(season.error());
  auto plan = plan_replay(*season, choice, options.config.sponsors);
  if (!plan)
    return fail(plan.error());
  plan->rules = options.config.rules;
  for (auto& note : season->notes)
    std::cerr << note << '\n';
  auto access = open_access(options);
  if (!access)
    return fail(access.error().text);
  auto played = play_file(**access, options, *plan);
  if (!played)
    return fail(played.error().text);
  std::cerr << sponsor_lines(*played) << (*access)->summary();
  return print(format_tables({played->table}, options.format));
}

tl::expected<std::vector<played_season>, refusal> play_simulation(league_access& access,
                                                                  const configuration& config,
                                                                  const simulation& what,
                                                                  double pace, progress& display) {
  season_player player{access, pace, display};
  simulated_league league{what, config.sponsors};
  std::vector<played_season> seasons;
  for (uint32_t i = 0; i < what.seasons; ++i) {
    auto plan = league.plan(i, seasons.empty() ? LeagueTable{} : seasons.back().table);
    plan.rules = config.rules;
    auto season = player.play(plan);
    if (!season)
      return tl::unexpected{season.error()};
    seasons.push_back(std::move(*season));
  }
  return seasons;
}

int simulate_seasons(const common_options& options, const simulation& what) {
  auto access = open_access(options);
  if (!access)
    return fail(access.error().text);
  progress display{stderr};
  auto seasons = play_simulation(**access, options.config, what, options.pace, display);
  if (!seasons)
    return fail(seasons.error().text);
  std::vector<LeagueTable> tables;
  for (auto& season : *seasons) {
    std::cerr << sponsor_lines(season);
    tables.push_back(std::move(season.table));
  }
  std::cerr << (*access)->summary();
  return print(format_tables(tables, options.format));
}

} // namespace touchline::nodes
