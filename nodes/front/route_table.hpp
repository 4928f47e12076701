// Which message of the catalogue a method and a path stand for: the `http` of each message, read
// once.
#pragma once

#include "messages/catalogue.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace touchline::front {

/// One message with a route.
struct route {
  const message_info* info = nullptr;
  /// "POST".
  std::string method;
  /// "/v1/leagues/{league}/teams".
  std::string path;
  /// The parts of the path; "{league}" stands for the message's field `league`.
  std::vector<std::string> segments;
};

/// What was found for a method and a path.
struct route_match {
  /// Null when there is none for the method.
  const route* found = nullptr;
  /// The fields that the path gives, decoded.
  std::vector<std::pair<std::string, std::string>> fields;
  /// The methods that the path has; empty when nothing is there. With GET comes HEAD.
  std::vector<std::string> methods;
  /// A part of the path cannot be decoded.
  bool malformed = false;
};

/// Every route of the catalogue. Does not change.
class route_table {
public:
  route_table();

  std::span<const route> routes() const noexcept { return routes_; }

  route_match match(std::string_view method, std::string_view path) const;

  /// The route of a message; null when it has none.
  const route* find(uint32_t number) const;

private:
  std::vector<route> routes_;
};

/// The fields that a path gives to a pattern; nothing when it does not fit.
struct path_match {
  std::vector<std::pair<std::string, std::string>> fields;
  /// A part of the path cannot be decoded.
  bool malformed = false;

  /// The value of a field; empty when there is none.
  std::string field(std::string_view name) const;
};

/// A path with parameters: "/v1/flows/{id}".
class path_pattern {
public:
  explicit path_pattern(std::string_view text);

  std::optional<path_match> match(std::string_view path) const;

  /// How many parts a path has that matches, each with a slash before it.
  size_t parts() const noexcept { return segments_.size(); }

private:
  std::vector<std::string> segments_;
};

/// The name in "{name}"; empty for a part of a path that stands for itself.
std::string_view parameter_of(std::string_view segment);

} // namespace touchline::front
