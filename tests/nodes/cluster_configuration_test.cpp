#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/nodes/cluster_file.hpp"

using namespace touchline;
using namespace touchline::testing;
using nodes::cluster_configuration;

namespace {

cluster_configuration read(const std::string& text) {
  auto checked = check_text(text);
  BOOST_TEST_REQUIRE(checked.usable(), (said(checked).empty() ? "" : said(checked).front()));
  BOOST_TEST_REQUIRE(checked.config->cluster.has_value());
  return *checked.config->cluster;
}

void same_settings(const cluster_configuration& a, const cluster_configuration& b) {
  BOOST_TEST(a.election_timeout_ms == b.election_timeout_ms);
  BOOST_TEST(a.heartbeat_ms == b.heartbeat_ms);
  BOOST_TEST(a.install_timeout_ms == b.install_timeout_ms);
  BOOST_TEST(a.connection_timeout_ms == b.connection_timeout_ms);
  BOOST_TEST(a.reconnect_min_ms == b.reconnect_min_ms);
  BOOST_TEST(a.reconnect_max_ms == b.reconnect_max_ms);
  BOOST_TEST(a.request_deadline_ms == b.request_deadline_ms);
  BOOST_TEST(a.drain_timeout_ms == b.drain_timeout_ms);
  BOOST_TEST((a.limits == b.limits));
  BOOST_TEST((a.tls == b.tls));
  BOOST_TEST(a.unsafe_plain_text_beyond_loopback == b.unsafe_plain_text_beyond_loopback);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_file_for_three_nodes_says_what_applies_without_it) {
  auto path = project_file("config/cluster-3.conf");
  auto config = nodes::read_configuration(path);
  BOOST_TEST_REQUIRE(config.has_value(), config.error());
  BOOST_TEST_REQUIRE(config->cluster.has_value());
  auto& cluster = *config->cluster;
  BOOST_TEST(cluster.name == "trial");
  BOOST_TEST(cluster.replicas == 3);
  BOOST_TEST_REQUIRE(cluster.nodes.size() == 3);
  for (uint32_t id = 1; id <= 3; ++id) {
    auto* node = cluster.find(id);
    BOOST_TEST_REQUIRE(node);
    BOOST_TEST(node->address() == "127.0.0.1:" + std::to_string(7400 + id));
    BOOST_TEST(node->data_directory.string()
               == project_file("touchline-data/cluster-3/" + node->name()));
    BOOST_TEST((node->front && node->hosts_partitions));
  }
  BOOST_TEST(cluster.find(4) == nullptr);
  same_settings(cluster, cluster_configuration{});
  auto checked = nodes::check_configuration(path, {});
  BOOST_TEST(checked.mistakes.empty());
}

BOOST_AUTO_TEST_CASE(what_is_left_out_has_defaults) {
  work_folder folder;
  write_file(folder / "cluster.conf", small_cluster + "touchline {\n  data-directory = \"d\"\n}\n");
  auto config = nodes::read_configuration(folder / "cluster.conf");
  BOOST_TEST_REQUIRE(config.has_value(), config.error());
  auto& cluster = *config->cluster;
  BOOST_TEST(cluster.replicas == 3);
  same_settings(cluster, cluster_configuration{});
  BOOST_TEST(cluster.nodes[1].data_directory.string() == folder / "d/node-2");
  BOOST_TEST((cluster.nodes[1].front && cluster.nodes[1].hosts_partitions));
}

BOOST_AUTO_TEST_CASE(there_are_no_more_replicas_than_nodes_that_can_have_them) {
  auto text = changed(small_cluster, "port = 7402\n", "port = 7402,\n      roles = [\"front\"]\n");
  text = changed(text, "port = 7403\n", "port = 7403,\n      roles = [\"front\"]\n");
  auto cluster = read(text);
  BOOST_TEST(cluster.replicas == 1);
  BOOST_TEST(!cluster.nodes[1].hosts_partitions);
}

BOOST_AUTO_TEST_CASE(every_setting_is_read) {
  auto cluster = read(with_settings(R"(  replicas = 1
  election-timeout = 2s
  heartbeat = 50
  install-timeout = 1min
  connection-timeout = 700ms
  reconnect-min = 20ms
  reconnect-max = 4s
  request-deadline = 5s
  drain-timeout = 3s
  unsafe-plain-text-beyond-loopback = false
  limits {
    window-messages = 7
    window-bytes = 100000
    append-bytes = 50000
    chunk-bytes = 60000
    kept-entries = 99
    cached-bytes = 70000
    journal-bytes = 80000
  }
)"));
  cluster_configuration expected;
  expected.election_timeout_ms = 2'000;
  expected.heartbeat_ms = 50;
  expected.install_timeout_ms = 60'000;
  expected.connection_timeout_ms = 700;
  expected.reconnect_min_ms = 20;
  expected.reconnect_max_ms = 4'000;
  expected.request_deadline_ms = 5'000;
  expected.drain_timeout_ms = 3'000;
  expected.limits = {7, 100'000, 50'000, 99, 70'000, 80'000, 60'000};
  BOOST_TEST(cluster.replicas == 1);
  same_settings(cluster, expected);
}

BOOST_AUTO_TEST_CASE(an_address_is_loopback_only_when_other_machines_do_not_reach_it) {
  for (auto* host : {"127.0.0.1", "127.8.9.10", "::1", "localhost", "::ffff:127.0.0.1"})
    BOOST_TEST(nodes::is_loopback(host), host);
  for (auto* host : {"10.0.0.1", "128.0.0.1", "::2", "fe80::1", "alpha", "localhost.example",
                     "127.example", "::ffff:10.0.0.1", ""})
    BOOST_TEST(!nodes::is_loopback(host), host);
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_has_brackets_before_its_port) {
  auto cluster = read(changed(small_cluster, "127.0.0.1", "::1"));
  BOOST_TEST(cluster.nodes[0].address() == "[::1]:7401");
}

BOOST_AUTO_TEST_CASE(plain_text_beyond_loopback_is_refused_unless_it_is_asked_for) {
  auto text = changed(small_cluster, "host = \"127.0.0.1\",\n      port = 7402",
                      "host = \"10.0.0.2\",\n      port = 7402");
  auto refused = check_text(text);
  BOOST_TEST(!refused.usable());
  auto sentences = said(refused);
  BOOST_TEST_REQUIRE(sentences.size() == 3);
  BOOST_TEST(
    sentences[1].starts_with("11: cluster.nodes[2].host is beyond loopback and there is no "
                             "cluster.tls;"),
    sentences[1]);
  auto unsafe
    = check_text(changed(text, "  # settings\n", "  unsafe-plain-text-beyond-loopback = true\n"));
  BOOST_TEST(unsafe.usable());
  BOOST_TEST(said(unsafe).back()
             == "W20: cluster.unsafe-plain-text-beyond-loopback is true: everybody on the network "
                "can read and change everything.");
  work_folder folder;
  write_file(folder / "cluster.conf", text);
  auto file = nodes::settings_file::read(folder / "cluster.conf");
  BOOST_TEST_REQUIRE(file.has_value());
  nodes::read_configuration(*file, true);
  BOOST_TEST(file->refused() == 0);
}

BOOST_AUTO_TEST_CASE(names_of_certificates_are_filled_with_the_id_of_a_node) {
  work_folder folder;
  write_file(folder / "cluster.conf", with_settings(R"(  tls {
    ca = "certs/ca.pem"
    certificate = "certs/node-{id}.pem"
    key = "/keys/{id}/node-{id}.key"
  }
)"));
  auto config = nodes::read_configuration(folder / "cluster.conf");
  BOOST_TEST_REQUIRE(config.has_value(), config.error());
  auto& tls = *config->cluster->tls;
  BOOST_TEST(tls.ca.string() == folder / "certs/ca.pem");
  BOOST_TEST(tls.certificate_of(2).string() == folder / "certs/node-2.pem");
  BOOST_TEST(tls.key_of(65'535).string() == "/keys/65535/node-65535.key");
}

BOOST_AUTO_TEST_CASE(a_command_is_told_the_first_mistake_with_its_line) {
  work_folder folder;
  write_file(folder / "cluster.conf", changed(with_settings("  replicas = 9\n"), "7402", "0"));
  auto config = nodes::read_configuration(folder / "cluster.conf");
  BOOST_TEST_REQUIRE(!config.has_value());
  BOOST_TEST(config.error()
             == "In the configuration " + (folder / "cluster.conf")
                  + ":12: cluster.nodes[2].port must be a whole number from 1 to 65535.");
}
