#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/words.hpp"

using namespace touchline::shell;

namespace {

std::vector<std::string> texts(std::string_view line) {
  std::vector<std::string> out;
  for (auto& x : cut_line(line).words)
    out.push_back(x.text);
  return out;
}

using list = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(words_are_cut_at_spaces) {
  BOOST_TEST(texts("  history \t team/en/x  ") == (list{"history", "team/en/x"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts("").empty());
}

BOOST_AUTO_TEST_CASE(quotes_and_backslashes_keep_spaces_and_each_other) {
  BOOST_TEST(texts(R"(a='b c' "d \"e\" f" g\ h)") == (list{"a=b c", "d \"e\" f", "g h"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts(R"(p='{"name":"Ada"}')") == (list{R"(p={"name":"Ada"})"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts(R"('\' "\n" '')") == (list{"\\", "\\n", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_comment_ends_the_line) {
  BOOST_TEST(texts("nodes # who is there") == (list{"nodes"}), boost::test_tools::per_element());
  BOOST_TEST(texts("a#b") == (list{"a#b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_being_typed_knows_where_its_last_word_begins) {
  auto cut = cut_line("send team.up");
  BOOST_TEST(cut.in_word);
  BOOST_TEST(cut.words.back().begin == 5u);
  BOOST_TEST(!cut_line("send ").in_word);
  BOOST_TEST(cut_line("send 'a b").open_quote == '\'');
}

BOOST_AUTO_TEST_CASE(a_quote_that_is_not_closed_and_a_line_that_is_too_long_are_refused) {
  BOOST_TEST(split_words("send \"a").error()
             == "The quote \" is not closed; put another one where the text ends.");
  BOOST_TEST(split_words(std::string(max_line_bytes + 1, 'x')).error()
             == "A line has at most 65536 bytes.");
}

BOOST_AUTO_TEST_CASE(a_quoted_text_is_one_word_again) {
  // A zero byte outside quotes was taken for the end of one.
  for (const std::string& text :
       list{"plain", "two words", "a\"b\\c", "", "#x", "it's", "été 1", {'a', '\0', 'b'}}) {
    auto words = split_words(as_word(text));
    BOOST_TEST_REQUIRE(words.has_value());
    BOOST_TEST_REQUIRE(words->size() == 1u);
    BOOST_TEST(words->front().text == text);
  }
}
