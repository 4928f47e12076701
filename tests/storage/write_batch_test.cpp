// Batches as bytes: what comes back, and what is refused.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/batch_sequence.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/fixtures.hpp"

#include <random>
#include <string>
#include <vector>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

// Every operation that changes the content of a league.
write_batch every_operation() {
  write_batch batch;
  batch.append("team/a", 1, "one");
  batch.append("team/a", 2, std::string(5'000, 'x'));
  batch.put_snapshot("team/a", 2, "state");
  batch.put_snapshot("team/b", 7, "");
  batch.put_command("team/a", "c-1", 1);
  batch.set_outbox("team/a", 2);
  batch.clear_outbox("team/b");
  batch.set_deadline("team/a", 1'000);
  batch.clear_deadline("team/b");
  batch.put_dead_letter("team/a@1", "letter");
  batch.erase_dead_letter("team/a@2");
  return batch;
}

void check_same(const write_batch& left, const write_batch& right) {
  BOOST_REQUIRE(left.operations().size() == right.operations().size());
  for (std::size_t i = 0; i < left.operations().size(); ++i) {
    const auto& one = left.operations()[i];
    const auto& other = right.operations()[i];
    BOOST_TEST((one.what == other.what && one.where == other.where));
    BOOST_TEST(left.key(one) == right.key(other));
    BOOST_TEST(left.value(one) == right.value(other));
  }
}

bool is_refused(std::string_view bytes) {
  write_batch batch;
  batch.append("team/before", 1, "one");
  const auto added = batch.append_encoded(bytes);
  BOOST_TEST(batch.operations().size() == 1U + (added ? 1U : 0U));
  if (!added)
    BOOST_TEST((added.error().code == error_code::damaged));
  return !added;
}

// An encoded batch of one operation, which any table and verb may have.
std::string encoded(write_batch::operation::verb what, table where, std::string_view key,
                    std::string_view payload) {
  std::string value;
  if (what != write_batch::operation::verb::erase) {
    value = std::string(value_header_bytes, '\0').append(payload);
    seal_value(where, key, value.data(), value.size());
  }
  write_batch batch;
  batch.add_sealed(what, where, key, value);
  return batch.encode();
}

} // namespace

BOOST_AUTO_TEST_SUITE(batches_as_bytes)

BOOST_AUTO_TEST_CASE(a_batch_comes_back_as_it_was) {
  const auto batch = every_operation();
  check_same(value_of(write_batch::decode(batch.encode())), batch);
  check_same(value_of(write_batch::decode(write_batch{}.encode())), write_batch{});
}

BOOST_AUTO_TEST_CASE(what_comes_back_can_be_committed) {
  memory_store original;
  memory_store copy;
  value_of(commit(original, every_operation()));
  value_of(commit(copy, value_of(write_batch::decode(every_operation().encode()))));
  BOOST_TEST(records_of(copy, "team/a") == records_of(original, "team/a"),
             boost::test_tools::per_element());
  BOOST_TEST(value_of(copy.read_snapshot("team/a"))->bytes == "state");
}

BOOST_AUTO_TEST_CASE(encoded_batches_are_added_one_after_another) {
  write_batch expected;
  write_batch batch;
  for (int i = 0; i < 3; ++i) {
    expected.merge(every_operation());
    value_of(batch.append_encoded(every_operation().encode()));
  }
  check_same(batch, expected);
  BOOST_TEST(batch.operations().size() == 3 * every_operation().operations().size());
}

BOOST_AUTO_TEST_CASE(merging_keeps_the_order_and_the_first_error) {
  write_batch batch;
  batch.merge(record_batch("team/a", 1, "one"));
  auto later = record_batch("team/a", 2, "two");
  batch.merge(std::move(later));
  BOOST_TEST(later.empty()); // NOLINT(bugprone-use-after-move) as promised
  memory_store store;
  value_of(commit(store, batch));
  BOOST_TEST(records_of(store, "team/a") == (std::vector<std::string>{"one", "two"}),
             boost::test_tools::per_element());
  batch.merge(record_batch("", 1, "nameless"));
  BOOST_REQUIRE(batch.error());
  BOOST_TEST((batch.error()->code == error_code::invalid));
  batch.merge(record_batch("team/b", 0, "no position"));
  BOOST_TEST((batch.error()->code == error_code::invalid));
}

BOOST_AUTO_TEST_CASE(a_cut_or_flipped_batch_is_refused_unless_only_the_name_of_an_erasure_changed) {
  const auto sound = every_operation().encode();
  for (std::size_t size = 0; size < sound.size(); ++size)
    BOOST_TEST(!write_batch::decode(sound.substr(0, size)));
  BOOST_TEST(!write_batch::decode(sound + '\0'));
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    auto bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    // A key of an erasure has no checksum: another address is as good as the right one.
    if (const auto batch = write_batch::decode(bytes); batch)
      BOOST_TEST(batch->operations().size() == every_operation().operations().size());
  }
}

BOOST_AUTO_TEST_CASE(only_the_content_of_a_league_can_be_changed_by_bytes) {
  using verb = write_batch::operation::verb;
  const std::string eight(8, '\1');
  for (const auto where : {table::root, table::meta, table::log, table::replicas, table::staged})
    for (const auto what : {verb::put, verb::erase, verb::append})
      BOOST_TEST(is_refused(encoded(what, where, "0" + std::string(1, '\0') + eight, eight)));
  BOOST_TEST(is_refused(encoded(verb::put, static_cast<table>(77), "team/a", eight)));
  BOOST_TEST(is_refused(encoded(static_cast<verb>(7), table::outbox, "team/a", eight)));
}

BOOST_AUTO_TEST_CASE(keys_and_payloads_of_the_wrong_shape_are_refused) {
  using verb = write_batch::operation::verb;
  const std::string zero(1, '\0');
  const std::string eight(8, '\1');
  const std::string far_too_long(max_address_bytes + 1, 'a');
  const auto refuses
    = [](verb what, table where, const std::string& key, const std::string& payload) {
        return is_refused(encoded(what, where, key, payload));
      };
  BOOST_TEST(!refuses(verb::append, table::streams, "team/a" + zero + eight, "r"));
  BOOST_TEST(refuses(verb::put, table::streams, "team/a" + zero + eight, "r"));
  BOOST_TEST(refuses(verb::append, table::streams, "team/a" + zero + "7", "r"));
  BOOST_TEST(refuses(verb::append, table::streams, "team/a" + zero + std::string(8, '\0'), "r"));
  BOOST_TEST(refuses(verb::append, table::streams, zero + eight, "r"));
  BOOST_TEST(refuses(verb::append, table::streams, far_too_long + zero + eight, "r"));
  BOOST_TEST(refuses(verb::append, table::snapshots, "team/a", eight));
  for (const auto where : {table::snapshots, table::outbox, table::deadlines}) {
    BOOST_TEST(!refuses(verb::put, where, "team/a", eight));
    BOOST_TEST(!refuses(verb::erase, where, "team/a", {}));
    BOOST_TEST(refuses(verb::put, where, "team/a", "7"));
    BOOST_TEST(refuses(verb::put, where, "team/a" + zero, eight));
    BOOST_TEST(refuses(verb::put, where, far_too_long, eight));
    BOOST_TEST(refuses(verb::erase, where, {}, {}));
  }
  BOOST_TEST(!refuses(verb::put, table::commands, "team/a" + zero + "c", eight));
  BOOST_TEST(refuses(verb::put, table::commands, "team/a" + zero + "c", "7"));
  BOOST_TEST(refuses(verb::put, table::commands, "team/a", eight));
  BOOST_TEST(refuses(verb::put, table::commands,
                     "team/a" + zero + std::string(max_id_bytes + 1, 'c'), eight));
  BOOST_TEST(!refuses(verb::put, table::dead_letters, "team/a@1", {}));
  BOOST_TEST(refuses(verb::put, table::dead_letters, std::string(max_id_bytes + 1, 'd'), {}));
}

BOOST_AUTO_TEST_CASE(random_bytes_never_do_more_than_be_refused) {
  std::mt19937 random{23}; // NOLINT(cert-msc*) a failure must come again
  const auto sound = every_operation().encode();
  memory_store store;
  for (int run = 0; run < 20'000; ++run) {
    auto bytes = sound;
    for (auto changes = 1 + random() % 4; changes > 0; --changes)
      bytes[random() % (run % 2 == 0 ? 100 : bytes.size())] = static_cast<char>(random());
    if (run % 3 == 0)
      bytes.resize(random() % bytes.size());
    if (const auto batch = write_batch::decode(bytes); batch)
      value_of(commit(store, *batch));
  }
}

BOOST_AUTO_TEST_CASE(a_sequence_gives_its_pieces_back) {
  std::string sequence;
  append_piece(sequence, "first");
  append_piece(sequence, "");
  append_piece(sequence, every_operation());
  piece_reader reader{sequence};
  BOOST_TEST((value_of(reader.next()) == "first"));
  BOOST_TEST((value_of(reader.next()) == ""));
  const auto third = value_of(reader.next());
  BOOST_REQUIRE(third);
  check_same(value_of(write_batch::decode(*third)), every_operation());
  BOOST_TEST(!value_of(reader.next()));
  BOOST_TEST(!value_of(piece_reader{""}.next()));
}

BOOST_AUTO_TEST_CASE(a_sequence_that_was_cut_is_refused) {
  std::string sequence;
  append_piece(sequence, "first");
  for (std::size_t size = 1; size < sequence.size(); ++size) {
    piece_reader reader{std::string_view{sequence}.substr(0, size)};
    const auto piece = reader.next();
    BOOST_REQUIRE(!piece);
    BOOST_TEST((piece.error().code == error_code::damaged));
  }
}

BOOST_AUTO_TEST_SUITE_END()
