// What a store keeps, and how it is read: the store on disk and the one in memory alike.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/storage/subjects.hpp"

#include <array>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;

BOOST_AUTO_TEST_SUITE(stores)

BOOST_AUTO_TEST_CASE_TEMPLATE(everything_is_there_after_closing_and_opening_again, Subject,
                              subjects) {
  Subject subject;
  {
    auto* store = subject.open();
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
  auto* store = subject.open();
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
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_not_there_is_nothing_and_no_error, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(the_newest_snapshot_and_mark_replace_the_older_ones, Subject,
                              subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(gaps_and_repeats_in_a_stream_are_refused_and_write_nothing, Subject,
                              subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_poisoned_batch_is_blamed_and_writes_nothing, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_stream_is_read_in_pages_of_bounded_size, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(addresses_marks_and_letters_come_in_pages, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_deadline_is_kept_moved_and_forgotten, Subject, subjects) {
  Subject subject;
  {
    auto* store = subject.open();
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
  auto* store = subject.open();
  const auto found = value_of(store->deadlines("", 10));
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].address == "transfer/a");
  BOOST_TEST(found[0].deadline_ms == 0xffff'ffff'ffff'ffffU);
  BOOST_TEST(found[1].address == "transfer/c");
  BOOST_TEST(found[1].deadline_ms == 4'000U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(deadlines_come_in_pages, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_deadline_without_an_address_poisons_its_batch, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_dead_letter_is_read_by_its_id, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(a_position_with_the_same_bytes_may_be_appended_again, Subject,
                              subjects) {
  Subject subject;
  auto* store = subject.open();
  write_batch batch;
  for (std::uint64_t i = 1; i <= 3; ++i)
    batch.append("team/a", i, "record " + std::to_string(i));
  value_of(commit(*store, batch));
  value_of(commit(*store, batch));
  value_of(commit(*store, record_batch("team/a", 2, "record 2")));
  // Also within one transaction, and followed by what is new.
  const std::array batches{batch, batch, record_batch("team/a", 4, "record 4"), batch,
                           record_batch("team/a", 4, "record 4")};
  value_of(store->commit(batches));
  BOOST_TEST(records_of(*store, "team/a").size() == 4U);
  const std::array quarrel{record_batch("team/a", 5, "one"), record_batch("team/a", 5, "other")};
  const auto refused = store->commit(quarrel);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == error_code::out_of_order));
  BOOST_TEST((refused.error().batch == 1U));
  BOOST_TEST(records_of(*store, "team/a").size() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_log_is_read_from_where_it_is_asked_for, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
  BOOST_TEST(!value_of(store->log_bounds("1")));
  write_batch batch;
  for (std::uint64_t i = 300; i >= 201; --i)
    batch.put_log("1", i, "entry " + std::to_string(i));
  batch.put_log("0", 5, "neighbour");
  batch.put_log("10", 200, "neighbour");
  value_of(commit(*store, batch));
  store = subject.open();
  BOOST_TEST((value_of(store->log_bounds("1")) == log_range{201, 300}));
  BOOST_TEST((value_of(store->log_bounds("0")) == log_range{5, 5}));
  BOOST_TEST(!value_of(store->log_bounds("")));
  std::uint64_t expected = 250;
  const record_visitor check = [&](std::uint64_t index, std::string_view bytes) {
    BOOST_TEST(index == expected);
    BOOST_TEST(bytes == "entry " + std::to_string(expected++));
    return true;
  };
  auto progress = value_of(store->read_log("1", 250, {20, 1'000'000}, check));
  BOOST_TEST(progress.next_position == 270U);
  BOOST_TEST(!progress.at_end);
  progress = value_of(store->read_log("1", 270, {1'000, 25}, check));
  BOOST_TEST(progress.next_position == 272U);
  progress = value_of(store->read_log("1", 272, {}, check));
  BOOST_TEST(progress.next_position == 301U);
  BOOST_TEST(progress.at_end);
  progress = value_of(store->read_log("1", 301, {}, check));
  BOOST_TEST(progress.next_position == 301U);
  BOOST_TEST(progress.at_end);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_gap_in_a_log_is_damage, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
  write_batch batch;
  for (const std::uint64_t index : {7U, 8U, 10U})
    batch.put_log("0", index, "entry");
  value_of(commit(*store, batch));
  std::size_t visited = 0;
  const record_visitor count = [&](auto, auto) { return ++visited > 0; };
  for (const std::uint64_t from : {6U, 7U, 9U}) {
    const auto progress = store->read_log("0", from, {}, count);
    BOOST_REQUIRE(!progress);
    BOOST_TEST((progress.error().code == error_code::damaged));
    BOOST_TEST(progress.error().text.find("of the log of group 0 is missing") != std::string::npos,
               progress.error().text);
  }
  BOOST_TEST(visited == 2U);
  BOOST_TEST(value_of(store->read_log("0", 10, {}, count)).at_end);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_log_is_cut_at_both_ends, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
  write_batch batch;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    batch.put_log("0", i, "entry");
    batch.put_log("1", i, "entry");
  }
  value_of(commit(*store, batch));
  batch.clear();
  batch.erase_log("0", 1, 5);
  batch.erase_log("0", 16, 40); // more than there are
  batch.erase_log("0", 9, 8);   // none
  batch.put_log("0", 16, "of a new term");
  value_of(commit(*store, batch));
  BOOST_TEST((value_of(store->log_bounds("0")) == log_range{6, 16}));
  BOOST_TEST((value_of(store->log_bounds("1")) == log_range{1, 20}));
  batch.clear();
  batch.erase_log("0", 1, 16);
  value_of(commit(*store, batch));
  BOOST_TEST(!value_of(store->log_bounds("0")));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replica_remembers_its_fields_and_groups_are_listed, Subject,
                              subjects) {
  Subject subject;
  auto* store = subject.open();
  BOOST_TEST(value_of(store->groups()).empty());
  write_batch batch;
  batch.put_replica("17", "term", "3");
  batch.put_replica("17", "vote", std::string("\0\1", 2));
  batch.put_replica("0", "term", "1");
  batch.put_replica("1", "term", "1");
  batch.put_log("5", 1, "no field");
  value_of(commit(*store, batch));
  batch.clear();
  batch.put_replica("17", "term", "4");
  batch.erase_replica("1", "term");
  batch.erase_replica("1", "never");
  value_of(commit(*store, batch));
  store = subject.open();
  BOOST_TEST((value_of(store->read_replica("17", "term")) == "4"));
  BOOST_TEST((value_of(store->read_replica("17", "vote")) == std::string("\0\1", 2)));
  BOOST_TEST(!value_of(store->read_replica("1", "term")));
  BOOST_TEST(!value_of(store->read_replica("17", "")));
  BOOST_TEST(value_of(store->groups()) == (std::vector<std::string>{"0", "17"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pieces_are_staged_and_dropped_by_number, Subject, subjects) {
  Subject subject;
  auto* store = subject.open();
  write_batch batch;
  batch.put_staged("0", 0, "first");
  batch.put_staged("0", 256, std::string(200'000, 'x'));
  batch.put_staged("1", 0, "other");
  value_of(commit(*store, batch));
  BOOST_TEST((value_of(store->read_staged("0", 0)) == "first"));
  BOOST_TEST(value_of(store->read_staged("0", 256))->size() == 200'000U);
  BOOST_TEST(!value_of(store->read_staged("0", 1)));
  batch.clear();
  batch.erase_staged("0", 0);
  batch.erase_staged("0", 1);
  value_of(commit(*store, batch));
  BOOST_TEST(!value_of(store->read_staged("0", 0)));
  BOOST_TEST((value_of(store->read_staged("1", 0)) == "other"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_breaks_the_bounds_of_a_group_poisons_its_batch, Subject,
                              subjects) {
  Subject subject;
  auto* store = subject.open();
  const auto refuses = [&](error_code code, const auto& add) {
    write_batch batch;
    add(batch);
    BOOST_REQUIRE(batch.error());
    BOOST_TEST((batch.error()->code == code), batch.error()->text);
    BOOST_TEST(!commit(*store, batch));
  };
  const std::string long_group(max_group_bytes + 1, 'g');
  refuses(error_code::invalid, [](write_batch& b) { b.put_log("0", 0, "no index"); });
  refuses(error_code::invalid, [](write_batch& b) { b.put_log("", 1, "no group"); });
  refuses(error_code::invalid, [](write_batch& b) { b.put_replica("0", "", "no field"); });
  refuses(error_code::too_large, [&](write_batch& b) { b.put_log(long_group, 1, "entry"); });
  refuses(error_code::too_large, [&](write_batch& b) { b.put_staged(long_group, 1, "piece"); });
  refuses(error_code::too_large, [](write_batch& b) { b.erase_log("0", 1, ~0ULL); });
  refuses(error_code::too_large,
          [](write_batch& b) { b.put_log("0", 1, std::string(max_log_entry_bytes + 1, 'x')); });
}

BOOST_AUTO_TEST_SUITE_END()
