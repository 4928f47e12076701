// Texts in the paths and queries of URLs (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace touchline::front {

/// Query parameters of a request.
inline constexpr std::size_t max_query_parameters = 32;

/// A part of a path as it was meant; nothing when a percent sign is not followed by two hexadecimal
/// digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// A text as a part of a path: everything but unreserved characters is encoded.
std::string percent_encoded(std::string_view text);

/// The parameters of a query, in its order; nothing when one cannot be decoded or when there are
/// more than `max_query_parameters`. A plus sign stands for itself.
std::optional<std::vector<std::pair<std::string, std::string>>> query_parameters(
  std::string_view query);

} // namespace touchline::front
