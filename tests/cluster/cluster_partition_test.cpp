// Networks that are cut, in one direction or both, and slow; disks that are full.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"
#include "tests/cluster/test_network.hpp"

#include <thread>

#include <sys/mount.h>

using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr size_t some_commands = 20;

/// Why there can be no networks and mounts for tests here; nothing when there are.
const std::optional<std::string>& hindrance() {
  static const auto out = enter_namespaces();
  return out;
}

boost::test_tools::assertion_result possible(boost::unit_test::test_unit_id) {
  if (!hindrance())
    return true;
  boost::test_tools::assertion_result out{false};
  out.message() << "needs root and iproute2: " << *hindrance();
  return out;
}

/// Three nodes, each on a host of its own.
struct three_hosts {
  test_network network{3};
  real_cluster cluster{{.cluster_lines = "  unsafe-plain-text-beyond-loopback = true\n",
                        .host_of = [](uint32_t node) { return test_network::host(node); },
                        .in_child = [this](uint32_t node) { network.enter(node); }}};
};

void ends_sound(real_cluster& cluster, recording_client& writer) {
  cluster.require_healthy();
  BOOST_TEST(writer.gets(some_commands), last_words(cluster, cluster.nodes()));
  writer.stop();
  for (auto& why : writer.refusals())
    BOOST_TEST(false, "a command was not carried out: " << why);
  BOOST_TEST_MESSAGE("the slowest answer came after " << writer.longest_answer().count() << " ms");
  writer.check_records();
}

uint32_t some_leader(const real_cluster& cluster) {
  auto out = cluster.leader(0);
  BOOST_TEST_REQUIRE(out != 0u);
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_leader_that_is_cut_off_refuses_in_time_while_the_others_go_on,
                     *boost::unit_test::precondition(possible)) {
  three_hosts x;
  x.cluster.start_all();
  recording_client writer{x.cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  auto alone = some_leader(x.cluster);
  x.network.isolate(alone);
  // Somebody on the host that is cut off, who reaches no other node.
  work_folder folder;
  process minority{folder, x.network.at(alone, {program, "send", "team.update", "--id", "lonely",
                                                "league=probe", "team=rovers", "stadium=Nowhere",
                                                "--connect", x.cluster.address(alone)})};
  BOOST_TEST(writer.gets(some_commands), last_words(x.cluster, 3));
  auto refused = minority.wait();
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.out.empty(), refused.out);
  BOOST_TEST(refused.err.find("has no leader") != std::string::npos, refused.err);
  x.network.rejoin(alone);
  ends_sound(x.cluster, writer);
}

BOOST_AUTO_TEST_CASE(links_that_are_cut_in_one_direction_stop_nobody_for_long,
                     *boost::unit_test::precondition(possible)) {
  three_hosts x;
  x.cluster.start_all();
  recording_client writer{x.cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  auto leader = some_leader(x.cluster);
  auto other = leader % 3 + 1;
  auto third = other % 3 + 1;
  // What it sends is lost, then what it should hear, then one pair cannot speak to each other.
  for (auto& cuts : std::vector<std::vector<std::pair<uint32_t, uint32_t>>>{
         {{leader, other}, {leader, third}},
         {{other, leader}, {third, leader}},
         {{leader, other}, {other, leader}}}) {
    for (auto& [from, to] : cuts)
      x.network.cut(from, to);
    // Past every time-out, so that the cut has been noticed.
    BOOST_TEST(writer.gets(some_commands), last_words(x.cluster, 3));
    std::this_thread::sleep_for(std::chrono::seconds{2});
    BOOST_TEST(writer.gets(some_commands), last_words(x.cluster, 3));
    for (auto& [from, to] : cuts)
      x.network.heal(from, to);
    x.cluster.require_healthy();
  }
  ends_sound(x.cluster, writer);
}

BOOST_AUTO_TEST_CASE(slow_links_that_lose_some_are_borne,
                     *boost::unit_test::precondition(possible)) {
  three_hosts x;
  x.cluster.start_all();
  recording_client writer{x.cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  for (uint32_t node : {1U, 2U, 3U}) {
    x.network.impair(node);
    BOOST_TEST(writer.gets(some_commands), last_words(x.cluster, 3));
  }
  for (uint32_t node : {1U, 2U, 3U})
    x.network.repair(node);
  ends_sound(x.cluster, writer);
}

BOOST_AUTO_TEST_CASE(a_node_whose_disk_is_full_takes_no_part_until_there_is_room,
                     *boost::unit_test::precondition(possible)) {
  real_cluster cluster;
  constexpr uint32_t full = 1;
  auto disk = cluster.data_directory(full);
  std::filesystem::create_directory(disk);
  BOOST_TEST_REQUIRE(::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=8m") == 0);
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands));
  {
    std::ofstream filler{disk / "filler", std::ios::binary};
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush())
      continue;
  }
  BOOST_TEST(eventually([&] { return cluster.has_said(full, "until there is room"); }),
             last_words(cluster, 3));
  BOOST_TEST(writer.gets(some_commands), last_words(cluster, 3));
  BOOST_TEST(eventually([&] {
    for (auto& node : cluster.ask_json({"nodes"})["nodes"])
      if (node["node"] == full)
        return node.contains("unhealthy");
    return false;
  }));
  std::filesystem::remove(disk / "filler");
  ends_sound(cluster, writer);
  cluster.kill(full);
  ::umount2(disk.c_str(), MNT_DETACH);
}
