#include "bench/cluster/trial_cluster.hpp"

#include "actors/runtime/client.hpp"
#include "messages/catalogue.hpp"

#include <fstream>
#include <thread>

namespace touchline::bench {

namespace {

constexpr auto start_limit = std::chrono::seconds{30};
constexpr auto pause = std::chrono::milliseconds{50};

std::string league_key(int league) {
  return "benchmark-league-of-the-cluster-" + std::to_string(1'000 + league);
}

/// Ids of commands, unique in this run.
std::string next_id() {
  static uint64_t number = 0;
  return "bench/" + std::to_string(++number);
}

std::string node_folder(uint32_t id) {
  return "node-" + std::to_string(id);
}

bool leads(const cluster::ReplicaStatus& x) {
  return x.role() == "leader";
}

/// The lines that differ from the defaults, which are those of config/cluster-3.conf.
void write_configuration(const std::filesystem::path& file, const std::vector<uint16_t>& ports) {
  std::ofstream out{file};
  out << "cluster {\n  name = \"bench\"\n  nodes = [\n";
  for (uint32_t i = 0; i < ports.size(); ++i)
    out << "    { id = " << i + 1 << ", host = \"127.0.0.1\", port = " << ports[i]
        << ", data-directory = \"" << node_folder(i + 1) << "\" }"
        << (i + 1 < ports.size() ? ",\n" : "\n");
  out << "  ]\n}\ntouchline {\n  partitions = 6\n}\n"
      << "caf {\n  scheduler {\n    policy = \"sharing\"\n  }\n"
      << "  middleman {\n    workers = 0\n  }\n}\n";
}

} // namespace

SponsorUpdate update_command(int league, uint64_t number) {
  SponsorUpdate x;
  x.set_league(league_key(league));
  x.set_sponsor("title-sponsor");
  x.mutable_amount_per_season()->set_minor_units(1'000'000'000);
  x.mutable_amount_per_season()->set_currency("GBP");
  // A name may have 100 code points, so that most of these need two bytes.
  auto& name = *x.mutable_name();
  name = std::to_string(100'000'000 + number % 800'000'000) + ' ';
  while (x.ByteSizeLong() + 1 < payload_bytes)
    name += "é";
  if (x.ByteSizeLong() < payload_bytes)
    name += 'e';
  return x;
}

trial_cluster::trial_cluster(const std::filesystem::path& folder) : folder_{folder} {
  std::filesystem::create_directories(folder_);
  auto ports = free_ports(size);
  auto file = folder_ / "cluster.conf";
  write_configuration(file, ports);
  auto config = nodes::read_configuration(file);
  if (!config)
    give_up(config.error());
  config_ = std::move(*config);
  for (uint32_t id = 1; id <= size; ++id) {
    start(id);
    where_.nodes.push_back({"127.0.0.1", ports[id - 1]});
  }
  access_ = connect();
  if (!wait_until_well(start_limit))
    give_up("The cluster did not settle; see the logs in " + folder_.string() + '.');
}

std::unique_ptr<nodes::cluster_access> trial_cluster::connect() const {
  for (auto deadline = steady::now() + start_limit;; std::this_thread::sleep_for(pause)) {
    auto access = nodes::connect_access(where_, config_);
    if (access)
      return std::move(*access);
    if (steady::now() > deadline)
      give_up("The cluster does not answer: " + access.error().text);
  }
}

void trial_cluster::start(uint32_t id) {
  node(id) = child_process{
    {TOUCHLINE_PROGRAM, "node", "--config", folder_ / "cluster.conf", "--id", std::to_string(id)},
    folder_ / (node_folder(id) + ".log")};
}

void trial_cluster::create_leagues() {
  actors::client client{access_->system(), access_->routes(), actors::system_clock()};
  for (int league = 0; league < leagues; ++league) {
    SponsorCreate x;
    x.set_league(league_key(league));
    x.set_sponsor("title-sponsor");
    x.set_name("Kestrel Assurance");
    x.mutable_amount_per_season()->set_minor_units(1);
    x.mutable_amount_per_season()->set_currency("GBP");
    client.post(next_id(), std::move(x), [](const answer& y) {
      if (!y.ok())
        give_up(y.text);
    });
  }
  client.finish();
}

uint32_t trial_cluster::partition_of(int league) const {
  auto body = update_command(league, 0);
  auto info = catalogue_data::find(number_of<SponsorUpdate>);
  return access_->routes().index_of(catalogue_data::addresses_of(*info, body).front());
}

uint32_t trial_cluster::leader_of(uint32_t partition) {
  for (auto& status : statuses())
    for (auto& replica : status.replica())
      if (replica.partition() == partition && leads(replica))
        return status.node().id();
  return 0;
}

std::vector<cluster::NodeStatus> trial_cluster::statuses() {
  cluster::Request question;
  question.set_status(true);
  std::vector<cluster::NodeStatus> out;
  for (auto& reply : access_->ask_all(question))
    if (reply.has_status())
      out.push_back(std::move(*reply.mutable_status()));
  return out;
}

std::vector<uint64_t> trial_cluster::committed(
  const std::vector<cluster::NodeStatus>& statuses) const {
  std::vector<uint64_t> out(access_->routes().partitions());
  for (auto& status : statuses)
    for (auto& x : status.replica())
      if (leads(x))
        out.at(x.partition()) = x.commit_index();
  return out;
}

bool trial_cluster::caught_up(const std::vector<cluster::NodeStatus>& statuses,
                              const std::vector<uint64_t>& committed_then) {
  auto there = [&](const cluster::ReplicaStatus& x) {
    auto target = committed_then.at(x.partition());
    return target > 0 && !x.installing() && x.failure().empty() && x.commit_index() >= target;
  };
  return statuses.size() == size && std::ranges::all_of(statuses, [&](auto& status) {
           return status.replica_size() == static_cast<int>(committed_then.size())
                  && std::ranges::all_of(status.replica(), there);
         });
}

bool trial_cluster::led_as_wanted(const std::vector<cluster::NodeStatus>& statuses) {
  cluster::Request question;
  question.set_map(true);
  auto reply = access_->ask(question);
  if (!reply)
    return false;
  auto& placement = reply->map().placement();
  auto as_wanted = [&](uint32_t node, const cluster::ReplicaStatus& x) {
    auto partition = static_cast<int>(x.partition());
    return !leads(x)
           || (partition < placement.size() && placement[partition].node_size() > 0
               && placement[partition].node(0) == node);
  };
  return std::ranges::all_of(statuses, [&](auto& status) {
    return std::ranges::all_of(
      status.replica(), [&](auto& replica) { return as_wanted(status.node().id(), replica); });
  });
}

bool trial_cluster::wait_until_well(steady::duration timeout) {
  for (auto deadline = steady::now() + timeout; steady::now() < deadline;) {
    auto found = statuses();
    if (caught_up(found, committed(found)) && led_as_wanted(found))
      return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

uint64_t trial_cluster::disk_bytes(uint32_t id) const {
  uint64_t out = 0;
  for (auto& entry : std::filesystem::recursive_directory_iterator{folder_ / node_folder(id)})
    if (entry.is_regular_file())
      out += entry.file_size();
  return out;
}

load_figures measure_commands(trial_cluster& on, size_t clients, steady::duration duration,
                              int to_leagues) {
  auto& access = on.access();
  actors::client client{
    access.system(), access.routes(), actors::system_clock(), {.window = clients}};
  load_watch watch;
  uint64_t number = 0;
  for (auto end = steady::now() + duration; steady::now() < end; ++number) {
    // A place in the window first: what waits for one is not under way yet.
    while (client.in_flight() >= clients)
      client.wait();
    auto sent = steady::now();
    client.post(
      next_id(),
      update_command(static_cast<int>(number % static_cast<uint64_t>(to_leagues)), number),
      [&watch, sent](const answer& x) {
        x.ok() ? watch.acknowledged(sent) : watch.failed(x.text);
      });
  }
  client.finish();
  return watch.figures();
}

} // namespace touchline::bench
