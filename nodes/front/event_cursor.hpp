// How far a client has read the events of all partitions: the id of an event.
#pragma once

#include "nodes/cluster/cluster.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::front {

/// Partitions of a league at most (touchline.partitions).
inline constexpr size_t max_cursor_partitions = 256;

/// A place in the log of a partition: everything up to `index` was seen, and of the entry behind it
/// the first `records`.
struct log_place {
  uint64_t index = 0;
  uint32_t records = 0;

  friend bool operator==(const log_place&, const log_place&) = default;
};

/// Places by partition. A partition without one begins now. Its text is good at every front.
class event_cursor {
public:
  event_cursor() = default;

  /// What `text` wrote; nothing for any other text.
  static std::optional<event_cursor> parse(std::string_view text);

  /// The places of partitions 0, 1, ... with points between them, each an index in base 36, and
  /// behind a hyphen the records, if any: "2s.1f-2.".
  std::string text() const;

  size_t partitions() const noexcept { return places_.size(); }

  std::optional<log_place> at(uint32_t partition) const;

  /// Sets a place. `partition` is below `max_cursor_partitions`.
  void set(uint32_t partition, const log_place& where);

  /// The cursors of a question for what comes next. Of an entry that was seen in part, all is
  /// asked for.
  void put(cluster::TailQuery& query) const;

  friend bool operator==(const event_cursor&, const event_cursor&) = default;

private:
  std::vector<std::optional<log_place>> places_;
};

} // namespace touchline::front
