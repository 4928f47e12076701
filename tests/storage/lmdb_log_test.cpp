// The logs of all groups share rows: whatever is appended, erased, moved and opened again, each
// group has its own entries, and what is gone takes a bounded part of the disk.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/storage/fixtures.hpp"

#include <atomic>
#include <map>
#include <random>
#include <thread>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

using log_model = std::map<std::string, std::map<std::uint64_t, std::string>>;

std::unique_ptr<lmdb_store> open_cleaning(const std::filesystem::path& path,
                                          std::uint64_t slack_bytes) {
  auto options = options_for(path);
  options.log_slack_bytes = slack_bytes;
  return value_of(lmdb_store::open(options));
}

void must_match(const store& found, const log_model& wanted) {
  for (const auto& [group, entries] : wanted) {
    const auto bounds = value_of(found.log_bounds(group));
    BOOST_TEST_REQUIRE(bounds.has_value() == !entries.empty());
    if (entries.empty())
      continue;
    BOOST_TEST_REQUIRE(bounds->first == entries.begin()->first);
    BOOST_TEST_REQUIRE(bounds->last == entries.rbegin()->first);
    auto expected = entries.begin();
    const auto progress = value_of(found.read_log(group, bounds->first, {100'000, 100'000'000},
                                                  [&](std::uint64_t index, std::string_view bytes) {
                                                    BOOST_TEST_REQUIRE(index == expected->first);
                                                    BOOST_TEST_REQUIRE(bytes == expected->second);
                                                    ++expected;
                                                    return true;
                                                  }));
    BOOST_TEST(progress.at_end);
    BOOST_TEST((expected == entries.end()));
  }
}

/// Groups as replicas use them: appended at the end, truncated now and then, cut at the front.
class histories {
public:
  write_batch next(log_model& logs) {
    write_batch batch;
    for (std::size_t i = 1 + pick(4); i > 0; --i) {
      const auto group = std::to_string(pick(5));
      auto& log = logs[group];
      const auto after = log.empty() ? ends_[group] : log.rbegin()->first;
      if (pick(10) == 0 && !log.empty())
        truncate(batch, group, log, after - pick(std::min<std::size_t>(log.size(), 3)));
      const auto last = log.empty() ? ends_[group] : log.rbegin()->first;
      for (std::size_t n = pick(4); n > 0; --n) {
        const auto index = log.empty() ? last + 1 : log.rbegin()->first + 1;
        log[index]
          = std::string(pick(20) == 0 ? pick(30'000) : pick(300), 'e') + std::to_string(++written_);
        ends_[group] = index;
        batch.put_log(group, index, log[index]);
      }
      // Group 0 is hardly ever cut: its entries lie in old rows.
      if (log.size() > 40 && (group != "0" || pick(40) == 0)) {
        const auto first = log.begin()->first;
        const auto to = first + 20 + pick(15);
        batch.erase_log(group, first, to);
        log.erase(log.begin(), log.upper_bound(to));
      }
    }
    return batch;
  }

private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  void truncate(write_batch& batch, const std::string& group,
                std::map<std::uint64_t, std::string>& log, std::uint64_t from) {
    batch.erase_log(group, from, log.rbegin()->first);
    log.erase(log.lower_bound(from), log.end());
    ends_[group] = from - 1;
  }

  std::mt19937 random_{11}; // NOLINT(cert-msc*) a failure must come again
  std::map<std::string, std::uint64_t> ends_;
  int written_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(lmdb_log_behaviour)

BOOST_AUTO_TEST_CASE(random_histories_match_a_model_whenever_the_store_is_opened_again) {
  const temporary_folder folder;
  histories draw;
  log_model logs;
  for (int round = 0; round < 25; ++round) {
    auto store = open_cleaning(folder.path(), round % 2 == 0 ? 0 : 20'000);
    must_match(*store, logs);
    for (int i = 0; i < 30; ++i)
      value_of(commit(*store, draw.next(logs)));
    must_match(*store, logs);
  }
}

BOOST_AUTO_TEST_CASE(entries_of_a_group_that_rests_do_not_keep_what_others_erased) {
  const temporary_folder folder;
  constexpr std::uint64_t slack = 100'000;
  auto store = open_cleaning(folder.path(), slack);
  const std::string bytes(1'000, 'x');
  constexpr std::uint64_t kept = 10;
  log_model logs;
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    write_batch batch;
    batch.put_log("busy", i, bytes);
    logs["busy"][i] = bytes;
    if (i % 100 == 0) {
      batch.put_log("quiet", i / 100, "rests " + std::to_string(i));
      logs["quiet"][i / 100] = "rests " + std::to_string(i);
    }
    if (i > kept) {
      batch.erase_log("busy", i - kept, i - kept);
      logs["busy"].erase(i - kept);
    }
    value_of(commit(*store, batch));
  }
  const auto facts = value_of(store->statistics());
  BOOST_TEST(facts.log_entries == kept + 50);
  BOOST_TEST(facts.log_bytes <= 2 * facts.log_live_bytes + slack + 10'000);
  must_match(*store, logs);
  store.reset();
  must_match(*open_cleaning(folder.path(), slack), logs);
}

BOOST_AUTO_TEST_CASE(an_entry_that_was_erased_does_not_come_back_when_its_row_lives_on) {
  const temporary_folder folder;
  log_model logs;
  {
    auto store = open_cleaning(folder.path(), std::uint64_t{1} << 30);
    write_batch first;
    for (std::uint64_t i = 1; i <= 9; ++i)
      first.put_log("a", i, "old");
    first.put_log("b", 1, "keeps the row");
    value_of(commit(*store, first));
    write_batch cut;
    cut.erase_log("a", 4, 9);
    cut.put_log("a", 4, "new");
    value_of(commit(*store, cut));
    write_batch later;
    later.erase_log("a", 1, 4);
    value_of(commit(*store, later));
  }
  logs["b"][1] = "keeps the row";
  logs["a"] = {};
  must_match(*open_cleaning(folder.path(), 0), logs);
}

BOOST_AUTO_TEST_CASE(entries_are_read_while_they_are_moved) {
  const temporary_folder folder;
  auto store = open_cleaning(folder.path(), 0);
  write_batch first;
  for (std::uint64_t i = 1; i <= 50; ++i)
    first.put_log("read", i, "entry " + std::to_string(i));
  value_of(commit(*store, first));
  std::atomic<bool> done = false;
  std::thread writing{[&] {
    for (std::uint64_t i = 1; i <= 400; ++i) {
      write_batch batch;
      batch.put_log("other", i, std::string(500, 'o'));
      if (i > 1)
        batch.erase_log("other", i - 1, i - 1);
      if (!commit(*store, batch))
        break;
    }
    done = true;
  }};
  std::size_t wrong = 0;
  while (!done) {
    std::uint64_t expected = 1;
    const auto read = store->read_log("read", 1, {}, [&](std::uint64_t i, std::string_view bytes) {
      wrong += i == expected && bytes == "entry " + std::to_string(i) ? 0U : 1U;
      ++expected;
      return true;
    });
    wrong += read && expected == 51 ? 0U : 1U;
  }
  writing.join();
  BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
