#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/served_cluster.hpp"

#include "nodes/authentication.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "tests/free_port.hpp"

#include <stdexcept>

#include <unistd.h>

namespace touchline::testing {

namespace {

/// The section `cluster` is left, and `front` begins.
cluster_shape with_fronts(uint16_t prefix, const std::string& unready,
                          const std::string& node_lines) {
  cluster_shape out;
  out.node_lines = node_lines;
  out.cluster_lines = "}\nfront {\n  listen = \"127.0.0.1:" + std::to_string(prefix)
                      + "{id}\"\n  unready = " + unready
                      + "\n  limits {\n    answer = 20s\n"
                        "    requests-per-second = 100000\n    burst = 100000\n  }\n";
  return out;
}

} // namespace

uint16_t free_prefix() {
  constexpr int first = 1'100;
  constexpr int range = 2'000;
  constexpr int ports = 10;
  for (int i = 0; i < range; ++i) {
    auto prefix = first + (::getpid() + i) % range;
    bool all = true;
    for (int digit = 0; all && digit < ports; ++digit)
      all = is_free(INADDR_LOOPBACK, static_cast<uint16_t>(prefix * ports + digit));
    if (all)
      return static_cast<uint16_t>(prefix);
  }
  throw std::runtime_error{"no ports are free"};
}

std::string make_account(const real_cluster& cluster, const std::string& account, Role role) {
  constexpr nodes::password_cost cheap{actors::min_password_operations,
                                       actors::min_password_memory};
  auto access = nodes::connect_access(cluster.connection(), {});
  BOOST_TEST_REQUIRE(access.has_value());
  actors::client client{(*access)->system(), (*access)->routes(), actors::system_clock()};
  auto signer = (*access)->signer(client);
  BOOST_TEST_REQUIRE(signer.has_value());
  nodes::authentication door{client, **signer, cheap};
  AccountCreate create;
  create.set_account(account);
  create.set_name("Somebody");
  create.set_role(role);
  BOOST_TEST_REQUIRE(client.ask("create/" + account, create).ok());
  AccountDetails details;
  details.set_account(account);
  auto code = (*signer)->invitation(details);
  BOOST_TEST_REQUIRE(code.has_value(), code.error().text);
  BOOST_TEST_REQUIRE(door.activate(*code, "correct horse").has_value());
  return door.log_in(account, "correct horse").value();
}

std::string make_admin(const real_cluster& cluster) {
  return make_account(cluster, "admin", LEAGUE_ADMINISTRATOR);
}

http_reply ask(uint16_t port, const std::string& method, const std::string& target,
               const header_list& headers, const std::string& body) {
  try {
    return http_client{port}.ask(method, target, headers, body);
  } catch (const std::runtime_error&) {
    return {};
  }
}

std::string page(uint16_t port, const std::string& target) {
  try {
    http_client client{port};
    auto reply = client.follow(target);
    return reply.header("transfer-encoding") == "chunked" ? client.rest_of_stream() : reply.body;
  } catch (const std::runtime_error&) {
    return {};
  }
}

served_cluster::served_cluster(const std::string& unready, const std::string& node_lines)
  : prefix{free_prefix()},
    cluster{with_fronts(prefix, unready, node_lines)} {}

void served_cluster::require_ready(uint32_t node) const {
  if (!eventually([&] { return ask(port(node), "GET", "/readyz").status == 200; }))
    BOOST_FAIL("the front of node " << node << " is not ready: " << cluster.log(node));
}

void served_cluster::start_all() {
  cluster.start_all();
  for (uint32_t id = 1; id <= node_count; ++id)
    require_ready(id);
}

} // namespace touchline::testing
