// The launcher with real processes: small shell scripts in the place of nodes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/launcher.hpp"
#include "tests/nodes/process.hpp"

#include <algorithm>
#include <functional>
#include <thread>

#include <poll.h>

using namespace touchline;
using namespace touchline::testing;

namespace {

/// Far more than anything here takes; only a failing test waits for so long.
constexpr auto patience = std::chrono::seconds{60};

/// Looks again and again; what is looked for has no end of its own that one could wait for.
bool eventually(const std::function<bool()>& holds) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

/// A launcher in a process of its own, its lines in a file.
class launched {
public:
  explicit launched(std::vector<std::string> scripts,
                    const std::function<void(nodes::launch_options&)>& change = {}) {
    nodes::launch_options options;
    options.backoff_min_ms = 5;
    options.backoff_max_ms = 20;
    for (auto& script : scripts)
      options.nodes.push_back(
        {"node-" + std::to_string(options.nodes.size() + 1),
         {"/bin/sh", "-c", "cd '" + folder.path().string() + "'; " + script}});
    if (change)
      change(options);
    pid_ = fork();
    if (pid_ == 0) {
      options.out = open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      _exit(nodes::launch(options));
    }
  }
  launched(const launched&) = delete;
  launched& operator=(const launched&) = delete;
  ~launched() {
    if (pid_ > 0)
      send(SIGKILL), wait();
  }

  void send(int signal) const { kill(pid_, signal); }

  /// The exit status; 128 and the signal when it was killed.
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR)
      continue;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string output() const { return read_file(folder / "out"); }

  bool says(const std::string& text) const {
    return eventually([&] { return output().find(text) != std::string::npos; });
  }

  size_t count(const std::string& text) const {
    auto all = output();
    size_t found = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
      ++found;
    return found;
  }

  work_folder folder;

private:
  pid_t pid_ = -1;
};

/// Waits in the shell itself, which hears signals while it does.
const std::string wait_for_signal = "sleep 1000 & sleeper=$!; wait; ";

/// True when no process has this id, or it has ended and only its parent has not looked.
bool is_gone(const std::string& pid) {
  auto status = read_file("/proc/" + pid + "/stat");
  return status.empty() || status.find(") Z ") != std::string::npos;
}

std::string pid_in(const launched& x, const std::string& file) {
  BOOST_TEST_REQUIRE(eventually([&] { return read_file(x.folder / file).ends_with('\n'); }));
  auto pid = read_file(x.folder / file);
  pid.pop_back();
  return pid;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_line_is_marked_with_its_node_and_nothing_is_lost) {
  launched x{{"echo one; echo two >&2; printf 'no end'", "echo three"}};
  BOOST_TEST(x.wait() == 0);
  for (auto* line :
       {"node-1  | one\n", "node-1  | two\n", "node-1  | no end\n", "node-2  | three\n",
        "cluster | node-1 has ended.\n", "cluster | node-2 has ended.\n"})
    BOOST_TEST(x.count(line) == 1, line << "is not in\n" << x.output());
}

BOOST_AUTO_TEST_CASE(much_output_arrives_complete_and_in_order) {
  launched x{{"i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf end"}};
  BOOST_TEST(x.wait() == 0);
  BOOST_TEST(x.count("node-1  | line ") == 20'000);
  BOOST_TEST(x.output().find("| line 19999\nnode-1  | end\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_cut_into_pieces) {
  launched x{{"head -c 50000 /dev/zero | tr '\\0' x"}};
  BOOST_TEST(x.wait() == 0);
  auto all = x.output();
  BOOST_TEST(std::ranges::count(all, 'x') == 50'000);
  BOOST_TEST(x.count("node-1  | x") == 4);
}

BOOST_AUTO_TEST_CASE(a_node_that_dies_is_started_again_with_a_growing_delay) {
  launched x{{"echo here >>starts; [ $(wc -l <starts) -ge 5 ] || exit 3"}};
  BOOST_TEST(x.wait() == 0);
  BOOST_TEST(x.count("node-1 ended with status 3; it is started again in 5 ms.") == 1);
  BOOST_TEST(x.count("node-1 ended with status 3; it is started again in 10 ms.") == 1);
  BOOST_TEST(x.count("node-1 ended with status 3; it is started again in 20 ms.") == 2);
}

BOOST_AUTO_TEST_CASE(the_delay_begins_anew_after_a_long_life) {
  launched x{{"echo here >>starts; [ $(wc -l <starts) -ge 5 ] || kill -9 $$"},
             [](auto& options) { options.stable_ms = 0; }};
  BOOST_TEST(x.wait() == 0);
  BOOST_TEST(x.count("node-1 was killed by signal 9 (Killed); it is started again in 5 ms.") == 4);
}

BOOST_AUTO_TEST_CASE(a_node_that_refuses_its_configuration_is_not_started_again) {
  launched x{{"exit 2", "exit 0"}};
  BOOST_TEST(x.wait() == 1);
  BOOST_TEST(x.count("node-1 refuses its configuration and is not started again.") == 1);
  BOOST_TEST(x.count("node-1 is process") == 1);
}

BOOST_AUTO_TEST_CASE(a_program_that_cannot_be_started_is_tried_again) {
  launched x{{""}, [](auto& options) { options.nodes[0].command = {"/nowhere/touchline"}; }};
  BOOST_TEST(x.says("node-1 could not be started; it is started again in 20 ms."));
  x.send(SIGTERM);
  BOOST_TEST(x.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_stops_all_nodes_in_order) {
  auto script
    = "trap 'echo handing over; kill $sleeper; exit 0' TERM; echo ready; " + wait_for_signal;
  for (auto signal : {SIGINT, SIGTERM, SIGHUP}) {
    launched x{{script, script, "exit 1"}, [](auto& options) {
                 // Waits for longer than the test: it is not running when it is stopped.
                 options.backoff_min_ms = options.backoff_max_ms = 3'600'000;
               }};
    BOOST_TEST(x.says("node-1  | ready"));
    BOOST_TEST(x.says("node-2  | ready"));
    BOOST_TEST(x.says("started again in 3600000 ms"));
    x.send(signal);
    BOOST_TEST(x.wait() == 0);
    BOOST_TEST(x.count("| handing over\n") == 2);
    BOOST_TEST(x.count("has ended.") == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_stop_is_killed_after_the_drain_limit) {
  launched x{{"trap '' TERM; echo $$ >pid; echo ready; while :; do sleep 1000; done"},
             [](auto& options) { options.drain_ms = 50; }};
  BOOST_TEST(x.says("| ready"));
  auto pid = pid_in(x, "pid");
  x.send(SIGTERM);
  BOOST_TEST(x.wait() == 1);
  BOOST_TEST(x.count("node-1 has not ended in time and is killed.") == 1);
  BOOST_TEST(eventually([&] { return is_gone(pid); }));
}

BOOST_AUTO_TEST_CASE(a_second_signal_kills_at_once) {
  launched x{{"trap '' TERM; echo ready; while :; do sleep 1000; done"},
             [](auto& options) { options.drain_ms = 3'600'000; }};
  BOOST_TEST(x.says("| ready"));
  x.send(SIGINT);
  BOOST_TEST(x.says("Stopping all nodes."));
  x.send(SIGINT);
  BOOST_TEST(x.wait() == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_fails_while_it_stops_is_reported) {
  launched x{{"trap 'kill $sleeper; exit 7' TERM; echo ready; " + wait_for_signal}};
  BOOST_TEST(x.says("| ready"));
  x.send(SIGTERM);
  BOOST_TEST(x.wait() == 1);
  BOOST_TEST(x.count("node-1 ended with status 7.") == 1);
}

BOOST_AUTO_TEST_CASE(no_node_outlives_a_launcher_that_is_killed) {
  launched x{{"echo $$ >pid1; exec sleep 1000", "echo $$ >pid2; exec sleep 1000"}};
  auto first = pid_in(x, "pid1");
  auto second = pid_in(x, "pid2");
  BOOST_TEST(!is_gone(first));
  x.send(SIGKILL);
  BOOST_TEST(x.wait() == 128 + SIGKILL);
  BOOST_TEST(eventually([&] { return is_gone(first) && is_gone(second); }));
}

BOOST_AUTO_TEST_CASE(a_node_inherits_no_signal_mask_and_no_descriptors) {
  launched x{{"grep -E 'SigBlk|SigIgn' /proc/self/status; ls /proc/self/fd | wc -l; cat"}};
  BOOST_TEST(x.wait() == 0);
  BOOST_TEST(x.count("SigBlk:\t0000000000000000") == 1, x.output());
  BOOST_TEST(x.count("SigIgn:\t0000000000000000") == 1, x.output());
  // Three, and the one that ls reads the folder with.
  BOOST_TEST(x.count("node-1  | 4\n") == 1, x.output());
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_stops_nobody) {
  int ends[2];
  BOOST_TEST_REQUIRE(pipe(ends) == 0);
  work_folder folder;
  auto pid = fork();
  if (pid == 0) {
    nodes::launch_options options;
    options.out = ends[1];
    options.nodes.push_back(
      {"node-1",
       {"/bin/sh", "-c",
        "head -c 8000000 /dev/zero | tr '\\0' '\\n'; echo done >" + (folder / "done")}});
    _exit(nodes::launch(options));
  }
  close(ends[1]);
  BOOST_TEST(eventually([&] { return std::filesystem::exists(folder / "done"); }));
  std::string all(1 << 16, '\0');
  size_t total = 0;
  for (ssize_t got = 0; (got = read(ends[0], all.data(), all.size())) > 0;)
    total += static_cast<size_t>(got);
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  BOOST_TEST(status == 0);
  BOOST_TEST(total < size_t{4} << 20);
}

BOOST_AUTO_TEST_CASE(names_have_colours_where_they_are_wanted) {
  launched x{{"echo one"}, [](auto& options) { options.colours = true; }};
  BOOST_TEST(x.wait() == 0);
  BOOST_TEST(x.count("\x1b[36mnode-1  |\x1b[0m one\n") == 1, x.output());
}
