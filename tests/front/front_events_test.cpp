// Live events over HTTP: what is followed, where a client goes on, and how it is kept within
// bounds.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/front/served_node.hpp"

#include <atomic>
#include <future>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string events = "/v1/events";
const std::string teams = "/v1/leagues/en.1/teams";

front::front_configuration quick() {
  front::front_configuration config;
  config.events.poll_ms = 20;
  config.events.streams_per_caller = 100;
  return config;
}

struct followed_league {
  explicit followed_league(const front::front_configuration& config = quick()) : node{config} {}

  void make_team(const std::string& name, const std::string& league = "en.1") {
    auto made = node.ask("POST", "/v1/leagues/" + league + "/teams", {bearer(admin)},
                         json{{"name", name}}.dump());
    BOOST_TEST_REQUIRE(made.status == 201, made.body);
  }

  /// A client that has begun; `from` is where it goes on.
  std::unique_ptr<http_client> follow(const std::string& query = {}, const std::string& from = {},
                                      int receive_bytes = 0) {
    header_list headers{bearer(viewer)};
    if (!from.empty())
      headers.emplace_back("Last-Event-ID", from);
    auto client = std::make_unique<http_client>(node.port(), receive_bytes);
    auto head = client->follow(events + query, headers);
    BOOST_TEST_REQUIRE(head.status == 200, head.body);
    BOOST_TEST(head.header("content-type") == "text/event-stream");
    return client;
  }

  served_node node;
  std::string admin = node.make_account("admin", LEAGUE_ADMINISTRATOR);
  std::string viewer = node.make_account("viewer", VIEWER);
};

/// The id with which a stream from now on begins.
std::string begin_of(http_client& client) {
  auto block = client.next_block();
  BOOST_TEST_REQUIRE(block.has_value());
  BOOST_TEST(!block->id.empty());
  return block->id;
}

/// The next events up to the one that names the team and comes from the team itself.
std::vector<sent_event> until_team(http_client& client, const std::string& key) {
  std::vector<sent_event> out;
  do {
    auto next = client.next_event();
    BOOST_TEST_REQUIRE(next.has_value());
    out.push_back(*next);
  } while (json::parse(out.back().data)["address"] != "team/en/" + key);
  return out;
}

void check_problem(const http_reply& x, int status, const std::string& code,
                   const std::string& field = {}) {
  BOOST_TEST(x.status == status, x.body);
  auto body = json::parse(x.body, nullptr, false);
  BOOST_TEST_REQUIRE(body.is_object());
  BOOST_TEST(body["code"] == code);
  BOOST_TEST(body.value("field", std::string{}) == field);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_client_sees_what_is_committed_while_it_listens) {
  followed_league league;
  league.make_team("Before FC");
  BOOST_TEST(league.node.league().settle(60'000));
  auto client = league.follow();
  begin_of(*client);
  league.make_team("Arsenal FC");
  auto first = client->next_event();
  BOOST_TEST_REQUIRE(first.has_value());
  BOOST_TEST(first->event == "team.create");
  auto data = json::parse(first->data);
  BOOST_TEST(data["address"] == "team-manager/en");
  BOOST_TEST(data["position"].get<uint64_t>() == 2u);
  BOOST_TEST(data["facts"].dump().find("Arsenal FC") != std::string::npos, data.dump());
  // Whoever knows the id of a command gets its answer.
  for (auto* name : {"id", "correlation", "causation", "from", "sent"})
    BOOST_TEST(!data.contains(name), name);
  auto metrics = league.node.ask("GET", "/metrics").body;
  BOOST_TEST(metrics.find("touchline_front_streams 1\n") != std::string::npos, metrics);
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_back_misses_nothing_and_sees_nothing_twice) {
  followed_league league;
  auto client = league.follow();
  auto begin = begin_of(*client);
  for (auto* name : {"Ash", "Birch", "Cedar", "Elm"})
    league.make_team(name);
  auto all = until_team(*client, "elm");
  BOOST_TEST(all.size() >= 8);
  // From every place at which a connection may break.
  for (size_t seen = 0; seen <= all.size(); ++seen) {
    auto again = league.follow({}, seen == 0 ? begin : all[seen - 1].id);
    // The partitions may come in another order.
    std::set<std::string> missed;
    std::set<std::string> got;
    for (size_t i = seen; i < all.size(); ++i) {
      auto next = again->next_event();
      BOOST_TEST_REQUIRE(next.has_value());
      missed.insert(all[i].data);
      got.insert(next->data);
    }
    BOOST_TEST((got == missed), "after " << seen << " events");
  }
  auto late = league.follow({}, all.back().id);
  league.make_team("Fir");
  BOOST_TEST(json::parse(late->next_event()->data)["facts"].dump().find("Fir")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_sees_what_it_asked_for) {
  followed_league league;
  auto of_team = league.follow("?team=birch");
  auto of_league = league.follow("?league=de.1");
  auto of_message = league.follow("?message=team.create");
  for (auto* x : {&of_team, &of_league, &of_message})
    begin_of(**x);
  league.make_team("Ash");
  league.make_team("Birch");
  league.make_team("Linde", "de.1");
  BOOST_TEST(of_team->next_event()->data.find("\"birch\"") != std::string::npos);
  BOOST_TEST(of_league->next_event()->data.find("\"linde\"") != std::string::npos);
  for (auto* key : {"ash", "birch", "linde"}) {
    auto next = of_message->next_event();
    BOOST_TEST(next->event == "team.create");
    BOOST_TEST(next->data.find(key) != std::string::npos, next->data);
  }
}

BOOST_AUTO_TEST_CASE(nothing_of_accounts_is_seen) {
  followed_league league;
  auto client = league.follow();
  begin_of(*client);
  league.node.make_account("en/jane", TEAM_OWNER, {"arsenal-fc"});
  league.make_team("Arsenal FC");
  for (auto& x : until_team(*client, "arsenal-fc")) {
    BOOST_TEST(x.data.find("jane") == std::string::npos, x.data);
    BOOST_TEST(!json::parse(x.data)["address"].get<std::string>().starts_with("identity"), x.data);
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_request_is_named) {
  followed_league league;
  auto ask = [&](const std::string& query, header_list headers = {}) {
    headers.push_back(bearer(league.viewer));
    return league.node.ask("GET", events + query, headers);
  };
  check_problem(league.node.ask("GET", events), 401, "unauthenticated");
  check_problem(ask("?team=Arsenal%20FC"), 422, "invalid-argument", "team");
  check_problem(ask("?message=team.explode"), 422, "invalid-argument", "message");
  check_problem(ask("?colour=red"), 422, "invalid-argument", "colour");
  check_problem(ask("", {{"Last-Event-ID", "!"}}), 422, "invalid-argument", "Last-Event-ID");
  check_problem(league.node.ask("POST", events, {bearer(league.viewer)}, "{}"), 405, "unsupported");
  http_client client{league.node.port()};
  BOOST_TEST(client.ask("HEAD", events, {bearer(league.viewer)}).status == 200);
}

BOOST_AUTO_TEST_CASE(with_public_reads_everybody_follows_and_nobody_takes_the_place_of_an_account) {
  auto config = quick();
  config.public_reads = true;
  config.events.streams_per_caller = 1;
  followed_league league{config};
  http_client guest{league.node.port()};
  BOOST_TEST_REQUIRE(guest.follow(events).status == 200);
  begin_of(guest);
  // A second one of the same address, which is no account's.
  check_problem(league.node.ask("GET", events), 429, "overloaded");
  auto client = league.follow();
  league.make_team("Arsenal FC");
  BOOST_TEST(guest.next_event()->event == "team.create");
  league.node.make_account("en/jane", TEAM_OWNER, {"arsenal-fc"});
  league.make_team("Chelsea FC");
  for (auto& x : until_team(guest, "chelsea-fc"))
    BOOST_TEST(x.data.find("jane") == std::string::npos, x.data);
  check_problem(league.node.ask("GET", events, {bearer("nonsense")}), 401, "unauthenticated");
}

BOOST_AUTO_TEST_CASE(one_stream_too_many_is_refused_until_another_one_ends) {
  auto config = quick();
  config.events.streams = 3;
  config.events.streams_per_caller = 2;
  followed_league league{config};
  auto first = league.follow();
  auto second = league.follow();
  auto ask = [&](const std::string& token) {
    return http_client{league.node.port()}.follow(events, {bearer(token)});
  };
  auto refused = ask(league.viewer);
  check_problem(refused, 429, "overloaded");
  BOOST_TEST(!refused.header("retry-after").empty());
  http_client third{league.node.port()};
  BOOST_TEST(third.follow(events, {bearer(league.admin)}).status == 200);
  check_problem(ask(league.node.make_account("other", VIEWER)), 429, "overloaded");
  first.reset();
  // That it has gone is noticed a moment later.
  http_reply again;
  for (int i = 0; i < 1'000 && again.status != 200; ++i)
    again = ask(league.viewer);
  BOOST_TEST(again.status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_dropped_and_told_so_and_others_are_not) {
  auto config = quick();
  config.events.waiting_bytes = 4'096;
  config.events.slow_ms = 300;
  config.rate = {.per_second = 100'000, .burst = 100'000};
  followed_league league{config};
  league.make_team("Arsenal FC");
  auto slow = league.follow({}, {}, 4'096);
  auto begin = begin_of(*slow);
  auto quick_one = league.follow();
  begin_of(*quick_one);
  // Far more than sockets hold.
  std::string text(90, 'x');
  std::atomic<bool> dropped = false;
  auto made = std::async(std::launch::async, [&] {
    http_client client{league.node.port()};
    int count = 0;
    for (; !dropped && count < 100'000; ++count) {
      auto body = json{{"name", "Arsenal FC"}, {"stadium", text + std::to_string(count)}}.dump();
      client.ask("PATCH", teams + "/arsenal-fc", {bearer(league.admin)}, body);
    }
    return count;
  });
  uint64_t read = 0;
  while (!dropped) {
    auto next = quick_one->next_event();
    BOOST_TEST((next.has_value() && next->event != "end"), "the one that reads was dropped");
    dropped = !next.has_value();
    if (++read % 64 == 0)
      dropped = league.node.ask("GET", "/metrics").body.find("streams_too_slow_total 1\n")
                != std::string::npos;
  }
  BOOST_TEST(made.get() > 0);
  sent_event last;
  std::string seen = begin;
  while (auto next = slow->next_event()) {
    last = *next;
    seen = next->id.empty() ? seen : next->id;
  }
  BOOST_TEST(last.event == "end");
  BOOST_TEST(json::parse(last.data)["reason"] == "too-slow");
  // It goes on where it was.
  BOOST_TEST(league.follow({}, seen)->next_event().has_value());
}

BOOST_AUTO_TEST_CASE(a_stream_without_events_shows_that_it_is_there) {
  auto config = quick();
  config.events.heartbeat_ms = 50;
  followed_league league{config};
  auto client = league.follow();
  auto begin = begin_of(*client);
  for (int i = 0; i < 3; ++i) {
    auto block = client->next_block();
    BOOST_TEST_REQUIRE(block.has_value());
    BOOST_TEST(block->data.empty());
    BOOST_TEST(!block->id.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_front_that_ends_tells_its_clients_to_go_elsewhere) {
  followed_league league;
  auto client = league.follow();
  begin_of(*client);
  auto drained = std::async(std::launch::async, [&league] { return league.node.served().drain(); });
  auto last = client->next_event();
  BOOST_TEST_REQUIRE(last.has_value());
  BOOST_TEST(last->event == "end");
  BOOST_TEST(json::parse(last->data)["reason"] == "draining");
  BOOST_TEST(!client->next_block().has_value());
  BOOST_TEST(drained.get());
}
