#include "storage/memory_store.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace touchline::storage {

namespace {

using verb = write_batch::operation::verb;

// What was taken into the journal can be written.
void must(const result<void>& done) {
  if (!done)
    throw std::logic_error{"the journal in memory: " + done.error().text};
}

} // namespace

// -- writing ------------------------------------------------------------------

result<void> memory_store::commit(std::span<const write_batch> batches) {
  const std::lock_guard lock{mutex_};
  if (closed_)
    return tl::make_unexpected(storage_error{
      error_code::closed, "the store writes no more since an earlier error: the disk is broken"});
  if (auto gathered = operations_.gather(batches); !gathered || operations_.empty())
    return gathered;
  if (auto failed = failure(); failed)
    return tl::make_unexpected(std::move(*failed));
  return write();
}

/// What was gathered.
result<void> memory_store::write() {
  changes_.clear();
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    if (operations_.superseded(i))
      continue;
    if (auto refused = refusal_of(i); refused) {
      undo();
      return tl::make_unexpected(std::move(*refused));
    }
    apply(operations_[i]);
  }
  ++transactions_;
  for (; !journal_.empty() && journal_.front().number <= ending_; journal_.pop_front())
    journal_used_ -= journal_.front().bytes;
  return {};
}

std::optional<storage_error> memory_store::failure() {
  if (next_failure_)
    return std::exchange(next_failure_, std::nullopt);
  if (full_)
    return storage_error{error_code::disk_full, "the disk is full; make room"};
  closed_ = broken_;
  if (broken_)
    return storage_error{error_code::io_error, "the disk is broken"};
  return std::nullopt;
}

std::optional<storage_error> memory_store::refusal_of(std::size_t i) const {
  const auto& op = operations_[i];
  if (op.what != verb::append)
    return std::nullopt;
  const auto& records = in(op.where);
  const auto before = predecessor_of(op.key);
  if (before && !operations_.follows(i) && !records.contains(before->view()))
    return gap_error(op);
  const auto found = records.find(op.key);
  if (found != records.end() && found->second != op.value)
    return conflict_error(op);
  return std::nullopt;
}

void memory_store::apply(const ordered_operation& op) {
  auto& entries = in(op.where);
  auto place = entries.lower_bound(op.key);
  const auto found = place != entries.end() && place->first == op.key;
  if (!found && op.what == verb::erase)
    return;
  if (!found) {
    changes_.push_back({op.where, std::string{op.key}, std::nullopt});
    entries.emplace_hint(place, op.key, op.value);
    return;
  }
  changes_.push_back({op.where, place->first, std::move(place->second)});
  if (op.what == verb::erase)
    entries.erase(place);
  else
    place->second = op.value;
}

void memory_store::undo() {
  for (; !changes_.empty(); changes_.pop_back()) {
    auto& last = changes_.back();
    if (last.before)
      in(last.where)[last.key] = std::move(*last.before);
    else
      in(last.where).erase(last.key);
  }
}

// -- the journal --------------------------------------------------------------

result<std::uint64_t> memory_store::journal(std::span<const write_batch* const> batches) {
  const std::lock_guard lock{mutex_};
  journal_entry next{last_record_ + 1, {}, 0};
  for (const auto* batch : batches)
    next.bytes += next.batches.emplace_back(batch->encode()).size();
  if (closed_ || journal_used_ + next.bytes > journal_bytes_)
    return 0;
  closed_ = broken_;
  if (broken_)
    return tl::make_unexpected(storage_error{error_code::io_error, "the disk is broken"});
  journal_used_ += next.bytes;
  journal_.push_back(std::move(next));
  return ++last_record_;
}

void memory_store::ends_journal(std::uint64_t last) {
  const std::lock_guard lock{mutex_};
  ending_ = std::min(last, last_record_);
}

void memory_store::set_journal(std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  journal_bytes_ = bytes;
}

void memory_store::reopen() {
  const std::lock_guard lock{mutex_};
  while (!journal_.empty()) {
    std::vector<write_batch> batches;
    for (const auto& bytes : journal_.front().batches)
      must(batches.emplace_back().append_own(bytes));
    ending_ = journal_.front().number;
    must(operations_.gather(batches));
    must(write());
  }
}

// -- the disk of a simulation -------------------------------------------------

void memory_store::set_disk_full(bool full) {
  const std::lock_guard lock{mutex_};
  full_ = full;
}

void memory_store::set_broken(bool broken) {
  const std::lock_guard lock{mutex_};
  broken_ = broken;
  closed_ = closed_ && broken;
}

void memory_store::fail_next(storage_error error) {
  const std::lock_guard lock{mutex_};
  next_failure_ = std::move(error);
}

std::uint64_t memory_store::transactions() const {
  const std::shared_lock lock{mutex_};
  return transactions_;
}

// -- reading ------------------------------------------------------------------

std::string memory_store::place() const {
  return "the store in memory";
}

result<std::optional<std::string>> memory_store::get(table where, std::string_view key) const {
  const std::shared_lock lock{mutex_};
  const auto found = in(where).find(key);
  if (found == in(where).end())
    return std::nullopt;
  const auto payload = payload_of(where, key, found->second);
  if (!payload)
    return tl::make_unexpected(payload.error());
  return std::string{*payload};
}

result<void> memory_store::scan(table where, scan_step begin, const scan_visitor& visit) const {
  const std::shared_lock lock{mutex_};
  const auto& entries = in(where);
  auto place = entries.end();
  for (auto step = begin; step.what != scan_step::kind::stop;) {
    if (step.what == scan_step::kind::next)
      ++place;
    else
      place = entries.lower_bound(step.key);
    if (step.what == scan_step::kind::before) {
      if (place == entries.begin())
        return {};
      --place;
    }
    if (place == entries.end())
      return {};
    auto next = visit(place->first, place->second);
    if (!next)
      return tl::make_unexpected(std::move(next.error()));
    step = *next;
  }
  return {};
}

} // namespace touchline::storage
