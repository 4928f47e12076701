// Content that moves to another node, piece by piece, while it changes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/layout.hpp"
#include "tests/storage/subjects.hpp"

#include <array>
#include <map>
#include <random>
#include <string>
#include <utility>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

constexpr read_limits everything{1'000'000, std::size_t{1} << 30};

bool anything(std::string_view) {
  return true;
}

bool of_teams(std::string_view address) {
  return address.starts_with("team/");
}

using scan = result<content_piece> (store::*)(const address_filter&, const std::string&,
                                              const read_limits&) const;

// All pieces, in order.
std::vector<content_piece> pieces_of(const store& source, scan what, const address_filter& filter,
                                     const read_limits& limits) {
  std::vector<content_piece> pieces;
  std::string cursor;
  do {
    pieces.push_back(value_of((source.*what)(filter, cursor, limits)));
    cursor = pieces.back().next_cursor;
  } while (!pieces.back().at_end);
  return pieces;
}

// Keys and values of the content that satisfies `filter`.
std::map<std::pair<table, std::string>, std::string> content_of(const store& source,
                                                                const address_filter& filter) {
  std::map<std::pair<table, std::string>, std::string> content;
  for (const auto& piece : pieces_of(source, &store::copy_content, filter, everything))
    for (const auto& op : piece.batch.operations())
      content[{op.where, std::string{piece.batch.key(op)}}] = piece.batch.value(op);
  return content;
}

void add_entity(write_batch& batch, const std::string& address, std::uint64_t records) {
  for (std::uint64_t i = 1; i <= records; ++i) {
    batch.append(address, i, "record " + std::to_string(i) + " of " + address);
    batch.put_command(address, "c-" + std::to_string(i), i);
  }
  batch.put_snapshot(address, records, "state of " + address);
  batch.set_outbox(address, records);
  batch.set_deadline(address, 1'000);
  batch.put_dead_letter(address + "@" + std::to_string(records), "letter");
}

// Two kinds of entities, and what a node has of its own.
void fill(store& target) {
  write_batch batch;
  for (const std::string name : {"a", "b", "with@sign", "z"}) {
    add_entity(batch, "team/" + name, 7);
    add_entity(batch, "player/" + name, 3);
    add_entity(batch, "zebra/" + name, 2);
  }
  batch.put_meta("node", "alpha");
  batch.put_log("0", 1, "entry");
  batch.put_replica("0", "term", "1");
  batch.put_staged("0", 1, "piece");
  value_of(commit(target, batch));
}

} // namespace

BOOST_AUTO_TEST_SUITE(content)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_copy_has_what_the_filter_wants_and_nothing_else, Subject,
                              subjects) {
  Subject subject;
  auto* source = subject.open();
  fill(*source);
  for (const std::size_t records : {1U, 2U, 5U, 1'000U}) {
    memory_store copy;
    for (const auto& piece :
         pieces_of(*source, &store::copy_content, of_teams, {records, std::size_t{1} << 20})) {
      BOOST_TEST(piece.batch.operations().size() <= records);
      // As it travels.
      value_of(commit(copy, value_of(write_batch::decode(piece.batch.encode()))));
    }
    BOOST_TEST((content_of(copy, anything) == content_of(*source, of_teams)));
    BOOST_TEST(records_of(copy, "team/with@sign").size() == 7U);
    BOOST_TEST(value_of(copy.dead_letters("", 100)).size() == 4U);
    BOOST_TEST((value_of(copy.read_dead_letter("team/with@sign@7")) == "letter"));
    BOOST_TEST(!value_of(copy.meta("node")));
    BOOST_TEST(!value_of(copy.log_bounds("0")));
    BOOST_TEST(value_of(copy.groups()).empty());
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pieces_are_bounded_in_bytes_but_hold_any_single_value, Subject,
                              subjects) {
  Subject subject;
  auto* source = subject.open();
  write_batch batch;
  for (std::uint64_t i = 1; i <= 20; ++i)
    batch.append("team/a", i, std::string(i == 10 ? 50'000 : 300, 'x'));
  value_of(commit(*source, batch));
  std::size_t operations = 0;
  for (const auto& piece : pieces_of(*source, &store::copy_content, anything, {1'000, 1'000})) {
    BOOST_TEST((piece.batch.size_bytes() <= 1'000U || piece.batch.operations().size() == 1U));
    operations += piece.batch.operations().size();
  }
  BOOST_TEST(operations == 20U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entity_that_is_not_wanted_is_passed_over_at_once, Subject,
                              subjects) {
  Subject subject;
  auto* source = subject.open();
  write_batch batch;
  add_entity(batch, "player/long", 2'000);
  add_entity(batch, "team/a", 1);
  value_of(commit(*source, batch));
  std::size_t asked = 0;
  const auto piece = value_of(source->copy_content(
    [&](std::string_view address) {
      ++asked;
      return of_teams(address);
    },
    {}, everything));
  BOOST_TEST(piece.at_end);
  BOOST_TEST(piece.batch.operations().size() == 6U);
  BOOST_TEST(asked == 12U); // two entities in six tables
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_call_looks_at_a_bounded_number_of_keys, Subject, subjects) {
  Subject subject;
  auto* source = subject.open();
  write_batch batch;
  const auto entities = max_visited_keys + max_visited_keys / 2;
  for (std::size_t i = 0; i < entities; ++i)
    batch.set_outbox("player/" + std::to_string(i), 1);
  batch.set_deadline("team/a", 1);
  value_of(commit(*source, batch));
  std::size_t asked = 0;
  const address_filter filter = [&](std::string_view address) {
    ++asked;
    return of_teams(address);
  };
  auto piece = value_of(source->copy_content(filter, {}, everything));
  BOOST_TEST(asked <= max_visited_keys + 1);
  BOOST_TEST(!piece.at_end);
  BOOST_TEST(piece.batch.empty());
  piece = value_of(source->copy_content(filter, piece.next_cursor, everything));
  BOOST_TEST(piece.at_end);
  BOOST_TEST(piece.batch.operations().size() == 1U);
  BOOST_TEST(asked <= entities + 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cursor_of_somebody_else_is_refused_and_one_of_another_store_goes_on,
                              Subject, subjects) {
  Subject subject;
  auto* source = subject.open();
  fill(*source);
  for (const auto& cursor :
       {std::string(1, '\0'), std::string{"\x06node"}, std::string{"\x08"}, std::string{"hello"},
        std::string{"\xff"}, std::string(1, '\1') + std::string(600, 'x')}) {
    const auto piece = source->copy_content(anything, cursor, everything);
    BOOST_REQUIRE(!piece);
    BOOST_TEST((piece.error().code == error_code::invalid));
  }
  memory_store twin;
  fill(twin);
  const auto first = value_of(source->copy_content(anything, {}, {30, everything.max_bytes}));
  const auto rest = value_of(twin.copy_content(anything, first.next_cursor, everything));
  BOOST_TEST(first.batch.operations().size() + rest.batch.operations().size()
             == content_of(*source, anything).size());
}

// The copy is fuzzy: what changes meanwhile is replayed over it, from the beginning of the copy.
BOOST_AUTO_TEST_CASE_TEMPLATE(what_changed_during_a_copy_is_replayed_over_it, Subject, subjects) {
  for (unsigned seed = 1; seed <= Subject::affordable_histories; ++seed) {
    Subject subject;
    auto* source = subject.open();
    std::mt19937 random{seed}; // NOLINT(cert-msc*) a failure must come again
    std::map<std::string, std::uint64_t> last;
    const auto change = [&] {
      write_batch batch;
      for (auto i = 1 + random() % 5; i > 0; --i) {
        const auto address = "team/" + std::to_string(random() % 12);
        const auto position = ++last[address];
        batch.append(address, position, std::string(random() % 300, 'r'));
        batch.put_command(address, "c-" + std::to_string(position), position);
        if (random() % 3 == 0)
          batch.put_snapshot(address, position, std::to_string(position));
        if (random() % 2 == 0)
          batch.set_outbox(address, position);
        else
          batch.clear_outbox(address);
        const auto letter = address + "@" + std::to_string(random() % 3);
        if (random() % 2 == 0)
          batch.put_dead_letter(letter, "letter");
        else
          batch.erase_dead_letter(letter);
      }
      value_of(commit(*source, batch));
      return batch;
    };
    for (int i = 0; i < 30; ++i)
      change();
    Subject other;
    auto* copy = other.open();
    std::vector<write_batch> log;
    content_piece piece;
    while (!piece.at_end) {
      piece = value_of(source->copy_content(anything, piece.next_cursor, {7, 2'000}));
      value_of(commit(*copy, piece.batch));
      for (auto i = random() % 2; i > 0; --i)
        log.push_back(change());
    }
    for (const auto& batch : log)
      value_of(commit(*copy, batch));
    BOOST_TEST((content_of(*copy, anything) == content_of(*source, anything)));
    for (const auto& [address, position] : last)
      BOOST_TEST(records_of(*copy, address).size() == position);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(erasing_takes_what_the_filter_wants_and_leaves_the_rest, Subject,
                              subjects) {
  for (const bool at_once : {false, true}) {
    Subject subject;
    auto* target = subject.open();
    fill(*target);
    const auto others = [](std::string_view address) { return !of_teams(address); };
    const auto rest = content_of(*target, others);
    content_piece piece;
    std::vector<write_batch> batches;
    while (!piece.at_end) {
      piece = value_of(target->erase_content(of_teams, piece.next_cursor, {5, 1'000}));
      if (at_once)
        value_of(commit(*target, piece.batch));
      else
        batches.push_back(std::move(piece.batch));
    }
    value_of(target->commit(batches));
    BOOST_TEST((content_of(*target, anything) == rest));
    BOOST_TEST(value_of(target->last_position("team/a")) == 0U);
    BOOST_TEST((value_of(target->meta("node")) == "alpha"));
    BOOST_TEST((value_of(target->log_bounds("0")) == log_range{1, 1}));
    BOOST_TEST((value_of(target->read_replica("0", "term")) == "1"));
    // What was erased can be written anew.
    value_of(commit(*target, record_batch("team/a", 1, "another life")));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(appending_and_erasing_share_a_transaction_in_their_order, Subject,
                              subjects) {
  Subject subject;
  auto* target = subject.open();
  write_batch old_records;
  for (std::uint64_t i = 1; i <= 5; ++i)
    old_records.append("team/a", i, "old");
  value_of(commit(*target, old_records));
  const auto erasure = value_of(target->erase_content(anything, {}, everything)).batch;
  write_batch new_records;
  for (std::uint64_t i = 1; i <= 2; ++i)
    new_records.append("team/a", i, "new");
  // Written just before the end of the old life, then the new one.
  value_of(target->commit(
    std::array{record_batch("team/a", 6, "old"), record_batch("team/a", 7, "old"), erasure,
               value_of(target->erase_content(anything, {}, everything)).batch}));
  BOOST_TEST(value_of(target->last_position("team/a")) == 7U); // 6 and 7 were not there to erase
  value_of(commit(*target, value_of(target->erase_content(anything, {}, everything)).batch));
  value_of(commit(*target, old_records));
  value_of(target->commit(std::array{erasure, new_records}));
  BOOST_TEST(records_of(*target, "team/a") == (std::vector<std::string>{"new", "new"}),
             boost::test_tools::per_element());
  const auto refused = target->commit(std::array{erasure, record_batch("team/a", 3, "new")});
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == error_code::out_of_order));
  BOOST_TEST(records_of(*target, "team/a").size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
