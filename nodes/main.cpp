// The command line.
#include "nodes/commands.hpp"

#include <CLI/CLI.hpp>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdint>
#include <functional>

namespace {

using namespace touchline;
using namespace touchline::nodes;

/// Everything that the command line can say.
struct arguments {
  std::string config_file;
  std::string data_directory;
  std::string format = "text";
  double pace = 0;
  bool fresh = false;
  std::string file;
  std::vector<std::string> deductions;
  league::rule_choice choice;
  simulation simulated;
  std::string name;
  std::vector<std::string> fields;
  std::string id;
};

constexpr const char* default_config_file = "config/default.conf";

void add_common(CLI::App& command, arguments& args) {
  command.add_option("--config", args.config_file,
                     "A node's configuration, as config/default.conf");
  command.add_option("--data-dir", args.data_directory, "Where the state is kept");
}

void add_output(CLI::App& command, arguments& args) {
  command.add_option("--format", args.format, "text, json or csv")
    ->check(CLI::IsMember({"text", "json", "csv"}));
}

void add_pace(CLI::App& command, arguments& args) {
  command.add_option("--pace", args.pace, "At most so many matches a second")
    ->check(CLI::Range(0.001, 1e9));
}

/// The shared options, or nothing after a sentence on standard error.
std::optional<common_options> resolve(const arguments& args) {
  common_options result;
  if (!args.config_file.empty()) {
    auto config = read_configuration(args.config_file);
    if (!config) {
      fail(config.error());
      return std::nullopt;
    }
    result.config = std::move(*config);
  }
  if (!args.data_directory.empty())
    result.config.data_directory = args.data_directory;
  result.format = *format_named(args.format);
  result.pace = args.pace;
  return result;
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

void add_run(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* run = app.add_subcommand("run", "Play the configured season on the default node");
  add_common(*run, args);
  add_pace(*run, args);
  run->add_flag("--fresh", args.fresh, "Start over: forget what the data directory holds");
  run->callback([&args, &chosen] {
    chosen = [&args] {
      if (args.config_file.empty())
        args.config_file = default_config_file;
      auto options = resolve(args);
      return options ? run_default_node(*options, args.fresh) : 1;
    };
  });
}

void add_replay(CLI::App& season, arguments& args, std::function<int()>& chosen) {
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

void add_simulate(CLI::App& season, arguments& args, std::function<int()>& chosen) {
  auto* simulate = season.add_subcommand("simulate", "Play seasons that are drawn from a seed");
  simulate->add_option("--teams", args.simulated.teams, "2 to 64")
    ->required()
    ->check(CLI::Range(2, 64));
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
  simulate->callback([&args, &chosen] {
    chosen = [&args] {
      auto options = resolve(args);
      return options ? simulate_seasons(*options, args.simulated) : 1;
    };
  });
}

void add_message_commands(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* send = app.add_subcommand("send", "Send one message of the catalogue, or read");
  send->add_option("MESSAGE", args.name, "Its name, as in team.update or stats.get")->required();
  send->add_option("FIELDS", args.fields, "Its fields: NAME=VALUE");
  send->add_option("--id", args.id, "The command's id; the same id has no second effect");
  add_common(*send, args);
  auto* history = app.add_subcommand("history", "Print the records of an entity, a JSON line each");
  history->add_option("ADDRESS", args.name, "As in fixture-manager/english-premier-league/2022-23")
    ->required();
  add_common(*history, args);
  auto* letters = app.add_subcommand("dead-letters", "Print the messages that were set aside");
  add_common(*letters, args);
  auto with_options = [&args](auto command) {
    return [&args, command] {
      auto options = resolve(args);
      return options ? command(*options) : 1;
    };
  };
  send->callback([&, with_options] {
    chosen = with_options([&args](const common_options& options) {
      return send_message(options, args.name, args.fields, args.id);
    });
  });
  history->callback([&, with_options] {
    chosen = with_options(
      [&args](const common_options& options) { return print_history(options, args.name); });
  });
  letters->callback([&, with_options] { chosen = with_options(print_dead_letters); });
}

} // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("touchline"));
  CLI::App app{"Touchline runs football leagues on actors that keep their state.", "touchline"};
  app.set_version_flag("--version", TOUCHLINE_VERSION);
  app.require_subcommand(1);
  arguments args;
  std::function<int()> chosen;
  add_run(app, args, chosen);
  auto* season = app.add_subcommand("season", "Replay or simulate whole seasons");
  season->require_subcommand(1);
  add_replay(*season, args, chosen);
  add_simulate(*season, args, chosen);
  add_message_commands(app, args, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    if (wrong.get_exit_code() == 0)
      return app.exit(wrong);
    std::cerr << "touchline: " << wrong.what() << "\nRun with --help for the usage.\n";
    return 2;
  }
  return chosen();
}
