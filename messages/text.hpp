// What text from outside may be, before anything else looks at it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace touchline {

/// Longest name of a team, player, league or sponsor, in Unicode code points.
inline constexpr size_t max_name_code_points = 100;
/// Longest key of a league, season, team or sponsor, in bytes.
inline constexpr size_t max_key_bytes = 64;

/// The number of code points; nothing when the bytes are not UTF-8 (RFC 3629).
std::optional<size_t> count_code_points(std::string_view text);

/// A text from outside as a sentence may repeat it: at most 64 of its code points, with "…" in the
/// place of the rest; bytes that are not UTF-8 become "?".
std::string excerpt(std::string_view text);

/// What is wrong with a name, if anything, as a sentence that begins with `what` ("The team's
/// name"): empty, longer than 100 code points, not UTF-8, or with control characters.
std::optional<std::string> check_name(std::string_view what, std::string_view name);

/// What is wrong with a key, if anything: 1 to 64 lower case letters, digits, hyphens and points.
std::optional<std::string> check_key(std::string_view what, std::string_view key);

/// What is wrong with the text fields of a message and of the messages in it, if anything: text
/// that is not UTF-8.
std::optional<std::string> check_text_fields(const google::protobuf::Message& message);

} // namespace touchline
