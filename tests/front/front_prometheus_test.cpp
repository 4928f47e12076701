// A real Prometheus with the configuration and the alerts that we ship, on a real cluster.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/installed_program.hpp"
#include "tests/front/served_cluster.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <regex>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr uint32_t node_count = served_cluster::node_count;

boost::test_tools::assertion_result has_prometheus(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result out{installed_program("prometheus").has_value()
                                          && installed_program("promtool").has_value()};
  if (!out)
    out.message() << "this suite needs prometheus";
  return out;
}

void require_success(std::vector<std::string> arguments) {
  work_folder folder;
  arguments.insert(arguments.begin(), *installed_program("promtool"));
  auto checked = process{folder, arguments}.wait();
  BOOST_TEST(checked.status == 0, checked.out << checked.err);
}

std::string replaced(const std::string& text, const std::string& pattern, const std::string& with) {
  const std::regex what{pattern};
  BOOST_TEST_REQUIRE(std::regex_search(text, what), "there is no " << pattern);
  return std::regex_replace(text, what, with);
}

/// A value of a series and its labels.
struct sample {
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Prometheus on a cluster: the files that we ship, with other ports, and with intervals of a
/// second so that nobody has to wait.
class running_prometheus {
public:
  explicit running_prometheus(const served_cluster& cluster) : port_{cluster.port(0)} {
    auto config = read_file(project_file("config/prometheus.yml"));
    config = replaced(config, "_interval: 15s", "_interval: 1s");
    config = replaced(config, R"(127\.0\.0\.1:808([1-3]))",
                      "127.0.0.1:" + std::to_string(cluster.prefix) + "$1");
    write_file(folder_ / "prometheus.yml", config);
    auto alerts = read_file(project_file("config/prometheus-alerts.yml"));
    write_file(folder_ / "prometheus-alerts.yml", replaced(alerts, "for: [0-9]+[sm]", "for: 1s"));
    process_.emplace(
      folder_, std::vector<std::string>{
                 *installed_program("prometheus"), "--config.file=" + folder_ / "prometheus.yml",
                 "--storage.tsdb.path=" + folder_ / "data",
                 "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=warn"});
  }

  std::string log() const { return process_->error_so_far(); }

  /// What its HTTP API answers; null when it does not.
  json ask_api(const std::string& what) const {
    auto answer = json::parse(page(port_, "/api/v1/" + what), nullptr, false);
    return answer.is_object() && answer.value("status", "") == "success" ? answer["data"] : json{};
  }

  /// How it finds the front of each node that it looks for, by address.
  std::map<std::string, std::string> targets() const {
    std::map<std::string, std::string> out;
    const auto found = ask_api("targets");
    if (found.is_object())
      for (auto& target : found["activeTargets"])
        out[target["labels"]["instance"]] = target["health"];
    return out;
  }

  /// The series of a metric as they are now.
  std::vector<sample> query(const std::string& metric) const {
    std::vector<sample> out;
    const auto found = ask_api("query?query=" + metric);
    if (found.is_object())
      for (auto& series : found["result"])
        out.push_back({series["metric"].get<std::map<std::string, std::string>>(),
                       std::stod(series["value"][1].get<std::string>())});
    return out;
  }

  /// Whether an alert with this label fires.
  bool fires(const std::string& alert, const std::string& label, const std::string& value) const {
    const auto found = ask_api("alerts");
    return found.is_object() && std::ranges::any_of(found["alerts"], [&](auto& x) {
             return x["state"] == "firing" && x["labels"]["alertname"] == alert
                    && x["labels"].value(label, "") == value;
           });
  }

private:
  uint16_t port_;
  work_folder folder_;
  std::optional<process> process_;
};

struct watched_cluster {
  watched_cluster() {
    served.start_all();
    prometheus.emplace(served);
    require_targets_up();
  }

  bool are_targets_up() const {
    auto found = prometheus->targets();
    bool all = found.size() == node_count;
    for (uint32_t id = 1; id <= node_count; ++id)
      all = all && found[instance(id)] == "up";
    return all;
  }

  std::string instance(uint32_t node) const {
    return "127.0.0.1:" + std::to_string(served.port(node));
  }

  void require_targets_up() const {
    if (!eventually([&] { return are_targets_up(); }))
      BOOST_FAIL("not all fronts are up: " << prometheus->ask_api("targets").dump()
                                           << prometheus->log());
  }

  void require_fires(const std::string& alert, const std::string& label, const std::string& value,
                     bool fires = true) const {
    if (!eventually([&] { return prometheus->fires(alert, label, value) == fires; }))
      BOOST_FAIL(alert << " of " << label << ' ' << value
                       << (fires ? " does not fire: " : " goes on: ")
                       << prometheus->ask_api("alerts").dump() << prometheus->log()
                       << last_words(served.cluster, node_count));
  }

  /// The leaders of the partitions, when so many nodes agree about all of them.
  std::map<std::string, uint32_t> agreed_leaders(size_t nodes) const {
    std::map<std::string, std::set<double>> told;
    std::map<std::string, size_t> tellers;
    for (auto& x : prometheus->query("touchline_replica_leader")) {
      told[x.labels.at("partition")].insert(x.value);
      ++tellers[x.labels.at("partition")];
    }
    std::map<std::string, uint32_t> out;
    for (auto& [partition, leaders] : told)
      if (leaders.size() == 1 && tellers[partition] == nodes && *leaders.begin() > 0)
        out[partition] = static_cast<uint32_t>(*leaders.begin());
    return out;
  }

  served_cluster served{"0s"};
  std::optional<running_prometheus> prometheus;
};

} // namespace

BOOST_AUTO_TEST_SUITE(prometheus, *boost::unit_test::precondition(has_prometheus))

BOOST_AUTO_TEST_CASE(promtool_takes_the_files_that_we_ship) {
  require_success({"check", "config", project_file("config/prometheus.yml")});
  require_success({"check", "rules", project_file("config/prometheus-alerts.yml")});
}

BOOST_AUTO_TEST_CASE(alerts_fire_for_what_they_are_for_and_for_nothing_else) {
  require_success({"test", "rules", project_file("tests/front/prometheus_alerts_test.yml")});
}

BOOST_AUTO_TEST_CASE(prometheus_has_the_records_leaders_and_terms_of_every_node) {
  watched_cluster x;
  const header_list shown{{"Authorization", "Bearer " + make_admin(x.served.cluster)}};
  constexpr int teams = 12;
  for (int i = 1; i <= teams; ++i)
    BOOST_TEST_REQUIRE(eventually([&] {
      auto league = "/v1/leagues/l" + std::to_string(i) + ".1/teams";
      auto reply = ask(x.served.port(1), "POST", league, shown, R"({"name": "Ash"})");
      // It may have been made although the answer was lost.
      return reply.status == 201 || reply.status == 409;
    }));
  auto& prometheus = *x.prometheus;
  BOOST_TEST(eventually([&] {
    double records = 0;
    for (auto& of_node : prometheus.query("touchline_records_total"))
      records += of_node.value;
    return records >= teams;
  }));
  BOOST_TEST(eventually([&] {
    auto leaders = x.agreed_leaders(node_count);
    if (leaders.empty())
      return false;
    for (const auto& partition : x.served.cluster.ask_json({"partitions"}))
      if (leaders[std::to_string(partition["partition"].get<uint32_t>())] != partition["leader"])
        return false;
    return true;
  }));
  std::set<std::string> instances;
  for (auto& of_replica : prometheus.query("touchline_replica_term")) {
    BOOST_TEST(of_replica.value >= 1);
    instances.insert(of_replica.labels.at("instance"));
  }
  BOOST_TEST(instances.size() == node_count);
  for (auto* metric : {"touchline_front_requests_total", "touchline_front_breaker_state",
                       "touchline_messages_handled_total", "caf_system_running_actors"})
    BOOST_TEST(!prometheus.query(metric).empty(), metric);
}

BOOST_AUTO_TEST_CASE(dead_nodes_and_partitions_without_a_leader_fire_until_they_are_back) {
  watched_cluster x;
  auto& cluster = x.served.cluster;
  for (uint32_t id = 1; id <= node_count; ++id)
    BOOST_TEST(!x.prometheus->fires("NodeDown", "instance", x.instance(id)));
  cluster.kill(2);
  x.require_fires("NodeDown", "instance", x.instance(2));
  BOOST_TEST(!x.prometheus->fires("NodeDown", "instance", x.instance(1)));
  // The others lead what it led.
  BOOST_TEST(eventually([&] {
    auto leaders = x.agreed_leaders(node_count - 1);
    return !leaders.empty()
           && std::ranges::none_of(leaders, [](auto& leader) { return leader.second == 2; });
  }));
  cluster.kill(3);
  x.require_fires("PartitionWithoutLeader", "partition", "0");
  cluster.start(2);
  cluster.start(3);
  x.require_fires("PartitionWithoutLeader", "partition", "0", false);
  x.require_fires("NodeDown", "instance", x.instance(2), false);
  x.require_targets_up();
}

BOOST_AUTO_TEST_SUITE_END()
