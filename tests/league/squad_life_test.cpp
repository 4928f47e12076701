// Squads over many seasons: nobody is lost or doubled, everything depends on the seed alone.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "league/squad_life.hpp"

using namespace std::chrono_literals;
using namespace touchline::league;

namespace {

constexpr std::uint32_t pyramid_teams = 92;

std::chrono::year_month_day start_of(std::uint32_t season) {
  return (2022y + std::chrono::years{static_cast<int>(season)}) / 8 / 5;
}

transfer_window window_of(std::uint32_t season, std::uint32_t number) {
  const auto day = start_of(season);
  return {season, number, number == 0 ? day : (day.year() + std::chrono::years{1}) / 1 / 15};
}

living_squad squad_of(std::uint64_t seed, std::uint32_t index, const std::string& team) {
  auto squad = initial_squad(seed, index, team, start_of(0));
  BOOST_REQUIRE_MESSAGE(squad, squad.error());
  return *std::move(squad);
}

std::vector<living_squad> pyramid(std::uint64_t seed, std::uint32_t teams = pyramid_teams) {
  std::vector<living_squad> squads;
  for (std::uint32_t index = 0; index < teams; ++index)
    squads.push_back(squad_of(seed, index, "team-" + std::to_string(index)));
  return squads;
}

/// Lets the squads live through the seasons from `first` to `last`, each with two windows.
void live(std::vector<living_squad>& squads, std::uint64_t seed, std::uint32_t first,
          std::uint32_t last) {
  for (auto season = first; season <= last; ++season) {
    if (season > 0)
      for (auto& squad : squads)
        apply_renewal(squad, plan_renewal(seed, season, squad, start_of(season)));
    for (std::uint32_t number = 0; number < 2; ++number)
      apply_transfers(squads, plan_transfers(seed, window_of(season, number), squads));
  }
}

std::size_t players_in(const std::vector<living_squad>& squads) {
  std::size_t players = 0;
  for (const auto& squad : squads)
    players += squad.members.size();
  return players;
}

std::set<std::string> keys_of(const std::vector<living_squad>& squads) {
  std::set<std::string> keys;
  for (const auto& squad : squads)
    for (const auto& member : squad.members)
      keys.insert(member.key);
  return keys;
}

void require_sound(const living_squad& squad, std::chrono::year_month_day day) {
  BOOST_REQUIRE(squad.members.size() >= min_living_squad);
  BOOST_REQUIRE(squad.members.size() <= max_living_squad);
  const auto counts = count_positions(squad.members);
  for (std::size_t position = 0; position < counts.size(); ++position)
    BOOST_REQUIRE(counts.at(position) >= squad_minimums.at(position));
  std::set<int> shirts;
  std::set<std::string> names;
  for (const auto& member : squad.members) {
    BOOST_REQUIRE((member.shirt >= 1 && member.shirt <= max_shirt));
    BOOST_REQUIRE(shirts.insert(member.shirt).second);
    BOOST_REQUIRE(names.insert(member.name).second);
    BOOST_REQUIRE((member.wage >= min_wage && member.wage <= max_wage));
    BOOST_REQUIRE((age_on(member.born, day) >= 17 && age_on(member.born, day) <= 36));
  }
}

void require_sound(const std::vector<living_squad>& squads, std::chrono::year_month_day day) {
  for (const auto& squad : squads)
    require_sound(squad, day);
  BOOST_REQUIRE(keys_of(squads).size() == players_in(squads));
}

void require_disjoint(const std::vector<transfer_move>& moves) {
  std::set<std::size_t> teams;
  for (const auto& move : moves) {
    BOOST_REQUIRE(teams.insert(move.seller).second);
    BOOST_REQUIRE(teams.insert(move.buyer).second);
    BOOST_REQUIRE((move.fee >= min_fee && move.fee <= max_fee));
  }
}

/// A text of everything that squads hold, made short: FNV-1a.
std::uint64_t fingerprint(const std::vector<living_squad>& squads) {
  std::string text;
  for (const auto& squad : squads)
    for (const auto& member : squad.members) {
      const auto born = std::chrono::sys_days{member.born}.time_since_epoch().count();
      text += squad.team + "|" + member.key + "|" + member.name + "|";
      text += short_name(member.position);
      text += "|" + std::to_string(member.shirt) + "|" + std::to_string(born) + "|"
              + std::to_string(member.wage) + "\n";
    }
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const auto letter : text)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  return hash;
}

/// A squad with so many players of each position, with keys and names of their own.
living_squad squad_with(const std::string& team, const position_numbers& counts) {
  living_squad squad{team, {}};
  for (std::size_t position = 0; position < counts.size(); ++position)
    for (std::uint32_t count = 0; count < counts.at(position); ++count) {
      const auto number = squad.members.size();
      squad.members.push_back({team + ".s0." + std::to_string(number),
                               team + " " + std::to_string(number),
                               static_cast<playing_position>(position),
                               static_cast<std::uint8_t>(number + 1), 1996y / 2 / 3, min_wage});
    }
  return squad;
}

/// The moves of many windows between two teams of which only the first may sell.
std::vector<transfer_move> sales(const living_squad& seller, const living_squad& buyer) {
  const std::vector<living_squad> squads{seller, buyer};
  std::vector<transfer_move> moves;
  for (std::uint32_t season = 0; season < 200; ++season)
    for (auto& move : plan_transfers(3, window_of(season % 20, season), squads))
      if (move.seller == 0)
        moves.push_back(std::move(move));
  return moves;
}

} // namespace

BOOST_AUTO_TEST_SUITE(an_initial_squad)

BOOST_AUTO_TEST_CASE(is_the_generated_one_with_keys_and_wages) {
  const auto squad = squad_of(4, 7, "arsenal-fc");
  const auto generated = generate_squad(4, 7, start_of(0));
  BOOST_REQUIRE(squad.members.size() == squad_size);
  std::set<std::int64_t> wages;
  for (std::size_t place = 0; place < squad_size; ++place) {
    const auto& member = squad.members[place];
    BOOST_TEST(member.key == "arsenal-fc.s0." + std::to_string(place));
    BOOST_CHECK((generated_player{member.name, member.position, member.shirt, member.born}
                 == generated[place]));
    wages.insert(member.wage);
  }
  BOOST_TEST(wages.size() > 15U);
  BOOST_CHECK(count_positions(squad.members) == squad_targets);
  require_sound(squad, start_of(0));
}

BOOST_AUTO_TEST_CASE(wants_a_team_key_that_leaves_room_for_the_players) {
  for (const auto& key : {std::string{}, std::string(56, 'a'), std::string{"Arsenal"},
                          std::string{"a/b"}, std::string{"a b"}}) {
    const auto squad = initial_squad(4, 7, key, start_of(0));
    BOOST_REQUIRE(!squad);
    BOOST_TEST(squad.error()
               == "The key of a simulated team has 1 to 55 lower case letters, digits, hyphens and "
                  "points; that of team 7 has not.");
  }
  const auto squad = squad_of(4, 7, std::string(55, 'a'));
  BOOST_TEST(squad.members.back().key.size() <= 64U);
  auto empty = squad;
  empty.members.clear();
  const auto youth = youth_players(4, max_simulated_season, empty, start_of(9));
  BOOST_TEST(youth.back().key == std::string(55, 'a') + ".s9999.24");
  BOOST_TEST(youth.back().key.size() == 64U);
}

BOOST_AUTO_TEST_CASE(wants_a_day_of_the_calendar) {
  const auto squad = initial_squad(4, 7, "a", 2023y / 2 / 29);
  BOOST_REQUIRE(!squad);
  BOOST_TEST(squad.error() == "The first day of the season is no day of the calendar.");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ages)

BOOST_AUTO_TEST_CASE(change_on_the_birthday) {
  BOOST_TEST(age_on(1990y / 8 / 5, 2025y / 8 / 4) == 34);
  BOOST_TEST(age_on(1990y / 8 / 5, 2025y / 8 / 5) == 35);
  BOOST_TEST(age_on(2000y / 2 / 29, 2018y / 2 / 28) == 17);
  BOOST_TEST(age_on(2000y / 2 / 29, 2018y / 3 / 1) == 18);
  BOOST_TEST(age_on(2000y / 2 / 29, 2020y / 2 / 29) == 20);
}

BOOST_AUTO_TEST_CASE(of_35_end_a_career_before_the_season) {
  auto squad = squad_with("a", squad_targets);
  squad.members[3].born = 1987y / 8 / 5;
  squad.members[4].born = 1987y / 8 / 6;
  squad.members[9].born = 1980y / 1 / 1;
  const auto retired = retiring(squad, 2022y / 8 / 5);
  BOOST_REQUIRE(retired.size() == 2U);
  BOOST_CHECK(retired[0] == squad.members[3]);
  BOOST_CHECK(retired[1] == squad.members[9]);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(youth)

BOOST_AUTO_TEST_CASE(fills_positions_up_to_the_targets_and_leaves_surplus_alone) {
  const auto squad = squad_with("a", {1, 10, 7, 4});
  const auto youth = youth_players(5, 3, squad, start_of(3));
  BOOST_CHECK((count_positions(youth) == position_numbers{2, 0, 1, 2}));
  for (std::size_t place = 0; place < youth.size(); ++place) {
    BOOST_TEST(youth[place].key == "a.s3." + std::to_string(place));
    const auto age = age_on(youth[place].born, start_of(3));
    BOOST_TEST((age >= youngest_youth && age <= oldest_youth));
  }
  BOOST_TEST(youth_players(5, 3, squad_with("a", squad_targets), start_of(3)).empty());
}

BOOST_AUTO_TEST_CASE(wears_the_lowest_free_numbers_and_1_only_in_goal) {
  auto squad = squad_with("a", {2, 8, 8, 5});
  squad.members[0].shirt = 50; // frees 1
  squad.members[5].shirt = 51; // frees 6
  auto youth = youth_players(5, 3, squad, start_of(3));
  BOOST_REQUIRE(youth.size() == 2U);
  BOOST_TEST(int{youth[0].shirt} == 1);
  BOOST_TEST(int{youth[1].shirt} == 6);
  squad = squad_with("a", {3, 8, 8, 5});
  squad.members[0].shirt = 50;
  youth = youth_players(5, 3, squad, start_of(3));
  BOOST_REQUIRE(youth.size() == 1U);
  BOOST_TEST(int{youth[0].shirt} == 25);
}

BOOST_AUTO_TEST_CASE(has_names_that_nobody_in_the_squad_has) {
  auto squad = squad_with("a", {3, 8, 8, 3});
  const auto before = youth_players(5, 3, squad, start_of(3));
  squad.members[0].name = before[1].name;
  squad.members[1].name = before[0].name;
  const auto after = youth_players(5, 3, squad, start_of(3));
  BOOST_REQUIRE(after.size() == 3U);
  BOOST_TEST(after[0].name == before[2].name);
  std::set<std::string> names{before[0].name, before[1].name};
  for (const auto& player : after)
    BOOST_TEST(names.insert(player.name).second);
}

BOOST_AUTO_TEST_CASE(replaces_those_who_retire) {
  auto squad = squad_with("a", squad_targets);
  squad.members[0].born = 1985y / 1 / 1;
  squad.members[24].born = 1985y / 1 / 1;
  const auto old = squad;
  const auto renewal = plan_renewal(5, 1, squad, start_of(1));
  BOOST_CHECK(squad == old);
  BOOST_CHECK((count_positions(renewal.retired) == position_numbers{1, 0, 0, 1}));
  BOOST_CHECK((count_positions(renewal.youth) == position_numbers{1, 0, 0, 1}));
  apply_renewal(squad, renewal);
  BOOST_CHECK(count_positions(squad.members) == squad_targets);
  BOOST_TEST(squad.members.front().key == "a.s0.1");
  BOOST_TEST(squad.members.back().key == "a.s1.1");
  BOOST_CHECK(retiring(squad, start_of(1)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(transfers)

BOOST_AUTO_TEST_CASE(pair_the_teams_so_that_each_moves_one_player_at_most) {
  const auto squads = pyramid(7);
  const auto moves = plan_transfers(7, window_of(0, 0), squads);
  BOOST_TEST(moves.size() == pyramid_teams / 2);
  require_disjoint(moves);
  std::set<std::int64_t> fees;
  for (const auto& move : moves)
    fees.insert(move.fee);
  BOOST_TEST(fees.size() > 30U);
  BOOST_CHECK(plan_transfers(7, window_of(0, 1), squads) != moves);
  BOOST_CHECK(plan_transfers(7, window_of(1, 0), squads) != moves);
  BOOST_CHECK(plan_transfers(8, window_of(0, 0), squads) != moves);
}

BOOST_AUTO_TEST_CASE(end_the_same_in_any_order) {
  auto forwards = pyramid(7);
  auto backwards = forwards;
  auto moves = plan_transfers(7, window_of(0, 0), forwards);
  apply_transfers(forwards, moves);
  std::reverse(moves.begin(), moves.end());
  apply_transfers(backwards, moves);
  BOOST_CHECK(forwards == backwards);
}

BOOST_AUTO_TEST_CASE(do_not_depend_on_the_order_of_the_squads) {
  auto squads = pyramid(7, 21);
  auto reversed = squads;
  std::reverse(reversed.begin(), reversed.end());
  apply_transfers(squads, plan_transfers(7, window_of(0, 0), squads));
  apply_transfers(reversed, plan_transfers(7, window_of(0, 0), reversed));
  std::reverse(reversed.begin(), reversed.end());
  BOOST_CHECK(squads == reversed);
}

BOOST_AUTO_TEST_CASE(need_two_teams) {
  BOOST_TEST(plan_transfers(7, window_of(0, 0), {}).empty());
  BOOST_TEST(plan_transfers(7, window_of(0, 0), pyramid(7, 1)).empty());
  BOOST_TEST(plan_transfers(7, window_of(0, 0), pyramid(7, 3)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(move_the_player_and_give_him_a_free_number) {
  std::size_t kept = 0;
  std::size_t changed = 0;
  auto squads = pyramid(9);
  for (std::uint32_t season = 0; season < 4; ++season) {
    const auto before = squads;
    const auto moves = plan_transfers(9, window_of(season, 0), squads);
    apply_transfers(squads, moves);
    for (const auto& move : moves) {
      const auto& old = before[move.seller].members;
      const auto left = std::find_if(old.begin(), old.end(),
                                     [&](const auto& member) { return member.key == move.player; });
      BOOST_REQUIRE(left != old.end());
      auto arrived = squads[move.buyer].members.back();
      BOOST_REQUIRE(arrived.shirt == move.shirt);
      (arrived.shirt == left->shirt ? kept : changed) += 1;
      arrived.shirt = left->shirt;
      BOOST_REQUIRE(arrived == *left);
    }
    require_sound(squads, start_of(0)); // nobody retires here
  }
  BOOST_TEST(kept > 0U);
  BOOST_TEST(changed > 0U);
}

BOOST_AUTO_TEST_CASE(leave_out_a_player_whom_the_seller_does_not_have) {
  auto squads = pyramid(9, 2);
  const auto before = squads;
  const std::vector<transfer_move> moves{{0, 1, "nobody.s0.0", min_fee, 60}};
  apply_transfers(squads, moves);
  BOOST_CHECK(squads == before);
}

BOOST_AUTO_TEST_CASE(never_take_a_position_below_its_minimum) {
  const auto seller = squad_with("a", {2, 5, 5, 11});
  const auto moves = sales(seller, squad_with("b", squad_targets));
  BOOST_TEST(moves.size() > 50U);
  for (const auto& move : moves) {
    const auto number = std::stoul(move.player.substr(5));
    BOOST_REQUIRE((seller.members.at(number).position == playing_position::forward));
  }
}

BOOST_AUTO_TEST_CASE(never_leave_the_seller_with_too_few_players) {
  BOOST_TEST(sales(squad_with("a", {3, 8, 7, 4}), squad_with("b", squad_targets)).empty());
  BOOST_TEST(!sales(squad_with("a", {3, 8, 7, 5}), squad_with("b", squad_targets)).empty());
}

BOOST_AUTO_TEST_CASE(never_leave_the_buyer_without_room_for_his_youth) {
  const auto seller = squad_with("a", squad_targets);
  BOOST_TEST(sales(seller, squad_with("b", {3, 8, 8, 13})).empty());
  BOOST_TEST(!sales(seller, squad_with("b", {3, 8, 8, 12})).empty());
  // 29 players, but 32 once the goalkeeper and the two defenders that are missing have come up.
  for (const auto& move : sales(seller, squad_with("b", {2, 6, 8, 13})))
    BOOST_REQUIRE(std::stoul(move.player.substr(5)) < 11U);
}

BOOST_AUTO_TEST_CASE(never_bring_a_namesake) {
  const auto seller = squad_with("a", squad_targets);
  auto buyer = squad_with("b", squad_targets);
  for (std::size_t place = 1; place < squad_size; ++place)
    buyer.members[place].name = seller.members[place].name;
  const auto moves = sales(seller, buyer);
  BOOST_TEST(moves.size() > 50U);
  for (const auto& move : moves)
    BOOST_REQUIRE(move.player == "a.s0.0");
}

BOOST_AUTO_TEST_CASE(cost_most_for_forwards_at_their_best) {
  const auto mean_fee = [](std::chrono::year_month_day born, position_numbers counts) {
    auto seller = squad_with("a", counts);
    for (auto& member : seller.members)
      member.born = born;
    const auto moves = sales(seller, squad_with("b", squad_targets));
    std::int64_t sum = 0;
    for (const auto& move : moves)
      sum += move.fee;
    return static_cast<double>(sum) / static_cast<double>(moves.size());
  };
  // All windows are on days between 2022 and 2042.
  const auto forwards_of_all_ages = mean_fee(2010y / 1 / 1, {2, 5, 5, 13});
  const auto old_forwards = mean_fee(1980y / 1 / 1, {2, 5, 5, 13});
  const auto keepers_of_all_ages = mean_fee(2010y / 1 / 1, {14, 5, 5, 3});
  BOOST_TEST(forwards_of_all_ages > 1.5 * old_forwards);
  BOOST_TEST(forwards_of_all_ages > 1.2 * keepers_of_all_ages);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(many_seasons)

BOOST_AUTO_TEST_CASE(never_lose_or_double_a_player_nor_repeat_a_key) {
  auto squads = pyramid(7);
  std::unordered_set<std::string> ever;
  for (const auto& key : keys_of(squads))
    ever.insert(key);
  for (std::uint32_t season = 0; season < 30; ++season) {
    for (auto& squad : squads) {
      if (season == 0)
        break;
      const auto renewal = plan_renewal(7, season, squad, start_of(season));
      for (const auto& member : renewal.youth) {
        BOOST_REQUIRE(ever.insert(member.key).second);
        BOOST_REQUIRE(member.key.size() <= 64);
      }
      const auto before = squad.members.size();
      apply_renewal(squad, renewal);
      BOOST_REQUIRE(squad.members.size() == before - renewal.retired.size() + renewal.youth.size());
      BOOST_REQUIRE(retiring(squad, start_of(season)).empty());
    }
    require_sound(squads, start_of(season));
    for (std::uint32_t number = 0; number < 2; ++number) {
      const auto window = window_of(season, number);
      const auto moves = plan_transfers(7, window, squads);
      require_disjoint(moves);
      const auto before = keys_of(squads);
      apply_transfers(squads, moves);
      BOOST_REQUIRE(keys_of(squads) == before);
      require_sound(squads, window.day);
    }
  }
  BOOST_TEST(ever.size() > std::size_t{pyramid_teams} * (squad_size + 29));
}

BOOST_AUTO_TEST_CASE(keep_ages_and_sizes_plausible_and_the_market_open) {
  auto squads = pyramid(7);
  live(squads, 7, 0, 29);
  auto ages = 0.0;
  for (const auto& squad : squads)
    for (const auto& member : squad.members)
      ages += age_on(member.born, start_of(29));
  const auto players = static_cast<double>(players_in(squads));
  BOOST_TEST((ages / players > 23 && ages / players < 28));
  BOOST_TEST((players / pyramid_teams > 24 && players / pyramid_teams < 30));
  BOOST_TEST(plan_transfers(7, window_of(30, 0), squads).size() > pyramid_teams / 4);
}

BOOST_AUTO_TEST_CASE(hold_for_any_seed) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    auto squads = pyramid(seed, 10);
    for (std::uint32_t season = 0; season < 30; ++season) {
      live(squads, seed, season, season);
      require_sound(squads, window_of(season, 1).day);
    }
  }
}

BOOST_AUTO_TEST_CASE(are_the_same_whenever_they_are_lived) {
  auto once = pyramid(2022, 20);
  live(once, 2022, 0, 5);
  auto again = pyramid(2022, 20);
  live(again, 2022, 0, 2);
  live(again, 2022, 3, 5);
  BOOST_CHECK(once == again);
  auto other = pyramid(2023, 20);
  live(other, 2023, 0, 5);
  BOOST_TEST(fingerprint(other) != fingerprint(once));
}

BOOST_AUTO_TEST_CASE(are_the_same_on_every_machine) {
  auto squads = pyramid(2022);
  BOOST_TEST(fingerprint(squads) == 6100132742678307079ULL);
  const auto moves = plan_transfers(2022, window_of(0, 0), squads);
  BOOST_REQUIRE(!moves.empty());
  BOOST_TEST(squads[moves[0].seller].team == "team-12");
  BOOST_TEST(squads[moves[0].buyer].team == "team-19");
  BOOST_TEST(moves[0].player == "team-12.s0.6");
  BOOST_TEST(moves[0].fee == 1'498'000'00);
  BOOST_TEST(int{moves[0].shirt} == 26);
  live(squads, 2022, 0, 9);
  const auto& newest = squads[5].members.back();
  BOOST_TEST(newest.key == "team-15.s1.0");
  BOOST_TEST(newest.name == "Mateo Ellman");
  BOOST_TEST(fingerprint(squads) == 5711873563950850168ULL);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(regulars)

BOOST_AUTO_TEST_CASE(come_first_in_every_position_whatever_order_the_squad_has) {
  auto squad = squad_of(4, 7, "a");
  const auto named = [&] {
    std::vector<std::string> keys;
    for (const auto place : regulars_first(squad.members, start_of(0)))
      keys.push_back(squad.members[place].key);
    return keys;
  };
  const auto order = regulars_first(squad.members, start_of(0));
  const auto positions = positions_in(squad.members, order);
  BOOST_TEST(order.size() == squad_size);
  BOOST_CHECK(std::is_sorted(positions.begin(), positions.end()));
  const auto keys = named();
  BOOST_TEST((std::set<std::string>{keys.begin(), keys.end()}.size()) == squad_size);
  std::reverse(squad.members.begin(), squad.members.end());
  BOOST_TEST(named() == keys, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(are_those_nearest_to_27_then_the_lower_key) {
  auto squad = squad_with("a", {1, 0, 0, 4});
  squad.members[1].born = 1990y / 8 / 5;
  squad.members[2].born = 1996y / 8 / 5;
  squad.members[3].born = 1995y / 8 / 5;
  squad.members[4].born = 1996y / 8 / 5;
  const std::vector<std::size_t> expected{0, 3, 2, 4, 1};
  BOOST_TEST(regulars_first(squad.members, start_of(0)) == expected,
             boost::test_tools::per_element());
  BOOST_TEST(regulars_first({}, start_of(0)).empty());
}

BOOST_AUTO_TEST_CASE(score_the_goals_of_a_living_squad) {
  auto squads = pyramid(7, 20);
  live(squads, 7, 0, 9);
  const auto& home = squads[0].members;
  const auto& away = squads[1].members;
  const auto home_order = regulars_first(home, start_of(9));
  const auto away_order = regulars_first(away, start_of(9));
  std::map<std::string, int> scored;
  for (std::uint64_t fixture = 0; fixture < 500; ++fixture)
    for (const auto goal : draw_goals({3, 3}, positions_in(home, home_order),
                                      positions_in(away, away_order), {7, 9, fixture})) {
      const auto& scorer
        = goal.home ? home.at(home_order.at(goal.player)) : away.at(away_order.at(goal.player));
      BOOST_REQUIRE((scorer.position != playing_position::goalkeeper));
      ++scored[scorer.key];
    }
  BOOST_TEST(scored.size() > 30U);
}

BOOST_AUTO_TEST_SUITE_END()
