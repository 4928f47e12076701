// send, history, export, dead-letters, flows, flow, catalogue, audit.
#include "nodes/command_line.hpp"
#include "nodes/event_export.hpp"

#include <memory>

namespace touchline::nodes {

namespace {

void add_message_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto* send = app.add_subcommand("send", "Send one message of the catalogue, or read");
  send->add_option("MESSAGE", args.name, "Its name, as in team.update or stats.get")->required();
  send->add_option("FIELDS", args.fields, "Its fields: NAME=VALUE");
  send->add_option("--id", args.id, "The command's id; the same id has no second effect");
  add_token(*send, args);
  on_chosen(*send, args, chosen, [&args](const common_options& options) {
    auto token = find_token(args.token_file);
    return token ? send_message(options, args.name, args.fields, args.id, *token)
                 : fail(token.error());
  });
  auto* history = app.add_subcommand("history", "Print the records of an entity, a JSON line each");
  history->add_option("ADDRESS", args.name, "As in fixture-manager/english-premier-league/2022-23")
    ->required();
  on_chosen(*history, args, chosen,
            [&args](const common_options& options) { return print_history(options, args.name); });
}

void add_export(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto what = std::make_shared<export_request>();
  auto* command = app.add_subcommand("export", "Write the events of all seasons to a file");
  command->add_option("FILE", what->file, "Where to; - for standard output")->required();
  command->add_flag("--force", what->force, "Replace a file that is there");
  command->add_option("--league", what->league, "Only what names this league");
  command->add_option("--team", what->team, "Only what names this team");
  command
    ->add_option("--message", what->messages,
                 "Only of these messages, as in result.create,team.update")
    ->delimiter(',');
  command
    ->add_option("--format", what->format, "jsonl, a JSON object a line, or csv (default: jsonl)")
    ->check(CLI::IsMember({"jsonl", "csv"}));
  on_chosen(*command, args, chosen,
            [what](const common_options& options) { return export_events(options, *what); });
}

void add_dead_letter_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto* letters = app.add_subcommand("dead-letters", "The messages that were set aside");
  letters->require_subcommand(0, 1);
  auto add = [&](const char* name, const char* description,
                 int (*run)(const common_options&, const std::string&)) {
    auto* command = letters->add_subcommand(name, description);
    command->add_option("ID", args.name, "As in team/en/arsenal-fc@7")->required();
    on_chosen(*command, args, chosen,
              [&args, run](const common_options& options) { return run(options, args.name); });
  };
  auto* list = letters->add_subcommand("list", "Print all of them, a JSON line each");
  on_chosen(*list, args, chosen, print_dead_letters);
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

void add_flow_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  auto* flows = app.add_subcommand("flows", "Flows that are completed, running and overdue");
  flows
    ->add_option("--state", args.state,
                 "List those that are completed, running or overdue, or that lost a step to a dead "
                 "letter that was dropped (default: all but those that are simply completed)")
    ->check(CLI::IsMember({"completed", "running", "overdue", "lost"}));
  flows->add_option("--limit", args.limit, "List so many at most, the newest (default: 100)")
    ->check(CLI::Range(1, 1'000'000));
  add_report_output(*flows, args);
  on_chosen(*flows, args, chosen, [&args](const common_options& options) {
    return print_flows(options, args.state, args.limit);
  });
  auto* flow = app.add_subcommand("flow", "One flow as a sequence, with times and nodes");
  flow->add_option("ID", args.name, "The id of the command that began it")->required();
  add_report_output(*flow, args);
  on_chosen(*flow, args, chosen,
            [&args](const common_options& options) { return print_flow(options, args.name); });
}

} // namespace

void add_inspection_commands(CLI::App& app, arguments& args, chosen_command& chosen) {
  add_message_commands(app, args, chosen);
  add_export(app, args, chosen);
  add_dead_letter_commands(app, args, chosen);
  add_flow_commands(app, args, chosen);
  auto* catalogue
    = app.add_subcommand("catalogue", "Print messages, flows, contexts and roles in Markdown");
  catalogue->callback([&chosen] { chosen = print_catalogue; });
  auto* audit
    = app.add_subcommand("audit", "Check that teams, players and money add up in what is stored");
  add_report_output(*audit, args);
  on_chosen(*audit, args, chosen, print_audit);
}

} // namespace touchline::nodes
