#define BOOST_TEST_DYN_LINK
#include "league/team_names.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace touchline::league;

namespace {

using words = std::vector<std::string>;

// A double round robin among `clubs`; the match numbered in `renamed` calls its first team by the
// name behind the last club.
struct season {
  std::vector<std::string> names;
  std::vector<named_fixture> fixtures;

  explicit season(std::vector<std::string> clubs) : names{std::move(clubs)} {
    for (std::size_t home = 0; home < names.size(); ++home)
      for (std::size_t away = 0; away < names.size(); ++away)
        if (home != away)
          fixtures.emplace_back(home, away);
  }

  // Every `step`th match of the club is played under another name.
  void rename(std::size_t club, const std::string& other, std::size_t step) {
    names.push_back(other);
    std::size_t seen = 0;
    for (auto& [home, away] : fixtures)
      if ((home == club || away == club) && ++seen % step == 0)
        (home == club ? home : away) = names.size() - 1;
  }

  std::vector<std::size_t> reconciled() const { return reconcile_names(names, fixtures); }
};

} // namespace

BOOST_AUTO_TEST_CASE(words_lose_case_accents_and_punctuation) {
  BOOST_TEST(name_words("1. FC Köln") == (words{"1", "fc", "koln"}));
  BOOST_TEST(name_words("Brighton & Hove Albion") == (words{"brighton", "hove", "albion"}));
  BOOST_TEST(name_words("Évian Thonon-Gaillard") == (words{"evian", "thonon", "gaillard"}));
  BOOST_TEST(name_words("Nott'm Forest") == (words{"nottm", "forest"}));
  BOOST_TEST(name_words("L.R. Vicenza") == (words{"lr", "vicenza"}));
  BOOST_TEST(name_words("Preußen Münster") == (words{"preussen", "munster"}));
  BOOST_TEST(name_words("浦和レッズ") == (words{"浦和レッズ"}));
  BOOST_TEST(name_words(" – ").empty());
}

BOOST_AUTO_TEST_CASE(telling_words_leave_out_what_many_clubs_share) {
  BOOST_TEST(telling_words("Hull City AFC") == (words{"hull", "city"}));
  BOOST_TEST(telling_words("Bologna FC 1909") == (words{"bologna"}));
  BOOST_TEST(telling_words("AFC") == (words{"afc"}));
}

BOOST_AUTO_TEST_CASE(a_slug_is_lower_case_ascii_with_hyphens) {
  BOOST_TEST(slug("Manchester City FC", "team") == "manchester-city-fc");
  BOOST_TEST(slug("Évian Thonon Gaillard", "team") == "evian-thonon-gaillard");
  BOOST_TEST(slug("浦和", "team") == "team");
}

BOOST_AUTO_TEST_CASE(short_forms_are_recognised_and_neighbours_are_not) {
  BOOST_TEST(may_abbreviate("Bolton", "Bolton Wanderers"));
  BOOST_TEST(may_abbreviate("AFC", "AFC Wimbledon"));
  BOOST_TEST(may_abbreviate("Man Utd", "Manchester United FC"));
  BOOST_TEST(may_abbreviate("Wolves", "Wolverhampton Wanderers"));
  BOOST_TEST(may_abbreviate("QPR", "Queens Park Rangers FC"));
  BOOST_TEST(may_abbreviate("MK Dons", "Milton Keynes Dons"));
  BOOST_TEST(may_abbreviate("Inter", "FC Internazionale Milano"));
  BOOST_TEST(!may_abbreviate("Bristol City", "Bristol Rovers"));
  BOOST_TEST(!may_abbreviate("Manchester City", "Manchester United"));
  BOOST_TEST(!may_abbreviate("Real Sociedad", "Real Sociedad B"));
  BOOST_TEST(!may_abbreviate("Borussia Dortmund", "Borussia Dortmund II"));
  BOOST_TEST(!may_abbreviate("a a a a a a a a a a", "a a a a a a a a a a a a a"));
}

BOOST_AUTO_TEST_CASE(two_spellings_of_one_club_become_one) {
  season played{{"Arsenal FC", "Chelsea FC", "Everton FC", "Fulham FC"}};
  played.rename(1, "Chelsea", 3);
  BOOST_TEST(played.reconciled() == (std::vector<std::size_t>{0, 1, 2, 3, 1}));
}

BOOST_AUTO_TEST_CASE(the_more_frequent_spelling_stands_for_the_club) {
  season played{{"Arsenal FC", "Chelsea FC", "Everton FC", "Fulham FC"}};
  played.rename(1, "Chelsea", 1);
  BOOST_TEST(played.reconciled()[1] == 4U);
}

BOOST_AUTO_TEST_CASE(short_forms_become_one_club_only_if_the_fixtures_are_complete_then) {
  season played{{"Bolton Wanderers", "Bradford City", "Burton Albion", "Luton Town"}};
  played.rename(0, "Bolton", 2);
  played.rename(3, "Luton", 3);
  BOOST_TEST(played.reconciled() == (std::vector<std::size_t>{0, 1, 2, 3, 0, 3}));
  played.fixtures.pop_back();
  BOOST_TEST(played.reconciled() == (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
}

BOOST_AUTO_TEST_CASE(a_short_form_that_fits_two_clubs_goes_to_the_one_whose_fixtures_it_completes) {
  season played{{"Sheffield United", "Sheffield Wednesday", "Burton Albion", "Luton Town"}};
  played.rename(1, "Sheffield", 2);
  BOOST_TEST(played.reconciled() == (std::vector<std::size_t>{0, 1, 2, 3, 1}));
}

BOOST_AUTO_TEST_CASE(names_that_meet_each_other_stay_two_clubs) {
  const season played{{"Barcelona", "FC Barcelona", "Espanyol Barcelona"}};
  BOOST_TEST(played.reconciled() == (std::vector<std::size_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(names_that_meet_the_same_team_at_the_same_ground_stay_two_clubs) {
  const std::vector<std::string> names{"Sporting", "Sporting FC", "Porto"};
  const std::vector<named_fixture> fixtures{{0, 2}, {1, 2}};
  BOOST_TEST(reconcile_names(names, fixtures) == (std::vector<std::size_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(the_most_spellings_that_may_come_are_reconciled_in_bounded_time) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < max_names; ++i)
    names.push_back("Club" + std::string(i % 3, 'x') + (i % 2 == 0 ? " Town" : " To")
                    + std::to_string(i));
  std::vector<named_fixture> fixtures;
  for (std::size_t i = 0; i + 1 < max_names; i += 2)
    fixtures.emplace_back(i, i + 1);
  BOOST_TEST(reconcile_names(names, fixtures).size() == max_names);
}
