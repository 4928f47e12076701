// Base64 for URLs without padding (RFC 4648, section 5), as tokens and invitations have it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchline::nodes {

std::string to_base64(std::string_view bytes);

/// Only the one encoding that `to_base64` makes; nothing for any other text.
std::optional<std::string> from_base64(std::string_view text);

} // namespace touchline::nodes
