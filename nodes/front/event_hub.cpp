#include "nodes/front/event_hub.hpp"

#include "actors/runtime/clock.hpp"

#include <algorithm>
#include <map>

namespace touchline::front {

namespace {

constexpr const char* end_of_front = "event: end\ndata: {\"reason\": \"draining\", \"detail\": "
                                     "\"This front is about to end; connect "
                                     "again, with Last-Event-ID.\"}\n\n";

constexpr const char* end_of_slow = "event: end\ndata: {\"reason\": \"too-slow\", \"detail\": "
                                    "\"The events were not read as fast as "
                                    "they came; connect again, with Last-Event-ID.\"}\n\n";

/// Whether a client that has seen `seen` gets all of what was found from `from` to `to`.
bool joins(const event_cursor& seen, const event_cursor& from, const event_cursor& to) {
  for (uint32_t i = 0; i < to.partitions(); ++i) {
    auto own = seen.at(i);
    auto begin = from.at(i);
    auto end = to.at(i);
    if (!own || !end)
      continue;
    if (own->index < (begin ? begin->index : end->index))
      return false;
  }
  return true;
}

int64_t now_ms() {
  return actors::system_clock().steady_ms();
}

} // namespace

// -- how many there may be ------------------------------------------------------------------------

class event_hub::seat_table {
public:
  explicit seat_table(const event_options& options) : options_{options} {}

  bool take(const std::string& caller) {
    std::lock_guard guard{mutex_};
    auto at = of_caller_.find(caller);
    auto own = at == of_caller_.end() ? size_t{0} : at->second;
    if (taken_ >= options_.streams || own >= options_.streams_per_caller) {
      ++turned_away_;
      return false;
    }
    ++taken_;
    ++of_caller_[caller];
    return true;
  }

  void leave(const std::string& caller) {
    std::lock_guard guard{mutex_};
    --taken_;
    auto at = of_caller_.find(caller);
    if (--at->second == 0)
      of_caller_.erase(at);
  }

  size_t taken() const {
    std::lock_guard guard{mutex_};
    return taken_;
  }

  uint64_t turned_away() const {
    std::lock_guard guard{mutex_};
    return turned_away_;
  }

private:
  const event_options options_;
  mutable std::mutex mutex_;
  size_t taken_ = 0;
  uint64_t turned_away_ = 0;
  std::map<std::string, size_t> of_caller_;
};

/// Held as long as there is a stream, or one may come.
class event_hub::seat {
public:
  seat(std::shared_ptr<seat_table> table, std::string caller)
    : table_{std::move(table)},
      caller_{std::move(caller)} {}
  seat(const seat&) = delete;
  seat& operator=(const seat&) = delete;
  ~seat() { table_->leave(caller_); }

private:
  std::shared_ptr<seat_table> table_;
  std::string caller_;
};

// -- called by anybody ----------------------------------------------------------------------------

event_hub::event_hub(nodes::league_access& league, const event_options& options)
  : league_{league},
    options_{options},
    seats_{std::make_shared<seat_table>(options)},
    thread_{[this] { run(); }} {}

event_hub::~event_hub() {
  end_all();
  thread_.join();
}

tl::expected<http_response, problem> event_hub::open(const std::string& caller,
                                                     nodes::event_filter filter,
                                                     std::optional<event_cursor> from) {
  problem why;
  {
    std::lock_guard guard{mutex_};
    if (ending_) {
      why.code = UNAVAILABLE;
      why.detail = "This front is about to end.";
      return tl::unexpected{why};
    }
  }
  if (!seats_->take(caller)) {
    why.code = OVERLOADED;
    why.detail = "Too many streams are open; at most " + std::to_string(options_.streams)
                 + " of this front, and " + std::to_string(options_.streams_per_caller)
                 + " of one caller.";
    constexpr int64_t a_moment_ms = 5'000;
    why.retry_after_ms = a_moment_ms;
    return tl::unexpected{why};
  }
  auto place = std::make_shared<seat>(seats_, caller);
  http_response out;
  out.set("Content-Type", "text/event-stream");
  out.set("Cache-Control", "no-store");
  // Proxies that collect responses would keep the events to themselves.
  out.set("X-Accel-Buffering", "no");
  out.stream = [this, place = std::move(place), filter = std::move(filter),
                from = std::move(from)](std::shared_ptr<response_stream> stream) {
    {
      std::lock_guard guard{mutex_};
      if (ending_)
        return stream->finish(end_of_front);
      arrived_.push_back({place, filter, from, std::move(stream), 0, 0, 0});
    }
    came_.notify_one();
  };
  return out;
}

void event_hub::end_all() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
  }
  came_.notify_one();
}

event_statistics event_hub::statistics() const {
  return {seats_->taken(), events_, too_slow_, seats_->turned_away(), failed_looks_};
}

// -- the thread -----------------------------------------------------------------------------------

void event_hub::run() {
  while (wait_for_listeners())
    round();
  for (auto& x : listeners_)
    x.stream->finish(end_of_front);
  listeners_.clear();
}

/// False when it ends. Without clients nobody looks.
bool event_hub::wait_for_listeners() {
  std::unique_lock guard{mutex_};
  auto is_woken = [this] { return ending_ || !arrived_.empty(); };
  if (listeners_.empty())
    came_.wait(guard, is_woken);
  else if (!goes_on_)
    came_.wait_for(guard, std::chrono::milliseconds{options_.poll_ms}, is_woken);
  for (auto& x : arrived_) {
    x.sent_ms = now_ms();
    listeners_.push_back(std::move(x));
  }
  arrived_.clear();
  return !ending_;
}

void event_hub::round() {
  std::erase_if(listeners_, [](const listener& x) { return x.stream->has_ended(); });
  if (listeners_.empty())
    live_.reset();
  if (listeners_.empty())
    return;
  goes_on_ = false;
  look_for_all();
  catch_up();
  for (auto& x : listeners_)
    keep_alive(x);
  drop_slow();
}

std::optional<event_hub::look> event_hub::look_from(const event_cursor& from) {
  cluster::TailQuery query;
  query.set_open_only(true);
  query.set_in_order(true);
  query.set_limit(records_per_look);
  from.put(query);
  auto batch = league_.tail(query);
  if (!batch) {
    ++failed_looks_;
    return std::nullopt;
  }
  look out;
  out.from = from;
  out.to = from;
  out.lost_entries = batch->lost_entries();
  for (auto& x : batch->cursor())
    if (x.partition() < max_cursor_partitions)
      out.to.set(x.partition(), {x.index(), 0});
  for (auto& x : batch->record()) {
    found_event found{x.partition(), x.index(), 0, {x.index(), 0}, nodes::event_of(x)};
    if (!out.events.empty() && out.events.back().partition == found.partition
        && out.events.back().index == found.index) {
      // The one before was not the last one of its entry.
      auto& before = out.events.back();
      before.behind = {found.index - 1, before.number + 1};
      found.number = before.number + 1;
    }
    out.events.push_back(std::move(found));
  }
  return out;
}

/// Those that are not behind get what is new, and those that are new begin with it.
void event_hub::look_for_all() {
  auto found = look_from(live_.value_or(event_cursor{}));
  if (!found)
    return;
  // More waits.
  goes_on_ = found->events.size() >= records_per_look;
  live_ = found->to;
  for (auto& x : listeners_) {
    if (!x.seen) {
      x.seen = found->to;
      send(x, ": begins\nretry: 2000\nid: " + x.seen->text() + "\n\n");
    } else if (joins(*x.seen, found->from, found->to) && !is_full(x)) {
      deliver(x, *found);
    }
  }
}

/// Those that are behind read for themselves, as fast as their clients read, some in each round.
void event_hub::catch_up() {
  size_t tried = 0;
  for (size_t i = 0; i < listeners_.size() && tried < catching_up_per_round; ++i) {
    auto& x = listeners_[(next_to_catch_up_ + i) % listeners_.size()];
    if (!live_ || !x.seen || joins(*x.seen, *live_, *live_) || is_full(x))
      continue;
    ++tried;
    auto found = look_from(*x.seen);
    if (found && deliver(x, *found))
      goes_on_ = true;
  }
  next_to_catch_up_ += tried;
}

/// Stops when too much waits for the client. True when it came any further.
bool event_hub::deliver(listener& to, const look& what) {
  auto& seen = *to.seen;
  const auto before = seen;
  if (what.lost_entries > 0)
    send(to, "event: gap\ndata: {\"lost_entries\": " + std::to_string(what.lost_entries) + "}\n\n");
  for (auto& x : what.events) {
    auto own = seen.at(x.partition);
    if (own && (x.index <= own->index || (x.index == own->index + 1 && x.number < own->records)))
      continue;
    if (is_full(to))
      return true;
    seen.set(x.partition, x.behind);
    if (x.event && to.filter.wants(*x.event)) {
      send(to, event_text(*x.event, seen.text()));
      ++events_;
    }
  }
  for (uint32_t i = 0; i < what.to.partitions(); ++i)
    if (auto end = what.to.at(i); end && (!seen.at(i) || seen.at(i)->index < end->index))
      seen.set(i, *end);
  return seen != before;
}

void event_hub::send(listener& to, std::string text) {
  to.stream->write(std::move(text));
  to.sent_ms = now_ms();
}

/// With the place, so that a client whose filter lets little through need not go far back.
void event_hub::keep_alive(listener& x) {
  if (x.seen && now_ms() - x.sent_ms >= options_.heartbeat_ms)
    send(x, ": here\nid: " + x.seen->text() + "\n\n");
}

bool event_hub::is_full(const listener& x) const {
  return x.stream->waiting() >= options_.waiting_bytes;
}

/// A client that takes nothing for long is told to come back, when it reads again.
void event_hub::drop_slow() {
  const auto now = now_ms();
  std::erase_if(listeners_, [this, now](listener& x) {
    // Who reads may have much waiting each time one looks.
    auto taken = x.stream->taken();
    if (!is_full(x))
      x.slow_since_ms = 0;
    else if (x.slow_since_ms == 0 || taken != x.taken)
      x.slow_since_ms = now;
    x.taken = taken;
    if (x.slow_since_ms == 0 || now - x.slow_since_ms < options_.slow_ms)
      return false;
    ++too_slow_;
    x.stream->finish(end_of_slow);
    return true;
  });
}

} // namespace touchline::front
