#include "nodes/consensus/membership_encoding.hpp"

#include <algorithm>

namespace touchline::consensus {

namespace {

constexpr char encoding_format = 1;
constexpr size_t alignment = 8;

void put_number(std::string& out, uint64_t value) {
  for (size_t i = 0; i < sizeof value; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::optional<uint64_t> take_number(std::string_view& in) {
  if (in.size() < sizeof(uint64_t))
    return std::nullopt;
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof value; ++i)
    value |= uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
  in.remove_prefix(sizeof value);
  return value;
}

std::optional<server> take_server(std::string_view& in) {
  auto id = take_number(in);
  if (!id)
    return std::nullopt;
  auto address = std::to_string(*id);
  if (in.size() < address.size() + 2 || !in.starts_with(address) || in[address.size()] != 0)
    return std::nullopt;
  auto role = static_cast<unsigned char>(in[address.size() + 1]);
  in.remove_prefix(address.size() + 2);
  if (role > static_cast<unsigned char>(server_role::voter))
    return std::nullopt;
  return server{*id, static_cast<server_role>(role)};
}

} // namespace

bool is_membership(const std::vector<server>& servers) {
  auto above = [](const server& left, const server& right) { return left.id >= right.id; };
  return !servers.empty() && servers.size() <= max_members && servers.front().id != 0
         && std::ranges::adjacent_find(servers, above) == servers.end()
         && std::ranges::any_of(servers, [](auto& s) { return s.role == server_role::voter; });
}

std::string encode_membership(const std::vector<server>& servers) {
  std::string out(1, encoding_format);
  put_number(out, servers.size());
  for (auto& server : servers) {
    put_number(out, server.id);
    out += std::to_string(server.id);
    out += '\0';
    out += static_cast<char>(server.role);
  }
  out.append((alignment - out.size() % alignment) % alignment, '\0');
  return out;
}

std::optional<std::vector<server>> decode_membership(std::string_view bytes) {
  auto in = bytes;
  if (in.empty() || in.front() != encoding_format)
    return std::nullopt;
  in.remove_prefix(1);
  auto count = take_number(in);
  if (!count || *count > max_members)
    return std::nullopt;
  std::vector<server> servers;
  for (uint64_t i = 0; i < *count; ++i) {
    auto server = take_server(in);
    if (!server)
      return std::nullopt;
    servers.push_back(*server);
  }
  if (!is_membership(servers) || encode_membership(servers) != bytes)
    return std::nullopt;
  return servers;
}

} // namespace touchline::consensus
