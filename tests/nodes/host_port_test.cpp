// Addresses of nodes, as people write them.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/host_port.hpp"

using namespace touchline::nodes;

namespace {

void is_read(const std::string& text, const std::string& host, std::uint16_t port) {
  auto x = parse_host_port(text);
  BOOST_TEST_REQUIRE(x.has_value(), x.error());
  BOOST_TEST(x->host == host);
  BOOST_TEST(x->port == port);
  BOOST_TEST(to_string(*x) == text);
}

void is_refused(const std::string& text, const std::string& expected) {
  auto x = parse_host_port(text);
  BOOST_TEST_REQUIRE(!x.has_value(), text);
  BOOST_TEST(x.error().find(expected) != std::string::npos, x.error());
  BOOST_TEST(x.error().find('\n') == std::string::npos);
}

} // namespace

BOOST_AUTO_TEST_CASE(names_and_addresses_are_read_and_written_alike) {
  is_read("localhost:7401", "localhost", 7401);
  is_read("127.0.0.1:1", "127.0.0.1", 1);
  is_read("node-1.league.example.org:65535", "node-1.league.example.org", 65535);
  is_read("[::1]:7401", "::1", 7401);
  is_read("[2001:db8::17]:80", "2001:db8::17", 80);
  is_read("[fe80::1%eth0]:80", "fe80::1%eth0", 80);
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused_in_one_sentence_that_quotes_it) {
  is_refused("", "\"\" is not HOST:PORT: it has no port.");
  is_refused("localhost", "\"localhost\" is not HOST:PORT: it has no port.");
  is_refused("[::1]", "it has no port");
  is_refused(":7401", "it has no host");
  is_refused("[]:7401", "it has no host");
  is_refused("::1:7401", "an IPv6 address stands in brackets");
  is_refused("[::1:7401", "an IPv6 address stands in brackets");
  is_refused("[league]:7401", "there is no IPv6 address in the brackets");
  is_refused("[::1%]:7401", "there is no IPv6 address in the brackets");
  is_refused("[fe80::1%eth/0]:80", "there is no IPv6 address in the brackets");
  is_refused("local host:7401", "letters, digits, hyphens and points only");
  is_refused("http://localhost:7401", "brackets");
  is_refused(std::string(300, 'a') + ":7401", "at most 253 bytes");
}

BOOST_AUTO_TEST_CASE(a_port_is_a_whole_number_from_1_to_65535) {
  for (auto* port :
       {"", "0", "65536", "-1", "+1", " 1", "1 ", "x", "7401x", "99999999999999999999"})
    is_refused(std::string{"localhost:"} + port, "a port is a whole number from 1 to 65535");
}

BOOST_AUTO_TEST_CASE(a_list_is_separated_by_commas_and_names_each_node_once) {
  auto x = parse_host_ports("a:1,[::1]:2,a:1,a:2");
  BOOST_TEST_REQUIRE(x.has_value(), x.error());
  BOOST_TEST((*x == std::vector<host_port>{{"a", 1}, {"::1", 2}, {"a", 2}}));
  BOOST_TEST(!parse_host_ports("").has_value());
  BOOST_TEST(!parse_host_ports("a:1,").has_value());
  BOOST_TEST(!parse_host_ports(",a:1").has_value());
  BOOST_TEST(!parse_host_ports("a:1 b:2").has_value());
}

BOOST_AUTO_TEST_CASE(a_list_has_a_bound) {
  std::string list = "a:1";
  for (std::size_t i = 2; i <= max_host_ports; ++i)
    list += ",a:" + std::to_string(i);
  BOOST_TEST(parse_host_ports(list).has_value());
  auto x = parse_host_ports(list + ",b:1");
  BOOST_TEST_REQUIRE(!x.has_value());
  BOOST_TEST(x.error().find("More than 64 addresses") != std::string::npos, x.error());
}
