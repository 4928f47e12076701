#include "nodes/cluster/replica_state.hpp"

#include "nodes/cluster/replica.pb.h"
#include "storage/layout.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace touchline::cluster {

namespace {

using consensus::entry;
using consensus::entry_type;

constexpr size_t entry_head_bytes = 9;

void fill(SnapshotPoint& out, const consensus::snapshot_point& x) {
  out.set_index(x.index);
  out.set_term(x.term);
  out.set_members_index(x.members.index);
  for (auto& server : x.members.servers) {
    auto* member = out.add_member();
    member->set_id(server.id);
    member->set_voter(server.role == consensus::server_role::voter);
  }
}

consensus::snapshot_point to_point(const SnapshotPoint& x) {
  consensus::snapshot_point result{x.index(), x.term(), {x.members_index(), {}}};
  for (auto& member : x.member())
    result.members.servers.push_back({member.id(), member.voter()
                                                     ? consensus::server_role::voter
                                                     : consensus::server_role::standby});
  return result;
}

/// Changes keep their bytes: the library wants them. Others are read when they are needed.
std::optional<entry> decode_entry(std::string_view bytes, bool with_bytes) {
  if (bytes.size() < entry_head_bytes)
    return std::nullopt;
  auto type = static_cast<uint8_t>(bytes[8]);
  if (type < 1 || type > 3)
    return std::nullopt;
  entry result{storage::read_big_endian(bytes), static_cast<entry_type>(type), nullptr};
  if (with_bytes || result.type == entry_type::change)
    result.data = std::make_shared<const std::string>(bytes.substr(entry_head_bytes));
  return result;
}

tl::unexpected<storage::storage_error> damaged(const std::string& group, const std::string& what) {
  return tl::make_unexpected(storage::storage_error{
    storage::error_code::damaged, "The replica of partition " + group + " is damaged: " + what
                                    + "; empty the data directory, the node gets everything from "
                                      "the others again"});
}

storage::result<void> read_rows(const storage::store& from, const std::string& group,
                                replica_state& out) {
  auto vote = from.read_replica(group, vote_field);
  auto snapshot = from.read_replica(group, snapshot_field);
  auto applied = from.read_replica(group, applied_field);
  auto install = from.read_replica(group, install_field);
  for (auto* row : {&vote, &snapshot, &applied, &install})
    if (!*row)
      return tl::make_unexpected(row->error());
  if (*vote) {
    if ((*vote)->size() != 2 * storage::position_bytes)
      return damaged(group, "term and vote are unreadable");
    out.stored.hard
      = {storage::read_big_endian(**vote), storage::read_big_endian((*vote)->substr(8))};
  }
  if (*snapshot) {
    out.stored.snapshot = decode_snapshot(**snapshot);
    if (!out.stored.snapshot)
      return damaged(group, "its snapshot point is unreadable");
  }
  if (*applied) {
    if ((*applied)->size() != storage::position_bytes)
      return damaged(group, "its applied index is unreadable");
    out.applied = storage::read_big_endian(**applied);
  }
  if (*install) {
    PendingInstall x;
    if (!x.ParseFromString(**install))
      return damaged(group, "what it was installing is unreadable");
    out.install = pending_install{to_point(x.point()), x.applied(), x.pieces(), x.erased()};
  }
  return {};
}

} // namespace

std::string group_of(uint32_t partition) {
  return std::to_string(partition);
}

std::optional<uint32_t> partition_of_group(std::string_view group) {
  uint32_t result = 0;
  auto end = group.data() + group.size();
  auto [stop, failed] = std::from_chars(group.data(), end, result);
  return failed == std::errc{} && stop == end ? std::optional{result} : std::nullopt;
}

std::string encode_vote(const consensus::hard_state& x) {
  auto term = storage::to_big_endian(x.term);
  auto vote = storage::to_big_endian(x.vote);
  std::string out{term.data(), term.size()};
  return out.append(vote.data(), vote.size());
}

std::string encode_snapshot(const consensus::snapshot_point& x) {
  SnapshotPoint out;
  fill(out, x);
  return out.SerializeAsString();
}

std::optional<consensus::snapshot_point> decode_snapshot(std::string_view bytes) {
  SnapshotPoint x;
  if (!x.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || x.index() == 0)
    return std::nullopt;
  return to_point(x);
}

std::string encode_applied(uint64_t index) {
  auto bytes = storage::to_big_endian(index);
  return {bytes.data(), bytes.size()};
}

std::string encode_install(const pending_install& x) {
  PendingInstall out;
  fill(*out.mutable_point(), x.point);
  out.set_applied(x.applied);
  out.set_pieces(x.pieces);
  out.set_erased(x.erased);
  return out.SerializeAsString();
}

std::string encode_entry(const entry& x) {
  auto term = storage::to_big_endian(x.term);
  std::string out;
  out.reserve(entry_head_bytes + (x.data ? x.data->size() : 0));
  out.append(term.data(), term.size());
  out += static_cast<char>(x.type);
  if (x.data)
    out += *x.data;
  return out;
}

storage::result<replica_state> read_replica_state(const storage::store& from,
                                                  const std::string& group) {
  replica_state out;
  if (auto read = read_rows(from, group, out); !read)
    return tl::make_unexpected(read.error());
  auto bounds = from.log_bounds(group);
  if (!bounds)
    return tl::make_unexpected(bounds.error());
  auto& stored = out.stored;
  auto snapshot_index = stored.snapshot ? stored.snapshot->index : 0;
  stored.first_index = snapshot_index + 1;
  if (!*bounds)
    return out;
  auto [first, last] = **bounds;
  // The log may begin before the snapshot, not behind it, and is of no use when it ends before.
  if (last < snapshot_index || first > snapshot_index + 1) {
    out.leftover_from = first;
    out.leftover_to = last;
    return out;
  }
  stored.first_index = first;
  auto next = first;
  bool readable = true;
  for (bool at_end = false; readable && !at_end;) {
    auto progress = from.read_log(group, next, {}, [&](uint64_t, std::string_view bytes) {
      auto x = decode_entry(bytes, false);
      readable = x.has_value();
      if (readable) {
        stored.entries.push_back(std::move(*x));
        out.entry_bytes.push_back(static_cast<uint32_t>(bytes.size()));
      }
      return readable;
    });
    if (!progress) {
      // A write that failed left a gap; nobody was told of what lies behind it.
      if (progress.error().code != storage::error_code::damaged || stored.entries.empty())
        return tl::make_unexpected(progress.error());
      out.leftover_from = first + stored.entries.size();
      out.leftover_to = last;
      break;
    }
    next = progress->next_position;
    at_end = progress->at_end;
  }
  if (!readable)
    return damaged(group, "entry " + std::to_string(first + stored.entries.size())
                            + " of its log is unreadable");
  if (first + stored.entries.size() <= snapshot_index) {
    out.leftover_from = first;
    out.leftover_to = last;
    stored.entries.clear();
    out.entry_bytes.clear();
    stored.first_index = snapshot_index + 1;
  }
  return out;
}

bool read_entries(const storage::store& from, const std::string& group, uint64_t first,
                  uint64_t last, size_t max_bytes, std::vector<entry>& out) {
  auto count = static_cast<size_t>(last - first + 1);
  auto progress
    = from.read_log(group, first, {count, max_bytes}, [&](uint64_t, std::string_view bytes) {
        auto x = decode_entry(bytes, true);
        if (x)
          out.push_back(std::move(*x));
        return x.has_value();
      });
  return progress.has_value() && !out.empty();
}

storage::write_batch newborn_rows(const std::string& group,
                                  const std::vector<consensus::server>& members) {
  auto born = consensus::newborn_group(members);
  storage::write_batch out;
  out.put_replica(group, vote_field, encode_vote(born.hard));
  for (size_t i = 0; i < born.entries.size(); ++i)
    out.put_log(group, born.first_index + i, encode_entry(born.entries[i]));
  return out;
}

void add_frame(std::string& entry, std::string_view encoded_batch) {
  auto size = static_cast<uint32_t>(encoded_batch.size());
  for (int shift = 0; shift < 32; shift += 8)
    entry += static_cast<char>(size >> shift & 0xff);
  entry += encoded_batch;
}

storage::result<void> append_frames(std::string_view entry, storage::write_batch& out) {
  constexpr size_t length_bytes = 4;
  while (!entry.empty()) {
    uint32_t size = 0;
    for (size_t i = 0; i < length_bytes && i < entry.size(); ++i)
      size |= uint32_t{static_cast<unsigned char>(entry[i])} << (8 * i);
    if (entry.size() < length_bytes || entry.size() - length_bytes < size)
      return tl::make_unexpected(storage::storage_error{
        storage::error_code::damaged, "an entry of the log ends in the middle of a batch"});
    // A barrier has nothing in it.
    if (size > 0)
      if (auto done = out.append_encoded(entry.substr(length_bytes, size)); !done)
        return done;
    entry.remove_prefix(length_bytes + size);
  }
  return {};
}

} // namespace touchline::cluster
