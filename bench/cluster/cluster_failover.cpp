// Time without service when the node that leads is killed (kill -9), for a client that sends one
// command after another, beside etcd with its default election; and when our leader hangs
// (SIGSTOP).
//
//   bench_cluster_failover [KILLS] [HANGS] [touchline|etcd]    20 and 5; else one side only
#include "actors/runtime/client.hpp"
#include "bench/bench_node.hpp"
#include "bench/cluster/etcd_cluster.hpp"
#include "bench/cluster/service_gap.hpp"
#include "bench/cluster/trial_cluster.hpp"

#include <nlohmann/json.hpp>

#include <signal.h>

using namespace touchline;
using namespace touchline::bench;
using nlohmann::json;

namespace {

constexpr auto patience = std::chrono::seconds{60};

/// A put is given up after so long and tried through the next member.
constexpr auto put_patience = std::chrono::milliseconds{20};

/// The gaps of our cluster when the node that leads the partition of one league after another gets
/// a signal, and is there again before the next.
std::vector<double> interrupt_touchline(trial_cluster& cluster, int times, int signal) {
  std::vector<double> gaps;
  // Sent again as soon as another node is known to lead.
  const actors::client_options options{.window = 1, .deadline_ms = 30'000, .retry_ms = 1};
  auto& access = cluster.access();
  actors::client client{access.system(), access.routes(), actors::system_clock(), options};
  static uint64_t sent = 0;
  for (int league = 0; league < times; ++league) {
    if (!cluster.wait_until_well(patience))
      give_up("The cluster was not well again in time.");
    auto victim = cluster.leader_of(cluster.partition_of(league));
    if (victim == 0)
      give_up("The partition has no leader.");
    auto send = [&] {
      auto number = ++sent;
      return client.ask("failover/" + std::to_string(number), update_command(league, number)).ok();
    };
    gaps.push_back(longest_gap_ms(send, [&] { cluster.node(victim).signal(signal); }));
    if (signal == SIGSTOP)
      cluster.node(victim).signal(SIGCONT);
    else
      cluster.start(victim);
  }
  return gaps;
}

std::vector<double> interrupt_etcd(etcd_cluster& cluster, int times) {
  std::vector<double> gaps;
  uint64_t sent = 0;
  for (int league = 0; league < times; ++league) {
    if (!cluster.wait_until_well(patience))
      give_up("etcd was not well again in time.");
    auto victim = cluster.leader();
    if (victim == 0)
      give_up("etcd has no leader.");
    auto through = victim;
    auto send = [&] {
      if (cluster.put(through, etcd_key(league), etcd_value(++sent), put_patience))
        return true;
      through = through % etcd_cluster::size + 1;
      return false;
    };
    gaps.push_back(longest_gap_ms(send, [&] { cluster.member(victim).signal(SIGKILL); }));
    cluster.start(victim);
  }
  return gaps;
}

json to_json(const std::vector<double>& gaps) {
  return {{"median_ms", quantile(gaps, 0.5)}, {"worst_ms", quantile(gaps, 1)}, {"all_ms", gaps}};
}

void print_rows(const std::string& what, const std::vector<double>& ours,
                const std::vector<double>& theirs, const std::string& median_aim,
                const std::string& worst_aim) {
  for (auto [name, share] : {std::pair{"median", 0.5}, {"worst", 1.0}}) {
    auto x = quantile(ours, share);
    auto y = quantile(theirs, share);
    print_row("no service after " + what + ", ms, " + name + " of "
                + std::to_string(std::max(ours.size(), theirs.size())),
              ours.empty() ? "-" : number(x), theirs.empty() ? "-" : number(y),
              ours.empty() || theirs.empty() ? "-" : number(x / y, 3),
              share < 1 ? median_aim : worst_aim);
  }
}

} // namespace

int main(int argc, char** argv) {
  auto kills = argc > 1 ? std::atoi(argv[1]) : 20;
  auto hangs = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string only = argc > 3 ? argv[3] : "";
  scratch_folder folder;
  std::vector<double> killed;
  std::vector<double> hung;
  std::vector<double> theirs;
  if (only != "etcd") {
    trial_cluster cluster{folder.path() / "touchline"};
    cluster.create_leagues();
    killed = interrupt_touchline(cluster, kills, SIGKILL);
    hung = interrupt_touchline(cluster, hangs, SIGSTOP);
  }
  if (only != "touchline") {
    etcd_cluster cluster{folder.path() / "etcd"};
    theirs = interrupt_etcd(cluster, kills);
  }
  print_rows("kill -9", killed, theirs, "< 0.1", "");
  print_rows("SIGSTOP", hung, {}, "< 1000 ms", "< 1000 ms");
  std::printf("%s\n", json{{"touchline_kill", to_json(killed)},
                           {"touchline_stop", to_json(hung)},
                           {"etcd_kill", to_json(theirs)}}
                        .dump()
                        .c_str());
  return 0;
}
