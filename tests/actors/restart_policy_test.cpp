#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/restart_policy.hpp"

using namespace touchline::actors;

BOOST_AUTO_TEST_CASE(the_delay_doubles_for_a_child_that_fails_in_a_row) {
  restart_tracker tracker{
    {.intensity = 100, .period_ms = 1'000, .backoff_min_ms = 10, .backoff_max_ms = 50}};
  BOOST_TEST(tracker.note_failure(0, 1).value() == 10);
  BOOST_TEST(tracker.note_failure(0, 2).value() == 20);
  BOOST_TEST(tracker.note_failure(0, 3).value() == 40);
  BOOST_TEST(tracker.note_failure(0, 4).value() == 50);
  BOOST_TEST(tracker.note_failure(0, 1'000'000).value() == 50);
}

BOOST_AUTO_TEST_CASE(more_failures_than_the_intensity_within_the_period_give_up) {
  restart_tracker tracker{
    {.intensity = 2, .period_ms = 1'000, .backoff_min_ms = 1, .backoff_max_ms = 1}};
  BOOST_TEST(tracker.note_failure(0, 1).has_value());
  BOOST_TEST(tracker.note_failure(500, 1).has_value());
  BOOST_TEST(!tracker.note_failure(999, 1).has_value());
  BOOST_TEST(tracker.note_failure(1'000, 1).has_value(), "the first one is forgotten");
}
