// Patterns of addresses and names, as people type them.
#pragma once

#include <string_view>

namespace touchline {

/// Longest pattern, in bytes.
inline constexpr size_t max_pattern_bytes = 256;

/// Whether `text` fits: * stands for any bytes, also none and also slashes, ? for one byte, and
/// everything else for itself. An empty pattern fits everything. Takes no more than the product of
/// both lengths.
bool fits_pattern(std::string_view pattern, std::string_view text);

/// What every text that fits begins with.
std::string_view literal_prefix(std::string_view pattern);

} // namespace touchline
