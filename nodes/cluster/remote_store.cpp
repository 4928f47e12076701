#include "nodes/cluster/remote_store.hpp"

#include "actors/runtime/placement.hpp"
#include "nodes/cluster/store_query.hpp"

#include <algorithm>

namespace touchline::nodes {

namespace {

using storage::error_code;
using storage::result;
using storage::storage_error;

tl::unexpected<storage_error> closed(const std::string& what) {
  return tl::unexpected{storage_error{error_code::closed, what}};
}

tl::unexpected<storage_error> nodes_own() {
  return closed("what a node keeps for itself is read on the node itself");
}

tl::unexpected<storage_error> malformed(std::uint32_t partition) {
  return tl::unexpected{
    storage_error{error_code::damaged, "What the partition " + std::to_string(partition)
                                         + " answered about its store makes no sense"}};
}

/// Sentences of the storage room end without a full stop.
std::string without_stop(std::string text) {
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

} // namespace

remote_store::remote_store(read_channel& channel, std::uint32_t partitions)
  : channel_{channel},
    partitions_{partitions} {}

result<StoreReply> remote_store::ask(std::uint32_t partition, const StoreQuery& query,
                                     StoreReply::AnswerCase expected) const {
  auto reply = channel_.ask(partition, query);
  if (!reply)
    return closed(without_stop(std::move(reply.error().text)));
  if (reply->has_failure())
    return tl::unexpected{to_storage_error(reply->failure())};
  if (reply->answer_case() != expected)
    return malformed(partition);
  return std::move(*reply);
}

result<StoreReply> remote_store::ask_owner(const StoreQuery& query,
                                           StoreReply::AnswerCase expected) const {
  return ask(partition_of(query, partitions_).value_or(0), query, expected);
}

result<std::optional<std::string>> remote_store::read_value(const StoreQuery& query) const {
  auto reply = ask_owner(query, StoreReply::kValue);
  if (!reply)
    return tl::unexpected{reply.error()};
  if (!reply->value().has_bytes())
    return std::nullopt;
  return std::move(*reply->mutable_value()->mutable_bytes());
}

result<std::optional<std::uint64_t>> remote_store::read_position(const StoreQuery& query) const {
  auto reply = ask_owner(query, StoreReply::kPosition);
  if (!reply)
    return tl::unexpected{reply.error()};
  if (!reply->position().has_position())
    return std::nullopt;
  return reply->position().position();
}

// -- what one entity has --------------------------------------------------------------------------

result<std::optional<storage::snapshot>> remote_store::read_snapshot(
  std::string_view address) const {
  StoreQuery query;
  query.mutable_snapshot()->set_address(address.data(), address.size());
  auto reply = ask_owner(query, StoreReply::kSnapshot);
  if (!reply)
    return tl::unexpected{reply.error()};
  auto& found = *reply->mutable_snapshot();
  if (!found.has_bytes())
    return std::nullopt;
  return storage::snapshot{found.position(), std::move(*found.mutable_bytes())};
}

result<storage::read_progress> remote_store::read_stream(
  std::string_view address, std::uint64_t from, const storage::read_limits& limits,
  const storage::record_visitor& visit) const {
  StoreQuery query;
  auto& read = *query.mutable_stream();
  read.set_address(address.data(), address.size());
  read.set_from(std::max<std::uint64_t>(from, 1));
  read.set_max_records(limits.max_records);
  read.set_max_bytes(limits.max_bytes);
  auto reply = ask_owner(query, StoreReply::kStream);
  if (!reply)
    return tl::unexpected{reply.error()};
  const auto& page = reply->stream();
  // Whoever reads on until the end would do so for ever.
  if (page.first() != read.from() || (page.records().empty() && !page.at_end()))
    return malformed(*partition_of(query, partitions_));
  storage::read_progress progress{page.first(), page.at_end()};
  for (auto& record : page.records())
    if (!visit(progress.next_position++, record)) {
      progress.at_end = false;
      break;
    }
  return progress;
}

result<std::optional<std::string>> remote_store::read_record(std::string_view address,
                                                             std::uint64_t position) const {
  StoreQuery query;
  query.mutable_record()->set_address(address.data(), address.size());
  query.mutable_record()->set_position(position);
  return read_value(query);
}

result<std::uint64_t> remote_store::last_position(std::string_view address) const {
  StoreQuery query;
  query.mutable_last_position()->set_address(address.data(), address.size());
  return read_position(query).map([](const auto& position) { return position.value_or(0); });
}

result<std::optional<std::uint64_t>> remote_store::find_command(std::string_view address,
                                                                std::string_view command_id) const {
  StoreQuery query;
  query.mutable_command()->set_address(address.data(), address.size());
  query.mutable_command()->set_command(command_id.data(), command_id.size());
  return read_position(query);
}

result<std::optional<std::string>> remote_store::read_dead_letter(std::string_view id) const {
  StoreQuery query;
  query.mutable_dead_letter()->set_id(id.data(), id.size());
  return read_value(query);
}

// -- lists ----------------------------------------------------------------------------------------

/// Puts a list together from those of all partitions, each of which is in order.
class merged_list {
public:
  using listing = StoreQuery::Listing* (StoreQuery::*)();

  /// `which` is the case of the query: `&StoreQuery::mutable_outbox`.
  merged_list(const remote_store& store, listing which, std::string_view after,
              std::string_view prefix, std::size_t limit)
    : store_{store},
      limit_{limit} {
    (query_.*which)()->set_prefix(prefix.data(), prefix.size());
    listing_ = (query_.*which)();
    // All partitions together give somewhat more than is wanted.
    constexpr std::size_t spare = 16;
    listing_->set_limit(std::min(limit, limit / store.partitions_ + spare));
    for (std::uint32_t i = 0; i < store.partitions_; ++i)
      parts_.push_back({i, std::string{after}, {}, 0, false});
  }

  /// Gives up to `limit` entries to `take`, in order.
  template <class Take>
  result<void> each(const Take& take) {
    for (std::size_t taken = 0; taken < limit_; ++taken) {
      part* first = nullptr;
      for (auto& x : parts_) {
        if (auto done = refill(x); !done)
          return done;
        if (x.has_entry() && (!first || x.entry().key() < first->entry().key()))
          first = &x;
      }
      if (!first)
        break;
      take(first->entry());
      ++first->next;
    }
    return {};
  }

private:
  /// The list of one partition, as far as it was fetched.
  struct part {
    std::uint32_t partition;
    std::string looked_to;
    StoreReply::List page;
    int next;
    bool at_end;

    bool has_entry() const { return next < page.entries_size(); }
    StoreReply::Entry& entry() { return *page.mutable_entries(next); }
  };

  result<void> refill(part& x) {
    while (!x.has_entry() && !x.at_end) {
      listing_->set_after(x.looked_to);
      auto reply = store_.ask(x.partition, query_, StoreReply::kList);
      if (!reply)
        return tl::unexpected{reply.error()};
      if (!is_sound(x, reply->list()))
        return malformed(x.partition);
      x.page = std::move(*reply->mutable_list());
      x.next = 0;
      x.at_end = x.page.at_end();
      x.looked_to = x.page.looked_to();
    }
    return {};
  }

  /// In order, the partition's own, and one step further, so that there is an end.
  bool is_sound(const part& x, const StoreReply::List& page) const {
    const auto* before = &x.looked_to;
    for (auto& entry : page.entries()) {
      if (entry.key() <= *before || owner_of(entry.key()) != x.partition)
        return false;
      before = &entry.key();
    }
    return page.looked_to() >= *before && (page.at_end() || page.looked_to() > x.looked_to);
  }

  std::uint32_t owner_of(const std::string& key) const {
    return query_.has_dead_letters() ? partition_of_dead_letter(key, store_.partitions_)
                                     : actors::partition_of(key, store_.partitions_);
  }

  const remote_store& store_;
  std::size_t limit_;
  StoreQuery query_;
  StoreQuery::Listing* listing_ = nullptr;
  std::vector<part> parts_;
};

result<std::vector<storage::outbox_mark>> remote_store::outbox(std::string_view after,
                                                               std::size_t limit) const {
  std::vector<storage::outbox_mark> out;
  merged_list list{*this, &StoreQuery::mutable_outbox, after, {}, limit};
  return list
    .each([&out](StoreReply::Entry& x) {
      out.push_back({std::move(*x.mutable_key()), x.number()});
    })
    .map([&out] { return std::move(out); });
}

result<std::vector<storage::entity_deadline>> remote_store::deadlines(std::string_view after,
                                                                      std::size_t limit) const {
  std::vector<storage::entity_deadline> out;
  merged_list list{*this, &StoreQuery::mutable_deadlines, after, {}, limit};
  return list
    .each([&out](StoreReply::Entry& x) {
      out.push_back({std::move(*x.mutable_key()), x.number()});
    })
    .map([&out] { return std::move(out); });
}

result<std::vector<storage::dead_letter>> remote_store::dead_letters(std::string_view after,
                                                                     std::size_t limit) const {
  std::vector<storage::dead_letter> out;
  merged_list list{*this, &StoreQuery::mutable_dead_letters, after, {}, limit};
  return list
    .each([&out](StoreReply::Entry& x) {
      out.push_back({std::move(*x.mutable_key()), std::move(*x.mutable_bytes())});
    })
    .map([&out] { return std::move(out); });
}

result<std::vector<std::string>> remote_store::addresses(std::string_view prefix,
                                                         std::string_view after,
                                                         std::size_t limit) const {
  std::vector<std::string> out;
  merged_list list{*this, &StoreQuery::mutable_addresses, after, prefix, limit};
  return list.each([&out](StoreReply::Entry& x) { out.push_back(std::move(*x.mutable_key())); })
    .map([&out] { return std::move(out); });
}

// -- what is not remote ---------------------------------------------------------------------------

result<void> remote_store::commit(std::span<const storage::write_batch>) {
  return closed("a cluster is written through its actors only");
}

result<std::optional<std::string>> remote_store::meta(std::string_view) const {
  return nodes_own();
}

result<storage::read_progress> remote_store::read_log(std::string_view, std::uint64_t,
                                                      const storage::read_limits&,
                                                      const storage::record_visitor&) const {
  return nodes_own();
}

result<std::optional<storage::log_range>> remote_store::log_bounds(std::string_view) const {
  return nodes_own();
}

result<std::optional<std::string>> remote_store::read_replica(std::string_view,
                                                              std::string_view) const {
  return nodes_own();
}

result<std::optional<std::string>> remote_store::read_staged(std::string_view,
                                                             std::uint64_t) const {
  return nodes_own();
}

result<std::vector<std::string>> remote_store::groups() const {
  return nodes_own();
}

result<storage::content_piece> remote_store::copy_content(const storage::address_filter&,
                                                          const std::string&,
                                                          const storage::read_limits&) const {
  return nodes_own();
}

result<storage::content_piece> remote_store::erase_content(const storage::address_filter&,
                                                           const std::string&,
                                                           const storage::read_limits&) const {
  return nodes_own();
}

} // namespace touchline::nodes
