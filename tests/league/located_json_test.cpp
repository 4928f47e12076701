#define BOOST_TEST_DYN_LINK
#include "league/located_json.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace touchline::league;

namespace {

std::string problem_of(std::string_view text) {
  const auto read = parse_located_json(text);
  return read ? "none" : read.error().what + " in line " + std::to_string(read.error().line);
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i)
    text += part;
  return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(values_keep_their_type_their_content_and_their_line) {
  const std::string text = "{\n  \"a\": [1, -2, 1.5, true, null],\n  \"b\": {\"c\": \"d\"}\n}";
  const auto read = parse_located_json(text);
  BOOST_TEST_REQUIRE(read.has_value());
  const auto* list = read->find("a");
  BOOST_TEST_REQUIRE(list != nullptr);
  BOOST_TEST_REQUIRE(list->items.size() == 5U);
  BOOST_TEST(list->items[0].number == 1);
  BOOST_TEST(list->items[1].number == -2);
  BOOST_TEST((list->items[2].type == located_json::kind::real));
  BOOST_TEST(list->items[3].truth);
  BOOST_TEST((list->items[4].type == located_json::kind::null));
  const auto* inner = read->find("b");
  BOOST_TEST_REQUIRE(inner != nullptr);
  BOOST_TEST(inner->find("c")->text == "d");
  BOOST_TEST(inner->find("x") == nullptr);
  BOOST_TEST(line_at(text, list->offset) == 2U);
  BOOST_TEST(line_at(text, inner->offset) == 3U);
}

BOOST_AUTO_TEST_CASE(a_number_at_the_end_of_a_line_stands_in_that_line) {
  const std::string text = "[\n1\n,\n2\n]";
  const auto read = parse_located_json(text);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(line_at(text, read->items[0].offset) == 2U);
  BOOST_TEST(line_at(text, read->items[1].offset) == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused_with_its_line) {
  BOOST_TEST(problem_of("") == "is empty, where JSON was expected in line 1");
  BOOST_TEST(problem_of("{\n\"a\": 1,\n") == "is not JSON: it ends in the middle in line 2");
  BOOST_TEST(problem_of("[1,\n\n]")
             == "is not JSON: there is a character that cannot stand there in line 3");
  BOOST_TEST(problem_of("[NaN]")
             == "is not JSON: there is a character that cannot stand there in line 1");
  BOOST_TEST(problem_of("[1] [2]")
             == "is not JSON: there is a character that cannot stand there in line 1");
  BOOST_TEST(problem_of("<html>")
             == "is not JSON: there is a character that cannot stand there in line 1");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf_8_is_refused) {
  BOOST_TEST(problem_of("[\"\xff\xfe\"]") == "is not UTF-8, which JSON must be in line 1");
  BOOST_TEST(problem_of("[\"\xc0\x80\"]") == "is not UTF-8, which JSON must be in line 1");
  BOOST_TEST(problem_of("[\"\\ud800\"]") == "is not UTF-8, which JSON must be in line 1");
  BOOST_TEST(problem_of("[\"\xed\xa0\x80\"]") == "is not UTF-8, which JSON must be in line 1");
}

BOOST_AUTO_TEST_CASE(a_number_beyond_any_range_is_refused_or_no_longer_whole) {
  BOOST_TEST(problem_of("[1e999]") == "holds a number that is too large to be one in line 1");
  const auto read = parse_located_json("[123456789012345678901234567890, 18446744073709551615]");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST((read->items[0].type == located_json::kind::real));
  BOOST_TEST((read->items[1].type == located_json::kind::real));
}

BOOST_AUTO_TEST_CASE(a_field_may_come_only_once) {
  BOOST_TEST(problem_of("{\"a\": 1,\n \"a\": 2}")
             == "names the same field twice in one object, where each may come once in line 2");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_and_an_attack_on_the_stack_fails) {
  BOOST_TEST(problem_of(repeated("[", max_json_depth) + repeated("]", max_json_depth)) == "none");
  BOOST_TEST(problem_of(repeated("[", max_json_depth + 1))
             == "is nested deeper than 16 levels, where a season needs six in line 1");
  BOOST_TEST(problem_of(repeated("[", 1'000'000))
             == "is nested deeper than 16 levels, where a season needs six in line 1");
}

BOOST_AUTO_TEST_CASE(the_number_of_values_and_of_fields_is_bounded) {
  BOOST_TEST(problem_of(repeated("[", 1) + repeated("0,", max_json_values) + "0]")
             == "holds more than 400000 values, where a season has some thousands in line 1");
  std::string wide = "{";
  for (std::size_t i = 0; i <= max_json_fields; ++i)
    wide.append(i == 0 ? "\"" : ",\"").append(std::to_string(i)).append("\":0");
  BOOST_TEST(problem_of(wide + "}")
             == "has an object with more than 64 fields, where a season needs a few in line 1");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_no_harm) {
  BOOST_TEST(problem_of("\xef\xbb\xbf[1]") == "none");
}
