#include "nodes/host_port.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace touchline::nodes {

namespace {

tl::unexpected<std::string> wrong(std::string_view text, const std::string& what) {
  // A text of any length may be given; the sentence stays one.
  constexpr std::size_t shown_bytes = 80;
  auto shown = std::string{text.substr(0, shown_bytes)} + (text.size() > shown_bytes ? "…" : "");
  return tl::unexpected{"\"" + shown + "\" is not HOST:PORT: " + what + '.'};
}

bool is_host_name(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '.' || c == '_';
  });
}

/// An address may name the interface that it belongs to: fe80::1%eth0.
bool is_ipv6(std::string_view host) {
  auto percent = host.find('%');
  if (percent != std::string_view::npos && !is_host_name(host.substr(percent + 1)))
    return false;
  in6_addr ignored{};
  return percent != host.size() - 1
         && inet_pton(AF_INET6, std::string{host.substr(0, percent)}.c_str(), &ignored) == 1;
}

} // namespace

tl::expected<host_port, std::string> parse_host_port(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']'))
    return wrong(text, "it has no port");
  auto host = text.substr(0, colon);
  auto digits = text.substr(colon + 1);
  host_port result;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  auto bracketed = host.size() > 1 && host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find(':') != std::string_view::npos)
    return wrong(text, "an IPv6 address stands in brackets, as in [::1]:7401");
  if (error != std::errc{} || stop != digits.data() + digits.size() || result.port == 0)
    return wrong(text, "a port is a whole number from 1 to 65535");
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  if (host.empty())
    return wrong(text, "it has no host");
  if (host.size() > max_host_bytes)
    return wrong(text, "a host has at most " + std::to_string(max_host_bytes) + " bytes");
  if (bracketed ? !is_ipv6(host) : !is_host_name(host))
    return wrong(text, bracketed ? "there is no IPv6 address in the brackets"
                                 : "a host has letters, digits, hyphens and points only");
  result.host = host;
  return result;
}

tl::expected<std::vector<host_port>, std::string> parse_host_ports(std::string_view text) {
  std::vector<host_port> result;
  for (std::size_t begin = 0; begin <= text.size();) {
    auto end = std::min(text.find(',', begin), text.size());
    auto one = parse_host_port(text.substr(begin, end - begin));
    if (!one)
      return tl::unexpected{one.error()};
    if (std::ranges::find(result, *one) == result.end())
      result.push_back(std::move(*one));
    if (result.size() > max_host_ports)
      return tl::unexpected{"More than " + std::to_string(max_host_ports)
                            + " addresses are given; a few nodes are enough."};
    begin = end + 1;
  }
  return result;
}

std::string to_string(const host_port& where) {
  auto bracketed = where.host.find(':') != std::string::npos;
  return (bracketed ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

} // namespace touchline::nodes
