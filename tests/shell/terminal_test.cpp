// The shell as a person uses it: keys on a terminal, against a cluster whose nodes die.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/shell/pseudo_terminal.hpp"

#include <sys/stat.h>

using namespace touchline::testing;

namespace {

/// A cluster that serves, and shells on it whose history is in a folder of the test.
class operators_desk {
public:
  operators_desk() { cluster_.start_all(); }

  real_cluster& cluster() { return cluster_; }

  pseudo_terminal sit_down(std::map<std::string, std::string> variables = {}) const {
    variables.insert({{"XDG_STATE_HOME", home_ / "state"}, {"NO_COLOR", "1"}});
    return pseudo_terminal{cluster_.connected({"shell"}), variables};
  }

  std::filesystem::path history() const { return home_ / "state/touchline/history"; }

private:
  real_cluster cluster_;
  temporary_folder home_;
};

const std::string prompt = "> ";

/// The node that the prompt shows.
uint32_t node_of(const std::string& shown) {
  auto at = shown.rfind("/node-");
  BOOST_TEST_REQUIRE(at != std::string::npos, shown);
  return static_cast<uint32_t>(std::stoul(shown.substr(at + 6)));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_person_finds_the_way_with_tab_help_and_history) {
  operators_desk desk;
  {
    auto shell = desk.sit_down();
    shell.wait_for("`help` lists the commands");
    shell.wait_for("trial/node-");
    // A command that is not typed to its end.
    shell.type("parti" + tab);
    shell.wait_for("partitions ");
    shell.enter_line("", "Last snapshot");
    shell.wait_for(prompt);
    // Candidates are listed, and one letter more decides.
    shell.type("dead-letters " + tab);
    shell.wait_for("retry");
    shell.type("s" + tab + "team/en/x@1" + enter);
    shell.wait_for("There is no dead letter \"team/en/x@1\"");
    shell.wait_for(prompt);
    // Messages and their fields.
    shell.type("send team.upd" + tab + "lea" + tab + "en.1 te" + tab + "nobody" + enter);
    shell.wait_for("The command's id is ");
    shell.wait_for(prompt);
    shell.enter_line("help flow", "drawn as a sequence");
    shell.wait_for(prompt);
    // Names of the live cluster.
    shell.type("log-level " + tab);
    shell.wait_for("3");
    shell.type(ctrl_c + "exit" + enter);
    BOOST_TEST(shell.wait_for_end() == 0);
  }
  struct stat facts {};
  BOOST_TEST_REQUIRE(::stat(desk.history().c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 0777U) == 0600u);
  // The next session has the lines of this one.
  auto shell = desk.sit_down();
  shell.wait_for("/node-");
  shell.type(up + up);
  shell.enter_line("", "drawn as a sequence");
  shell.wait_for(prompt);
  shell.type(ctrl_d);
  BOOST_TEST(shell.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(ctrl_c_stops_the_command_and_ctrl_d_ends_the_shell) {
  operators_desk desk;
  auto shell = desk.sit_down();
  shell.wait_for("/node-");
  shell.wait_for(prompt);
  // While a line is typed it is thrown away.
  shell.type("remove 1" + ctrl_c);
  shell.wait_for("^C");
  shell.wait_for(prompt);
  // While a command runs the command ends, and can be taken up again.
  shell.enter_line("season simulate --teams 4 --pace 0.5", "/12");
  shell.type(ctrl_c);
  shell.wait_for("the same command goes on from there");
  shell.wait_for(prompt);
  shell.enter_line("season simulate --teams 4", "Pts");
  shell.wait_for(prompt);
  shell.enter_line("leagues", "Season");
  shell.wait_for(prompt);
  shell.type(ctrl_d);
  BOOST_TEST(shell.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_dies_under_the_shell_is_named_and_another_one_taken) {
  operators_desk desk;
  auto shell = desk.sit_down();
  auto first = node_of(shell.wait_for(prompt));
  desk.cluster().kill(first);
  // Without a key being pressed.
  shell.wait_for("node-" + std::to_string(first) + " is gone; going on with node-");
  auto second = node_of(shell.wait_for(prompt));
  BOOST_TEST(second != first);
  shell.enter_line("nodes", "no answer");
  shell.wait_for(prompt);
  desk.cluster().start(first);
  desk.cluster().require_healthy();
  desk.cluster().kill(second);
  shell.wait_for("node-" + std::to_string(second) + " is gone; going on with node-");
  shell.wait_for(prompt);
  shell.enter_line("send team.list league=en.1 ", prompt);
  // Nobody is left: a sentence, and it goes on when somebody is there again.
  for (uint32_t node = 1; node <= 3; ++node)
    if (desk.cluster().is_running(node))
      desk.cluster().kill(node);
  shell.wait_for("no other node is connected");
  shell.wait_for("no node> ");
  for (uint32_t node = 1; node <= 3; ++node)
    desk.cluster().start(node);
  shell.wait_for("is there; going on with it.");
  desk.cluster().require_healthy();
  shell.enter_line("partitions", "Last snapshot");
  shell.wait_for(prompt);
  shell.type(ctrl_d);
  BOOST_TEST(shell.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_undone_asks_first) {
  operators_desk desk;
  auto shell = desk.sit_down();
  shell.wait_for("/node-");
  auto leader = desk.cluster().leader(1);
  auto other = leader % 3 + 1;
  auto line = "transfer 1 " + std::to_string(other);
  shell.enter_line(line, "Go on? [y/N]");
  shell.enter_line("n", "Nothing was done.");
  shell.wait_for(prompt);
  BOOST_TEST(desk.cluster().leader(1) == leader);
  shell.enter_line(line, "Go on? [y/N]");
  shell.enter_line("y", "The leadership of partition 1 goes to node");
  shell.wait_for(prompt);
  BOOST_TEST(eventually([&] { return desk.cluster().leader(1) == other; }));
  shell.type(ctrl_d);
  shell.wait_for_end();
}

BOOST_AUTO_TEST_CASE(
  mistakes_are_answered_with_a_sentence_and_colours_keep_to_terminals_that_want_them) {
  operators_desk desk;
  {
    auto shell = desk.sit_down();
    shell.wait_for("/node-");
    shell.wait_for(prompt);
    const std::vector<std::pair<std::string, std::string>> mistakes{
      {"partions", "did you mean partitions?"},
      {"history", "history needs ADDRESS"},
      {"drain two", "\"two\" is no node"},
      {"send team.get league=en.1", "team.get needs league=… team=…"},
      {"send 'open", "is not closed"},
      {"history team/en/nobody", "There is no entity team/en/nobody"}};
    for (auto& [line, sentence] : mistakes) {
      shell.enter_line(line, sentence);
      shell.wait_for(prompt);
    }
    shell.type(ctrl_d);
    // The last command failed, but a person has seen that.
    shell.wait_for_end();
    BOOST_TEST(shell.written().find("\033[31m") == std::string::npos);
  }
  auto shell = desk.sit_down({{"NO_COLOR", ""}});
  shell.wait_for("/node-");
  shell.enter_line("partions", "did you mean partitions?");
  BOOST_TEST(shell.written().find("\033[31m") != std::string::npos);
}
