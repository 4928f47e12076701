// Days as the catalogue writes them.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/calendar.hpp"

using namespace touchline::actors;

BOOST_AUTO_TEST_CASE(every_day_of_four_centuries_is_read_as_it_is_written) {
  using namespace std::chrono;
  for (sys_days day = 1600y / January / 1; day < sys_days{2000y / January / 1}; day += days{1}) {
    auto parsed = parse_date(to_text(day));
    if (!parsed || sys_days{*parsed} != day)
      BOOST_FAIL(to_text(day));
  }
}

BOOST_AUTO_TEST_CASE(a_day_is_written_with_four_two_and_two_digits) {
  using namespace std::chrono;
  BOOST_TEST(to_text(2022y / August / 6) == "2022-08-06");
  BOOST_TEST(to_text(7y / January / 1) == "0007-01-01");
  BOOST_TEST(to_text(0y / December / 31) == "0000-12-31");
  BOOST_TEST(to_text(9999y / December / 31) == "9999-12-31");
}

BOOST_AUTO_TEST_CASE(a_leap_day_exists_in_leap_years_only) {
  BOOST_TEST(parse_date("2024-02-29").has_value());
  BOOST_TEST(parse_date("2000-02-29").has_value());
  BOOST_TEST(!parse_date("2023-02-29").has_value());
  BOOST_TEST(!parse_date("1900-02-29").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_day_is_none) {
  for (auto text : {"",           "2022",       "2022-08",     "2022-8-6",    "22-08-06",
                    "2022-00-10", "2022-13-01", "2022-04-31",  "2022-08-00",  "2022-08-32",
                    "2022/08/06", "06-08-2022", "2022-08-06 ", " 2022-08-06", "2022-08-06T00:00",
                    "2022-08-0x", "x022-08-06", "+022-08-06",  "-022-08-06",  "2022--8-06",
                    "2022-+8-06", "2022- 8-06", "12022-08-06", "20220806",    "2022-08-06\n"})
    BOOST_TEST(!parse_date(text).has_value(), text);
  BOOST_TEST(!parse_date(std::string_view{"2022-08-06\0", 11}).has_value());
}

BOOST_AUTO_TEST_CASE(a_day_of_every_year_has_a_month_and_a_day) {
  using namespace std::chrono;
  BOOST_TEST((parse_month_day("06-14") == June / 14));
  BOOST_TEST((parse_month_day("12-31") == December / 31));
  BOOST_TEST((parse_month_day("02-28") == February / 28));
}

BOOST_AUTO_TEST_CASE(what_is_no_day_of_every_year_is_none) {
  for (auto text : {"", "06", "6-14", "06-1", "02-29", "02-30", "00-10", "13-01", "04-31", "06-00",
                    "06-32", "06/14", "0614", "2022-06-14", "06-14 ", "-6-14", "+6-14", "06--1"})
    BOOST_TEST(!parse_month_day(text).has_value(), text);
}
