#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/real_cluster.hpp"

#include "tests/free_port.hpp"

#include <algorithm>
#include <random>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace touchline::testing {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds look_again{100};

int status_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

bool eventually(const std::function<bool()>& is_true, std::chrono::milliseconds patience) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

real_cluster::real_cluster(cluster_shape shape) : shape_{std::move(shape)} {
  write_configuration();
}

real_cluster::~real_cluster() {
  for (auto& [node, pid] : processes_) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

std::string real_cluster::host(uint32_t node) const {
  return shape_.host_of ? shape_.host_of(node) : "127.0.0.1";
}

std::filesystem::path real_cluster::data_directory(uint32_t node) const {
  return folder_ / ("node-" + std::to_string(node));
}

std::string real_cluster::address(uint32_t node) const {
  return host(node) + ':' + std::to_string(port(node));
}

std::string real_cluster::addresses() const {
  std::string out;
  for (uint32_t i = 1; i <= shape_.nodes; ++i)
    out += (i == 1 ? "" : ",") + address(i);
  return out;
}

nodes::connection real_cluster::connection() const {
  nodes::connection out;
  for (uint32_t i = 1; i <= shape_.nodes; ++i)
    out.nodes.push_back({host(i), port(i)});
  out.tls = shape_.client;
  return out;
}

void real_cluster::resize(uint32_t nodes) {
  shape_.nodes = nodes;
  write_configuration();
}

void real_cluster::write_configuration() {
  std::string nodes;
  for (uint32_t i = 1; i <= shape_.nodes; ++i) {
    if (!ports_.contains(i))
      ports_[i] = free_port();
    nodes += std::string{i == 1 ? "" : ",\n"} + "    {\n      id = " + std::to_string(i)
             + ",\n      host = \"" + host(i) + "\",\n      port = " + std::to_string(port(i))
             + ",\n      data-directory = \"" + data_directory(i).string() + "\"\n    }";
  }
  write_file(config_file(), "cluster {\n  name = \"" + shape_.name + "\"\n  replicas = "
                              + std::to_string(shape_.replicas) + "\n  nodes = [\n" + nodes
                              + "\n  ]\n" + shape_.cluster_lines + "}\ntouchline {\n  partitions = "
                              + std::to_string(shape_.partitions) + "\n  data-directory = \""
                              + folder_ / "embedded" + "\"\n" + shape_.node_lines + "}\n");
}

// -- processes ------------------------------------------------------------------------------------

void real_cluster::start(uint32_t node, std::vector<std::string> more,
                         const std::string& executable) {
  BOOST_TEST_REQUIRE(!is_running(node));
  std::vector<std::string> arguments{executable,    "node", "--config",
                                     config_file(), "--id", std::to_string(node)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::vector<char*> argv;
  for (auto& x : arguments)
    argv.push_back(x.data());
  argv.push_back(nullptr);
  auto file = folder_ / ("node-" + std::to_string(node) + ".log");
  auto parent = ::getpid();
  auto pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
      ::_exit(127);
    auto log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (shape_.in_child)
      shape_.in_child(node);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  BOOST_TEST_REQUIRE(pid > 0);
  processes_[node] = pid;
}

void real_cluster::start_all() {
  for (uint32_t i = 1; i <= shape_.nodes; ++i)
    if (!is_running(i))
      start(i);
  require_healthy();
}

void real_cluster::send(uint32_t node, int signal) const {
  ::kill(processes_.at(node), signal);
}

void real_cluster::kill(uint32_t node) {
  send(node, SIGKILL);
  ::waitpid(processes_.at(node), nullptr, 0);
  processes_.erase(node);
}

int real_cluster::stop(uint32_t node) {
  send(node, SIGTERM);
  auto status = ended(node);
  if (!status) {
    BOOST_TEST_MESSAGE(last_words(*this, shape_.nodes));
    BOOST_FAIL("node " << node << " does not end");
  }
  return *status;
}

std::optional<int> real_cluster::ended(uint32_t node) {
  int status = 0;
  auto pid = processes_.at(node);
  if (!eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }))
    return std::nullopt;
  processes_.erase(node);
  return status_of(status);
}

void real_cluster::limit_files(uint32_t node, uint64_t bytes) const {
  rlimit limit{bytes, bytes};
  BOOST_TEST_REQUIRE(::prlimit(processes_.at(node), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

void real_cluster::wipe(uint32_t node) const {
  BOOST_TEST_REQUIRE(!is_running(node));
  std::filesystem::remove_all(data_directory(node));
}

std::string real_cluster::log(uint32_t node) const {
  return read_file(folder_ / ("node-" + std::to_string(node) + ".log"));
}

bool real_cluster::has_said(uint32_t node, const std::string& text) const {
  return log(node).find(text) != std::string::npos;
}

std::vector<uint32_t> real_cluster::running() const {
  std::vector<uint32_t> out;
  for (auto& [node, pid] : processes_)
    out.push_back(node);
  return out;
}

// -- commands -------------------------------------------------------------------------------------

std::vector<std::string> real_cluster::connected_to(const std::string& where,
                                                    std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--connect", where});
  const auto& tls = shape_.client;
  if (!tls.empty())
    arguments.insert(arguments.end(), {"--tls-ca", tls.ca, "--tls-certificate", tls.certificate,
                                       "--tls-key", tls.key});
  return arguments;
}

std::vector<std::string> real_cluster::connected(std::vector<std::string> arguments) const {
  return connected_to(addresses(), std::move(arguments));
}

finished real_cluster::ask(std::vector<std::string> arguments) const {
  return run(work_folder{}, connected(std::move(arguments)));
}

finished real_cluster::ask_at(uint32_t node, std::vector<std::string> arguments) const {
  return run(work_folder{}, connected_to(address(node), std::move(arguments)));
}

json real_cluster::ask_json(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--format", "json"});
  auto x = ask(std::move(arguments));
  return x.status == 0 ? json::parse(x.out, nullptr, false) : json{};
}

namespace {

bool has_caught_up(const json& replica, uint64_t commit) {
  return !replica.contains("failure") && replica["installing"] == false
         && replica["applied_index"].get<uint64_t>() >= commit;
}

/// Of one partition, as `partitions` tells it. `commits` has what was committed at the first look:
/// under load nobody has everything at any moment, but everybody has that a moment later.
bool is_whole(const json& partition, const std::vector<uint32_t>& nodes, size_t replicas,
              real_cluster::commit_indexes& commits) {
  if (!partition["leader"].is_number())
    return false;
  const auto& all = partition["replicas"];
  const auto& leader = all[std::to_string(partition["leader"].get<uint32_t>())];
  auto voters = leader["voters"].get<std::vector<uint32_t>>();
  auto commit
    = commits
        .try_emplace(partition["partition"].get<uint32_t>(), leader["commit_index"].get<uint64_t>())
        .first->second;
  return voters.size() == replicas && leader["standbys"].empty()
         && std::ranges::all_of(voters, [&](uint32_t voter) {
              auto key = std::to_string(voter);
              // One that does not run is a voter still, but need not answer.
              return std::ranges::find(nodes, voter) == nodes.end()
                     || (all.contains(key) && has_caught_up(all[key], commit));
            });
}

} // namespace

bool real_cluster::is_healthy(const std::vector<uint32_t>& nodes, commit_indexes& commits) const {
  auto wanted = nodes.empty() ? running() : nodes;
  auto found = ask_json({"nodes"});
  if (!found.is_object())
    return false;
  for (auto node : wanted) {
    auto at = std::ranges::find_if(found["nodes"], [&](auto& x) { return x["node"] == node; });
    // One that has not joined yet has no replicas: the others do not wait for it to serve.
    if (at == found["nodes"].end() || at->contains("unhealthy")
        || std::ranges::find(found["known"], json(node)) == found["known"].end())
      return false;
    for (auto other : wanted)
      if (other != node
          && std::ranges::find((*at)["connected"], json(other)) == (*at)["connected"].end())
        return false;
  }
  auto partitions = ask_json({"partitions"});
  auto replicas = std::min<size_t>(shape_.replicas, found["known"].size());
  return partitions.is_array() && partitions.size() == shape_.partitions
         && std::ranges::all_of(partitions,
                                [&](auto& x) { return is_whole(x, wanted, replicas, commits); });
}

void real_cluster::require_healthy(const std::vector<uint32_t>& nodes) const {
  commit_indexes commits;
  if (eventually([&] { return is_healthy(nodes, commits); }))
    return;
  BOOST_TEST_MESSAGE(ask({"nodes"}).out << ask({"partitions"}).out
                                        << last_words(*this, shape_.nodes));
  BOOST_FAIL("the cluster does not become healthy");
}

uint32_t real_cluster::leader(uint32_t partition) const {
  for (auto& x : ask_json({"partitions"}))
    if (x["partition"] == partition && x["leader"].is_number())
      return x["leader"].get<uint32_t>();
  return 0;
}

std::vector<json> real_cluster::history(const std::string& address) const {
  auto x = ask({"history", address});
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  std::vector<json> out;
  std::istringstream lines{x.out};
  for (std::string line; std::getline(lines, line);)
    out.push_back(json::parse(line));
  return out;
}

int kill_at_random(real_cluster& cluster, uint32_t seed, const std::function<bool()>& goes_on) {
  std::mt19937 draws{seed};
  constexpr std::chrono::seconds interval{2};
  constexpr std::chrono::milliseconds down{300};
  int kills = 0;
  for (auto next = std::chrono::steady_clock::now() + interval; goes_on(); next += interval) {
    auto node = static_cast<uint32_t>(draws() % cluster.nodes() + 1);
    cluster.kill(node);
    ++kills;
    std::this_thread::sleep_for(down);
    cluster.start(node);
    while (goes_on() && std::chrono::steady_clock::now() < next)
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return kills;
}

std::string last_words(const real_cluster& cluster, uint32_t nodes) {
  constexpr size_t most = 4'000;
  std::string out;
  for (uint32_t i = 1; i <= nodes; ++i) {
    auto text = cluster.log(i);
    out += "---- node " + std::to_string(i) + '\n'
           + (text.size() > most ? text.substr(text.size() - most) : text);
  }
  return out;
}

} // namespace touchline::testing
