#include "nodes/stored_flows.hpp"

#include "actors/runtime/client.hpp"
#include "actors/runtime/outbox.hpp"
#include "messages/catalogue.hpp"
#include "messages/header.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace touchline::nodes {

namespace {

using storage::result;
using visitor = std::function<void(const std::string& address, const Record& record)>;

constexpr size_t page = 1'000;
/// A dead letter may have a mebibyte.
constexpr size_t letter_page = 64;

std::string message_name(uint32_t number) {
  const auto* info = catalogue_data::find(number);
  return info ? info->name : "message " + std::to_string(number);
}

// -- all records ----------------------------------------------------------------------------------

/// Visits the records of an entity from a position on, those that have `part` in their bytes.
result<void> visit_stream(const storage::store& from, const std::string& address, uint64_t next,
                          const std::string& part, const visitor& visit) {
  Record record;
  for (;;) {
    auto progress = from.read_stream(address, next, {}, [&](uint64_t, std::string_view bytes) {
      if (bytes.find(part) != std::string_view::npos
          && record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        visit(address, record);
      return true;
    });
    if (!progress)
      return tl::unexpected{progress.error()};
    if (progress->at_end)
      return {};
    next = progress->next_position;
  }
}

/// Visits the records of all entities that have `part` in their bytes.
result<void> visit_all(const storage::store& from, const std::string& part, const visitor& visit) {
  std::string after;
  for (;;) {
    auto addresses = from.addresses({}, after, page);
    if (!addresses)
      return tl::unexpected{addresses.error()};
    for (auto& address : *addresses)
      if (auto done = visit_stream(from, address, 1, part, visit); !done)
        return done;
    if (addresses->size() < page)
      return {};
    after = addresses->back();
  }
}

// -- messages on their way ------------------------------------------------------------------------

/// The newest message of each sender that a receiver has recorded.
using inbox_marks = std::map<std::string, uint64_t>;

/// What the entity itself would know of its senders: its snapshot's marks, and the records behind.
result<inbox_marks> read_inbox(const storage::store& from, const std::string& address) {
  inbox_marks marks;
  uint64_t next = 1;
  auto stored = from.read_snapshot(address);
  if (!stored)
    return tl::unexpected{stored.error()};
  if (EntitySnapshot x; *stored && x.ParseFromString((*stored)->bytes)) {
    for (auto& mark : x.inbox())
      marks[mark.from()] = mark.sequence();
    next = x.position() + 1;
  }
  auto done = visit_stream(from, address, next, {}, [&marks](const std::string&, const Record& x) {
    if (!x.cause().from().empty())
      marks[x.cause().from()] = x.cause().sequence();
  });
  if (!done)
    return tl::unexpected{done.error()};
  return marks;
}

open_step step_of(const header& head, uint32_t number, const std::string& body) {
  return {number,
          message_name(number),
          body,
          head.from,
          head.to,
          head.message_id(),
          head.causation,
          head.correlation,
          head.deadline_ms,
          {}};
}

/// A message that was sent, with its sequence.
using sent_step = std::pair<uint64_t, open_step>;

void add_sent(const std::string& address, const Record& record, std::vector<sent_step>& out) {
  auto cause_id = to_header(record.cause(), address).message_id();
  for (int i = 0; i < record.outgoing_size(); ++i) {
    const auto& x = record.outgoing(i);
    auto head
      = actors::make_delivery(record, static_cast<size_t>(i), address, cause_id, nullptr).head;
    out.emplace_back(head.sequence, step_of(head, x.message(), x.body()));
  }
}

result<void> add_undelivered(const storage::store& store, const storage::outbox_mark& mark,
                             std::map<std::string, inbox_marks>& known,
                             std::vector<open_step>& out) {
  std::vector<sent_step> sent;
  auto done = visit_stream(
    store, mark.address, mark.lowest_position, {},
    [&sent](const std::string& address, const Record& x) { add_sent(address, x, sent); });
  if (!done)
    return done;
  for (auto& [sequence, step] : sent) {
    auto marks = known.find(step.to);
    if (marks == known.end()) {
      auto read = read_inbox(store, step.to);
      if (!read)
        return tl::unexpected{read.error()};
      marks = known.emplace(step.to, std::move(*read)).first;
    }
    if (auto seen = marks->second.find(step.from);
        seen == marks->second.end() || sequence > seen->second)
      out.push_back(std::move(step));
  }
  return {};
}

result<void> add_dead_letters(const storage::store& store, std::vector<open_step>& out) {
  std::string after;
  for (;;) {
    auto letters = store.dead_letters(after, letter_page);
    if (!letters)
      return tl::unexpected{letters.error()};
    for (auto& x : *letters) {
      DeadLetter letter;
      if (!letter.ParseFromString(x.bytes))
        continue;
      auto& step = out.emplace_back(
        step_of(to_header(letter.cause(), letter.to()), letter.cause().message(), letter.body()));
      step.dead_letter = letter.id();
    }
    if (letters->size() < letter_page)
      return {};
    after = letters->back().id;
  }
}

// -- summaries ------------------------------------------------------------------------------------

/// Collects the summaries of flows, record by record.
class summaries {
public:
  void add(const std::string& address, const Record& record) {
    const auto& cause = record.cause();
    auto& summary = flows[cause.correlation()];
    summary.ended_ms = std::max(summary.ended_ms, record.handled_ms());
    if (cause.causation().empty()) {
      summary.message = message_name(cause.message());
      summary.began_ms = cause.time_ms();
    }
    // A command that was retried began anew.
    summary.deadline_ms = std::max(summary.deadline_ms, cause.deadline_ms());
    if (!record.dead_letter().empty()) {
      set_aside_[record.dead_letter()]
        = {cause.correlation(), {message_name(cause.message()), address, record.dead_letter()}};
      return;
    }
    ++summary.handled;
    add_part(cause, summary);
    if (cause.from().empty())
      if (auto letter = actors::letter_of_retry(address, cause.id()))
        settled_.insert(std::move(*letter));
  }

  /// Adds what waits. What was set aside, and neither waits nor was handled, is lost.
  void end(std::vector<open_step> open) {
    for (auto& step : open) {
      settled_.insert(step.dead_letter);
      flows[step.correlation].open.push_back(std::move(step));
    }
    for (auto& [letter, step] : set_aside_)
      if (!settled_.contains(letter))
        flows[step.first].lost.push_back(std::move(step.second));
    for (auto& [id, summary] : flows)
      summary.id = id;
  }

  std::map<std::string, flow_summary> flows;

private:
  static void add_part(const Cause& cause, flow_summary& summary) {
    static const auto season_completed = catalogue_data::find("info.seasoncompleted")->number;
    static const auto generate = catalogue_data::find("fixturelist.generate")->number;
    if (cause.message() == season_completed)
      summary.parts.emplace_back("Season completed");
    else if (cause.message() == generate && !cause.from().empty())
      summary.parts.push_back(flow_name(message_name(generate)));
  }

  /// By id of the dead letter: the flow and the step.
  std::map<std::string, std::pair<std::string, lost_step>> set_aside_;
  /// Dead letters that are there still, or were handled.
  std::set<std::string> settled_;
};

// -- the order of steps ---------------------------------------------------------------------------

/// A step before it has its place, and its sequence at its sender.
struct loose_step {
  uint64_t sequence = 0;
  flow_step step;
};

loose_step loose_step_of(const std::string& address, const Record& record) {
  const auto& cause = record.cause();
  auto head = to_header(cause, address);
  return {head.sequence,
          {head.message_id(), cause.causation(), message_name(cause.message()), cause.from(),
           address, record.position(), record.handled_ms(), record.node(), 0, 0,
           record.dead_letter()}};
}

/// Puts each step behind the one that caused it, generation by generation.
class step_order {
public:
  explicit step_order(std::vector<loose_step> all) {
    std::ranges::stable_sort(all, {}, [](const loose_step& x) {
      return std::tuple{x.step.from, x.sequence, x.step.handled_ms, x.step.at, x.step.position};
    });
    for (auto& x : all)
      by_cause_[x.step.causation].push_back(std::move(x.step));
  }

  std::vector<flow_step> take() {
    // First what nothing caused; then what was caused by something that is not recorded.
    for (add_roots({}); !by_cause_.empty(); add_roots(first_orphans()))
      continue;
    return std::move(ordered_);
  }

private:
  /// The cause of steps whose own cause is none of the steps that are left.
  std::string first_orphans() const {
    std::set<std::string> left;
    for (auto& [cause, steps] : by_cause_)
      for (auto& x : steps)
        left.insert(x.id);
    for (auto& [cause, steps] : by_cause_)
      if (!left.contains(cause))
        return cause;
    return by_cause_.begin()->first;
  }

  void add_roots(const std::string& cause) {
    auto next = ordered_.size();
    add_caused(cause, next, 0);
    for (auto i = next; i < ordered_.size(); ++i)
      if (ordered_[i].depth == 0)
        ordered_[i].cause = i;
    for (; next < ordered_.size(); ++next)
      add_caused(std::string{ordered_[next].id}, next, ordered_[next].depth + 1);
  }

  void add_caused(const std::string& cause, size_t index, unsigned depth) {
    auto found = by_cause_.extract(cause);
    if (!found)
      return;
    for (auto& x : found.mapped()) {
      x.cause = index;
      x.depth = depth;
      ordered_.push_back(std::move(x));
    }
  }

  std::map<std::string, std::vector<flow_step>> by_cause_;
  std::vector<flow_step> ordered_;
};

} // namespace

std::string_view name_of(flow_state state) {
  switch (state) {
    case flow_state::running:
      return "running";
    case flow_state::overdue:
      return "overdue";
    default:
      return "completed";
  }
}

flow_state flow_summary::state_at(int64_t now_ms) const {
  if (open.empty())
    return flow_state::completed;
  auto late = std::ranges::any_of(
    open, [now_ms](const open_step& x) { return x.deadline_ms > 0 && x.deadline_ms < now_ms; });
  return late ? flow_state::overdue : flow_state::running;
}

result<std::vector<open_step>> read_open_steps(const storage::store& from) {
  std::vector<open_step> out;
  std::map<std::string, inbox_marks> known;
  std::string after;
  for (;;) {
    auto marks = from.outbox(after, page);
    if (!marks)
      return tl::unexpected{marks.error()};
    for (auto& mark : *marks)
      if (auto done = add_undelivered(from, mark, known, out); !done)
        return tl::unexpected{done.error()};
    if (marks->size() < page)
      break;
    after = marks->back().address;
  }
  if (auto done = add_dead_letters(from, out); !done)
    return tl::unexpected{done.error()};
  return out;
}

result<std::map<std::string, flow_summary>> read_flows(const storage::store& from) {
  summaries all;
  auto done = visit_all(
    from, {}, [&all](const std::string& address, const Record& x) { all.add(address, x); });
  if (!done)
    return tl::unexpected{done.error()};
  auto open = read_open_steps(from);
  if (!open)
    return tl::unexpected{open.error()};
  all.end(std::move(*open));
  return std::move(all.flows);
}

result<flow_story> read_flow(const storage::store& from, const std::string& id) {
  summaries all;
  std::vector<loose_step> steps;
  auto done = visit_all(from, id, [&](const std::string& address, const Record& x) {
    if (x.cause().correlation() != id)
      return;
    all.add(address, x);
    steps.push_back(loose_step_of(address, x));
  });
  if (!done)
    return tl::unexpected{done.error()};
  auto open = read_open_steps(from);
  if (!open)
    return tl::unexpected{open.error()};
  std::erase_if(*open, [&id](const open_step& x) { return x.correlation != id; });
  all.end(std::move(*open));
  return flow_story{std::move(all.flows[id]), step_order{std::move(steps)}.take()};
}

std::string flow_name(const std::string& message) {
  for (auto& x : catalogue_data::flows())
    if (x.steps.front() == message)
      return x.name;
  return message;
}

} // namespace touchline::nodes
