// run and season.
#include "nodes/command_line.hpp"
#include "nodes/front/front_configuration.hpp"
#include "nodes/front/terminal_page.hpp"

#include <charconv>

namespace touchline::nodes {

namespace {

constexpr const char* default_config_file = "config/default.conf";

void add_pace(CLI::App& command, arguments& args) {
  command.add_option("--pace", args.pace, "At most so many matches a second")
    ->check(CLI::Range(0.001, 1e9));
}

/// TEAM=POINTS; the last equals sign counts, as a name may have one.
bool parse_deductions(arguments& args) {
  for (auto& text : args.deductions) {
    auto equals = text.rfind('=');
    int points = 0;
    auto begin = text.data() + (equals == std::string::npos ? text.size() : equals + 1);
    auto end = text.data() + text.size();
    auto [stop, error] = std::from_chars(begin, end, points);
    if (equals == 0 || error != std::errc{} || stop != end || points < 1) {
      fail("--deduct takes TEAM=POINTS with a whole number of points above 0, not \"" + text
           + "\".");
      return false;
    }
    args.choice.deductions.emplace_back(text.substr(0, equals), points);
  }
  return true;
}

/// On a terminal with the page beside it; the nodes of a cluster have pages of their own.
int run_as_seen(const common_options& options, const arguments& args) {
  if (options.connect || !front::is_on_terminal())
    return run_default_node(options, args.fresh);
  auto page = front::read_terminal_page(args.config_file);
  if (!page)
    return fail(page.error());
  // Before anything begins a thread.
  const end_signals signals;
  return run_default_node(options, args.fresh, front::terminal_page(*page, options, signals));
}

void add_run(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto* run
    = app.add_subcommand("run", "Play the configured season on the default node; on a terminal "
                                "with the page beside it, until Ctrl-C");
  add_common(*run, args);
  add_pace(*run, args);
  run->add_flag("--fresh", args.fresh, "Start over: forget what the data directory holds")
    ->excludes(run->get_option("--connect"));
  run->callback([&args, &chosen] {
    chosen = [&args] {
      if (args.config_file.empty())
        args.config_file = default_config_file;
      auto options = resolve(args);
      return options ? run_as_seen(*options, args) : 1;
    };
  });
}

void add_replay(CLI::App& season, arguments& args, chosen_command& chosen) {
  auto* replay = season.add_subcommand("replay", "Play a season that was played: football.json");
  replay->add_option("FILE", args.file, "A season in football.json format")->required();
  replay->add_option("--rules", args.choice.rule_set,
                     "england, spain, italy, germany or france (default: from the file's name)");
  replay->add_option("--deduct", args.deductions, "TEAM=POINTS: take points from a team")
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false);
  replay->add_flag("--points-per-game", args.choice.points_per_game,
                   "Decide a season that was not finished by points per game");
  add_common(*replay, args);
  add_output(*replay, args);
  add_pace(*replay, args);
  replay->callback([&args, &chosen] {
    chosen = [&args] {
      auto options = resolve(args);
      return options && parse_deductions(args) ? replay_season(*options, args.file, args.choice)
                                               : 1;
    };
  });
}

/// The file of the pyramid is the node's configuration as well, unless there is another one.
int play_simulation(arguments& args) {
  std::optional<pyramid_configuration> pyramid;
  if (!args.pyramid_file.empty()) {
    auto read = read_pyramid(args.pyramid_file);
    if (!read)
      return fail(read.error());
    pyramid = std::move(*read);
    if (args.config_file.empty())
      args.config_file = args.pyramid_file;
  }
  auto options = resolve(args);
  if (!options)
    return 1;
  return pyramid ? simulate_pyramid(*options, *pyramid, args.simulated)
                 : simulate_seasons(*options, args.simulated);
}

void add_simulate(CLI::App& season, arguments& args, chosen_command& chosen) {
  auto* simulate = season.add_subcommand("simulate", "Play seasons that are drawn from a seed");
  auto* league = simulate->add_option_group("league", "Who plays");
  league->add_option("--teams", args.simulated.teams, "A league of 2 to 64 drawn teams")
    ->check(CLI::Range(2, 64));
  league->add_option("--pyramid", args.pyramid_file,
                     "The leagues of a configuration, as config/england.conf");
  league->require_option(1);
  simulate->add_option("--seasons", args.simulated.seasons, "1 to 1000, one after another")
    ->check(CLI::Range(1, 1000));
  simulate->add_option("--seed", args.simulated.seed, "The same seed, the same seasons")
    ->check(CLI::Validator{[](const std::string& text) {
                             return text.starts_with('-') ? "a seed is a whole number from 0"
                                                          : std::string{};
                           },
                           ""});
  add_common(*simulate, args);
  add_output(*simulate, args);
  add_pace(*simulate, args);
  simulate->callback([&args, &chosen] { chosen = [&args] { return play_simulation(args); }; });
}

} // namespace

void add_season_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  add_run(app, args, chosen);
  auto* season = app.add_subcommand("season", "Replay or simulate whole seasons");
  season->require_subcommand(1);
  add_replay(*season, args, chosen);
  add_simulate(*season, args, chosen);
}

} // namespace touchline::nodes
