// Networks that are cut, in one direction or both, and links that are narrow or lose some.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/client.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/runtime/placement.hpp"
#include "messages/catalogue.pb.h"
#include "messages/catalogue_types.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "tests/cluster/recording_client.hpp"
#include "tests/cluster/test_network.hpp"

#include <future>

using namespace touchline;
using namespace touchline::testing;

namespace {

constexpr size_t some_commands = 20;

/// How long the client on a host that is cut off tries.
constexpr int64_t lonely_deadline_ms = 4'000;

/// Why there can be no networks for tests here; nothing when there are.
const std::optional<std::string>& hindrance() {
  static const auto out = enter_own_network();
  return out;
}

boost::test_tools::assertion_result has_networks(boost::unit_test::test_unit_id) {
  if (!hindrance())
    return true;
  boost::test_tools::assertion_result out{false};
  out.message() << "this suite needs root and iproute2: " << *hindrance();
  return out;
}

boost::test_tools::assertion_result has_netem(boost::unit_test::test_unit_id test) {
  auto out = has_networks(test);
  if (out && !test_network{0}.can_disturb()) {
    out = boost::test_tools::assertion_result{false};
    out.message() << "this kernel has no netem, so that nothing is lost or delayed";
  }
  return out;
}

/// Three nodes, each on a host of its own, and a client that all of them hear.
struct three_hosts {
  test_network network{3};
  real_cluster cluster{{.cluster_lines = "  unsafe-plain-text-beyond-loopback = true\n",
                        .host_of = [](uint32_t node) { return test_network::host(node); },
                        .in_child =
                          [this](uint32_t node) {
                            if (!network.enter(node))
                              ::_exit(126);
                          }}};
  std::optional<recording_client> writer;

  three_hosts() {
    cluster.start_all();
    writer.emplace(cluster, "probe");
    goes_on();
  }

  void goes_on() { BOOST_TEST_REQUIRE(writer->gets(some_commands), last_words(cluster, 3)); }

  /// The node that leads what the client's commands are for.
  uint32_t leader() const {
    auto out = cluster.leader(actors::partition_of(writer->entity(), 4));
    BOOST_TEST_REQUIRE(out != 0u);
    return out;
  }

  /// All commands go on, and those that lead are others than this node.
  void goes_on_without(uint32_t node) {
    BOOST_TEST(eventually([&] {
                 auto partitions = cluster.ask_json({"partitions"});
                 return partitions.size() == 4 && std::ranges::all_of(partitions, [&](auto& x) {
                          return x["leader"].is_number() && x["leader"] != node;
                        });
               }),
               last_words(cluster, 3));
    goes_on();
  }

  void ends_sound() {
    cluster.require_healthy();
    writer->ends_sound(some_commands);
  }
};

/// What a client gets that is on the host of a node and knows no other: a command under `id`.
answer lonely_command(const three_hosts& x, uint32_t node, const std::string& id) {
  if (!x.network.enter(node))
    return {id, UNAVAILABLE, "the test cannot enter the network", {}, 0, false};
  nodes::connection there;
  there.nodes.push_back({x.cluster.host(node), x.cluster.port(node)});
  auto access = nodes::connect_access(there, {});
  if (!access)
    return {id, access.error().code, access.error().text, {}, 0, false};
  actors::client client{(*access)->system(),
                        (*access)->routes(),
                        actors::system_clock(),
                        {.deadline_ms = lonely_deadline_ms}};
  TeamUpdate update;
  update.set_league("probe");
  update.set_team("rovers");
  update.set_stadium("Nowhere");
  return client.ask(id, update);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_leader_that_is_cut_off_refuses_in_time_while_the_others_go_on,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  auto alone = x.leader();
  x.network.isolate(alone);
  auto minority
    = std::async(std::launch::async, [&] { return lonely_command(x, alone, "lonely"); });
  x.goes_on();
  auto refused = minority.get();
  BOOST_TEST(!refused.ok());
  BOOST_TEST(refused.text.find("no majority") != std::string::npos, refused.text);
  x.network.rejoin(alone);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(a_leader_that_nobody_hears_is_replaced,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  auto mute = x.leader();
  for (uint32_t other : {1U, 2U, 3U})
    if (other != mute)
      x.network.cut(mute, other);
  x.goes_on_without(mute);
  x.network.rejoin(mute);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(a_leader_that_hears_nobody_is_replaced,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  auto deaf = x.leader();
  for (uint32_t other : {1U, 2U, 3U})
    if (other != deaf)
      x.network.cut(other, deaf);
  x.goes_on_without(deaf);
  x.network.rejoin(deaf);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(two_nodes_that_do_not_reach_each_other_stop_nobody,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  auto one = x.leader();
  auto other = one % 3 + 1;
  x.network.cut(one, other);
  x.network.cut(other, one);
  // The connection between them has ended, and it goes on.
  BOOST_TEST(eventually([&] {
               auto gone = "node " + std::to_string(other) + " is not connected any more";
               return x.cluster.has_said(one, gone);
             }),
             last_words(x.cluster, 3));
  x.goes_on();
  x.network.heal(one, other);
  x.network.heal(other, one);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(a_narrow_link_to_one_node_does_not_stop_the_others,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  auto narrow = x.leader() % 3 + 1;
  x.network.narrow(narrow);
  // More than the link takes while they are answered.
  for (int round = 0; round < 5; ++round)
    x.goes_on();
  x.network.repair(narrow);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(packets_that_are_lost_are_sent_again,
                     *boost::unit_test::precondition(has_networks)) {
  three_hosts x;
  for (uint32_t node : {1U, 2U, 3U}) {
    x.network.lose(node);
    x.goes_on();
  }
  // All three lose some, and one that leads is killed meanwhile.
  auto killed = x.leader();
  x.cluster.kill(killed);
  x.goes_on();
  x.cluster.start(killed);
  for (uint32_t node : {1U, 2U, 3U})
    x.network.lose_no_more(node);
  x.ends_sound();
}

BOOST_AUTO_TEST_CASE(packets_that_come_late_or_not_at_all_are_borne,
                     *boost::unit_test::precondition(has_netem)) {
  three_hosts x;
  for (uint32_t node : {1U, 2U, 3U}) {
    x.network.disturb(node);
    x.goes_on();
  }
  for (uint32_t node : {1U, 2U, 3U})
    x.network.repair(node);
  x.ends_sound();
}
