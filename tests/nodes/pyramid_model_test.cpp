#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/pyramid_model.hpp"
#include "tests/nodes/pyramid_file.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;
using namespace std::chrono;

namespace {

nodes::pyramid_configuration england() {
  auto read = nodes::read_pyramid(project_file("config/england.conf"));
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  return *read;
}

nodes::pyramid_configuration with_window(const std::string& start, const std::string& end,
                                         const std::string& from, const std::string& to) {
  auto config = england();
  config.pyramid.set_start(start);
  config.pyramid.set_end(end);
  config.rules.clear_windows();
  auto& window = *config.rules.add_windows();
  window.set_name("only");
  window.set_from(from);
  window.set_to(to);
  return config;
}

nodes::season_window only_window(const nodes::pyramid_configuration& config) {
  auto windows = nodes::windows_of(config, *actors::days_of_season(config.pyramid, 2030));
  BOOST_TEST_REQUIRE(windows.size() == 1);
  return windows.front();
}

nodes::pyramid_model model_of(const nodes::pyramid_configuration& config, uint64_t seed) {
  auto model = nodes::pyramid_model::make(config, seed);
  BOOST_TEST_REQUIRE(model.has_value(), model.error());
  return std::move(*model);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_window_that_is_open_when_the_season_starts_is_held_on_its_first_day) {
  auto window = only_window(with_window("08-10", "05-20", "06-10", "09-01"));
  BOOST_TEST((window.opens == 2030y / June / 10));
  BOOST_TEST((window.day == 2030y / August / 10));
}

BOOST_AUTO_TEST_CASE(a_window_that_is_over_when_the_season_starts_is_held_on_its_last_day) {
  auto window = only_window(with_window("08-10", "05-20", "06-10", "07-31"));
  BOOST_TEST((window.day == 2030y / July / 31));
}

BOOST_AUTO_TEST_CASE(a_window_within_the_season_is_held_when_it_opens) {
  auto window = only_window(with_window("08-10", "05-20", "01-01", "02-01"));
  BOOST_TEST((window.opens == 2031y / January / 1));
  BOOST_TEST((window.day == 2031y / January / 1));
}

BOOST_AUTO_TEST_CASE(a_window_may_run_over_the_turn_of_the_year) {
  auto within = only_window(with_window("08-10", "05-20", "12-20", "01-10"));
  BOOST_TEST((within.day == 2030y / December / 20));
  auto before = only_window(with_window("03-01", "11-30", "12-20", "01-10"));
  BOOST_TEST((before.opens == 2029y / December / 20));
  BOOST_TEST((before.day == 2030y / January / 10));
}

BOOST_AUTO_TEST_CASE(windows_are_held_in_the_order_in_which_they_open) {
  auto config = england();
  std::swap(*config.rules.mutable_windows(0), *config.rules.mutable_windows(1));
  auto windows = nodes::windows_of(config, *actors::days_of_season(config.pyramid, 2018));
  BOOST_TEST_REQUIRE(windows.size() == 2);
  BOOST_TEST(windows[0].number == 1);
  BOOST_TEST((windows[0].opens == 2018y / June / 10));
  BOOST_TEST((windows[1].opens == 2019y / January / 1));
}

BOOST_AUTO_TEST_CASE(squads_follow_from_the_seed_and_every_player_is_in_one_of_them) {
  auto config = england();
  auto a = model_of(config, 7);
  auto b = model_of(config, 7);
  auto other = model_of(config, 8);
  for (uint32_t season = 0; season < 4; ++season) {
    auto days = *actors::days_of_season(config.pyramid, 2018 + static_cast<int>(season));
    for (auto* x : {&a, &b, &other}) {
      x->begin_season(season, days.start);
      for (auto& window : nodes::windows_of(config, days))
        BOOST_TEST(!x->hold_window(window).empty());
    }
  }
  BOOST_TEST((a.squads() == b.squads()));
  BOOST_TEST((a.squads() != other.squads()));
  std::set<std::string> players;
  int64_t fees = 0;
  for (size_t place = 0; place < a.squads().size(); ++place) {
    fees += a.fees_of(place);
    for (auto& x : a.squads()[place].members)
      BOOST_TEST(players.insert(x.key).second, x.key);
  }
  BOOST_TEST(fees == 0);
  BOOST_TEST(a.transfers() > 0u);
}

BOOST_AUTO_TEST_CASE(the_highest_tier_is_the_strongest_one) {
  auto config = england();
  auto model = model_of(config, 7);
  std::vector<double> strength;
  size_t place = 0;
  for (auto& tier : config.pyramid.tiers()) {
    double sum = 0;
    for (int i = 0; i < tier.teams_size(); ++i, ++place)
      sum += model.contender_at(place).strength.attack + model.contender_at(place).strength.defence;
    strength.push_back(sum / tier.teams_size());
  }
  BOOST_TEST(strength.front() > strength.back());
}

BOOST_AUTO_TEST_CASE(draws_of_two_tiers_differ) {
  auto model = model_of(england(), 7);
  BOOST_TEST(model.key_of(0, 1).seed != model.key_of(1, 1).seed);
  BOOST_TEST(model.key_of(0, 1).seed == model.key_of(0, 2).seed);
}

BOOST_AUTO_TEST_CASE(a_shoot_out_has_a_winner_and_ends_when_it_is_decided) {
  for (uint64_t fixture = 0; fixture < 2'000; ++fixture) {
    Score score;
    nodes::draw_shoot_out({7, 3, fixture}, score);
    auto home = static_cast<int>(score.shootout_home());
    auto away = static_cast<int>(score.shootout_away());
    BOOST_TEST_REQUIRE(home != away);
    // Up to five each it is decided as soon as it can be; later by one penalty.
    if (std::max(home, away) > 5)
      BOOST_TEST(std::abs(home - away) == 1);
    BOOST_TEST(std::abs(home - away) <= 3);
    Score again;
    nodes::draw_shoot_out({7, 3, fixture}, again);
    BOOST_TEST(again.SerializeAsString() == score.SerializeAsString());
  }
}
