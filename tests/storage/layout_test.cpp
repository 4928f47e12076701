// Keys and values on disk.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/layout.hpp"
#include "storage/limits.hpp"
#include "storage/write_batch.hpp"

#include <string>

using namespace touchline::storage;

BOOST_AUTO_TEST_SUITE(layout)

BOOST_AUTO_TEST_CASE(positions_of_a_stream_sort_by_number) {
  std::string previous;
  for (const std::uint64_t position : {1ULL, 2ULL, 255ULL, 256ULL, 65'536ULL, ~0ULL}) {
    const key_buffer key{"team/arsenal", position};
    BOOST_TEST((previous < key.view()));
    previous = key.view();
  }
}

BOOST_AUTO_TEST_CASE(a_key_comes_apart_as_it_was_put_together) {
  const key_buffer key{"team/arsenal", "command-7"};
  BOOST_TEST(split_key(key.view()).name == "team/arsenal");
  BOOST_TEST(split_key(key.view()).suffix == "command-7");
}

BOOST_AUTO_TEST_CASE(names_out_of_bounds_make_a_key_that_is_in_no_store) {
  BOOST_TEST(key_buffer{""}.view() == std::string(1, '\0'));
  BOOST_TEST(key_buffer{std::string(256, 'a')}.view() == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(a_value_is_accepted_only_whole_and_under_its_own_key_and_table) {
  std::string value(value_header_bytes, '\0');
  value += "payload";
  seal_value(table::streams, "key", value.data(), value.size());
  BOOST_TEST((open_value(table::streams, "key", value) == "payload"));
  BOOST_TEST(!open_value(table::streams, "kez", value));
  BOOST_TEST(!open_value(table::snapshots, "key", value));
  BOOST_TEST(!open_value(table::streams, "key", value.substr(0, 4)));
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    auto flipped = value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    BOOST_TEST(!open_value(table::streams, "key", flipped));
  }
}

BOOST_AUTO_TEST_CASE(places_are_described_with_the_entitys_address) {
  BOOST_TEST(describe(table::streams, key_buffer{"team/arsenal", 7}.view())
             == "position 7 of team/arsenal");
  BOOST_TEST(describe(table::snapshots, "team/arsenal") == "the snapshot of team/arsenal");
  BOOST_TEST(describe(table::log, key_buffer{"17", 7}.view()) == "entry 7 of the log of group 17");
  BOOST_TEST(describe(table::replicas, key_buffer{"17", "term"}.view())
             == "field term of the replica of group 17");
  BOOST_TEST(describe(table::staged, key_buffer{"17", 3}.view())
             == "piece 3 of the staged content of group 17");
  BOOST_TEST(describe(table::snapshots, "a\x01") == "the snapshot of a\\x01");
}

BOOST_AUTO_TEST_CASE(a_batch_remembers_the_first_bound_that_was_broken) {
  write_batch batch;
  batch.append("", 1, "record");
  batch.append(std::string(max_address_bytes + 1, 'a'), 1, "record");
  BOOST_REQUIRE(batch.error());
  BOOST_TEST((batch.error()->code == error_code::invalid));
  batch.clear();
  BOOST_TEST(batch.empty());
  batch.append(std::string(max_address_bytes + 1, 'a'), 1, "record");
  BOOST_REQUIRE(batch.error());
  BOOST_TEST((batch.error()->code == error_code::too_large));
  batch.clear();
  batch.put_snapshot("team/arsenal", 1, std::string(max_value_bytes + 1, 'x'));
  BOOST_REQUIRE(batch.error());
  BOOST_TEST((batch.error()->code == error_code::too_large));
  BOOST_TEST(batch.error()->text.find("team/arsenal") != std::string::npos);
  batch.clear();
  batch.append("team/arsenal", 0, "record");
  BOOST_REQUIRE(batch.error());
  BOOST_TEST((batch.error()->code == error_code::out_of_order));
}

BOOST_AUTO_TEST_CASE(the_longest_address_with_the_longest_id_fits_a_key) {
  write_batch batch;
  batch.put_command(std::string(max_address_bytes, 'a'), std::string(max_id_bytes, 'b'), 1);
  BOOST_TEST(!batch.error());
  BOOST_TEST(batch.key(batch.operations()[0]).size() <= 511U);
}

BOOST_AUTO_TEST_SUITE_END()
