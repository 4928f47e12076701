#define BOOST_TEST_DYN_LINK
#include "league/season_label.hpp"

#include <boost/test/unit_test.hpp>

using namespace touchline::league;

BOOST_AUTO_TEST_CASE(labels_of_all_spellings_become_one) {
  for (const auto* text : {"2022/23", "2022-23", "2022/2023", "2022-2023"})
    BOOST_TEST((parse_season_label(text) == season_label{"2022-23", 2022}));
  BOOST_TEST((parse_season_label("1999/00") == season_label{"1999-00", 1999}));
  BOOST_TEST((parse_season_label("2008/09") == season_label{"2008-09", 2008}));
  BOOST_TEST((parse_season_label("2023") == season_label{"2023", 2023}));
}

BOOST_AUTO_TEST_CASE(what_is_no_season_is_none) {
  for (const auto* text :
       {"", "22/23", "2022/24", "2022/", "2022 23", "20222/23", "abcd", "0001", "9999/00"})
    BOOST_TEST(!parse_season_label(text).has_value());
}

BOOST_AUTO_TEST_CASE(the_season_is_split_from_the_leagues_name) {
  const auto [league, label] = split_league_name("English Premier League 2022/23");
  BOOST_TEST(league == "English Premier League");
  BOOST_TEST(label->text == "2022-23");
  BOOST_TEST(split_league_name("Deutsche 2. Bundesliga 2012/13").first == "Deutsche 2. Bundesliga");
  BOOST_TEST(!split_league_name("French Ligue 1").second.has_value());
  BOOST_TEST(split_league_name("2022/23").first == "2022/23");
}

BOOST_AUTO_TEST_CASE(a_file_name_tells_country_tier_and_season) {
  const auto parts = split_file_name("some/where/2022-23/en.2.json");
  BOOST_TEST(parts.base == "en.2.json");
  BOOST_TEST(parts.country == "en");
  BOOST_TEST(parts.tier.value() == 2);
  BOOST_TEST(parts.season->text == "2022-23");
  BOOST_TEST(split_file_name("DE.1.json").country == "de");
}

BOOST_AUTO_TEST_CASE(any_other_file_name_tells_nothing_and_can_be_printed) {
  for (const auto* name : {"season.json", "a.b.c", "en.json", "en.x.json", "", "/", "en.1x.json"}) {
    BOOST_TEST(split_file_name(name).country.empty());
    BOOST_TEST(!split_file_name(name).tier.has_value());
  }
  BOOST_TEST(split_file_name("").base == "the file");
  BOOST_TEST(split_file_name("a\nb\x1b.json").base == "a?b?.json");
}

BOOST_AUTO_TEST_CASE(a_leagues_name_tells_country_and_tier) {
  BOOST_TEST(country_of_league("English League One") == "en");
  BOOST_TEST(country_of_league("Primera División de España") == "es");
  BOOST_TEST(country_of_league("Spain Segunda División") == "es");
  BOOST_TEST(country_of_league("Deutsche 3. Liga") == "de");
  BOOST_TEST(country_of_league("Österr. Bundesliga").empty());
  BOOST_TEST(tier_of_league("English League One") == 3);
  BOOST_TEST(tier_of_league("Deutsche 2. Bundesliga") == 2);
  BOOST_TEST(tier_of_league("Deutsche Bundesliga") == 1);
  BOOST_TEST(tier_of_league("Some League") == 1);
}
