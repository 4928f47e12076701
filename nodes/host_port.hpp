// Where a node listens, as people write it: HOST:PORT, or [ADDRESS]:PORT for IPv6.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::nodes {

/// Longest name of a host, in bytes (RFC 1035), and the most addresses of one list.
inline constexpr std::size_t max_host_bytes = 253;
inline constexpr std::size_t max_host_ports = 64;

/// A host by its name or address (IPv6 without brackets), and a port from 1.
struct host_port {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `league.example.org:7401`, `127.0.0.1:7401` or `[::1]:7401`. One sentence that quotes the
/// text if it is none of these. Nothing is looked up.
tl::expected<host_port, std::string> parse_host_port(std::string_view text);

/// Reads one to `max_host_ports` of them, separated by commas. The same address twice counts once.
tl::expected<std::vector<host_port>, std::string> parse_host_ports(std::string_view text);

/// The text that `parse_host_port` reads.
std::string to_string(const host_port& where);

} // namespace touchline::nodes
