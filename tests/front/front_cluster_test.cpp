// A real cluster whose nodes have the role "front", and a front that is a program of its own.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/served_cluster.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr uint32_t node_count = served_cluster::node_count;

const std::string teams = "/v1/leagues/en.1/teams";

} // namespace

BOOST_AUTO_TEST_CASE(every_node_serves_and_nothing_is_lost_with_one_of_them) {
  served_cluster x;
  x.start_all();
  auto token = make_admin(x.cluster);
  const header_list shown{{"Authorization", "Bearer " + token}};
  auto make = [&](uint32_t node, int number) {
    auto headers = shown;
    headers.emplace_back("Idempotency-Key", "team/" + std::to_string(number));
    return ask(x.port(node), "POST", teams, headers,
               json{{"name", "Team " + std::to_string(number)}}.dump());
  };
  BOOST_TEST(make(1, 0).status == 201);
  BOOST_TEST(ask(x.port(2), "GET", teams + "/team-0", shown).status == 200);
  constexpr int all = 30;
  uint32_t killed = 2;
  for (int i = 1; i <= all; ++i) {
    if (i == all / 2)
      x.cluster.kill(killed);
    // As a load balancer does: the next one when one does not answer.
    auto reply = make(1 + static_cast<uint32_t>(i) % node_count, i);
    for (uint32_t node = 1; node <= node_count && reply.status != 201; ++node)
      reply = make(node, i);
    BOOST_TEST(reply.status == 201, i << ": " << reply.status << ' ' << reply.body);
  }
  auto list = json::parse(ask(x.port(1), "GET", teams, shown).body);
  BOOST_TEST(list["teams"].size() == all + 1);
  BOOST_TEST(x.cluster.stop(1) == 0);
  BOOST_TEST(ask(x.port(1), "GET", "/livez").status == 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_to_end_is_unready_first_and_loses_no_request) {
  served_cluster x;
  x.start_all();
  auto token = make_admin(x.cluster);
  const header_list shown{{"Authorization", "Bearer " + token}};
  BOOST_TEST_REQUIRE(ask(x.port(2), "POST", teams, shown, R"({"name": "Ash"})").status == 201);
  auto change = [&](uint32_t node, const std::string& key) {
    auto headers = shown;
    headers.emplace_back("Idempotency-Key", "change/" + key);
    return ask(x.port(node), "PATCH", teams + "/ash", headers,
               json{{"name", "Ash"}, {"stadium", key}}.dump());
  };
  // As a load balancer that has not noticed yet: this node, and when it does not answer, another.
  std::atomic<bool> goes_on = true;
  auto sent = std::async(std::launch::async, [&] {
    std::vector<std::string> lost;
    for (int i = 0; goes_on; ++i) {
      auto key = std::to_string(i);
      auto reply = change(2, key);
      if (reply.status != 200)
        reply = change(1, key);
      if (reply.status != 200)
        lost.push_back(key + ": " + std::to_string(reply.status) + ' ' + reply.body);
    }
    return lost;
  });
  x.cluster.send(2, SIGTERM);
  BOOST_TEST(eventually([&] { return ask(x.port(2), "GET", "/readyz").status == 503; }));
  BOOST_TEST(ask(x.port(2), "GET", "/livez").status == 200);
  BOOST_TEST(change(2, "while-unready").status == 200);
  BOOST_TEST(x.cluster.ended(2).value_or(-1) == 0, x.cluster.log(2));
  BOOST_TEST(ask(x.port(2), "GET", "/livez").status == 0);
  goes_on = false;
  for (auto& lost : sent.get())
    BOOST_TEST(false, lost);
}

BOOST_AUTO_TEST_CASE(a_client_of_events_goes_on_at_another_node) {
  served_cluster x;
  x.start_all();
  auto token = make_admin(x.cluster);
  const header_list shown{{"Authorization", "Bearer " + token}};
  auto make = [&](int number) {
    auto name = "Team " + std::to_string(number);
    auto headers = shown;
    headers.emplace_back("Idempotency-Key", "make/" + std::to_string(number));
    return eventually([&] {
      return ask(x.port(2), "POST", teams, headers, json{{"name", name}}.dump()).status == 201;
    });
  };
  // Every record once, in the order of its entity.
  std::map<std::string, uint64_t> positions;
  std::set<std::string> made;
  std::string last;
  auto take = [&](const sent_event& event) {
    BOOST_TEST(event.event != "gap");
    last = event.id;
    auto data = json::parse(event.data);
    auto address = data["address"].get<std::string>();
    auto position = data["position"].get<uint64_t>();
    BOOST_TEST(position > positions[address], address << ' ' << position << " came again");
    positions[address] = position;
    if (address.starts_with("team/en/team-"))
      made.insert(address);
  };
  auto first = std::make_unique<http_client>(x.port(1));
  BOOST_TEST_REQUIRE(first->follow("/v1/events", shown).status == 200);
  BOOST_TEST_REQUIRE(first->next_block().has_value());
  constexpr size_t all = 12;
  for (int i = 0; i < 6; ++i)
    BOOST_TEST_REQUIRE(make(i));
  while (made.size() < 4) {
    auto event = first->next_event();
    BOOST_TEST_REQUIRE(event.has_value());
    take(*event);
  }
  x.cluster.kill(1);
  first.reset();
  for (size_t i = 6; i < all; ++i)
    BOOST_TEST_REQUIRE(make(static_cast<int>(i)));
  http_client second{x.port(3)};
  auto headers = shown;
  headers.emplace_back("Last-Event-ID", last);
  BOOST_TEST_REQUIRE(second.follow("/v1/events", headers).status == 200);
  while (made.size() < all) {
    auto event = second.next_event();
    BOOST_TEST_REQUIRE(event.has_value());
    take(*event);
  }
  BOOST_TEST(made.size() == all);
}

BOOST_AUTO_TEST_CASE(the_front_of_a_node_gives_the_metrics_of_the_node) {
  served_cluster x;
  x.cluster.start_all();
  x.require_ready(1);
  auto text = ask(x.port(1), "GET", "/metrics").body;
  for (auto* name : {"touchline_records_total ", "touchline_front_connections ",
                     "touchline_messages_handled_total{", "caf_system_running_actors "})
    BOOST_TEST(text.find(std::string{'\n'} + name) != std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(fronts_serve_a_cluster_that_has_operators_and_lets_no_other_program_in) {
  served_cluster x;
  x.start_all();
  const header_list shown{{"Authorization", "Bearer " + make_admin(x.cluster)}};
  make_account(x.cluster, "chief", OPERATOR);
  // A program that comes with nothing is nobody, at once or a moment later.
  BOOST_TEST(eventually([&] {
    auto refused = x.cluster.ask(
      {"send", "--id", "nobodys", "team.create", "league=en.1", "team=nobodys", "name=Nobody's"});
    return refused.status != 0 && refused.err.find("has operators") != std::string::npos;
  }));
  for (uint32_t node : {1U, 2U, 3U}) {
    auto made = ask(x.port(node), "POST", teams, shown,
                    R"({"name": "Team )" + std::to_string(node) + R"("})");
    BOOST_TEST(made.status == 201, made.body);
  }
  // A node that comes back makes its front a session again.
  x.cluster.kill(2);
  x.cluster.start(2);
  x.require_ready(2);
  BOOST_TEST(eventually([&] {
    auto made = ask(x.port(2), "POST", teams, shown, R"({"name": "Again"})");
    return made.status == 201;
  }));
}

BOOST_AUTO_TEST_CASE(a_front_of_its_own_serves_its_node_and_ends_when_it_is_told) {
  auto port = static_cast<uint16_t>(free_prefix() * 10 + 1);
  work_folder folder;
  process front{folder,
                {program, "front", "--data-dir", folder / "data", "--listen",
                 "127.0.0.1:" + std::to_string(port)}};
  BOOST_TEST_REQUIRE(eventually([&] { return ask(port, "GET", "/readyz").status == 200; }),
                     front.error_so_far());
  BOOST_TEST(ask(port, "POST", teams, {}, R"({"name": "Arsenal FC"})").status == 401);
  front.send(SIGTERM);
  auto ended = front.wait();
  BOOST_TEST(ended.status == 0, ended.err);
}

BOOST_AUTO_TEST_CASE(a_cluster_is_served_by_its_nodes_alone) {
  work_folder folder;
  auto ended = run(folder, {"front", "--connect", "127.0.0.1:1"});
  BOOST_TEST(ended.status != 0);
  BOOST_TEST(ended.err.find("give the file a section front") != std::string::npos, ended.err);
}

BOOST_AUTO_TEST_CASE(a_front_that_would_show_passwords_to_the_network_is_refused) {
  work_folder folder;
  auto ended = run(folder, {"front", "--data-dir", folder / "data", "--listen", "192.0.2.1:8080"});
  BOOST_TEST(ended.status != 0);
  BOOST_TEST(ended.err.find("unsafe-plain-http-beyond-loopback") != std::string::npos, ended.err);
}
