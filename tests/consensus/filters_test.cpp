// Each filter around C-Raft, with the messages that it is for: without it, its case fails or
// aborts.
#include "nodes/consensus/filters.hpp"
#include "nodes/consensus/membership_encoding.hpp"
#include "tests/consensus/small_group.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace touchline::consensus;

namespace {

constexpr uint64_t now = 5'000;

entry command(uint64_t term, std::string text) {
  return {term, entry_type::command, bytes(std::move(text))};
}

entry change(uint64_t term, const std::vector<server>& servers) {
  return {term, entry_type::change, bytes(encode_membership(servers))};
}

/// Replica 2 of a group of three, alone with what a test says to it.
struct lone_follower {
  core self{[] {
              core_options options;
              options.id = 2;
              return options;
            }(),
            {}};

  lone_follower() { (void)self.start(newborn_group(voters({1, 2, 3})), now); }

  effects hear(server_id from, uint64_t term, decltype(message::body) body, uint8_t version = 2) {
    auto result = self.receive(encode({2, from, term, version, std::move(body)}), now);
    if (!result.append.empty())
      result.merge(self.entries_persisted(result.first_index + result.append.size() - 1,
                                          result.append.back().term, now));
    return result;
  }
};

/// The only message of its kind.
template <class Body>
Body answer_in(const effects& what) {
  for (auto& each : what.messages) {
    auto decoded = decode(each.bytes);
    if (auto* body = std::get_if<Body>(&decoded->body))
      return *body;
  }
  BOOST_FAIL("there is no such answer");
  return {};
}

} // namespace

BOOST_AUTO_TEST_CASE(entries_that_begin_before_the_snapshot_are_taken_behind_it) {
  lone_follower follower;
  auto founders = newborn_group(voters({1, 2, 3})).entries.front();
  std::vector<entry> log{founders};
  for (auto* text : {"a", "b", "c", "d", "e"})
    log.push_back(command(2, text));
  follower.hear(1, 2, append_entries{1, 1, 6, {log.begin() + 1, log.end()}});
  effects ignored;
  BOOST_REQUIRE(follower.self.compact(5, 0, now, ignored));
  log.push_back(command(2, "f"));
  auto wishes = follower.hear(1, 2, append_entries{0, 0, 7, log});
  BOOST_TEST(follower.self.failure() == "");
  BOOST_TEST(wishes.first_index == 7U);
  BOOST_TEST(wishes.append.size() == 1U);
  BOOST_TEST(*wishes.append.front().data == "f");
  BOOST_TEST(answer_in<append_result>(wishes).last_index == 7U);
  BOOST_TEST(follower.self.commit_index() == 7U);
}

BOOST_AUTO_TEST_CASE(a_message_that_the_snapshot_covers_is_acknowledged_up_to_the_snapshot) {
  lone_follower follower;
  follower.hear(1, 2, append_entries{1, 1, 4, {command(2, "a"), command(2, "b"), command(2, "c")}});
  effects ignored;
  BOOST_REQUIRE(follower.self.compact(4, 0, now, ignored));
  auto wishes = follower.hear(1, 2, append_entries{1, 1, 4, {command(2, "a")}});
  auto answer = answer_in<append_result>(wishes);
  BOOST_TEST(answer.rejected == 0U);
  BOOST_TEST(answer.last_index == 4U);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_leader_of_an_old_term_acknowledges_nothing) {
  lone_follower follower;
  follower.hear(1, 5, append_entries{1, 1, 1, {command(5, "a"), command(5, "b")}});
  // The library would answer with what lies on its stack, which is this answer's index.
  BOOST_TEST(answer_in<append_result>(follower.hear(1, 5, append_entries{3, 5, 3, {}})).last_index
             == 3U);
  auto answer = answer_in<append_result>(follower.hear(3, 4, append_entries{0, 0, 0, {}}));
  BOOST_TEST(answer.last_index == 0U);
  snapshot_point point{9, 4, {1, voters({1, 2, 3})}};
  BOOST_TEST(answer_in<append_result>(follower.hear(3, 4, install_snapshot{point})).last_index
             == 0U);
}

BOOST_AUTO_TEST_CASE(a_rejection_that_an_acknowledgement_has_overtaken_changes_nothing) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  auto other = leader == 1 ? server_id{2} : server_id{1};
  BOOST_REQUIRE(group.propose(leader, "a"));
  auto match = group.at(leader).match_index(other);
  BOOST_REQUIRE(match == group.at(leader).last_index());
  // Unheard for an election time-out, the member is probed at the entry behind its last.
  group.silent = {other};
  group.pass(1'500);
  BOOST_REQUIRE(group.at(leader).role() == member_role::leader);
  auto term = group.at(leader).term();
  for (auto rejected : {match, match - 1})
    group.carry_out(
      leader,
      group.at(leader).receive(
        encode({leader, other, term, 2, append_result{rejected, rejected - 1, 1, 0}}), group.now));
  BOOST_TEST(group.at(leader).match_index(other) == match);
  group.silent.clear();
  BOOST_REQUIRE(group.propose(leader, "b"));
  group.pass(200);
  BOOST_TEST(group.at(leader).match_index(other) == group.at(leader).last_index());
}

BOOST_AUTO_TEST_CASE(a_late_rejection_never_sends_a_leader_back_below_what_is_acknowledged) {
  small_group group{{1, 2, 3}};
  auto leader = group.elect();
  auto other = leader == 1 ? server_id{2} : server_id{1};
  for (auto* text : {"a", "b", "c"})
    BOOST_REQUIRE(group.propose(leader, text));
  auto match = group.at(leader).match_index(other);
  replica_facts facts;
  facts.id = leader;
  facts.role = member_role::leader;
  facts.term = 2;
  facts.match_index = match;
  message late{leader, other, 2, 2, append_result{match + 3, 1, 1, 0}};
  BOOST_TEST((filter(late, facts) == verdict::pass));
  BOOST_TEST(std::get<append_result>(late.body).last_index == match);
}

BOOST_AUTO_TEST_CASE(a_vote_that_comes_when_there_is_no_election_says_nothing) {
  lone_follower follower;
  follower.hear(3, 9, vote_result{true, true, 1, 0});
  BOOST_TEST(follower.self.term() == 1U);
}

BOOST_AUTO_TEST_CASE(a_sole_voter_leads_in_a_new_term_whenever_it_starts) {
  small_group group{{1}};
  BOOST_TEST((group.at(1).role() == member_role::leader));
  BOOST_TEST(group.all_of(1).disk.hard.term == 2U);
  BOOST_TEST(group.all_of(1).disk.hard.vote == 1U);
  group.start(1);
  BOOST_TEST((group.at(1).role() == member_role::leader));
  BOOST_TEST(group.at(1).term() == 3U);
  BOOST_TEST(group.at(1).commit_index() == 3U);
}

BOOST_AUTO_TEST_CASE(a_sole_voter_that_lost_its_term_begins_another_one) {
  small_group group{{1}};
  group.carry_out(
    1, group.at(1).receive(encode({1, 7, 9, 2, vote_request{9, 9, true, false}}), group.now));
  BOOST_REQUIRE((group.at(1).role() == member_role::follower));
  BOOST_TEST(group.elect() == 1U);
  BOOST_TEST(group.at(1).term() == 10U);
  BOOST_TEST(group.all_of(1).disk.hard.vote == 1U);
}

BOOST_AUTO_TEST_CASE(a_second_change_tells_that_the_first_is_committed) {
  lone_follower follower;
  auto two = voters({1, 2});
  auto with_standby = two;
  with_standby.push_back({5, server_role::standby});
  follower.hear(1, 2, append_entries{1, 1, 1, {change(2, two)}});
  follower.hear(1, 2, append_entries{2, 2, 1, {change(2, with_standby)}});
  follower.hear(1, 3, append_entries{2, 2, 1, {command(3, "instead")}});
  BOOST_TEST((follower.self.members().servers == two));
  BOOST_TEST((follower.self.committed_members().servers == two));
  // Whom it asks for votes is what the library believes.
  auto wishes = follower.self.tick(now + 10'000);
  BOOST_REQUIRE(wishes.messages.size() == 1U);
  BOOST_TEST(wishes.messages.front().to == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_asked_for_a_pre_vote_of_an_old_term_says_what_term_it_is) {
  lone_follower follower;
  follower.hear(3, 9, vote_request{1, 1, false, false});
  auto wishes = follower.hear(3, 4, vote_request{1, 1, false, true});
  BOOST_TEST(decode(wishes.messages.front().bytes)->term == 9U);
  BOOST_TEST(!answer_in<vote_result>(wishes).granted);
}

BOOST_AUTO_TEST_CASE(a_standby_votes_because_it_may_have_been_promoted) {
  core_options options;
  options.id = 2;
  core standby{options, {}};
  auto stored = newborn_group({{1, server_role::voter}, {2, server_role::standby}});
  (void)standby.start(stored, now);
  auto asked = encode({2, 1, 2, 2, vote_request{3, 1, false, false}});
  BOOST_TEST(answer_in<vote_result>(standby.receive(asked, now)).granted);
  // But not while it hears of a leader.
  (void)standby.receive(encode({2, 1, 3, 0, append_entries{1, 1, 1, {}}}), now + 10);
  asked = encode({2, 3, 4, 2, vote_request{3, 1, false, false}});
  BOOST_TEST(!answer_in<vote_result>(standby.receive(asked, now + 20)).granted);
  BOOST_TEST(answer_in<vote_result>(standby.receive(asked, now + 5'000)).granted);
}

BOOST_AUTO_TEST_CASE(who_was_not_elected_asks_again_without_a_new_term) {
  lone_follower follower;
  follower.hear(1, 2, append_entries{1, 1, 1, {command(2, "a")}});
  auto wishes = follower.self.stand_for_election(now);
  BOOST_TEST(answer_in<vote_request>(wishes).disrupt_leader);
  BOOST_TEST(!answer_in<vote_request>(wishes).pre_vote);
  BOOST_TEST(follower.self.term() == 3U);
  wishes = follower.self.tick(now + 10'000);
  BOOST_TEST(!answer_in<vote_request>(wishes).disrupt_leader);
  BOOST_TEST(answer_in<vote_request>(wishes).pre_vote);
  BOOST_TEST(follower.self.term() == 3U);
}
