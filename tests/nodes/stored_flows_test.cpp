// Flows as the stores tell them: what they wait for, whether they are late, what they lost, and in
// which order their steps were.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/stored_flows.hpp"
#include "tests/actors/transfer_league.hpp"
#include "tests/nodes/captured_log.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;
using namespace touchline::nodes;

namespace {

TeamUpdate new_stadium(const std::string& name) {
  TeamUpdate x;
  x.set_league("en.1");
  x.set_team("ash");
  x.set_stadium(name);
  return x;
}

/// A node on which nobody can be told of a team's update, as long as the block is there.
class held_up_node {
public:
  explicit held_up_node(const actors::runtime_options& options)
    : node{options, block.seam(), time} {
    BOOST_TEST_REQUIRE(node.ask("ash", team_create("ash")).text == "");
    BOOST_TEST_REQUIRE(node.settle());
    // What is behind a mark would be delivered again after a restart.
    for (int i = 0; i < 1'500 && !node.runtime().store().outbox("", 1)->empty(); ++i)
      node.client().wait();
    block.put(number_of<InfoTeamUpdated>);
  }

  flow_summary flow(const std::string& id = "update") {
    auto flows = read_flows(node.runtime().store());
    BOOST_TEST_REQUIRE(flows.has_value());
    return (*flows)[id];
  }

  std::string state(const std::string& id = "update") {
    return std::string{name_of(flow(id).state_at(time.now_ms()))};
  }

  int64_t counted() { return node.runtime().metrics().overdue_flows->value(); }

  /// Waits until so many flows are counted as overdue, and then some ticks more.
  void wait_for_count(int64_t expected) {
    for (int i = 0; i < 1'500 && counted() < expected; ++i)
      node.client().wait();
    for (int i = 0; i < 5; ++i)
      node.client().wait();
    BOOST_TEST(counted() == expected);
  }

  std::vector<DeadLetter> letters() {
    std::vector<DeadLetter> result;
    auto stored = node.runtime().store().dead_letters("", 10);
    for (auto& x : *stored)
      BOOST_TEST(result.emplace_back().ParseFromString(x.bytes));
    return result;
  }

  void retry_all() {
    for (auto& x : letters())
      node.client().retry(x, [](const answer& reply) { BOOST_TEST(reply.text == ""); });
    node.client().finish();
    BOOST_TEST(node.settle());
  }

  captured_log log;
  stumbling_block block;
  leaping_clock time;
  test_node node;
};

/// A team's update that could not be announced: to the team and to the account of its owner.
class letters_node : public held_up_node {
public:
  letters_node() : held_up_node{test_node::quick_options()} {
    BOOST_TEST_REQUIRE(node.ask("update", new_stadium("Park")).text == "");
    BOOST_TEST_REQUIRE(node.settle());
    BOOST_TEST_REQUIRE(letters().size() == 2u);
  }
};

} // namespace

// -- overdue --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_flow_that_waits_beyond_its_deadline_is_listed_logged_and_counted_once) {
  held_up_node x{patient_options()};
  BOOST_TEST(x.node.ask("update", new_stadium("Park")).text == "");
  BOOST_TEST(x.state() == "running");
  BOOST_TEST(x.counted() == 0);
  x.time.leap();
  x.wait_for_count(1);
  // Two wait for it, in two partitions perhaps: it is one flow.
  BOOST_TEST(x.log.count("flow update is overdue: it waits for info.teamupdated to ") == 1u);
  BOOST_TEST(x.state() == "overdue");
  auto open = x.flow().open;
  BOOST_TEST_REQUIRE(open.size() == 2u);
  std::set<std::string> waited_for{open[0].to, open[1].to};
  BOOST_TEST((waited_for == std::set<std::string>{"identity/en/ash", "team/en/ash"}));
  for (auto& step : open) {
    BOOST_TEST(step.message == "info.teamupdated");
    BOOST_TEST(step.from == "team-manager/en");
    BOOST_TEST(step.causation == "update");
    BOOST_TEST(step.deadline_ms == x.flow().deadline_ms);
    BOOST_TEST(step.dead_letter == "");
  }
  // Partitions that start again do not begin anew.
  x.node.runtime().fail_partition(0);
  x.node.runtime().fail_partition(1);
  x.wait_for_count(1);
  x.block.remove();
  BOOST_TEST(x.node.settle());
  BOOST_TEST(x.state() == "completed");
  BOOST_TEST(x.counted() == 1);
}

BOOST_AUTO_TEST_CASE(an_overdue_flow_is_overdue_after_a_restart_and_reported_again_once) {
  held_up_node x{patient_options()};
  BOOST_TEST(x.node.ask("update", new_stadium("Park")).text == "");
  x.time.leap();
  x.wait_for_count(1);
  x.node.restart();
  x.wait_for_count(2);
  BOOST_TEST(x.log.count("flow update is overdue") == 2u);
  BOOST_TEST(x.state() == "overdue");
  x.block.remove();
  BOOST_TEST(x.node.settle());
  BOOST_TEST(x.state() == "completed");
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_while_the_node_is_down_is_reported_when_it_is_back) {
  held_up_node x{patient_options()};
  BOOST_TEST(x.node.ask("update", new_stadium("Park")).text == "");
  x.node.stop();
  x.time.leap();
  x.node.start();
  x.wait_for_count(1);
  BOOST_TEST(x.state() == "overdue");
}

BOOST_AUTO_TEST_CASE(every_flow_behind_a_silent_receiver_is_counted_and_some_are_logged) {
  constexpr size_t flows = actors::max_overdue_lines + 7;
  held_up_node x{patient_options()};
  for (size_t i = 0; i < flows; ++i)
    x.node.client().post("update/" + std::to_string(i), new_stadium("Park " + std::to_string(i)),
                         [](const answer& reply) { BOOST_TEST(reply.text == ""); });
  x.node.client().finish();
  x.time.leap();
  x.wait_for_count(static_cast<int64_t>(flows));
  BOOST_TEST(x.log.count(" is overdue: it waits for info.teamupdated")
             == actors::max_overdue_lines);
  BOOST_TEST(x.log.count("7 more flows are overdue; `touchline flows --state overdue` lists them")
             == 1u);
  for (size_t i = 0; i < flows; ++i)
    BOOST_TEST(x.state("update/" + std::to_string(i)) == "overdue");
}

BOOST_AUTO_TEST_CASE(a_transfer_that_hangs_shows_the_step_that_it_waits_for) {
  stumbling_block block;
  leaping_clock time;
  test_node node{patient_options(), block.seam(), time};
  found(node);
  block.put(number_of<TransferPay>, 2);
  send_until_stumbling(node, "move", buy("elm", "ash", "ann"), block);
  flow_summary move;
  // The side that can pays, and says so.
  for (int i = 0; i < 1'500 && move.open.size() != 1; ++i) {
    node.client().wait();
    auto flows = read_flows(node.runtime().store());
    BOOST_TEST_REQUIRE(flows.has_value());
    move = (*flows)["move"];
  }
  BOOST_TEST_REQUIRE(move.open.size() == 1u);
  BOOST_TEST(move.open[0].message == "transfer.pay");
  BOOST_TEST(flow_name(move.message) == "Player transferred in");
  BOOST_TEST(name_of(move.state_at(move.deadline_ms)) == "running");
  BOOST_TEST(name_of(move.state_at(move.deadline_ms + 1)) == "overdue");
}

// -- dead letters ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_dead_letter_keeps_its_flow_running_and_makes_it_overdue_after_the_deadline) {
  letters_node x;
  BOOST_TEST(x.state() == "running");
  BOOST_TEST(x.counted() == 0);
  BOOST_TEST(x.flow().handled == 1u);
  x.time.leap();
  x.wait_for_count(1);
  BOOST_TEST(x.log.count("flow update is overdue: it waits for info.teamupdated to ") == 1u);
  BOOST_TEST(x.log.count(", dead letter ") == 1u);
  BOOST_TEST(x.state() == "overdue");
  auto open = x.flow().open;
  BOOST_TEST_REQUIRE(open.size() == 2u);
  for (auto& step : open)
    BOOST_TEST(step.dead_letter == step.to + "@2");
  x.node.restart();
  x.wait_for_count(2);
  BOOST_TEST(x.state() == "overdue");
}

BOOST_AUTO_TEST_CASE(a_flow_is_completed_when_its_dead_letters_are_retried) {
  letters_node x;
  x.block.remove();
  x.time.leap();
  x.wait_for_count(1);
  x.retry_all();
  BOOST_TEST(x.state() == "completed");
  BOOST_TEST(x.flow().handled == 3u);
  BOOST_TEST(x.flow().lost.empty());
  auto story = read_flow(x.node.runtime().store(), "update");
  BOOST_TEST_REQUIRE(story.has_value());
  BOOST_TEST_REQUIRE(story->steps.size() == 5u);
  // Both were set aside, and each is handled by what followed from that.
  for (size_t i : {1u, 2u}) {
    BOOST_TEST(story->steps[i].dead_letter != "");
    BOOST_TEST(story->steps[i + 2].dead_letter == "");
    BOOST_TEST(story->steps[i + 2].cause == i);
    BOOST_TEST(story->steps[i + 2].at == story->steps[i].at);
  }
}

BOOST_AUTO_TEST_CASE(a_retry_that_fails_again_leaves_the_flow_as_it_was) {
  letters_node x;
  for (auto& letter : x.letters())
    x.node.client().retry(letter,
                          [](const answer& reply) { BOOST_TEST(reply.code == HANDLER_FAILED); });
  x.node.client().finish();
  BOOST_TEST(x.node.settle());
  BOOST_TEST(x.state() == "running");
  BOOST_TEST(x.flow().open.size() == 2u);
  BOOST_TEST(x.flow().lost.empty());
  x.time.leap();
  x.wait_for_count(1);
}

BOOST_AUTO_TEST_CASE(a_flow_whose_dead_letter_is_dropped_is_over_and_has_lost_a_step) {
  letters_node x;
  auto letters = x.letters();
  BOOST_TEST(x.node.runtime().drop_dead_letter(letters[0].id()).ok());
  BOOST_TEST(x.state() == "running");
  BOOST_TEST(x.node.runtime().drop_dead_letter(letters[1].id()).ok());
  x.time.leap();
  x.node.restart();
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(x.state() == "completed");
    BOOST_TEST(x.flow().handled == 1u);
    auto lost = x.flow().lost;
    BOOST_TEST_REQUIRE(lost.size() == 2u);
    BOOST_TEST(lost[0].message == "info.teamupdated");
    BOOST_TEST(lost[0].dead_letter == letters[0].id());
    BOOST_TEST(lost[0].to == letters[0].to());
    x.node.restart();
  }
  BOOST_TEST(x.counted() == 0);
}

BOOST_AUTO_TEST_CASE(a_command_that_was_set_aside_begins_its_flow_anew_when_it_is_retried) {
  held_up_node x{test_node::quick_options()};
  x.block.put(number_of<TeamUpdate>);
  BOOST_TEST(x.node.ask("update", new_stadium("Park")).code == HANDLER_FAILED);
  auto first = x.flow().deadline_ms;
  x.time.leap();
  BOOST_TEST(x.state() == "overdue");
  x.block.remove();
  x.retry_all();
  BOOST_TEST(x.state() == "completed");
  BOOST_TEST(x.flow().message == "team.update");
  BOOST_TEST(x.flow().deadline_ms >= first + 60'000);
  for (auto& record : x.node.records("team/en/ash"))
    if (record.cause().correlation() == "update")
      BOOST_TEST(record.cause().deadline_ms() == x.flow().deadline_ms);
}

// -- the order of steps ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_step_stands_behind_its_cause_and_beside_what_was_sent_with_it) {
  test_node node;
  open_season(node);
  BOOST_TEST(node.settle());
  auto story = read_flow(node.runtime().store(), "generate");
  BOOST_TEST_REQUIRE(story.has_value());
  const auto& steps = story->steps;
  // The command, and for each of four teams what the league, the team and the statistics hear.
  BOOST_TEST_REQUIRE(steps.size() == 13u);
  BOOST_TEST(steps[0].message == "fixturelist.generate");
  BOOST_TEST(steps[0].cause == 0u);
  std::set<std::string> handled;
  for (size_t i = 1; i < steps.size(); ++i) {
    BOOST_TEST(steps[i].cause < i);
    BOOST_TEST(steps[i].causation == steps[steps[i].cause].id);
    BOOST_TEST(steps[i].from == steps[steps[i].cause].at);
    BOOST_TEST(steps[i].depth == steps[steps[i].cause].depth + 1);
    BOOST_TEST(steps[i].cause >= steps[i - 1].cause);
    BOOST_TEST(handled.insert(steps[i].id + steps[i].at).second);
    BOOST_TEST(steps[i].node == "node-1");
    BOOST_TEST(steps[i].handled_ms >= story->summary.began_ms);
  }
  BOOST_TEST(story->summary.handled == steps.size());
  BOOST_TEST(name_of(story->summary.state_at(INT64_MAX)) == "completed");
}

BOOST_AUTO_TEST_CASE(the_season_that_a_result_completes_is_a_part_of_its_flow) {
  test_node node;
  play(node, open_season(node));
  BOOST_TEST(node.settle());
  auto flows = read_flows(node.runtime().store());
  BOOST_TEST_REQUIRE(flows.has_value());
  size_t completing = 0;
  for (auto& [id, flow] : *flows)
    if (!flow.parts.empty()) {
      ++completing;
      BOOST_TEST(flow.parts == std::vector<std::string>{"Season completed"},
                 boost::test_tools::per_element());
      BOOST_TEST(flow_name(flow.message) == "Result Added");
    }
  BOOST_TEST(completing == 1u);
}

BOOST_AUTO_TEST_CASE(a_store_has_no_flow_of_an_unknown_id) {
  test_node node;
  BOOST_TEST(node.ask("ash", team_create("ash")).text == "");
  for (auto id : {"", "as", "ash ", "unknown"}) {
    auto story = read_flow(node.runtime().store(), id);
    BOOST_TEST_REQUIRE(story.has_value());
    BOOST_TEST(story->steps.empty(), id);
  }
}
