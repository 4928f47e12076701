#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/shell/flow_drawing.hpp"

using namespace touchline::nodes;
using namespace touchline::shell;

namespace {

flow_story transfer() {
  flow_story out;
  out.summary.id = "t2";
  out.summary.message = "transfer.in";
  out.summary.began_ms = 1'000;
  out.summary.ended_ms = 1'014;
  out.summary.handled = 2;
  flow_step begin;
  begin.message = "transfer.in";
  begin.at = "transfer-manager/en";
  begin.handled_ms = 1'000;
  begin.node = "node-1";
  flow_step reserve;
  reserve.message = "transfer.reserve";
  reserve.from = "transfer-manager/en";
  reserve.at = "team/en/a";
  reserve.handled_ms = 1'014;
  reserve.node = "node-2";
  out.steps = {begin, reserve};
  open_step waits;
  waits.message = "transfer.confirm";
  waits.from = "team/en/a";
  waits.to = "transfer-manager/en";
  waits.deadline_ms = 2'000;
  out.summary.open = {waits};
  return out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_flow_is_drawn_between_its_actors_with_time_and_node) {
  auto text = draw_flow(transfer(), 12'000, {});
  BOOST_TEST(has(text, "   1  outside\n   2  transfer-manager/en\n   3  team/en/a\n"), text);
  BOOST_TEST(has(text, "+0 ms       node-1  |-->|   |   transfer.in\n"), text);
  BOOST_TEST(has(text, "+14 ms      node-2  |   |-->|   transfer.reserve\n"), text);
  BOOST_TEST(has(text, "|   |?--|   transfer.confirm  waits\n"), text);
}

BOOST_AUTO_TEST_CASE(a_flow_says_what_it_waits_for_and_what_to_try) {
  auto text = draw_flow(transfer(), 12'000, {});
  BOOST_TEST(has(text, "overdue"), text);
  BOOST_TEST(has(text, "Waits for transfer-manager/en to handle transfer.confirm, 10 s beyond its "
                       "deadline; `inspect transfer-manager/en`"),
             text);
}

BOOST_AUTO_TEST_CASE(a_dead_letter_is_drawn_with_a_cross_and_named) {
  auto story = transfer();
  story.steps.back().dead_letter = "team/en/a@3";
  auto text = draw_flow(story, 0, {});
  BOOST_TEST(has(text, "|--x|   transfer.reserve  set aside as dead letter team/en/a@3"), text);
}

BOOST_AUTO_TEST_CASE(a_flow_of_too_many_actors_is_a_list) {
  auto story = transfer();
  for (int i = 0; i < 40; ++i) {
    auto step = story.steps.back();
    step.at = "team/en/" + std::to_string(i);
    story.steps.push_back(step);
  }
  auto text = draw_flow(story, 0, {80, false});
  BOOST_TEST(has(text, "handled by"), text);
}
