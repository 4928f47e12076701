#include "storage/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace touchline::storage {

writer::writer(store& target, commit_listener listener, const writer_options& options)
  : target_(target),
    listener_(std::move(listener)),
    options_(options) {
  if (options_.own_thread)
    thread_ = std::thread{[this] { run(); }};
}

writer::~writer() {
  stop();
}

// -- any thread ---------------------------------------------------------------

submitted writer::submit(write_batch&& batch, commit_token token, urgency when) {
  bool wake = false;
  // What cannot be written is refused where others are not concerned.
  if (when == urgency::journal
      && (!options_.on_journaled || batch.error() || batch.empty() || !batch.changes_groups_only()))
    when = urgency::now;
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || statistics_.failed_for_good)
      return submitted::stopped;
    const note x{token, lives_[source_of(token)], 0, when};
    if (has_source(token) && fenced_[source_of(token)]) {
      batch.clear();
      return submitted::queued;
    }
    const auto bytes = waiting_bytes_ + batch.size_bytes();
    if (statistics_.queued >= options_.max_queued_batches
        || (bytes > options_.max_queued_bytes && statistics_.queued > 0)) {
      ++statistics_.overloaded;
      return submitted::overloaded;
    }
    waiting_bytes_ = bytes;
    if (when == urgency::later)
      write_at_ = std::min(write_at_, std::chrono::steady_clock::now()
                                        + std::chrono::milliseconds{options_.max_delay_ms});
    queued_urgent_ += when == urgency::now ? 1U : 0U;
    queued_for_journal_ += when == urgency::journal ? 1U : 0U;
    queued_batches_.push_back(std::move(batch));
    queued_notes_.push_back(x);
    ++statistics_.queued;
    statistics_.queued_high_water = std::max(statistics_.queued_high_water, statistics_.queued);
    wake
      = rest_ == rest::deep || (rest_ == rest::timed && (when != urgency::later || is_pressing()));
    if (wake)
      rest_ = rest::none;
  }
  if (wake)
    wake_.notify_one();
  return submitted::queued;
}

void writer::forgive(std::uint8_t source) {
  const std::lock_guard lock{mutex_};
  fenced_[source] = false;
}

void writer::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
  else
    while (commit_next()) {
      // drains a writer without a thread; one with a thread has nothing left
    }
}

void writer::discard() {
  const std::lock_guard lock{mutex_};
  stopping_ = true;
  for (auto* batches : {&queued_batches_, &batches_})
    batches->clear();
  for (auto* notes : {&queued_notes_, &notes_})
    notes->clear();
  next_ = waiting_bytes_ = queued_urgent_ = queued_for_journal_ = 0;
  statistics_.queued = 0;
}

writer_statistics writer::statistics() const {
  const std::lock_guard lock{mutex_};
  return statistics_;
}

// -- the writing thread -------------------------------------------------------

void writer::run() {
  while (wait_for_work()) {
    take_queued();
    bool write = false;
    {
      const std::lock_guard lock{mutex_};
      write = must_write();
    }
    if (!write && journal_waiting())
      continue;
    bool goes_on = true;
    while (goes_on && next_ < batches_.size())
      goes_on = commit_taken();
    const std::lock_guard lock{mutex_};
    // What is in the journal, and finds no room, is left to whoever opens the store next.
    if (stopping_ && !goes_on && queued_batches_.empty())
      return;
  }
}

// Waits until something has to be done; false if the writer was stopped and nothing is left.
//
// A thread that has just worked rests for the delay before it sleeps for good: under load, what is
// not urgent then needs nobody to wake it, and an idle writer does not look at the clock again and
// again.
bool writer::wait_for_work() {
  const std::chrono::milliseconds delay{options_.max_delay_ms};
  bool rested = false;
  std::unique_lock lock{mutex_};
  while (!is_due()) {
    if (write_at_ == time_point::max() && rested) {
      rest_ = rest::deep;
      wake_.wait(lock);
      rested = false;
    } else {
      rest_ = rest::timed;
      const auto until = std::min(write_at_, std::chrono::steady_clock::now() + delay);
      rested = wake_.wait_until(lock, until) == std::cv_status::timeout;
    }
    rest_ = rest::none;
  }
  return !stopping_ || statistics_.queued > 0;
}

bool writer::is_due() const {
  return stopping_ || queued_urgent_ > 0 || queued_for_journal_ > 0 || must_write();
}

// True if what waits has to be written, and not only what is for the journal made durable.
bool writer::must_write() const {
  return stopping_ || urgent_taken_
         || (statistics_.queued > 0
             && ((!full_ && is_pressing()) || std::chrono::steady_clock::now() >= write_at_));
}

// True if what waits fills a transaction, or so much of the queue that it must not wait longer.
bool writer::is_pressing() const {
  return waiting_bytes_ >= std::min(options_.max_transaction_bytes, options_.max_queued_bytes / 2)
         || statistics_.queued
              >= std::min(options_.max_transaction_operations, options_.max_queued_batches / 2);
}

// What was queued goes behind what is in the journal and not written yet.
void writer::take_queued() {
  const auto written = static_cast<std::ptrdiff_t>(next_);
  batches_.erase(batches_.begin(), batches_.begin() + written);
  notes_.erase(notes_.begin(), notes_.begin() + written);
  next_ = 0;
  {
    const std::lock_guard lock{mutex_};
    if (batches_.empty()) {
      batches_.swap(queued_batches_);
      notes_.swap(queued_notes_);
    } else {
      std::ranges::move(queued_batches_, std::back_inserter(batches_));
      notes_.insert(notes_.end(), queued_notes_.begin(), queued_notes_.end());
      queued_batches_.clear();
      queued_notes_.clear();
    }
    urgent_taken_ = urgent_taken_ || queued_urgent_ > 0;
    queued_urgent_ = queued_for_journal_ = 0;
  }
  drop_outlived(0);
  note_if_nothing_is_left();
}

void writer::note_if_nothing_is_left() {
  const std::lock_guard lock{mutex_};
  if (next_ < batches_.size())
    return;
  urgent_taken_ = full_ = false;
  write_at_ = queued_batches_.empty() ? time_point::max()
                                      : std::chrono::steady_clock::now()
                                          + std::chrono::milliseconds{options_.max_delay_ms};
}

// What is in the journal is tried again later.
void writer::note_if_no_room() {
  const std::lock_guard lock{mutex_};
  full_ = no_room_ && next_ < batches_.size() && !needs_transaction();
  if (!full_)
    return;
  urgent_taken_ = false;
  write_at_
    = std::chrono::steady_clock::now() + std::chrono::milliseconds{options_.full_disk_delay_ms};
}

bool writer::has_source(commit_token token) const {
  return options_.source_of != nullptr && token != 0;
}

std::uint8_t writer::source_of(commit_token token) const {
  return has_source(token) ? options_.source_of(token) : std::uint8_t{0};
}

// Drops what a source submitted before it failed. What is in the journal counts. Returns where the
// batch that was at `mark` is now, or the one behind it.
std::size_t writer::drop_outlived(std::size_t mark) {
  const std::lock_guard lock{mutex_};
  if (!ever_fenced_)
    return mark;
  auto kept = next_;
  auto place = mark;
  for (auto i = next_; i < batches_.size(); ++i) {
    const auto& x = notes_[i];
    if (x.record == 0 && has_source(x.token) && x.life != lives_[source_of(x.token)]) {
      waiting_bytes_ -= batches_[i].size_bytes();
      --statistics_.queued;
      ++statistics_.failed;
      place -= i < mark ? 1U : 0U;
      continue;
    }
    if (kept != i) {
      batches_[kept] = std::move(batches_[i]);
      notes_[kept] = notes_[i];
    }
    ++kept;
  }
  batches_.resize(kept);
  notes_.resize(kept);
  return place;
}

// -- the journal --------------------------------------------------------------

bool writer::journal_next() {
  take_queued();
  return !urgent_taken_ && journal_waiting();
}

bool writer::needs_transaction() const {
  return std::any_of(notes_.begin() + static_cast<std::ptrdiff_t>(next_), notes_.end(),
                     [](const note& x) { return x.record == 0; });
}

// True if what waits for the journal is in it; false if nothing does, or all has to be written.
bool writer::journal_waiting() {
  std::vector<const write_batch*> wanted;
  std::vector<note*> wanted_notes;
  tokens_.clear();
  for (auto i = next_; i < batches_.size(); ++i)
    if (auto& x = notes_[i]; x.when == urgency::journal && x.record == 0) {
      wanted.push_back(&batches_[i]);
      wanted_notes.push_back(&x);
      tokens_.push_back(x.token);
    }
  if (wanted.empty() || fatal_)
    return false;
  const auto record = target_.journal(wanted);
  if (!record)
    fatal_ = record.error();
  if (!record || *record == 0)
    return false;
  for (auto* x : wanted_notes)
    x->record = *record;
  {
    const std::lock_guard lock{mutex_};
    ++statistics_.journal_records;
    const std::chrono::milliseconds delay{full_ ? options_.full_disk_delay_ms
                                                : options_.max_journal_delay_ms};
    write_at_ = std::min(write_at_, std::chrono::steady_clock::now() + delay);
  }
  options_.on_journaled(tokens_);
  return true;
}

// -- transactions -------------------------------------------------------------

// The sources of what failed, from next_ to `last`, write nothing more until they are forgiven.
void writer::fence(std::size_t last) {
  for (auto i = next_; i < last; ++i) {
    const auto& x = notes_[i];
    if (!has_source(x.token) || x.record != 0)
      continue;
    const auto source = source_of(x.token);
    if (std::exchange(fenced_[source], true))
      continue;
    ++lives_[source];
    ever_fenced_ = true;
  }
}

bool writer::commit_next() {
  take_queued();
  return commit_taken();
}

// Commits one transaction of what was taken from the queue; false if that was nothing, or nothing
// but what is in the journal and finds no room.
bool writer::commit_taken() {
  drop_outlived(next_);
  note_if_nothing_is_left();
  if (next_ >= batches_.size())
    return false;
  std::size_t operations = 0;
  std::size_t bytes = 0;
  auto last = next_;
  do {
    operations += batches_[last].operations().size();
    bytes += batches_[last].size_bytes();
    ++last;
  } while (last < batches_.size() && operations < options_.max_transaction_operations
           && bytes < options_.max_transaction_bytes);
  const auto first = next_;
  commit_group(last);
  note_if_nothing_is_left();
  note_if_no_room();
  return next_ > first;
}

// The last record of the journal of which nothing waits behind the batch before `last`.
std::uint64_t writer::records_before(std::size_t last) const {
  for (auto i = last; i < notes_.size(); ++i)
    if (notes_[i].record != 0)
      return notes_[i].record - 1;
  return store::all_records;
}

// Commits the batches from next_ to `last`. A batch that is refused for its own fault leaves the
// group, and the others are tried again.
void writer::commit_group(std::size_t last) {
  while (next_ < last) {
    const std::span group{batches_.data() + next_, last - next_};
    target_.ends_journal(records_before(last));
    auto done = fatal_ ? tl::make_unexpected(*fatal_) : target_.commit(group);
    if (done) {
      finish(last, nullptr);
      return;
    }
    const auto& error = done.error();
    const auto is_blamed
      = error.batch && *error.batch < group.size() && notes_[next_ + *error.batch].record == 0;
    if (!is_blamed) {
      if (error.code != error_code::disk_full && !fatal_)
        fatal_ = error;
      // Nothing overtakes what is in the journal: what is behind it finds no room either.
      const auto is_journaled = [](const note& x) { return x.record != 0; };
      const auto front = notes_.begin() + static_cast<std::ptrdiff_t>(next_);
      if (!fatal_ && std::any_of(front, notes_.end(), is_journaled))
        last = batches_.size();
      finish(last, &error);
      return;
    }
    // To the front of the group, where finish() takes it; the others keep their order.
    const auto blamed = static_cast<std::ptrdiff_t>(next_ + *error.batch);
    const auto front = static_cast<std::ptrdiff_t>(next_);
    std::rotate(batches_.begin() + front, batches_.begin() + blamed, batches_.begin() + blamed + 1);
    std::rotate(notes_.begin() + front, notes_.begin() + blamed, notes_.begin() + blamed + 1);
    finish(next_ + 1, &error);
    last = drop_outlived(last);
  }
}

// Of the batches from next_ to `last`, which could not be written, those in the journal go behind
// the others, and wait on. Returns where they begin.
std::size_t writer::keep_journaled(std::size_t last) {
  std::vector<write_batch> kept_batches;
  std::vector<note> kept_notes;
  auto end = next_;
  for (auto i = next_; i < last; ++i) {
    if (notes_[i].record != 0) {
      kept_batches.push_back(std::move(batches_[i]));
      kept_notes.push_back(notes_[i]);
      continue;
    }
    if (end != i) {
      batches_[end] = std::move(batches_[i]);
      notes_[end] = notes_[i];
    }
    ++end;
  }
  std::ranges::move(kept_batches, batches_.begin() + static_cast<std::ptrdiff_t>(end));
  std::ranges::copy(kept_notes, notes_.begin() + static_cast<std::ptrdiff_t>(end));
  return end;
}

// Counts the batches from next_ to `last` as done, tells the listener, and frees them. What is in
// the journal, and found no room, waits on.
void writer::finish(std::size_t last, const storage_error* error) {
  if (error != nullptr && !fatal_)
    last = keep_journaled(last);
  std::size_t operations = 0;
  std::size_t bytes = 0;
  tokens_.clear();
  for (auto i = next_; i < last; ++i) {
    operations += batches_[i].operations().size();
    bytes += batches_[i].size_bytes();
    if (notes_[i].record == 0)
      tokens_.push_back(notes_[i].token);
  }
  const auto count = last - next_;
  {
    const std::lock_guard lock{mutex_};
    auto& facts = statistics_;
    waiting_bytes_ -= bytes;
    facts.queued -= count;
    no_room_ = error != nullptr && error->code == error_code::disk_full;
    if (error != nullptr) {
      facts.failed += count;
      fence(last);
      facts.last_error = error->text;
      facts.failed_for_good = fatal_.has_value();
    } else {
      ++facts.transactions;
      facts.batches += count;
      facts.operations += operations;
      facts.bytes += bytes;
      facts.largest_group = std::max<std::uint64_t>(facts.largest_group, count);
    }
  }
  if (listener_ && !tokens_.empty())
    listener_(tokens_, error);
  for (; next_ < last; ++next_)
    batches_[next_] = write_batch{};
}

} // namespace touchline::storage
