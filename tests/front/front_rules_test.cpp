// The rules of the front that need no socket: breakers, rates, paths, problems.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/circuit_breaker.hpp"
#include "nodes/front/front_configuration.hpp"
#include "nodes/front/operation_response.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/rate_limiter.hpp"
#include "nodes/front/recent_table.hpp"
#include "nodes/front/route_table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace touchline;
using namespace touchline::front;

BOOST_AUTO_TEST_SUITE(circuit_breakers)

BOOST_AUTO_TEST_CASE(a_breaker_opens_after_failures_in_a_row) {
  circuit_breaker x{{.failures = 3, .open_ms = 100}};
  auto ask = [&x](bool answered) { x.report(x.admit(0).value(), answered, 0); };
  ask(false);
  ask(false);
  ask(true);
  ask(false);
  ask(false);
  BOOST_TEST((x.state() == breaker_state::closed));
  ask(false);
  BOOST_TEST((x.state() == breaker_state::open));
  BOOST_TEST(!x.admit(99).has_value());
  BOOST_TEST(x.retry_after_ms(40) == 60);
}

BOOST_AUTO_TEST_CASE(one_request_tries_whether_the_context_is_back) {
  circuit_breaker x{{.failures = 1, .open_ms = 100}};
  x.report(x.admit(0).value(), false, 0);
  auto probe = x.admit(100);
  BOOST_TEST_REQUIRE(probe.has_value());
  BOOST_TEST((x.state() == breaker_state::half_open));
  BOOST_TEST(!x.admit(100).has_value());
  x.report(*probe, false, 150);
  BOOST_TEST((x.state() == breaker_state::open));
  BOOST_TEST(!x.admit(249).has_value());
  x.report(x.admit(250).value(), true, 251);
  BOOST_TEST((x.state() == breaker_state::closed));
  BOOST_TEST(x.retry_after_ms(251) == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_from_before_the_breaker_opened_does_not_close_it) {
  circuit_breaker x{{.failures = 1, .open_ms = 100}};
  auto slow = x.admit(0).value();
  x.report(x.admit(0).value(), false, 0);
  x.report(slow, true, 1);
  BOOST_TEST((x.state() == breaker_state::open));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rates)

BOOST_AUTO_TEST_CASE(a_caller_may_send_a_burst_and_then_its_rate) {
  rate_limiter x{{.per_second = 10, .burst = 3}};
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(x.take("jane", 1'000) == 0);
  BOOST_TEST(x.take("jane", 1'000) == 100);
  BOOST_TEST(x.take("john", 1'000) == 0);
  BOOST_TEST(x.take("jane", 1'099) == 1);
  BOOST_TEST(x.take("jane", 1'100) == 0);
  // After a long pause the bucket is full, and no fuller.
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(x.take("jane", 10'000'000'000) == 0);
  BOOST_TEST(x.take("jane", 10'000'000'000) > 0);
}

BOOST_AUTO_TEST_CASE(what_was_used_longest_ago_is_forgotten_first) {
  recent_table<int> x{2};
  x.put("a", 1);
  x.put("b", 2);
  BOOST_TEST(*x.find("a") == 1);
  x.put("c", 3);
  BOOST_TEST(x.find("b") == nullptr);
  BOOST_TEST(*x.find("a") == 1);
  BOOST_TEST(x.size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(a_path_is_decoded_after_it_was_cut) {
  route_table routes;
  auto x = routes.match("GET", "/v1/accounts/en%2Farsenal-fc");
  BOOST_TEST_REQUIRE(x.found);
  BOOST_TEST(x.found->info->name == "account.get");
  BOOST_TEST(x.fields.front().second == "en/arsenal-fc");
  BOOST_TEST(routes.match("GET", "/v1/accounts/en%2").malformed);
  BOOST_TEST(routes.match("GET", "/v1/accounts/%zz").malformed);
}

BOOST_AUTO_TEST_CASE(every_route_finds_its_own_message) {
  route_table routes;
  BOOST_TEST(routes.routes().size() > 25);
  for (auto& x : routes.routes()) {
    std::string path;
    for (auto& part : x.segments)
      path += '/' + (parameter_of(part).empty() ? part : std::string{"k"});
    auto found = routes.match(x.method, path);
    BOOST_TEST_REQUIRE(found.found);
    BOOST_TEST(found.found->info->name == x.info->name);
  }
}

BOOST_AUTO_TEST_CASE(a_path_knows_its_methods) {
  route_table routes;
  auto x = routes.match("DELETE", "/v1/leagues/en.1/teams");
  BOOST_TEST(!x.found);
  for (auto* method : {"GET", "HEAD", "POST"})
    BOOST_TEST((std::ranges::find(x.methods, method) != x.methods.end()), method);
  BOOST_TEST(routes.match("GET", "/v1/leagues/en.1/teams/").methods.empty());
  BOOST_TEST(routes.match("GET", "/v1//en.1/teams").methods.empty());
  BOOST_TEST(routes.match("GET", "*").methods.empty());
  BOOST_TEST(routes.match("GET", std::string(100'000, '/')).methods.empty());
}

BOOST_AUTO_TEST_CASE(encoding_and_decoding_are_inverse) {
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  BOOST_TEST((percent_decoded(percent_encoded(all)) == all));
  BOOST_TEST(!percent_decoded("%"));
  BOOST_TEST(!percent_decoded("a%4"));
  BOOST_TEST(!percent_decoded("%+1"));
  auto query = query_parameters("a=1&&b=%20x&c");
  BOOST_TEST_REQUIRE(query.has_value());
  BOOST_TEST(query->size() == 3);
  BOOST_TEST((*query)[1].second == " x");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "a=1&";
  BOOST_TEST(!query_parameters(many));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(responses)

BOOST_AUTO_TEST_CASE(every_code_has_a_status_and_is_a_problem) {
  for (int i = 1; i < ErrorCode_ARRAYSIZE; ++i) {
    auto code = static_cast<ErrorCode>(i);
    auto out = response_of(problem_of({code, "Because."}));
    BOOST_TEST(out.status >= 400);
    BOOST_TEST(status_title(out.status) != "Error", out.status);
    auto body = nlohmann::json::parse(out.body);
    BOOST_TEST(body["code"] == std::string{error_name(code)});
    BOOST_TEST(body["status"] == out.status);
    BOOST_TEST(out.header("Content-Type") == "application/problem+json");
    BOOST_TEST(out.header("Retry-After").empty() == !is_retryable(code));
  }
}

BOOST_AUTO_TEST_CASE(if_none_match_names_one_of_several_etags) {
  BOOST_TEST(names_etag("\"a\", W/\"b\"", "\"b\""));
  BOOST_TEST(names_etag("*", "\"b\""));
  BOOST_TEST(!names_etag("\"a\"", "\"b\""));
  BOOST_TEST(!names_etag("", "\"b\""));
  BOOST_TEST(!names_etag(",,,", "\"b\""));
}

BOOST_AUTO_TEST_CASE(plain_http_beyond_loopback_has_to_be_called_unsafe) {
  front_configuration x;
  BOOST_TEST(!check_exposure(x));
  x.server.listen.host = "192.0.2.1";
  BOOST_TEST(check_exposure(x).has_value());
  x.unsafe_plain_http_beyond_loopback = true;
  BOOST_TEST(!check_exposure(x));
  x.server.certificate = "certificate.pem";
  BOOST_TEST(check_exposure(x).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
