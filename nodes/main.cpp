// The program: reads the command line and runs what it says.
#include "nodes/cluster_commands.hpp"
#include "nodes/command_line.hpp"
#include "nodes/front/front_command.hpp"
#include "nodes/program_version.hpp"
#include "nodes/simulation/simulation_command.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <iostream>

using namespace touchline::nodes;

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("touchline"));
  CLI::App app{"Touchline runs football leagues on actors that keep their state.", "touchline"};
  app.set_version_flag("--version", program_version());
  app.require_subcommand(1);
  arguments args;
  chosen_command chosen;
  add_season_commands(app, args, chosen);
  add_account_commands(app, args, chosen);
  add_inspection_commands(app, args, chosen);
  add_membership_commands(app, args, chosen);
  add_shell_command(app, args, chosen);
  add_cluster_commands(app, chosen);
  touchline::front::add_front_command(app, args, chosen);
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
