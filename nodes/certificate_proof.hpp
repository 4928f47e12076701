// How the holder of a client certificate proves it to a node: he signs what the node drew. The
// connection itself has shown a certificate of the cluster as well, but who speaks through it is
// known to TLS only.
#pragma once

#include "messages/catalogue_options.pb.h"
#include "messages/error.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace touchline::nodes {

/// Largest certificate and signature that are looked at, in bytes.
inline constexpr size_t max_certificate_bytes = 16'384;
inline constexpr size_t max_signature_bytes = 1'024;

/// Signs a challenge with a private key in PEM. INVALID_ARGUMENT when the key is none.
tl::expected<std::string, refusal> sign_challenge(const std::filesystem::path& key,
                                                  std::string_view challenge);

/// Whom a certificate names.
struct certificate_holder {
  /// The common name: "client-ada".
  std::string name;
  /// Of the organisational unit, as the command line calls roles; ROLE_UNSPECIFIED without one.
  Role role = ROLE_UNSPECIFIED;
};

/// Who signed the challenge: UNAUTHENTICATED unless `certificate` (PEM) is of the authority, of the
/// cluster, in its time, and its key made the signature.
tl::expected<certificate_holder, refusal> check_proof(const std::filesystem::path& authority,
                                                      const std::string& cluster,
                                                      std::string_view certificate,
                                                      std::string_view challenge,
                                                      std::string_view signature);

} // namespace touchline::nodes
