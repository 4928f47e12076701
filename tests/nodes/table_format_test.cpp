#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/table_format.hpp"

using namespace touchline;
using namespace touchline::nodes;

namespace {

LeagueTable small_table() {
  LeagueTable table;
  table.set_league_name("Segunda");
  table.set_season("2022-23");
  table.set_results(1);
  table.set_fixtures(2);
  auto& first = *table.add_rows();
  first.set_position(1);
  first.set_name("Deportivo Alavés, \"SAD\"");
  first.set_played(1);
  first.set_won(1);
  first.set_goals_for(2);
  first.set_points(2);
  first.set_deducted(1);
  auto& second = *table.add_rows();
  second.set_position(2);
  second.set_name("Málaga");
  second.set_played(1);
  second.set_lost(1);
  second.set_goals_against(2);
  return table;
}

} // namespace

BOOST_AUTO_TEST_CASE(text_is_a_table_whose_columns_line_up_whatever_letters_the_names_have) {
  BOOST_TEST(format_tables({small_table()}, output_format::text)
             == "Segunda 2022-23 (after 1 of 2 matches)\n"
                "\n"
                "Pos  Team                       P    W    D    L    F    A    GD   Pts\n"
                "  1  Deportivo Alavés, \"SAD\"    1    1    0    0    2    0    +2     2*\n"
                "  2  Málaga                     1    0    0    1    0    2    -2     0\n"
                "  * Deportivo Alavés, \"SAD\": 1 point deducted\n");
}

BOOST_AUTO_TEST_CASE(json_is_one_object_or_a_list_of_seasons) {
  auto one = format_tables({small_table()}, output_format::json);
  BOOST_TEST(
    one.starts_with("{\"league\":\"Segunda\",\"season\":\"2022-23\",\"complete\":false,"
                    "\"table\":[{\"position\":1,\"team\":\"Deportivo Alavés, \\\"SAD\\\"\","
                    "\"played\":1,\"won\":1,\"drawn\":0,\"lost\":0,\"goals_for\":2,"
                    "\"goals_against\":0,\"goal_difference\":2,\"points\":2,"
                    "\"deducted\":1},"));
  auto two = format_tables({small_table(), small_table()}, output_format::json);
  BOOST_TEST(two.starts_with("{\"seasons\":[{\"league\":"));
}

BOOST_AUTO_TEST_CASE(csv_quotes_what_needs_it) {
  BOOST_TEST(format_tables({small_table()}, output_format::csv)
             == "position,team,played,won,drawn,lost,goals_for,goals_against,goal_difference,"
                "points,deducted\n"
                "1,\"Deportivo Alavés, \"\"SAD\"\"\",1,1,0,0,2,0,2,2,1\n"
                "2,Málaga,1,0,0,1,0,2,-2,0,0\n");
}
