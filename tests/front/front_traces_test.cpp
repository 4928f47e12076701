// Traces: a request's traceparent goes through every message that follows from it, over nodes and
// failovers, and the spans leave as OTLP.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/trace_context.hpp"
#include "nodes/span_exporter.hpp"
#include "tests/front/served_cluster.hpp"
#include "tests/front/trace_collector.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <set>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string teams = "/v1/leagues/en.1/teams";
const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string caller_span = "b7ad6b7169203331";

std::string traceparent(const std::string& trace_id, bool sampled) {
  return to_traceparent({trace_id, caller_span, sampled});
}

std::string tracing_lines(const std::string& endpoint, const std::string& ratio) {
  return "  tracing {\n    endpoint = \"" + endpoint + "\"\n    ratio = " + ratio + "\n  }\n";
}

/// How many steps of a flow have been handled; 0 while it has not ended.
json ended_flow(const served_cluster& x, const header_list& shown, const std::string& id) {
  json out;
  BOOST_TEST_REQUIRE(eventually([&] {
    out = json::parse(ask(x.port(1), "GET", "/v1/flows/" + id, shown).body, nullptr, false);
    return out.is_object() && out.value("state", "") == "completed";
  }));
  return out;
}

/// Everything that the spans of a trace say of how they hang together: empty when it is one tree
/// below the caller's span.
std::string what_hangs_loose(const std::vector<collected_span>& spans, const std::string& root) {
  std::set<std::string> ids{root};
  for (auto& x : spans)
    if (!ids.insert(x.span_id).second)
      return "there are two spans " + x.span_id + " of " + x.name;
  for (auto& x : spans)
    if (!ids.contains(x.parent_id))
      return x.name + " hangs below " + x.parent_id + ", which is not there";
  return {};
}

/// A cluster that sends its traces to a collector, and an administrator.
struct traced_cluster {
  traced_cluster(const std::string& endpoint, const std::string& ratio)
    : served{"0s", tracing_lines(endpoint, ratio)} {
    served.start_all();
    shown = {{"Authorization", "Bearer " + make_admin(served.cluster)}};
  }

  served_cluster served;
  header_list shown;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_trace_goes_through_every_message_of_a_flow_on_all_nodes) {
  trace_collector collector;
  traced_cluster traced{collector.endpoint(), "0.0"};
  auto& x = traced.served;
  auto& shown = traced.shown;
  auto traced_as = [&](const std::string& trace_id, const std::string& key) {
    auto out = shown;
    out.emplace_back("traceparent", traceparent(trace_id, true));
    out.emplace_back("Idempotency-Key", key);
    return out;
  };
  // A partition that changes its leader meanwhile may leave a span out: then once more.
  json flow;
  std::string id;
  std::string key;
  size_t expected = 0;
  std::vector<collected_span> spans;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    id = trace;
    id.back() = static_cast<char>('0' + attempt);
    key = "team-" + std::to_string(attempt);
    BOOST_TEST_REQUIRE(
      ask(x.port(1), "POST", teams, traced_as(id, key), json{{"name", key}}.dump()).status == 201);
    // Of the request, and of each message that the flow had.
    if (eventually([&] {
          flow = ended_flow(x, shown, key);
          spans = collector.spans(id);
          expected = flow["steps"].size() + 1;
          return expected > 2 && spans.size() == expected;
        }))
      break;
  }
  BOOST_TEST(expected > 2u);
  BOOST_TEST_REQUIRE(spans.size() == expected);
  BOOST_TEST(what_hangs_loose(spans, caller_span) == "");
  auto request = std::ranges::find(spans, "POST /v1/leagues/{league}/teams", &collected_span::name);
  BOOST_TEST_REQUIRE((request != spans.end()));
  BOOST_TEST(request->parent_id == caller_span);
  BOOST_TEST(request->attributes["http.response.status_code"] == "201");
  BOOST_TEST(request->kind == 2);
  auto command = std::ranges::find(spans, "team.create", &collected_span::name);
  BOOST_TEST_REQUIRE((command != spans.end()));
  BOOST_TEST(command->parent_id == request->span_id);
  BOOST_TEST(command->attributes["messaging.message.id"] == key);
  BOOST_TEST(command->attributes["messaging.message.conversation_id"] == key);
  std::multiset<std::string> of_spans;
  std::multiset<std::string> of_steps;
  for (auto& span : spans)
    if (&span != &*request)
      of_spans.insert(span.name + " at " + span.attributes["messaging.destination.name"]);
  for (auto& step : flow["steps"])
    of_steps.insert(step["message"].get<std::string>() + " at " + step["at"].get<std::string>());
  BOOST_TEST(of_spans == of_steps, boost::test_tools::per_element());
  // A command that comes again has been traced before. What the same nodes send behind it has come
  // when anything of it would have.
  const std::string later = "0af7651916cd43dd8448eb211c80319f";
  BOOST_TEST(ask(x.port(2), "POST", teams, traced_as(id, key), json{{"name", key}}.dump()).status
             == 201);
  BOOST_TEST(ask(x.port(2), "POST", teams, traced_as(later, "later"), R"({"name": "Yew"})").status
             == 201);
  BOOST_TEST_REQUIRE(eventually([&] {
    auto of_later = collector.spans(later);
    return std::ranges::count(of_later, "team.create", &collected_span::name) == 1
           && collector.spans(id).size() > expected;
  }));
  BOOST_TEST(collector.spans(id).size() == expected + 1);
  BOOST_TEST(collector.mistakes().empty());
}

BOOST_AUTO_TEST_CASE(reads_of_one_trace_are_spans_of_their_own_and_strangers_begin_none) {
  trace_collector collector;
  traced_cluster traced{collector.endpoint(), "1.0"};
  auto& x = traced.served;
  auto& shown = traced.shown;
  const header_list strange{{"traceparent", traceparent(trace, true)}};
  BOOST_TEST(ask(x.port(1), "GET", teams, strange).status == 401);
  BOOST_TEST(ask(x.port(1), "GET", "/livez", strange).status == 200);
  BOOST_TEST(ask(x.port(1), "POST", teams, shown, R"({"name": "Ash"})").status == 201);
  shown.push_back(strange.front());
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(ask(x.port(1), "GET", teams, shown).status == 200);
  std::vector<collected_span> spans;
  // Two requests, and what the league did for each.
  BOOST_TEST_REQUIRE(eventually([&] {
    spans = collector.spans(trace);
    return std::ranges::count(spans, "GET /v1/leagues/{league}/teams", &collected_span::name) == 2
           && std::ranges::count(spans, "team.list", &collected_span::name) >= 2;
  }));
  BOOST_TEST(what_hangs_loose(spans, caller_span) == "");
  BOOST_TEST(spans.size() == 4u);
  BOOST_TEST(collector.mistakes().empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_sampled_is_carried_on_and_not_sent) {
  trace_collector collector;
  traced_cluster traced{collector.endpoint(), "1.0"};
  auto& x = traced.served;
  auto& shown = traced.shown;
  auto post = [&](const std::string& name, const std::string& parent) {
    auto headers = shown;
    headers.emplace_back("Idempotency-Key", name);
    if (!parent.empty())
      headers.emplace_back("traceparent", parent);
    return ask(x.port(1), "POST", teams, headers, json{{"name", name}}.dump()).status;
  };
  BOOST_TEST_REQUIRE(post("ash", traceparent(trace, false)) == 201);
  // Nothing is said of a trace here, or nothing that can be read: the front begins its own.
  BOOST_TEST_REQUIRE(post("elm", "") == 201);
  BOOST_TEST_REQUIRE(post("oak", "00-this-is-none-01") == 201);
  std::set<std::string> began;
  BOOST_TEST_REQUIRE(eventually([&] {
    auto spans = collector.spans();
    for (auto& span : spans)
      if (span.name == "POST /v1/leagues/{league}/teams" && span.parent_id.empty())
        began.insert(span.trace_id);
    // Those behind the first, from the node that handled them all.
    return began.size() == 2
           && std::ranges::count(spans, "team.create", &collected_span::name) >= 2;
  }));
  BOOST_TEST(collector.spans(trace).empty());
  // In the records it is there.
  bool is_kept = false;
  for (auto& record : x.cluster.history("team-manager/en"))
    is_kept |= record.value("traceparent", "").starts_with("00-" + trace + '-');
  BOOST_TEST(is_kept);
  BOOST_TEST(collector.mistakes().empty());
}

BOOST_AUTO_TEST_CASE(a_collector_that_is_away_holds_nobody_up_and_is_counted) {
  auto endpoint = trace_collector{}.endpoint();
  traced_cluster traced{endpoint, "1.0"};
  auto& x = traced.served;
  auto& shown = traced.shown;
  BOOST_TEST(ask(x.port(1), "POST", teams, shown, R"({"name": "Ash"})").status == 201);
  BOOST_TEST(eventually(
    [&] { return metric_in(page(x.port(1), "/metrics"), "touchline_spans_dropped_total") > 0; }));
  BOOST_TEST(metric_in(page(x.port(1), "/metrics"), "touchline_spans_sent_total") == 0);
  for (uint32_t node = 1; node <= served_cluster::node_count; ++node)
    BOOST_TEST(x.cluster.stop(node) == 0);
}

// -- the exporter alone ---------------------------------------------------------------------------

namespace {

struct exporter_alone {
  caf::actor_system_config config;
  caf::actor_system system{config};

  int64_t counted(const std::string& name) {
    return system.metrics().counter_singleton("touchline", name, "", "1", true)->value();
  }

  static actors::span some_span(size_t number) {
    actors::span out;
    out.trace_id = trace;
    out.span_id = span_of(traceparent(trace, true), std::to_string(number), "");
    out.name = "table.get";
    out.begin_ns = 1;
    out.end_ns = 2;
    out.failure = number % 2 == 0 ? "" : "no \xff";
    return out;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(spans_that_a_collector_rejects_are_counted_as_dropped) {
  trace_collector collector;
  exporter_alone x;
  auto send_five = [&](std::string answer) {
    collector.say(std::move(answer));
    auto sent = x.counted("spans-sent");
    auto dropped = x.counted("spans-dropped");
    {
      nodes::span_exporter exporter{x.system, {collector.endpoint(), 1.0}, "node-1"};
      for (size_t i = 0; i < 5; ++i)
        exporter.take(x.some_span(i));
    }
    return std::pair{x.counted("spans-sent") - sent, x.counted("spans-dropped") - dropped};
  };
  using counts = std::pair<int64_t, int64_t>;
  auto rejecting = [](const std::string& count) {
    return R"({"partialSuccess": {"rejectedSpans": )" + count + R"(, "errorMessage": "too old"}})";
  };
  BOOST_TEST((send_five(rejecting(R"("2")")) == counts{3, 2}));
  BOOST_TEST((send_five(rejecting("1")) == counts{4, 1}));
  BOOST_TEST((send_five(rejecting(R"("99")")) == counts{0, 5}));
  // A warning, nothing, and what is none of OTLP's.
  for (auto* all : {R"({"partialSuccess": {"errorMessage": "slow down"}})", "", "{", "[1]", "null",
                    R"({"partialSuccess": 3})", R"({"partialSuccess": {"rejectedSpans": []}})",
                    R"({"partialSuccess": {"rejectedSpans": "-1"}})"})
    BOOST_TEST((send_five(all) == counts{5, 0}), all);
}

BOOST_AUTO_TEST_CASE(spans_are_sent_again_when_the_collector_is_busy) {
  trace_collector collector;
  collector.answer_with(503, true);
  exporter_alone x;
  nodes::span_exporter exporter{x.system, {collector.endpoint(), 1}, "node-1"};
  exporter.take(exporter_alone::some_span(0));
  BOOST_TEST_REQUIRE(eventually([&] { return x.counted("spans-sent") == 1; }));
  BOOST_TEST(x.counted("spans-dropped") == 0);
  BOOST_TEST(collector.spans(trace).size() == 1u);
}

BOOST_AUTO_TEST_CASE(spans_that_a_collector_refuses_are_dropped) {
  trace_collector collector;
  collector.answer_with(400);
  exporter_alone x;
  nodes::span_exporter exporter{x.system, {collector.endpoint(), 1}, "node-1"};
  exporter.take(exporter_alone::some_span(0));
  BOOST_TEST_REQUIRE(eventually([&] { return x.counted("spans-dropped") == 1; }));
  BOOST_TEST(collector.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded_and_sent_at_the_end) {
  trace_collector collector;
  exporter_alone x;
  const size_t all = 2 * nodes::max_waiting_spans;
  {
    nodes::span_exporter exporter{x.system, {collector.endpoint(), 1}, "node-1"};
    for (size_t i = 0; i < all; ++i)
      exporter.take(exporter_alone::some_span(i));
  }
  auto taken = collector.spans(trace).size();
  // What was taken in the last moment may count as dropped.
  BOOST_TEST(static_cast<int64_t>(taken) >= x.counted("spans-sent"));
  BOOST_TEST(x.counted("spans-sent") + x.counted("spans-dropped") == static_cast<int64_t>(all));
  BOOST_TEST(collector.mistakes().empty());
}

BOOST_AUTO_TEST_CASE(a_collector_that_says_nothing_does_not_keep_the_process) {
  // The kernel takes the connection, and nobody reads from it.
  auto listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof where;
  BOOST_TEST_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&where), length) == 0);
  BOOST_TEST_REQUIRE(::listen(listener, 8) == 0);
  BOOST_TEST_REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &length) == 0);
  exporter_alone x;
  {
    nodes::span_exporter exporter{
      x.system, {"http://127.0.0.1:" + std::to_string(ntohs(where.sin_port)), 1}, "node-1"};
    for (size_t i = 0; i < 2 * nodes::max_sent_spans; ++i)
      exporter.take(exporter_alone::some_span(i));
  }
  BOOST_TEST(x.counted("spans-dropped") == static_cast<int64_t>(2 * nodes::max_sent_spans));
  ::close(listener);
}
