#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/catalogue.pb.h"
#include "messages/text.hpp"

using namespace touchline;

BOOST_AUTO_TEST_CASE(code_points_are_counted_and_bytes_that_are_not_utf8_are_not) {
  BOOST_TEST(count_code_points("").value() == 0u);
  BOOST_TEST(count_code_points("Alavés").value() == 6u);
  BOOST_TEST(count_code_points("\xf0\x9f\x8f\x86").value() == 1u);
  for (auto* wrong : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                      "\xf5", "\xe2\x82", "a\xff"})
    BOOST_TEST(!count_code_points(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_has_1_to_100_characters_and_no_control_characters) {
  BOOST_TEST(!check_name("The name", "Málaga CF").has_value());
  BOOST_TEST(!check_name("The name", std::string(100, 'x')).has_value());
  BOOST_TEST(check_name("The name", "").value()
             == "The name is empty; give it at least one letter.");
  BOOST_TEST(check_name("The name", "   ").has_value());
  BOOST_TEST(check_name("The name", std::string(10'000, 'x')).value()
             == "The name has 10000 characters; at most 100 are allowed.");
  BOOST_TEST(check_name("The name", "a\nb").has_value());
  BOOST_TEST(check_name("The name", "\xff").value() == "The name is not UTF-8.");
}

BOOST_AUTO_TEST_CASE(a_key_has_lower_case_letters_digits_hyphens_and_points) {
  BOOST_TEST(!check_key("The key", "en.1").has_value());
  for (auto* wrong : {"", "En", "a b", "a/b", "\xc3\xa9"})
    BOOST_TEST(check_key("The key", wrong).has_value());
  BOOST_TEST(check_key("The key", std::string(65, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_found_in_parts_of_a_message) {
  TeamCreate message;
  message.add_squad()->set_name("Bukayo Saka");
  BOOST_TEST(!check_text_fields(message).has_value());
  message.add_squad()->set_position("\xff");
  BOOST_TEST(check_text_fields(message).value() == "The field position is not UTF-8.");
}
