// Durable, replicated commands per second and their latency with 1, 64 and 256 clients, beside puts
// of the same size to etcd: three nodes each, on this machine, one after the other.
//
//   bench_cluster_throughput [SECONDS] [touchline|etcd]    each measurement takes 8 s; else one
//   side only
#include "bench/bench_node.hpp"
#include "bench/cluster/etcd_cluster.hpp"
#include "bench/cluster/trial_cluster.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace touchline::bench;
using nlohmann::json;

namespace {

constexpr std::array<size_t, 3> client_counts{1, 64, 256};
constexpr auto warm_up = std::chrono::seconds{2};
constexpr size_t warm_up_clients = 64;

using figures_by_clients = std::map<size_t, load_figures>;

figures_by_clients measure_touchline(const std::filesystem::path& folder,
                                     steady::duration duration) {
  trial_cluster cluster{folder};
  cluster.create_leagues();
  measure_commands(cluster, warm_up_clients, warm_up);
  figures_by_clients out;
  for (auto clients : client_counts)
    out[clients] = measure_commands(cluster, clients, duration);
  return out;
}

figures_by_clients measure_etcd(const std::filesystem::path& folder, steady::duration duration) {
  etcd_cluster cluster{folder};
  cluster.measure_puts(warm_up_clients, warm_up);
  figures_by_clients out;
  for (auto clients : client_counts)
    out[clients] = cluster.measure_puts(clients, duration);
  return out;
}

json to_json(const figures_by_clients& figures) {
  json out;
  for (auto& [clients, x] : figures)
    out[std::to_string(clients)] = {{"per_second", x.per_second},
                                    {"p50_ms", x.p50_ms},
                                    {"p99_ms", x.p99_ms},
                                    {"failed", x.failed}};
  return out;
}

std::string ratio_of(double x, double y) {
  return y > 0 ? number(x / y, 2) : "-";
}

void print_table(figures_by_clients& ours, figures_by_clients& theirs) {
  const std::map<size_t, std::string> rate_aims{{1, ""}, {64, ">= 4"}, {256, ">= 8"}};
  for (auto clients : client_counts) {
    auto& x = ours[clients];
    auto& y = theirs[clients];
    auto with = ", clients: " + std::to_string(clients);
    print_row("durable commands, puts a second" + with, number(x.per_second), number(y.per_second),
              ratio_of(x.per_second, y.per_second), rate_aims.at(clients));
    print_row("latency p50, ms" + with, number(x.p50_ms, 2), number(y.p50_ms, 2),
              ratio_of(x.p50_ms, y.p50_ms), clients == 1 ? "< 1" : "");
    print_row("latency p99, ms" + with, number(x.p99_ms, 2), number(y.p99_ms, 2),
              ratio_of(x.p99_ms, y.p99_ms), "");
    if (x.failed + y.failed > 0)
      print_row("not acknowledged" + with, std::to_string(x.failed), std::to_string(y.failed), "-",
                "0");
  }
}

} // namespace

int main(int argc, char** argv) {
  auto duration = std::chrono::seconds{argc > 1 ? std::atoi(argv[1]) : 8};
  const std::string only = argc > 2 ? argv[2] : "";
  scratch_folder folder;
  figures_by_clients ours;
  figures_by_clients theirs;
  if (only != "etcd")
    ours = measure_touchline(folder.path() / "touchline", duration);
  if (only != "touchline")
    theirs = measure_etcd(folder.path() / "etcd", duration);
  print_table(ours, theirs);
  std::printf("%s\n", json{{"touchline", to_json(ours)}, {"etcd", to_json(theirs)}}.dump().c_str());
  auto failed = std::ranges::any_of(ours, [](auto& x) { return x.second.failed > 0; });
  return failed ? 1 : 0;
}
