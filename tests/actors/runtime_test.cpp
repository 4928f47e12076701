#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/context.hpp"
#include "actors/team_manager/team_manager.pb.h"
#include "tests/actors/test_node.hpp"

#include <atomic>
#include <fstream>
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

/// The table of a season that was played without any failure.
std::string undisturbed_table() {
  test_node node;
  play(node, open_season(node));
  node.settle();
  return node.read<LeagueTable>(table_get()).SerializeAsString();
}

/// Overwrites the first occurrence of `text` in a file.
bool damage(const std::filesystem::path& file, const std::string& text) {
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  bool found = false;
  for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
    bytes[at] ^= 1;
    found = true;
  }
  std::ofstream{file, std::ios::binary} << bytes;
  return found;
}

/// A team manager that knows one message only.
struct lesser_team_manager {
  static constexpr std::string_view kind = "team-manager";
  using state = actors::TeamManagerState;
  using event = actors::TeamManagerEvent;
  using messages = message_list<TeamList>;
  static actors::decided<event> decide(const state&, const TeamList&, const header&) {
    return actors::decision<event>{};
  }
  static void apply(state&, const event&) {}
};

} // namespace

// -- commands -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_was_acknowledged_is_there_after_a_restart) {
  test_node node;
  BOOST_TEST(node.ask("1", team_create("Arsenal")).ok());
  node.settle();
  node.restart();
  BOOST_TEST(node.read<TeamDetails>(team_get("arsenal")).name() == "Arsenal");
}

BOOST_AUTO_TEST_CASE(the_same_command_again_gets_its_first_answer_and_has_no_second_effect) {
  test_node node;
  auto first = node.ask("1", team_create("Arsenal"));
  auto again = node.ask("1", team_create("Arsenal"));
  BOOST_TEST(first.ok());
  BOOST_TEST(!first.repeated);
  BOOST_TEST(again.repeated);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(again.position == first.position);
  node.settle();
  node.restart();
  auto later = node.ask("1", team_create("Arsenal"));
  BOOST_TEST(later.repeated);
  BOOST_TEST(later.body == first.body);
  BOOST_TEST(node.records("team-manager/en").size() == 1u);
}

BOOST_AUTO_TEST_CASE(another_command_under_a_used_id_is_refused) {
  test_node node;
  node.ask("1", team_create("Arsenal"));
  BOOST_TEST(node.ask("1", team_create("Chelsea")).code == CONFLICT);
  BOOST_TEST(node.read<Teams>(team_list()).teams_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_command_leaves_no_trace) {
  test_node node;
  auto refused = node.ask("1", team_create(std::string(10'000, 'x')));
  BOOST_TEST(refused.code == INVALID_ARGUMENT);
  BOOST_TEST(refused.text == "The team's name has 10000 characters; at most 100 are allowed.");
  BOOST_TEST(node.ask("2", team_create("\xff\xfe")).code == INVALID_ARGUMENT);
  BOOST_TEST(node.ask("3", team_create("")).code == INVALID_ARGUMENT);
  node.settle();
  BOOST_TEST(node.runtime().store().addresses("", "", 10)->empty());
  BOOST_TEST(node.ask("1", team_create("Arsenal")).ok());
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_from_inside_only_is_refused_from_outside) {
  test_node node;
  TeamRelegate message;
  message.set_league("en.1");
  message.set_team("arsenal");
  auto x = node.ask("1", message);
  BOOST_TEST(x.code == UNSUPPORTED);
  BOOST_TEST(x.text == "team.relegate is sent by fixture-manager only, not from outside.");
}

BOOST_AUTO_TEST_CASE(messages_of_contexts_that_are_not_there_are_refused_with_a_clear_error) {
  test_node node;
  node.stop();
  caf::actor_system_config config;
  caf::actor_system system{config};
  actors::runtime_setup setup;
  setup.storage.path = node.data_file().parent_path();
  setup.kinds = actors::entity_kinds{{actors::kind_of_context<lesser_team_manager>()}};
  auto lesser = actors::runtime::start(system, std::move(setup));
  BOOST_TEST_REQUIRE(lesser.has_value());
  actors::client client{system, (*lesser)->routes(), actors::system_clock()};
  PlayerAdd player;
  player.set_league("en.1");
  auto x = client.ask("1", player);
  BOOST_TEST(x.code == UNSUPPORTED);
  BOOST_TEST(x.text == "player.add is not supported by team-manager yet.");
  TransferIn transfer;
  transfer.set_league("en.1");
  x = client.ask("2", transfer);
  BOOST_TEST(x.code == UNSUPPORTED);
  BOOST_TEST(x.text == "The context transfer-manager is not part of this version yet.");
}

BOOST_AUTO_TEST_CASE(a_command_needs_an_id_and_an_address) {
  test_node node;
  BOOST_TEST(node.ask("", team_create("Arsenal")).code == INVALID_ARGUMENT);
  BOOST_TEST(node.ask(std::string(129, 'x'), team_create("Arsenal")).code == INVALID_ARGUMENT);
  BOOST_TEST(node.ask("1", team_create("Arsenal", "")).code == INVALID_ARGUMENT);
  BOOST_TEST(node.ask("2", team_create("Arsenal", std::string(300, 'x'))).code == INVALID_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(a_message_of_more_than_a_mebibyte_is_refused) {
  test_node node;
  BOOST_TEST(node.ask("1", team_create(std::string(2 << 20, 'x'))).code == TOO_LARGE);
}

BOOST_AUTO_TEST_CASE(more_commands_than_the_limit_are_refused_as_overloaded_and_succeed_later) {
  auto options = test_node::quick_options();
  options.max_in_flight_commands = 4;
  options.partitions = 1;
  test_node node{options};
  int done = 0;
  for (int i = 0; i < 64; ++i)
    node.client().post(std::to_string(i), team_create("Team " + std::to_string(i)),
                       [&done](const answer& x) { done += x.ok() ? 1 : 0; });
  node.client().finish();
  BOOST_TEST(done == 64);
  BOOST_TEST(node.runtime().metrics().overloaded->value() > 0);
  BOOST_TEST(node.read<Teams>(team_list()).teams_size() == 64);
}

// -- supervision ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_restarted_and_tried_again_and_nobody_else_notices) {
  std::atomic<int> throws = 2;
  test_node node{test_node::quick_options(), [&throws](const header& head, uint32_t number) {
                   if (number == number_of<TeamUpdate> && head.to == "team-manager/en"
                       && throws-- > 0)
                     throw std::runtime_error{"a defect"};
                 }};
  node.ask("1", team_create("Arsenal"));
  node.ask("2", team_create("Valencia", "es.1"));
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("arsenal");
  update.set_stadium("Emirates Stadium");
  BOOST_TEST(node.ask("3", update).ok());
  BOOST_TEST(node.ask("4", team_create("Chelsea")).ok());
  BOOST_TEST(node.read<Teams>(team_list()).teams_size() == 2);
  BOOST_TEST(node.read<Teams>(team_list("es.1")).teams_size() == 1);
  BOOST_TEST(node.runtime().metrics().entity_restarts->value() == 2);
  BOOST_TEST(node.runtime().metrics().partition_restarts->value() == 0);
}

BOOST_AUTO_TEST_CASE(a_command_whose_handler_keeps_throwing_becomes_a_dead_letter) {
  test_node node{test_node::quick_options(), [](const header&, uint32_t number) {
                   if (number == number_of<TeamUpdate>)
                     throw std::runtime_error{"a defect"};
                 }};
  node.ask("1", team_create("Arsenal"));
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("arsenal");
  auto x = node.ask("2", update);
  BOOST_TEST(x.code == HANDLER_FAILED);
  BOOST_TEST(x.text == "a defect The message was set aside as dead letter team-manager/en@2.");
  BOOST_TEST(node.ask("3", team_create("Chelsea")).ok());
  node.settle();
  node.restart();
  auto letters = node.runtime().store().dead_letters("", 10);
  BOOST_TEST_REQUIRE(letters->size() == 1u);
  DeadLetter letter;
  BOOST_TEST(letter.ParseFromString(letters->front().bytes));
  BOOST_TEST(letter.attempts() == 3u);
  BOOST_TEST(letter.cause().id() == "2");
  auto again = node.ask("2", update);
  BOOST_TEST(again.code == HANDLER_FAILED);
  BOOST_TEST(again.repeated);
}

BOOST_AUTO_TEST_CASE(
  a_message_between_entities_that_cannot_be_handled_is_set_aside_and_the_next_arrives) {
  test_node node{test_node::quick_options(), [](const header& head, uint32_t number) {
                   if (number == number_of<InfoTeamUpdated> && head.to == "team/en/arsenal"
                       && head.id.empty() && head.sequence >> 16 == 2)
                     throw std::runtime_error{"a defect"};
                 }};
  node.ask("1", team_create("Arsenal"));
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("arsenal");
  update.set_stadium("Highbury");
  node.ask("2", update);
  update.set_stadium("Emirates Stadium");
  node.ask("3", update);
  BOOST_TEST(node.settle());
  BOOST_TEST(node.read<TeamDetails>(team_get("arsenal")).stadium() == "Emirates Stadium");
  auto letters = node.runtime().store().dead_letters("", 10);
  BOOST_TEST_REQUIRE(letters->size() == 1u);
  BOOST_TEST(letters->front().id == "team/en/arsenal@2");
}

BOOST_AUTO_TEST_CASE(past_its_intensity_a_partition_restarts_and_goes_on) {
  auto options = test_node::quick_options();
  options.entities.intensity = 1;
  options.partitions = 1;
  std::atomic<int> throws = 2;
  test_node node{options, [&throws](const header&, uint32_t number) {
                   if (number == number_of<TeamUpdate> && throws-- > 0)
                     throw std::runtime_error{"a defect"};
                 }};
  node.ask("1", team_create("Arsenal"));
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("arsenal");
  update.set_stadium("Emirates Stadium");
  BOOST_TEST(node.ask("2", update).ok());
  BOOST_TEST(node.runtime().metrics().partition_restarts->value() == 1);
  BOOST_TEST(node.settle());
  BOOST_TEST(node.read<TeamDetails>(team_get("arsenal")).stadium() == "Emirates Stadium");
}

BOOST_AUTO_TEST_CASE(past_the_intensity_of_its_partitions_the_node_fails) {
  auto options = test_node::quick_options();
  options.partitions_policy.intensity = 2;
  test_node node{options};
  for (int i = 0; i < 1'000 && !node.runtime().failure(); ++i) {
    node.runtime().fail_partition(0);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  BOOST_TEST_REQUIRE(node.runtime().failure().has_value());
  BOOST_TEST(node.runtime().failure()->text == "Partition 0 was made to fail.");
}

BOOST_AUTO_TEST_CASE(entities_that_are_killed_while_a_season_is_played_change_nothing) {
  auto options = test_node::quick_options();
  options.entities.intensity = 10'000;
  test_node node{options};
  auto season = open_season(node);
  for (auto& x : season.fixtures()) {
    node.client().post("result/" + std::to_string(x.number()), result_of(x),
                       [](const answer& reply) { BOOST_TEST(reply.ok(), reply.text); });
    node.runtime().fail_entity("fixture-manager/en.1/2022-23");
    node.runtime().fail_entity("stats-manager/en.1/2022-23");
    node.runtime().fail_entity("sponsor-manager/en");
  }
  node.client().finish();
  BOOST_TEST(node.settle());
  BOOST_TEST(node.runtime().metrics().entity_restarts->value() > 0);
  BOOST_TEST(node.read<LeagueTable>(table_get()).SerializeAsString() == undisturbed_table());
}

BOOST_AUTO_TEST_CASE(partitions_that_fail_while_a_season_is_played_change_nothing) {
  auto options = test_node::quick_options();
  options.partitions_policy.intensity = 10'000;
  test_node node{options};
  auto season = open_season(node);
  for (auto& x : season.fixtures()) {
    node.client().post("result/" + std::to_string(x.number()), result_of(x),
                       [](const answer& reply) { BOOST_TEST(reply.ok(), reply.text); });
    node.runtime().fail_partition(x.number() % 2);
  }
  node.client().finish();
  BOOST_TEST(node.settle());
  BOOST_TEST(node.runtime().metrics().partition_restarts->value() > 0);
  BOOST_TEST(node.read<LeagueTable>(table_get()).SerializeAsString() == undisturbed_table());
  SponsorList list;
  list.set_league("en.1");
  auto sponsors = node.read<Sponsors>(list);
  BOOST_TEST_REQUIRE(sponsors.sponsors_size() == 1);
  BOOST_TEST(sponsors.sponsors(0).paid_minor_units() == 1'000'003);
  BOOST_TEST(sponsors.sponsors(0).paid_seasons() == 1u);
}

// -- memory and disk ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(idle_entities_leave_memory_and_come_back) {
  auto options = test_node::quick_options();
  options.idle_ms = 20;
  test_node node{options};
  node.ask("1", team_create("Arsenal"));
  BOOST_TEST(eventually([&node] { return node.runtime().active_entities() == 0; }));
  BOOST_TEST(eventually(
    [&node] { return node.runtime().store().read_snapshot("team/en/arsenal")->has_value(); }));
  BOOST_TEST(node.read<TeamDetails>(team_get("arsenal")).name() == "Arsenal");
  BOOST_TEST(node.ask("2", team_create("Arsenal")).code == ALREADY_EXISTS);
}

BOOST_AUTO_TEST_CASE(more_entities_than_the_limit_do_not_stay_in_memory) {
  auto options = test_node::quick_options();
  options.max_active_entities = 16;
  options.partitions = 1;
  test_node node{options};
  for (int i = 0; i < 200; ++i)
    node.client().post(std::to_string(i), team_create("Team", "league-" + std::to_string(i)),
                       [](const answer& x) { BOOST_TEST(x.ok(), x.text); });
  node.client().finish();
  BOOST_TEST(node.settle());
  BOOST_TEST(eventually([&node] { return node.runtime().active_entities() <= 32; }));
  BOOST_TEST(node.read<TeamDetails>(team_get("team", "league-7")).name() == "Team");
}

BOOST_AUTO_TEST_CASE(snapshots_bound_what_an_entity_replays) {
  auto options = test_node::quick_options();
  options.snapshot_every = 8;
  test_node node{options};
  for (int i = 0; i < 20; ++i)
    node.ask(std::to_string(i), team_create("Team " + std::to_string(i)));
  node.settle();
  auto snapshot = node.runtime().store().read_snapshot("team-manager/en");
  BOOST_TEST_REQUIRE(snapshot->has_value());
  BOOST_TEST((*snapshot)->position == 16u);
  node.restart();
  BOOST_TEST(node.read<Teams>(team_list()).teams_size() == 20);
}

BOOST_AUTO_TEST_CASE(damage_is_found_when_a_node_starts_and_named_with_the_entity) {
  test_node node;
  node.ask("1", team_create("Borchester United"));
  node.settle();
  node.stop();
  BOOST_TEST_REQUIRE(damage(node.data_file(), "Borchester United"));
  BOOST_CHECK_EXCEPTION(node.start(), std::runtime_error, [](const std::runtime_error& x) {
    return std::string{x.what()}.find("/en") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(damage_that_appears_later_is_never_served_and_the_other_entities_go_on) {
  test_node node;
  node.ask("1", team_create("Borchester United"));
  node.ask("2", team_create("Valencia", "es.1"));
  node.settle();
  node.stop();
  BOOST_TEST_REQUIRE(damage(node.data_file(), "Borchester United"));
  node.verify = storage::verification::never;
  node.start();
  auto x = node.ask("read", team_get("borchester-united"));
  BOOST_TEST(x.code == DAMAGED);
  BOOST_TEST(x.text.find("team/en/borchester-united") != std::string::npos, x.text);
  BOOST_TEST(node.ask("3", team_create("Felpersham Rovers")).code == DAMAGED);
  BOOST_TEST(node.read<Teams>(team_list("es.1")).teams_size() == 1);
  BOOST_TEST(node.ask("4", team_create("Sevilla", "es.1")).ok());
}

BOOST_AUTO_TEST_CASE(a_data_directory_keeps_its_number_of_partitions) {
  auto options = test_node::quick_options();
  test_node node{options};
  node.stop();
  caf::actor_system_config config;
  caf::actor_system system{config};
  actors::runtime_setup setup;
  setup.storage.path = node.data_file().parent_path();
  setup.options.partitions = 3;
  setup.kinds = actors::all_contexts();
  auto refused = actors::runtime::start(system, std::move(setup));
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().text
             == "The data directory was created with 2 partitions and the configuration says 3; "
                "set touchline.partitions to 2.");
  node.start();
}
