#include "storage/ordered_store.hpp"

#include "storage/limits.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace touchline::storage {

namespace {

// The byte after the name is 0 in all keys that have one, so 1 is beyond all keys of the name.
std::string beyond(std::string_view name) {
  return std::string{name} + '\1';
}

} // namespace

// -- entries ------------------------------------------------------------------

tl::unexpected<storage_error> ordered_store::damaged(table where, std::string_view key,
                                                     std::string_view what) const {
  return tl::make_unexpected(
    storage_error{error_code::damaged,
                  place() + " is damaged: " + describe(where, key) + " " + std::string{what}});
}

result<std::string_view> ordered_store::payload_of(table where, std::string_view key,
                                                   std::string_view value) const {
  const auto payload = open_value(where, key, value);
  if (!payload)
    return damaged(where, key, "does not match its checksum");
  return *payload;
}

// Visits up to `limit` entries greater than `after`; the visitor returns false if it cannot read a
// payload.
result<void> ordered_store::list(table where, std::string_view after, std::size_t limit,
                                 const entry_visitor& visit) const {
  std::size_t visited = 0;
  if (limit == 0)
    return {};
  return scan(where, scan_step::from(after),
              [&](std::string_view key, std::string_view value) -> result<scan_step> {
                if (key == after)
                  return scan_step::next();
                const auto payload = payload_of(where, key, value);
                if (!payload)
                  return tl::make_unexpected(payload.error());
                if (!visit(key, *payload))
                  return damaged(where, key, "has an impossible length");
                return ++visited < limit ? scan_step::next() : scan_step::stop();
              });
}

// Up to `limit` names that keys of `where` begin with, greater than `after`.
result<std::vector<std::string>> ordered_store::names(table where, std::string_view prefix,
                                                      std::string_view after,
                                                      std::size_t limit) const {
  std::vector<std::string> found;
  if (limit == 0)
    return found;
  auto next = std::max(std::string{prefix}, after.empty() ? std::string{} : beyond(after));
  auto done = scan(where, scan_step::from(next),
                   [&](std::string_view key, std::string_view) -> result<scan_step> {
                     const auto name = split_key(key).name;
                     if (!name.starts_with(prefix))
                       return scan_step::stop();
                     found.emplace_back(name);
                     if (found.size() == limit)
                       return scan_step::stop();
                     next = beyond(name);
                     return scan_step::from(next);
                   });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

// Visits the values that are numbered behind `name`, from `from` on and without a gap.
result<read_progress> ordered_store::read_numbered(table where, std::string_view name,
                                                   std::uint64_t from, const read_limits& limits,
                                                   const record_visitor& visit) const {
  read_progress progress{std::max<std::uint64_t>(from, 1), true};
  std::size_t records = 0;
  std::size_t bytes = 0;
  const key_buffer first{name, progress.next_position};
  auto done
    = scan(where, scan_step::from(first.view()),
           [&](std::string_view key, std::string_view value) -> result<scan_step> {
             if (split_key(key).name != name)
               return scan_step::stop();
             const key_buffer expected{name, progress.next_position};
             if (key != expected.view())
               return damaged(where, expected.view(), "is missing");
             const auto record = payload_of(where, key, value);
             if (!record)
               return tl::make_unexpected(record.error());
             bytes += record->size();
             progress.at_end
               = records == 0 || (records < limits.max_records && bytes <= limits.max_bytes);
             if (!progress.at_end)
               return scan_step::stop();
             ++records;
             progress.at_end = visit(progress.next_position++, *record);
             return progress.at_end ? scan_step::next() : scan_step::stop();
           });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return progress;
}

// -- entities -----------------------------------------------------------------

result<std::optional<snapshot>> ordered_store::read_snapshot(std::string_view address) const {
  auto payload = get(table::snapshots, key_buffer{address}.view());
  if (!payload)
    return tl::make_unexpected(std::move(payload.error()));
  if (!*payload)
    return std::nullopt;
  if ((*payload)->size() < position_bytes)
    return damaged(table::snapshots, address, "is too short");
  const auto position = read_big_endian(**payload);
  (*payload)->erase(0, position_bytes);
  return snapshot{position, std::move(**payload)};
}

result<read_progress> ordered_store::read_stream(std::string_view address, std::uint64_t from,
                                                 const read_limits& limits,
                                                 const record_visitor& visit) const {
  return read_numbered(table::streams, address, from, limits, visit);
}

result<std::optional<std::string>> ordered_store::read_record(std::string_view address,
                                                              std::uint64_t position) const {
  return get(table::streams, key_buffer{address, position}.view());
}

result<std::uint64_t> ordered_store::last_position(std::string_view address) const {
  std::uint64_t last = 0;
  const key_buffer end{address, std::numeric_limits<std::uint64_t>::max()};
  auto done = scan(table::streams, scan_step::before(end.view()),
                   [&](std::string_view key, std::string_view value) -> result<scan_step> {
                     const auto parts = split_key(key);
                     if (parts.name != address)
                       return scan_step::stop();
                     if (const auto record = payload_of(table::streams, key, value); !record)
                       return tl::make_unexpected(record.error());
                     last = read_big_endian(parts.suffix);
                     return scan_step::stop();
                   });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return last;
}

result<std::optional<std::uint64_t>> ordered_store::find_command(
  std::string_view address, std::string_view command_id) const {
  const key_buffer key{address, command_id};
  const auto payload = get(table::commands, key.view());
  if (!payload)
    return tl::make_unexpected(payload.error());
  if (!*payload)
    return std::nullopt;
  if ((*payload)->size() != position_bytes)
    return damaged(table::commands, key.view(), "has an impossible length");
  return read_big_endian(**payload);
}

result<std::vector<outbox_mark>> ordered_store::outbox(std::string_view after,
                                                       std::size_t limit) const {
  std::vector<outbox_mark> found;
  auto done
    = list(table::outbox, after, limit, [&](std::string_view key, std::string_view payload) {
        if (payload.size() != position_bytes)
          return false;
        found.push_back({std::string{key}, read_big_endian(payload)});
        return true;
      });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::vector<entity_deadline>> ordered_store::deadlines(std::string_view after,
                                                              std::size_t limit) const {
  std::vector<entity_deadline> found;
  auto done
    = list(table::deadlines, after, limit, [&](std::string_view key, std::string_view payload) {
        if (payload.size() != position_bytes)
          return false;
        found.push_back({std::string{key}, read_big_endian(payload)});
        return true;
      });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::optional<std::string>> ordered_store::read_dead_letter(std::string_view id) const {
  return get(table::dead_letters, key_buffer{id}.view());
}

result<std::vector<dead_letter>> ordered_store::dead_letters(std::string_view after,
                                                             std::size_t limit) const {
  std::vector<dead_letter> found;
  auto done
    = list(table::dead_letters, after, limit, [&](std::string_view key, std::string_view payload) {
        found.push_back({std::string{key}, std::string{payload}});
        return true;
      });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return found;
}

result<std::optional<std::string>> ordered_store::meta(std::string_view key) const {
  return get(table::meta, key_buffer{key}.view());
}

result<std::vector<std::string>> ordered_store::addresses(std::string_view prefix,
                                                          std::string_view after,
                                                          std::size_t limit) const {
  return names(table::streams, prefix, after, limit);
}

// -- replicated groups --------------------------------------------------------

result<read_progress> ordered_store::read_log(std::string_view group, std::uint64_t from,
                                              const read_limits& limits,
                                              const record_visitor& visit) const {
  return read_numbered(table::log, group, from, limits, visit);
}

result<std::optional<log_range>> ordered_store::log_bounds(std::string_view group) const {
  std::optional<log_range> range;
  const key_buffer first{group, std::uint64_t{0}};
  const auto end = beyond(group);
  auto done = scan(table::log, scan_step::from(first.view()),
                   [&](std::string_view key, std::string_view value) -> result<scan_step> {
                     const auto parts = split_key(key);
                     if (parts.name != group)
                       return scan_step::stop();
                     if (const auto entry = payload_of(table::log, key, value); !entry)
                       return tl::make_unexpected(entry.error());
                     const auto index = read_big_endian(parts.suffix);
                     const auto is_first = !range;
                     range = log_range{is_first ? index : range->first, index};
                     return is_first ? scan_step::before(end) : scan_step::stop();
                   });
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return range;
}

result<std::optional<std::string>> ordered_store::read_replica(std::string_view group,
                                                               std::string_view field) const {
  return get(table::replicas, key_buffer{group, field}.view());
}

result<std::optional<std::string>> ordered_store::read_staged(std::string_view group,
                                                              std::uint64_t number) const {
  return get(table::staged, key_buffer{group, number}.view());
}

result<std::vector<std::string>> ordered_store::groups() const {
  return names(table::replicas, {}, {}, std::numeric_limits<std::size_t>::max());
}

// -- content ------------------------------------------------------------------

namespace {

constexpr std::size_t longest_key_bytes = max_address_bytes + 1 + max_id_bytes;

// A cursor: the number of a table, and the last key of it that was visited.
struct content_cursor {
  std::size_t place = 0; // in content_tables
  std::string_view last_key;
};

std::optional<content_cursor> read_cursor(std::string_view bytes) noexcept {
  if (bytes.empty())
    return content_cursor{};
  const auto where = static_cast<table>(bytes[0]);
  const auto* found = std::find(content_tables.begin(), content_tables.end(), where);
  if (found == content_tables.end() || bytes.size() > 1 + longest_key_bytes)
    return std::nullopt;
  return content_cursor{static_cast<std::size_t>(found - content_tables.begin()), bytes.substr(1)};
}

void write_cursor(std::string& cursor, table where, std::string_view last_key) {
  cursor.assign(1, static_cast<char>(where)).append(last_key);
}

std::string_view address_in(table where, std::string_view key) noexcept {
  return where == table::dead_letters ? key.substr(0, key.rfind('@')) : split_key(key).name;
}

} // namespace

// One call of copy_content or erase_content.
class ordered_store::content_scan {
public:
  content_scan(const ordered_store& source, const address_filter& filter, const read_limits& limits,
               bool erasing)
    : source_(source),
      filter_(filter),
      limits_(limits),
      erasing_(erasing) {}

  result<content_piece> run(const content_cursor& begin) {
    for (auto place = begin.place; place < content_tables.size() && !full_; ++place) {
      const auto where = content_tables[place];
      const auto last_key = place == begin.place ? begin.last_key : std::string_view{};
      write_cursor(piece_.next_cursor, where, last_key);
      auto done = source_.scan(
        where, scan_step::from(last_key), [&](std::string_view key, std::string_view value) {
          return key == last_key ? result<scan_step>{scan_step::next()} : visit(where, key, value);
        });
      if (!done)
        return tl::make_unexpected(std::move(done.error()));
    }
    piece_.at_end = !full_;
    return std::move(piece_);
  }

private:
  result<scan_step> visit(table where, std::string_view key, std::string_view value) {
    const auto address = address_in(where, key);
    const auto matches = filter_(address);
    full_ = visited_ == max_visited_keys || (matches && !has_room_for(key, value));
    if (full_)
      return scan_step::stop();
    if (matches)
      if (auto added = add(where, key, value); !added)
        return tl::make_unexpected(std::move(added.error()));
    ++visited_;
    write_cursor(piece_.next_cursor, where, key);
    if (matches || (where != table::streams && where != table::commands))
      return scan_step::next();
    seek_ = beyond(address);
    return scan_step::from(seek_);
  }

  bool has_room_for(std::string_view key, std::string_view value) const noexcept {
    const auto operations = piece_.batch.operations().size();
    const auto bytes
      = piece_.batch.size_bytes() + key.size() + (erasing_ ? std::size_t{0} : value.size());
    return operations == 0 || (operations < limits_.max_records && bytes <= limits_.max_bytes);
  }

  result<void> add(table where, std::string_view key, std::string_view value) {
    using verb = write_batch::operation::verb;
    if (erasing_) {
      piece_.batch.add_sealed(verb::erase, where, key, {});
      return {};
    }
    if (const auto payload = source_.payload_of(where, key, value); !payload)
      return tl::make_unexpected(payload.error());
    piece_.batch.add_sealed(where == table::streams ? verb::append : verb::put, where, key, value);
    return {};
  }

  const ordered_store& source_;
  const address_filter& filter_;
  const read_limits& limits_;
  const bool erasing_;
  content_piece piece_;
  std::size_t visited_ = 0;
  bool full_ = false; // the piece takes no more
  std::string seek_;
};

result<content_piece> ordered_store::scan_content(const address_filter& filter,
                                                  const std::string& cursor,
                                                  const read_limits& limits, bool erasing) const {
  const auto begin = read_cursor(cursor);
  if (!begin)
    return tl::make_unexpected(storage_error{
      error_code::invalid, "the cursor of a copy of the content is none of ours; begin again"});
  return content_scan{*this, filter, limits, erasing}.run(*begin);
}

result<content_piece> ordered_store::copy_content(const address_filter& filter,
                                                  const std::string& cursor,
                                                  const read_limits& limits) const {
  return scan_content(filter, cursor, limits, false);
}

result<content_piece> ordered_store::erase_content(const address_filter& filter,
                                                   const std::string& cursor,
                                                   const read_limits& limits) const {
  return scan_content(filter, cursor, limits, true);
}

} // namespace touchline::storage
