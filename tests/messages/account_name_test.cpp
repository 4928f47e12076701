#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/account_name.hpp"

using namespace touchline;

BOOST_AUTO_TEST_CASE(an_account_is_called_by_a_key_or_by_a_pyramid_and_a_key) {
  for (auto* good : {"boss", "en/arsenal-fc", "de.by/1860", "en/en.1"})
    BOOST_TEST(!check_account(good).has_value(), good);
  for (auto* wrong : {"", "/", "en/", "/boss", "en/a/b", "En/a", "en/A", "en a", "en.1/arsenal"})
    BOOST_TEST(check_account(wrong).has_value(), wrong);
  BOOST_TEST(check_account(std::string(65, 'a')).has_value());
  BOOST_TEST(check_account("en.1/arsenal").value()
             == "An account belongs to a pyramid, not to one of its leagues: en instead of en.1.");
}

BOOST_AUTO_TEST_CASE(the_pyramid_of_an_account_stands_before_the_slash) {
  BOOST_TEST(pyramid_of_account("en/arsenal") == "en");
  BOOST_TEST(pyramid_of_account("boss") == "");
}
