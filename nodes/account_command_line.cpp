// account.
#include "nodes/command_line.hpp"

namespace touchline::nodes {

namespace {

void add_rights(CLI::App& command, account_request& request) {
  command
    .add_option("--role", request.role,
                "league-administrator, team-owner, sponsor, viewer or operator")
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
                              account_command run, arguments& args, chosen_command& chosen) {
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

void add_administration(CLI::App& account, arguments& args, chosen_command& chosen) {
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

} // namespace

void add_account_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
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

} // namespace touchline::nodes
