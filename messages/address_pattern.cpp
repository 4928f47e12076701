#include "messages/address_pattern.hpp"

namespace touchline {

bool fits_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.empty())
    return true;
  size_t at = 0;
  size_t in_text = 0;
  // Where to go on when what follows the last star does not fit: one byte further.
  auto star = std::string_view::npos;
  size_t star_text = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_text = in_text;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in_text])) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++star_text;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

std::string_view literal_prefix(std::string_view pattern) {
  return pattern.substr(0, pattern.find_first_of("*?"));
}

} // namespace touchline
