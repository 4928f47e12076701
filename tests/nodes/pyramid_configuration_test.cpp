#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/configuration.hpp"
#include "nodes/pyramid_configuration.hpp"
#include "tests/nodes/pyramid_file.hpp"

using namespace touchline;
using namespace touchline::testing;

namespace {

tl::expected<nodes::pyramid_configuration, std::string> read(const std::string& text) {
  work_folder folder;
  write_file(folder / "pyramid.conf", text);
  return nodes::read_pyramid(folder / "pyramid.conf");
}

/// The small pyramid with one change is refused with a sentence that has the expected words.
void refuses(const std::string& text, const std::string& by, const std::string& expected) {
  auto result = read(changed_pyramid(text, by));
  BOOST_TEST_REQUIRE(!result.has_value(), "accepted: " << by);
  const auto& why = result.error();
  BOOST_TEST(why.find(expected) != std::string::npos, why);
  BOOST_TEST(why.starts_with("In the configuration "), why);
  BOOST_TEST(why.ends_with('.'), why);
  BOOST_TEST(why.find('\n') == std::string::npos, why);
}

} // namespace

BOOST_AUTO_TEST_CASE(england_has_four_tiers_of_92_teams) {
  auto x = nodes::read_pyramid(project_file("config/england.conf"));
  BOOST_TEST_REQUIRE(x.has_value(), x.error());
  BOOST_TEST_REQUIRE(x->pyramid.tiers_size() == 4);
  BOOST_TEST(x->pyramid.tiers(0).teams_size() == 20);
  for (int tier = 1; tier < 4; ++tier)
    BOOST_TEST(x->pyramid.tiers(tier).teams_size() == 24);
  BOOST_TEST(x->pyramid.tiers(1).promoted() == 2);
  BOOST_TEST(x->pyramid.tiers(3).promoted() == 3);
  BOOST_TEST(x->pyramid.tiers(3).play_offs() == 4);
  BOOST_TEST(x->rules.windows_size() == 2);
}

BOOST_AUTO_TEST_CASE(the_file_of_a_pyramid_is_a_nodes_configuration_as_well) {
  auto england = nodes::read_configuration(project_file("config/england.conf"));
  BOOST_TEST_REQUIRE(england.has_value(), england.error());
  work_folder folder;
  write_file(folder / "pyramid.conf", small_pyramid);
  auto small = nodes::read_configuration(folder / "pyramid.conf");
  BOOST_TEST_REQUIRE(small.has_value(), small.error());
  BOOST_TEST(small->runtime.snapshot_every == 64);
}

BOOST_AUTO_TEST_CASE(all_of_the_section_is_read) {
  auto x = read(small_pyramid);
  BOOST_TEST_REQUIRE(x.has_value(), x.error());
  BOOST_TEST(x->pyramid.pyramid() == "isles");
  BOOST_TEST(x->pyramid.name() == "Football of the Isles");
  BOOST_TEST(x->pyramid.rule_set() == "england");
  BOOST_TEST(x->pyramid.first_year() == 2030);
  BOOST_TEST(x->pyramid.start() == "08-10");
  BOOST_TEST(x->pyramid.end() == "05-20");
  BOOST_TEST(x->capital.minor_units() == 5'000'000'000);
  BOOST_TEST(x->capital.currency() == "GBP");
  BOOST_TEST(x->rules.squad_min() == 11);
  BOOST_TEST(x->rules.squad_max() == 40);
  BOOST_TEST_REQUIRE(x->rules.windows_size() == 2);
  BOOST_TEST(x->rules.windows(1).name() == "winter");
  BOOST_TEST(x->rules.windows(1).from() == "01-01");
  BOOST_TEST(x->rules.windows(1).to() == "02-01");
  BOOST_TEST_REQUIRE(x->pyramid.tiers_size() == 3);
  BOOST_TEST(x->pyramid.tiers(1).league() == "isles.2");
  BOOST_TEST(x->pyramid.tiers(1).play_offs() == 2);
  BOOST_TEST(x->pyramid.tiers(2).teams(0).team() == "unst-rovers");
  BOOST_TEST_REQUIRE(x->sponsors.size() == 2);
  BOOST_TEST(x->sponsors[0].league() == "isles.1");
  BOOST_TEST(x->sponsors[0].bonuses(0).minor_units() == 5000);
  BOOST_TEST(x->sponsors[1].team() == "unst-rovers");
  BOOST_TEST(x->sponsors[1].league() == "isles.3");
  BOOST_TEST(x->sponsors[1].start() == "2031-08-01");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_none_is_refused) {
  work_folder folder;
  auto missing = nodes::read_pyramid(folder / "nothing.conf");
  BOOST_TEST_REQUIRE(!missing.has_value());
  BOOST_TEST(missing.error().find("cannot be read") != std::string::npos, missing.error());
  auto directory = nodes::read_pyramid(folder.path());
  BOOST_TEST_REQUIRE(!directory.has_value());
  auto nonsense = read("pyramid { {");
  BOOST_TEST_REQUIRE(!nonsense.has_value());
  BOOST_TEST(nonsense.error().find("syntax") != std::string::npos, nonsense.error());
  auto none = read("touchline {\n  partitions = 2\n}\n");
  BOOST_TEST_REQUIRE(!none.has_value());
  BOOST_TEST(none.error().find("no section pyramid") != std::string::npos, none.error());
}

BOOST_AUTO_TEST_CASE(missing_and_unknown_keys_are_refused) {
  refuses("  key = \"isles\"\n", "", "pyramid.key is missing");
  refuses("  name = \"Football of the Isles\"\n", "", "pyramid.name is missing");
  refuses("  rule-set = \"england\"\n", "", "pyramid.rule-set is missing");
  refuses("  first-year = 2030\n", "", "pyramid.first-year is missing");
  refuses("  start = \"08-10\"\n", "", "pyramid.start is missing");
  refuses("  end = \"05-20\"\n", "", "pyramid.end is missing");
  refuses("    currency = \"GBP\"\n  }\n", "  }\n", "pyramid.capital.currency is missing");
  refuses("    max = 40\n", "", "pyramid.squad.max is missing");
  refuses("      to = \"09-01\"\n", "", "pyramid.windows[1].to is missing");
  refuses("  squad {", "  colour = \"blue\"\n  squad {", "pyramid.colour is no setting");
  refuses("    min = 11", "    min = 11\n    most = 3", "pyramid.squad.most is no setting");
  refuses("      name = \"summer\",", "      name = \"summer\",\n      day = 3,",
          "pyramid.windows[1].day is no setting");
  refuses("      promoted = 1,", "      promotion = 1,",
          "pyramid.tiers[2].promotion is no setting");
  refuses("          amount = 5000", "          amount = 5000,\n          each = 1",
          "pyramid.sponsors[1].bonuses[1].each is no setting");
}

BOOST_AUTO_TEST_CASE(values_of_the_wrong_kind_or_out_of_bounds_are_refused) {
  refuses("\"isles\"", "5", "pyramid.key must be a text in quotes");
  refuses("\"isles\"", "\"The Isles\"", "pyramid.key is no key");
  refuses("\"Football of the Isles\"", "\"\"", "pyramid.name must be a text");
  refuses("\"england\"", "\"atlantis\"", "atlantis");
  refuses("2030", "\"soon\"", "pyramid.first-year must be a whole number from 1888");
  refuses("2030", "9000", "pyramid.first-year must be a whole number");
  refuses("\"08-10\"", "\"10 August\"", "pyramid.start must be a day of every year");
  refuses("\"05-20\"", "\"02-29\"", "pyramid.end must be a day of every year");
  refuses("\"05-20\"", "\"08-12\"", "too short");
  refuses("5000000000", "-1", "pyramid.capital.amount must be a whole number from 0");
  refuses("\"GBP\"", "\"pounds\"", "pyramid.capital.currency must be three capital letters");
  refuses("min = 11", "min = 12", "pyramid.squad.min must be a whole number from 0 to 11");
  refuses("max = 40", "max = 31", "pyramid.squad.max must be a whole number from 32 to 64");
  refuses("max = 40", "max = 65", "pyramid.squad.max must be a whole number from 32 to 64");
  refuses("\"06-10\"", "\"31 June\"", "pyramid.windows[1].from must be a day of every year");
  refuses("\"02-01\"", "\"02-30\"", "pyramid.windows[2].to must be a day of every year");
  refuses("  capital {", "  capital = 5\n  was {", "pyramid.capital must be a section");
}

BOOST_AUTO_TEST_CASE(tiers_and_teams_that_do_not_fit_are_refused) {
  refuses("\"Cowes\"", "\"Portree\"", "Portree is in the pyramid twice");
  refuses("\"Cowes\"", "\"Castlebay\"", "Castlebay is in the pyramid twice");
  refuses("\"Cowes\"", "\"\"", "pyramid.tiers[2].teams has a name that is none");
  refuses("\"Cowes\"", "\"" + std::string(101, 'x') + '"', "pyramid.tiers[2].teams has a name");
  refuses("\"Cowes\"", "\"" + std::string(60, 'x') + '"', "too long for a simulated team");
  refuses("\"Cowes\"", "7", "pyramid.tiers[2].teams must be a list of texts");
  refuses("play-offs = 2", "play-offs = 3", "0, 2, 4 or 8 teams, not 3");
  refuses("      promoted = 1,\n      play-offs = 2", "      promoted = 3,\n      play-offs = 2",
          "Tier 2 has 6 teams, too few");
  refuses("promoted = 1", "promoted = -1", "pyramid.tiers[2].promoted must be a whole number");
  refuses("      name = \"First Division\",",
          "      name = \"First Division\",\n      promoted = 1,", "Nobody goes up from tier 1");
  auto no_tiers = small_pyramid.substr(0, small_pyramid.find("  tiers = [")) + "}\n";
  auto x = read(no_tiers);
  BOOST_TEST_REQUIRE(!x.has_value());
  BOOST_TEST(x.error().find("pyramid.tiers must be a list") != std::string::npos, x.error());
}

BOOST_AUTO_TEST_CASE(deals_that_a_sponsor_manager_would_refuse_are_refused) {
  refuses("\"isles.1\"", "\"isles.4\"", "pyramid.sponsors[1].league must be a league");
  refuses("\"Unst Rovers\"", "\"Unst City\"", "pyramid.sponsors[2].team must be a team");
  refuses("      team = \"Unst Rovers\",\n", "", "pyramid.sponsors[2].league or team must say");
  refuses("      team = \"Unst Rovers\",",
          "      team = \"Unst Rovers\",\n      league = \"isles.1\",",
          "pyramid.sponsors[2].league or team must say");
  refuses("amount = 100000001", "amount = 0", "pyramid.sponsors[1].amount must be a whole number");
  refuses("amount = 100000001", "amount = 2000000000000000", "The amount per season must be");
  refuses("\"ferry-line\"", "\"Ferry Line!\"", "The sponsor's key");
  refuses("\"smokehouse\"", "\"ferry-line\"", "has a sponsor \"ferry-line\" already");
  refuses("\"2031-08-01\"", "\"2036-08-01\"", "before it starts");
  refuses("\"2031-08-01\"", "\"1 August\"", "YYYY-MM-DD");
  refuses("          from = 1", "          from = 3", "the better one first");
  refuses("          from = 1", "          from = 65", "bonuses[1].from must be a whole number");
}

BOOST_AUTO_TEST_CASE(too_many_windows_are_refused) {
  std::string many;
  for (int i = 0; i < 9; ++i)
    many += "    {\n      name = \"w\",\n      from = \"06-10\",\n      to = \"09-01\"\n    },\n";
  refuses("  windows = [\n", "  windows = [\n" + many, "at most 8 transfer windows");
}
