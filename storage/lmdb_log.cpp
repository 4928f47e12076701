#include "storage/lmdb_log.hpp"

#include "storage/layout.hpp"
#include "storage/little_endian.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace touchline::storage {

namespace {

using verb = write_batch::operation::verb;

// A row, behind the header of its value: the number of frames (4 bytes), then for each frame the
// bytes of its group's name (1), whether entries are erased (1), its index (8), the bytes of its
// value or the number of entries that are gone (4), and the name; then the values. Numbers have the
// least significant byte first.
constexpr std::size_t count_bytes = 4;
constexpr std::size_t frame_bytes = 1 + 1 + 8 + 4;

std::string_view view(const std::array<char, position_bytes>& bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

} // namespace

// -- rows ---------------------------------------------------------------------

/// Nothing when the payload is no row.
std::optional<std::vector<lmdb_log::frame>> lmdb_log::frames_of(std::string_view payload) {
  if (payload.size() < count_bytes)
    return std::nullopt;
  const auto count = number_at<std::uint32_t>(payload);
  auto rest = payload.substr(count_bytes);
  std::vector<frame> frames;
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (rest.size() < frame_bytes)
      return std::nullopt;
    const auto name_bytes = static_cast<unsigned char>(rest[0]);
    const auto erases = rest[1] != 0;
    const auto number = number_at<std::uint32_t>(rest.substr(10));
    if (rest.size() < frame_bytes + name_bytes)
      return std::nullopt;
    frames.push_back({rest.substr(frame_bytes, name_bytes),
                      number_at<std::uint64_t>(rest.substr(2)),
                      erases ? number : 0,
                      {}});
    sizes.push_back(erases ? 0 : number);
    rest.remove_prefix(frame_bytes + name_bytes);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (rest.size() < sizes[i])
      return std::nullopt;
    frames[i].value = rest.substr(0, sizes[i]);
    rest.remove_prefix(sizes[i]);
  }
  return frames;
}

int lmdb_log::write(MDB_txn* txn, const ordered_operations& operations) {
  frames_.clear();
  moved_.clear();
  row_.clear();
  dropped_ = 0;
  std::vector<frame> wanted;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto& op = operations[i];
    if (op.where != table::log || operations.superseded(i))
      continue;
    const auto parts = split_key(op.key);
    const auto index = read_big_endian(parts.suffix);
    if (op.what == verb::put)
      wanted.push_back({parts.name, index, 0, op.value});
    else if (!wanted.empty() && wanted.back().erased > 0 && wanted.back().group == parts.name
             && wanted.back().index + wanted.back().erased == index)
      ++wanted.back().erased;
    else
      wanted.push_back({parts.name, index, 1, {}});
  }
  if (wanted.empty())
    return MDB_SUCCESS;
  // What is moved comes first: what the transaction does to the same entry counts.
  if (auto rc = drop_rows(txn); rc != MDB_SUCCESS)
    return rc;
  frames_.insert(frames_.end(), wanted.begin(), wanted.end());

  row_.assign(value_header_bytes, '\0');
  add_number(row_, static_cast<std::uint32_t>(frames_.size()));
  for (const auto& x : frames_) {
    row_ += static_cast<char>(x.group.size());
    row_ += static_cast<char>(x.erased > 0);
    add_number(row_, x.index);
    add_number(row_, x.erased > 0 ? x.erased : static_cast<std::uint32_t>(x.value.size()));
    row_ += x.group;
  }
  for (const auto& x : frames_)
    row_ += x.value;
  const auto key_bytes = to_big_endian(first_row_ + rows_.size());
  seal_value(table::log, view(key_bytes), row_.data(), row_.size());
  auto key = lmdb_value(view(key_bytes));
  auto data = lmdb_value(row_);
  return mdb_put(txn, env_.dbi(table::log), &key, &data, MDB_APPEND);
}

/// From the oldest row on: those without an entry that is there, and while too much is gone also
/// others, whose entries move. A row that says that entries are gone has none of them behind it.
int lmdb_log::drop_rows(MDB_txn* txn) {
  auto left = all_bytes_;
  std::uint64_t moved = 0;
  for (; dropped_ < rows_.size(); ++dropped_) {
    const auto& row = rows_[dropped_];
    if (row.entries > 0) {
      if (left <= 2 * live_bytes_ + cleaning_.slack_bytes || moved >= cleaning_.step_bytes)
        return MDB_SUCCESS;
      if (auto rc = move_row(txn, first_row_ + dropped_); rc != MDB_SUCCESS)
        return rc;
      moved += row.bytes;
    }
    left -= row.bytes;
    const auto key_bytes = to_big_endian(first_row_ + dropped_);
    auto key = lmdb_value(view(key_bytes));
    if (auto rc = mdb_del(txn, env_.dbi(table::log), &key, nullptr); rc != MDB_SUCCESS)
      return rc;
  }
  return MDB_SUCCESS;
}

int lmdb_log::move_row(MDB_txn* txn, std::uint64_t row) {
  const auto key_bytes = to_big_endian(row);
  auto key = lmdb_value(view(key_bytes));
  MDB_val data;
  if (auto rc = mdb_get(txn, env_.dbi(table::log), &key, &data); rc != MDB_SUCCESS)
    return rc;
  // LMDB's pages change below us: the bytes are ours from here on.
  moved_.emplace_back(storage::view(data));
  const auto payload = open_value(table::log, view(key_bytes), moved_.back());
  auto frames = payload ? frames_of(*payload) : std::nullopt;
  if (!frames)
    return MDB_CORRUPTED;
  for (auto& x : *frames)
    if (const auto* at = find_place(x.group, x.index); x.erased == 0 && at && at->row == row)
      frames_.push_back(x);
  return MDB_SUCCESS;
}

void lmdb_log::committed() {
  if (frames_.empty())
    return;
  std::lock_guard guard{mutex_};
  learn(first_row_ + rows_.size(), row_, frames_);
  for (; dropped_ > 0; --dropped_) {
    all_bytes_ -= rows_.front().bytes;
    rows_.pop_front();
    ++first_row_;
  }
  frames_.clear();
}

// -- where entries are --------------------------------------------------------

/// Takes note of a row: `frames` in the order in which they lie at the end of `value`.
void lmdb_log::learn(std::uint64_t row, std::string_view value, const std::vector<frame>& frames) {
  rows_.push_back({value.size(), 0});
  all_bytes_ += value.size();
  std::size_t behind = 0;
  for (const auto& x : frames)
    behind += x.value.size();
  auto offset = static_cast<std::uint32_t>(value.size() - behind);
  for (const auto& x : frames) {
    auto found = groups_.find(x.group);
    if (found == groups_.end())
      found = groups_.emplace(std::string{x.group}, group_index{}).first;
    auto& entries = found->second;
    if (x.erased > 0) {
      for (auto at = entries.lower_bound(x.index);
           at != entries.end() && at->first - x.index < x.erased;)
        forget(entries, at++);
      continue;
    }
    if (auto at = entries.find(x.index); at != entries.end())
      forget(entries, at);
    const auto size = static_cast<std::uint32_t>(x.value.size());
    entries.emplace_hint(entries.end(), x.index, place{row, offset, size});
    offset += size;
    ++rows_.back().entries;
    ++entries_;
    live_bytes_ += size;
  }
}

void lmdb_log::forget(group_index& entries, group_index::iterator at) {
  --rows_[at->second.row - first_row_].entries;
  --entries_;
  live_bytes_ -= at->second.size;
  entries.erase(at);
}

result<void> lmdb_log::recover() {
  auto reader = env_.read();
  if (!reader)
    return tl::make_unexpected(std::move(reader.error()));
  int rc = MDB_SUCCESS;
  const auto cursor = open_cursor(reader->txn(), env_.dbi(table::log), rc);
  MDB_val key{};
  MDB_val data{};
  while (rc == MDB_SUCCESS
         && (rc = mdb_cursor_get(cursor.get(), &key, &data, MDB_NEXT)) == MDB_SUCCESS) {
    const auto row = read_big_endian(storage::view(key));
    if (rows_.empty())
      first_row_ = row;
    const auto value = storage::view(data);
    const auto frames = value.size() < value_header_bytes
                          ? std::nullopt
                          : frames_of(value.substr(value_header_bytes));
    if (!frames || row != first_row_ + rows_.size())
      return tl::make_unexpected(storage_error{
        error_code::damaged, describe(table::log, storage::view(key)) + " of "
                               + env_.directory().data_file().string()
                               + " is damaged; restore the directory from a copy, or let the node "
                                 "join anew with an empty one"});
    learn(row, value, *frames);
  }
  if (rc != MDB_NOTFOUND)
    return tl::make_unexpected(env_.error(rc, "read the log of"));
  return {};
}

const lmdb_log::place* lmdb_log::find_place(std::string_view group, std::uint64_t index) const {
  const auto found = groups_.find(group);
  if (found == groups_.end())
    return nullptr;
  const auto at = found->second.find(index);
  return at == found->second.end() ? nullptr : &at->second;
}

std::optional<std::string_view> lmdb_log::find(MDB_txn* txn, std::string_view group,
                                               std::uint64_t index) const {
  place where;
  {
    std::lock_guard guard{mutex_};
    const auto* at = find_place(group, index);
    if (!at)
      return std::nullopt;
    where = *at;
  }
  const auto key_bytes = to_big_endian(where.row);
  auto key = lmdb_value(view(key_bytes));
  MDB_val data;
  if (mdb_get(txn, env_.dbi(table::log), &key, &data) != MDB_SUCCESS
      || data.mv_size < std::size_t{where.offset} + where.size)
    return std::nullopt;
  return storage::view(data).substr(where.offset, where.size);
}

std::optional<std::uint64_t> lmdb_log::next(std::string_view group, std::uint64_t index) const {
  std::lock_guard guard{mutex_};
  const auto found = groups_.find(group);
  if (found == groups_.end())
    return std::nullopt;
  const auto at = found->second.lower_bound(index);
  return at == found->second.end() ? std::nullopt : std::optional{at->first};
}

std::optional<log_range> lmdb_log::bounds(std::string_view group) const {
  std::lock_guard guard{mutex_};
  const auto found = groups_.find(group);
  if (found == groups_.end() || found->second.empty())
    return std::nullopt;
  return log_range{found->second.begin()->first, found->second.rbegin()->first};
}

lmdb_log::sizes lmdb_log::size() const {
  std::lock_guard guard{mutex_};
  return {entries_, rows_.size(), all_bytes_, live_bytes_};
}

} // namespace touchline::storage
