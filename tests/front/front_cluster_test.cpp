// A real cluster whose nodes have the role "front", and a front that is a program of its own.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/error.hpp"
#include "nodes/authentication.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "tests/cluster/real_cluster.hpp"
#include "tests/front/http_client.hpp"

#include <csignal>

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
                      + "{id}\"\n  limits {\n    answer = 20s\n  }\n";
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
