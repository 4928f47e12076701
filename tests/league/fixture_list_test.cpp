// Fixture lists: what must hold for every number of teams and every seed.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "league/fixture_list.hpp"

using namespace std::chrono_literals;
using touchline::league::fixture;
using touchline::league::generate_fixture_list;
using touchline::league::max_teams;
using touchline::league::minimum_breaks;
using touchline::league::round_count;

namespace {

constexpr std::array<std::uint64_t, 4> seeds{0, 1, 2022, 0xffff'ffff'ffff'ffffULL};

std::vector<fixture> list_of(std::uint32_t teams, std::uint64_t seed = 1) {
  const auto made = generate_fixture_list({teams, seed, 2022y / 8 / 5, 2023y / 5 / 28});
  BOOST_REQUIRE_MESSAGE(made, made.error());
  return *made;
}

/// Calls `check(teams, list)` for every number of teams and some seeds.
template <class Check>
void for_every_league(Check check) {
  for (std::uint32_t teams = 2; teams <= max_teams; ++teams)
    for (const auto seed : seeds)
      BOOST_TEST_CONTEXT(teams << " teams, seed " << seed)
  check(teams, list_of(teams, seed));
}

/// The venues of one team's matches in the order of the season, true at home, rests left out.
std::vector<bool> venues(const std::vector<fixture>& list, std::uint32_t team) {
  std::vector<bool> result;
  for (const auto& match : list)
    if (match.home == team || match.away == team)
      result.push_back(match.home == team);
  return result;
}

std::uint32_t count_breaks(const std::vector<fixture>& list, std::uint32_t teams) {
  std::uint32_t breaks = 0;
  for (std::uint32_t team = 0; team < teams; ++team) {
    const auto pattern = venues(list, team);
    for (std::size_t match = 1; match < pattern.size(); ++match)
      breaks += pattern[match] == pattern[match - 1] ? 1U : 0U;
  }
  return breaks;
}

std::size_t longest_run(const std::vector<bool>& pattern) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (std::size_t match = 0; match < pattern.size(); ++match) {
    run = match > 0 && pattern[match] == pattern[match - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

using pairing = std::pair<std::uint32_t, std::uint32_t>;

/// The rounds of a single round robin of `teams`, an even number, without venues: Kirkman's circle.
std::vector<std::vector<pairing>> circle_rounds(std::uint32_t teams) {
  const auto circle = teams - 1;
  std::vector<std::vector<pairing>> rounds(circle);
  for (std::uint32_t round = 0; round < circle; ++round) {
    rounds[round].emplace_back(round, circle);
    for (std::uint32_t step = 1; step <= circle / 2; ++step)
      rounds[round].emplace_back((round + step) % circle, (round + circle - step) % circle);
  }
  return rounds;
}

/// The teams at home in each round, as bits, when bit k of `venues` exchanges the venues of match
/// k.
std::vector<std::uint32_t> home_sets(const std::vector<std::vector<pairing>>& rounds,
                                     std::uint32_t venues) {
  std::vector<std::uint32_t> sets;
  auto match = 0U;
  for (const auto& round : rounds) {
    std::uint32_t at_home = 0;
    for (const auto& [first, second] : round)
      at_home |= 1U << ((venues >> match++ & 1U) != 0 ? second : first);
    sets.push_back(at_home);
  }
  return sets;
}

std::uint32_t breaks_between(std::uint32_t before, std::uint32_t after, std::uint32_t teams) {
  return static_cast<std::uint32_t>(std::popcount(~(before ^ after) & ((1U << teams) - 1)));
}

std::uint32_t count_breaks(const std::vector<std::uint32_t>& home_sets, std::uint32_t teams) {
  std::uint32_t breaks = 0;
  for (std::size_t round = 1; round < home_sets.size(); ++round)
    breaks += breaks_between(home_sets[round - 1], home_sets[round], teams);
  return breaks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_fixture_list)

BOOST_AUTO_TEST_CASE(has_every_pair_of_teams_once_at_home_and_once_away) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    std::set<pairing> pairs;
    for (const auto& match : list) {
      BOOST_REQUIRE(match.home != match.away);
      BOOST_REQUIRE(std::max(match.home, match.away) < teams);
      pairs.emplace(match.home, match.away);
    }
    BOOST_TEST(list.size() == std::size_t{teams} * (teams - 1));
    BOOST_TEST(pairs.size() == list.size());
  });
}

BOOST_AUTO_TEST_CASE(has_nobody_play_twice_in_a_round) {
  for_every_league([](std::uint32_t, const std::vector<fixture>& list) {
    std::set<pairing> busy;
    for (const auto& match : list) {
      BOOST_REQUIRE(busy.emplace(match.round, match.home).second);
      BOOST_REQUIRE(busy.emplace(match.round, match.away).second);
    }
  });
}

BOOST_AUTO_TEST_CASE(has_every_team_play_in_every_round_or_rest_twice_if_their_number_is_odd) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    std::map<std::uint32_t, std::size_t> matches;
    for (const auto& match : list)
      ++matches[match.round];
    BOOST_TEST(matches.size() == round_count(teams));
    BOOST_TEST(matches.begin()->first == 1U);
    BOOST_TEST(matches.rbegin()->first == round_count(teams));
    for (const auto& [round, count] : matches)
      BOOST_REQUIRE(count == teams / 2);
  });
}

BOOST_AUTO_TEST_CASE(has_every_pair_meet_once_in_each_half) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    std::set<pairing> met;
    for (const auto& match : list)
      if (match.round <= round_count(teams) / 2)
        met.insert(std::minmax<std::uint32_t>(match.home, match.away));
    BOOST_TEST(met.size() == list.size() / 2);
  });
}

BOOST_AUTO_TEST_CASE(has_nobody_play_more_than_two_home_or_two_away_matches_in_a_row) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    for (std::uint32_t team = 0; team < teams; ++team)
      BOOST_REQUIRE(longest_run(venues(list, team)) <= 2);
  });
}

BOOST_AUTO_TEST_CASE(has_the_fewest_breaks_possible) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    BOOST_TEST(count_breaks(list, teams) == minimum_breaks(teams));
    BOOST_TEST(minimum_breaks(teams) == (teams % 2 == 0 ? 2 * teams - 4 : 0));
  });
}

BOOST_AUTO_TEST_CASE(is_ordered_by_round_and_gives_each_round_one_day) {
  for_every_league([](std::uint32_t, const std::vector<fixture>& list) {
    for (std::size_t match = 1; match < list.size(); ++match) {
      const auto& before = list[match - 1];
      const auto& after = list[match];
      BOOST_REQUIRE(before.round <= after.round);
      BOOST_REQUIRE((before.round == after.round) == (before.date == after.date));
      BOOST_REQUIRE(before.date <= after.date);
    }
  });
}

BOOST_AUTO_TEST_CASE(
  starts_on_the_seasons_first_day_ends_on_its_last_and_is_spread_evenly_between) {
  for_every_league([](std::uint32_t teams, const std::vector<fixture>& list) {
    const std::chrono::sys_days start{2022y / 8 / 5};
    const std::chrono::sys_days end{2023y / 5 / 28};
    BOOST_REQUIRE(std::chrono::sys_days{list.front().date} == start);
    BOOST_REQUIRE(std::chrono::sys_days{list.back().date} == end);
    const auto even = (end - start).count() / static_cast<int>(round_count(teams) - 1);
    for (std::size_t match = 1; match < list.size(); ++match)
      if (list[match].round != list[match - 1].round) {
        const auto gap
          = std::chrono::sys_days{list[match].date} - std::chrono::sys_days{list[match - 1].date};
        BOOST_REQUIRE((gap.count() == even || gap.count() == even + 1));
      }
  });
}

BOOST_AUTO_TEST_CASE(is_the_same_for_the_same_seed_and_another_for_another) {
  BOOST_CHECK(list_of(20, 7) == list_of(20, 7));
  BOOST_CHECK(list_of(20, 7) != list_of(20, 8));
}

BOOST_AUTO_TEST_CASE(gives_every_team_the_same_chance_of_an_opening_home_match) {
  std::array<int, 6> at_home{};
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (const auto& match : list_of(6, seed))
      if (match.round == 1)
        ++at_home.at(match.home);
  for (const auto openings : at_home)
    BOOST_TEST(std::abs(openings - 1000) < 100);
}

BOOST_AUTO_TEST_CASE(is_the_same_on_every_machine) {
  std::string first_half;
  for (const auto& match : list_of(6, 2022))
    if (match.round <= 5)
      first_half += std::to_string(match.home) + "-" + std::to_string(match.away) + " ";
  BOOST_TEST(first_half == "1-3 4-5 2-0 3-4 0-1 5-2 0-3 2-4 1-5 3-2 5-0 4-1 5-3 1-2 0-4 ");
  std::uint64_t fingerprint = 0;
  for (const auto& match : list_of(20, 2022)) {
    const auto day = std::chrono::sys_days{match.date}.time_since_epoch().count();
    fingerprint
      = fingerprint * 1'000'003 + match.home * 64ULL + match.away + static_cast<std::uint64_t>(day);
  }
  BOOST_TEST(fingerprint == 7004009130661038982ULL);
}

BOOST_AUTO_TEST_CASE(can_be_as_tight_as_one_round_a_day_and_no_tighter) {
  const auto tight = generate_fixture_list({20, 1, 2024y / 2 / 20, 2024y / 3 / 28});
  BOOST_REQUIRE(tight);
  BOOST_CHECK(tight->back().date == 2024y / 3 / 28);
  const auto tighter = generate_fixture_list({20, 1, 2024y / 2 / 20, 2024y / 3 / 27});
  BOOST_REQUIRE(!tighter);
  BOOST_TEST(tighter.error()
             == "a season from 2024-02-20 to 2024-03-27 is too short: 20 teams play 38 rounds and "
                "need at least as "
                "many days");
}

BOOST_AUTO_TEST_CASE(refuses_impossible_leagues_with_a_sentence) {
  BOOST_TEST(generate_fixture_list({1, 1, 2022y / 8 / 5, 2023y / 5 / 28}).error()
             == "a league has from 2 to 64 teams, not 1");
  BOOST_TEST(generate_fixture_list({65, 1, 2022y / 8 / 5, 2023y / 5 / 28}).error()
             == "a league has from 2 to 64 teams, not 65");
  BOOST_TEST(generate_fixture_list({20, 1, 2023y / 2 / 29, 2023y / 5 / 28}).error()
             == "the season starts on 2023-02-29, which is no day of the calendar");
  BOOST_TEST(generate_fixture_list({20, 1, 2022y / 8 / 5, 2023y / 13 / 1}).error()
             == "the season ends on 2023-13-01, which is no day of the calendar");
  BOOST_CHECK(!generate_fixture_list({20, 1, 2023y / 5 / 28, 2022y / 8 / 5}));
}

BOOST_AUTO_TEST_SUITE_END()

// The lower bounds that the construction reaches, by trying everything where that is possible.
BOOST_AUTO_TEST_SUITE(every_possible_season)

BOOST_AUTO_TEST_CASE(of_six_teams_has_at_least_four_breaks_in_each_half) {
  // All single round robins of six teams are this one with teams and rounds renamed, so trying its
  // venues tries all.
  const auto rounds = circle_rounds(6);
  auto fewest = ~0U;
  for (std::uint32_t choice = 0; choice < 1U << 15; ++choice)
    fewest = std::min(fewest, count_breaks(home_sets(rounds, choice), 6));
  BOOST_TEST(fewest == 6U - 2);
}

BOOST_AUTO_TEST_CASE(of_four_teams_in_two_halves_has_at_least_four_breaks) {
  const auto rounds = circle_rounds(4);
  auto fewest = ~0U;
  for (std::uint32_t choice = 0; choice < 1U << 6; ++choice) {
    const auto first = home_sets(rounds, choice);
    const auto second = home_sets(rounds, ~choice);
    // Exchanging rounds of the first half only renames the teams; the second half may come in any
    // order.
    std::array<std::size_t, 3> order{0, 1, 2};
    do {
      auto season = first;
      for (const auto round : order)
        season.push_back(second[round]);
      fewest = std::min(fewest, count_breaks(season, 4));
    } while (std::next_permutation(order.begin(), order.end()));
  }
  BOOST_TEST(fewest == minimum_breaks(4));
}

BOOST_AUTO_TEST_SUITE_END()
