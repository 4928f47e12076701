#include "messages/text.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <vector>

namespace touchline {

namespace {

using google::protobuf::FieldDescriptor;

/// The length of the sequence that begins with `lead`; 0 when none does.
size_t sequence_length(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return 2;
  if (lead >= 0xe0 && lead <= 0xef)
    return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/// RFC 3629, section 4: the second byte rules out overlong forms, surrogates and what lies beyond
/// U+10FFFF.
bool second_byte_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second <= 0x9f;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second <= 0x8f;
    default:
      return true;
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::optional<std::string> check_field(const google::protobuf::Message& message,
                                       const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  auto count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const auto& part = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                             : reflection.GetMessage(message, &field);
      if (auto wrong = check_text_fields(part))
        return wrong;
    } else if (field.type() == FieldDescriptor::TYPE_STRING) {
      std::string scratch;
      const auto& text = field.is_repeated()
                           ? reflection.GetRepeatedStringReference(message, &field, i, &scratch)
                           : reflection.GetStringReference(message, &field, &scratch);
      if (!count_code_points(text))
        return "The field " + field.name() + " is not UTF-8.";
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<size_t> count_code_points(std::string_view text) {
  size_t result = 0;
  for (size_t i = 0; i < text.size(); ++result) {
    auto lead = static_cast<unsigned char>(text[i]);
    auto length = sequence_length(lead);
    if (length == 0 || i + length > text.size())
      return std::nullopt;
    for (size_t j = 1; j < length; ++j) {
      auto next = static_cast<unsigned char>(text[i + j]);
      if ((next & 0xc0) != 0x80 || (j == 1 && !second_byte_fits(lead, next)))
        return std::nullopt;
    }
    i += length;
  }
  return result;
}

std::string excerpt(std::string_view text) {
  constexpr size_t longest = 64;
  std::string result;
  for (size_t i = 0, shown = 0; i < text.size(); ++shown) {
    if (shown == longest)
      return result + "…";
    auto length = std::max<size_t>(1, sequence_length(static_cast<unsigned char>(text[i])));
    auto part = text.substr(i, length);
    result += count_code_points(part) ? part : "?";
    i += length;
  }
  return result;
}

std::optional<std::string> check_name(std::string_view what, std::string_view name) {
  auto length = count_code_points(name);
  std::string subject{what};
  if (!length)
    return subject + " is not UTF-8.";
  if (*length > max_name_code_points)
    return subject + " has " + std::to_string(*length) + " characters; at most "
           + std::to_string(max_name_code_points) + " are allowed.";
  if (std::ranges::any_of(name, is_control))
    return subject + " has control characters in it; use letters, digits, spaces and punctuation.";
  if (std::ranges::all_of(name, [](char c) { return c == ' '; }))
    return subject + " is empty; give it at least one letter.";
  return std::nullopt;
}

std::optional<std::string> check_key(std::string_view what, std::string_view key) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (!key.empty() && key.size() <= max_key_bytes && std::ranges::all_of(key, fits))
    return std::nullopt;
  return std::string{what} + " must be 1 to " + std::to_string(max_key_bytes)
         + " lower case letters, digits, hyphens and points.";
}

std::optional<std::string> check_text_fields(const google::protobuf::Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const auto* field : fields)
    if (auto wrong = check_field(message, *field))
      return wrong;
  return std::nullopt;
}

} // namespace touchline
