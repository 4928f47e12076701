#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/address_pattern.hpp"

#include <string>

using namespace touchline;

BOOST_AUTO_TEST_CASE(an_empty_pattern_fits_everything_and_a_text_fits_itself) {
  BOOST_TEST(fits_pattern("", ""));
  BOOST_TEST(fits_pattern("", "team/en/arsenal-fc"));
  BOOST_TEST(fits_pattern("team/en/arsenal-fc", "team/en/arsenal-fc"));
  BOOST_TEST(!fits_pattern("team/en/arsenal", "team/en/arsenal-fc"));
  BOOST_TEST(!fits_pattern("team/en/arsenal-fc", "team/en/arsenal"));
}

BOOST_AUTO_TEST_CASE(a_star_stands_for_any_bytes_and_a_question_mark_for_one) {
  BOOST_TEST(fits_pattern("team/*", "team/"));
  BOOST_TEST(fits_pattern("team/*", "team/en/arsenal-fc"));
  BOOST_TEST(fits_pattern("*arsenal*", "team/en/arsenal-fc"));
  BOOST_TEST(fits_pattern("*/en/*-fc", "team/en/arsenal-fc"));
  BOOST_TEST(!fits_pattern("*/de/*-fc", "team/en/arsenal-fc"));
  BOOST_TEST(fits_pattern("team/?n/*", "team/en/arsenal-fc"));
  BOOST_TEST(!fits_pattern("team/?/*", "team/en/arsenal-fc"));
  BOOST_TEST(!fits_pattern("?", ""));
  BOOST_TEST(fits_pattern("***", ""));
}

BOOST_AUTO_TEST_CASE(many_stars_take_no_longer_than_both_lengths_allow) {
  std::string pattern;
  for (size_t i = 0; i < max_pattern_bytes / 2; ++i)
    pattern += "a*";
  BOOST_TEST(!fits_pattern(pattern + "b", std::string(100'000, 'a')));
}

BOOST_AUTO_TEST_CASE(the_literal_prefix_ends_before_the_first_joker) {
  BOOST_TEST(literal_prefix("team/en/*") == "team/en/");
  BOOST_TEST(literal_prefix("team/?n") == "team/");
  BOOST_TEST(literal_prefix("team") == "team");
  BOOST_TEST(literal_prefix("*") == "");
}
