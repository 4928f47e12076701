// Which nodes a cluster has, and where its replicas should be.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/cluster/cluster_map.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace touchline;
using namespace touchline::cluster;

namespace {

constexpr uint32_t partitions = 12;

Node node_of(uint32_t id, uint32_t incarnation = 1) {
  Node x;
  x.set_id(id);
  x.set_incarnation(incarnation);
  x.set_host("10.0.0." + std::to_string(id));
  x.set_port(7'000);
  x.set_hosts(true);
  return x;
}

ClusterMap map_of(uint32_t nodes) {
  auto map = newborn_map("trial", 3, partitions, node_of(1), "key");
  for (uint32_t i = 2; i <= nodes; ++i)
    map = *with_node(std::move(map), node_of(i), false);
  return map;
}

ChangeNode wish_of(uint32_t node, ChangeNode::Wish wish) {
  ChangeNode x;
  x.set_node(node);
  x.set_wish(wish);
  return x;
}

bool nobody_is_there(const Node&) {
  return false;
}

bool everybody_is_there(const Node&) {
  return true;
}

/// Replicas and leaders by node.
struct loads {
  std::map<uint32_t, int> replicas;
  std::map<uint32_t, int> leaders;
};

loads loads_of(const ClusterMap& map) {
  loads out;
  for (auto& x : map.placement()) {
    std::set<uint32_t> different{x.node().begin(), x.node().end()};
    BOOST_TEST(different.size() == static_cast<size_t>(x.node_size()));
    for (auto id : x.node())
      ++out.replicas[id];
    ++out.leaders[x.node(0)];
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(replicas_and_leaders_are_spread_evenly_whatever_the_number_of_nodes) {
  for (uint32_t nodes = 1; nodes <= 12; ++nodes) {
    auto found = loads_of(map_of(nodes));
    auto copies = static_cast<int>(std::min(nodes, 3U));
    for (uint32_t id = 1; id <= nodes; ++id) {
      auto share = static_cast<int>(partitions) * copies / static_cast<int>(nodes);
      BOOST_TEST(found.replicas[id] >= share);
      BOOST_TEST(found.replicas[id] <= share + 1);
      BOOST_TEST(found.leaders[id] <= static_cast<int>(partitions) / static_cast<int>(nodes) + 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_drains_keeps_nothing_when_others_can_take_it) {
  auto map = with_wish(map_of(4), wish_of(2, ChangeNode::DRAIN), everybody_is_there);
  BOOST_TEST_REQUIRE(map.has_value());
  BOOST_TEST(loads_of(*map).replicas[2] == 0);
  auto back = with_wish(*map, wish_of(2, ChangeNode::UNDRAIN), everybody_is_there);
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(loads_of(*back).replicas[2] > 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_drains_keeps_replicas_but_leads_nothing_when_there_are_too_few) {
  auto map = with_wish(map_of(3), wish_of(2, ChangeNode::DRAIN), everybody_is_there);
  BOOST_TEST_REQUIRE(map.has_value());
  BOOST_TEST(loads_of(*map).replicas[2] == static_cast<int>(partitions));
  BOOST_TEST(loads_of(*map).leaders[2] == 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_takes_part_is_removed_only_when_it_is_gone) {
  auto wish = wish_of(3, ChangeNode::REMOVE);
  auto refused = with_wish(map_of(4), wish, everybody_is_there);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().text == "Node 3 is there and takes part; drain it first, or stop it.");
  BOOST_TEST(with_wish(map_of(4), wish, nobody_is_there).has_value());
  auto drained = with_wish(map_of(4), wish_of(3, ChangeNode::DRAIN), everybody_is_there);
  BOOST_TEST(with_wish(*drained, wish, everybody_is_there).has_value());
}

BOOST_AUTO_TEST_CASE(a_node_that_was_removed_comes_back_only_without_what_it_had) {
  auto map = *with_wish(map_of(4), wish_of(3, ChangeNode::REMOVE), nobody_is_there);
  BOOST_TEST(!find_node(map, 3));
  BOOST_TEST(is_removed(map, node_of(3)));
  auto same = with_node(map, node_of(3), false);
  BOOST_TEST_REQUIRE(!same.has_value());
  BOOST_TEST(same.error().text
             == "Node 3 was removed from the cluster; empty its data directory to let it join as "
                "a new one.");
  BOOST_TEST(with_node(map, node_of(3, 2), false).has_value());
}

BOOST_AUTO_TEST_CASE(an_emptied_node_takes_its_place_again_and_what_it_had_does_not) {
  auto refused = with_node(map_of(3), node_of(2, 2), false);
  BOOST_TEST(!refused.has_value());
  auto map = with_node(map_of(3), node_of(2, 2), true);
  BOOST_TEST_REQUIRE(map.has_value());
  BOOST_TEST(find_node(*map, 2)->incarnation() == 2u);
  BOOST_TEST(!with_node(*map, node_of(2, 1), true).has_value());
}

BOOST_AUTO_TEST_CASE(the_last_node_neither_drains_nor_goes) {
  BOOST_TEST(!with_wish(map_of(1), wish_of(1, ChangeNode::DRAIN), nobody_is_there).has_value());
  BOOST_TEST(!with_wish(map_of(1), wish_of(1, ChangeNode::REMOVE), nobody_is_there).has_value());
  BOOST_TEST(!with_wish(map_of(1), wish_of(9, ChangeNode::REMOVE), nobody_is_there).has_value());
}

BOOST_AUTO_TEST_CASE(two_nodes_never_have_one_address) {
  auto x = node_of(2);
  x.set_host("10.0.0.1");
  auto refused = with_node(map_of(1), x, false);
  BOOST_TEST(!refused.has_value());
}

BOOST_AUTO_TEST_CASE(removals_are_remembered_up_to_a_bound) {
  auto map = map_of(3);
  for (uint32_t i = 2; i <= 400; ++i)
    map = *with_node(std::move(map), node_of(3, i), true);
  BOOST_TEST(map.removed_size() == 256);
  BOOST_TEST(is_removed(map, node_of(3, 399)));
}
