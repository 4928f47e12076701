// What only the store on disk has.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/lmdb_store.hpp"
#include "storage/page_check.hpp"
#include "tests/storage/fixtures.hpp"

#include <map>
#include <random>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;

BOOST_AUTO_TEST_SUITE(lmdb_store_behaviour)

BOOST_AUTO_TEST_CASE(the_facts_of_a_store_count_its_entries) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  batch.append("team/a", 1, "one");
  batch.append("team/a", 2, "two");
  batch.put_command("team/a", "c-1", 1);
  batch.put_log("0", 1, "entry");
  value_of(commit(*store, batch));
  const auto facts = value_of(store->statistics());
  BOOST_TEST(facts.records == 2U);
  BOOST_TEST(facts.commands == 1U);
  BOOST_TEST(facts.log_entries == 1U);
  BOOST_TEST(facts.last_transaction == 2U);
}

// The oracle is a map in memory; after each reopening the page check must account for every page.
BOOST_AUTO_TEST_CASE(random_histories_match_a_model_and_leave_a_sound_file) {
  const temporary_folder folder;
  std::mt19937 random{7}; // NOLINT(cert-msc*) a failure must come again
  const auto pick = [&random](std::size_t below) { return random() % below; };
  std::map<std::string, std::vector<std::string>> streams;
  std::map<std::string, std::string> letters;
  for (int round = 0; round < 12; ++round) {
    auto store = open_store(folder.path());
    for (int transaction = 0; transaction < 20; ++transaction) {
      write_batch batch;
      for (std::size_t i = pick(60); i > 0; --i) {
        const auto address
          = "team/" + std::string(1 + pick(3) * 80, static_cast<char>('a' + pick(20)));
        const std::string record(pick(10) == 0 ? pick(20'000) : pick(600), 'r');
        streams[address].push_back(record);
        batch.append(address, streams[address].size(), record);
        batch.put_snapshot(address, streams[address].size(), record);
        const auto letter = std::to_string(pick(200)) + std::string(pick(2) * 200, '-');
        if (pick(2) == 0) {
          letters.erase(letter);
          batch.erase_dead_letter(letter);
        } else {
          letters[letter] = std::string(pick(5'000), 'l');
          batch.put_dead_letter(letter, letters[letter]);
        }
      }
      value_of(commit(*store, batch));
    }
    for (const auto& [address, records] : streams) {
      BOOST_TEST((records_of(*store, address) == records));
      BOOST_TEST(value_of(store->read_snapshot(address))->bytes == records.back());
    }
    const auto found = value_of(store->dead_letters("", 10'000));
    BOOST_REQUIRE(found.size() == letters.size());
    for (const auto& letter : found)
      BOOST_TEST(letter.bytes == letters.at(letter.id));
    store.reset();
    const auto report
      = value_of(check_data_file(folder.path() / "data.mdb", check_depth::everything));
    BOOST_TEST(report.lost_pages == 0U);
    BOOST_TEST(!report.fresh);
  }
}

BOOST_AUTO_TEST_CASE(trimming_changes_nothing_that_can_be_read) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  for (std::uint64_t i = 1; i <= 1000; ++i)
    batch.append("team/a", i, std::string(500, 'x'));
  value_of(commit(*store, batch));
  const auto before = records_of(*store, "team/a");
  store->trim();
  BOOST_TEST((records_of(*store, "team/a") == before));
  value_of(commit(*store, record_batch("team/a", 1001, "more")));
}

BOOST_AUTO_TEST_SUITE_END()
