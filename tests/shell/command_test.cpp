#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/command_families.hpp"
#include "nodes/shell/help.hpp"

using namespace touchline::shell;

namespace {

tl::expected<parsed_command, std::string> parse(const std::string& line) {
  return all_commands().parse(split_words(line).value());
}

std::string refusal_of(const std::string& line) {
  auto parsed = parse(line);
  return parsed ? "" : parsed.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(arguments_and_options_may_stand_in_any_order) {
  for (const auto* line :
       {"history team/en/x --from 3 --to=9", "history --from=3 --to 9 team/en/x"}) {
    auto x = parse(line);
    BOOST_TEST_REQUIRE(x.has_value());
    BOOST_TEST(x->what->name == "history");
    BOOST_TEST(x->how.argument(0) == "team/en/x");
    BOOST_TEST(x->how.number("--from", 0) == 3u);
    BOOST_TEST(x->how.number("--to", 0) == 9u);
    BOOST_TEST(x->how.number("--limit", 7) == 7u);
  }
}

BOOST_AUTO_TEST_CASE(the_longest_name_of_a_command_counts) {
  BOOST_TEST(parse("dead-letters")->what->name == "dead-letters");
  BOOST_TEST(parse("dead-letters retry team/en/x@1")->what->name == "dead-letters retry");
  BOOST_TEST(parse("season simulate --teams 4")->what->name == "season simulate");
}

BOOST_AUTO_TEST_CASE(behind_two_hyphens_everything_is_an_argument) {
  auto x = parse("history -- --from");
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->how.argument(0) == "--from");
}

BOOST_AUTO_TEST_CASE(nodes_are_numbers_with_or_without_their_prefix) {
  BOOST_TEST(parse("drain 2")->how.node(0) == 2u);
  BOOST_TEST(parse("drain node-2")->how.node(0) == 2u);
  BOOST_TEST(refusal_of("drain two") == "\"two\" is no node; NODE is its number, as 2 or node-2.");
  BOOST_TEST(!refusal_of("drain 0").empty());
  BOOST_TEST(!refusal_of("drain 65536").empty());
}

BOOST_AUTO_TEST_CASE(a_mistake_is_answered_with_what_would_be_right) {
  BOOST_TEST(refusal_of("partions")
             == "There is no command \"partions\"; did you mean partitions?");
  BOOST_TEST(refusal_of("xyzzy-plugh")
             == "There is no command \"xyzzy-plugh\"; `help` lists the commands.");
  BOOST_TEST(refusal_of("season")
             == "season needs another word: season replay or season simulate.");
  BOOST_TEST(refusal_of("history")
             == "history needs ADDRESS: history ADDRESS [--from N] [--to N] [--limit N]; `help "
                "history` has an example.");
  BOOST_TEST(refusal_of("nodes 1") == "nodes takes no \"1\"; it is used so: nodes.");
  BOOST_TEST(refusal_of("history x --form 1")
             == "history has no option \"--form\"; did you mean --from?");
  BOOST_TEST(refusal_of("history x --from") == "--from needs a value: --from N.");
  BOOST_TEST(refusal_of("history x --from one")
             == "\"one\" is no number; --from takes a whole number from 0.");
  BOOST_TEST(refusal_of("flows --overdue=1") == "--overdue takes no value.");
  BOOST_TEST(refusal_of("history \xff") == "The value of ADDRESS is not UTF-8.");
}

BOOST_AUTO_TEST_CASE(every_command_explains_itself_with_an_example_that_it_understands) {
  for (auto& x : all_commands().all()) {
    BOOST_TEST_CONTEXT(x.name) {
      BOOST_TEST(x.run != nullptr);
      BOOST_TEST(!x.summary.empty());
      BOOST_TEST(!x.summary.ends_with('.'));
      auto example = parse(x.example);
      BOOST_TEST_REQUIRE(example.has_value());
      BOOST_TEST(example->what->name == x.name);
      auto help = help_about(all_commands(), x.name);
      BOOST_TEST_REQUIRE(help.has_value());
      BOOST_TEST(help->before.find(x.example) != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_overview_names_every_command) {
  auto text = help_overview(all_commands()).before;
  for (auto& x : all_commands().all())
    BOOST_TEST(text.find("  " + x.name + ' ') != std::string::npos, x.name);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_undone_asks_first) {
  for (const auto* name : {"drain", "remove", "transfer", "restart", "dead-letters drop"}) {
    const auto* x = all_commands().find(name);
    BOOST_TEST_REQUIRE(x);
    BOOST_TEST(x->question != nullptr, name);
  }
  BOOST_TEST(parse("drain 2 --yes")->how.has("--yes"));
}

BOOST_AUTO_TEST_CASE(help_knows_the_fields_of_a_message) {
  auto help = help_about(all_commands(), "result.create");
  BOOST_TEST_REQUIRE(help.has_value());
  BOOST_TEST(help->before.find("send result.create league=… season=…") != std::string::npos);
  BOOST_TEST(help->data["fields"].size() == 6u);
  BOOST_TEST(!help_about(all_commands(), "nosuch").has_value());
}
