#include "nodes/cluster/query_answer.hpp"

#include "actors/runtime/placement.hpp"
#include "nodes/cluster/store_query.hpp"

#include <algorithm>
#include <limits>

namespace touchline::nodes {

namespace {

using storage::error_code;
using storage::result;
using storage::storage_error;

StoreReply failed(const storage_error& error) {
  StoreReply reply;
  *reply.mutable_failure() = to_failure(error);
  return reply;
}

StoreReply invalid(std::string why) {
  return failed({error_code::invalid, std::move(why)});
}

// -- what one entity has --------------------------------------------------------------------------

StoreReply reply_of(result<std::optional<storage::snapshot>> found) {
  if (!found)
    return failed(found.error());
  StoreReply reply;
  auto& out = *reply.mutable_snapshot();
  if (*found) {
    out.set_position((*found)->position);
    out.set_bytes(std::move((*found)->bytes));
  }
  return reply;
}

StoreReply reply_of(result<std::optional<std::string>> found) {
  if (!found)
    return failed(found.error());
  StoreReply reply;
  auto& out = *reply.mutable_value();
  if (*found)
    out.set_bytes(std::move(**found));
  return reply;
}

StoreReply reply_of(const result<std::optional<std::uint64_t>>& found) {
  if (!found)
    return failed(found.error());
  StoreReply reply;
  auto& out = *reply.mutable_position();
  if (*found)
    out.set_position(**found);
  return reply;
}

StoreReply read_stream(const storage::store& from, const StoreQuery::ReadStream& query,
                       const query_bounds& bounds) {
  StoreReply reply;
  auto& out = *reply.mutable_stream();
  out.set_first(std::max<std::uint64_t>(query.from(), 1));
  storage::read_limits limits;
  limits.max_records = std::min<std::uint64_t>(query.max_records(), bounds.entries);
  limits.max_bytes = std::min<std::uint64_t>(query.max_bytes(), bounds.bytes);
  auto progress = from.read_stream(query.address(), out.first(), limits,
                                   [&out](std::uint64_t, std::string_view record) {
                                     out.add_records(record.data(), record.size());
                                     return true;
                                   });
  if (!progress)
    return failed(progress.error());
  out.set_at_end(progress->at_end);
  return reply;
}

// -- what a partition has -------------------------------------------------------------------------

/// Entries that are read from the store at a time.
constexpr std::size_t chunk = 512;
/// A dead letter may have megabytes.
constexpr std::size_t dead_letter_chunk = 4;

StoreReply::Entry entry_of(std::string&& address) {
  StoreReply::Entry entry;
  entry.set_key(std::move(address));
  return entry;
}

StoreReply::Entry entry_of(storage::outbox_mark&& mark) {
  auto entry = entry_of(std::move(mark.address));
  entry.set_number(mark.lowest_position);
  return entry;
}

StoreReply::Entry entry_of(storage::entity_deadline&& x) {
  auto entry = entry_of(std::move(x.address));
  entry.set_number(x.deadline_ms);
  return entry;
}

StoreReply::Entry entry_of(storage::dead_letter&& letter) {
  auto entry = entry_of(std::move(letter.id));
  entry.set_bytes(std::move(letter.bytes));
  return entry;
}

/// Makes one page of a list.
class page {
public:
  page(const StoreQuery::Listing& query, const query_bounds& bounds)
    : bounds_{bounds},
      entries_{std::min<std::uint64_t>(query.limit(), bounds.entries)} {
    list_.set_looked_to(query.after());
  }

  /// Reads chunks with `read(after, limit)` and takes the entries whose key `is_ours`, until the
  /// page is full or the table ends.
  template <class Read, class IsOurs>
  StoreReply fill(std::size_t most, const Read& read, const IsOurs& is_ours) {
    while (!list_.at_end() && has_room()) {
      auto wanted = std::min(most, bounds_.looked_at - looked_at_);
      auto found = read(std::string{list_.looked_to()}, wanted);
      if (!found)
        return failed(found.error());
      auto is_last = found->size() < wanted;
      for (auto& x : *found)
        if (!take(entry_of(std::move(x)), is_ours))
          return reply();
      list_.set_at_end(is_last);
    }
    return reply();
  }

private:
  std::size_t taken() const { return static_cast<std::size_t>(list_.entries_size()); }
  bool has_room() const {
    return taken() < entries_ && looked_at_ < bounds_.looked_at
           && looked_at_bytes_ < bounds_.looked_at_bytes;
  }

  /// False when the entry does not fit: it begins the next page.
  template <class IsOurs>
  bool take(StoreReply::Entry entry, const IsOurs& is_ours) {
    auto ours = is_ours(entry.key());
    auto bytes = entry.key().size() + entry.bytes().size();
    if (ours && (taken() == entries_ || (taken() > 0 && bytes_ + bytes > bounds_.bytes)))
      return false;
    ++looked_at_;
    looked_at_bytes_ += bytes;
    list_.set_looked_to(entry.key());
    if (ours) {
      bytes_ += bytes;
      *list_.add_entries() = std::move(entry);
    }
    return true;
  }

  StoreReply reply() {
    StoreReply result;
    *result.mutable_list() = std::move(list_);
    return result;
  }

  const query_bounds& bounds_;
  std::size_t entries_;
  StoreReply::List list_;
  std::size_t bytes_ = 0;
  std::size_t looked_at_ = 0;
  std::size_t looked_at_bytes_ = 0;
};

StoreReply list(const storage::store& from, const StoreQuery& query, std::uint32_t partition,
                std::uint32_t partitions, const query_bounds& bounds) {
  auto is_ours = [partition, partitions](const std::string& address) {
    return actors::partition_of(address, partitions) == partition;
  };
  switch (query.read_case()) {
    case StoreQuery::kOutbox:
      return page{query.outbox(), bounds}.fill(
        chunk, [&](const std::string& after, std::size_t n) { return from.outbox(after, n); },
        is_ours);
    case StoreQuery::kDeadlines:
      return page{query.deadlines(), bounds}.fill(
        chunk, [&](const std::string& after, std::size_t n) { return from.deadlines(after, n); },
        is_ours);
    case StoreQuery::kDeadLetters:
      return page{query.dead_letters(), bounds}.fill(
        dead_letter_chunk,
        [&](const std::string& after, std::size_t n) { return from.dead_letters(after, n); },
        [partition, partitions](const std::string& id) {
          return partition_of_dead_letter(id, partitions) == partition;
        });
    default:
      return page{query.addresses(), bounds}.fill(
        chunk,
        [&](const std::string& after, std::size_t n) {
          return from.addresses(query.addresses().prefix(), after, n);
        },
        is_ours);
  }
}

} // namespace

StoreReply answer_query(const storage::store& from, const StoreQuery& query,
                        std::uint32_t partition, std::uint32_t partitions,
                        const query_bounds& bounds) {
  if (partition >= partitions)
    return invalid("There is no partition " + std::to_string(partition) + " of "
                   + std::to_string(partitions));
  if (auto owner = partition_of(query, partitions); owner && *owner != partition)
    return invalid("The partition " + std::to_string(partition)
                   + " was asked for an entity of the partition " + std::to_string(*owner));
  switch (query.read_case()) {
    case StoreQuery::kSnapshot:
      return reply_of(from.read_snapshot(query.snapshot().address()));
    case StoreQuery::kStream:
      return read_stream(from, query.stream(), bounds);
    case StoreQuery::kRecord:
      return reply_of(from.read_record(query.record().address(), query.record().position()));
    case StoreQuery::kLastPosition:
      return reply_of(from.last_position(query.last_position().address()).map([](std::uint64_t x) {
        return std::optional{x};
      }));
    case StoreQuery::kCommand:
      return reply_of(from.find_command(query.command().address(), query.command().command()));
    case StoreQuery::kDeadLetter:
      return reply_of(from.read_dead_letter(query.dead_letter().id()));
    case StoreQuery::READ_NOT_SET:
      return invalid("The query asks for nothing that this version knows");
    default:
      return list(from, query, partition, partitions, bounds);
  }
}

} // namespace touchline::nodes
