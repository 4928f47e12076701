// Resident memory with many teams created and idle: 20 teams a league, every entity out of memory.
//
//   bench_idle_memory [TEAMS]
#include "actors/runtime/client.hpp"
#include "bench/bench_node.hpp"
#include "messages/catalogue.pb.h"

#include <fstream>
#include <thread>

#include <malloc.h>

using namespace touchline;
using namespace touchline::bench;

namespace {

/// A figure of /proc/self/status, in MiB.
double status_mib(const std::string& name) {
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ':'))
      return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  auto teams = argc > 1 ? std::atoi(argv[1]) : 100'000;
  constexpr int teams_per_league = 20;
  scratch_folder folder;
  auto node = start_node(folder.path());
  auto begin = std::chrono::steady_clock::now();
  int failed = 0;
  actors::client client{node->system(), node->runtime().routes(), actors::system_clock()};
  for (int i = 0; i < teams; ++i) {
    TeamCreate x;
    x.set_league("league-" + std::to_string(i / teams_per_league));
    x.set_name("Team number " + std::to_string(i));
    client.post(std::to_string(i), std::move(x),
                [&failed](const answer& reply) { failed += reply.ok() ? 0 : 1; });
  }
  client.finish();
  auto settled = node->runtime().settle(120'000);
  auto seconds = seconds_since(begin);
  auto busy = status_mib("VmRSS");
  for (int i = 0; i < 600 && node->runtime().active_entities() > 0; ++i) {
    node->runtime().passivate_all();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  if (failed > 0 || !settled || node->runtime().active_entities() > 0) {
    std::fprintf(stderr, "%d teams were refused, or the node did not come to rest\n", failed);
    return 1;
  }
  malloc_trim(0);
  auto idle = status_mib("VmRSS");
  std::printf("%d teams created in %.1f s; resident: %.0f MiB at the end of it, %.0f MiB idle "
              "(%.0f anonymous)\n",
              teams, seconds, busy, idle, status_mib("RssAnon"));
  std::printf("{\"teams\":%d,\"seconds\":%.2f,\"busy_mib\":%.1f,\"idle_mib\":%.1f}\n", teams,
              seconds, busy, idle);
}
