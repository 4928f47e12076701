#include "actors/runtime/outbox.hpp"

#include "messages/trace_context.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

/// A mark on disk may lag so many positions behind: after a crash, that much is delivered again and
/// recognised.
constexpr uint64_t max_mark_lag = 256;

/// Redelivery slows down to this many times the first patience.
constexpr unsigned max_redelivery_doublings = 4;

constexpr uint64_t position_of(uint64_t sequence) {
  return sequence >> 16;
}

/// 0 is no deadline.
void keep_earliest(int64_t& earliest, int64_t deadline_ms) {
  if (deadline_ms > 0 && (earliest == 0 || deadline_ms < earliest))
    earliest = deadline_ms;
}

} // namespace

delivery make_delivery(const Record& record, size_t place, const std::string& from,
                       const std::string& cause_id,
                       std::shared_ptr<const google::protobuf::Message> body) {
  const auto& stored = record.outgoing(static_cast<int>(place));
  const auto& cause = record.cause();
  delivery result;
  auto& head = result.head;
  head.to = stored.to();
  head.from = from;
  head.sequence = record.position() << 16 | place;
  head.correlation = cause.correlation();
  head.causation = cause_id;
  head.time_ms = cause.time_ms();
  head.deadline_ms = cause.deadline_ms();
  head.traceparent = traceparent_after(cause.traceparent(), cause_id, from);
  if (stored.has_flow()) {
    head.correlation = stored.flow().correlation();
    head.causation = stored.flow().causation();
    head.time_ms = stored.flow().time_ms();
    head.deadline_ms = stored.flow().deadline_ms();
    head.traceparent = stored.flow().traceparent();
  }
  result.number = stored.message();
  result.body = std::move(body);
  return result;
}

std::optional<uint64_t> outbox::reserve(const std::string& from, uint64_t position,
                                        size_t messages) {
  auto& x = senders_[from];
  x.open[position] += messages;
  auto lowest = x.open.begin()->first;
  if (x.mark != 0 && (lowest == x.mark || position - x.mark < max_mark_lag))
    return std::nullopt;
  x.mark = lowest;
  return lowest;
}

void outbox::add(std::vector<delivery> messages, int64_t now_ms) {
  for (auto& message : messages) {
    auto& queue = senders_[message.head.from].to[message.head.to];
    if (queue.messages.empty())
      queue.last_progress_ms = queue.last_sent_ms = now_ms;
    if (queue.sent == queue.messages.size() && queue.sent < window_)
      ready_.emplace_back(message.head.from, message.head.to);
    keep_earliest(queue.earliest_deadline_ms, message.head.deadline_ms);
    queue.messages.push_back(std::move(message));
    ++size_;
  }
}

void outbox::recover(std::vector<delivery> messages, int64_t now_ms) {
  for (auto& x : messages)
    senders_[x.head.from].to[x.head.to].silent_until_ms = now_ms + redelivery_ms_;
  add(std::move(messages), now_ms);
}

void outbox::acknowledge(const std::string& from, const std::string& to, uint64_t sequence,
                         int64_t now_ms) {
  auto at = senders_.find(from);
  if (at == senders_.end())
    return;
  auto pair = at->second.to.find(to);
  if (pair == at->second.to.end())
    return;
  auto& queue = pair->second;
  while (!queue.messages.empty() && queue.messages.front().head.sequence <= sequence) {
    auto open = at->second.open.find(position_of(queue.messages.front().head.sequence));
    if (--open->second == 0)
      at->second.open.erase(open);
    queue.messages.pop_front();
    queue.sent -= queue.sent > 0 ? 1 : 0;
    --size_;
  }
  queue.last_progress_ms = queue.last_sent_ms = now_ms;
  queue.redeliveries = 0;
  if (queue.messages.empty())
    at->second.to.erase(pair);
  else if (queue.sent < queue.messages.size())
    ready_.emplace_back(from, to);
}

delivery outbox::prepared(const pair_queue& queue, size_t index) const {
  auto result = queue.messages[index];
  result.head.previous = index == 0 ? 0 : queue.messages[index - 1].head.sequence;
  return result;
}

std::vector<delivery> outbox::take_ready() {
  std::vector<delivery> result;
  for (auto& [from, to] : ready_) {
    auto at = senders_.find(from);
    if (at == senders_.end())
      continue;
    auto pair = at->second.to.find(to);
    if (pair == at->second.to.end())
      continue;
    auto& queue = pair->second;
    for (; queue.sent < queue.messages.size() && queue.sent < window_; ++queue.sent)
      result.push_back(prepared(queue, queue.sent));
  }
  ready_.clear();
  return result;
}

int64_t outbox::patience(const pair_queue& queue) const {
  return redelivery_ms_ << std::min(queue.redeliveries, max_redelivery_doublings);
}

std::vector<delivery> outbox::take_overdue(int64_t now_ms) {
  std::vector<delivery> result;
  for (auto& [from, x] : senders_)
    for (auto& [to, queue] : x.to) {
      if (now_ms - queue.last_sent_ms < patience(queue))
        continue;
      for (size_t i = 0; i < queue.sent; ++i)
        result.push_back(prepared(queue, i));
      queue.last_sent_ms = now_ms;
      ++queue.redeliveries;
    }
  return result;
}

void outbox::take_newly_overdue(pair_queue& queue, int64_t time_ms,
                                std::vector<overdue_flow>& out) {
  queue.earliest_deadline_ms = 0;
  for (auto& [head, number, body] : queue.messages) {
    if (head.deadline_ms >= time_ms)
      keep_earliest(queue.earliest_deadline_ms, head.deadline_ms);
    auto reported
      = head.sequence <= queue.reported_sequence && head.deadline_ms < queue.reported_ms;
    if (head.deadline_ms > 0 && head.deadline_ms < time_ms && !reported)
      out.push_back({head.correlation, number, head.to, {}});
  }
  queue.reported_sequence = queue.messages.back().head.sequence;
  queue.reported_ms = time_ms;
}

std::vector<overdue_flow> outbox::take_newly_overdue(int64_t time_ms, int64_t now_ms) {
  std::vector<overdue_flow> result;
  for (auto& [from, x] : senders_)
    for (auto& [to, queue] : x.to)
      if (!queue.messages.empty() && now_ms >= queue.silent_until_ms
          && queue.earliest_deadline_ms > 0 && queue.earliest_deadline_ms < time_ms)
        take_newly_overdue(queue, time_ms, result);
  return result;
}

std::vector<mark_change> outbox::take_mark_changes() {
  std::vector<mark_change> result;
  for (auto at = senders_.begin(); at != senders_.end();) {
    auto& x = at->second;
    if (x.open.empty()) {
      if (x.mark != 0)
        result.push_back({at->first, std::nullopt});
      at = senders_.erase(at);
      continue;
    }
    if (auto lowest = x.open.begin()->first; lowest - x.mark >= max_mark_lag) {
      x.mark = lowest;
      result.push_back({at->first, lowest});
    }
    ++at;
  }
  return result;
}

int64_t outbox::oldest_wait_ms(int64_t now_ms) const {
  int64_t result = 0;
  for (auto& [from, x] : senders_)
    for (auto& [to, queue] : x.to)
      result = std::max(result, now_ms - queue.last_progress_ms);
  return result;
}

} // namespace touchline::actors
