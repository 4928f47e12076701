#include "nodes/simulation/simulated_cluster.hpp"

#include "actors/runtime/local_messages.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <set>

namespace touchline::simulated {

namespace {

/// Messages that actors may handle without time passing; more is a loop.
constexpr uint64_t max_steps_at_once = 1'000'000;

constexpr size_t max_problems = 20;

constexpr int64_t watch_us = 400 * millisecond;

void register_types() {
  static std::once_flag once;
  actors::register_message_types();
  std::call_once(once, [] { caf::init_global_meta_objects<caf::id_block::touchline_replica>(); });
}

} // namespace

simulated_cluster::system_config::system_config() {
  register_types();
  set("caf.scheduler.policy", "testing");
}

simulated_cluster::simulated_cluster(const cluster_options& options)
  : chance_{options.seed},
    network_{time_, chance_, seen_, options.nodes},
    system_{std::make_unique<caf::actor_system>(config_)},
    scheduler_{&dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler())},
    began_{scheduler_->clock().now()},
    leaders_(options.partitions),
    committed_(options.partitions) {
  around_.system = system_.get();
  around_.time = &time_;
  around_.chance = &chance_;
  around_.seen = &seen_;
  around_.network = &network_;
  around_.partitions = options.partitions;
  around_.replica = options.replica;
  around_.journal_bytes = options.journal_bytes;
  around_.runtime = options.runtime;
  around_.balanced = options.balanced;
  around_.heard = [this](uint32_t node, const cluster::replica_news& news) { heard(node, news); };
  around_.nodes.resize(1);
  for (uint32_t i = 1; i <= options.nodes; ++i)
    around_.nodes.push_back(std::make_unique<simulated_node>(around_, i));
  for (uint32_t i = 1; i <= options.nodes; ++i)
    start(i);
  watch();
}

simulated_cluster::~simulated_cluster() {
  for (uint32_t i = 1; i <= nodes(); ++i)
    if (is_up(i))
      crash(i, 1'000);
  // Events hold actors, which must not outlive their system.
  time_.clear();
}

// -- time -----------------------------------------------------------------------------------------

bool simulated_cluster::run_until(const std::function<bool()>& done, int64_t limit_us) {
  for (auto until = now_us() + limit_us; !done();) {
    if (now_us() >= until)
      return false;
    step(until);
  }
  return true;
}

void simulated_cluster::run_for(int64_t us) {
  run_until([] { return false; }, us);
}

void simulated_cluster::step(int64_t until_us) {
  run_actors();
  for (auto& node : around_.nodes)
    if (node)
      node->pump_disk();
  auto next = next_us(until_us);
  scheduler_->advance_time(std::chrono::microseconds{next - now_us()});
  time_.advance_to(next);
  while (time_.run_due()) {
  }
  run_actors();
}

int64_t simulated_cluster::next_us(int64_t until_us) const {
  auto next = std::min(until_us, time_.next_us().value_or(until_us));
  const auto& waiting = scheduler_->clock().schedule;
  if (!waiting.empty()) {
    auto due = std::chrono::ceil<std::chrono::microseconds>(waiting.begin()->first - began_);
    next = std::min<int64_t>(next, due.count());
  }
  return std::max(next, now_us());
}

/// In an order that chance decides: messages to one actor keep theirs.
void simulated_cluster::run_actors() {
  constexpr size_t reach = 8;
  auto& jobs = scheduler_->jobs;
  for (uint64_t steps = 0; !jobs.empty(); ++steps) {
    if (steps == max_steps_at_once) {
      report("The actors do not come to rest while time stands still.");
      return;
    }
    std::swap(jobs.front(), jobs[chance_.below(std::min(reach, jobs.size()))]);
    scheduler_->run_once();
  }
}

// -- what happens to it ---------------------------------------------------------------------------

void simulated_cluster::crash(uint32_t node, uint32_t loss_permille) {
  spdlog::info("{} us: node {} ends", now_us(), node);
  auto& x = *around_.nodes[node];
  x.crash(loss_permille);
  run_actors();
  if (!x.runtime().ended())
    report("Actors of node " + std::to_string(node) + " outlive it.");
  x.bury();
  std::erase_if(compared_, [node](auto& entry) { return entry.first.first == node; });
  // A connection that ends is noticed by most.
  for (uint32_t other = 1; other <= nodes(); ++other)
    if (is_up(other) && chance_.chance(800))
      after(chance_.between(millisecond, 50 * millisecond), [this, node, other] {
        if (is_up(other))
          for (uint32_t i = 0; i < partitions(); ++i)
            caf::anon_send(around_.nodes[other]->replica(i), cluster::peer_lost{node});
      });
}

void simulated_cluster::start(uint32_t node) {
  spdlog::info("{} us: node {} starts", now_us(), node);
  around_.nodes[node]->start();
}

void simulated_cluster::isolate(const std::vector<uint32_t>& some) {
  auto is_one = [&some](uint32_t node) { return std::ranges::find(some, node) != some.end(); };
  for (uint32_t from = 1; from <= nodes(); ++from)
    for (uint32_t to = 1; to <= nodes(); ++to)
      if (is_one(from) != is_one(to))
        network_.cut(from, to);
}

void simulated_cluster::send(uint32_t node, header head, uint32_t number,
                             std::shared_ptr<const google::protobuf::Message> body,
                             std::function<void(const answer&)> reply) {
  auto content = trace::of(head.id) + number;
  auto back = [this, node, reply = std::move(reply)](const answer& x) {
    network_.send(node, outside, trace::of(x.id) + x.position, [reply, x] { reply(x); });
  };
  network_.send(outside, node, content,
                [this, node, head = std::move(head), number, body = std::move(body), back] {
                  around_.nodes[node]->take_command(head, number, body, back);
                });
}

// -- what is seen ---------------------------------------------------------------------------------

void simulated_cluster::heard(uint32_t node, const cluster::replica_news& news) {
  spdlog::info("{} us: for node {} partition {} is led by node {} in term {}{}", now_us(), node,
               news.partition, consensus::node_of(news.leader), news.term, news.failure);
  if (news.leader == 0)
    return;
  auto leader = consensus::node_of(news.leader);
  auto [at, added] = leaders_[news.partition].emplace(news.term, leader);
  if (at->second != leader)
    report("Partition " + std::to_string(news.partition) + " has two leaders in term "
           + std::to_string(news.term) + ": node " + std::to_string(at->second) + ", and for node "
           + std::to_string(node) + " node " + std::to_string(leader) + '.');
}

uint32_t simulated_cluster::leader_of(uint32_t partition) const {
  return leaders_[partition].empty() ? 0 : leaders_[partition].rbegin()->second;
}

/// Compares what is committed while it is there: much of it is cut from the logs later.
void simulated_cluster::watch() {
  for (uint32_t node = 1; node <= nodes(); ++node)
    if (is_up(node) && around_.nodes[node]->disk_is_idle())
      for (uint32_t i = 0; i < partitions(); ++i)
        around_.nodes[node]->ask_status(
          i, [this, node, i](const cluster::ReplicaStatus& x) { look_at(node, i, x); });
  after(watch_us, [this] { watch(); });
}

void simulated_cluster::look_at(uint32_t node, uint32_t partition,
                                const cluster::ReplicaStatus& status) {
  // While something is being written, what is committed is not all on this disk.
  if (!is_up(node) || !around_.nodes[node]->disk_is_idle() || status.installing()
      || status.role() == "stopped")
    return;
  auto& compared = compared_[{node, partition}];
  note_committed(node, partition, compared + 1, status.commit_index());
  compared = std::max(compared, status.commit_index());
}

void simulated_cluster::note_committed(uint32_t node, uint32_t partition, uint64_t first,
                                       uint64_t last) {
  const auto& disk = around_.nodes[node]->disk();
  auto group = cluster::group_of(partition);
  auto bounds = disk.log_bounds(group);
  if (!bounds || !*bounds)
    return;
  auto from = std::max(first, (**bounds).first);
  if (from > std::min(last, (**bounds).last))
    return;
  storage::read_limits limits;
  limits.max_records = static_cast<size_t>(std::min(last, (**bounds).last) - from + 1);
  auto read = disk.read_log(group, from, limits, [&](uint64_t index, std::string_view bytes) {
    auto [at, added] = committed_[partition].emplace(index, trace::of(bytes));
    if (at->second != trace::of(bytes))
      report("Entry " + std::to_string(index) + " of partition " + group
             + " is another one on node " + std::to_string(node) + '.');
    return true;
  });
  if (!read)
    report("The log of partition " + group + " on node " + std::to_string(node)
           + " cannot be read: " + read.error().text);
}

bool simulated_cluster::is_quiet() {
  struct count {
    size_t asked = 0;
    size_t idle = 0;
    std::map<uint32_t, std::set<std::string>> applied;
  };
  auto sum = std::make_shared<count>();
  for (uint32_t i = 0; i < partitions(); ++i) {
    auto leader = leader_of(i);
    if (leader == 0 || !is_up(leader)
        || !around_.nodes[leader]->ask_activity(
          i, [sum](const actors::activity& x) { sum->idle += x.idle ? 1 : 0; }))
      return false;
    ++sum->asked;
    for (uint32_t node = 1; node <= nodes(); ++node) {
      if (!is_up(node) || !around_.nodes[node]->disk_is_idle())
        return false;
      ++sum->asked;
      around_.nodes[node]->ask_status(i, [sum, i](const cluster::ReplicaStatus& x) {
        auto at_rest = x.failure().empty() && !x.installing() && x.last_index() == x.commit_index()
                       && x.applied_index() == x.commit_index();
        sum->idle += at_rest ? 1 : 0;
        sum->applied[i].insert(std::to_string(x.applied_index()));
      });
    }
  }
  run_actors();
  return sum->idle == sum->asked
         && std::ranges::all_of(sum->applied, [](auto& x) { return x.second.size() == 1; });
}

void simulated_cluster::report(std::string what) {
  if (problems_.size() < max_problems)
    problems_.push_back(std::move(what));
}

} // namespace touchline::simulated
