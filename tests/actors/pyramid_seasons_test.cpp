// A pyramid and its leagues, season after season: who goes up and down, and that neither the order
// in which messages arrive nor a restart changes it.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/fixture_manager/fixture_manager.hpp"
#include "actors/fixture_manager/pyramid.hpp"
#include "actors/runtime/context.hpp"
#include "actors/sponsor_manager/sponsor_manager.hpp"
#include "actors/stats_manager/stats_manager.hpp"
#include "league/counter_draw.hpp"
#include "tests/actors/small_pyramid.hpp"
#include "tests/actors/test_node.hpp"

#include <deque>
#include <map>

using namespace touchline;
using namespace touchline::testing;

namespace {

constexpr int seasons = 3;

std::vector<std::string> leagues() {
  return {"en.1", "en.2", "en.3"};
}

FixtureListGet list_get(const std::string& league, const std::string& season) {
  FixtureListGet result;
  result.set_league(league);
  result.set_season(season);
  return result;
}

LeagueTableGet table_get(const std::string& league, const std::string& season) {
  LeagueTableGet result;
  result.set_league(league);
  result.set_season(season);
  return result;
}

/// A deal with each league, and one with a team.
std::vector<SponsorCreate> deals() {
  std::vector<SponsorCreate> result;
  for (auto& league : leagues()) {
    auto& deal = result.emplace_back(sponsor_create("of-" + league, 1'000'003));
    deal.set_league(league);
    auto& bonus = *deal.add_bonuses();
    bonus.set_from(1);
    bonus.set_to(2);
    bonus.set_minor_units(97);
  }
  result.emplace_back(sponsor_create("of-b1", 5'009)).set_team("b1");
  return result;
}

SponsorList deals_get(const std::string& league) {
  SponsorList result;
  result.set_league(league);
  return result;
}

// -- without a node -------------------------------------------------------------------------------

/// The contexts of a season in one place, without actors: messages wait in a queue for each pair of
/// sender and receiver, and a draw decides which queue goes on. The team manager only confirms
/// moves.
class small_world {
public:
  explicit small_world(uint64_t seed) : draws_{seed} {}

  template <class Message>
  void send(const Message& message) {
    post("", {number_of<Message>, std::make_shared<const Message>(message)});
  }

  template <class Reply, class Message>
  Reply read(const Message& message) {
    Reply result;
    auto to = catalogue_data::addresses_of(*catalogue_data::find(number_of<Message>), message);
    auto decided = entity_at(to.front()).decide(header{}, number_of<Message>, message);
    BOOST_TEST_REQUIRE((decided && result.ParseFromString(decided->reply)));
    return result;
  }

  /// Delivers everything that waits.
  void settle() {
    while (!queues_.empty()) {
      auto at = queues_.begin();
      std::advance(at, draws_.below(static_cast<uint32_t>(queues_.size()), delivered_++));
      auto to = at->first.second;
      auto message = at->second.front();
      at->second.pop_front();
      if (at->second.empty())
        queues_.erase(at);
      deliver(to, message);
    }
  }

  std::string state_of(const std::string& address) { return entity_at(address).save(); }

private:
  using outgoing = actors::outgoing_message;

  actors::entity& entity_at(const std::string& address) {
    auto& entity = entities_[address];
    if (!entity)
      entity = kinds_.find(kind_of(address))->create();
    return *entity;
  }

  void post(const std::string& from, const outgoing& message) {
    for (auto& to :
         catalogue_data::addresses_of(*catalogue_data::find(message.number), *message.body)) {
      const auto* kind = kinds_.find(kind_of(to));
      if (to == "team-manager/en" || (kind && kind->can_handle(message.number)))
        queues_[{from, to}].push_back(message);
    }
  }

  void deliver(const std::string& to, const outgoing& message) {
    if (to == "team-manager/en") {
      confirm<TeamRelegate, InfoTeamRelegated>(message);
      confirm<TeamPromote, InfoTeamPromoted>(message);
      return;
    }
    auto& entity = entity_at(to);
    auto decided = entity.decide(header{}, message.number, *message.body);
    auto why = decided ? std::string{} : to + " refuses: " + decided.error().text;
    BOOST_TEST_REQUIRE(why == "");
    entity.apply_decided();
    for (auto& x : decided->messages)
      post(to, x);
  }

  template <class Request, class Info>
  void confirm(const outgoing& message) {
    if (message.number != number_of<Request>)
      return;
    const auto& request = static_cast<const Request&>(*message.body);
    auto info = std::make_shared<Info>();
    info->set_league(request.league());
    info->set_season(request.season());
    info->set_team(request.team());
    info->set_name("The " + request.team());
    info->set_to_league(request.to_league());
    info->set_pyramid(request.pyramid());
    post("team-manager/en", {number_of<Info>, info});
  }

  actors::entity_kinds kinds_{{actors::kind_of_context<actors::pyramid>(),
                               actors::kind_of_context<actors::fixture_manager>(),
                               actors::kind_of_context<actors::stats_manager>(),
                               actors::kind_of_context<actors::sponsor_manager>()}};
  std::map<std::string, std::unique_ptr<actors::entity>> entities_;
  std::map<std::pair<std::string, std::string>, std::deque<outgoing>> queues_;
  league::counter_draw draws_;
  uint64_t delivered_ = 0;
};

/// Plays what can be played, the play-offs as well, until the season of the pyramid is over.
void play_season(small_world& world, const std::string& season) {
  while (world.read<PyramidDetails>(pyramid_get()).season() == season) {
    int posted = 0;
    for (auto& league : leagues()) {
      auto list = world.read<FixtureList>(list_get(league, season));
      for (auto& x : list.fixtures())
        if (!x.has_score() && ++posted)
          world.send(pyramid_result(list, x));
    }
    world.settle();
    BOOST_TEST_REQUIRE(posted > 0);
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(teams_change_places_by_the_final_tables_in_every_season) {
  small_world world{1};
  world.send(small_pyramid());
  world.settle();
  for (int i = 0; i < seasons; ++i) {
    auto season = world.read<PyramidDetails>(pyramid_get()).season();
    play_season(world, season);
    std::vector<LeagueTable> tables;
    for (auto& league : leagues())
      tables.push_back(world.read<LeagueTable>(table_get(league, season)));
    auto second = world.read<FixtureList>(list_get("en.2", season));
    BOOST_TEST(second.fixtures().rbegin()->round() == "Play-off final");
    auto details = world.read<PyramidDetails>(pyramid_get());
    BOOST_TEST((members_of(details) == next_members(tables, second)), "after " << season);
    BOOST_TEST(details.completed_seasons() == static_cast<uint32_t>(i + 1));
  }
}

BOOST_AUTO_TEST_CASE(the_order_in_which_messages_arrive_changes_no_season) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    small_world world{seed};
    for (auto& deal : deals())
      world.send(deal);
    world.settle();
    world.send(small_pyramid());
    world.settle();
    for (int i = 0; i < seasons; ++i)
      play_season(world, world.read<PyramidDetails>(pyramid_get()).season());
    outcomes.insert(world.state_of("pyramid/en") + world.state_of("sponsor-manager/en"));
  }
  BOOST_TEST(outcomes.size() == 1u);
}

// -- on a node ------------------------------------------------------------------------------------

namespace {

/// Whether the team manager of this version moves teams between the leagues of a pyramid.
struct team_manager_moves_teams {
  boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
    const auto kinds = actors::all_contexts();
    return kinds.find("team-manager")->can_handle(number_of<TeamPromote>);
  }
};

PyramidDetails details_of(test_node& node) {
  return node.read<PyramidDetails>(pyramid_get());
}

void create_teams(test_node& node) {
  for (auto pyramid = small_pyramid(); auto& tier : pyramid.tiers())
    for (auto& team : tier.teams()) {
      auto message = team_create(team.name(), tier.league());
      message.set_team(team.team());
      BOOST_TEST(node.ask("create/" + team.team(), message).ok());
    }
}

/// Plays a season's matches as far as they are known. Each result has one id for ever.
int play_known(test_node& node, const std::string& season) {
  int posted = 0;
  for (auto& league : leagues()) {
    auto list = node.read<FixtureList>(list_get(league, season));
    for (auto& x : list.fixtures())
      if (!x.has_score() && ++posted)
        node.client().post(league + '/' + season + '/' + std::to_string(x.number()),
                           pyramid_result(list, x),
                           [](const answer& reply) { BOOST_TEST(reply.ok(), reply.text); });
  }
  node.client().finish();
  return posted;
}

/// Plays a season to its end, and stops and starts the node in the middle of everything.
void play_season(test_node& node, const std::string& season) {
  for (int round = 0; round < 20 && details_of(node).season() == season; ++round) {
    play_known(node, season);
    node.restart();
    BOOST_TEST(node.settle());
  }
  BOOST_TEST(details_of(node).season() != season);
}

/// What all sponsors have paid, and that each has paid for so many seasons.
int64_t paid_by_sponsors(test_node& node, uint32_t for_seasons) {
  std::map<std::string, int64_t> paid;
  for (auto& league : leagues())
    for (auto list = node.read<Sponsors>(deals_get(league)); auto& x : list.sponsors()) {
      BOOST_TEST(x.paid_seasons() == for_seasons, x.sponsor());
      paid[x.sponsor()] = x.paid_minor_units();
    }
  int64_t result = 0;
  for (auto& [sponsor, units] : paid)
    result += units;
  return result;
}

/// What all teams have from sponsors, by their ledgers.
int64_t received_by_teams(test_node& node) {
  int64_t result = 0;
  for (auto pyramid = small_pyramid(); auto& tier : pyramid.tiers())
    for (auto& team : tier.teams()) {
      auto details = node.read<TeamDetails>(team_get(team.team()));
      for (auto& total : details.totals())
        if (total.kind() == "sponsor")
          result += total.amount().minor_units();
    }
  return result;
}

/// The leagues in which the team manager has the teams.
tier_members members_by_team_manager(test_node& node) {
  tier_members result;
  for (auto& league : leagues()) {
    auto& members = result.emplace_back();
    for (auto teams = node.read<Teams>(team_list(league)); auto& x : teams.teams())
      members.insert(x.team());
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(three_seasons_on_a_node_that_is_stopped_and_started_all_the_time,
                     *boost::unit_test::precondition(team_manager_moves_teams{})) {
  test_node node;
  create_teams(node);
  for (auto& deal : deals())
    BOOST_TEST(node.ask("deal/" + deal.sponsor(), deal).ok());
  BOOST_TEST(node.ask("pyramid", small_pyramid()).ok());
  BOOST_TEST(node.settle());
  for (int i = 0; i < seasons; ++i) {
    auto season = details_of(node).season();
    play_season(node, season);
    std::vector<LeagueTable> tables;
    for (auto& league : leagues())
      tables.push_back(node.read<LeagueTable>(table_get(league, season)));
    auto second = node.read<FixtureList>(list_get("en.2", season));
    auto expected = next_members(tables, second);
    BOOST_TEST((members_of(details_of(node)) == expected), "after " << season);
    BOOST_TEST((members_by_team_manager(node) == expected), "after " << season);
  }
  BOOST_TEST(node.runtime().store().dead_letters("", 10)->empty());
  auto paid = paid_by_sponsors(node, seasons);
  BOOST_TEST(paid == seasons * (3 * (1'000'003 + 2 * 97) + 5'009));
  BOOST_TEST(received_by_teams(node) == paid);
}
