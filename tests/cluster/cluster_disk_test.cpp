// A node whose disk is full or fails, beside others whose disks do not.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"
#include "tests/cluster/test_network.hpp"

#include <sys/mount.h>

using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr size_t some_commands = 20;

/// What a node says that it suffers from; nothing when it is healthy.
std::string ailment(const real_cluster& cluster, uint32_t node) {
  auto found = cluster.ask_json({"nodes"});
  if (found.is_object())
    for (auto& x : found["nodes"])
      if (x["node"] == node && x.contains("unhealthy"))
        return x["unhealthy"].get<std::string>();
  return {};
}

/// Why there can be no mounts for tests here; nothing when there are.
const std::optional<std::string>& hindrance() {
  static const auto out = enter_own_mounts();
  return out;
}

boost::test_tools::assertion_result has_mounts(boost::unit_test::test_unit_id) {
  if (!hindrance())
    return true;
  boost::test_tools::assertion_result out{false};
  out.message() << "this suite needs root: " << *hindrance();
  return out;
}

/// A disk of 24 MiB at a folder: with the journal, a node has little room there.
class small_disk {
public:
  explicit small_disk(std::filesystem::path where) : where_{std::move(where)} {
    std::filesystem::create_directory(where_);
    BOOST_TEST_REQUIRE(::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=24m") == 0);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() { ::umount2(where_.c_str(), MNT_DETACH); }

  /// To the last byte.
  void fill() const {
    std::ofstream ballast{where_ / "ballast", std::ios::binary};
    const std::string block(4'096, 'x');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush())
      continue;
  }

  void make_room() const { std::filesystem::remove(where_ / "ballast"); }

private:
  std::filesystem::path where_;
};

/// Node 1 has the small disk.
struct cluster_with_a_small_disk {
  static constexpr uint32_t full = 1;
  real_cluster cluster;
  small_disk disk{cluster.data_directory(full)};
  std::optional<recording_client> writer;

  cluster_with_a_small_disk() {
    cluster.start_all();
    writer.emplace(cluster, "probe");
    BOOST_TEST_REQUIRE(writer->gets(some_commands), last_words(cluster, 3));
  }

  ~cluster_with_a_small_disk() {
    writer.reset();
    if (cluster.is_running(full))
      cluster.kill(full);
  }

  void runs_out_of_room() {
    disk.fill();
    BOOST_TEST_REQUIRE(eventually([&] { return cluster.has_said(full, "until there is room"); }),
                       last_words(cluster, 3));
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_node_whose_disk_is_full_takes_no_part_until_there_is_room,
                     *boost::unit_test::precondition(has_mounts)) {
  cluster_with_a_small_disk x;
  x.runs_out_of_room();
  BOOST_TEST(x.writer->gets(some_commands), last_words(x.cluster, 3));
  std::string why;
  BOOST_TEST(eventually([&] {
               why = ailment(x.cluster, x.full);
               return !why.empty();
             }),
             last_words(x.cluster, 3));
  BOOST_TEST(why.find("No space left on device") != std::string::npos, why);
  x.disk.make_room();
  x.cluster.require_healthy();
  x.writer->ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_with_a_full_disk_comes_back_when_there_is_room,
                     *boost::unit_test::precondition(has_mounts)) {
  cluster_with_a_small_disk x;
  x.runs_out_of_room();
  x.cluster.kill(x.full);
  BOOST_TEST(x.writer->gets(some_commands), last_words(x.cluster, 3));
  x.disk.make_room();
  x.cluster.start(x.full);
  x.cluster.require_healthy();
  x.writer->ends_sound(some_commands);
}

BOOST_AUTO_TEST_CASE(a_node_whose_disk_fails_takes_no_part_and_says_so) {
  constexpr uint32_t broken = 2;
  constexpr uint64_t bytes = 32'768;
  real_cluster cluster;
  cluster.start_all();
  recording_client writer{cluster, "probe"};
  BOOST_TEST_REQUIRE(writer.gets(some_commands), last_words(cluster, 3));
  // The kernel refuses writes with EFBIG: an error that no room will mend.
  cluster.limit_files(broken, bytes);
  std::string why;
  auto told = eventually([&] {
    why = ailment(cluster, broken);
    return !why.empty();
  });
  BOOST_TEST(told, cluster.ask({"nodes"}).out << cluster.ask({"partitions"}).out
                                              << last_words(cluster, 3));
  BOOST_TEST(why.find("File too large") != std::string::npos, why);
  BOOST_TEST(cluster.has_said(broken, "takes no part any more"), last_words(cluster, 3));
  BOOST_TEST(writer.gets(some_commands), last_words(cluster, 3));
  for (uint32_t partition = 0; partition < 4; ++partition)
    BOOST_TEST(eventually([&] {
      auto leader = cluster.leader(partition);
      return leader != 0 && leader != broken;
    }));
  // It stays, and passes on what it is asked.
  BOOST_TEST(ailment(cluster, broken) == why);
  auto through_it = cluster.ask_at(
    broken, {"send", "team.create", "league=through.1", "team=ash", "name=Ash", "--id", "through"});
  BOOST_TEST(through_it.status == 0, through_it.err);
  // With a disk that works it goes on from what it had.
  cluster.kill(broken);
  cluster.start(broken);
  cluster.require_healthy();
  writer.ends_sound(some_commands);
}
