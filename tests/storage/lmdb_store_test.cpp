// What a store keeps, and how it is read.
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

BOOST_AUTO_TEST_CASE(everything_is_there_after_closing_and_opening_again) {
  const temporary_folder folder;
  {
    auto store = open_store(folder.path());
    write_batch batch;
    batch.append("team/arsenal", 1, "founded");
    batch.append("team/arsenal", 2, std::string(100'000, 'x'));
    batch.put_snapshot("team/arsenal", 2, "state");
    batch.put_command("team/arsenal", "c-1", 1);
    batch.set_outbox("team/arsenal", 2);
    batch.put_dead_letter("d-1", "letter");
    batch.put_meta("node", "alpha");
    value_of(commit(*store, batch));
  }
  auto store = open_store(folder.path());
  BOOST_TEST(records_of(*store, "team/arsenal")
               == (std::vector<std::string>{"founded", std::string(100'000, 'x')}),
             boost::test_tools::per_element());
  const auto snapshot = value_of(store->read_snapshot("team/arsenal"));
  BOOST_REQUIRE(snapshot);
  BOOST_TEST(snapshot->position == 2U);
  BOOST_TEST(snapshot->bytes == "state");
  BOOST_TEST((value_of(store->find_command("team/arsenal", "c-1")) == 1U));
  BOOST_TEST(value_of(store->last_position("team/arsenal")) == 2U);
  BOOST_TEST((value_of(store->read_record("team/arsenal", 1)) == "founded"));
  const auto outbox = value_of(store->outbox("", 10));
  BOOST_REQUIRE(outbox.size() == 1U);
  BOOST_TEST(outbox[0].address == "team/arsenal");
  BOOST_TEST(outbox[0].lowest_position == 2U);
  BOOST_TEST(value_of(store->dead_letters("", 10)).at(0).bytes == "letter");
  BOOST_TEST((value_of(store->meta("node")) == "alpha"));
  const auto facts = value_of(store->statistics());
  BOOST_TEST(facts.records == 2U);
  BOOST_TEST(facts.commands == 1U);
  BOOST_TEST(facts.last_transaction == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_nothing_and_no_error) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  value_of(commit(*store, record_batch("team/b", 1, "r")));
  for (const auto& address : {std::string{"team/a"}, std::string{"team/c"}, std::string{"team/"},
                              std::string{}, std::string(300, 'b'), std::string{"team/b\0", 7}}) {
    BOOST_TEST(records_of(*store, address).empty());
    BOOST_TEST(value_of(store->last_position(address)) == 0U);
    BOOST_TEST(!value_of(store->read_snapshot(address)));
    BOOST_TEST(!value_of(store->read_record(address, 1)));
    BOOST_TEST(!value_of(store->find_command(address, "c")));
  }
  BOOST_TEST(!value_of(store->find_command("team/b", "")));
  BOOST_TEST(!value_of(store->meta("absent")));
}

BOOST_AUTO_TEST_CASE(the_newest_snapshot_and_mark_replace_the_older_ones) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  batch.put_snapshot("team/a", 1, "old");
  batch.put_snapshot("team/a", 2, "new");
  batch.set_outbox("team/a", 3);
  batch.clear_outbox("team/a");
  batch.clear_outbox("team/never");
  batch.put_dead_letter("d", "letter");
  batch.erase_dead_letter("d");
  batch.put_dead_letter("d", "again");
  value_of(commit(*store, batch));
  BOOST_TEST(value_of(store->read_snapshot("team/a"))->bytes == "new");
  BOOST_TEST(value_of(store->outbox("", 10)).empty());
  BOOST_TEST(value_of(store->dead_letters("", 10)).at(0).bytes == "again");
}

BOOST_AUTO_TEST_CASE(gaps_and_repeats_in_a_stream_are_refused_and_write_nothing) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  value_of(commit(*store, record_batch("team/a", 1, "one")));
  for (const std::uint64_t position : {1U, 3U, 4U}) { // 1 holds something else
    const std::array batches{record_batch("team/b", 1, "innocent"),
                             record_batch("team/a", position, "wrong")};
    const auto refused = store->commit(batches);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == error_code::out_of_order));
    BOOST_TEST((refused.error().batch == 1U));
    BOOST_TEST(refused.error().text.find("team/a") != std::string::npos);
  }
  BOOST_TEST(value_of(store->last_position("team/a")) == 1U);
  BOOST_TEST(value_of(store->last_position("team/b")) == 0U);
  BOOST_TEST(!commit(*store, record_batch("team/b", 2, "starts at two")));
  value_of(commit(*store, record_batch("team/a", 2, "two")));
}

BOOST_AUTO_TEST_CASE(a_poisoned_batch_is_blamed_and_writes_nothing) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  std::array<write_batch, 2> batches;
  batches[0].append("team/a", 1, "fine");
  batches[1].append("team/b", 1, "fine");
  batches[1].append("", 1, "nameless");
  const auto refused = store->commit(batches);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == error_code::invalid));
  BOOST_TEST((refused.error().batch == 1U));
  BOOST_TEST(value_of(store->last_position("team/a")) == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_is_read_in_pages_of_bounded_size) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  for (std::uint64_t i = 1; i <= 100; ++i)
    batch.append("team/a", i, std::string(100, 'x'));
  batch.append("team/aa", 1, "neighbour");
  value_of(commit(*store, batch));
  std::uint64_t expected = 1;
  const record_visitor count = [&](std::uint64_t position, std::string_view) {
    BOOST_TEST(position == expected++);
    return true;
  };
  auto progress = value_of(store->read_stream("team/a", 1, {30, 1'000'000}, count));
  BOOST_TEST(progress.next_position == 31U);
  BOOST_TEST(!progress.at_end);
  progress = value_of(store->read_stream("team/a", progress.next_position, {1000, 1000}, count));
  BOOST_TEST(progress.next_position == 41U);
  progress = value_of(store->read_stream("team/a", progress.next_position, {1000, 1}, count));
  BOOST_TEST(progress.next_position == 42U);
  progress = value_of(store->read_stream("team/a", progress.next_position, {}, count));
  BOOST_TEST(progress.next_position == 101U);
  BOOST_TEST(progress.at_end);
  progress = value_of(store->read_stream(
    "team/a", 50, {}, [](std::uint64_t position, auto) { return position < 52; }));
  BOOST_TEST(progress.next_position == 53U);
  BOOST_TEST(!progress.at_end);
}

BOOST_AUTO_TEST_CASE(addresses_marks_and_letters_come_in_pages) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  for (const std::string address : {"fixture/1", "team", "team/a", "team/aa", "team/b", "u"}) {
    batch.append(address, 1, "one");
    batch.append(address, 2, "two");
    batch.set_outbox(address, 1);
    batch.put_dead_letter(address, "letter");
  }
  value_of(commit(*store, batch));
  using names = std::vector<std::string>;
  BOOST_TEST(value_of(store->addresses("team/", "", 10)) == (names{"team/a", "team/aa", "team/b"}),
             boost::test_tools::per_element());
  BOOST_TEST(value_of(store->addresses("team/", "", 2)) == (names{"team/a", "team/aa"}),
             boost::test_tools::per_element());
  BOOST_TEST(value_of(store->addresses("team/", "team/aa", 2)) == (names{"team/b"}),
             boost::test_tools::per_element());
  BOOST_TEST(value_of(store->addresses("", "", 100)).size() == 6U);
  BOOST_TEST(value_of(store->addresses("", "u", 100)).empty());
  BOOST_TEST(value_of(store->addresses("", "", 0)).empty());
  names marks;
  names letters;
  for (std::string after; marks.size() < 6; after = marks.back())
    marks.push_back(value_of(store->outbox(after, 1)).at(0).address);
  for (std::string after; letters.size() < 6; after = letters.back())
    letters.push_back(value_of(store->dead_letters(after, 1)).at(0).id);
  BOOST_TEST(marks == value_of(store->addresses("", "", 100)), boost::test_tools::per_element());
  BOOST_TEST(letters == marks, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_deadline_is_kept_moved_and_forgotten) {
  const temporary_folder folder;
  {
    auto store = open_store(folder.path());
    write_batch batch;
    batch.set_deadline("transfer/a", 1'000);
    batch.set_deadline("transfer/b", 2'000);
    batch.set_deadline("transfer/c", 3'000);
    value_of(commit(*store, batch));
    batch.clear();
    batch.set_deadline("transfer/a", 0xffff'ffff'ffff'ffffU);
    batch.clear_deadline("transfer/b");
    batch.clear_deadline("transfer/never");
    batch.clear_deadline("transfer/c");
    batch.set_deadline("transfer/c", 4'000);
    value_of(commit(*store, batch));
  }
  auto store = open_store(folder.path());
  const auto found = value_of(store->deadlines("", 10));
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].address == "transfer/a");
  BOOST_TEST(found[0].deadline_ms == 0xffff'ffff'ffff'ffffU);
  BOOST_TEST(found[1].address == "transfer/c");
  BOOST_TEST(found[1].deadline_ms == 4'000U);
}

BOOST_AUTO_TEST_CASE(deadlines_come_in_pages) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  BOOST_TEST(value_of(store->deadlines("", 10)).empty());
  write_batch batch;
  for (int i = 0; i < 10; ++i)
    batch.set_deadline("transfer/" + std::to_string(i), static_cast<std::uint64_t>(i + 1));
  value_of(commit(*store, batch));
  std::string after;
  for (int i = 0; i < 10; ++i) {
    const auto page = value_of(store->deadlines(after, 1));
    BOOST_REQUIRE(page.size() == 1U);
    BOOST_TEST(page[0].address == "transfer/" + std::to_string(i));
    BOOST_TEST(page[0].deadline_ms == static_cast<std::uint64_t>(i + 1));
    after = page[0].address;
  }
  BOOST_TEST(value_of(store->deadlines(after, 1)).empty());
  BOOST_TEST(value_of(store->deadlines("", 0)).empty());
}

BOOST_AUTO_TEST_CASE(a_deadline_without_an_address_poisons_its_batch) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  for (const auto& address : {std::string{}, std::string(max_address_bytes + 1, 'x')}) {
    write_batch batch;
    batch.append("team/a", 1, "one");
    batch.set_deadline(address, 7);
    BOOST_TEST(batch.error().has_value());
    BOOST_TEST(!commit(*store, batch));
  }
  BOOST_TEST(value_of(store->last_position("team/a")) == 0U);
  BOOST_TEST(value_of(store->deadlines("", 10)).empty());
}

BOOST_AUTO_TEST_CASE(a_dead_letter_is_read_by_its_id) {
  const temporary_folder folder;
  auto store = open_store(folder.path());
  write_batch batch;
  batch.put_dead_letter("team/a@1", "first");
  batch.put_dead_letter("team/a@10", "second");
  value_of(commit(*store, batch));
  BOOST_TEST((value_of(store->read_dead_letter("team/a@1")) == "first"));
  BOOST_TEST((value_of(store->read_dead_letter("team/a@10")) == "second"));
  for (const auto& id :
       {std::string{}, std::string{"team/a"}, std::string{"team/a@2"}, std::string(10'000, 'x')})
    BOOST_TEST(!value_of(store->read_dead_letter(id)));
  batch.clear();
  batch.put_dead_letter("team/a@1", "newer");
  batch.erase_dead_letter("team/a@10");
  value_of(commit(*store, batch));
  BOOST_TEST((value_of(store->read_dead_letter("team/a@1")) == "newer"));
  BOOST_TEST(!value_of(store->read_dead_letter("team/a@10")));
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
