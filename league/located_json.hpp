#pragma once

// A JSON document as a small tree in which every value knows where it stood, so that an error can
// name the line. The text is hostile until proven otherwise: depth, number of values and fields of
// one object are bounded, a field may not come twice.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace touchline::league {

/// The deepest nesting that is read; football.json needs 6.
inline constexpr std::size_t max_json_depth = 16;

/// The most values in one document; a season has some 10,000.
inline constexpr std::size_t max_json_values = 400'000;

/// The most fields of one object; a match has some 10.
inline constexpr std::size_t max_json_fields = 64;

struct located_field;

/// One value of a document, with everything inside it.
struct located_json {
  enum class kind : std::uint8_t { null, boolean, whole, real, text, array, object };

  kind type = kind::null;
  bool truth = false;
  std::int64_t number = 0; ///< of a whole number; one beyond 64 bits is a `real`
  std::size_t offset = 0;  ///< of the last byte read when the value began, for line_at()
  std::string text;        ///< valid UTF-8
  std::vector<located_json> items;
  std::vector<located_field> fields;

  /// The field of that name, or nullptr if there is none or this is not an object.
  const located_json* find(std::string_view name) const noexcept;

  /// "a number", "an array": how a sentence speaks of the value.
  std::string_view type_name() const noexcept;
};

/// A field of an object.
struct located_field {
  std::string name;
  located_json value;
};

/// Why a text could not be read.
struct json_problem {
  std::string what;     ///< the rest of a sentence that begins with the file's name
  std::size_t line = 1; ///< from 1
};

/// Reads a document. Never throws for bad input.
tl::expected<located_json, json_problem> parse_located_json(std::string_view text);

/// The line, from 1, in which the byte at `offset` stands.
std::size_t line_at(std::string_view text, std::size_t offset) noexcept;

} // namespace touchline::league
