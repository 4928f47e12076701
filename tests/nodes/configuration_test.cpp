#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/cluster/network.hpp"
#include "nodes/configuration.hpp"

#include <caf/actor_system_config.hpp>

using namespace touchline::nodes;

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
