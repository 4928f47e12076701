// player.add, player.update and player.delete on a real node: from the caller through the team
// manager into the team's squad, and back.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/test_node.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;

namespace {

Player player_of(const answer& x) {
  Player result;
  BOOST_TEST(x.ok(), x.text);
  BOOST_TEST(result.ParseFromString(x.body));
  return result;
}

std::string line(const Player& x) {
  return x.player() + ' ' + std::to_string(x.shirt_number()) + ' ' + x.name();
}

/// The squad in its order: "arsenal.1 7 Saka".
std::vector<std::string> squad(test_node& node) {
  std::vector<std::string> result;
  auto details = node.read<TeamDetails>(team_get("arsenal"));
  for (auto& x : details.squad())
    result.push_back(line(x));
  return result;
}

uint32_t counted_players(test_node& node) {
  auto teams = node.read<Teams>(team_list());
  return teams.teams_size() == 0 ? 999 : teams.teams(0).players();
}

/// How many records the team and its manager have.
std::pair<size_t, size_t> records_of(test_node& node) {
  node.settle();
  return {node.records("team-manager/en").size(), node.records("team/en/arsenal").size()};
}

/// The same command again gets the answer `first`, at once and after a restart, and has no effect.
template <class Message>
void check_repeated(test_node& node, const std::string& id, const Message& message,
                    const answer& first) {
  auto before = records_of(node);
  auto squad_before = squad(node);
  for (auto restart : {false, true}) {
    if (restart)
      node.restart();
    auto again = node.ask(id, message);
    BOOST_TEST(again.repeated);
    BOOST_TEST(again.code == first.code);
    BOOST_TEST(again.text == first.text);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.position == first.position);
    BOOST_TEST((records_of(node) == before));
    BOOST_TEST((squad(node) == squad_before));
  }
}

using lines = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(a_player_who_is_added_is_answered_as_the_team_took_him) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  auto message = player_add("Saka", 7);
  message.mutable_player()->set_date_of_birth("2001-09-05");
  message.mutable_player()->set_wage_minor_units(19'500'000);
  auto first = node.ask("2", message);
  auto expected = message.player();
  expected.set_player("arsenal.1");
  BOOST_TEST(player_of(first).SerializeAsString() == expected.SerializeAsString());
  BOOST_TEST(!first.repeated);
  BOOST_TEST((squad(node) == lines{"arsenal.1 7 Saka"}));
  BOOST_TEST(counted_players(node) == 1u);
  check_repeated(node, "2", message, first);
}

BOOST_AUTO_TEST_CASE(a_player_is_updated_in_the_squad) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", player_add("Saka", 7));
  auto first = node.ask("3", player_update(7, "Bukayo Saka", 10));
  BOOST_TEST(line(player_of(first)) == "arsenal.1 10 Bukayo Saka");
  BOOST_TEST((squad(node) == lines{"arsenal.1 10 Bukayo Saka"}));
  BOOST_TEST(counted_players(node) == 1u);
  check_repeated(node, "3", player_update(7, "Bukayo Saka", 10), first);
}

BOOST_AUTO_TEST_CASE(a_player_who_is_deleted_is_answered_and_remembered) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", player_add("Saka", 7));
  node.ask("3", player_add("Rice", 41));
  auto first = node.ask("4", player_delete(7));
  BOOST_TEST(line(player_of(first)) == "arsenal.1 7 Saka");
  BOOST_TEST((squad(node) == lines{"arsenal.2 41 Rice"}));
  BOOST_TEST(counted_players(node) == 1u);
  check_repeated(node, "4", player_delete(7), first);
  auto former = node.read<TeamDetails>(team_get("arsenal")).former_players();
  BOOST_TEST_REQUIRE(former.size() == 1);
  BOOST_TEST(line(former[0].player()) == "arsenal.1 7 Saka");
}

BOOST_AUTO_TEST_CASE(the_team_refuses_in_its_own_words) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", squad_limits(2, 3));
  for (uint32_t shirt = 1; shirt <= 2; ++shirt)
    node.ask("add/" + std::to_string(shirt), player_add("Player", shirt));
  auto worn = node.ask("3", player_add("Twin", 2));
  BOOST_TEST(worn.code == ALREADY_EXISTS);
  BOOST_TEST(worn.text.find('2') != std::string::npos, worn.text);
  check_repeated(node, "3", player_add("Twin", 2), worn);
  node.ask("add/3", player_add("Player", 3));
  auto full = node.ask("4", player_add("Fourth", 4));
  BOOST_TEST(full.code == CONFLICT, full.text);
  check_repeated(node, "4", player_add("Fourth", 4), full);
  auto nobody = node.ask("5", player_update(9, "Nobody", 9));
  BOOST_TEST(nobody.code == NOT_FOUND, nobody.text);
  check_repeated(node, "5", player_update(9, "Nobody", 9), nobody);
  node.ask("6", player_delete(3));
  auto small = node.ask("7", player_delete(2));
  BOOST_TEST(small.code == CONFLICT, small.text);
  check_repeated(node, "7", player_delete(2), small);
  BOOST_TEST(squad(node).size() == 2u);
}

// The refusal is recorded: an id stands for one outcome.
BOOST_AUTO_TEST_CASE(
  what_the_team_refused_stays_refused_under_its_id_and_may_succeed_under_another) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", player_add("Saka", 7));
  auto refused = node.ask("3", player_add("Twin", 7));
  BOOST_TEST(refused.code == ALREADY_EXISTS);
  node.ask("4", player_delete(7));
  auto again = node.ask("3", player_add("Twin", 7));
  BOOST_TEST(again.code == ALREADY_EXISTS);
  BOOST_TEST(again.repeated);
  BOOST_TEST(node.ask("5", player_add("Twin", 7)).ok());
}

// The team manager knows by itself that it makes no sense: nothing is recorded.
BOOST_AUTO_TEST_CASE(what_the_team_manager_refuses_leaves_no_trace_and_may_succeed_later) {
  test_node node;
  BOOST_TEST(node.ask("1", player_add("Saka", 7)).code == NOT_FOUND);
  node.ask("2", team_create("Arsenal"));
  auto before = records_of(node);
  BOOST_TEST(node.ask("3", player_add("Saka", 100)).code == INVALID_ARGUMENT);
  BOOST_TEST(node.ask("4", player_add("", 7)).code == INVALID_ARGUMENT);
  BOOST_TEST((records_of(node) == before));
  BOOST_TEST(node.ask("1", player_add("Saka", 7)).ok());
}

BOOST_AUTO_TEST_CASE(another_command_under_a_used_id_is_a_conflict) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", player_add("Saka", 7));
  BOOST_TEST(node.ask("2", player_add("Saka", 8)).code == CONFLICT);
  BOOST_TEST(node.ask("2", player_delete(7)).code == CONFLICT);
  node.settle();
  node.restart();
  BOOST_TEST(node.ask("2", player_add("Saka", 8)).code == CONFLICT);
  BOOST_TEST((squad(node) == lines{"arsenal.1 7 Saka"}));
}

BOOST_AUTO_TEST_CASE(many_additions_at_once_never_pass_the_limit_nor_share_a_number) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  node.ask("2", squad_limits(0, 25));
  std::map<ErrorCode, int> codes;
  for (uint32_t i = 0; i < 200; ++i)
    node.client().post("add/" + std::to_string(i), player_add("Player", 1 + i % 40),
                       [&codes](const answer& x) { ++codes[x.code]; });
  node.client().finish();
  BOOST_TEST(codes[OK] == 25);
  BOOST_TEST(codes[CONFLICT] + codes[ALREADY_EXISTS] == 175);
  auto details = node.read<TeamDetails>(team_get("arsenal"));
  std::set<uint32_t> shirts;
  std::set<std::string> keys;
  for (auto& x : details.squad()) {
    shirts.insert(x.shirt_number());
    keys.insert(x.player());
  }
  BOOST_TEST(details.squad_size() == 25);
  BOOST_TEST(shirts.size() == 25u);
  BOOST_TEST(keys.size() == 25u);
  BOOST_TEST(counted_players(node) == 25u);
}
