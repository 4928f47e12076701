// What a password may be, and what is sent in its place.
#pragma once

#include "actors/identity/identity.hpp"
#include "messages/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace touchline::nodes {

/// Bounds of a password, in bytes of UTF-8.
inline constexpr size_t min_password_bytes = 8;
inline constexpr size_t max_password_bytes = 1'024;

/// What deriving a proof costs: whoever tries passwords pays it for each.
struct password_cost {
  /// Passes over the memory.
  uint64_t operations = actors::default_password_operations;
  uint64_t memory_bytes = actors::default_password_memory;
};

/// What is wrong with a password, if anything, as a sentence that does not repeat it.
std::optional<std::string> check_password(std::string_view password);

/// Parameters for a new password, with a salt from the system's source of chance.
PasswordParameters draw_parameters(const password_cost& cost = {});

/// The proof of a password: Argon2id (RFC 9106), version 1.3, one lane, 32 bytes. Refuses passwords
/// and parameters out of their bounds, and runs out of memory in words.
tl::expected<std::string, refusal> derive_proof(std::string_view password,
                                                const PasswordParameters& parameters);

/// So many random bytes in hexadecimal digits.
std::string random_hex(size_t bytes);

} // namespace touchline::nodes
