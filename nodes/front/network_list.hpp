// Networks by their addresses, and whose request it is when some of them are proxies.
#pragma once

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::front {

/// Networks of a list at most.
inline constexpr size_t max_networks = 64;

/// Proxies between a client and a front that are heeded.
inline constexpr int max_proxies = 8;

/// Networks of IPv4 and IPv6.
class network_list {
public:
  /// Adds a network, "10.0.0.0/8", or a single address, "::1"; false when it is none.
  bool add(std::string_view text);

  bool empty() const noexcept { return networks_.empty(); }

  /// Whether an address is in one of the networks; not when it is no address.
  bool contains(std::string_view address) const;

private:
  using address_bytes = std::array<uint8_t, 16>;

  struct network {
    address_bytes base = {};
    uint32_t bits = 0;
  };

  std::vector<network> networks_;
};

/// The address of the client whose request came from `peer` with this X-Forwarded-For: the last one
/// in it that is no trusted proxy. What others have put into it is not believed.
std::string client_address(const network_list& trusted, const std::string& peer,
                           std::string_view forwarded_for);

} // namespace touchline::front
