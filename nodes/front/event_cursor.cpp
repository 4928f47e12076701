#include "nodes/front/event_cursor.hpp"

#include <algorithm>
#include <charconv>

namespace touchline::front {

namespace {

constexpr int base = 36;

void append_number(std::string& out, uint64_t number) {
  char digits[16];
  auto [end, failed] = std::to_chars(digits, digits + sizeof digits, number, base);
  out.append(digits, end);
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return failed == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::optional<log_place> parse_place(std::string_view text) {
  log_place out;
  auto hyphen = text.find('-');
  if (!read_number(text.substr(0, hyphen), out.index))
    return std::nullopt;
  if (hyphen != std::string_view::npos && !read_number(text.substr(hyphen + 1), out.records))
    return std::nullopt;
  return out;
}

} // namespace

std::optional<event_cursor> event_cursor::parse(std::string_view text) {
  event_cursor out;
  if (text.empty())
    return std::nullopt;
  for (bool last = false; !last;) {
    auto point = text.find('.');
    auto part = text.substr(0, point);
    last = point == std::string_view::npos;
    text.remove_prefix(last ? text.size() : point + 1);
    if (out.places_.size() == max_cursor_partitions)
      return std::nullopt;
    auto& place = out.places_.emplace_back();
    if (!part.empty() && !(place = parse_place(part)))
      return std::nullopt;
  }
  return out;
}

std::string event_cursor::text() const {
  std::string out;
  for (size_t i = 0; i < places_.size(); ++i) {
    if (i > 0)
      out += '.';
    const auto& place = places_[i];
    if (!place)
      continue;
    append_number(out, place->index);
    if (place->records > 0) {
      out += '-';
      append_number(out, place->records);
    }
  }
  return out;
}

std::optional<log_place> event_cursor::at(uint32_t partition) const {
  return partition < places_.size() ? places_[partition] : std::nullopt;
}

void event_cursor::set(uint32_t partition, const log_place& where) {
  if (partition >= places_.size())
    places_.resize(std::min<size_t>(partition + size_t{1}, max_cursor_partitions));
  places_.at(partition) = where;
}

void event_cursor::put(cluster::TailQuery& query) const {
  query.clear_cursor();
  for (uint32_t i = 0; i < places_.size(); ++i)
    if (places_[i]) {
      auto& cursor = *query.add_cursor();
      cursor.set_partition(i);
      cursor.set_index(places_[i]->index);
    }
}

} // namespace touchline::front
