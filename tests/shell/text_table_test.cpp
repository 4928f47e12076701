#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/text.hpp"
#include "nodes/shell/report.hpp"

#include <sstream>

using namespace touchline::shell;

namespace {

text_table teams() {
  return {{{"Team", false, 6}, {"Points", true}, {"Known as", false, 8}},
          {{"Deportivo Alavés", "71", "a name that goes on and on"}, {"Málaga", "8", "short"}}};
}

} // namespace

BOOST_AUTO_TEST_CASE(columns_line_up_whatever_letters_they_have) {
  BOOST_TEST(to_text(teams(), {})
             == "Team              Points  Known as\n"
                "Deportivo Alavés      71  a name that goes on and on\n"
                "Málaga                 8  short\n");
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_window) {
  for (size_t width = 24; width < 60; ++width) {
    std::istringstream lines{to_text(teams(), {width, false})};
    for (std::string line; std::getline(lines, line);)
      BOOST_TEST(touchline::count_code_points(line).value() <= width);
  }
  BOOST_TEST(to_text(teams(), {30, false})
             == "Team        Points  Known as\n"
                "Deportivo…      71  a name th…\n"
                "Málaga           8  short\n");
}

BOOST_AUTO_TEST_CASE(columns_that_are_never_cut_may_be_wider_than_the_window) {
  text_table table{{{"Id"}}, {{"0123456789"}}};
  BOOST_TEST(to_text(table, {4, false}) == "Id\n0123456789\n");
}

BOOST_AUTO_TEST_CASE(text_is_cut_between_characters) {
  BOOST_TEST(cut_text("ééé", 3) == "ééé");
  BOOST_TEST(cut_text("éééé", 3) == "éé…");
  // Two columns each, and one that takes none.
  BOOST_TEST(cut_text("日本語", 6) == "日本語");
  BOOST_TEST(cut_text("日本語", 5) == "日本…");
  BOOST_TEST(cut_text("日本語", 4) == "日…");
  BOOST_TEST(cut_text("e\u0301e\u0301", 2) == "e\u0301e\u0301");
  BOOST_TEST(cut_text("\xff\xff\xff", 2) == "\xff…");
  BOOST_TEST(cut_text("abc", 1) == "…");
  BOOST_TEST(cut_text("abc", 0) == "");
}

BOOST_AUTO_TEST_CASE(colours_are_there_only_when_they_are_wanted) {
  BOOST_TEST(to_text(teams(), {0, false}).find('\033') == std::string::npos);
  BOOST_TEST(to_text(teams(), {0, true}).starts_with("\033[1m"));
}

BOOST_AUTO_TEST_CASE(csv_has_everything_uncut_and_quotes_what_needs_it) {
  text_table table{{{"Team"}, {"Last seen"}}, {{"A, \"B\"", "x"}}};
  BOOST_TEST(to_csv(table) == "team,last-seen\n\"A, \"\"B\"\"\",x\n");
}

BOOST_AUTO_TEST_CASE(a_report_without_a_table_is_a_line_for_each_member_as_csv) {
  using touchline::nodes::output_format;
  auto what = sentence("Done.", {{"node", 2}});
  BOOST_TEST(print(what, output_format::csv, {}) == "field,value\nmessage,Done.\nnode,2\n");
  BOOST_TEST(print(what, output_format::json, {}) == "{\"message\":\"Done.\",\"node\":2}\n");
  BOOST_TEST(print(what, output_format::text, {}) == "Done.\n");
  // Where a person reads it, it is indented.
  BOOST_TEST(print(what, output_format::json, {80, false}).starts_with("{\n  "));
}
