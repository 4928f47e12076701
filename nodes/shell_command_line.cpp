// shell.
#include "nodes/command_line.hpp"
#include "nodes/shell/shell.hpp"

#include <memory>

namespace touchline::nodes {

void add_shell_command(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto request = std::make_shared<shell::shell_request>();
  auto* command = app.add_subcommand(
    "shell", "See into a running cluster and act on it: a terminal with help, or a script");
  command
    ->add_option("-c,--command", request->commands,
                 "Run this command and end; may be given several times (default: lines from "
                 "standard input)")
    ->take_all()
    ->expected(1)
    ->allow_extra_args(false);
  command->add_option("--user", request->user,
                      "Log in as this account; the password is asked for, or is the first line of "
                      "standard input");
  command->add_flag("--yes", request->yes, "Do what cannot be undone without asking");
  command->add_flag(
    "--keep-going", request->keep_going,
    "Go on behind a command that failed (default: the first failure ends a script)");
  add_token(*command, args);
  add_output(*command, args);
  on_chosen(*command, args, chosen, [&args, request](const common_options& options) {
    if (!options.connect)
      return fail("The shell works against a cluster; name one of its nodes with --connect "
                  "HOST:PORT.");
    if (request->user.empty()) {
      auto token = find_token(args.token_file);
      if (!token)
        return fail(token.error());
      request->token = *token;
    }
    return shell::run_shell(options, *request);
  });
}

} // namespace touchline::nodes
