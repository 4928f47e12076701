// Numbers that depend on a seed and a place, and on nothing else.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "league/counter_draw.hpp"

using touchline::league::counter_draw;
using touchline::league::draw_purpose;

BOOST_AUTO_TEST_SUITE(a_counter_draw)

BOOST_AUTO_TEST_CASE(gives_the_numbers_of_splitmix64s_reference_implementation) {
  // The first outputs of Vigna's splitmix64.c for the seed 1234567.
  constexpr std::array<std::uint64_t, 5> reference{6457827717110365317ULL, 3203168211198807973ULL,
                                                   9817491932198370423ULL, 4593380528125082431ULL,
                                                   16408922859458223821ULL};
  constexpr counter_draw draws{1234567};
  for (std::uint64_t counter = 0; counter < reference.size(); ++counter)
    BOOST_TEST(draws.bits(counter) == reference[counter]);
}

BOOST_AUTO_TEST_CASE(gives_the_same_numbers_on_every_machine) {
  constexpr auto draws = counter_draw{42, draw_purpose::scoreline}.stream(7);
  BOOST_TEST(draws.bits(0) == 992509511869310204ULL);
  BOOST_TEST(draws.below(1000, 3) == 794U);
  BOOST_TEST(draws.unit(4) == 0.82112905676375292);
  BOOST_TEST(draws.normal(5) == 0.76744087834793306);
  BOOST_TEST(draws.stream("team/arsenal").bits(0) == 253481688028185437ULL);
  const std::vector<std::uint32_t> order{0, 1, 7, 3, 4, 6, 2, 5};
  BOOST_TEST(draws.shuffled(8) == order, boost::test_tools::per_element());
  BOOST_TEST(draws.scattered(0, 1000) == 69U);
}

BOOST_AUTO_TEST_CASE(is_known_while_the_program_is_compiled) {
  static_assert(counter_draw{1}.stream(2).bits(3) == counter_draw{1}.stream(2).bits(3));
  static_assert(counter_draw{1}.below(1, 0) == 0);
  static_assert(counter_draw{1}.below(0, 0) == 0);
  static_assert(counter_draw{1}.unit(0) < 1);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(has_a_stream_of_its_own_for_every_purpose_seed_and_identifier) {
  std::set<std::uint64_t> seen;
  std::size_t streams = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const auto purpose :
         {draw_purpose::fixture_order, draw_purpose::scoreline, draw_purpose::goals})
      for (std::uint64_t identifier = 0; identifier < 20; ++identifier, ++streams)
        seen.insert(counter_draw{seed, purpose}.stream(identifier).bits(0));
  BOOST_TEST(seen.size() == streams);
  BOOST_TEST(counter_draw{1}.stream(2).stream(3).bits(0)
             != counter_draw{1}.stream(3).stream(2).bits(0));
  BOOST_TEST(counter_draw{1}.stream("a").bits(0) != counter_draw{1}.stream("b").bits(0));
}

BOOST_AUTO_TEST_CASE(draws_integers_below_a_bound_with_equal_probabilities) {
  constexpr std::uint32_t bound = 10;
  constexpr std::uint32_t count = 100'000;
  const auto draws = counter_draw{5}.stream(1);
  std::array<double, bound> seen{};
  for (std::uint32_t counter = 0; counter < count; ++counter)
    seen.at(draws.below(bound, counter)) += 1;
  auto chi_square = 0.0;
  for (const auto hits : seen)
    chi_square += (hits - count / bound) * (hits - count / bound) / (count / bound);
  // 9 degrees of freedom: beyond 27.9 once in a thousand seeds.
  BOOST_TEST(chi_square < 27.9);
}

BOOST_AUTO_TEST_CASE(has_no_bias_where_a_remainder_would_have_one) {
  // Of a bound of 3 * 2^30, plain scaling of 32 bits would hit every third number twice as often.
  constexpr std::uint32_t bound = 3U << 30;
  constexpr std::uint32_t count = 90'000;
  const auto draws = counter_draw{6}.stream(1);
  std::array<double, 3> seen{};
  for (std::uint32_t counter = 0; counter < count; ++counter)
    seen.at(draws.below(bound, counter) % 3) += 1;
  for (const auto hits : seen)
    BOOST_TEST(std::abs(hits - count / 3.0) < 600);
}

BOOST_AUTO_TEST_CASE(draws_doubles_from_0_to_below_1) {
  const auto draws = counter_draw{7}.stream(1);
  auto sum = 0.0;
  for (std::uint64_t counter = 0; counter < 100'000; ++counter) {
    const auto drawn = draws.unit(counter);
    BOOST_REQUIRE(drawn >= 0 && drawn < 1);
    BOOST_REQUIRE(std::floor(drawn * 0x1.0p53) == drawn * 0x1.0p53);
    sum += drawn;
  }
  BOOST_TEST(std::abs(sum / 100'000 - 0.5) < 0.004);
}

BOOST_AUTO_TEST_CASE(draws_nearly_normal_numbers_of_mean_0_and_variance_1) {
  const auto draws = counter_draw{8}.stream(1);
  auto sum = 0.0;
  auto squares = 0.0;
  auto within_one = 0.0;
  for (std::uint64_t counter = 0; counter < 100'000; ++counter) {
    const auto drawn = draws.normal(counter);
    BOOST_REQUIRE(std::abs(drawn) <= 6);
    sum += drawn;
    squares += drawn * drawn;
    within_one += std::abs(drawn) < 1 ? 1 : 0;
  }
  BOOST_TEST(std::abs(sum / 100'000) < 0.015);
  BOOST_TEST(std::abs(squares / 100'000 - 1) < 0.02);
  BOOST_TEST(std::abs(within_one / 100'000 - 0.6827) < 0.01);
}

BOOST_AUTO_TEST_CASE(shuffles_into_every_order_equally_often) {
  std::array<double, 6> seen{};
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    const auto order = counter_draw{seed}.stream(1).shuffled(3);
    BOOST_REQUIRE(order.size() == 3);
    seen.at(order[0] * 2 + (order[1] > order[2] ? 1 : 0)) += 1;
  }
  for (const auto hits : seen)
    BOOST_TEST(std::abs(hits - 1000) < 120);
  BOOST_TEST(counter_draw{1}.shuffled(0).empty());
}

BOOST_AUTO_TEST_CASE(scatters_every_index_to_a_place_of_its_own) {
  for (const std::uint32_t size : {1U, 2U, 3U, 4U, 5U, 16U, 17U, 1000U, 4608U}) {
    const auto draws = counter_draw{size}.stream(1);
    std::set<std::uint32_t> places;
    for (std::uint32_t index = 0; index < size; ++index)
      places.insert(draws.scattered(index, size));
    BOOST_TEST(places.size() == size);
    BOOST_TEST(*places.rbegin() == size - 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
