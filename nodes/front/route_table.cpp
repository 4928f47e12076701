#include "nodes/front/route_table.hpp"

#include "nodes/front/percent_encoding.hpp"

#include <algorithm>

namespace touchline::front {

namespace {

/// Parts of a path: far more than any route has.
constexpr size_t max_segments = 16;

/// The parts between slashes; empty when the path does not begin with one or has too many.
template <class Text>
std::vector<Text> split(std::string_view path) {
  std::vector<Text> out;
  if (!path.starts_with('/'))
    return out;
  while (!path.empty()) {
    path.remove_prefix(1);
    auto part = path.substr(0, path.find('/'));
    if (out.size() == max_segments)
      return {};
    out.emplace_back(part);
    path.remove_prefix(part.size());
  }
  return out;
}

bool fits(const std::vector<std::string>& segments, const std::vector<std::string_view>& parts) {
  // Most of the same length end otherwise.
  if (segments.size() != parts.size() || parts.empty()
      || (parameter_of(segments.back()).empty() && segments.back() != parts.back()))
    return false;
  return std::ranges::equal(segments, parts, [](const std::string& segment, std::string_view part) {
    return parameter_of(segment).empty() ? segment == part : !part.empty();
  });
}

template <class Match>
void take_fields(const std::vector<std::string>& segments,
                 const std::vector<std::string_view>& parts, Match& out) {
  for (size_t i = 0; i < parts.size(); ++i) {
    auto name = parameter_of(segments[i]);
    if (name.empty())
      continue;
    auto value = percent_decoded(parts[i]);
    out.malformed = out.malformed || !value;
    out.fields.emplace_back(name, value.value_or(std::string{}));
  }
}

} // namespace

std::string_view parameter_of(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}') ? segment.substr(1, segment.size() - 2)
                                                            : std::string_view{};
}

std::string path_match::field(std::string_view name) const {
  auto at = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
  return at == fields.end() ? std::string{} : at->second;
}

path_pattern::path_pattern(std::string_view text) : segments_{split<std::string>(text)} {}

std::optional<path_match> path_pattern::match(std::string_view path) const {
  // Most end otherwise, and there are many.
  if (!segments_.empty() && parameter_of(segments_.back()).empty()
      && !path.ends_with(segments_.back()))
    return std::nullopt;
  auto parts = split<std::string_view>(path);
  if (parts.empty() || !fits(segments_, parts))
    return std::nullopt;
  path_match out;
  take_fields(segments_, parts, out);
  return out;
}

route_table::route_table() {
  for (auto& info : catalogue_data::messages()) {
    auto space = info.http.find(' ');
    if (space == std::string::npos)
      continue;
    route x{&info, info.http.substr(0, space), info.http.substr(space + 1), {}};
    x.segments = split<std::string>(x.path);
    routes_.push_back(std::move(x));
  }
}

route_match route_table::match(std::string_view method, std::string_view path) const {
  route_match out;
  auto parts = split<std::string_view>(path);
  auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  for (auto& x : routes_) {
    if (!fits(x.segments, parts))
      continue;
    out.methods.push_back(x.method);
    if (x.method == "GET")
      out.methods.emplace_back("HEAD");
    if (x.method == wanted)
      out.found = &x;
  }
  if (out.found)
    take_fields(out.found->segments, parts, out);
  return out;
}

const route* route_table::find(uint32_t number) const {
  auto at = std::ranges::find(routes_, number, [](const route& x) { return x.info->number; });
  return at == routes_.end() ? nullptr : &*at;
}

} // namespace touchline::front
