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
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || statistics_.failed_for_good)
      return submitted::stopped;
    const auto source = options_.source_of != nullptr ? options_.source_of(token) : std::uint8_t{0};
    if (fenced_[source]) {
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
    if (queued_batches_.empty())
      oldest_queued_ = std::chrono::steady_clock::now();
    queued_urgent_ += when == urgency::now ? 1U : 0U;
    queued_batches_.push_back(std::move(batch));
    queued_tokens_.push_back(token);
    queued_lives_.push_back(lives_[source]);
    ++statistics_.queued;
    statistics_.queued_high_water = std::max(statistics_.queued_high_water, statistics_.queued);
    wake = rest_ == rest::deep || (rest_ == rest::timed && (when == urgency::now || is_pressing()));
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
  for (auto* tokens : {&queued_tokens_, &tokens_})
    tokens->clear();
  for (auto* lives : {&queued_lives_, &batch_lives_})
    lives->clear();
  next_ = waiting_bytes_ = queued_urgent_ = 0;
  statistics_.queued = 0;
}

writer_statistics writer::statistics() const {
  const std::lock_guard lock{mutex_};
  return statistics_;
}

// -- the writing thread -------------------------------------------------------

void writer::run() {
  while (wait_for_work())
    do
      commit_next();
    while (next_ < batches_.size());
}

// Waits until something has to be written; false if the writer was stopped and nothing is left.
//
// A thread that has just worked rests for the delay before it sleeps for good: under load, what is
// not urgent then needs nobody to wake it, and an idle writer does not look at the clock again and
// again.
bool writer::wait_for_work() {
  const std::chrono::milliseconds delay{options_.max_delay_ms};
  bool rested = false;
  std::unique_lock lock{mutex_};
  while (!is_due()) {
    if (queued_batches_.empty() && rested) {
      rest_ = rest::deep;
      wake_.wait(lock);
      rested = false;
    } else {
      const auto from = queued_batches_.empty() ? std::chrono::steady_clock::now() : oldest_queued_;
      rest_ = rest::timed;
      rested = wake_.wait_until(lock, from + delay) == std::cv_status::timeout;
    }
    rest_ = rest::none;
  }
  return !queued_batches_.empty();
}

bool writer::is_due() const {
  if (stopping_ || queued_urgent_ > 0)
    return true;
  const std::chrono::milliseconds delay{options_.max_delay_ms};
  return !queued_batches_.empty()
         && (is_pressing() || std::chrono::steady_clock::now() >= oldest_queued_ + delay);
}

// True if what waits fills a transaction, or so much of the queue that it must not wait longer.
bool writer::is_pressing() const {
  const auto batches = queued_batches_.size();
  return waiting_bytes_ >= std::min(options_.max_transaction_bytes, options_.max_queued_bytes / 2)
         || batches
              >= std::min(options_.max_transaction_operations, options_.max_queued_batches / 2);
}

bool writer::take_queued() {
  if (next_ >= batches_.size()) {
    batches_.clear();
    tokens_.clear();
    batch_lives_.clear();
    next_ = 0;
    const std::lock_guard lock{mutex_};
    batches_.swap(queued_batches_);
    tokens_.swap(queued_tokens_);
    batch_lives_.swap(queued_lives_);
    queued_urgent_ = 0;
  }
  drop_outlived();
  return next_ < batches_.size();
}

// Drops what a source submitted before it failed.
void writer::drop_outlived() {
  const std::lock_guard lock{mutex_};
  if (!ever_fenced_)
    return;
  auto kept = next_;
  for (auto i = next_; i < batches_.size(); ++i) {
    if (batch_lives_[i] != lives_[options_.source_of(tokens_[i])]) {
      waiting_bytes_ -= batches_[i].size_bytes();
      --statistics_.queued;
      ++statistics_.failed;
      continue;
    }
    if (kept != i) {
      batches_[kept] = std::move(batches_[i]);
      tokens_[kept] = tokens_[i];
      batch_lives_[kept] = batch_lives_[i];
    }
    ++kept;
  }
  batches_.resize(kept);
  tokens_.resize(kept);
  batch_lives_.resize(kept);
}

// The sources of what failed, from next_ to `last`, write nothing more until they are forgiven.
void writer::fence(std::size_t last) {
  if (options_.source_of == nullptr)
    return;
  for (auto i = next_; i < last; ++i) {
    const auto source = options_.source_of(tokens_[i]);
    if (std::exchange(fenced_[source], true))
      continue;
    ++lives_[source];
    ever_fenced_ = true;
  }
}

bool writer::commit_next() {
  if (!take_queued())
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
  commit_group(last);
  return true;
}

// Commits the batches from next_ to `last`. A batch that is refused for its own fault leaves the
// group, and the others are tried again.
void writer::commit_group(std::size_t last) {
  while (next_ < last) {
    const std::span group{batches_.data() + next_, last - next_};
    auto done = fatal_ ? tl::make_unexpected(*fatal_) : target_.commit(group);
    if (done) {
      finish(last, nullptr);
      return;
    }
    const auto& error = done.error();
    if (!error.batch || *error.batch >= group.size()) {
      if (error.code != error_code::disk_full && !fatal_)
        fatal_ = error;
      finish(last, &error);
      return;
    }
    // To the front of the group, where finish() takes it; the others keep their order.
    const auto blamed = static_cast<std::ptrdiff_t>(next_ + *error.batch);
    const auto front = static_cast<std::ptrdiff_t>(next_);
    std::rotate(batches_.begin() + front, batches_.begin() + blamed, batches_.begin() + blamed + 1);
    std::rotate(tokens_.begin() + front, tokens_.begin() + blamed, tokens_.begin() + blamed + 1);
    std::rotate(batch_lives_.begin() + front, batch_lives_.begin() + blamed,
                batch_lives_.begin() + blamed + 1);
    const auto before = batches_.size();
    finish(next_ + 1, &error);
    drop_outlived();
    last -= before - batches_.size();
  }
}

// Counts the batches from next_ to `last` as done, tells the listener, and frees them.
void writer::finish(std::size_t last, const storage_error* error) {
  std::size_t operations = 0;
  std::size_t bytes = 0;
  for (auto i = next_; i < last; ++i) {
    operations += batches_[i].operations().size();
    bytes += batches_[i].size_bytes();
  }
  const auto count = last - next_;
  {
    const std::lock_guard lock{mutex_};
    auto& facts = statistics_;
    waiting_bytes_ -= bytes;
    facts.queued -= count;
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
  if (listener_)
    listener_({tokens_.data() + next_, count}, error);
  for (; next_ < last; ++next_)
    batches_[next_] = write_batch{};
}

} // namespace touchline::storage
