// Every mistake in a file is explained, each in one sentence with its line.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/certificates.hpp"
#include "nodes/nearest_name.hpp"
#include "tests/nodes/cluster_file.hpp"

#include <nlohmann/json.hpp>

using namespace touchline;
using namespace touchline::testing;
using sentences = std::vector<std::string>;

namespace {

void says(const std::string& text, const sentences& expected) {
  auto found = said(check_text(text));
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

const std::string tls_section = R"(  tls {
    ca = "certs/ca.pem"
    certificate = "certs/node-{id}.pem"
    key = "certs/node-{id}.key"
  }
)";

void make_certificates(const std::string& folder, const std::string& cluster,
                       std::vector<uint32_t> ids) {
  nodes::certificate_request request;
  request.folder = folder;
  request.cluster = cluster;
  request.nodes = std::move(ids);
  auto made = nodes::make_certificates(request);
  BOOST_TEST_REQUIRE(made.has_value(), made.error());
}

/// A folder with a cluster of three nodes and certificates for some of them.
struct cluster_with_certificates {
  explicit cluster_with_certificates(std::vector<uint32_t> ids = {1, 2, 3}) {
    write_file(file, with_settings(tls_section));
    make_certificates(folder / "certs", "trial", std::move(ids));
  }

  std::string in(const std::string& name) const { return folder / ("certs/" + name); }

  void says(const sentences& expected, const std::vector<uint32_t>& ids = {}) const {
    auto found = said(nodes::check_configuration(file, ids));
    BOOST_TEST(found == expected, boost::test_tools::per_element());
  }

  work_folder folder;
  std::string file = folder / "cluster.conf";
};

} // namespace

BOOST_AUTO_TEST_CASE(all_mistakes_of_a_file_are_explained_at_once) {
  says(R"(touchline {
  partition = 4
  idle-timeout = "long"
  limits {
    outbox-messages = 0
  }
}
cluster {
  name = "The Trial"
  replicas = 8
  heartbeet = 5
  heartbeat = 300ms
  nodes = [
    {
      id = 1,
      host = "127.0.0.1",
      port = "7401",
      roles = ["leage", "x-ray", "league"]
    },
    {
      id = 0,
      host = "http://alpha",
      port = 70000
    },
    {
      host = "0.0.0.0",
      port = 7403
    }
  ]
}
pyramids {
}
)",
       {"2: touchline.partition is no setting; the nearest that is one is partitions.",
        "3: touchline.idle-timeout must be a time from 1ms to 86400s, in milliseconds or with a "
        "unit, as in 30s.",
        "5: touchline.limits.outbox-messages must be a whole number from 1 to 10000000.",
        "9: cluster.name must be 1 to 64 lower case letters, digits, hyphens and points.",
        "10: cluster.replicas must be a whole number from 1 to 7.",
        "11: cluster.heartbeet is no setting; the nearest that is one is heartbeat.",
        "12: cluster.heartbeat is 300ms; it must be at most a fifth of election-timeout, which is "
        "400ms.",
        "17: cluster.nodes[1].port must be a whole number from 1 to 65535.",
        "18: cluster.nodes[1].roles has \"leage\", which is no role; the nearest that is one is "
        "\"league\".",
        "21: cluster.nodes[2].id must be a whole number from 1 to 65535.",
        "22: cluster.nodes[2].host must be a host's name or its IP address without port and "
        "brackets, not \"http://alpha\".",
        "23: cluster.nodes[2].port must be a whole number from 1 to 65535.",
        "25: cluster.nodes[3].id is missing; it must be a whole number from 1 to 65535.",
        "26: cluster.nodes[3].host must be the address at which other nodes reach this one, not "
        "0.0.0.0.",
        "31: pyramids is no section; the nearest that is one is pyramid."});
}

BOOST_AUTO_TEST_CASE(nodes_that_are_in_one_anothers_way_are_found) {
  says(R"(cluster {
  name = "trial"
  nodes = [
    {
      id = 1,
      host = "127.0.0.1",
      port = 7401,
      data-directory = "/data/one"
    },
    {
      id = 1,
      host = "127.0.0.1",
      port = 7401,
      data-directory = "/data/one"
    },
    {
      id = 3,
      host = "localhost",
      port = 7401,
      data-directory = "/data/one/within"
    },
    {
      id = 4,
      host = "127.0.0.1",
      port = 7404,
      data-directory = "/data"
    },
    {
      id = 5,
      host = "127.0.0.1",
      port = 7405,
      data-directory = "/data-5"
    }
  ]
}
)",
       {"11: cluster.nodes[2].id is 1, which cluster.nodes[1] has already.",
        "13: cluster.nodes[2].port is 7401 at 127.0.0.1, which cluster.nodes[1] has already.",
        "14: cluster.nodes[2].data-directory is /data/one, which cluster.nodes[1] has already.",
        "20: cluster.nodes[3].data-directory is within that of cluster.nodes[1], /data/one.",
        "26: cluster.nodes[4].data-directory holds that of cluster.nodes[1], /data/one."});
}

BOOST_AUTO_TEST_CASE(a_data_directory_may_be_the_same_on_different_machines) {
  auto text = with_settings("  unsafe-plain-text-beyond-loopback = true\n");
  for (auto* host : {"10.0.0.1", "10.0.0.2", "10.0.0.3"})
    text
      = changed(text, "\"127.0.0.1\",", '"' + std::string{host} + "\",\n data-directory = \"/d\",");
  BOOST_TEST(check_text(text).usable());
}

BOOST_AUTO_TEST_CASE(replicas_must_have_nodes_and_should_be_odd) {
  says(with_settings("  replicas = 5\n"),
       {"20: cluster.replicas is 5, and there are only 3 nodes with the role \"league\"."});
  says(with_settings("  replicas = 2\n"),
       {"W20: cluster.replicas is 2, an even number, which bears the loss of no more nodes than "
        "1."});
  says("cluster {\n  name = \"trial\"\n}\n",
       {"1: cluster.nodes must be a list of at least one node."});
}

BOOST_AUTO_TEST_CASE(times_and_bounds_must_fit_each_other) {
  says(
    with_settings("  election-timeout = 1s\n  heartbeat = 150ms\n  connection-timeout = 500ms\n"),
    {"21: cluster.heartbeat is 150ms; it must be at most a fifth of connection-timeout, which is "
     "500ms."});
  says(with_settings("  reconnect-min = 3s\n  request-deadline = 1s\n  election-timeout = 1s\n"),
       {"20: cluster.reconnect-min must not be more than reconnect-max.",
        "W21: cluster.request-deadline is less than two times election-timeout, so that requests "
        "end before a new leader can be elected."});
  says(with_settings("  limits {\n    window-bytes = 1000000\n    kept-entries = 1\n  }\n"),
       {"20: cluster.limits.append-bytes is 2097152; it must not be more than window-bytes, "
        "1000000.",
        "20: cluster.limits.chunk-bytes is 1048576; it must not be more than window-bytes, "
        "1000000.",
        "22: cluster.limits.kept-entries must be a whole number from 16 to 100000000."});
  says(with_settings("  election-timeout = 1h\n  unsafe-plain-text-beyond-loopback = \"no\"\n"),
       {"20: cluster.election-timeout must be a time from 50ms to 60s, in milliseconds or with a "
        "unit, as in 30s.",
        "21: cluster.unsafe-plain-text-beyond-loopback must be true or false."});
}

BOOST_AUTO_TEST_CASE(what_follows_from_a_mistake_is_not_said) {
  says("cluster = 5\n", {"1: cluster must be a section, cluster { ... }."});
  says("touchline {\n  limits = 3\n  supervision {\n    entities = 4\n  }\n}\n",
       {"2: touchline.limits must be a section, limits { ... }.",
        "4: touchline.supervision.entities must be a section, entities { ... }."});
}

// -- the syntax -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_parsed_is_explained_with_the_line) {
  const std::string not_syntax = "The configuration is not in CAF's syntax, one entry per line: ";
  says("touchline {\n  partitions == 4\n}\n",
       {"2: " + not_syntax + "there is an unexpected character at column 15."});
  says("touchline {\n  node = \"one\n}\n",
       {"2: " + not_syntax + "something is missing at the end of the line."});
  says("touchline {\n  partitions = 99999999999999999999\n}\n",
       {"2: " + not_syntax + "a number is out of all bounds at column 34."});
}

BOOST_AUTO_TEST_CASE(what_the_parser_would_forget_in_silence_is_refused) {
  says("touchline {\n  partitions = 4\n",
       {"1: The configuration is not in CAF's syntax, one entry per line: the section or list that "
        "begins here is never closed."});
  says("touchline.partitions = 4\n", {"1: A key has a point in it; write the part before it as a "
                                      "section, NAME { ... }."});
  says("touchline {\n  partitions = 4\n  season = \"x\"\n  partitions = 5\n}\n",
       {"4: touchline.partitions is set twice; line 2 has it already."});
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_or_too_deep_is_refused) {
  says(std::string(nodes::max_configuration_bytes + 1, '\n'),
       {"0: The configuration has more than 1048576 bytes."});
  says("a = " + std::string(100'000, '[') + std::string(100'000, ']') + '\n',
       {"1: Lists and sections are nested deeper than 32 levels."});
}

BOOST_AUTO_TEST_CASE(keys_are_found_whatever_is_around_them) {
  auto lines = nodes::scan_settings(R"(# a = { [ "
a {
  b = "} ] # \" {" # c = 5
  'd e' = [1, 2,
    3.5, "x",
    { f = 10ms, g = <http://x/y> }, [7
  ]]
  "h" : true,
  i = -5 }
j { k {
} }
)");
  const std::map<std::string, size_t> expected{
    {"a", 2},          {"a.b", 3},        {"a.d e", 4},    {"a.d e[1]", 4},
    {"a.d e[2]", 4},   {"a.d e[3]", 5},   {"a.d e[4]", 5}, {"a.d e[5]", 6},
    {"a.d e[5].f", 6}, {"a.d e[5].g", 6}, {"a.d e[6]", 6}, {"a.d e[6][1]", 6},
    {"a.h", 8},        {"a.i", 9},        {"j", 10},       {"j.k", 10}};
  BOOST_TEST((lines.of_key == expected));
  for (auto& [key, line] : lines.of_key)
    BOOST_TEST(expected.contains(key), key << " at " << line);
  BOOST_TEST(lines.of("a.d e[9].z") == 4);
  BOOST_TEST(lines.of("nothing") == 0);
  BOOST_TEST(lines.unclosed_line == 0);
  BOOST_TEST(lines.repetitions.empty());
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_the_one_that_was_mistyped) {
  std::set<std::string> names{"heartbeat", "host", "id", "port"};
  BOOST_TEST(nodes::nearest_name("heartbaet", names).value_or("") == "heartbeat");
  BOOST_TEST(nodes::nearest_name("hots", names).value_or("") == "host");
  BOOST_TEST(nodes::nearest_name("ip", names).value_or("") == "id");
  BOOST_TEST(!nodes::nearest_name("colour", names));
  BOOST_TEST(!nodes::nearest_name("", names));
  BOOST_TEST(!nodes::nearest_name(std::string(100'000, 'x'), names));
}

// -- fronts ---------------------------------------------------------------------------------------

namespace {

/// The small cluster with a section `front`, which is the 22nd line.
std::string with_front(const std::string& settings) {
  return small_cluster + "front {\n" + settings + "}\n";
}

} // namespace

BOOST_AUTO_TEST_CASE(every_setting_of_a_front_has_its_bounds) {
  says(with_front(R"(  listen = "127.0.0.1"
  token-memory = 61s
  unready = -1
  drain = "long"
  trusted-proxies = ["10.0.0.0/8", "everybody"]
  unsafe-plain-http-beyond-loopback = "no"
  limits {
    connections = 0
    header-bytes = 1023
    body-bytes = 67108865
    idle = 99ms
    request = 0s
    response = 1
    under-way = 65537
    answer = 3601s
    requests-per-second = 0
    burst = 0
    streams = -1
    streams-per-caller = 0
    stream-bytes = 4095
    steams = 1
  }
  events {
    poll = 9ms
    heartbeat = 99ms
    slow = 99ms
    heart = 1
  }
  breaker {
    failures = 0
    open = 9ms
    close = 1
  }
  tls {
    certificate = "front.pem"
    name = "x"
  }
  port = 80
)"),
       {
         "23: front.listen must be HOST:PORT, as in 127.0.0.1:808{id}; {id} stands for a node's "
         "id.",
         "24: front.token-memory must be a time from 0s to 60s, in milliseconds or with a unit, as "
         "in 30s.",
         "25: front.unready must be a time from 0s to 3600s, in milliseconds or with a unit, as in "
         "30s.",
         "26: front.drain must be a time from 0s to 3600s, in milliseconds or with a unit, as in "
         "30s.",
         "27: front.trusted-proxies must be at most 64 addresses and networks of proxies, as in "
         "127.0.0.1 or 10.0.0.0/8, not \"everybody\".",
         "28: front.unsafe-plain-http-beyond-loopback must be true or false.",
         "30: front.limits.connections must be a whole number from 1 to 100000.",
         "31: front.limits.header-bytes must be a whole number from 1024 to 1048576.",
         "32: front.limits.body-bytes must be a whole number from 1024 to 67108864.",
         "33: front.limits.idle must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "34: front.limits.request must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "35: front.limits.response must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "36: front.limits.under-way must be a whole number from 1 to 65536.",
         "37: front.limits.answer must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "38: front.limits.requests-per-second must be a whole number from 1 to 1000000.",
         "39: front.limits.burst must be a whole number from 1 to 1000000.",
         "40: front.limits.streams must be a whole number from 0 to 100000.",
         "41: front.limits.streams-per-caller must be a whole number from 1 to 100000.",
         "42: front.limits.stream-bytes must be a whole number from 4096 to 67108864.",
         "43: front.limits.steams is no setting; the nearest that is one is streams.",
         "46: front.events.poll must be a time from 10ms to 60s, in milliseconds or with a unit, "
         "as in 30s.",
         "47: front.events.heartbeat must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "48: front.events.slow must be a time from 100ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "49: front.events.heart is no setting; the settings of front.events are heartbeat, poll, "
         "slow.",
         "52: front.breaker.failures must be a whole number from 1 to 1000.",
         "53: front.breaker.open must be a time from 10ms to 3600s, in milliseconds or with a "
         "unit, as in 30s.",
         "54: front.breaker.close is no setting; the settings of front.breaker are failures, open.",
         "56: front.tls.key is missing; it must be a path in quotes.",
         "58: front.tls.name is no setting; the settings of front.tls are certificate, key.",
         "60: front.port is no setting; the settings of front are breaker, drain, events, limits, "
         "listen, public-reads, tls, token-memory, trusted-proxies, unready, "
         "unsafe-plain-http-beyond-loopback.",
       });
}

BOOST_AUTO_TEST_CASE(fronts_that_cannot_run_together_or_would_show_passwords_are_found) {
  says(with_front("  listen = \"127.0.0.1:808{id}\"\n"), {});
  says(with_front("  listen = \"127.0.0.1:8080\"\n"),
       {"23: front.listen is 127.0.0.1:8080 for the nodes 1 and 2, which are on one host, where "
        "only one can have it; put {id} into it."});
  says(with_front("  listen = \"192.0.2.1:808{id}\"\n"),
       {"23: 192.0.2.1 is beyond loopback and there is no certificate: passwords and tokens could "
        "be read by everybody on the network; give a certificate and its key, or the option "
        "unsafe-plain-http-beyond-loopback where something else encrypts."});
  says(with_front("  listen = \"127.0.0.1:808{id}\"\n  tls {\n    certificate = \"/no/f.pem\"\n   "
                  " key = \"/no/f.key\"\n  }\n"),
       {"25: There is no file /no/f.pem.", "26: There is no file /no/f.key."});
  says(with_front("  listen = \"127.0.0.1:808{id}\"\n  unready = 5s\n  drain = 30s\n"),
       {"W25: front.unready and front.drain are together more than half of "
        "cluster.drain-timeout: the node may be ended before it has handed over what it leads."});
}

// -- certificates ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(certificates_that_fit_are_no_mistake) {
  cluster_with_certificates().says({});
}

BOOST_AUTO_TEST_CASE(missing_certificates_are_found_where_they_are_needed) {
  cluster_with_certificates x{{1, 2}};
  x.says({"22: There is no file " + x.in("node-3.pem") + '.',
          "23: There is no file " + x.in("node-3.key") + '.'});
  x.says({}, {1, 2});
  x.says({"3: cluster.nodes has no node 7."}, {1, 7});
}

BOOST_AUTO_TEST_CASE(certificates_of_others_are_found) {
  cluster_with_certificates x;
  std::filesystem::copy_file(x.in("node-1.pem"), x.in("node-2.pem"),
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(x.in("node-3.key"), std::filesystem::perms{0644});
  make_certificates(x.folder / "other", "cup", {3});
  std::filesystem::rename(x.folder / "other/node-3.pem", x.in("node-3.pem"));
  x.says(
    {"22: " + x.in("node-2.pem") + " is the certificate of \"node-1\", not of \"node-2\".",
     "22: " + x.in("node-3.pem") + " is the certificate of the cluster \"cup\", not of \"trial\".",
     "22: " + x.in("node-3.pem") + " is not accepted by the authority " + x.in("ca.pem")
       + ": unable to get local issuer certificate.",
     "23: " + x.in("node-2.key") + " is not the key of " + x.in("node-2.pem") + '.',
     "23: " + x.in("node-3.key")
       + " may be read or written by others; take their rights away with chmod 600.",
     "23: " + x.in("node-3.key") + " is not the key of " + x.in("node-3.pem") + '.'});
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_none_is_said_once) {
  cluster_with_certificates x;
  write_file(x.in("ca.pem"), "nonsense");
  x.says({"21: " + x.in("ca.pem") + " is no certificate in PEM."});
}

BOOST_AUTO_TEST_CASE(one_certificate_for_all_nodes_is_refused) {
  says(with_settings("  tls {\n    ca = \"ca.pem\"\n    certificate = \"node.pem\"\n  }\n"),
       {"20: cluster.tls.key is missing; it must be a path in quotes.",
        "22: cluster.tls.certificate must have {id} in the place of a node's id, as every node has "
        "a certificate of its own."});
}

// -- the command ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_command_lists_mistakes_and_fails) {
  work_folder folder;
  auto file = folder / "cluster.conf";
  write_file(file, changed(with_settings("  replicas = 2\n  heartbeat = 1s\n"), "7402", "0"));
  auto x = run(folder, {"config", "check", file});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.err.empty(), x.err);
  BOOST_TEST(x.out
             == file + ":12: cluster.nodes[2].port must be a whole number from 1 to 65535.\n" + file
                  + ":20: Warning: cluster.replicas is 2, an even number, which bears the loss of "
                    "no more nodes than 1.\n"
                  + file
                  + ":21: cluster.heartbeat is 1000ms; it must be at most a fifth of "
                    "election-timeout, which is 400ms.\n2 mistakes.\n");
  auto json = nlohmann::json::parse(run(folder, {"config", "check", file, "--format", "json"}).out);
  BOOST_TEST(json["usable"] == false);
  BOOST_TEST_REQUIRE(json["mistakes"].size() == 3U);
  BOOST_TEST(json["mistakes"][0]["line"] == 12);
  BOOST_TEST(json["mistakes"][0]["key"] == "cluster.nodes[2].port");
  BOOST_TEST(json["mistakes"][1]["severity"] == "warning");
  BOOST_TEST(!json.contains("cluster"));
}

BOOST_AUTO_TEST_CASE(the_command_says_what_a_file_without_mistakes_describes) {
  work_folder folder;
  auto file = project_file("config/cluster-3.conf");
  auto x = run(folder, {"config", "check", file});
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(x.out.starts_with("Cluster trial: 3 nodes, 6 partitions, 3 replicas of each, plain "
                               "text on loopback.\n  node-1  127.0.0.1:7401  front, league  "),
             x.out);
  auto json = nlohmann::json::parse(run(folder, {"config", "check", file, "--format", "json"}).out);
  BOOST_TEST(json["usable"] == true);
  BOOST_TEST(json["cluster"]["nodes"][2]["port"] == 7403);
  auto england = run(folder, {"config", "check", project_file("config/england.conf")});
  BOOST_TEST(england.status == 0, england.out);
  BOOST_TEST(england.out.find("Pyramid england: 4 tiers, 92 teams.\n") != std::string::npos,
             england.out);
  auto missing = run(folder, {"config", "check", "/nowhere.conf"});
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(missing.out
             == "/nowhere.conf: The configuration cannot be read; name one that exists.\n"
                "1 mistake.\n");
}

BOOST_AUTO_TEST_CASE(a_cluster_or_a_node_does_not_start_from_a_file_with_mistakes) {
  work_folder folder;
  auto file = folder / "cluster.conf";
  write_file(file, with_settings("  replicas = 5\n"));
  auto refused = "touchline: In the configuration " + file
                 + ":20: cluster.replicas is 5, and there "
                   "are only 3 nodes with the role \"league\".\n";
  auto cluster = run(folder, {"cluster", "--config", file});
  BOOST_TEST(cluster.status == 1);
  BOOST_TEST(cluster.err == refused);
  auto node = run(folder, {"node", "--config", file, "--id", "1"});
  BOOST_TEST(node.status == 2);
  BOOST_TEST(node.err == refused);
  write_file(file, with_settings(tls_section));
  node = run(folder, {"node", "--config", file, "--id", "1"});
  BOOST_TEST(node.status == 2);
  BOOST_TEST(node.err.find(":21: There is no file " + (folder / "certs/ca.pem"))
               != std::string::npos,
             node.err);
  write_file(file, "touchline {\n}\n");
  node = run(folder, {"node", "--config", file, "--id", "1"});
  BOOST_TEST(node.err.find("There is no section cluster { ... }") != std::string::npos, node.err);
  node = run(folder, {"node", "--config", file, "--id", "1", "--join", "alpha"});
  BOOST_TEST(node.status == 2);
  BOOST_TEST(node.err.find("an address is HOST:PORT") != std::string::npos, node.err);
}
