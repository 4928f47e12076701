// The command line.
#include "nodes/commands.hpp"
#include "nodes/simulation/simulation_command.hpp"

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
  std::string pyramid_file;
  std::string name;
  std::vector<std::string> fields;
  std::string id;
  std::string token_file;
  std::string state;
  size_t limit = 100;
  account_request account;
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

/// What is no table has no CSV.
void add_report_output(CLI::App& command, arguments& args) {
  command.add_option("--format", args.format, "text or json")
    ->check(CLI::IsMember({"text", "json"}));
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

void add_simulate(CLI::App& season, arguments& args, std::function<int()>& chosen) {
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

void add_token(CLI::App& command, arguments& args) {
  command.add_option("--token-file", args.token_file,
                     "Act as the account whose token is in the file, or in TOUCHLINE_TOKEN; "
                     "without any as the local operator");
}

void add_rights(CLI::App& command, account_request& request) {
  command.add_option("--role", request.role, "league-administrator, team-owner, sponsor or viewer")
    ->check(CLI::IsMember(std::vector<std::string>{account_roles.begin(), account_roles.end()}));
  command.add_option("--name", request.name, "What the holder is called");
  command.add_option("--team", request.teams, "Key of a team that the account owns")
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false);
  command.add_option("--sponsor", request.sponsors, "Key of a sponsor that the account is")
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false);
}

using account_command = int (*)(const common_options&, const account_request&);

/// A command that is sent on behalf of the local operator or of a token's account.
CLI::App* add_account_command(CLI::App& account, const char* name, const char* description,
                              account_command run, arguments& args, std::function<int()>& chosen) {
  auto* command = account.add_subcommand(name, description);
  command
    ->add_option("ACCOUNT", args.account.account,
                 "PYRAMID/NAME, or NAME for an account that belongs to no pyramid")
    ->required();
  add_common(*command, args);
  command->callback([&args, &chosen, run] {
    chosen = [&args, run] {
      auto options = resolve(args);
      if (!options)
        return 1;
      auto token = find_token(args.token_file);
      if (!token)
        return fail(token.error());
      args.account.token = *token;
      return run(*options, args.account);
    };
  });
  return command;
}

void add_administration(CLI::App& account, arguments& args, std::function<int()>& chosen) {
  auto add = [&](const char* name, const char* description, account_command run) {
    auto* command = add_account_command(account, name, description, run, args, chosen);
    add_token(*command, args);
    return command;
  };
  auto with_id = [&args](CLI::App* command) {
    command->add_option("--id", args.account.id,
                        "The command's id, drawn when there is none; the same id has no second "
                        "effect");
    return command;
  };
  auto* create
    = with_id(add("create", "Create an account and print its invitation code", create_account));
  add_rights(*create, args.account);
  create->get_option("--role")->required();
  with_id(
    add("invite", "Open a new invitation: the password and the tokens are void", invite_account));
  auto* update = with_id(add("update", "Change what an account may do", update_account));
  add_rights(*update, args.account);
  auto* suspend = update->add_flag("--suspend", args.account.suspend, "Take its rights away");
  update->add_flag("--restore", args.account.restore, "Give them back")->excludes(suspend);
  add("show", "Print an account", show_account);
  auto* revoke = with_id(add("revoke", "Revoke the tokens of an account", revoke_tokens));
  revoke->add_option("--token-id", args.account.token_id, "Only this one");
}

void add_account_commands(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* account = app.add_subcommand("account", "Accounts, passwords and tokens");
  account->require_subcommand(1);
  add_administration(*account, args, chosen);
  auto* activate = account->add_subcommand(
    "activate", "Use an invitation; reads the new password from the terminal or standard input");
  activate->add_option("CODE", args.name, "The invitation code")->required();
  add_common(*activate, args);
  activate->callback([&args, &chosen] {
    chosen = [&args] {
      auto options = resolve(args);
      return options ? activate_account(*options, args.name) : 1;
    };
  });
  auto* login = add_account_command(
    *account, "login", "Print a token; reads the password from the terminal or standard input",
    log_in, args, chosen);
  login->add_option("--minutes", args.account.minutes, "How long it is good for")
    ->check(CLI::Range(1, 60));
  login->add_option("--token-file", args.account.token_file,
                    "Write the token to this file, for its owner alone");
  add_account_command(*account, "password", "Replace a password; reads the old one and the new one",
                      change_password, args, chosen);
}

void add_message_commands(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* send = app.add_subcommand("send", "Send one message of the catalogue, or read");
  send->add_option("MESSAGE", args.name, "Its name, as in team.update or stats.get")->required();
  send->add_option("FIELDS", args.fields, "Its fields: NAME=VALUE");
  send->add_option("--id", args.id, "The command's id; the same id has no second effect");
  add_token(*send, args);
  add_common(*send, args);
  auto* history = app.add_subcommand("history", "Print the records of an entity, a JSON line each");
  history->add_option("ADDRESS", args.name, "As in fixture-manager/english-premier-league/2022-23")
    ->required();
  add_common(*history, args);
  auto with_options = [&args](auto command) {
    return [&args, command] {
      auto options = resolve(args);
      return options ? command(*options) : 1;
    };
  };
  send->callback([&, with_options] {
    chosen = with_options([&args](const common_options& options) {
      auto token = find_token(args.token_file);
      return token ? send_message(options, args.name, args.fields, args.id, *token)
                   : fail(token.error());
    });
  });
  history->callback([&, with_options] {
    chosen = with_options(
      [&args](const common_options& options) { return print_history(options, args.name); });
  });
}

using stored_command = std::function<int(const common_options&)>;

/// A command on what is stored.
void on_stored(CLI::App& command, arguments& args, std::function<int()>& chosen,
               stored_command run) {
  add_common(command, args);
  command.callback([&args, &chosen, run = std::move(run)] {
    chosen = [&args, run] {
      auto options = resolve(args);
      return options ? run(*options) : 1;
    };
  });
}

void add_dead_letter_commands(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* letters = app.add_subcommand("dead-letters", "The messages that were set aside");
  letters->require_subcommand(0, 1);
  auto add = [&](const char* name, const char* description,
                 int (*run)(const common_options&, const std::string&)) {
    auto* command = letters->add_subcommand(name, description);
    command->add_option("ID", args.name, "As in team/en/arsenal-fc@7")->required();
    on_stored(*command, args, chosen,
              [&args, run](const common_options& options) { return run(options, args.name); });
  };
  auto* list = letters->add_subcommand("list", "Print all of them, a JSON line each");
  on_stored(*list, args, chosen, print_dead_letters);
  add("show", "Print one, with the message itself", show_dead_letter);
  add("retry", "Send it to its receiver again; it is dropped when it is handled",
      retry_dead_letter);
  add("drop", "Forget it for good", drop_dead_letter);
  // Without a subcommand: the list.
  add_common(*letters, args);
  letters->callback([letters, &args, &chosen] {
    if (letters->get_subcommands().empty())
      chosen = [&args] {
        auto options = resolve(args);
        return options ? print_dead_letters(*options) : 1;
      };
  });
}

void add_inspection_commands(CLI::App& app, arguments& args, std::function<int()>& chosen) {
  auto* flows = app.add_subcommand("flows", "Flows that are completed, running and overdue");
  flows
    ->add_option("--state", args.state,
                 "List those that are completed, running or overdue, or that lost a step to a dead "
                 "letter that was dropped (default: all but those that are simply completed)")
    ->check(CLI::IsMember({"completed", "running", "overdue", "lost"}));
  flows->add_option("--limit", args.limit, "List so many at most, the newest (default: 100)")
    ->check(CLI::Range(1, 1'000'000));
  add_report_output(*flows, args);
  on_stored(*flows, args, chosen, [&args](const common_options& options) {
    return print_flows(options, args.state, args.limit);
  });
  auto* flow = app.add_subcommand("flow", "One flow as a sequence, with times and nodes");
  flow->add_option("ID", args.name, "The id of the command that began it")->required();
  add_report_output(*flow, args);
  on_stored(*flow, args, chosen,
            [&args](const common_options& options) { return print_flow(options, args.name); });
  auto* catalogue
    = app.add_subcommand("catalogue", "Print messages, flows, contexts and roles in Markdown");
  catalogue->callback([&chosen] { chosen = print_catalogue; });
  auto* audit
    = app.add_subcommand("audit", "Check that teams, players and money add up in what is stored");
  add_report_output(*audit, args);
  on_stored(*audit, args, chosen, print_audit);
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
  add_account_commands(app, args, chosen);
  add_dead_letter_commands(app, args, chosen);
  add_inspection_commands(app, args, chosen);
  touchline::simulated::add_simulate_cluster(app, chosen);
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
