// Live events for any number of clients: one thread reads what the league commits and hands it to
// all streams.
#pragma once

#include "nodes/front/event_cursor.hpp"
#include "nodes/front/event_options.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/league_access.hpp"
#include "nodes/league_event.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace touchline::front {

/// Records that one look at the league brings at most.
inline constexpr uint32_t records_per_look = 500;

/// Streams that are behind the others and read for themselves, in one round.
inline constexpr size_t catching_up_per_round = 8;

/// What a hub has done. Grows, but for `open`.
struct event_statistics {
  uint64_t open = 0;
  uint64_t events = 0;
  /// Streams that were ended because their clients did not read.
  uint64_t too_slow = 0;
  /// Streams that were refused for want of room.
  uint64_t turned_away = 0;
  /// Looks at the league that failed.
  uint64_t failed_looks = 0;
};

/// The streams of a front. Thread safe.
class event_hub {
public:
  /// `league` must outlive it, and the server whose streams it writes.
  event_hub(nodes::league_access& league, const event_options& options);
  event_hub(const event_hub&) = delete;
  event_hub& operator=(const event_hub&) = delete;

  /// Ends all streams.
  ~event_hub();

  /// The response that goes on with the events that a filter lets through, from a place on or from
  /// now. OVERLOADED when there are too many streams, or too many of the caller.
  tl::expected<http_response, problem> open(const std::string& caller, nodes::event_filter filter,
                                            std::optional<event_cursor> from);

  /// Ends all streams, whose clients go on elsewhere, and opens no more.
  void end_all();

  event_statistics statistics() const;

private:
  class seat_table;
  class seat;

  /// One client.
  struct listener {
    std::shared_ptr<seat> place;
    nodes::event_filter filter;
    /// Nothing until the first look: it begins then.
    std::optional<event_cursor> seen;
    std::shared_ptr<response_stream> stream;
    int64_t sent_ms = 0;
    /// Since when much waits and nothing was taken; 0 for not.
    int64_t slow_since_ms = 0;
    /// Then.
    uint64_t taken = 0;
  };

  /// A record, for all clients.
  struct found_event {
    uint32_t partition = 0;
    uint64_t index = 0;
    /// Its place in the entry.
    uint32_t number = 0;
    /// What a client has seen with it.
    log_place behind;
    std::optional<nodes::league_event> event;
  };

  struct look {
    event_cursor from;
    event_cursor to;
    std::vector<found_event> events;
    uint64_t lost_entries = 0;
  };

  void run();
  bool wait_for_listeners();
  void round();
  std::optional<look> look_from(const event_cursor& from);
  void look_for_all();
  void catch_up();
  bool deliver(listener& to, const look& what);
  void send(listener& to, std::string text);
  void keep_alive(listener& x);
  bool is_full(const listener& x) const;
  void drop_slow();

  nodes::league_access& league_;
  const event_options options_;
  std::shared_ptr<seat_table> seats_;
  std::atomic<uint64_t> events_ = 0;
  std::atomic<uint64_t> too_slow_ = 0;
  std::atomic<uint64_t> failed_looks_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable came_;
  /// Guarded by `mutex_`.
  std::vector<listener> arrived_;
  bool ending_ = false;

  // The rest is the thread's alone.
  std::vector<listener> listeners_;
  /// How far those are that are not behind; nothing while there are none.
  std::optional<event_cursor> live_;
  size_t next_to_catch_up_ = 0;
  bool goes_on_ = false;
  std::thread thread_;
};

} // namespace touchline::front
