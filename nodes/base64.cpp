#include "nodes/base64.hpp"

#include <sodium.h>

namespace touchline::nodes {

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string result(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  sodium_bin2base64(result.data(), result.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
  result.pop_back();
  return result;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string result(text.size(), '\0');
  size_t length = 0;
  if (text.empty()
      || sodium_base642bin(reinterpret_cast<unsigned char*>(result.data()), result.size(),
                           text.data(), text.size(), nullptr, &length, nullptr, variant)
           != 0)
    return std::nullopt;
  result.resize(length);
  return to_base64(result) == text ? std::optional{result} : std::nullopt;
}

} // namespace touchline::nodes
