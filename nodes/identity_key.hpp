// The secret of a node's data directory: whatever leaves the node and must be recognised later is
// signed with it.
#pragma once

#include "messages/error.hpp"

#include <tl/expected.hpp>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::nodes {

/// Bytes of an identity key.
inline constexpr size_t identity_key_bytes = 32;
/// Its file in the data directory.
inline constexpr const char* identity_key_file = "identity.key";

/// A key for signing (HMAC-SHA-512-256, libsodium's crypto_auth).
class identity_key {
public:
  explicit identity_key(const std::array<unsigned char, identity_key_bytes>& bytes);

  /// Nothing for another number of bytes than a key has.
  static std::optional<identity_key> of_bytes(std::string_view bytes);

  /// Reads the key of a data directory; draws one and writes it for its owner alone when there is
  /// none. One sentence for a file of the wrong size, one that others may read, or one that cannot
  /// be read or written.
  static tl::expected<identity_key, refusal> open(const std::filesystem::path& data_directory);

  /// The signature of `content` for a purpose, 32 bytes: one for another purpose does not fit.
  std::string sign(std::string_view purpose, std::string_view content) const;

  /// Whether `signature` is what `sign` makes, or its first `bytes`; takes the same time whatever
  /// is wrong with it.
  bool verify(std::string_view purpose, std::string_view content, std::string_view signature,
              size_t bytes) const;

  /// The key itself, `identity_key_bytes` long: for the map of a cluster, whose nodes share it.
  std::string bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

private:
  std::array<unsigned char, identity_key_bytes> bytes_;
};

} // namespace touchline::nodes
