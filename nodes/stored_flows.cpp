#include "nodes/stored_flows.hpp"

#include "messages/catalogue.hpp"
#include "messages/header.hpp"

#include <algorithm>
#include <functional>

namespace touchline::nodes {

namespace {

using storage::result;
using visitor = std::function<void(const std::string& address, const Record& record)>;

constexpr size_t page = 1'000;

std::string message_name(uint32_t number) {
  const auto* info = catalogue_data::find(number);
  return info ? info->name : "message " + std::to_string(number);
}

/// Visits the records of an entity from a position on.
result<void> visit_stream(const storage::store& from, const std::string& address, uint64_t next,
                          const visitor& visit) {
  for (;;) {
    auto progress = from.read_stream(address, next, {}, [&](uint64_t, std::string_view bytes) {
      Record record;
      if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
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

/// Visits all records of all entities.
result<void> visit_all(const storage::store& from, const visitor& visit) {
  std::string after;
  for (;;) {
    auto addresses = from.addresses({}, after, page);
    if (!addresses)
      return tl::unexpected{addresses.error()};
    for (auto& address : *addresses)
      if (auto done = visit_stream(from, address, 1, visit); !done)
        return done;
    if (addresses->size() < page)
      return {};
    after = addresses->back();
  }
}

open_step step_of(const DeadLetter& letter) {
  const auto& cause = letter.cause();
  auto head = to_header(cause, letter.to());
  return {cause.message(),  message_name(cause.message()),
          letter.body(),    head.from,
          head.to,          head.message_id(),
          head.causation,   head.correlation,
          head.deadline_ms, letter.id()};
}

/// The newest message of each sender that a receiver has recorded.
using inbox_marks = std::map<std::pair<std::string, std::string>, uint64_t>;

/// The inbox mark of `to` for `from`: read from the end of the receiver's stream backwards would be
/// faster, but only receivers of unacknowledged messages are asked.
result<uint64_t> inbox_mark(const storage::store& store, const std::string& to,
                            const std::string& from, inbox_marks& known) {
  if (auto at = known.find({to, from}); at != known.end())
    return at->second;
  auto done = visit_stream(store, to, 1, [&known](const std::string& address, const Record& x) {
    if (!x.cause().from().empty())
      known[{address, x.cause().from()}] = x.cause().sequence();
  });
  if (!done)
    return tl::unexpected{done.error()};
  return known[{to, from}];
}

/// The messages of a record, as steps.
std::vector<std::pair<uint64_t, open_step>> outgoing_of(const std::string& address,
                                                        const Record& record) {
  std::vector<std::pair<uint64_t, open_step>> out;
  auto cause_id = to_header(record.cause(), address).message_id();
  for (int i = 0; i < record.outgoing_size(); ++i) {
    auto sequence = record.position() << 16 | static_cast<uint64_t>(i);
    const auto& x = record.outgoing(i);
    out.emplace_back(sequence, open_step{x.message(),
                                         message_name(x.message()),
                                         x.body(),
                                         address,
                                         x.to(),
                                         address + '#' + std::to_string(sequence),
                                         cause_id,
                                         record.cause().correlation(),
                                         record.cause().deadline_ms(),
                                         {}});
  }
  return out;
}

result<void> add_undelivered(const storage::store& store, const storage::outbox_mark& mark,
                             inbox_marks& known, std::vector<open_step>& out) {
  std::vector<std::pair<uint64_t, open_step>> sent;
  auto done = visit_stream(store, mark.address, mark.lowest_position,
                           [&sent](const std::string& address, const Record& record) {
                             for (auto& x : outgoing_of(address, record))
                               sent.push_back(std::move(x));
                           });
  if (!done)
    return done;
  for (auto& [sequence, step] : sent) {
    auto seen = inbox_mark(store, step.to, step.from, known);
    if (!seen)
      return tl::unexpected{seen.error()};
    if (sequence > *seen)
      out.push_back(std::move(step));
  }
  return {};
}

result<void> add_dead_letters(const storage::store& store, std::vector<open_step>& out) {
  std::string after;
  for (;;) {
    auto letters = store.dead_letters(after, page);
    if (!letters)
      return tl::unexpected{letters.error()};
    for (auto& x : *letters) {
      DeadLetter letter;
      if (!letter.ParseFromString(x.bytes))
        continue;
      out.push_back(step_of(letter));
    }
    if (letters->size() < page)
      return {};
    after = letters->back().id;
  }
}

void add_record(const Record& record, std::map<std::string, flow_summary>& flows) {
  static const auto season_completed = catalogue_data::find("info.seasoncompleted")->number;
  const auto& cause = record.cause();
  auto& flow = flows[cause.correlation()];
  ++flow.handled;
  flow.ended_ms = std::max(flow.ended_ms, record.handled_ms());
  flow.completed_season = flow.completed_season || cause.message() == season_completed;
  if (cause.causation().empty()) {
    flow.message = message_name(cause.message());
    flow.began_ms = cause.time_ms();
    flow.deadline_ms = cause.deadline_ms();
  }
}

/// Adds what `parent` caused, and what that caused, in the order of its handling.
void add_caused(std::multimap<std::string, flow_step>& by_cause, const std::string& parent,
                unsigned depth, std::vector<flow_step>& out) {
  std::vector<flow_step> children;
  auto [begin, end] = by_cause.equal_range(parent);
  for (auto at = begin; at != end; ++at)
    children.push_back(std::move(at->second));
  by_cause.erase(begin, end);
  std::ranges::stable_sort(children, {}, [](const flow_step& x) {
    return std::tuple{x.handled_ms, x.at, x.position};
  });
  std::map<std::string, bool> followed;
  for (auto& child : children) {
    child.depth = depth;
    auto id = child.id;
    out.push_back(std::move(child));
    if (!std::exchange(followed[id], true))
      add_caused(by_cause, id, depth + 1, out);
  }
}

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
  inbox_marks known;
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
  std::map<std::string, flow_summary> flows;
  auto done
    = visit_all(from, [&flows](const std::string&, const Record& x) { add_record(x, flows); });
  if (!done)
    return tl::unexpected{done.error()};
  auto open = read_open_steps(from);
  if (!open)
    return tl::unexpected{open.error()};
  for (auto& step : *open)
    flows[step.correlation].open.push_back(std::move(step));
  for (auto& [id, flow] : flows)
    flow.id = id;
  return flows;
}

result<std::vector<flow_step>> read_flow(const storage::store& from, const std::string& id) {
  std::multimap<std::string, flow_step> by_cause;
  auto done = visit_all(from, [&](const std::string& address, const Record& x) {
    const auto& cause = x.cause();
    if (cause.correlation() != id)
      return;
    auto head = to_header(cause, address);
    by_cause.emplace(cause.causation(),
                     flow_step{head.message_id(), cause.causation(), message_name(cause.message()),
                               cause.from(), address, x.position(), x.handled_ms(), x.node(), 0,
                               x.dead_letter()});
  });
  if (!done)
    return tl::unexpected{done.error()};
  std::vector<flow_step> out;
  add_caused(by_cause, {}, 0, out);
  // What was caused from another flow, or by something that is not recorded.
  while (!by_cause.empty())
    add_caused(by_cause, std::string{by_cause.begin()->first}, 0, out);
  return out;
}

std::string flow_name(const std::string& message) {
  for (auto& flow : catalogue_data::flows())
    if (flow.steps.front() == message)
      return flow.name;
  return message;
}

} // namespace touchline::nodes
