#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/cluster/network.hpp"
#include "nodes/configuration.hpp"
#include "tests/temporary_folder.hpp"

#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <fstream>
#include <thread>

using namespace touchline::nodes;

namespace {

/// A configuration with these lines in its section `tracing`.
tl::expected<configuration, std::string> with_tracing(const std::string& lines) {
  touchline::testing::temporary_folder folder;
  auto file = folder.path() / "node.conf";
  std::ofstream{file} << "touchline {\n  tracing {\n" << lines << "\n  }\n}\n";
  return read_configuration(file);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_default_configuration_says_what_applies_without_one) {
  auto read = read_configuration(std::string{TOUCHLINE_SOURCE_DIR} + "/config/default.conf");
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  configuration built_in;
  auto& a = read->runtime;
  auto& b = built_in.runtime;
  BOOST_TEST(a.partitions == b.partitions);
  BOOST_TEST(a.snapshot_every == b.snapshot_every);
  BOOST_TEST(a.idle_ms == b.idle_ms);
  BOOST_TEST(a.max_active_entities == b.max_active_entities);
  BOOST_TEST(a.max_in_flight_commands == b.max_in_flight_commands);
  BOOST_TEST(a.max_outbox_messages == b.max_outbox_messages);
  BOOST_TEST(a.max_waiting_messages == b.max_waiting_messages);
  BOOST_TEST(a.delivery_window == b.delivery_window);
  BOOST_TEST(a.handler_attempts == b.handler_attempts);
  for (auto policy : {&touchline::actors::runtime_options::entities,
                      &touchline::actors::runtime_options::partitions_policy}) {
    BOOST_TEST((a.*policy).intensity == (b.*policy).intensity);
    BOOST_TEST((a.*policy).period_ms == (b.*policy).period_ms);
    BOOST_TEST((a.*policy).backoff_min_ms == (b.*policy).backoff_min_ms);
    BOOST_TEST((a.*policy).backoff_max_ms == (b.*policy).backoff_max_ms);
  }
  BOOST_TEST((read->sponsors == built_in.sponsors));
  BOOST_TEST(read->node == built_in.node);
  BOOST_TEST(read->rules.ShortDebugString() == built_in.rules.ShortDebugString());
}

BOOST_AUTO_TEST_CASE(connections_have_the_heartbeat_and_the_timeout_of_the_cluster) {
  touchline::cluster::register_cluster_types();
  configuration config;
  config.cluster.emplace();
  config.cluster->heartbeat_ms = 40;
  config.cluster->connection_timeout_ms = 450;
  auto caf_config = make_caf_config(config, 1);
  auto time_of
    = [&](const char* key) { return caf::get_or(caf::content(*caf_config), key, caf::timespan{}); };
  BOOST_TEST(
    (time_of("caf.middleman.heartbeat-interval") == caf::timespan{std::chrono::milliseconds{40}}));
  BOOST_TEST(
    (time_of("caf.middleman.connection-timeout") == caf::timespan{std::chrono::milliseconds{450}}));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_section_for_caf_leaves_the_rest_as_it_is) {
  touchline::cluster::register_cluster_types();
  configuration config;
  config.cluster.emplace();
  config.caf["scheduler"].as_dictionary().insert_or_assign("policy", caf::config_value{"stealing"});
  config.caf["middleman"].as_dictionary().insert_or_assign("workers", caf::config_value{3});
  for (auto id : {0u, 1u}) {
    auto caf_config = make_caf_config(config, id);
    auto& content = caf::content(*caf_config);
    BOOST_TEST(caf::get_or(content, "caf.scheduler.policy", std::string{}) == "stealing");
    BOOST_TEST(caf::get_or(content, "caf.scheduler.max-threads", size_t{0}) > 0u);
    BOOST_TEST(caf::get_or(content, "caf.middleman.workers", size_t{0}) == 3u);
  }
  auto caf_config = make_caf_config(config, 1);
  BOOST_TEST(
    (caf::get_or(caf::content(*caf_config), "caf.middleman.heartbeat-interval", caf::timespan{})
     > caf::timespan{0}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_the_scheduler_is_named_before_anything_starts) {
  auto with = [](const std::string& lines) {
    touchline::testing::temporary_folder folder;
    auto file = folder.path() / "node.conf";
    std::ofstream{file} << "caf {\n" << lines << "\n}\n";
    return read_configuration(file);
  };
  auto in_section = [](const std::string& line) { return "  scheduler {\n    " + line + "\n  }"; };
  for (auto* line :
       {"max-threads = 0", "max-threads = -3", "max-threads = \"many\"", "max-threads = 2.5",
        "max-throughput = 0", "policy = \"shraing\"", "policy = 3"}) {
    auto read = with(in_section(line));
    BOOST_TEST_REQUIRE(!read.has_value(), line);
    auto key = std::string{line}.substr(0, std::string{line}.find(' '));
    BOOST_TEST(read.error().find("caf.scheduler." + key + " must be") != std::string::npos,
               read.error());
  }
  BOOST_TEST(!with("  scheduler = 3").has_value());
  for (auto* line : {"max-threads = 1", "policy = \"stealing\"", "max-throughput = 300",
                     "profiling-output-file = \"x\""})
    BOOST_TEST(with(in_section(line)).has_value(), line);
}

BOOST_AUTO_TEST_CASE(nodes_of_one_machine_share_its_cores) {
  touchline::cluster::register_cluster_types();
  auto threads_beside = [](uint32_t others) {
    configuration config;
    config.cluster.emplace();
    for (uint32_t id = 1; id <= others + 2; ++id) {
      auto& node = config.cluster->nodes.emplace_back();
      node.id = id;
      node.host = id <= others + 1 ? "10.0.0.1" : "10.0.0.2";
    }
    return caf::get_or(caf::content(*make_caf_config(config, 1)), "caf.scheduler.max-threads",
                       size_t{0});
  };
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  BOOST_TEST(threads_beside(0) == cores);
  BOOST_TEST(threads_beside(1) == std::max(1u, cores / 2));
  BOOST_TEST(threads_beside(63) == std::max(1u, cores / 64));
}

BOOST_AUTO_TEST_CASE(traces_go_to_a_collector_that_is_named) {
  BOOST_TEST(configuration{}.tracing.endpoint == "");
  auto read = with_tracing("    endpoint = \"https://collector.example:4318\"\n    ratio = 0.25");
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST(read->tracing.endpoint == "https://collector.example:4318");
  BOOST_TEST(read->tracing.ratio == 0.25);
  BOOST_TEST(with_tracing("    ratio = 1")->tracing.ratio == 1.0);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_tracing_is_named) {
  for (auto* endpoint : {"collector:4318", "http://", "http://127.0.0.1:4318/", "ftp://a",
                         "http://a b", "http://me:secret@a", "http://a?b"}) {
    auto read = with_tracing("    endpoint = \"" + std::string{endpoint} + '"');
    BOOST_TEST_REQUIRE(!read.has_value(), endpoint);
    BOOST_TEST(read.error().find("touchline.tracing.endpoint must be the address of an "
                                 "OpenTelemetry collector")
                 != std::string::npos,
               read.error());
  }
  for (auto* ratio : {"1.5", "-0.1", "\"all\""}) {
    auto read = with_tracing("    ratio = " + std::string{ratio});
    BOOST_TEST_REQUIRE(!read.has_value(), ratio);
    BOOST_TEST(read.error().find("touchline.tracing.ratio must be a number from 0 to 1")
                 != std::string::npos,
               read.error());
  }
  auto unknown = with_tracing("    sampler = 1");
  BOOST_TEST(!unknown.has_value());
}
