#include "nodes/cluster/operator_questions.hpp"

#include "actors/runtime/placement.hpp"
#include "messages/address_pattern.hpp"
#include "messages/catalogue.hpp"
#include "messages/catalogue_options.pb.h"
#include "nodes/cluster/replica_state.hpp"
#include "storage/layout.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace touchline::cluster {

namespace {

/// Entities by address, as far as everything up to `horizon` is among them.
struct candidates {
  std::map<std::string, ActorRow> rows;
  /// Nothing for all there are.
  std::optional<std::string> horizon;

  void end_at(const std::string& address) {
    if (!horizon || address < *horizon)
      horizon = address;
  }
};

void take_active(const storage::store& from, const ActorsQuery& query,
                 const std::map<uint32_t, actors::entity_rows>& rows, uint32_t node,
                 candidates& out) {
  for (auto& [partition, found] : rows) {
    for (auto& x : found.rows)
      out.rows.emplace(x.address, to_row(from, x, partition, node));
    if (found.rows.size() >= page_limit(query))
      out.end_at(found.rows.back().address);
  }
}

/// False when the store cannot be read.
bool take_passive(const storage::store& from, const ActorsQuery& query,
                  const std::map<uint32_t, actors::entity_rows>& rows, uint32_t partitions,
                  uint32_t node, candidates& out) {
  constexpr size_t chunk = 512;
  auto prefix = literal_prefix(query.pattern());
  auto after = query.after();
  size_t taken = 0;
  for (size_t looked_at = 0; looked_at < max_scanned_addresses; looked_at += chunk) {
    auto found = from.addresses(prefix, after, chunk);
    if (!found)
      return false;
    for (auto& address : *found) {
      auto partition = actors::partition_of(address, partitions);
      if (!rows.contains(partition) || !fits_pattern(query.pattern(), address))
        continue;
      if (taken++ == page_limit(query)) {
        out.end_at(after);
        return true;
      }
      if (!out.rows.contains(address))
        out.rows.emplace(
          address, passive_row(address, from.last_position(address).value_or(0), partition, node));
      after = address;
    }
    if (found->size() < chunk)
      return true;
    after = found->back();
  }
  out.end_at(after);
  return true;
}

/// The first of them as a page.
ActorsPage page_of(const ActorsQuery& query, candidates all) {
  ActorsPage page;
  for (auto& [address, row] : all.rows) {
    if (all.horizon && address > *all.horizon)
      break;
    if (static_cast<uint32_t>(page.actor_size()) == page_limit(query)) {
      page.set_next(page.actor(page.actor_size() - 1).address());
      return page;
    }
    *page.add_actor() = std::move(row);
  }
  page.set_next(all.horizon.value_or(std::string{}));
  page.set_at_end(!all.horizon);
  return page;
}

} // namespace

// -- entities -------------------------------------------------------------------------------------

uint32_t page_limit(const ActorsQuery& query) {
  return query.limit() == 0 ? default_page : std::min(query.limit(), max_page);
}

std::string check_pattern(std::string_view pattern) {
  return pattern.size() <= max_pattern_bytes
           ? std::string{}
           : "A pattern has at most " + std::to_string(max_pattern_bytes) + " bytes.";
}

ActorRow passive_row(const std::string& address, uint64_t position, uint32_t partition,
                     uint32_t node) {
  ActorRow out;
  out.set_address(address);
  out.set_kind(std::string{kind_of(address)});
  out.set_node(node);
  out.set_partition(partition);
  out.set_passive(true);
  out.set_state("passive");
  out.set_position(position);
  return out;
}

ActorRow to_row(const storage::store& from, const actors::entity_row& x, uint32_t partition,
                uint32_t node) {
  auto position = x.position > 0 ? x.position : from.last_position(x.address).value_or(0);
  auto out = passive_row(x.address, position, partition, node);
  out.set_passive(false);
  out.set_state(x.state);
  out.set_mailbox(x.waiting);
  out.set_handled(x.handled);
  out.set_restarts(x.restarts);
  out.set_idle_ms(static_cast<uint64_t>(std::max<int64_t>(x.idle_ms, 0)));
  return out;
}

ActorsPage list_entities(const storage::store& from, const ActorsQuery& query,
                         const std::map<uint32_t, actors::entity_rows>& rows, uint32_t partitions,
                         uint32_t node) {
  candidates all;
  take_active(from, query, rows, node, all);
  auto complete = query.active_only() || take_passive(from, query, rows, partitions, node, all);
  auto page = page_of(query, std::move(all));
  for (uint32_t i = 0; i < partitions; ++i)
    if (!complete || !rows.contains(i))
      page.add_missing_partition(i);
  return page;
}

ActorsPage merge_pages(const ActorsQuery& query, const std::vector<ActorsPage>& pages) {
  candidates all;
  std::map<uint32_t, size_t> missing;
  for (auto& page : pages) {
    for (auto& row : page.actor()) {
      auto [at, added] = all.rows.emplace(row.address(), row);
      // A partition that changes hands may be spoken for twice.
      if (!added && at->second.passive())
        at->second = row;
    }
    if (!page.at_end())
      all.end_at(page.next());
    for (auto partition : page.missing_partition())
      ++missing[partition];
  }
  auto out = page_of(query, std::move(all));
  for (auto& [partition, count] : missing)
    if (count == pages.size())
      out.add_missing_partition(partition);
  return out;
}

// -- tail -----------------------------------------------------------------------------------------

namespace {

/// The kinds of all contexts whose state a viewer may read, whatever it is about.
std::set<std::string, std::less<>> open_kinds() {
  std::set<std::string> contexts;
  for (auto& info : catalogue_data::messages())
    if (info.mode == message_mode::read
        && std::ranges::any_of(info.allowed, [](const message_permission& x) {
             return x.role == VIEWER && x.about == ANYONE;
           }))
      contexts.insert(info.receivers.front().context);
  std::set<std::string, std::less<>> out;
  for (auto& info : catalogue_data::messages())
    for (auto& receiver : info.receivers)
      if (contexts.contains(receiver.context))
        out.insert(receiver.kind);
  return out;
}

/// The newest records that fit, with a count of those that had to go for them; or the oldest, when
/// they are wanted in order.
class tail_reader {
public:
  /// `share`: of the bounds of an answer, the reciprocal.
  tail_reader(const storage::store& from, const TailQuery& query, size_t share)
    : from_{from},
      query_{query},
      limit_{std::max<size_t>(
        1, (query.limit() == 0 ? default_tail : std::min(query.limit(), max_tail)) / share)},
      max_bytes_{max_tail_bytes / share} {}

  /// Goes through the log of a partition behind the cursor.
  void read(uint32_t partition, uint64_t committed) {
    auto group = group_of(partition);
    auto seen = committed;
    // It may be ahead of a leader that is new.
    for (auto& cursor : query_.cursor())
      if (cursor.partition() == partition)
        seen = cursor.index();
    if (auto bounds = from_.log_bounds(group); bounds && *bounds && (*bounds)->first > seen + 1) {
      out_.set_lost_entries(out_.lost_entries() + (*bounds)->first - seen - 1);
      seen = (*bounds)->first - 1;
    }
    auto last = std::min(committed, seen + max_tail_entries);
    size_t bytes = 0;
    while (seen < last && bytes < max_tail_read_bytes && !is_full()) {
      std::vector<consensus::entry> entries;
      constexpr size_t piece_bytes = size_t{1} << 20;
      if (!read_entries(from_, group, seen + 1, last, piece_bytes, entries))
        break;
      for (auto& entry : entries) {
        if (is_full())
          break;
        ++seen;
        if (entry.type != consensus::entry_type::command || !entry.data)
          continue;
        bytes += entry.data->size();
        take(partition, seen, *entry.data);
      }
    }
    auto& cursor = *out_.add_cursor();
    cursor.set_partition(partition);
    cursor.set_index(seen);
  }

  TailBatch take_batch() {
    for (auto& x : newest_)
      *out_.add_record() = std::move(x);
    return std::move(out_);
  }

private:
  /// What is in order goes on in the next answer.
  bool is_full() const {
    return query_.in_order() && (newest_.size() >= limit_ || bytes_ >= max_bytes_);
  }

  void take(uint32_t partition, uint64_t index, std::string_view entry) {
    storage::write_batch batch;
    if (!append_frames(entry, batch))
      return;
    for (auto& operation : batch.operations()) {
      if (operation.what != storage::write_batch::operation::verb::append)
        continue;
      auto key = batch.key(operation);
      auto parts = storage::split_key(key);
      auto record = storage::open_value(operation.where, key, batch.value(operation));
      if (!record || parts.suffix.size() != storage::position_bytes
          || !fits_pattern(query_.pattern(), parts.name)
          || (query_.open_only() && !is_open_kind(kind_of(parts.name))))
        continue;
      TailRecord x;
      x.set_partition(partition);
      x.set_index(index);
      x.set_address(std::string{parts.name});
      x.set_position(storage::read_big_endian(parts.suffix));
      x.set_record(std::string{*record});
      bytes_ += record->size();
      newest_.push_back(std::move(x));
      while (!query_.in_order()
             && (newest_.size() > limit_ || (bytes_ > max_bytes_ && newest_.size() > 1)))
        drop_oldest();
    }
  }

  void drop_oldest() {
    bytes_ -= newest_.front().record().size();
    newest_.pop_front();
    out_.set_dropped(out_.dropped() + 1);
  }

  const storage::store& from_;
  const TailQuery& query_;
  size_t limit_;
  size_t max_bytes_;
  std::deque<TailRecord> newest_;
  size_t bytes_ = 0;
  TailBatch out_;
};

} // namespace

bool is_open_kind(std::string_view kind) {
  static const auto kinds = open_kinds();
  return kinds.contains(kind);
}

TailBatch read_tail(const storage::store& from, const TailQuery& query,
                    const std::map<uint32_t, uint64_t>& committed, uint32_t partitions) {
  TailBatch out;
  for (uint32_t i = 0; i < partitions; ++i) {
    auto led = committed.find(i);
    if (led == committed.end()) {
      out.add_missing_partition(i);
      continue;
    }
    // Each has its share, so that a busy one does not push out the others.
    tail_reader reader{from, query, committed.size()};
    reader.read(i, led->second);
    auto part = reader.take_batch();
    out.mutable_record()->MergeFrom(part.record());
    out.mutable_cursor()->MergeFrom(part.cursor());
    out.set_dropped(out.dropped() + part.dropped());
    out.set_lost_entries(out.lost_entries() + part.lost_entries());
  }
  return out;
}

TailBatch merge_tails(const TailQuery& query, std::vector<TailBatch> batches) {
  TailBatch out;
  std::map<uint32_t, uint64_t> seen;
  // A partition that changes hands may be spoken for twice: who is further is right.
  std::map<uint32_t, size_t> speaker;
  for (size_t i = 0; i < batches.size(); ++i)
    for (auto& cursor : batches[i].cursor())
      if (auto [at, added] = seen.emplace(cursor.partition(), cursor.index());
          added || cursor.index() > at->second) {
        at->second = cursor.index();
        speaker[cursor.partition()] = i;
      }
  std::set<uint32_t> missing;
  for (size_t i = 0; i < batches.size(); ++i) {
    out.set_dropped(out.dropped() + batches[i].dropped());
    out.set_lost_entries(out.lost_entries() + batches[i].lost_entries());
    for (auto partition : batches[i].missing_partition())
      if (!speaker.contains(partition))
        missing.insert(partition);
    for (auto& record : *batches[i].mutable_record())
      if (speaker[record.partition()] == i)
        *out.add_record() = std::move(record);
  }
  for (auto& cursor : query.cursor())
    if (!seen.contains(cursor.partition()))
      seen[cursor.partition()] = cursor.index();
  for (auto& [partition, index] : seen) {
    auto& cursor = *out.add_cursor();
    cursor.set_partition(partition);
    cursor.set_index(index);
  }
  for (auto partition : missing)
    out.add_missing_partition(partition);
  // Those of an entry stay in their order.
  std::ranges::stable_sort(*out.mutable_record(), {}, [](const TailRecord& x) {
    return std::pair{x.partition(), x.index()};
  });
  return out;
}

// -- all nodes ------------------------------------------------------------------------------------

namespace {

Metrics merge_metrics(std::vector<Reply>& replies) {
  Metrics out;
  for (auto& reply : replies) {
    auto& part = *reply.mutable_admin()->mutable_metrics();
    out.set_cut(out.cut() || part.cut());
    for (auto& x : *part.mutable_metric())
      *out.add_metric() = std::move(x);
  }
  auto key = [](const Metric& x) {
    std::string labels;
    for (auto& label : x.label())
      labels += label.name() + '=' + label.value() + ',';
    return std::tuple{x.name(), labels, x.node()};
  };
  std::ranges::sort(*out.mutable_metric(), {}, key);
  return out;
}

} // namespace

Reply merge_replies(const AdminRequest& question, std::vector<Reply>& replies) {
  Reply out;
  auto& answer = *out.mutable_admin();
  switch (question.question_case()) {
    case AdminRequest::kActors: {
      std::vector<ActorsPage> pages;
      for (auto& reply : replies)
        pages.push_back(std::move(*reply.mutable_admin()->mutable_actors()));
      *answer.mutable_actors() = merge_pages(question.actors(), pages);
      break;
    }
    case AdminRequest::kTail: {
      std::vector<TailBatch> batches;
      for (auto& reply : replies)
        batches.push_back(std::move(*reply.mutable_admin()->mutable_tail()));
      *answer.mutable_tail() = merge_tails(question.tail(), std::move(batches));
      break;
    }
    case AdminRequest::kMetrics:
      *answer.mutable_metrics() = merge_metrics(replies);
      break;
    case AdminRequest::kSupervisors:
      for (auto& reply : replies)
        answer.mutable_supervisors()->MergeFrom(reply.admin().supervisors());
      std::ranges::sort(*answer.mutable_supervisors()->mutable_node(), {},
                        [](auto& x) { return x.node(); });
      break;
    default:
      for (auto& reply : replies) {
        const auto& part = reply.admin().snapshot();
        auto& sum = *answer.mutable_snapshot();
        sum.set_entities(sum.entities() + part.entities());
        sum.set_logs(sum.logs() + part.logs());
      }
  }
  return out;
}

} // namespace touchline::cluster
