#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/cluster/recording_client.hpp"

#include "actors/runtime/client.hpp"
#include "messages/catalogue.pb.h"
#include "messages/catalogue_types.hpp"
#include "nodes/cluster/connect_access.hpp"

#include <map>

namespace touchline::testing {

namespace {

/// So that a machine with few processors has some left for the cluster.
constexpr std::chrono::milliseconds between_commands{3};

} // namespace

recording_client::recording_client(const real_cluster& cluster, std::string name)
  : cluster_{cluster},
    name_{std::move(name)},
    thread_{[this] { run(); }} {}

void recording_client::stop() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

bool recording_client::gets(size_t more, std::chrono::milliseconds patience) const {
  auto wanted = count_ + more;
  return eventually([&] { return count_ >= wanted; }, patience);
}

void recording_client::run() {
  auto access = nodes::connect_access(cluster_.connection(), {});
  if (!access) {
    refusals_.insert(access.error().text);
    return;
  }
  actors::client client{(*access)->system(), (*access)->routes(), actors::system_clock()};
  TeamCreate create;
  create.set_league(name_);
  create.set_team("rovers");
  create.set_name("Rovers");
  if (auto made = client.ask(name_ + "-create", create); !made.ok()) {
    refusals_.insert(made.text);
    return;
  }
  for (int i = 1; !stopping_; ++i) {
    TeamUpdate update;
    update.set_league(name_);
    update.set_team("rovers");
    update.set_stadium("Ground " + std::to_string(i));
    auto id = name_ + '-' + std::to_string(i);
    auto began = std::chrono::steady_clock::now();
    auto reply = client.ask(id, update);
    auto took = std::chrono::steady_clock::now() - began;
    longest_ = std::max(longest_, std::chrono::duration_cast<std::chrono::milliseconds>(took));
    if (reply.ok()) {
      acknowledged_.insert(std::move(id));
      ++count_;
    } else {
      refusals_.insert(reply.text);
    }
    std::this_thread::sleep_for(between_commands);
  }
}

void recording_client::ends_sound(size_t more) {
  BOOST_TEST(gets(more), last_words(cluster_, cluster_.nodes()));
  stop();
  for (auto& why : refusals_)
    BOOST_TEST(false, "a command was not carried out: " << why);
  BOOST_TEST_MESSAGE("the slowest answer came after " << longest_.count() << " ms");
  check_records();
}

void recording_client::check_records() const {
  std::map<std::string, int> recorded;
  for (auto& record : cluster_.history(entity()))
    ++recorded[record["id"].get<std::string>()];
  size_t missing = 0;
  for (auto& id : acknowledged_)
    missing += recorded.contains(id) ? 0U : 1U;
  BOOST_TEST(missing == 0u, missing << " of " << acknowledged_.size()
                                    << " acknowledged commands are not in the records");
  for (auto& [id, times] : recorded)
    BOOST_TEST(times == 1, id << " was recorded " << times << " times");
}

} // namespace touchline::testing
