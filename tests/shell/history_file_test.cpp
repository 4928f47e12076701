#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/history_file.hpp"
#include "tests/temporary_folder.hpp"

#include <sys/stat.h>

using namespace touchline::shell;
using touchline::testing::temporary_folder;

BOOST_AUTO_TEST_CASE(lines_are_kept_between_sessions_for_their_owner_alone) {
  temporary_folder folder;
  std::filesystem::path path = folder / "state/touchline/history";
  history_file{path}.add("nodes");
  history_file{path}.add("table en.1");
  auto lines = history_file{path}.read();
  BOOST_TEST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[0] == "nodes");
  BOOST_TEST(lines[1] == "table en.1");
  struct stat facts {};
  BOOST_TEST_REQUIRE(::stat(path.c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 0777U) == 0600u);
}

BOOST_AUTO_TEST_CASE(secrets_and_lines_that_begin_with_a_space_are_not_kept) {
  temporary_folder folder;
  history_file file{folder / "history"};
  file.add("send account.activate account=x proof=c2VjcmV0");
  file.add(" login en/arsenal-fc");
  file.add("");
  file.add(std::string(max_history_line_bytes + 1, 'x'));
  file.add("two\nlines");
  BOOST_TEST(file.read().empty());
}

BOOST_AUTO_TEST_CASE(the_file_does_not_grow_for_ever) {
  temporary_folder folder;
  history_file file{folder / "history"};
  for (size_t i = 0; i < 2 * max_history_lines + 1; ++i)
    file.add("flow " + std::to_string(i));
  auto lines = file.read();
  BOOST_TEST(lines.size() == max_history_lines);
  BOOST_TEST(lines.back() == "flow " + std::to_string(2 * max_history_lines));
  // What was left out is gone from the file as well.
  file.add("nodes");
  BOOST_TEST(file.read().back() == "nodes");
  BOOST_TEST(std::filesystem::file_size(folder / "history") < 20 * max_history_lines);
}

BOOST_AUTO_TEST_CASE(without_a_place_to_keep_them_lines_are_forgotten) {
  history_file file{{}};
  file.add("nodes");
  BOOST_TEST(file.read().empty());
}
