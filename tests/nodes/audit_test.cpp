// The audit of what is stored: it adds up at every moment, however the node was stopped, and each
// kind of defect is found.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/fixture_manager/fixture_manager.pb.h"
#include "actors/team_manager/team_manager.pb.h"
#include "nodes/audit.hpp"
#include "nodes/stored_state.hpp"
#include "tests/actors/played_pyramid.hpp"
#include "tests/actors/transfer_league.hpp"

#include <functional>

using namespace touchline;
using namespace touchline::testing;
using namespace touchline::nodes;

namespace {

// -- a node that is stopped -----------------------------------------------------------------------

/// The store of a node that is stopped.
std::unique_ptr<storage::lmdb_store> store_of(test_node& node) {
  storage::lmdb_options options;
  options.path = node.data_file().parent_path();
  auto store = storage::lmdb_store::open(options);
  BOOST_TEST_REQUIRE(store.has_value());
  return std::move(*store);
}

/// The audit of the only pyramid.
pyramid_audit audit_of(const storage::store& store) {
  auto pyramids = audit_store(store);
  BOOST_TEST_REQUIRE(pyramids.has_value());
  BOOST_TEST_REQUIRE(pyramids->size() == 1u);
  return std::move(pyramids->front());
}

/// The sentences of an audit, one after another.
std::string problems_of(const pyramid_audit& x) {
  std::string result;
  for (auto& problem : x.problems)
    result += (result.empty() ? "" : " ") + problem;
  return result;
}

/// Stops the node, whatever it was doing, audits what is stored, and starts the node again.
pyramid_audit audit_as_it_lies(test_node& node) {
  node.stop();
  auto result = audit_of(*store_of(node));
  BOOST_TEST(problems_of(result) == "");
  return result;
}

/// Three players, and twenty pounds less what went outside, wherever they are.
void check_the_league_of_two(const pyramid_audit& x, uint64_t players) {
  BOOST_TEST(x.players_in_squads + x.players_in_transfer == players);
  const auto& money = x.money.at("GBP");
  BOOST_TEST(money.capital == 2'000);
  BOOST_TEST(money.balances + money.in_transfers + money.outside == 2'000);
  BOOST_TEST(x.leagues.at("en.1") == 2u);
}

/// A step at which a node is stopped: before the n-th different message of a type is handled.
using place = std::pair<uint32_t, size_t>;

/// Stops the node at each of the places while a command is carried out.
template <class Message>
void audit_at(const std::vector<place>& places, const Message& message, uint64_t players_before,
              uint64_t players_after) {
  for (auto& [number, nth] : places) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name << ' ' << nth) {
      stumbling_block block;
      test_node node{patient_options(), block.seam()};
      found(node);
      block.put(number, nth);
      send_until_stumbling(node, "t1", message, block);
      auto middle = audit_as_it_lies(node);
      auto players = middle.players_in_squads + middle.players_in_transfer;
      check_the_league_of_two(middle, players);
      BOOST_TEST((players == players_before || players == players_after));
      block.remove();
      node.start();
      BOOST_TEST(node.settle());
      check_the_league_of_two(audit_as_it_lies(node), players_after);
    }
  }
}

// -- forgery --------------------------------------------------------------------------------------

/// A league of two whose node has stopped, and whose store is forged.
class forgery {
public:
  explicit forgery(const std::function<void(test_node&)>& prepare = found) {
    prepare(node_);
    BOOST_TEST_REQUIRE(node_.settle());
    node_.stop();
    store_ = store_of(node_);
    BOOST_TEST_REQUIRE(problems_of(audit_of(*store_)) == "");
  }

  /// Adds a record that nobody decided, with an event in these bytes.
  void add(const std::string& address, const std::string& event) {
    Record record;
    record.set_position(store_->last_position(address).value_or(0) + 1);
    record.mutable_cause()->set_id("forged");
    record.mutable_cause()->set_correlation("forged");
    record.add_event(event);
    std::array<storage::write_batch, 1> batch;
    batch[0].append(address, record.position(), record.SerializeAsString());
    BOOST_TEST_REQUIRE(store_->commit(batch).has_value());
  }

  template <class Event>
  void add(const std::string& address, const Event& event) {
    add(address, event.SerializeAsString());
  }

  /// Replaces the state of an entity by what `change` makes of it.
  template <class State, class Change>
  void replace(const std::string& address, Change change) {
    auto state = read_state_of<State>(*store_, address);
    BOOST_TEST_REQUIRE(state.has_value());
    change(*state);
    auto snapshot = snapshot_of(address);
    snapshot.set_state(state->SerializeAsString());
    std::array<storage::write_batch, 1> batch;
    batch[0].put_snapshot(address, snapshot.position(), snapshot.SerializeAsString());
    BOOST_TEST_REQUIRE(store_->commit(batch).has_value());
  }

  const storage::store& store() const { return *store_; }

  std::string found_problems() const { return problems_of(audit_of(*store_)); }

  /// Whether the audit has this to say.
  void finds(const std::string& sentence) const {
    auto all = found_problems();
    BOOST_TEST(all.find(sentence) != std::string::npos, all);
  }

private:
  /// A snapshot as of the last record, but for the state.
  EntitySnapshot snapshot_of(const std::string& address) const {
    EntitySnapshot result;
    std::map<std::string, uint64_t> marks;
    store_->read_stream(address, 1, {.max_records = 1'000'000, .max_bytes = 1 << 30},
                        [&](uint64_t position, std::string_view bytes) {
                          Record record;
                          record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
                          result.set_position(position);
                          if (!record.cause().from().empty())
                            marks[record.cause().from()] = record.cause().sequence();
                          return true;
                        });
    for (auto& [from, sequence] : marks) {
      auto& mark = *result.add_inbox();
      mark.set_from(from);
      mark.set_sequence(sequence);
    }
    return result;
  }

  test_node node_;
  std::unique_ptr<storage::lmdb_store> store_;
};

actors::TeamEvent arrival(const std::string& key, uint32_t shirt_number) {
  actors::TeamEvent event;
  event.mutable_player_added()->set_player(key);
  event.mutable_player_added()->set_shirt_number(shirt_number);
  return event;
}

/// A season of two teams with a sponsor who pays them.
void paid_season(test_node& node) {
  play(node, open_season(node));
}

} // namespace

// -- at every moment ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_season_with_its_sponsor_adds_up) {
  test_node node;
  paid_season(node);
  BOOST_TEST(node.settle());
  auto x = audit_as_it_lies(node);
  BOOST_TEST(x.pyramid == "en");
  BOOST_TEST(x.leagues.at("en.1") == 3u);
  BOOST_TEST(x.money.at("GBP").paid_by_sponsors == 1'000'003);
  BOOST_TEST(x.money.at("GBP").balances == 1'000'003);
  BOOST_TEST(x.money.at("GBP").on_the_way == 0);
}

BOOST_AUTO_TEST_CASE(money_of_sponsors_that_is_on_its_way_is_counted) {
  for (size_t nth : {1u, 2u, 4u}) {
    stumbling_block block;
    test_node node{patient_options(), block.seam()};
    auto season = open_season(node);
    node.settle();
    block.put(number_of<SponsorPay>, nth);
    play(node, season);
    for (int i = 0; i < 1'500 && block.hits() == 0; ++i)
      node.client().wait();
    auto x = audit_as_it_lies(node);
    BOOST_TEST(x.money.at("GBP").paid_by_sponsors == 1'000'003);
    BOOST_TEST(x.money.at("GBP").on_the_way > 0);
  }
}

BOOST_AUTO_TEST_CASE(a_move_between_two_teams_adds_up_wherever_the_node_is_stopped) {
  audit_at({{number_of<TransferReserve>, 1},
            {number_of<TransferConfirm>, 1},
            {number_of<TransferRelease>, 1},
            {number_of<TransferConfirm>, 2},
            {number_of<TransferSign>, 1},
            {number_of<TransferConfirm>, 3},
            {number_of<TransferPay>, 1},
            {number_of<TransferPay>, 2},
            {number_of<TransferConfirm>, 4},
            {number_of<TransferConfirm>, 5},
            {number_of<InfoPlayerTransferredIn>, 1},
            {number_of<InfoPlayerTransferredOut>, 1}},
           buy("elm", "ash", "ann"), 3, 3);
}

BOOST_AUTO_TEST_CASE(a_player_from_outside_adds_up_wherever_the_node_is_stopped) {
  audit_at({{number_of<TransferReserve>, 1},
            {number_of<TransferSign>, 1},
            {number_of<TransferConfirm>, 2},
            {number_of<TransferPay>, 1},
            {number_of<TransferConfirm>, 3},
            {number_of<InfoPlayerTransferredIn>, 1}},
           buy_from_outside(), 3, 4);
}

BOOST_AUTO_TEST_CASE(a_player_who_leaves_the_league_adds_up_wherever_the_node_is_stopped) {
  audit_at({{number_of<TransferRelease>, 1},
            {number_of<TransferConfirm>, 1},
            {number_of<TransferPay>, 1},
            {number_of<TransferConfirm>, 2},
            {number_of<InfoPlayerTransferredOut>, 1}},
           sell(""), 3, 2);
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_undone_adds_up_wherever_the_node_is_stopped) {
  for (auto& [number, nth] : std::vector<place>{{number_of<TransferCancel>, 1},
                                                {number_of<TransferCancel>, 2},
                                                {number_of<TransferConfirm>, 4},
                                                {number_of<TransferConfirm>, 5}}) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name << ' ' << nth) {
      stumbling_block block;
      leaping_clock time;
      test_node node{patient_options(), block.seam(), time};
      found(node);
      block.put(number_of<TransferSign>);
      send_until_stumbling(node, "t1", buy("elm", "ash", "ann"), block);
      node.stop();
      time.leap();
      block.put(number, nth);
      node.start();
      for (int i = 0; i < 1'500 && block.hits() == 0; ++i)
        node.client().wait();
      check_the_league_of_two(audit_as_it_lies(node), 3);
      block.remove();
      node.start();
      BOOST_TEST(node.settle());
      check_the_league_of_two(audit_as_it_lies(node), 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_squad_that_changes_adds_up_wherever_the_node_is_stopped) {
  for (auto number : {number_of<SquadAdd>, number_of<SquadChanged>}) {
    stumbling_block block;
    test_node node{patient_options(), block.seam()};
    found(node);
    block.put(number);
    auto message = player_add("Nell New", 9);
    message.set_team("ash");
    send_until_stumbling(node, "add", message, block);
    audit_as_it_lies(node);
    block.remove();
    node.start();
    BOOST_TEST(node.settle());
    check_the_league_of_two(audit_as_it_lies(node), 4);
  }
}

BOOST_AUTO_TEST_CASE(teams_that_change_their_leagues_add_up_wherever_the_node_is_stopped) {
  for (auto& [number, nth] : std::vector<place>{{number_of<SponsorDistribute>, 2},
                                                {number_of<TeamRelegate>, 1},
                                                {number_of<TeamPromote>, 2},
                                                {number_of<InfoTeamRelegated>, 1},
                                                {number_of<InfoTeamRelegated>, 5},
                                                {number_of<InfoTeamPromoted>, 2},
                                                {number_of<InfoTeamPromoted>, 6},
                                                {number_of<FixtureListGenerate>, 2},
                                                {number_of<InfoFixtureListGenerated>, 1}}) {
    BOOST_TEST_CONTEXT(catalogue_data::find(number)->name << ' ' << nth) {
      stumbling_block block;
      test_node node{patient_options(), block.seam()};
      found_pyramid(node);
      block.put(number, nth);
      for (int round = 0; round < 3 && block.hits() == 0; ++round) {
        post_known_matches(node, "2022-23");
        node.client().finish();
        for (int i = 0; i < 25 && block.hits() == 0; ++i)
          node.client().wait();
      }
      BOOST_TEST(block.hits() > 0);
      audit_as_it_lies(node);
      block.remove();
      node.start();
      BOOST_TEST(node.settle());
      play_pyramid_season(node, "2022-23");
      auto x = audit_as_it_lies(node);
      BOOST_TEST(x.leagues.at("en.1") == 4u);
      BOOST_TEST(x.leagues.at("en.2") == 6u);
      BOOST_TEST(x.leagues.at("en.3") == 4u);
    }
  }
}

// -- defects --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(money_that_no_sponsor_paid_is_found) {
  forgery x;
  actors::TeamEvent event;
  auto& item = *event.mutable_sponsors_paid()->add_items();
  item.set_sponsor("nobody");
  *item.mutable_amount() = pounds(5);
  x.add("team/en/ash", event);
  BOOST_TEST(
    x.found_problems()
    == "The sponsors paid 0 minor units of GBP; the teams booked 5, and 0 are on the way.");
}

BOOST_AUTO_TEST_CASE(money_that_a_sponsor_paid_and_nobody_got_is_found) {
  forgery x{paid_season};
  x.replace<actors::TeamState>("team/en/ash", [](actors::TeamState& state) {
    state.mutable_details()->clear_balances();
    state.mutable_details()->clear_totals();
    state.mutable_details()->clear_ledger();
  });
  x.finds("The sponsors paid 1000003 minor units of GBP; the teams booked ");
}

BOOST_AUTO_TEST_CASE(a_fee_that_only_one_side_booked_is_found) {
  forgery x;
  actors::TeamEvent event;
  event.mutable_transferred()->set_step(PAY);
  event.mutable_transferred()->set_transfer("t1");
  *event.mutable_transferred()->mutable_fee() = pounds(-5);
  x.add("team/en/elm", event);
  BOOST_TEST(
    x.found_problems()
    == "The fees of transfers do not cancel out: the teams booked -5 minor units of GBP, 0 "
       "are under way, and 0 went outside.");
}

BOOST_AUTO_TEST_CASE(a_balance_that_its_ledger_does_not_explain_is_found) {
  forgery x;
  x.replace<actors::TeamState>("team/en/ash", [](actors::TeamState& state) {
    state.mutable_details()->mutable_balances(0)->set_minor_units(1'001);
  });
  x.finds("The ledger of ash adds up to 1000 minor units of GBP, and its balance is 1001.");
}

BOOST_AUTO_TEST_CASE(an_entry_that_the_totals_do_not_have_is_found) {
  forgery x;
  x.replace<actors::TeamState>("team/en/ash", [](actors::TeamState& state) {
    state.mutable_details()->mutable_ledger(0)->mutable_amount()->set_minor_units(999);
  });
  BOOST_TEST(x.found_problems() == "The entries in the ledger of ash do not add up to its totals.");
}

BOOST_AUTO_TEST_CASE(a_player_in_two_squads_is_found) {
  forgery x;
  x.add("team/en/elm", arrival("ann", 9));
  x.finds("The player ann is in the squads of ash and of elm.");
  x.finds("The squad of elm has 2 players, and the team manager counts 1.");
}

BOOST_AUTO_TEST_CASE(a_player_who_is_nowhere_is_found) {
  forgery x;
  actors::TeamEvent event;
  event.set_player_removed(1);
  x.add("team/en/ash", event);
  BOOST_TEST(x.found_problems()
             == "The squad of ash has 1 players, and the team manager counts 2.");
}

BOOST_AUTO_TEST_CASE(two_players_with_one_number_are_found) {
  forgery x;
  x.add("team/en/ash", arrival("una", 1));
  x.finds("Two players of ash wear number 1.");
}

BOOST_AUTO_TEST_CASE(a_player_who_is_kept_for_no_transfer_is_found) {
  forgery x;
  actors::TeamEvent event;
  event.mutable_transferred()->set_step(RELEASE);
  event.mutable_transferred()->set_transfer("t1");
  event.mutable_transferred()->mutable_player()->set_player("ann");
  event.mutable_transferred()->mutable_player()->set_shirt_number(1);
  x.add("team/en/ash", event);
  x.finds("The team ash keeps the player ann for the transfer t1, which is not under way.");
}

BOOST_AUTO_TEST_CASE(a_team_that_plays_elsewhere_for_itself_is_found) {
  forgery x;
  actors::TeamEvent event;
  event.mutable_moved()->set_to_league("en.2");
  x.add("team/en/ash", event);
  BOOST_TEST(x.found_problems()
             == "The team ash plays in en.1 for the team manager, and in en.2 for itself.");
}

BOOST_AUTO_TEST_CASE(a_team_without_a_state_is_found) {
  forgery x;
  actors::TeamManagerEvent event;
  event.mutable_entered()->set_team("oak");
  event.mutable_entered()->set_league("en.1");
  x.add("team-manager/en", event);
  BOOST_TEST(x.found_problems() == "The team oak has no state of its own.");
}

BOOST_AUTO_TEST_CASE(a_team_that_the_index_has_twice_is_found) {
  forgery x;
  x.replace<actors::TeamManagerState>("team-manager/en", [](actors::TeamManagerState& state) {
    *state.add_teams() = state.teams(0);
    state.mutable_teams(2)->set_league("en.2");
  });
  x.finds("The team ash is in two leagues: en.1 and en.2.");
}

BOOST_AUTO_TEST_CASE(a_team_in_two_leagues_of_a_pyramid_is_found) {
  forgery x{found_pyramid};
  x.replace<actors::PyramidState>("pyramid/en", [](actors::PyramidState& state) {
    *state.mutable_tiers(2)->add_teams() = state.tiers(0).teams(0);
  });
  x.finds("The team a1 is in two leagues of the pyramid: en.1 and en.3.");
}

BOOST_AUTO_TEST_CASE(a_team_of_a_pyramid_in_another_league_is_found) {
  forgery x{found_pyramid};
  actors::TeamManagerEvent event;
  event.mutable_moved()->set_team("a1");
  event.mutable_moved()->set_to_league("en.2");
  x.add("team-manager/en", event);
  x.finds("The team a1 plays in en.1 for the pyramid, and in en.2 for the team manager.");
}

BOOST_AUTO_TEST_CASE(a_team_that_was_lost_is_found) {
  forgery x{found_pyramid};
  actors::TeamManagerEvent event;
  event.mutable_moved()->set_team("a1");
  x.add("team-manager/en", event);
  x.finds("The team a1 plays in en.1 for the pyramid, and in no league for the team manager.");
  x.replace<actors::TeamManagerState>("team-manager/en", [](actors::TeamManagerState& state) {
    state.mutable_teams()->DeleteSubrange(0, 1);
  });
  x.finds("The team a1 of en.1 is one that the team manager does not know.");
}

BOOST_AUTO_TEST_CASE(a_team_in_the_fixture_lists_of_two_leagues_is_found) {
  forgery x{found_pyramid};
  x.replace<actors::FixtureManagerState>(
    "fixture-manager/en.2/2022-23",
    [](actors::FixtureManagerState& state) { state.mutable_teams(0)->set_team("a1"); });
  BOOST_TEST(x.found_problems()
             == "The team a1 plays the season 2022-23 in two leagues: en.1 and en.2.");
}

BOOST_AUTO_TEST_CASE(records_that_cannot_be_read_are_told_and_not_passed_over) {
  forgery x;
  x.add("team/en/ash", std::string{"\xff"});
  auto pyramids = audit_store(x.store());
  BOOST_TEST_REQUIRE(!pyramids.has_value());
  BOOST_TEST(pyramids.error() == "Snapshot or records of team/en/ash are not those of a team.");
}
