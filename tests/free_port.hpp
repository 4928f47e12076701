// Ports for the nodes and fronts of tests.
#pragma once

#include <cstdint>
#include <random>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace touchline::testing {

/// Whether a socket can be bound there: an address of this host, in its own byte order.
inline bool is_free(in_addr_t address, uint16_t port) {
  auto descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(address);
  auto bound = ::bind(descriptor, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  ::close(descriptor);
  return bound;
}

/// A port that nobody listens on. Below those that the kernel gives to outgoing connections: a node
/// that is started again must find its own free.
inline uint16_t free_port() {
  static std::mt19937 draws{static_cast<uint32_t>(::getpid()) * 2'654'435'761U};
  constexpr int attempts = 1'000;
  for (int i = 0; i < attempts; ++i) {
    auto port = static_cast<uint16_t>(std::uniform_int_distribution<>{12'000, 31'000}(draws));
    if (is_free(INADDR_ANY, port))
      return port;
  }
  throw std::runtime_error{"no port is free"};
}

} // namespace touchline::testing
