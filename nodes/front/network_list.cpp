#include "nodes/front/network_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace touchline::front {

namespace {

constexpr uint32_t all_bits = 128;
constexpr uint32_t v4_bits = 32;

/// An address, of IPv4 as IPv6 writes it (RFC 4291, 2.5.5.2).
struct parsed_address {
  std::array<uint8_t, 16> bytes = {};
  bool is_v4 = false;
};

std::optional<parsed_address> parse_address(std::string_view text) {
  constexpr size_t longest = 45;
  if (text.size() > longest)
    return std::nullopt;
  const std::string copy{text};
  parsed_address out;
  constexpr size_t prefix = 12;
  if (::inet_pton(AF_INET, copy.c_str(), out.bytes.data() + prefix) == 1) {
    constexpr uint8_t mark = 0xff;
    out.bytes[prefix - 2] = mark;
    out.bytes[prefix - 1] = mark;
    out.is_v4 = true;
    return out;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1)
    return out;
  return std::nullopt;
}

bool same_bits(const std::array<uint8_t, 16>& a, const std::array<uint8_t, 16>& b, uint32_t bits) {
  constexpr uint32_t byte = 8;
  for (uint32_t i = 0; i < bits; ++i) {
    auto shift = byte - 1 - i % byte;
    if (((a[i / byte] ^ b[i / byte]) >> shift & 1U) != 0)
      return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

} // namespace

bool network_list::add(std::string_view text) {
  auto slash = text.find('/');
  auto address = parse_address(text.substr(0, slash));
  if (!address || networks_.size() >= max_networks)
    return false;
  const auto own_bits = address->is_v4 ? v4_bits : all_bits;
  auto bits = own_bits;
  if (slash != std::string_view::npos) {
    auto number = text.substr(slash + 1);
    auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (failed != std::errc{} || end != number.data() + number.size() || bits > own_bits)
      return false;
  }
  networks_.push_back({address->bytes, bits + all_bits - own_bits});
  return true;
}

bool network_list::contains(std::string_view address) const {
  auto parsed = parse_address(address);
  return parsed && std::ranges::any_of(networks_, [&parsed](const network& x) {
           return same_bits(x.base, parsed->bytes, x.bits);
         });
}

std::string client_address(const network_list& trusted, const std::string& peer,
                           std::string_view forwarded_for) {
  auto client = peer;
  for (int i = 0; i < max_proxies && !forwarded_for.empty() && trusted.contains(client); ++i) {
    auto comma = forwarded_for.rfind(',');
    auto last
      = trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
    if (!parse_address(last))
      break;
    client = std::string{last};
  }
  return client;
}

} // namespace touchline::front
