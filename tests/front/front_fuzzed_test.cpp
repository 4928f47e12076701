// What clients send that is no good, at a real front: it is answered or closed, the front goes on,
// and nothing is recorded.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/served_node.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <map>

using namespace touchline;
using namespace touchline::testing;

namespace {

using positions = std::map<std::string, uint64_t>;

/// How many records every entity has.
positions recorded(served_node& node) {
  positions out;
  // What is committed can be read a little later.
  BOOST_TEST_REQUIRE(node.league().settle(60'000));
  constexpr size_t all = 10'000;
  const auto& store = node.league().store();
  auto addresses = store.addresses("", "", all);
  BOOST_TEST_REQUIRE(addresses.has_value());
  for (auto& address : *addresses)
    out[address] = store.last_position(address).value();
  return out;
}

/// With a token in its first request.
std::string with_token(std::string bytes, const std::string& token) {
  const std::string host = "Host: touchline\r\n";
  if (auto at = bytes.find(host); at != std::string::npos)
    bytes.insert(at + host.size(), "Authorization: Bearer " + token + "\r\n");
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_CASE(requests_that_were_damaged_or_are_not_allowed_change_nothing) {
  front::front_configuration config;
  config.rate.per_second = config.rate.burst = 1'000'000;
  served_node node{config};
  auto token = node.make_account("viewer", VIEWER);
  auto before = recorded(node);
  std::mt19937 draws{20'221'122};
  size_t sent = 0;
  for (auto& seed : fuzz::seeds())
    for (int i = 0; i < 8; ++i) {
      std::string_view bytes = seed;
      fuzz::take_choice(bytes);
      auto input = with_token(std::string{bytes}, token);
      if (i > 0)
        input = fuzz::change(std::move(input), draws);
      http_client client{node.port()};
      client.send(input);
      client.end_sending();
      client.rest();
      ++sent;
    }
  BOOST_TEST(sent > 300u);
  BOOST_TEST(node.ask("GET", "/livez").status == 200);
  for (auto& [address, position] : recorded(node))
    BOOST_TEST(position == before[address], address << " has got records");
}
