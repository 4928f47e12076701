// Bytes: of messages and memberships, and bytes that are neither.
#include "nodes/consensus/membership_encoding.hpp"
#include "tests/consensus/small_group.hpp"

#include <boost/test/unit_test.hpp>

using namespace touchline::consensus;

namespace {

std::vector<message> one_of_each() {
  auto founders = newborn_group(voters({1, 2, 3})).entries.front();
  entry command{2, entry_type::command, bytes("a command")};
  return {
    {2, 1, 2, 0, append_entries{0, 0, 1, {founders, command}}},
    {2, 1, 2, 0, append_entries{1, 1, 1, {command, command}}},
    {2, 1, 2, 2, append_result{7, 6, 1, 0}},
    {2, 1, 2, 2, append_result{0, 6, 1, 0}},
    {2, 1, 2, 2, vote_request{2, 1, true, false}},
    {2, 1, 2, 2, vote_result{true, false, 1, 0}},
    {2, 1, 2, 0, install_snapshot{{9, 2, {1, voters({1, 2, 3})}}}},
    {2, 1, 2, 0, timeout_now{1, 1}},
  };
}

} // namespace

BOOST_AUTO_TEST_CASE(every_message_is_what_its_bytes_say) {
  for (auto& each : one_of_each()) {
    auto bytes_of_it = encode(each);
    auto again = decode(bytes_of_it);
    BOOST_REQUIRE(again);
    BOOST_TEST(again->body.index() == each.body.index());
    BOOST_TEST(encode(*again) == bytes_of_it);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_end_early_or_late_are_no_message) {
  for (auto& each : one_of_each()) {
    auto whole = encode(each);
    for (size_t size = 0; size < whole.size(); ++size)
      BOOST_TEST(!decode(std::string_view{whole}.substr(0, size)));
    BOOST_TEST(!decode(whole + '\0'));
  }
}

BOOST_AUTO_TEST_CASE(a_membership_is_what_its_bytes_say) {
  std::vector<server> servers{{1, server_role::voter},
                              {server_id_of(3, 2), server_role::standby},
                              {~uint64_t{0}, server_role::voter}};
  BOOST_TEST((decode_membership(encode_membership(servers)) == servers));
}

BOOST_AUTO_TEST_CASE(a_membership_without_voters_or_order_is_none) {
  BOOST_TEST(!is_membership({}));
  BOOST_TEST(!is_membership({{1, server_role::standby}}));
  BOOST_TEST(!is_membership(voters({2, 1})));
  BOOST_TEST(!is_membership(voters({1, 1})));
  BOOST_TEST(!is_membership(voters({0, 1})));
  std::vector<server> crowd;
  for (server_id id = 1; id <= max_members + 1; ++id)
    crowd.push_back({id, server_role::voter});
  BOOST_TEST(!is_membership(crowd));
}

BOOST_AUTO_TEST_CASE(damaged_messages_are_dropped_or_end_the_replica_but_never_the_process) {
  chance random{7};
  auto originals = one_of_each();
  small_group group{{1, 2, 3}};
  uint64_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    if (round % 200 == 0 || !group.at(2).failure().empty()) {
      group.all_of(2).disk = {};
      auto newborn = newborn_group(voters({1, 2, 3}));
      group.all_of(2).disk.hard = newborn.hard;
      group.all_of(2).disk.log = newborn.entries;
      group.start(2);
    }
    auto damaged = encode(originals[random.below(originals.size())]);
    for (auto changes = random.below(4); changes > 0; --changes)
      damaged[random.below(damaged.size())]
        = static_cast<char>(random.below(4) == 0 ? random.next() : random.below(4));
    if (random.below(20) == 0)
      damaged.resize(random.below(damaged.size()));
    group.now += random.below(300);
    auto before = group.at(2).malformed();
    group.carry_out(2, group.at(2).receive(damaged, group.now));
    if (group.at(2).next_timeout_ms() <= group.now)
      group.carry_out(2, group.at(2).tick(group.now));
    refused += group.at(2).malformed() - before;
  }
  BOOST_TEST(refused > 5'000U);
}
