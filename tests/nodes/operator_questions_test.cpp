// What a node finds for an operator in its store, how answers of nodes are merged, and who may ask.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/placement.hpp"
#include "nodes/certificate_proof.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/cluster/operator_questions.hpp"
#include "nodes/cluster/replica_state.hpp"
#include "nodes/state_replay.hpp"
#include "tests/actors/test_node.hpp"
#include "tests/storage/fixtures.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <numeric>

using namespace touchline;
using namespace touchline::cluster;
using storage::test::open_store;
using touchline::testing::temporary_folder;

namespace {

constexpr uint32_t partitions = 4;

std::string team(int i) {
  auto digits = std::to_string(i);
  return "team/many/" + std::string(6 - digits.size(), '0') + digits;
}

void commit(storage::store& store, storage::write_batch batch) {
  std::vector<storage::write_batch> batches;
  batches.push_back(std::move(batch));
  BOOST_TEST_REQUIRE(store.commit(batches).has_value());
}

void store_teams(storage::store& store, int count) {
  storage::write_batch batch;
  for (int i = 0; i < count; ++i)
    batch.append(team(i), 1, "record");
  commit(store, std::move(batch));
}

/// Entities in memory of each of these partitions, as their partition would name them.
std::map<uint32_t, actors::entity_rows> rows_of(const std::vector<uint32_t>& led,
                                                const std::vector<std::string>& active,
                                                const ActorsQuery& query) {
  std::map<uint32_t, actors::entity_rows> out;
  for (auto partition : led) {
    auto& rows = out[partition].rows;
    for (auto& address : active)
      if (actors::partition_of(address, partitions) == partition && address > query.after()
          && rows.size() < page_limit(query)) {
        actors::entity_row x;
        x.address = address;
        x.state = "running";
        x.handled = 5;
        rows.push_back(std::move(x));
      }
  }
  return out;
}

/// All pages of two nodes, of which each leads two partitions.
std::vector<ActorRow> all_pages(const storage::store& store, ActorsQuery query,
                                const std::vector<std::string>& active, int* pages = nullptr) {
  std::vector<ActorRow> out;
  for (;;) {
    std::vector<ActorsPage> of_nodes;
    for (uint32_t node : {0U, 1U})
      of_nodes.push_back(list_entities(
        store, query, rows_of({2 * node, 2 * node + 1}, active, query), partitions, node + 1));
    auto page = merge_pages(query, of_nodes);
    BOOST_TEST(page.missing_partition_size() == 0);
    BOOST_TEST(static_cast<uint32_t>(page.actor_size()) <= page_limit(query));
    out.insert(out.end(), page.actor().begin(), page.actor().end());
    if (pages)
      ++*pages;
    if (page.at_end())
      return out;
    // Boost compares texts by their length first.
    BOOST_TEST_REQUIRE((page.next() > query.after()));
    query.set_after(page.next());
  }
}

std::string entry_with(const std::vector<std::string>& addresses) {
  std::string data;
  for (auto& address : addresses) {
    storage::write_batch batch;
    batch.append(address, 1, "record of " + address);
    add_frame(data, batch.encode());
  }
  return encode_entry({1, consensus::entry_type::command, std::make_shared<std::string>(data)});
}

/// The log of a partition: each entry with these addresses.
void store_log(storage::store& store, uint32_t partition, uint64_t first,
               const std::vector<std::vector<std::string>>& entries) {
  storage::write_batch batch;
  auto group = group_of(partition);
  auto index = first;
  for (auto& addresses : entries)
    batch.put_log(group, index++, entry_with(addresses));
  commit(store, std::move(batch));
}

TailQuery tail_from(uint32_t partition, uint64_t index) {
  TailQuery query;
  auto& cursor = *query.add_cursor();
  cursor.set_partition(partition);
  cursor.set_index(index);
  return query;
}

} // namespace

// -- entities -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(pages_of_two_nodes_name_every_entity_once_whatever_their_size) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  constexpr int count = 2'000;
  store_teams(*store, count);
  std::vector<std::string> active{"team/many/0000001x", team(7), team(8), team(1'999), "team/new"};
  for (uint32_t limit : {1U, 3U, 100U, 1'000U}) {
    ActorsQuery query;
    query.set_limit(limit);
    query.set_after(limit < 3 ? team(1'900) : "");
    auto all = all_pages(*store, query, active);
    BOOST_TEST(all.size() == (limit < 3 ? 100u : 2'002u));
    BOOST_TEST(std::ranges::is_sorted(all, {}, [](auto& x) { return x.address(); }));
    auto in_memory = std::ranges::count_if(all, [](auto& x) { return !x.passive(); });
    BOOST_TEST(in_memory == (limit < 3 ? 2 : 5));
    for (auto& x : all) {
      BOOST_TEST(x.partition() == actors::partition_of(x.address(), partitions));
      BOOST_TEST(x.node() == x.partition() / 2 + 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_pattern_that_nothing_fits_looks_at_a_bounded_number_of_addresses_a_page) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  constexpr int count = 40'000;
  store_teams(*store, count);
  ActorsQuery query;
  query.set_pattern("team/*z");
  int pages = 0;
  BOOST_TEST(all_pages(*store, query, {}, &pages).empty());
  BOOST_TEST(pages >= count / static_cast<int>(max_scanned_addresses));
  query.set_pattern("team/many/0399*");
  BOOST_TEST(all_pages(*store, query, {}).size() == 100u);
}

BOOST_AUTO_TEST_CASE(partitions_that_nobody_speaks_for_are_named) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  ActorsQuery query;
  std::vector<ActorsPage> pages{
    list_entities(*store, query, rows_of({0}, {}, query), partitions, 1),
    list_entities(*store, query, rows_of({2}, {}, query), partitions, 2)};
  auto merged = merge_pages(query, pages);
  BOOST_TEST(
    (std::vector<uint32_t>(merged.missing_partition().begin(), merged.missing_partition().end())
     == std::vector<uint32_t>{1, 3}));
}

// -- tail -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_tail_begins_now_and_goes_on_from_its_cursor) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"team/a/1"}, {"team/a/2", "stats-manager/a/b"}});
  auto first = read_tail(*store, {}, {{0, 2}}, 1);
  BOOST_TEST(first.record_size() == 0);
  BOOST_TEST_REQUIRE(first.cursor_size() == 1);
  BOOST_TEST(first.cursor(0).index() == 2u);
  auto query = tail_from(0, 0);
  query.set_pattern("team/*");
  auto all = read_tail(*store, query, {{0, 2}}, 1);
  BOOST_TEST_REQUIRE(all.record_size() == 2);
  BOOST_TEST(all.record(1).address() == "team/a/2");
  BOOST_TEST(all.record(1).index() == 2u);
  BOOST_TEST(all.record(1).position() == 1u);
  BOOST_TEST(all.record(1).record() == "record of team/a/2");
  BOOST_TEST(all.dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(a_tail_that_is_ahead_of_a_new_leader_waits_for_it) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"team/a/1"}});
  auto batch = read_tail(*store, tail_from(0, 3), {{0, 1}}, 1);
  BOOST_TEST(batch.record_size() == 0);
  BOOST_TEST(batch.cursor(0).index() == 3u);
}

BOOST_AUTO_TEST_CASE(a_tail_gives_the_newest_and_counts_what_it_left_out) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"team/a/1", "team/a/2"}, {"team/a/3"}, {"team/a/4", "team/a/5"}});
  auto query = tail_from(0, 0);
  query.set_limit(2);
  auto batch = read_tail(*store, query, {{0, 3}}, 1);
  BOOST_TEST_REQUIRE(batch.record_size() == 2);
  BOOST_TEST(batch.record(0).address() == "team/a/4");
  BOOST_TEST(batch.dropped() == 3u);
  BOOST_TEST(batch.cursor(0).index() == 3u);
}

BOOST_AUTO_TEST_CASE(a_tail_in_order_stops_behind_whole_entries_and_goes_on_there) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"team/a/1"}, {"team/a/2", "team/a/3", "team/a/4"}, {"team/a/5"}});
  auto query = tail_from(0, 0);
  query.set_in_order(true);
  query.set_limit(2);
  auto batch = read_tail(*store, query, {{0, 3}}, 1);
  BOOST_TEST(batch.record_size() == 4);
  BOOST_TEST(batch.dropped() == 0u);
  BOOST_TEST(batch.cursor(0).index() == 2u);
  *query.mutable_cursor() = batch.cursor();
  batch = read_tail(*store, query, {{0, 3}}, 1);
  BOOST_TEST_REQUIRE(batch.record_size() == 1);
  BOOST_TEST(batch.record(0).address() == "team/a/5");
  BOOST_TEST(batch.cursor(0).index() == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_open_to_all_has_nothing_of_accounts_and_operators) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"identity/en/jane", "team/en/arsenal-fc"}, {"audit/cluster"}});
  auto query = tail_from(0, 0);
  query.set_open_only(true);
  auto batch = read_tail(*store, query, {{0, 2}}, 1);
  BOOST_TEST_REQUIRE(batch.record_size() == 1);
  BOOST_TEST(batch.record(0).address() == "team/en/arsenal-fc");
  BOOST_TEST(batch.cursor(0).index() == 2u);
  Request question;
  *question.mutable_admin()->mutable_tail() = query;
  BOOST_TEST((need_of(question) == need::nothing));
  question.mutable_admin()->mutable_tail()->clear_open_only();
  BOOST_TEST((need_of(question) == need::look));
  for (auto* kind : {"identity", "audit", "nonsense"})
    BOOST_TEST(!is_open_kind(kind), kind);
  for (auto* kind : {"team", "team-manager", "fixture-manager", "stats-manager", "sponsor-manager"})
    BOOST_TEST(is_open_kind(kind), kind);
}

BOOST_AUTO_TEST_CASE(entries_that_were_cut_before_they_were_asked_for_are_counted) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 10, {{"team/a/1"}, {"team/a/2"}});
  auto batch = read_tail(*store, tail_from(0, 4), {{0, 11}}, 1);
  BOOST_TEST(batch.lost_entries() == 5u);
  BOOST_TEST(batch.record_size() == 2);
  BOOST_TEST(batch.cursor(0).index() == 11u);
}

BOOST_AUTO_TEST_CASE(of_two_leaders_of_a_partition_the_one_that_is_further_is_believed) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store_log(*store, 0, 1, {{"team/a/1"}});
  auto behind = read_tail(*store, tail_from(0, 0), {{0, 1}}, 2);
  store_log(*store, 0, 2, {{"team/a/2"}});
  auto ahead = read_tail(*store, tail_from(0, 0), {{0, 2}}, 2);
  auto query = tail_from(1, 77);
  auto merged = merge_tails(query, {behind, ahead});
  BOOST_TEST(merged.record_size() == 2);
  BOOST_TEST_REQUIRE(merged.cursor_size() == 2);
  BOOST_TEST(merged.cursor(0).index() == 2u);
  // Nobody spoke for it: it goes on from where it was.
  BOOST_TEST(merged.cursor(1).index() == 77u);
  BOOST_TEST_REQUIRE(merged.missing_partition_size() == 1);
  BOOST_TEST(merged.missing_partition(0) == 1u);
}

// -- states ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_replay_that_needs_records_that_are_none_says_so) {
  temporary_folder folder;
  auto store = open_store(folder.path());
  storage::write_batch batch;
  batch.append("team/a/b", 1, "no record at all");
  commit(*store, std::move(batch));
  auto unknown = nodes::state_replay::begin(*store, "nothing/a");
  BOOST_TEST_REQUIRE(!unknown.has_value());
  BOOST_TEST(unknown.error().code == NOT_FOUND);
  auto replay = nodes::state_replay::begin(*store, "team/a/b");
  BOOST_TEST_REQUIRE(replay.has_value());
  auto done = (*replay)->step();
  BOOST_TEST_REQUIRE(!done.has_value());
  BOOST_TEST(done.error().code == DAMAGED);
}

BOOST_AUTO_TEST_CASE(a_state_is_found_before_at_and_after_every_snapshot) {
  auto options = testing::test_node::quick_options();
  options.snapshot_every = 4;
  testing::test_node node{options};
  constexpr uint64_t records = 18;
  for (uint64_t i = 1; i <= records; ++i) {
    SponsorCreate create;
    SponsorUpdate update;
    for (auto* name : {create.mutable_name(), update.mutable_name()})
      *name = "Name " + std::to_string(i);
    auto fill = [](auto& x) {
      x.set_league("kent");
      x.set_sponsor("kestrel");
      x.mutable_amount_per_season()->set_minor_units(1);
      x.mutable_amount_per_season()->set_currency("GBP");
    };
    fill(create);
    fill(update);
    auto id = std::to_string(i);
    auto done = i == 1 ? node.client().ask(id, create) : node.client().ask(id, update);
    BOOST_TEST_REQUIRE(done.ok(), done.text);
  }
  BOOST_TEST_REQUIRE(node.settle());
  auto& store = node.runtime().store();
  const std::string address = "sponsor-manager/kent";
  auto snapshot = store.read_snapshot(address);
  BOOST_TEST_REQUIRE((snapshot && *snapshot));
  BOOST_TEST((*snapshot)->position > 4u);
  for (uint64_t i = 1; i <= records; ++i) {
    auto replay = nodes::state_replay::begin(store, address, i);
    BOOST_TEST_REQUIRE(replay.has_value());
    auto done = (*replay)->step();
    BOOST_TEST_REQUIRE(done.has_value(), done.error().text);
    BOOST_TEST(*done);
    BOOST_TEST((*replay)->position() == i);
    auto state = (*replay)->state().state_message().ShortDebugString();
    BOOST_TEST(state.find("\"Name " + std::to_string(i) + '"') != std::string::npos, state);
  }
}

// -- who may --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(operators_act_administrators_of_no_pyramid_look_and_others_do_neither) {
  Request act;
  act.mutable_admin()->mutable_snapshot();
  Request look;
  look.mutable_admin()->set_supervisors(true);
  BOOST_TEST((need_of(act) == need::act));
  BOOST_TEST((need_of(look) == need::look));
  auto may = [](const Authority& who, const Request& what) {
    return !check_authority(who, need_of(what));
  };
  BOOST_TEST(may(authority_of("chief", OPERATOR), act));
  BOOST_TEST(may(authority_of("chief", OPERATOR), look));
  BOOST_TEST(may(authority_of("boss", LEAGUE_ADMINISTRATOR), look));
  BOOST_TEST(!may(authority_of("boss", LEAGUE_ADMINISTRATOR), act));
  BOOST_TEST(!may(authority_of("en/boss", LEAGUE_ADMINISTRATOR), look));
  BOOST_TEST(!may(authority_of("fan", VIEWER), look));
  BOOST_TEST(!may(authority_of("nobody", ROLE_UNSPECIFIED), look));
  BOOST_TEST(check_authority({}, need::look)->code == UNAUTHENTICATED);
  BOOST_TEST(check_authority(authority_of("fan", VIEWER), need::look)->code == FORBIDDEN);
}

BOOST_AUTO_TEST_CASE(what_changes_the_cluster_needs_an_operator_and_what_programs_read_does_not) {
  Request x;
  x.mutable_change()->set_node(2);
  BOOST_TEST((need_of(x) == need::act));
  BOOST_TEST(describe(x) == "drain node 2");
  x.mutable_partition()->mutable_transfer()->set_to(2);
  BOOST_TEST((need_of(x) == need::act));
  BOOST_TEST(describe(x) == "transfer partition 0 to node 2");
  x.mutable_partition()->set_store("");
  BOOST_TEST((need_of(x) == need::nothing));
  x.set_status(true);
  BOOST_TEST((need_of(x) == need::nothing));
}

BOOST_AUTO_TEST_CASE(challenges_and_sessions_are_those_of_one_node_and_end) {
  operator_gate gate{{}, "trial"};
  operator_gate other{{}, "trial"};
  auto challenge = gate.draw_challenge(1'000);
  BOOST_TEST((challenge != gate.draw_challenge(1'000)));
  CertificateProof proof;
  auto why = [&](operator_gate& at, int64_t now_ms) { return at.open(proof, now_ms).error().text; };
  BOOST_TEST(why(gate, 1'000).find("not one of this node") != std::string::npos);
  proof.set_challenge(challenge);
  BOOST_TEST(why(other, 1'000).find("not one of this node") != std::string::npos);
  BOOST_TEST(why(gate, 1'001 + challenge_ms).find("too old") != std::string::npos);
  BOOST_TEST(why(gate, 1'000).find("no TLS") != std::string::npos);
  BOOST_TEST(operator_gate::is_session("session.abc"));
  BOOST_TEST(!operator_gate::is_session("CgVhZG1pbg.abc"));
  auto unknown = gate.find("session.abc", 1'000);
  BOOST_TEST_REQUIRE(!unknown.has_value());
  BOOST_TEST(unknown.error().code == UNAUTHENTICATED);
}
