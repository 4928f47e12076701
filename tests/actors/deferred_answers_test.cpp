// A command that is answered by a later message: player.add waits for its team. Whatever fails in
// between, every caller gets the answer in the end, and the command has one effect.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/test_node.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace touchline;
using namespace touchline::testing;

namespace {

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2'000; ++i) {
    if (holds())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return false;
}

/// Arsenal on a node whose teams cannot handle squad.add until they are told to: a command waits
/// for its team as long as a test likes.
class waiting_node {
public:
  explicit waiting_node(actors::runtime_options options = patient_options())
    : node{options, [this](const header&, uint32_t number) {
             if (!ready && number == number_of<SquadAdd>)
               throw std::runtime_error{"not yet"};
           }} {
    BOOST_TEST(node.ask("create", team_create("Arsenal")).ok());
    node.settle();
  }

  /// Any number of failures.
  static actors::runtime_options patient_options() {
    auto x = test_node::quick_options();
    x.handler_attempts = 1'000'000;
    x.entities.intensity = 1'000'000;
    x.partitions_policy.intensity = 1'000;
    return x;
  }

  /// Posts player.add and waits until it is recorded and has no answer.
  void post_and_wait(const std::string& id, const PlayerAdd& message, std::vector<answer>& to) {
    auto before = node.records("team-manager/en").size();
    node.client().post(id, message, [&to](const answer& x) { to.push_back(x); });
    BOOST_TEST_REQUIRE(
      eventually([&] { return node.records("team-manager/en").size() == before + 1; }));
    BOOST_TEST(to.empty());
  }

  /// How many records of the manager answered `id` later, and how often the team took a player.
  std::pair<int, int> effects(const std::string& id) {
    node.settle();
    std::pair<int, int> result;
    for (auto& x : node.records("team-manager/en"))
      for (auto& late : x.late_answer())
        result.first += late.id() == id ? 1 : 0;
    for (auto& x : node.records("team/en/arsenal"))
      result.second += x.cause().message() == number_of<SquadAdd> && x.event_size() > 0 ? 1 : 0;
    return result;
  }

  int squad_size() { return node.read<TeamDetails>(team_get("arsenal")).squad_size(); }

  std::atomic<bool> ready = false;
  test_node node;
};

Player player_of(const answer& x) {
  Player result;
  BOOST_TEST(x.ok(), x.text);
  BOOST_TEST(result.ParseFromString(x.body));
  return result;
}

const std::pair<int, int> once{1, 1};

} // namespace

BOOST_AUTO_TEST_CASE(an_answer_comes_when_the_team_has_committed) {
  waiting_node x;
  x.ready = true;
  BOOST_TEST(x.node.ask("add", player_add("Saka", 7)).ok());
  auto records = x.node.records("team/en/arsenal");
  BOOST_TEST(records.back().cause().message() == number_of<SquadAdd>);
  BOOST_TEST(records.back().event_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_command_that_comes_again_while_it_is_open_is_answered_to_both_callers) {
  waiting_node x;
  std::vector<answer> first, second;
  x.post_and_wait("add", player_add("Saka", 7), first);
  {
    auto other = x.node.another_client();
    other->post("add", player_add("Saka", 7), [&second](const answer& y) { second.push_back(y); });
    auto handled = [&x] { return x.node.ask("read", team_list()).ok(); };
    BOOST_TEST(handled());
    BOOST_TEST(second.empty());
    x.ready = true;
    x.node.client().finish();
    other->finish();
  }
  BOOST_TEST_REQUIRE(first.size() == 1u);
  BOOST_TEST_REQUIRE(second.size() == 1u);
  BOOST_TEST(player_of(first[0]).player() == "arsenal.1");
  BOOST_TEST(second[0].body == first[0].body);
  BOOST_TEST((x.effects("add") == once));
}

BOOST_AUTO_TEST_CASE(a_refusal_of_an_open_command_is_told_to_both_callers) {
  waiting_node x;
  x.ready = true;
  x.node.ask("first", player_add("Saka", 7));
  x.ready = false;
  std::vector<answer> first, second;
  x.post_and_wait("add", player_add("Twin", 7), first);
  {
    auto other = x.node.another_client();
    other->post("add", player_add("Twin", 7), [&second](const answer& y) { second.push_back(y); });
    x.ready = true;
    x.node.client().finish();
    other->finish();
  }
  BOOST_TEST(first.at(0).code == ALREADY_EXISTS);
  BOOST_TEST(second.at(0).code == ALREADY_EXISTS);
  BOOST_TEST(second.at(0).text == first.at(0).text);
}

BOOST_AUTO_TEST_CASE(another_command_under_the_id_of_an_open_one_is_a_conflict) {
  waiting_node x;
  std::vector<answer> first;
  x.post_and_wait("add", player_add("Saka", 7), first);
  {
    auto other = x.node.another_client();
    BOOST_TEST(other->ask("add", player_add("Saka", 8)).code == CONFLICT);
    BOOST_TEST(other->ask("add", player_delete(7)).code == CONFLICT);
  }
  x.ready = true;
  x.node.client().finish();
  BOOST_TEST(player_of(first.at(0)).shirt_number() == 7u);
  BOOST_TEST((x.effects("add") == once));
}

BOOST_AUTO_TEST_CASE(a_command_that_is_open_when_the_node_stops_is_answered_by_its_next_life) {
  for (uint32_t snapshot_every : {1u, 256u}) {
    auto options = waiting_node::patient_options();
    options.snapshot_every = snapshot_every;
    waiting_node x{options};
    std::vector<answer> first;
    x.post_and_wait("add", player_add("Saka", 7), first);
    x.node.restart();
    std::vector<answer> again;
    x.node.client().post("add", player_add("Saka", 7),
                         [&again](const answer& y) { again.push_back(y); });
    BOOST_TEST(x.node.ask("read", team_list()).ok());
    BOOST_TEST(again.empty());
    x.ready = true;
    x.node.client().finish();
    BOOST_TEST(player_of(again.at(0)).player() == "arsenal.1");
    BOOST_TEST((x.effects("add") == once));
    BOOST_TEST(first.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_command_is_done_after_a_restart_though_nobody_asks_again) {
  waiting_node x;
  std::vector<answer> first;
  x.post_and_wait("add", player_add("Saka", 7), first);
  x.node.stop();
  x.ready = true;
  x.node.start();
  BOOST_TEST(x.node.settle());
  BOOST_TEST(x.squad_size() == 1);
  auto later = x.node.ask("add", player_add("Saka", 7));
  BOOST_TEST(later.repeated);
  BOOST_TEST(player_of(later).player() == "arsenal.1");
  BOOST_TEST((x.effects("add") == once));
}

BOOST_AUTO_TEST_CASE(a_caller_is_answered_whatever_fails_between_command_and_answer) {
  using failure = std::function<void(actors::runtime&)>;
  const std::vector<failure> failures{
    [](actors::runtime& x) { x.fail_entity("team-manager/en"); },
    [](actors::runtime& x) { x.fail_entity("team/en/arsenal"); },
    [](actors::runtime& x) { x.fail_partition(0); },
    [](actors::runtime& x) { x.fail_partition(1); },
    [](actors::runtime& x) {
      x.fail_partition(0);
      x.fail_partition(1);
    },
  };
  for (auto& fail : failures) {
    waiting_node x;
    std::vector<answer> first;
    x.post_and_wait("add", player_add("Saka", 7), first);
    fail(x.node.runtime());
    BOOST_TEST(x.node.ask("read", team_list()).ok());
    x.ready = true;
    x.node.client().finish();
    BOOST_TEST_REQUIRE(first.size() == 1u);
    BOOST_TEST(player_of(first[0]).player() == "arsenal.1");
    BOOST_TEST((x.effects("add") == once));
    BOOST_TEST(x.squad_size() == 1);
  }
}

BOOST_AUTO_TEST_CASE(an_entity_that_left_memory_still_answers_its_open_commands) {
  auto options = waiting_node::patient_options();
  options.idle_ms = 20;
  waiting_node x{options};
  std::vector<answer> first;
  x.post_and_wait("add", player_add("Saka", 7), first);
  BOOST_TEST(eventually([&x] {
    auto snapshot = x.node.runtime().store().read_snapshot("team-manager/en");
    return snapshot && *snapshot && (*snapshot)->position == 2;
  }));
  x.ready = true;
  x.node.client().finish();
  BOOST_TEST(player_of(first.at(0)).player() == "arsenal.1");
  BOOST_TEST((x.effects("add") == once));
}

BOOST_AUTO_TEST_CASE(a_caller_who_gave_up_finds_the_outcome_under_the_same_id) {
  waiting_node x;
  x.node.client_options.deadline_ms = 200;
  x.node.restart();
  BOOST_TEST(x.node.ask("add", player_add("Saka", 7)).code == DEADLINE_EXCEEDED);
  x.ready = true;
  BOOST_TEST(x.node.settle());
  x.node.client_options.deadline_ms = 30'000;
  x.node.restart();
  auto later = x.node.ask("add", player_add("Saka", 7));
  BOOST_TEST(later.repeated);
  BOOST_TEST(player_of(later).player() == "arsenal.1");
  BOOST_TEST((x.effects("add") == once));
}

BOOST_AUTO_TEST_CASE(open_commands_of_one_team_are_each_answered_with_their_own_player) {
  waiting_node x;
  std::map<uint32_t, answer> answers;
  for (uint32_t shirt = 1; shirt <= 40; ++shirt)
    x.node.client().post("add/" + std::to_string(shirt), player_add("Player", shirt),
                         [&answers, shirt](const answer& y) { answers[shirt] = y; });
  BOOST_TEST(x.node.ask("read", team_list()).ok());
  x.node.runtime().fail_partition(0);
  x.node.runtime().fail_partition(1);
  x.ready = true;
  x.node.client().finish();
  for (uint32_t shirt = 1; shirt <= 40; ++shirt)
    BOOST_TEST(player_of(answers[shirt]).shirt_number() == shirt);
  BOOST_TEST(x.squad_size() == 40);
}

BOOST_AUTO_TEST_CASE(commands_during_many_failures_have_one_effect_each) {
  waiting_node x;
  x.ready = true;
  std::map<uint32_t, answer> answers;
  for (uint32_t shirt = 1; shirt <= 60; ++shirt) {
    x.node.client().post("add/" + std::to_string(shirt), player_add("Player", shirt),
                         [&answers, shirt](const answer& y) { answers[shirt] = y; });
    if (shirt % 3 == 0)
      x.node.runtime().fail_entity("team-manager/en");
    if (shirt % 4 == 0)
      x.node.runtime().fail_entity("team/en/arsenal");
    if (shirt % 10 == 0)
      x.node.runtime().fail_partition(shirt / 10 % 2);
  }
  x.node.client().finish();
  BOOST_TEST(x.node.settle());
  std::set<std::string> keys;
  for (uint32_t shirt = 1; shirt <= 60; ++shirt)
    keys.insert(player_of(answers[shirt]).player());
  BOOST_TEST(keys.size() == 60u);
  BOOST_TEST(x.squad_size() == 60);
  BOOST_TEST(x.node.read<Teams>(team_list()).teams(0).players() == 60u);
}
