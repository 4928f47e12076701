// A context that does not answer: its requests fail at once, and those to others do not notice.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/catalogue.hpp"
#include "tests/front/served_node.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

constexpr uint32_t failures = 3;
constexpr int64_t answer_ms = 4'000;
constexpr int64_t open_ms = 15'000;

front::front_configuration quick() {
  front::front_configuration out;
  out.client.request_ms = answer_ms;
  out.breaker = {failures, open_ms};
  out.rate = {100'000, 100'000};
  return out;
}

template <class Message>
uint32_t partition_of(served_node& node, const std::string& league) {
  Message x;
  x.set_league(league);
  auto to = catalogue_data::addresses_of(*catalogue_data::find(number_of<Message>), x);
  return node.league().routes().index_of(to.front());
}

/// A league whose sponsors are in another partition than its teams, and than the accounts.
std::string divided_league(served_node& node) {
  TokenCheck check;
  check.set_account("admin");
  auto accounts = catalogue_data::addresses_of(*catalogue_data::find(number_of<TokenCheck>), check);
  auto of_accounts = node.league().routes().index_of(accounts.front());
  for (int i = 0;; ++i) {
    auto league = "league-" + std::to_string(i);
    auto sponsors = partition_of<SponsorList>(node, league);
    if (sponsors != of_accounts && sponsors != partition_of<TeamList>(node, league))
      return league;
  }
}

int64_t metric(served_node& node, const std::string& line) {
  return metric_in(node.ask("GET", "/metrics").body, line);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_context_that_does_not_answer_fails_at_once_and_slows_no_other) {
  served_node node{quick()};
  auto admin = bearer(node.make_account("admin", LEAGUE_ADMINISTRATOR));
  auto league = divided_league(node);
  const auto sponsors = "/v1/leagues/" + league + "/sponsors";
  const auto teams = "/v1/leagues/" + league + "/teams";
  const std::string state = R"(touchline_front_breaker_state{context="sponsor-manager"})";
  BOOST_TEST_REQUIRE(node.ask("POST", teams, {admin}, R"({"name": "Ash"})").status == 201);
  BOOST_TEST_REQUIRE(node.ask("GET", sponsors, {admin}).status == 200);
  BOOST_TEST(metric(node, state) == 0);
  auto partition = partition_of<SponsorList>(node, league);
  auto term
    = metric(node, "touchline_replica_term{partition=\"" + std::to_string(partition) + "\"}");
  BOOST_TEST_REQUIRE(term > 0);

  // Its partition has no leader now.
  auto& runtime = node.league().node().runtime();
  runtime.follow(partition, {UNAVAILABLE, "The partition is away."});
  std::vector<std::future<http_reply>> asked;
  for (uint32_t i = 0; i < failures; ++i)
    asked.push_back(
      std::async(std::launch::async, [&] { return node.ask("GET", sponsors, {admin}); }));
  // While these wait, others are answered.
  int answered = 0;
  auto still_wait = [&asked] {
    return std::ranges::all_of(asked, [](auto& one) {
      return one.wait_for(std::chrono::seconds{0}) == std::future_status::timeout;
    });
  };
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(node.ask("GET", teams, {admin}).status == 200);
    answered += still_wait() ? 1 : 0;
  }
  BOOST_TEST(answered > 0);
  for (auto& x : asked) {
    auto reply = x.get();
    BOOST_TEST((reply.status == 503 || reply.status == 504), reply.status << ' ' << reply.body);
  }
  BOOST_TEST(metric(node, state) == 1);
  // From now on nothing waits that would be there longer than the breaker is open.
  auto refused = node.ask("GET", sponsors, {admin});
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(json::parse(refused.body)["code"] == "unavailable", refused.body);
  BOOST_TEST(!refused.header("retry-after").empty());
  BOOST_TEST(refused.body.find("sponsor-manager does not answer") != std::string::npos,
             refused.body);
  BOOST_TEST(node.ask("GET", teams, {admin}).status == 200);
  BOOST_TEST(metric(node, R"(touchline_front_breaker_state{context="team-manager"})") == 0);

  // It comes back, one request finds that out, and then all are let through.
  runtime.lead(partition, static_cast<uint64_t>(term));
  bool is_back = false;
  for (int i = 0; i < 600 && !is_back; ++i) {
    is_back = node.ask("GET", sponsors, {admin}).status == 200;
    if (!is_back)
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  BOOST_TEST(is_back);
  BOOST_TEST(metric(node, state) == 0);
}
