// What Prometheus reads: its format, and that alerts and dashboard name nothing that is not there.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/front_metrics.hpp"
#include "tests/front/served_node.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

std::string read_file(const std::string& name) {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + '/' + name};
  BOOST_TEST_REQUIRE(in.good(), name);
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Metrics of a front that was asked this and that.
std::string metrics_of(served_node& node) {
  auto admin = node.make_account("admin", LEAGUE_ADMINISTRATOR);
  node.ask("POST", "/v1/leagues/en.1/teams", {bearer(admin)}, R"({"name": "Arsenal FC"})");
  node.ask("GET", "/v1/leagues/en.1/teams", {bearer(admin)});
  node.ask("GET", "/v1/nothing");
  auto reply = node.ask("GET", "/metrics");
  BOOST_TEST(reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  return reply.body;
}

/// What the text says, checked against the format on the way (Prometheus, exposition formats).
/// Samples have no times: with them, series of a dead node would go on for minutes.
struct exposition {
  explicit exposition(const std::string& text) {
    static const std::regex meta{"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)"};
    static const std::regex sample{
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+))re"};
    BOOST_TEST(text.ends_with('\n'));
    std::istringstream in{text};
    std::set<std::string> closed;
    std::string open;
    for (std::string line; std::getline(in, line);) {
      std::smatch found;
      if (std::regex_match(line, found, meta)) {
        auto name = found[2].str();
        if (found[1] == "TYPE")
          BOOST_TEST(types.emplace(name, found[3]).second, "a second type: " << line);
        begin(name, open, closed);
      } else if (std::regex_match(line, found, sample)) {
        auto family = family_of(found[1]);
        BOOST_TEST(types.contains(family), "no type: " << line);
        begin(family, open, closed);
        char* end = nullptr;
        auto number = found[3].str();
        auto value = std::strtod(number.c_str(), &end);
        BOOST_TEST(*end == '\0', line);
        BOOST_TEST(samples.emplace(found[1].str() + found[2].str(), value).second,
                   "twice: " << line);
        names.insert(found[1]);
      } else {
        BOOST_TEST(false, "no line of the format: " << line);
      }
    }
  }

  /// The lines of a family stand together.
  static void begin(const std::string& name, std::string& open, std::set<std::string>& closed) {
    if (name == open)
      return;
    BOOST_TEST(!closed.contains(name), name << " is at two places");
    closed.insert(open);
    open = name;
  }

  std::string family_of(const std::string& name) const {
    for (std::string end : {"_bucket", "_sum", "_count"})
      if (name.ends_with(end)) {
        auto family = name.substr(0, name.size() - end.size());
        if (auto at = types.find(family); at != types.end() && at->second == "histogram")
          return family;
      }
    return name;
  }

  std::map<std::string, std::string> types;
  std::map<std::string, double> samples;
  std::set<std::string> names;
};

/// The metrics that a text names.
std::set<std::string> named_in(const std::string& text) {
  static const std::regex name{"(touchline|caf)_[a-z0-9_]+"};
  std::set<std::string> out;
  for (auto at = std::sregex_iterator{text.begin(), text.end(), name}; at != std::sregex_iterator{};
       ++at)
    out.insert(at->str());
  return out;
}

bool has_promtool() {
  return std::system("command -v promtool >/dev/null 2>&1") == 0; // NOLINT: one thread, no input
}

} // namespace

BOOST_AUTO_TEST_CASE(the_metrics_are_what_prometheus_reads) {
  served_node node;
  auto text = metrics_of(node);
  exposition x{text};
  BOOST_TEST(x.types["touchline_front_requests_total"] == "counter");
  BOOST_TEST(x.types["touchline_front_connections"] == "gauge");
  BOOST_TEST(x.types["touchline_front_request_duration_seconds"] == "histogram");
  BOOST_TEST(
    (x.samples.at("touchline_front_requests_total{operation=\"team.list\",status=\"200\"}") == 1));
  BOOST_TEST((x.samples.at("touchline_front_connections") >= 1));
  BOOST_TEST((x.samples.at("touchline_front_connections_accepted_total") >= 4));
  if (!has_promtool())
    return;
  temporary_folder folder;
  auto file = (folder.path() / "metrics").string();
  std::ofstream{file} << text;
  auto status = std::system(("promtool check metrics <" + file).c_str()); // NOLINT: see above
  // It would choose other names for some, one of CAF's among them.
  constexpr int advises = 3;
  BOOST_TEST((status == 0 || WEXITSTATUS(status) == advises));
}

BOOST_AUTO_TEST_CASE(times_go_and_values_stay) {
  BOOST_TEST(front::without_times("# HELP a Some 1 2 3 4\na 7 1795830144011\nb 2.5\n"
                                  "c{x=\"} 1 2\",y=\"\"} 3 1795830144011\nd{x=\"1 2\"} 4\n")
             == "# HELP a Some 1 2 3 4\na 7\nb 2.5\nc{x=\"} 1 2\",y=\"\"} 3\nd{x=\"1 2\"} 4\n");
}

BOOST_AUTO_TEST_CASE(the_buckets_of_a_histogram_add_up) {
  served_node node;
  exposition x{metrics_of(node)};
  const std::string family = "touchline_front_request_duration_seconds";
  const std::string label = "operation=\"team.list\"";
  double before = 0;
  for (auto* bound : {"0.0005", "0.001", "0.01", "1", "10", "+Inf"}) {
    auto found = std::ranges::find_if(x.samples, [&](auto& sample) {
      auto& name = sample.first;
      if (!name.starts_with(family + "_bucket") || name.find(label) == std::string::npos)
        return false;
      auto at = name.find("le=\"") + 4;
      auto le = name.substr(at, name.find('"', at) - at);
      return std::strtod(le.c_str(), nullptr) == std::strtod(bound, nullptr);
    });
    BOOST_TEST_REQUIRE((found != x.samples.end()), bound);
    BOOST_TEST((found->second >= before), bound);
    before = found->second;
  }
  BOOST_TEST((x.samples.at(family + "_count{" + label + "}") == before));
  BOOST_TEST((x.samples.at(family + "_sum{" + label + "}") > 0));
}

BOOST_AUTO_TEST_CASE(alerts_and_dashboard_name_metrics_that_are_there) {
  served_node node;
  exposition x{metrics_of(node)};
  for (auto* file : {"config/prometheus-alerts.yml", "config/grafana-dashboard.json"}) {
    auto named = named_in(read_file(file));
    BOOST_TEST(named.size() > 10, file);
    for (auto& name : named)
      BOOST_TEST(x.names.contains(name), file << " names " << name << ", which is not there");
  }
  auto dashboard = json::parse(read_file("config/grafana-dashboard.json"));
  BOOST_TEST(dashboard["panels"].size() > 10);
  if (has_promtool())
    BOOST_TEST(std::system(("promtool check rules " + std::string{TOUCHLINE_SOURCE_DIR}
                            + "/config/prometheus-alerts.yml >/dev/null")
                             .c_str()) // NOLINT: see above
               == 0);
}
