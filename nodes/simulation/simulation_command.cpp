#include "nodes/simulation/simulation_command.hpp"

#include "nodes/simulation/simulation_run.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>

#include <unistd.h>

namespace touchline::simulated {

namespace {

struct choice {
  uint64_t seeds = 100;
  uint64_t first_seed = 1;
  uint32_t nodes = 3;
  bool verbose = false;
};

void print_failure(const choice& what, uint64_t seed, const run_outcome& outcome) {
  std::cout << "seed " << seed << ":";
  for (auto& problem : outcome.problems)
    std::cout << ' ' << problem;
  std::cout << " Again: touchline simulate-cluster --nodes " << what.nodes << " --seeds 1"
            << " --first-seed " << seed << " --verbose" << std::endl;
}

int simulate(const choice& what) {
  spdlog::set_level(what.verbose ? spdlog::level::info : spdlog::level::off);
  uint64_t failed = 0;
  const auto shows = ::isatty(STDERR_FILENO) == 1;
  for (uint64_t i = 0; i < what.seeds; ++i) {
    auto seed = what.first_seed + i;
    auto outcome = run_seed(seed, what.nodes);
    if (!outcome.problems.empty()) {
      ++failed;
      print_failure(what, seed, outcome);
    }
    if (what.verbose)
      std::cerr << "seed " << seed << ": " << outcome.simulated_ms << " ms, " << outcome.messages
                << " messages, " << outcome.crashes << " crashes, trace " << std::hex
                << outcome.trace << std::dec << '\n';
    else if (shows || i + 1 == what.seeds)
      std::cerr << (shows ? "\r" : "") << i + 1 << " of " << what.seeds << " seeds, " << failed
                << " failed" << std::flush;
  }
  if (!what.verbose)
    std::cerr << '\n';
  return failed == 0 ? 0 : 1;
}

} // namespace

void add_simulate_cluster(CLI::App& app, std::function<int()>& chosen) {
  auto what = std::make_shared<choice>();
  auto* command = app.add_subcommand(
    "simulate-cluster", "Play a league on simulated clusters to which everything happens");
  command->add_option("--seeds", what->seeds, "How many")->check(CLI::Range(1, 1'000'000'000));
  command->add_option("--first-seed", what->first_seed, "The others follow it");
  command->add_option("--nodes", what->nodes, "Of each cluster, 3 or 5")
    ->check(CLI::IsMember({3, 5}));
  command->add_flag("--verbose", what->verbose, "With the nodes' log");
  command->callback([what, &chosen] { chosen = [what] { return simulate(*what); }; });
}

} // namespace touchline::simulated
