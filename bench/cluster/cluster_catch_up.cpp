// A node is away for many commands, comes back and catches up while the load goes on: how fast the
// load is meanwhile, how long it takes, and how much memory, log and disk it costs.
//
//   bench_cluster_catch_up [COMMANDS]    100,000
#include "bench/bench_node.hpp"
#include "bench/cluster/trial_cluster.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <mutex>
#include <thread>

using namespace touchline;
using namespace touchline::bench;
using nlohmann::json;

namespace {

constexpr size_t clients = 256;
constexpr auto step = std::chrono::seconds{1};
constexpr auto sample_interval = std::chrono::milliseconds{50};
constexpr auto catch_up_limit = std::chrono::minutes{5};

/// The node that is away.
constexpr uint32_t away = 3;

/// The most that one node had.
struct peaks {
  uint64_t memory = 0;
  uint64_t log = 0;

  void add(const peaks& x) {
    memory = std::max(memory, x.memory);
    log = std::max(log, x.log);
  }
};

/// Looks at the nodes from a thread of its own, but for the memory of the one that comes and goes.
class observer {
public:
  explicit observer(trial_cluster& cluster)
    : cluster_{cluster},
      thread_{[this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          look();
          std::this_thread::sleep_for(sample_interval);
        }
      }} {}

  /// The peaks since the last call.
  peaks take() {
    std::lock_guard guard{mutex_};
    return std::exchange(peaks_, {});
  }

  /// When the node was seen to have caught up, looked at anew from now on.
  void expect_return() { returned_ = steady::time_point{}; }
  steady::time_point returned() const { return returned_; }

private:
  void look() {
    peaks now;
    auto statuses = cluster_.statuses();
    for (auto& status : statuses) {
      uint64_t log = 0;
      for (auto& replica : status.replica())
        log += replica.log_bytes();
      now.log = std::max(now.log, log);
      if (status.node().id() != away)
        now.memory = std::max(now.memory, cluster_.node(status.node().id()).anonymous_bytes());
    }
    // One look behind is there: the load goes on while one node answers after the other.
    if (returned_.load() == steady::time_point{}
        && trial_cluster::caught_up(statuses, committed_before_))
      returned_ = steady::now();
    committed_before_ = cluster_.committed(statuses);
    std::lock_guard guard{mutex_};
    peaks_.add(now);
  }

  trial_cluster& cluster_;
  std::atomic<steady::time_point> returned_{};
  std::mutex mutex_;
  peaks peaks_;
  /// At the look before; only the thread has it.
  std::vector<uint64_t> committed_before_
    = std::vector<uint64_t>(cluster_.access().routes().partitions());
  std::jthread thread_;
};

/// Commands a second while `goes_on` says so, in steps, and the peaks meanwhile.
struct phase {
  double per_second = 0;
  uint64_t commands = 0;
  peaks most;
};

template <class GoesOn>
phase load_while(trial_cluster& cluster, observer& eye, GoesOn goes_on) {
  eye.take();
  phase out;
  auto begin = steady::now();
  while (goes_on(out.commands)) {
    auto done = measure_commands(cluster, clients, step);
    if (done.failed > 0)
      give_up(std::to_string(done.failed) + " commands failed. " + done.why);
    out.commands += done.acknowledged;
    out.most.add({cluster.node(away).anonymous_bytes(), 0});
  }
  out.per_second = static_cast<double>(out.commands) / seconds(steady::now() - begin);
  out.most.add(eye.take());
  return out;
}

json to_json(const phase& x) {
  return {{"per_second", x.per_second},
          {"commands", x.commands},
          {"memory_bytes", x.most.memory},
          {"log_bytes", x.most.log}};
}

void print_phase(const std::string& what, const phase& x) {
  print_row("commands a second" + what, number(x.per_second), "-", "-", "");
  print_row("  memory, MiB; log, MiB, of a node at most",
            number(static_cast<double>(x.most.memory) / (1 << 20)) + "; "
              + number(static_cast<double>(x.most.log) / (1 << 20)),
            "-", "-", "bounded");
}

} // namespace

int main(int argc, char** argv) {
  auto commands = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  scratch_folder folder;
  trial_cluster cluster{folder.path()};
  cluster.create_leagues();
  observer eye{cluster};
  constexpr uint64_t warm_up = 5'000;
  load_while(cluster, eye, [](uint64_t done) { return done < warm_up; });
  auto all_there = load_while(cluster, eye, [&](uint64_t done) { return done < commands / 2; });
  cluster.node(away).kill();
  auto absent = load_while(cluster, eye, [&](uint64_t done) { return done < commands; });
  cluster.start(away);
  auto begin = steady::now();
  eye.expect_return();
  auto behind = [&](uint64_t) {
    return eye.returned() == steady::time_point{} && steady::now() - begin < catch_up_limit;
  };
  auto returning = load_while(cluster, eye, behind);
  auto caught_up = eye.returned() != steady::time_point{};
  auto took = seconds(eye.returned() - begin);
  // Without load nothing may be left to catch up with.
  auto equal = cluster.wait_until_well(std::chrono::seconds{30});
  print_phase(", all nodes there", all_there);
  print_phase(", one away for " + std::to_string(absent.commands) + " commands", absent);
  print_phase(", while it catches up", returning);
  print_row("seconds until it had caught up, under load", caught_up ? number(took, 1) : "never",
            "-", "-", "");
  json out{{"all_there", to_json(all_there)},
           {"absent", to_json(absent)},
           {"returning", to_json(returning)},
           {"caught_up", caught_up},
           {"seconds", took},
           {"equal_at_rest", equal}};
  for (uint32_t id = 1; id <= trial_cluster::size; ++id)
    out["disk_bytes"].push_back(cluster.disk_bytes(id));
  auto total = all_there.commands + absent.commands + returning.commands;
  print_row("bytes on disk of the node that was away, a command",
            number(static_cast<double>(cluster.disk_bytes(away)) / static_cast<double>(total)), "-",
            "-", "");
  std::printf("%s\n", out.dump().c_str());
  return caught_up && equal ? 0 : 1;
}
