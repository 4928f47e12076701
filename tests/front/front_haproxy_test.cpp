// A real HAProxy with the configuration that we ship, before the fronts of a real cluster whose
// nodes are killed and stopped under load.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/installed_program.hpp"
#include "tests/front/served_cluster.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr uint32_t node_count = served_cluster::node_count;

const std::string shipped_file = project_file("config/haproxy.cfg");

boost::test_tools::assertion_result has_haproxy(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result out{installed_program("haproxy").has_value()};
  if (!out)
    out.message() << "this suite needs haproxy";
  return out;
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  auto at = text.find(what);
  BOOST_TEST_REQUIRE(at != std::string::npos, shipped_file << " has no " << what);
  text.replace(at, what.size(), with);
}

/// HAProxy before a cluster: the file that we ship, on other ports.
class running_haproxy {
public:
  explicit running_haproxy(const served_cluster& cluster)
    : port_{cluster.port(0)},
      operators_port_{cluster.port(node_count + 1)} {
    auto text = read_file(shipped_file);
    auto move = [&text](int from, uint16_t to) {
      const std::string host = "127.0.0.1:";
      replace(text, host + std::to_string(from) + '\n', host + std::to_string(to) + '\n');
    };
    move(8080, port_);
    move(8404, operators_port_);
    for (uint32_t id = 1; id <= node_count; ++id)
      move(8080 + static_cast<int>(id), cluster.port(id));
    write_file(folder_ / "haproxy.cfg", text);
    process_.emplace(folder_, std::vector<std::string>{*installed_program("haproxy"), "-db", "-f",
                                                       folder_ / "haproxy.cfg"});
  }

  uint16_t port() const { return port_; }
  std::string log() const { return process_->error_so_far(); }

  /// Waits until it finds a front ready, or not.
  void require(uint32_t node, const std::string& status) const {
    auto name = "node-" + std::to_string(node);
    if (!eventually([&] { return status_of(name).starts_with(status); }))
      BOOST_FAIL(name << " is " << status_of(name) << ": " << log());
  }

  void require_all_up() const {
    for (uint32_t id = 1; id <= node_count; ++id)
      require(id, "UP");
  }

  /// What came of requests: a column of its statistics of all fronts.
  uint64_t count(const std::string& column) const {
    auto text = value_of("BACKEND", column);
    return text.empty() ? 0 : std::stoull(text);
  }

private:
  std::string status_of(const std::string& server) const { return value_of(server, "status"); }

  std::string value_of(const std::string& server, const std::string& column) const {
    std::istringstream lines{page(operators_port_, "/;csv")};
    std::string line;
    std::getline(lines, line);
    auto names = fields(line);
    auto at = static_cast<size_t>(std::ranges::find(names, column) - names.begin());
    while (std::getline(lines, line)) {
      auto values = fields(line);
      if (values.size() > at && values[0] == "fronts" && values[1] == server)
        return values[at];
    }
    return {};
  }

  static std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> out;
    std::istringstream text{line};
    for (std::string field; std::getline(text, field, ',');)
      out.push_back(field);
    return out;
  }

  uint16_t port_;
  uint16_t operators_port_;
  work_folder folder_;
  std::optional<process> process_;
};

/// Sends one command after another in a thread of its own, over one connection as long as it lasts:
/// updates of a team and, now and then, a new team. What fails is sent once more under its key.
class retrying_client {
public:
  /// Nobody else may use the league.
  retrying_client(uint16_t port, const std::string& token, std::string league)
    : port_{port},
      token_{token},
      league_{std::move(league)},
      thread_{[this] { run(); }} {}
  retrying_client(const retrying_client&) = delete;
  retrying_client& operator=(const retrying_client&) = delete;
  ~retrying_client() { stop(); }

  void stop() {
    stopping_ = true;
    if (thread_.joinable())
      thread_.join();
  }

  /// Waits until so many more commands were acknowledged.
  bool gets(size_t more) const {
    auto wanted = count_ + more;
    return eventually([&] { return count_ >= wanted; });
  }

  std::string entity() const { return "team-manager/" + league_; }
  std::string teams() const { return "/v1/leagues/" + league_ + ".1/teams"; }

  // -- after `stop` -------------------------------------------------------------------------------

  /// Keys.
  const std::set<std::string>& acknowledged() const { return acknowledged_; }
  const std::set<std::string>& made_teams() const { return made_teams_; }
  /// What failed twice, and how.
  const std::vector<std::string>& failures() const { return failures_; }
  size_t retries() const { return retries_; }

private:
  void run() {
    make_team("Rovers");
    // A league has 64 teams at most.
    constexpr int teams = 50;
    constexpr int updates_between = 10;
    for (int i = 1; !stopping_; ++i) {
      if (i % updates_between == 0 && i / updates_between <= teams)
        make_team("Team " + std::to_string(i / updates_between));
      auto key = league_ + "-update-" + std::to_string(i);
      send(key, "PATCH", teams_rovers(), {{"stadium", "Ground " + std::to_string(i)}});
      // So that a machine with few processors has some left for the cluster.
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  std::string teams_rovers() const { return teams() + "/rovers"; }

  void make_team(const std::string& name) {
    if (send(league_ + "-create-" + name.substr(name.find(' ') + 1), "POST", teams(),
             {{"name", name}}))
      made_teams_.insert(name);
  }

  bool send(const std::string& key, const std::string& method, const std::string& target,
            const json& body) {
    auto is_ok = [](const http_reply& x) { return x.status == 200 || x.status == 201; };
    auto first = send_once(key, method, target, body);
    auto reply = first;
    if (!is_ok(first)) {
      ++retries_;
      reply = send_once(key, method, target, body);
    }
    if (!is_ok(reply)) {
      failures_.push_back(key + ": " + std::to_string(first.status) + ' ' + first.body + ", then "
                          + std::to_string(reply.status) + ' ' + reply.body);
      return false;
    }
    acknowledged_.insert(key);
    ++count_;
    return true;
  }

  http_reply send_once(const std::string& key, const std::string& method, const std::string& target,
                       const json& body) {
    http_reply out;
    try {
      if (!connection_)
        connection_.emplace(port_);
      out = connection_->ask(method, target,
                             {{"Authorization", "Bearer " + token_}, {"Idempotency-Key", key}},
                             body.dump());
    } catch (const std::runtime_error&) {
      out = {};
    }
    if (out.status == 0 || out.header("connection") == "close")
      connection_.reset();
    return out;
  }

  uint16_t port_;
  std::string token_;
  std::string league_;
  std::optional<http_client> connection_;
  std::set<std::string> acknowledged_;
  std::set<std::string> made_teams_;
  std::vector<std::string> failures_;
  size_t retries_ = 0;
  std::atomic<size_t> count_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// A cluster, HAProxy before it, and clients before that.
struct loaded_cluster {
  /// `unready`: how long a node's front is unready before it ends.
  explicit loaded_cluster(const std::string& unready) : served{unready} {
    served.start_all();
    proxy.emplace(served);
    proxy->require_all_up();
    token = make_admin(served.cluster);
    for (auto* league : {"ash", "elm", "oak", "yew"})
      clients.emplace_back(proxy->port(), token, league);
    require_more();
  }

  /// Every client gets more acknowledgements.
  void require_more() {
    constexpr size_t commands = 20;
    for (auto& client : clients)
      if (!client.gets(commands))
        BOOST_FAIL("a client gets nothing: " << proxy->log()
                                             << last_words(served.cluster, node_count));
  }

  void stop_clients() {
    size_t all = 0;
    size_t retries = 0;
    size_t failures = 0;
    for (auto& client : clients) {
      client.stop();
      all += client.acknowledged().size();
      retries += client.retries();
      failures += client.failures().size();
    }
    BOOST_TEST_MESSAGE(all << " commands acknowledged, " << retries << " sent again by clients and "
                           << proxy->count("wretr") + proxy->count("wredis") << " by HAProxy, "
                           << failures << " failed twice");
  }

  /// Everything that was acknowledged is in the records, nothing is there twice, and the teams that
  /// were made are there as HAProxy's clients see them.
  void check_records() {
    for (auto& client : clients) {
      std::map<std::string, int> recorded;
      for (auto& record : served.cluster.history(client.entity()))
        ++recorded[record["id"].get<std::string>()];
      for (auto& key : client.acknowledged())
        BOOST_TEST(recorded.contains(key), key << " was acknowledged and is not in the records");
      for (auto& [id, times] : recorded)
        BOOST_TEST(times == 1, id << " was recorded " << times << " times");
      std::map<std::string, int> teams;
      auto list = ask(proxy->port(), "GET", client.teams(), {{"Authorization", "Bearer " + token}});
      BOOST_TEST_REQUIRE(list.status == 200, list.body);
      const auto found = json::parse(list.body);
      for (auto& team : found["teams"])
        ++teams[team["name"].get<std::string>()];
      for (auto& name : client.made_teams())
        BOOST_TEST(teams[name] == 1, client.teams()
                                       << " has " << name << ' ' << teams[name] << " times");
    }
  }

  served_cluster served;
  std::optional<running_haproxy> proxy;
  std::string token;
  std::deque<retrying_client> clients;
};

} // namespace

BOOST_AUTO_TEST_SUITE(haproxy, *boost::unit_test::precondition(has_haproxy))

BOOST_AUTO_TEST_CASE(haproxy_takes_the_file_that_we_ship_without_a_warning) {
  work_folder folder;
  auto checked = process{folder, {*installed_program("haproxy"), "-c", "-f", shipped_file}}.wait();
  BOOST_TEST(checked.status == 0, checked.err);
  BOOST_TEST(checked.err.find("WARNING") == std::string::npos, checked.err);
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_missing_or_doubled_when_nodes_are_killed) {
  loaded_cluster x{"0s"};
  BOOST_TEST(ask(x.proxy->port(), "GET", "/livez").status == 200);
  BOOST_TEST(ask(x.proxy->port(), "GET", "/metrics").status == 404);
  for (uint32_t id : {1U, 3U}) {
    x.served.cluster.kill(id);
    x.proxy->require(id, "DOWN");
    x.require_more();
    x.served.cluster.start(id);
    x.proxy->require(id, "UP");
    x.served.cluster.require_healthy();
    x.require_more();
  }
  x.stop_clients();
  x.check_records();
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_missing_or_doubled_when_nodes_fall_silent) {
  loaded_cluster x{"0s"};
  // It answers nobody, and goes on later with what it had in its hands, among it what it led.
  for (uint32_t id : {2U, 3U}) {
    x.served.cluster.pause(id);
    x.proxy->require(id, "DOWN");
    x.served.cluster.resume(id);
    x.proxy->require(id, "UP");
    x.served.cluster.require_healthy();
    x.require_more();
  }
  x.stop_clients();
  x.check_records();
}

BOOST_AUTO_TEST_CASE(no_command_fails_after_one_retry_when_nodes_are_stopped_in_order) {
  // HAProxy has not noticed when the front closes.
  loaded_cluster x{"0s"};
  for (uint32_t id : {1U, 2U}) {
    BOOST_TEST(x.served.cluster.stop(id) == 0, x.served.cluster.log(id));
    x.require_more();
    x.served.cluster.start(id);
    x.served.require_ready(id);
    x.proxy->require(id, "UP");
    x.served.cluster.require_healthy();
    x.require_more();
  }
  x.stop_clients();
  for (auto& client : x.clients)
    for (auto& failure : client.failures())
      BOOST_TEST(false, failure);
  x.check_records();
}

BOOST_AUTO_TEST_SUITE_END()
