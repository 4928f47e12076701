#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/command_families.hpp"
#include "nodes/shell/completion.hpp"

#include <algorithm>
#include <map>

using namespace touchline::shell;

namespace {

/// A cluster whose names are known.
class known_names final : public name_source {
public:
  std::vector<std::string> names(word_kind kind, const std::string& prefix,
                                 const std::string& league) override {
    static const std::map<word_kind, std::vector<std::string>> all{
      {word_kind::address, {"team/en/arsenal-fc", "team/en/fulham-fc", "team-manager/en"}},
      {word_kind::node, {"1", "2", "3"}},
      {word_kind::league, {"en.1", "en.2"}},
      {word_kind::team, {"arsenal-fc", "fulham-fc"}}};
    std::vector<std::string> out;
    if (kind == word_kind::season && league == "en.1")
      out = {"2021-22", "2022-23"};
    if (auto at = all.find(kind); at != all.end())
      out = at->second;
    std::erase_if(out, [&](auto& x) { return !x.starts_with(prefix); });
    return out;
  }
};

completion at_end_of(std::string_view line) {
  known_names names;
  return complete(line, all_commands(), names);
}

std::vector<std::string> texts(std::string_view line) {
  std::vector<std::string> out;
  for (auto& x : at_end_of(line).candidates)
    out.push_back(x.text);
  return out;
}

using list = std::vector<std::string>;

bool has(const list& all, const std::string& text) {
  return std::ranges::find(all, text) != all.end();
}

} // namespace

BOOST_AUTO_TEST_CASE(commands_are_completed_with_what_they_do) {
  auto found = at_end_of("parti");
  BOOST_TEST_REQUIRE(found.candidates.size() == 1u);
  BOOST_TEST(found.candidates.front().text == "partitions");
  BOOST_TEST(!found.candidates.front().meaning.empty());
  BOOST_TEST(found.from == 0u);
  BOOST_TEST(texts("season ") == (list{"replay", "simulate"}), boost::test_tools::per_element());
  BOOST_TEST(texts("").size() > 20u);
}

BOOST_AUTO_TEST_CASE(the_second_word_of_a_command_and_its_options_are_completed) {
  BOOST_TEST(texts("dead-letters re") == (list{"retry"}), boost::test_tools::per_element());
  BOOST_TEST(texts("history x --") == (list{"--from", "--limit", "--to"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts("history x --from 1 --") == (list{"--limit", "--to"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_come_from_the_cluster) {
  BOOST_TEST(texts("inspect team/en/a") == (list{"team/en/arsenal-fc"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts("drain ") == (list{"1", "2", "3"}), boost::test_tools::per_element());
  BOOST_TEST(texts("table en.") == (list{"en.1", "en.2"}), boost::test_tools::per_element());
  BOOST_TEST(texts("table en.1 ") == (list{"2021-22", "2022-23"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts("table en.2 ").empty());
  BOOST_TEST(texts("team en.1 f") == (list{"fulham-fc"}), boost::test_tools::per_element());
  BOOST_TEST(texts("results en.1 2022-23 --team a") == (list{"arsenal-fc"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(messages_and_their_fields_come_from_the_catalogue) {
  auto messages = texts("send t");
  BOOST_TEST(has(messages, "team.update"));
  BOOST_TEST(has(messages, "transfer.in"));
  // Between entities only; with secrets.
  BOOST_TEST(!has(messages, "transfer.reserve"));
  BOOST_TEST(!has(texts("send a"), "account.activate"));
  BOOST_TEST(texts("send team.update league=en.1 st") == (list{"stadium="}),
             boost::test_tools::per_element());
  BOOST_TEST(!has(texts("send team.update league=en.1 "), "league="));
  auto parts = at_end_of("send result.create sc");
  BOOST_TEST_REQUIRE(parts.candidates.size() == 1u);
  BOOST_TEST(parts.candidates.front().text == "score.");
  BOOST_TEST(!parts.candidates.front().whole);
  BOOST_TEST(has(texts("send result.create score."), "score.home="));
  BOOST_TEST(has(texts("send result.create goals.0.mi"), "goals.0.minute="));
  BOOST_TEST(has(texts("send result.create score.award=TO_"), "score.award=TO_HOME"));
  BOOST_TEST(has(texts("send team.get league=en.1 team=a"), "team=arsenal-fc"));
}

BOOST_AUTO_TEST_CASE(common_beginnings_end_between_characters) {
  BOOST_TEST(common_beginning({{"abc"}, {"abd"}}) == "ab");
  BOOST_TEST(common_beginning({{"é1"}, {"è1"}}) == "");
  BOOST_TEST(common_beginning({}) == "");
}

BOOST_AUTO_TEST_CASE(a_hint_says_what_is_still_to_come) {
  BOOST_TEST(hint("history ", all_commands()) == "ADDRESS [--from N] [--to N] [--limit N]");
  BOOST_TEST(hint("at team/en/x ", all_commands()) == "N");
  BOOST_TEST(hint("send team.get league=en.1 ", all_commands()) == "team=…");
  BOOST_TEST(hint("his", all_commands()) == "");
  BOOST_TEST(hint("nosuch ", all_commands()) == "");
}
