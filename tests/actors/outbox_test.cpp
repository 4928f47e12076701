#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/outbox.hpp"

using namespace touchline;
using namespace touchline::actors;

namespace {

delivery message(const std::string& from, const std::string& to, uint64_t position,
                 uint64_t place = 0) {
  delivery x;
  x.head.from = from;
  x.head.to = to;
  x.head.sequence = position << 16 | place;
  return x;
}

std::vector<uint64_t> positions(const std::vector<delivery>& messages) {
  std::vector<uint64_t> result;
  for (auto& x : messages)
    result.push_back(x.head.sequence >> 16);
  return result;
}

void add(outbox& box, const std::string& from, const std::string& to, uint64_t position) {
  box.reserve(from, position, 1);
  box.add({message(from, to, position)}, 0);
}

} // namespace

BOOST_AUTO_TEST_CASE(messages_leave_in_order_and_name_the_one_before_them) {
  outbox box{16, 1'000};
  for (uint64_t i = 1; i <= 3; ++i)
    add(box, "a", "b", i);
  auto sent = box.take_ready();
  BOOST_TEST(positions(sent) == (std::vector<uint64_t>{1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(sent[0].head.previous == 0u);
  BOOST_TEST(sent[1].head.previous == sent[0].head.sequence);
  BOOST_TEST(sent[2].head.previous == sent[1].head.sequence);
  BOOST_TEST(box.take_ready().empty());
}

BOOST_AUTO_TEST_CASE(no_more_than_the_window_is_on_its_way_to_one_receiver) {
  outbox box{4, 1'000};
  for (uint64_t i = 1; i <= 10; ++i)
    add(box, "a", "b", i);
  BOOST_TEST(box.take_ready().size() == 4u);
  BOOST_TEST(box.take_ready().empty());
  box.acknowledge("a", "b", 2u << 16, 0);
  BOOST_TEST(positions(box.take_ready()) == (std::vector<uint64_t>{5, 6}),
             boost::test_tools::per_element());
  box.acknowledge("a", "b", 6u << 16, 0);
  BOOST_TEST(positions(box.take_ready()) == (std::vector<uint64_t>{7, 8, 9, 10}),
             boost::test_tools::per_element());
  BOOST_TEST(box.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_window_that_drains_one_by_one_keeps_flowing) {
  outbox box{2, 1'000};
  std::vector<uint64_t> seen;
  for (uint64_t i = 1; i <= 50; ++i)
    add(box, "a", "b", i);
  for (auto sent = box.take_ready(); !sent.empty(); sent = box.take_ready())
    for (auto& x : sent) {
      seen.push_back(x.head.sequence >> 16);
      box.acknowledge("a", "b", x.head.sequence, 0);
    }
  BOOST_TEST(seen.size() == 50u);
  BOOST_TEST(std::ranges::is_sorted(seen));
  BOOST_TEST(box.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_not_acknowledged_is_sent_again_with_growing_patience) {
  outbox box{4, 100};
  add(box, "a", "b", 1);
  add(box, "a", "b", 2);
  box.take_ready();
  BOOST_TEST(box.take_overdue(99).empty());
  BOOST_TEST(positions(box.take_overdue(100)) == (std::vector<uint64_t>{1, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(box.take_overdue(299).empty());
  BOOST_TEST(box.take_overdue(300).size() == 2u);
  box.acknowledge("a", "b", 1u << 16, 300);
  BOOST_TEST(box.take_overdue(399).empty());
  BOOST_TEST(positions(box.take_overdue(400)) == (std::vector<uint64_t>{2}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_mark_on_disk_never_runs_ahead_of_what_is_open) {
  outbox box{1'000, 1'000};
  BOOST_TEST(box.reserve("a", 7, 1).value() == 7u);
  BOOST_TEST(!box.reserve("a", 8, 1).has_value());
  box.add({message("a", "b", 7), message("a", "b", 8)}, 0);
  box.acknowledge("a", "b", 7u << 16, 0);
  BOOST_TEST(box.take_mark_changes().empty());
  box.reserve("a", 9, 1);
  box.acknowledge("a", "b", 8u << 16, 0);
  BOOST_TEST(box.take_mark_changes().empty(), "position 9 is being written");
  box.add({message("a", "b", 9)}, 0);
  box.acknowledge("a", "b", 9u << 16, 0);
  auto changes = box.take_mark_changes();
  BOOST_TEST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(changes[0].from == "a");
  BOOST_TEST(!changes[0].lowest_position.has_value());
  BOOST_TEST(box.take_mark_changes().empty());
}

BOOST_AUTO_TEST_CASE(the_mark_follows_when_it_lags_far_behind) {
  outbox box{10'000, 1'000};
  for (uint64_t i = 1; i <= 1'000; ++i)
    add(box, "a", "b", i);
  box.acknowledge("a", "b", 600u << 16, 0);
  auto changes = box.take_mark_changes();
  BOOST_TEST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(changes[0].lowest_position.value() == 601u);
}

// -- overdue flows --------------------------------------------------------------------------------

namespace {

delivery late_message(uint64_t position, int64_t deadline_ms, const std::string& flow) {
  auto x = message("a", "b", position);
  x.head.deadline_ms = deadline_ms;
  x.head.correlation = flow;
  return x;
}

void add_late(outbox& box, uint64_t position, int64_t deadline_ms, const std::string& flow) {
  box.reserve("a", position, 1);
  box.add({late_message(position, deadline_ms, flow)}, 0);
}

std::vector<std::string> flows(const std::vector<overdue_flow>& x) {
  std::vector<std::string> result;
  for (auto& late : x)
    result.push_back(late.correlation);
  return result;
}

using names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(a_message_is_late_once_when_its_deadline_has_passed) {
  outbox box{16, 1'000};
  add_late(box, 1, 500, "one");
  BOOST_TEST(box.take_newly_overdue(500, 0).empty());
  auto late = box.take_newly_overdue(501, 0);
  BOOST_TEST_REQUIRE(late.size() == 1u);
  BOOST_TEST(late[0].correlation == "one");
  BOOST_TEST(late[0].to == "b");
  BOOST_TEST(late[0].dead_letter == "");
  BOOST_TEST(box.take_newly_overdue(502, 0).empty());
}

BOOST_AUTO_TEST_CASE(messages_that_wait_behind_another_one_are_late_by_their_own_deadlines) {
  outbox box{1, 1'000};
  add_late(box, 1, 900, "first");
  add_late(box, 2, 500, "second");
  add_late(box, 3, 0, "without a deadline");
  add_late(box, 4, 700, "fourth");
  BOOST_TEST(flows(box.take_newly_overdue(600, 0)) == (names{"second"}),
             boost::test_tools::per_element());
  // One that was late when it came.
  add_late(box, 5, 400, "fifth");
  BOOST_TEST(flows(box.take_newly_overdue(600, 0)) == (names{"fifth"}),
             boost::test_tools::per_element());
  BOOST_TEST(flows(box.take_newly_overdue(1'000, 0)) == (names{"first", "fourth"}),
             boost::test_tools::per_element());
  BOOST_TEST(box.take_newly_overdue(INT64_MAX, 0).empty());
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_is_not_late) {
  outbox box{16, 1'000};
  add_late(box, 1, 500, "one");
  add_late(box, 2, 500, "two");
  box.acknowledge("a", "b", 1u << 16, 0);
  BOOST_TEST(flows(box.take_newly_overdue(600, 0)) == (names{"two"}),
             boost::test_tools::per_element());
  box.acknowledge("a", "b", 2u << 16, 0);
  BOOST_TEST(box.take_newly_overdue(700, 0).empty());
}

BOOST_AUTO_TEST_CASE(what_is_recovered_has_time_to_be_acknowledged_before_it_is_late) {
  outbox box{16, 1'000};
  for (uint64_t position : {1u, 2u}) {
    box.reserve("a", position, 1);
    box.recover({late_message(position, 500, "flow " + std::to_string(position))}, 10'000);
  }
  BOOST_TEST(box.take_newly_overdue(600, 10'999).empty());
  box.acknowledge("a", "b", 1u << 16, 10'999);
  BOOST_TEST(flows(box.take_newly_overdue(600, 11'000)) == (names{"flow 2"}),
             boost::test_tools::per_element());
}
