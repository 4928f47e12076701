// A real cluster whose nodes have the role "front", and a front that is a program of its own.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/error.hpp"
#include "nodes/authentication.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "tests/cluster/real_cluster.hpp"
#include "tests/front/http_client.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <set>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr uint32_t node_count = 3;

bool is_free(uint16_t port) {
  auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

/// All digits but the last of ports that are free: the id of a node is the last.
uint16_t free_prefix() {
  constexpr int first = 1'100;
  constexpr int range = 2'000;
  for (int i = 0; i < range; ++i) {
    auto prefix = first + (::getpid() + i) % range;
    bool all = true;
    for (uint32_t id = 1; id <= node_count; ++id)
      all = all && is_free(static_cast<uint16_t>(prefix * 10 + static_cast<int>(id)));
    if (all)
      return static_cast<uint16_t>(prefix);
  }
  throw std::runtime_error{"no ports are free"};
}

/// The section `cluster` is left, and `front` begins.
cluster_shape with_fronts(uint16_t prefix) {
  cluster_shape out;
  out.cluster_lines = "}\nfront {\n  listen = \"127.0.0.1:" + std::to_string(prefix)
                      + "{id}\"\n  unready = 2s\n  limits {\n    answer = 20s\n"
                        "    requests-per-second = 100000\n    burst = 100000\n  }\n";
  return out;
}

/// An administrator's token, from the cluster itself.
std::string make_admin(const real_cluster& cluster) {
  constexpr nodes::password_cost cheap{actors::min_password_operations,
                                       actors::min_password_memory};
  auto access = nodes::connect_access(cluster.connection(), {});
  BOOST_TEST_REQUIRE(access.has_value());
  actors::client client{(*access)->system(), (*access)->routes(), actors::system_clock()};
  auto key = (*access)->key();
  BOOST_TEST_REQUIRE(key.has_value());
  nodes::authentication door{client, *key, actors::system_clock(), cheap};
  AccountCreate create;
  create.set_account("admin");
  create.set_name("Admin");
  create.set_role(LEAGUE_ADMINISTRATOR);
  BOOST_TEST_REQUIRE(client.ask("create/admin", create).ok());
  BOOST_TEST_REQUIRE(
    door.activate(nodes::invitation_code(*key, {"admin", 1}), "correct horse").has_value());
  return door.log_in("admin", "correct horse").value();
}

/// The status and body of one request; status 0 when nobody listens or the connection ended.
http_reply ask(uint16_t port, const std::string& method, const std::string& target,
               const header_list& headers = {}, const std::string& body = {}) {
  try {
    return http_client{port}.ask(method, target, headers, body);
  } catch (const std::runtime_error&) {
    return {};
  }
}

struct fronts {
  uint16_t prefix = free_prefix();
  real_cluster cluster{with_fronts(prefix)};

  uint16_t port(uint32_t node) const { return static_cast<uint16_t>(prefix * 10 + node); }

  void require_ready(uint32_t node) const {
    BOOST_TEST_REQUIRE(eventually([&] { return ask(port(node), "GET", "/readyz").status == 200; }),
                       "the front of node " << node << ": " << cluster.log(node));
  }
};

const std::string teams = "/v1/leagues/en.1/teams";

} // namespace

BOOST_AUTO_TEST_CASE(every_node_serves_and_nothing_is_lost_with_one_of_them) {
  fronts x;
  x.cluster.start_all();
  for (uint32_t id = 1; id <= node_count; ++id)
    x.require_ready(id);
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
  fronts x;
  x.cluster.start_all();
  for (uint32_t id = 1; id <= node_count; ++id)
    x.require_ready(id);
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
  fronts x;
  x.cluster.start_all();
  for (uint32_t id = 1; id <= node_count; ++id)
    x.require_ready(id);
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
  fronts x;
  x.cluster.start_all();
  x.require_ready(1);
  auto text = ask(x.port(1), "GET", "/metrics").body;
  for (auto* name : {"touchline_records_total ", "touchline_front_connections ",
                     "touchline_messages_handled_total{", "caf_system_running_actors "})
    BOOST_TEST(text.find(std::string{'\n'} + name) != std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(a_front_of_its_own_serves_a_cluster_and_ends_when_it_is_told) {
  real_cluster cluster;
  cluster.start_all();
  auto port = static_cast<uint16_t>(free_prefix() * 10 + 1);
  auto arguments = cluster.connected({program, "front"});
  arguments.insert(arguments.end(), {"--listen", "127.0.0.1:" + std::to_string(port)});
  work_folder folder;
  process front{folder, arguments};
  BOOST_TEST_REQUIRE(eventually([&] { return ask(port, "GET", "/readyz").status == 200; }),
                     front.error_so_far());
  auto token = make_admin(cluster);
  const header_list shown{{"Authorization", "Bearer " + token}};
  BOOST_TEST(ask(port, "POST", teams, shown, R"({"name": "Arsenal FC"})").status == 201);
  front.send(SIGTERM);
  auto ended = front.wait();
  BOOST_TEST(ended.status == 0, ended.err);
}

BOOST_AUTO_TEST_CASE(a_front_that_would_show_passwords_to_the_network_is_refused) {
  work_folder folder;
  auto ended = run(folder, {"front", "--data-dir", folder / "data", "--listen", "192.0.2.1:8080"});
  BOOST_TEST(ended.status != 0);
  BOOST_TEST(ended.err.find("unsafe-plain-http-beyond-loopback") != std::string::npos, ended.err);
}
