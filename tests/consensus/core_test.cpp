// What a group does: elections, logs, memberships, snapshots, starts.
#include "tests/consensus/small_group.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace touchline::consensus;

namespace {

constexpr server_id all_three[] = {1, 2, 3};

server_id other_than(server_id leader) {
  return leader == 1 ? 2 : 1;
}

/// The commands in a replica's log.
std::vector<std::string> commands_of(const core& replica) {
  std::vector<std::string> result;
  for (auto& entry : replica.entries(replica.first_index(), replica.last_index(), 1 << 20))
    if (entry.type == entry_type::command)
      result.push_back(*entry.data);
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_group_elects_one_leader_and_all_know_it) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  BOOST_REQUIRE(leader != 0U);
  for (auto id : all_three) {
    BOOST_TEST(group.at(id).leader() == leader);
    BOOST_TEST(
      (group.at(id).role() == (id == leader ? member_role::leader : member_role::follower)));
    // The barrier of the new term.
    BOOST_TEST(group.at(id).commit_index() == 2U);
    BOOST_TEST(group.at(id).term_of(2) == group.at(leader).term());
  }
}

BOOST_AUTO_TEST_CASE(what_is_proposed_is_committed_everywhere_in_order) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  for (auto* text : {"a", "b", "c"})
    BOOST_TEST(group.propose(leader, text));
  group.pass(200);
  for (auto id : all_three) {
    BOOST_TEST(group.at(id).commit_index() == 5U);
    BOOST_TEST(commands_of(group.at(id)) == (std::vector<std::string>{"a", "b", "c"}),
               boost::test_tools::per_element());
  }
  BOOST_TEST(!group.propose(other_than(leader), "d"));
}

BOOST_AUTO_TEST_CASE(nothing_is_committed_before_a_majority_has_it_on_disk) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  auto before = group.at(leader).commit_index();
  group.slow = {1, 2, 3};
  BOOST_TEST(group.propose(leader, "a"));
  BOOST_TEST(group.at(leader).commit_index() == before);
  size_t durable = 0;
  for (auto id : all_three)
    if (id != leader) {
      group.report(id);
      group.deliver();
      BOOST_TEST(group.at(leader).commit_index() == (++durable < 2 ? before : before + 1));
    }
}

BOOST_AUTO_TEST_CASE(what_a_deposed_leader_has_alone_is_replaced) {
  small_group group{{1, 2, 3}};
  auto old = group.elect();
  group.pass(200);
  group.silent = {old};
  BOOST_TEST(group.propose(old, "lost"));
  auto next = group.elect();
  BOOST_REQUIRE(next != 0U);
  BOOST_TEST(group.propose(next, "kept"));
  group.silent.clear();
  group.pass(500);
  BOOST_TEST((group.at(old).role() == member_role::follower));
  for (auto id : all_three) {
    BOOST_TEST(commands_of(group.at(id)) == (std::vector<std::string>{"kept"}),
               boost::test_tools::per_element());
    BOOST_TEST(group.all_of(id).disk.log.size() == group.at(id).last_index());
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_was_replaced_does_not_count_when_it_is_reported) {
  small_group group{{1, 2, 3}};
  auto old = group.elect();
  group.pass(200);
  group.silent = {old};
  group.slow = {old};
  BOOST_TEST(group.propose(old, "lost"));
  auto late = group.all_of(old).unreported.back();
  auto next = group.elect();
  group.silent.clear();
  group.pass(300);
  BOOST_REQUIRE(group.at(old).last_index() == group.at(next).last_index());
  auto before = group.at(next).match_index(old);
  group.carry_out(old, group.at(old).entries_persisted(late.first, late.second, group.now));
  group.slow.clear();
  group.deliver();
  BOOST_TEST(group.at(next).match_index(old) == before);
}

BOOST_AUTO_TEST_CASE(a_server_joins_as_standby_and_is_promoted_when_it_has_caught_up) {
  small_group group{{1}};
  for (int i = 0; i < 50; ++i)
    BOOST_TEST(group.propose(1, "command " + std::to_string(i)));
  group.start(2);
  BOOST_TEST(group.change(1, {{1, server_role::voter}, {2, server_role::standby}}));
  group.pass(500);
  BOOST_TEST(group.at(2).last_index() == group.at(1).last_index());
  BOOST_TEST((group.at(1).catch_up_of(2) == catch_up_state::none));
  group.carry_out(1, group.at(1).catch_up(2, group.now));
  group.deliver();
  group.pass(200);
  BOOST_TEST((group.at(1).catch_up_of(2) == catch_up_state::finished));
  BOOST_TEST(group.change(1, voters({1, 2})));
  group.pass(200);
  BOOST_TEST((group.at(2).committed_members().servers == voters({1, 2})));
  BOOST_TEST(group.at(2).committed_members().voters() == 2U);
  BOOST_TEST(commands_of(group.at(2)).size() == 50U);
}

BOOST_AUTO_TEST_CASE(a_change_waits_for_the_one_before_it) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  group.slow = {1, 2, 3};
  auto four = voters({1, 2, 3});
  four.push_back({4, server_role::standby});
  BOOST_TEST(group.change(leader, four));
  four.push_back({5, server_role::standby});
  auto refused = group.at(leader).change(four, group.now);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error() == propose_error::change_in_progress));
  BOOST_TEST(group.at(leader).members().servers.size() == 4U);
  BOOST_TEST(group.at(leader).committed_members().servers.size() == 3U);
}

BOOST_AUTO_TEST_CASE(wishes_that_would_endanger_the_group_are_refused) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  auto refused = [&](std::vector<server> members) {
    auto result = group.at(leader).change(std::move(members), group.now);
    return !result && result.error() == propose_error::invalid;
  };
  std::vector<server> without_leader;
  for (auto& server : voters({1, 2, 3}))
    if (server.id != leader)
      without_leader.push_back(server);
  BOOST_TEST(refused(without_leader));
  BOOST_TEST(refused(voters({1, 2, 3})));
  BOOST_TEST(refused(voters({1, 2, 3, 4})));
  BOOST_TEST(refused({}));
  auto demoted = voters({1, 2, 3});
  demoted[other_than(leader) - 1].role = server_role::standby;
  BOOST_TEST(refused(demoted));
}

BOOST_AUTO_TEST_CASE(leadership_goes_to_whom_it_is_handed) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  auto heir = other_than(leader);
  auto wishes = group.at(leader).transfer(heir, group.now);
  BOOST_REQUIRE(wishes);
  BOOST_TEST(!group.propose(leader, "during the transfer"));
  group.carry_out(leader, std::move(*wishes));
  group.deliver();
  BOOST_TEST((group.at(heir).role() == member_role::leader));
  BOOST_TEST(group.propose(heir, "after it"));
  BOOST_TEST(!group.at(heir).transfer(9, group.now));
}

BOOST_AUTO_TEST_CASE(who_knows_that_the_leader_is_dead_succeeds_it_at_once) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  group.silent = {leader};
  auto heir = other_than(leader);
  group.carry_out(heir, group.at(heir).stand_for_election(group.now));
  group.deliver();
  BOOST_TEST((group.at(heir).role() == member_role::leader));
  BOOST_TEST(group.at(heir).commit_index() == group.at(heir).last_index());
}

BOOST_AUTO_TEST_CASE(who_is_still_writing_stands_when_that_is_done) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  auto heir = other_than(leader);
  group.slow = {heir};
  BOOST_TEST(group.propose(leader, "a"));
  group.silent = {leader};
  group.carry_out(heir, group.at(heir).stand_for_election(group.now));
  group.deliver();
  BOOST_TEST((group.at(heir).role() == member_role::follower));
  group.slow.clear();
  group.report(heir);
  group.deliver();
  BOOST_TEST((group.at(heir).role() == member_role::leader));
}

BOOST_AUTO_TEST_CASE(a_member_whose_entries_are_gone_is_offered_the_state) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  group.pass(200);
  auto away = other_than(leader);
  group.silent = {away};
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(group.propose(leader, "command"));
  effects wishes;
  auto index = group.at(leader).commit_index();
  auto point = group.at(leader).compact(index, 5, group.now, wishes);
  BOOST_REQUIRE(point);
  BOOST_TEST(point->index == index);
  BOOST_TEST((point->members.servers == voters({1, 2, 3})));
  BOOST_TEST(group.at(leader).first_index() == index - 4);
  BOOST_TEST(!group.at(leader).compact(index, 5, group.now, wishes));
  group.pass(1'500);
  group.silent.clear();
  group.pass(1'500);
  auto& offers = group.all_of(away).offers;
  BOOST_REQUIRE(offers.size() == 1U);
  BOOST_TEST(offers.front().from == group.at(away).leader());
  BOOST_TEST(offers.front().point.index == index);
  BOOST_TEST(group.at(away).installing());
  auto& disk = group.all_of(away).disk;
  disk.snapshot = offers.front().point;
  disk.log.clear();
  group.carry_out(away, group.at(away).snapshot_installed(offers.front().point, group.now));
  group.deliver();
  BOOST_TEST(!group.at(away).installing());
  BOOST_TEST(group.propose(group.at(away).leader(), "after it"));
  group.pass(500);
  BOOST_TEST(group.at(away).commit_index() == group.at(leader).commit_index());
  BOOST_TEST(group.at(away).first_index() == index + 1);
}

BOOST_AUTO_TEST_CASE(a_state_that_is_later_than_the_offer_is_as_good) {
  small_group group{{1, 2, 3}};
  core_options options;
  options.id = 9;
  core joiner{options, {}};
  (void)joiner.start({}, 100);
  snapshot_point point{10, 3, {1, voters({1, 2, 3})}};
  auto wishes = joiner.receive(encode({9, 1, 4, 0, install_snapshot{point}}), 200);
  BOOST_REQUIRE(wishes.install);
  point = {25, 6, {20, voters({1, 2, 3, 9})}};
  wishes = joiner.snapshot_installed(point, 300);
  BOOST_TEST(joiner.failure() == "");
  BOOST_REQUIRE(wishes.hard);
  BOOST_TEST(wishes.hard->term == 6U);
  BOOST_TEST(joiner.last_index() == 25U);
  BOOST_TEST(joiner.commit_index() == 25U);
  BOOST_TEST(joiner.committed_members().index == 20U);
}

BOOST_AUTO_TEST_CASE(a_replica_goes_on_from_what_is_on_its_disk) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  for (auto* text : {"a", "b", "c"})
    BOOST_TEST(group.propose(leader, text));
  auto again = other_than(leader);
  auto term = group.at(again).term();
  group.start(again);
  BOOST_TEST(group.at(again).term() == term);
  BOOST_TEST(group.at(again).last_index() == 5U);
  BOOST_TEST(group.at(again).leader() == 0U);
  BOOST_TEST(group.propose(leader, "d"));
  group.pass(300);
  BOOST_TEST(group.at(again).commit_index() == 6U);
}

BOOST_AUTO_TEST_CASE(a_log_that_a_crash_left_behind_a_snapshot_is_removed) {
  core_options options;
  options.id = 1;
  core replica{options, {}};
  auto stored = newborn_group(voters({1, 2, 3}));
  stored.hard.term = 7;
  stored.snapshot = snapshot_point{10, 6, {1, voters({1, 2, 3})}};
  auto wishes = replica.start(stored, 100);
  BOOST_TEST(replica.failure() == "");
  BOOST_TEST((wishes.truncate_from == 1U));
  BOOST_TEST(replica.first_index() == 11U);
  BOOST_TEST(replica.last_index() == 10U);
}

BOOST_AUTO_TEST_CASE(a_disk_that_makes_no_sense_ends_the_replica_with_a_sentence) {
  core_options options;
  options.id = 1;
  core replica{options, {}};
  auto stored = newborn_group(voters({1, 2, 3}));
  stored.first_index = 3;
  (void)replica.start(stored, 100);
  BOOST_TEST(replica.failure() == "The stored log has a gap.");
  BOOST_TEST(replica.tick(5'000).messages.empty());
}

BOOST_AUTO_TEST_CASE(entries_that_memory_does_not_hold_are_read_back_for_slow_members) {
  small_group group{{1, 2, 3}};
  group.options.max_cached_bytes = 100;
  group.options.max_message_bytes = 60;
  for (auto id : all_three)
    group.start(id);
  auto leader = group.elect();
  group.pass(200);
  auto away = other_than(leader);
  group.silent = {away};
  for (int i = 0; i < 30; ++i)
    BOOST_TEST(group.propose(leader, std::string(25, static_cast<char>('a' + i % 26))));
  group.silent.clear();
  group.pass(3'000);
  BOOST_TEST(commands_of(group.at(away)).size() == 30U);
  for (auto& each : group.sent)
    if (auto* append = std::get_if<append_entries>(&each.body)) {
      size_t size = 0;
      for (auto& entry : append->entries)
        size += entry.data->size();
      BOOST_TEST((size <= 60 || append->entries.size() == 1));
    }
}

BOOST_AUTO_TEST_CASE(a_disk_that_cannot_be_read_ends_the_replica) {
  core_options options;
  options.id = 1;
  options.max_cached_bytes = 0;
  core replica{options, [](auto...) { return false; }};
  auto wishes = replica.start(newborn_group(voters({1})), 100);
  wishes.merge(replica.entries_persisted(2, 2, 100));
  BOOST_TEST(replica.commit_index() == 2U);
  BOOST_TEST(replica.entries(1, 2, 1'000).empty());
}

BOOST_AUTO_TEST_CASE(entries_that_are_durable_and_cannot_be_read_back_yet_stay_in_memory) {
  core_options options;
  options.id = 1;
  options.max_cached_bytes = 0;
  core replica{options, [](auto...) { return false; }};
  auto wishes = replica.start(newborn_group(voters({1})), 100);
  wishes.merge(replica.entries_persisted(2, 2, 100, false));
  BOOST_TEST(replica.commit_index() == 2U);
  BOOST_TEST(replica.readable_index() == 1U);
  BOOST_TEST(replica.entries(2, 2, 1'000).size() == 1U);
  // Of an entry that was replaced since.
  replica.entries_readable(2, 1);
  (void)replica.tick(200);
  BOOST_TEST(replica.entries(2, 2, 1'000).size() == 1U);
  replica.entries_readable(2, 2);
  (void)replica.tick(10'000);
  BOOST_TEST(replica.readable_index() == 2U);
}

BOOST_AUTO_TEST_CASE(effects_that_are_merged_are_those_of_one_call) {
  effects first;
  first.first_index = 5;
  first.append = {{1, entry_type::command, bytes("a")}, {1, entry_type::command, bytes("b")}};
  effects second;
  second.truncate_from = 6;
  second.first_index = 6;
  second.append = {{2, entry_type::command, bytes("c")}};
  first.merge(std::move(second));
  BOOST_TEST(!first.truncate_from);
  BOOST_TEST(first.append.size() == 2U);
  BOOST_TEST(*first.append.back().data == "c");
  effects third;
  third.truncate_from = 4;
  third.first_index = 4;
  third.append = {{3, entry_type::command, bytes("d")}};
  first.merge(std::move(third));
  BOOST_TEST((first.truncate_from == 4U));
  BOOST_TEST(first.first_index == 4U);
  BOOST_TEST(first.append.size() == 1U);
}
