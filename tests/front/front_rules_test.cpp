// The rules of the front that need no socket: breakers, rates, paths, problems.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/circuit_breaker.hpp"
#include "nodes/front/event_cursor.hpp"
#include "nodes/front/event_request.hpp"
#include "nodes/front/front_configuration.hpp"
#include "nodes/front/front_metrics.hpp"
#include "nodes/front/kept_texts.hpp"
#include "nodes/front/league_text.hpp"
#include "nodes/front/message_body.hpp"
#include "nodes/front/network_list.hpp"
#include "nodes/front/operation_response.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/rate_limiter.hpp"
#include "nodes/front/recent_table.hpp"
#include "nodes/front/route_table.hpp"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

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

BOOST_AUTO_TEST_SUITE(bodies)

BOOST_AUTO_TEST_CASE(a_body_says_what_it_says_to_protobuf) {
  route_table routes;
  const std::string path = "/v1/leagues/en.1/seasons/2022-23/results";
  for (
    const std::string body :
    {R"({"home": "a", "away": "b\u00e9\n", "score": {"home": 1, "away": 0}, "goals": []})",
     R"({"score": {"home": "12", "shootout_home": 4294967295}, "goals": [{"minute": 90, "penalty": true},
             {"own_goal": false, "team": ""}]})",
     R"({"score": {"home": "007"}})",
     R"({"score": {"home": "+1"}})",
     R"({"score": {"home": ""}})",
     R"({"score": {"home": -1}})",
     R"({"score": {"home": 4294967296}})",
     R"({"score": {"home": 1.0}})",
     R"({"score": {"home": 1e1}})",
     R"({"score": {"home": true}})",
     R"({"score": {"home": "-"}})",
     R"({"score": {"shootoutHome": 3}})",
     R"({"score": {"award": "HOME"}})",
     R"({"score": {"award": 1}})",
     R"({"score": null})",
     R"({"score": []})",
     R"({"score": "1:0"})",
     R"({"goals": {}})",
     R"({"goals": [null]})",
     R"({"goals": [[]]})",
     R"({"home": 1})",
     R"({"home": null})",
     R"({"goals": [{"penalty": "true"}]})",
     R"({"goals": [{"penalty": 1}]})",
     R"({"nobody": 1})",
     R"({})",
     R"([])",
     R"(1)",
     R"({"home": "a"} x)",
     R"({"home": "a",})",
     "{\"home\": \"\xff\"}"}) {
    http_request request;
    request.body = body;
    request.headers["content-type"] = "application/json";
    ResultCreate expected;
    auto is_good = google::protobuf::util::JsonStringToMessage(body, &expected).ok();
    auto found = read_message(routes.match("POST", path), request);
    BOOST_TEST(found.has_value() == is_good, body);
    if (!found || !is_good)
      continue;
    expected.set_league("en.1");
    expected.set_season("2022-23");
    BOOST_TEST(google::protobuf::util::MessageDifferencer::Equals(**found, expected), body);
  }
}

BOOST_AUTO_TEST_CASE(a_text_is_kept_for_the_answer_that_it_was_made_of) {
  kept_texts texts;
  BOOST_TEST(!texts.find("/table", "answer"));
  BOOST_TEST(*texts.put("/table", "answer", "text") == "text");
  BOOST_TEST_REQUIRE(texts.find("/table", "answer"));
  BOOST_TEST(*texts.find("/table", "answer") == "text");
  BOOST_TEST(!texts.find("/table", "answer of today"));
  BOOST_TEST(!texts.find("/table.csv", "answer"));
  const std::string large(1 << 20, 'x');
  BOOST_TEST(*texts.put("/large", "answer", large) == large);
  BOOST_TEST(!texts.find("/large", "answer"));
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

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(a_cursor_is_the_same_after_it_was_written_and_read) {
  event_cursor x;
  x.set(0, {100, 0});
  x.set(1, {0, 2});
  x.set(5, {std::numeric_limits<uint64_t>::max(), 0});
  BOOST_TEST(x.text() == "2s.0-2....3w5e11264sgsf");
  auto read = event_cursor::parse(x.text());
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST((*read == x));
  BOOST_TEST(!read->at(2).has_value());
  BOOST_TEST(!read->at(77).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_cursor_is_refused) {
  for (auto* text : {"", "-", "1-", "1 ", "1,2", "%31", "1.2.3.zzzzzzzzzzzzzz", "1-2-3", "+1"})
    BOOST_TEST(!event_cursor::parse(text).has_value(), text);
  BOOST_TEST(event_cursor::parse(std::string(max_cursor_partitions - 1, '.')).has_value());
  BOOST_TEST(!event_cursor::parse(std::string(max_cursor_partitions, '.')).has_value());
}

BOOST_AUTO_TEST_CASE(a_filter_is_read_from_the_query) {
  http_request request;
  request.query = "league=en.1&team=arsenal-fc&message=result.create,team.create";
  request.headers["last-event-id"] = "2s.1";
  auto read = read_event_request(request);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->filter.league == "en.1");
  BOOST_TEST(read->filter.names.size() == 2);
  BOOST_TEST(read->from->at(0)->index == 100u);
  nodes::league_event x{"result.create", "{}", {"en.1", "2022-23", "arsenal-fc", "everton-fc"}};
  BOOST_TEST(read->filter.wants(x));
  x.named.erase("arsenal-fc");
  BOOST_TEST(!read->filter.wants(x));
  BOOST_TEST(nodes::event_filter{}.wants(x));
  BOOST_TEST(event_text(x, "2s") == "id: 2s\nevent: result.create\ndata: {}\n\n");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_filter_is_named) {
  auto field_of = [](const std::string& query, const std::string& id = {}) {
    http_request request;
    request.query = query;
    request.headers["last-event-id"] = id;
    auto read = read_event_request(request);
    return read ? std::string{"nothing"} : read.error().field;
  };
  BOOST_TEST(field_of("message=team.explode") == "message");
  BOOST_TEST(field_of("league=EN%201") == "league");
  BOOST_TEST(field_of("colour=red") == "colour");
  BOOST_TEST(field_of("", "nonsense!") == "Last-Event-ID");
  BOOST_TEST(field_of("") == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(proxies)

BOOST_AUTO_TEST_CASE(only_what_a_trusted_proxy_says_is_believed) {
  network_list trusted;
  for (auto* text : {"10.0.0.0/8", "127.0.0.1", "2001:db8::/32"})
    BOOST_TEST(trusted.add(text), text);
  for (auto* text :
       {"", "10.0.0.0/33", "10.0.0", "::1/129", "localhost", "10.0.0.0/", "10.0.0.0/8 "})
    BOOST_TEST(!network_list{}.add(text), text);
  BOOST_TEST(trusted.contains("10.255.0.1"));
  BOOST_TEST(trusted.contains("::ffff:10.0.0.1"));
  BOOST_TEST(trusted.contains("2001:db8::7"));
  BOOST_TEST(!trusted.contains("11.0.0.1"));
  BOOST_TEST(!trusted.contains("2001:db9::7"));
  BOOST_TEST(!trusted.contains("nonsense"));
  // Who is no proxy is the client, whatever he says.
  BOOST_TEST(client_address(trusted, "192.0.2.7", "198.51.100.1") == "192.0.2.7");
  BOOST_TEST(client_address(trusted, "10.0.0.1", "") == "10.0.0.1");
  BOOST_TEST(client_address(trusted, "10.0.0.1", "198.51.100.1") == "198.51.100.1");
  // The client made up the first one.
  BOOST_TEST(client_address(trusted, "10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2")
             == "198.51.100.1");
  BOOST_TEST(client_address(trusted, "10.0.0.1", "unknown") == "10.0.0.1");
  BOOST_TEST(client_address({}, "10.0.0.1", "198.51.100.1") == "10.0.0.1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(families_are_found_by_their_prefix) {
  std::string text = "# HELP a_b x\n# TYPE a_b counter\na_b{c=\"d\"} 1\n# TYPE e gauge\ne 2\n";
  BOOST_TEST(families_with(text, "a_") == text.substr(0, text.find("# TYPE e")));
  BOOST_TEST(families_with(text, "") == text);
  BOOST_TEST(families_with(text, "x").empty());
}

BOOST_AUTO_TEST_SUITE(calendars)

BOOST_AUTO_TEST_CASE(long_lines_are_folded_between_characters) {
  auto unfolded = [](std::string text) {
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at))
      text.erase(at, 3);
    return text;
  };
  for (size_t length : {1U, 74U, 75U, 76U, 149U, 150U, 1'000U})
    for (auto* character : {"x", "ö", "€", "\xf0\x9f\x8f\x86"}) {
      std::string line;
      while (line.size() < length)
        line += character;
      auto folded = calendar_line(line);
      BOOST_TEST(unfolded(folded) == line + "\r\n");
      for (size_t at = 0; at < folded.size();) {
        auto end = folded.find("\r\n", at);
        BOOST_TEST(end - at <= 75u);
        // No part begins within a character.
        auto begin = static_cast<unsigned char>(folded[at == 0 ? 0 : at + 1]);
        BOOST_TEST((begin & 0xc0U) != 0x80U);
        at = end + 2;
      }
    }
}

BOOST_AUTO_TEST_CASE(what_means_something_is_escaped) {
  BOOST_TEST(calendar_text("a,b;c\\d\ne\rf") == "a\\,b\\;c\\\\d\\nef");
}

BOOST_AUTO_TEST_CASE(csv_is_given_to_those_who_prefer_it) {
  for (auto* accept : {"text/csv", "text/csv, */*;q=0.1", "application/json;q=0.5, text/csv;q=0.9"})
    BOOST_TEST(prefers_csv(accept), accept);
  for (auto* accept : {"", "*/*", "application/json", "text/csv;q=0",
                       "text/csv;q=0.5, application/json", "text/csv;q=x"})
    BOOST_TEST(!prefers_csv(accept), accept);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_text_in_the_url_that_is_not_utf8_is_refused_before_anything_is_sent) {
  const route_table routes;
  http_request request;
  request.method = "GET";
  request.path = "/v1/leagues/%FF/seasons/2022-23/table";
  auto read = read_message(routes.match(request.method, request.path), request);
  BOOST_TEST_REQUIRE(!read);
  BOOST_TEST(read.error().detail == "The field league is not UTF-8.");
}
