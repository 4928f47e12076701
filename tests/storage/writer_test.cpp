// Group commit: what is told to whom, and what is bounded.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/memory_store.hpp"
#include "storage/writer.hpp"
#include "tests/storage/fixtures.hpp"

#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

// A store whose commits do as they are told, and that remembers the size of each transaction.
class scripted_store final : public memory_store {
public:
  std::function<result<void>(std::span<const write_batch>)> on_commit;
  std::vector<std::size_t> groups_of_batches;

  result<void> commit(std::span<const write_batch> batches) override {
    groups_of_batches.push_back(batches.size());
    return on_commit ? on_commit(batches) : result<void>{};
  }
};

// Collects what a listener is told.
struct outcomes {
  std::vector<commit_token> order;
  std::map<commit_token, std::string> failed;

  commit_listener listener() {
    return [this](std::span<const commit_token> tokens, const storage_error* error) {
      for (const auto token : tokens) {
        order.push_back(token);
        if (error != nullptr)
          failed[token] = error->text;
      }
    };
  }
};

constexpr std::uint32_t an_hour_ms = 3'600'000;

writer_options without_thread() {
  writer_options options;
  options.own_thread = false;
  return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(what_was_submitted_is_durable_when_the_listener_is_told) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  // Boost.Test is not thread safe: the listener's thread only reports.
  std::promise<std::vector<std::uint64_t>> told;
  writer writing{*store, [&](std::span<const commit_token> tokens, const storage_error* error) {
                   told.set_value({error == nullptr ? 0U : 1U, tokens.size(), tokens.front(),
                                   store->last_position("team/a").value_or(0)});
                 }};
  BOOST_TEST((writing.submit(record_batch("team/a", 1, "one"), 42) == submitted::queued));
  BOOST_TEST(told.get_future().get() == (std::vector<std::uint64_t>{0, 1, 42, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(stopping_writes_what_waits_and_refuses_the_rest) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  outcomes told;
  writer writing{*store, told.listener()};
  for (std::uint64_t i = 1; i <= 1000; ++i)
    BOOST_TEST((writing.submit(record_batch("team/a", i, "r"), i) == submitted::queued));
  writing.stop();
  writing.stop();
  BOOST_TEST((writing.submit(record_batch("team/a", 1001, "r"), 1) == submitted::stopped));
  BOOST_TEST(told.order.size() == 1000U);
  BOOST_TEST(std::is_sorted(told.order.begin(), told.order.end()));
  BOOST_TEST(value_of(store->last_position("team/a")) == 1000U);
  const auto facts = writing.statistics();
  BOOST_TEST(facts.batches == 1000U);
  BOOST_TEST(facts.operations == 1000U);
  BOOST_TEST(facts.queued == 0U);
  BOOST_TEST(facts.transactions >= 1U);
  BOOST_TEST(facts.transactions <= 1000U);
}

BOOST_AUTO_TEST_CASE(what_piled_up_shares_a_transaction_within_its_bounds) {
  scripted_store store;
  outcomes told;
  auto options = without_thread();
  options.max_transaction_operations = 10;
  writer writing{store, told.listener(), options};
  for (std::uint64_t i = 1; i <= 25; ++i)
    writing.submit(record_batch("team/a", i, "r"), i);
  while (writing.commit_next()) {
  }
  BOOST_TEST(store.groups_of_batches == (std::vector<std::size_t>{10, 10, 5}),
             boost::test_tools::per_element());
  BOOST_TEST(writing.statistics().largest_group == 10U);
  BOOST_TEST(told.order.size() == 25U);
}

BOOST_AUTO_TEST_CASE(a_transaction_is_bounded_in_bytes_but_takes_any_single_batch) {
  scripted_store store;
  auto options = without_thread();
  options.max_transaction_bytes = 1000;
  writer writing{store, {}, options};
  for (std::uint64_t i = 1; i <= 3; ++i)
    writing.submit(record_batch("team/a", i, std::string(5000, 'x')), i);
  while (writing.commit_next()) {
  }
  BOOST_TEST(store.groups_of_batches == (std::vector<std::size_t>{1, 1, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_counts_and_takes_again_when_there_is_room) {
  scripted_store store;
  auto options = without_thread();
  options.max_queued_batches = 2;
  writer writing{store, {}, options};
  BOOST_TEST((writing.submit(record_batch("a", 1, "r"), 1) == submitted::queued));
  BOOST_TEST((writing.submit(record_batch("a", 2, "r"), 2) == submitted::queued));
  // NOLINTBEGIN(bugprone-use-after-move) a refused batch is left as it was
  auto third = record_batch("a", 3, "r");
  BOOST_TEST((writing.submit(std::move(third), 3) == submitted::overloaded));
  BOOST_TEST(third.operations().size() == 1U);
  BOOST_TEST(writing.statistics().overloaded == 1U);
  BOOST_TEST(writing.commit_next());
  BOOST_TEST((writing.submit(std::move(third), 3) == submitted::queued));
  // NOLINTEND(bugprone-use-after-move)
  BOOST_TEST(writing.statistics().queued_high_water == 2U);
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_in_bytes_too) {
  scripted_store store;
  auto options = without_thread();
  options.max_queued_bytes = 10'000;
  writer writing{store, {}, options};
  const std::string big(6000, 'x');
  BOOST_TEST((writing.submit(record_batch("a", 1, big), 1) == submitted::queued));
  BOOST_TEST((writing.submit(record_batch("a", 2, big), 2) == submitted::overloaded));
}

BOOST_AUTO_TEST_CASE(a_batch_refused_for_its_own_fault_fails_alone) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  outcomes told;
  writer writing{*store, told.listener(), without_thread()};
  writing.submit(record_batch("team/a", 1, "one"), 1);
  writing.submit(record_batch("team/b", 7, "gap"), 2);
  writing.submit(record_batch("team/a", 2, "two"), 3);
  writing.submit(record_batch("", 1, "nameless"), 4);
  writing.submit(record_batch("team/a", 3, "three"), 5);
  while (writing.commit_next()) {
  }
  BOOST_TEST(told.failed.size() == 2U);
  BOOST_TEST(told.failed.contains(2));
  BOOST_TEST(told.failed.contains(4));
  BOOST_TEST(value_of(store->last_position("team/a")) == 3U);
  const auto facts = writing.statistics();
  BOOST_TEST(facts.failed == 2U);
  BOOST_TEST(facts.batches == 3U);
  BOOST_TEST(!facts.failed_for_good);
}

BOOST_AUTO_TEST_CASE(a_full_disk_fails_one_transaction_and_writing_goes_on) {
  scripted_store store;
  outcomes told;
  writer writing{store, told.listener(), without_thread()};
  bool full = true;
  store.on_commit = [&full](auto) -> result<void> {
    if (full)
      return tl::make_unexpected(storage_error{error_code::disk_full, "full"});
    return {};
  };
  writing.submit(record_batch("a", 1, "r"), 1);
  writing.commit_next();
  full = false;
  BOOST_TEST((writing.submit(record_batch("a", 1, "r"), 2) == submitted::queued));
  writing.commit_next();
  BOOST_TEST(told.failed.size() == 1U);
  BOOST_TEST(told.failed.at(1) == "full");
  BOOST_TEST(writing.statistics().batches == 1U);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_ends_all_writing) {
  scripted_store store;
  outcomes told;
  auto options = without_thread();
  options.max_transaction_operations = 1;
  writer writing{store, told.listener(), options};
  store.on_commit = [](auto) -> result<void> {
    return tl::make_unexpected(storage_error{error_code::io_error, "broken"});
  };
  for (std::uint64_t i = 1; i <= 3; ++i)
    writing.submit(record_batch("a", i, "r"), i);
  while (writing.commit_next()) {
  }
  BOOST_TEST(store.groups_of_batches.size() == 1U); // not tried again
  BOOST_TEST(told.failed.size() == 3U);
  BOOST_TEST((writing.submit(record_batch("a", 4, "r"), 4) == submitted::stopped));
  BOOST_TEST(writing.statistics().failed_for_good);
  BOOST_TEST(writing.statistics().last_error == "broken");
}

// -- urgency ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_not_urgent_is_written_with_the_next_urgent_batch_and_in_order) {
  memory_store store;
  outcomes told;
  writer_options options;
  options.max_delay_ms = an_hour_ms;
  writer writing{store, told.listener(), options};
  for (std::uint64_t i = 1; i <= 20; ++i)
    BOOST_TEST(
      (writing.submit(record_batch("team/a", i, "r"), i, urgency::later) == submitted::queued));
  writing.submit(record_batch("team/a", 21, "urgent"), 21);
  writing.submit(record_batch("team/a", 22, "r"), 22, urgency::later);
  writing.stop();
  BOOST_TEST(told.failed.empty());
  BOOST_TEST(told.order.size() == 22U);
  BOOST_TEST(std::is_sorted(told.order.begin(), told.order.end()));
  // Nothing before the urgent batch had a transaction of its own.
  BOOST_TEST(writing.statistics().largest_group >= 21U);
  BOOST_TEST(writing.statistics().transactions <= 2U);
}

BOOST_AUTO_TEST_CASE(what_is_not_urgent_does_not_wait_for_ever) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  writer_options options;
  options.max_delay_ms = 1;
  // Twice, because a writer that has been idle for long rests in another way.
  for (std::uint64_t i = 1; i <= 2; ++i) {
    std::promise<bool> told;
    writer writing{*store,
                   [&](std::span<const commit_token>, const storage_error* error) {
                     told.set_value(error == nullptr);
                   },
                   options};
    writing.submit(record_batch("team/a", i, "r"), i, urgency::later);
    BOOST_TEST(told.get_future().get());
  }
}

BOOST_AUTO_TEST_CASE(a_writer_that_sleeps_is_woken_by_what_is_not_urgent) {
  memory_store store;
  std::promise<void> first;
  std::promise<void> second;
  writer_options options;
  options.max_delay_ms = 1;
  writer writing{store,
                 [&](std::span<const commit_token> tokens, const storage_error*) {
                   (tokens.front() == 1 ? first : second).set_value();
                 },
                 options};
  writing.submit(record_batch("team/a", 1, "r"), 1);
  first.get_future().wait();
  // Whether the writer sleeps by now or not, the batch must be written.
  writing.submit(record_batch("team/a", 2, "r"), 2, urgency::later);
  second.get_future().wait();
  BOOST_TEST(value_of(store.last_position("team/a")) == 2U);
}

BOOST_AUTO_TEST_CASE(so_much_that_it_fills_a_transaction_is_urgent) {
  memory_store store;
  std::promise<void> told;
  writer_options options;
  options.max_delay_ms = an_hour_ms;
  options.max_transaction_operations = 10;
  std::size_t written = 0;
  writer writing{store,
                 [&](std::span<const commit_token> tokens, const storage_error*) {
                   written += tokens.size();
                   if (written == 10)
                     told.set_value();
                 },
                 options};
  for (std::uint64_t i = 1; i <= 10; ++i)
    writing.submit(record_batch("team/a", i, "r"), i, urgency::later);
  told.get_future().wait();
}

BOOST_AUTO_TEST_CASE(half_a_queue_of_bytes_is_urgent) {
  memory_store store;
  std::promise<void> told;
  writer_options options;
  options.max_delay_ms = an_hour_ms;
  options.max_queued_bytes = 10'000;
  writer writing{
    store, [&](std::span<const commit_token>, const storage_error*) { told.set_value(); }, options};
  writing.submit(record_batch("team/a", 1, std::string(6'000, 'x')), 1, urgency::later);
  told.get_future().wait();
}

BOOST_AUTO_TEST_CASE(the_bounds_of_the_queue_count_what_is_not_urgent) {
  memory_store store;
  auto options = without_thread();
  options.max_queued_batches = 2;
  writer writing{store, {}, options};
  BOOST_TEST((writing.submit(record_batch("a", 1, "r"), 1, urgency::later) == submitted::queued));
  BOOST_TEST((writing.submit(record_batch("a", 2, "r"), 2) == submitted::queued));
  BOOST_TEST(
    (writing.submit(record_batch("a", 3, "r"), 3, urgency::later) == submitted::overloaded));
  BOOST_TEST((writing.submit(record_batch("a", 3, "r"), 3) == submitted::overloaded));
}

// -- the journal --------------------------------------------------------------

namespace {

write_batch entry_batch(std::uint64_t index) {
  write_batch batch;
  batch.put_log("1", index, "entry");
  return batch;
}

// A writer without a thread, over a store with a journal, and what it says.
struct journaling {
  explicit journaling(std::size_t journal_bytes = 1'000'000) {
    store.set_journal(journal_bytes);
    auto options = without_thread();
    options.on_journaled = [this](std::span<const commit_token> tokens) {
      journaled.insert(journaled.end(), tokens.begin(), tokens.end());
    };
    options.source_of = [](commit_token token) { return static_cast<std::uint8_t>(token / 100); };
    writing.emplace(store, told.listener(), options);
  }

  std::uint64_t entries() const {
    const auto bounds = value_of(store.log_bounds("1"));
    return bounds ? bounds->last : 0;
  }

  memory_store store;
  outcomes told;
  std::vector<commit_token> journaled;
  std::optional<writer> writing;
};

} // namespace

BOOST_AUTO_TEST_CASE(what_is_for_the_journal_is_durable_before_what_waits_and_is_told_once) {
  journaling x;
  x.writing->submit(record_batch("a", 1, "r"), 1, urgency::later);
  x.writing->submit(entry_batch(1), 2, urgency::journal);
  x.writing->submit(entry_batch(2), 3, urgency::journal);
  BOOST_TEST(x.writing->journal_next());
  BOOST_TEST(x.journaled == (std::vector<commit_token>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(x.told.order.empty());
  BOOST_TEST(x.entries() == 0U);
  BOOST_TEST(x.writing->needs_transaction());
  BOOST_TEST(!x.writing->journal_next());
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.told.order == (std::vector<commit_token>{1}), boost::test_tools::per_element());
  BOOST_TEST(x.entries() == 2U);
  BOOST_TEST(!x.writing->commit_next());
  BOOST_TEST(x.writing->statistics().queued == 0U);
  BOOST_TEST(x.writing->statistics().journal_records == 1U);
}

BOOST_AUTO_TEST_CASE(an_urgent_batch_is_written_with_what_is_in_the_journal_before_it) {
  journaling x;
  x.writing->submit(entry_batch(1), 1, urgency::journal);
  BOOST_TEST(x.writing->journal_next());
  x.writing->submit(entry_batch(2), 2, urgency::journal);
  x.writing->submit(record_batch("a", 1, "r"), 3);
  BOOST_TEST(!x.writing->journal_next()); // one sync for all of it
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.told.order == (std::vector<commit_token>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(x.entries() == 2U);
  BOOST_TEST(x.store.transactions() == 1U);
}

BOOST_AUTO_TEST_CASE(a_journal_without_room_makes_a_batch_urgent) {
  journaling x{10};
  x.writing->submit(entry_batch(1), 1, urgency::journal);
  BOOST_TEST(!x.writing->journal_next());
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.journaled.empty());
  BOOST_TEST(x.told.order.size() == 1U);
  BOOST_TEST(x.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_that_changes_more_than_groups_is_urgent_instead_of_journaled) {
  journaling x;
  x.writing->submit(record_batch("a", 1, "r"), 1, urgency::journal);
  BOOST_TEST(!x.writing->journal_next());
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.told.order.size() == 1U);
}

BOOST_AUTO_TEST_CASE(on_a_full_disk_what_is_in_the_journal_waits_and_the_rest_fails) {
  journaling x;
  x.writing->submit(entry_batch(1), 101, urgency::journal);
  BOOST_TEST(x.writing->journal_next());
  x.store.set_disk_full(true);
  x.writing->submit(record_batch("a", 1, "r"), 1);
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.told.failed.contains(1));
  BOOST_TEST(!x.told.failed.contains(101));
  BOOST_TEST(!x.writing->commit_next()); // nothing else waits, and there is no room for this
  // The journal has its place.
  x.writing->submit(entry_batch(2), 102, urgency::journal);
  BOOST_TEST(x.writing->journal_next());
  x.store.set_disk_full(false);
  BOOST_TEST(x.writing->commit_next());
  BOOST_TEST(x.entries() == 2U);
  BOOST_TEST(x.journaled == (std::vector<commit_token>{101, 102}),
             boost::test_tools::per_element());
  BOOST_TEST(x.writing->statistics().queued == 0U);
}

BOOST_AUTO_TEST_CASE(on_a_full_disk_everything_behind_the_journal_fails_however_much_is_in_it) {
  memory_store store;
  store.set_journal(1'000'000);
  outcomes told;
  auto options = without_thread();
  options.max_transaction_operations = 4;
  options.on_journaled = [](std::span<const commit_token>) {};
  writer writing{store, told.listener(), options};
  for (std::uint64_t i = 1; i <= 9; ++i)
    writing.submit(entry_batch(i), i, urgency::journal);
  BOOST_TEST(writing.journal_next());
  store.set_disk_full(true);
  for (std::uint64_t i = 1; i <= 9; ++i)
    writing.submit(record_batch("a", i, "r"), 100 + i);
  while (writing.commit_next()) {
  }
  BOOST_TEST(told.failed.size() == 9U);
  BOOST_TEST(writing.statistics().queued == 9U);
  store.set_disk_full(false);
  while (writing.commit_next()) {
  }
  BOOST_TEST(value_of(store.log_bounds("1"))->last == 9U);
}

BOOST_AUTO_TEST_CASE(a_batch_that_cannot_be_written_is_not_journaled) {
  journaling x;
  write_batch wrong;
  wrong.put_log("1", 0, "entry");
  x.writing->submit(std::move(wrong), 1, urgency::journal);
  BOOST_TEST(!x.writing->journal_next());
  x.writing->submit(entry_batch(1), 102, urgency::journal);
  while (x.writing->commit_next()) {
  }
  BOOST_TEST(x.told.failed.contains(1));
  BOOST_TEST(x.entries() == 1U);
  BOOST_TEST(!x.writing->statistics().failed_for_good);
}

// What is dropped leaves nothing to do, and the writer waits for more.
BOOST_AUTO_TEST_CASE(a_writer_with_a_thread_goes_on_when_all_that_waited_was_dropped) {
  for (const auto when : {urgency::now, urgency::later}) {
    scripted_store store;
    std::promise<void> committing;
    std::promise<void> go_on;
    std::promise<void> written;
    auto may_go_on = go_on.get_future();
    bool first = true;
    store.on_commit = [&](std::span<const write_batch>) -> result<void> {
      if (!std::exchange(first, false))
        return {};
      committing.set_value();
      may_go_on.wait();
      return tl::make_unexpected(storage_error{error_code::disk_full, "full"});
    };
    writer_options options;
    options.max_delay_ms = 1;
    options.source_of = [](commit_token token) { return static_cast<std::uint8_t>(token / 100); };
    writer writing{store,
                   [&](std::span<const commit_token> tokens, const storage_error* error) {
                     if (tokens.back() == 103 && error == nullptr)
                       written.set_value();
                   },
                   options};
    writing.submit(record_batch("a", 1, "r"), 101);
    committing.get_future().wait();
    writing.submit(record_batch("a", 2, "r"), 102, when);
    go_on.set_value();
    // It is dropped, since the one before it failed.
    while (writing.statistics().queued > 0)
      std::this_thread::yield();
    writing.forgive(1);
    writing.submit(record_batch("a", 1, "r"), 103);
    written.get_future().wait();
    BOOST_TEST(writing.statistics().failed == 2U);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_with_token_0_fails_alone_and_is_not_dropped_for_others) {
  memory_store store;
  outcomes told;
  auto options = without_thread();
  options.source_of = [](commit_token) { return std::uint8_t{0}; };
  writer writing{store, told.listener(), options};
  writing.submit(record_batch("a", 5, "r"), 0); // out of order
  writing.submit(record_batch("a", 1, "r"), 1);
  while (writing.commit_next()) {
  }
  BOOST_TEST(told.failed.contains(0));
  BOOST_TEST(value_of(store.last_position("a")) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_in_the_journal_outlives_the_failure_of_its_source) {
  journaling x;
  x.writing->submit(entry_batch(1), 101, urgency::journal);
  BOOST_TEST(x.writing->journal_next());
  x.writing->submit(record_batch("a", 5, "r"), 102); // out of order
  x.writing->submit(entry_batch(2), 103, urgency::journal);
  while (x.writing->commit_next()) {
  }
  BOOST_TEST(x.told.failed.contains(102));
  BOOST_TEST(x.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(a_broken_journal_ends_all_writing) {
  journaling x;
  x.store.set_broken(true);
  x.writing->submit(entry_batch(1), 1, urgency::journal);
  BOOST_TEST(!x.writing->journal_next());
  while (x.writing->commit_next()) {
  }
  BOOST_TEST(x.told.failed.contains(1));
  BOOST_TEST(x.writing->statistics().failed_for_good);
  BOOST_TEST((x.writing->submit(entry_batch(2), 2, urgency::journal) == submitted::stopped));
}

BOOST_AUTO_TEST_CASE(a_writer_with_a_thread_journals_at_once_and_writes_a_moment_later) {
  const temporary_folder folder;
  auto store_options = options_for(folder.path());
  store_options.journal_bytes = 1'000'000;
  auto store = value_of(lmdb_store::open(store_options));
  std::promise<void> told;
  writer_options options;
  options.max_delay_ms = an_hour_ms;
  options.max_journal_delay_ms = 1;
  options.on_journaled = [&](std::span<const commit_token> tokens) {
    if (tokens.back() == 50)
      told.set_value();
  };
  writer writing{*store, {}, options};
  for (std::uint64_t i = 1; i <= 50; ++i)
    writing.submit(entry_batch(i), i, urgency::journal);
  told.get_future().wait();
  // Nobody asks for it; there is no way to hear of it but to look.
  while (writing.statistics().queued > 0)
    std::this_thread::yield();
  BOOST_TEST(value_of(store->log_bounds("1"))->last == 50U);
  BOOST_TEST(writing.statistics().journal_records >= 1U);
}

BOOST_AUTO_TEST_CASE(a_writer_that_stops_on_a_full_disk_leaves_the_journal_to_the_next_one) {
  memory_store store;
  store.set_journal(1'000'000);
  std::promise<void> told;
  writer_options options;
  options.max_journal_delay_ms = an_hour_ms;
  options.on_journaled = [&](std::span<const commit_token>) { told.set_value(); };
  {
    writer writing{store, {}, options};
    writing.submit(entry_batch(1), 1, urgency::journal);
    told.get_future().wait();
    store.set_disk_full(true);
  }
  BOOST_TEST(!value_of(store.log_bounds("1")));
  store.reopen();
  BOOST_TEST(value_of(store.log_bounds("1"))->last == 1U);
}

BOOST_AUTO_TEST_CASE(a_writer_without_a_thread_takes_everything) {
  memory_store store;
  outcomes told;
  writer writing{store, told.listener(), without_thread()};
  writing.submit(record_batch("a", 1, "r"), 1, urgency::later);
  BOOST_TEST(writing.commit_next());
  BOOST_TEST(!writing.commit_next());
  BOOST_TEST(told.order.size() == 1U);
  BOOST_TEST(value_of(store.last_position("a")) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
