// W3C Trace Context: what is read, what is written, and what messages carry on.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/header.hpp"
#include "messages/trace_context.hpp"

#include <string>

using namespace touchline;

namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string span = "b7ad6b7169203331";
const std::string sampled = "00-" + trace + '-' + span + "-01";

} // namespace

BOOST_AUTO_TEST_CASE(a_traceparent_is_read_and_written) {
  auto x = read_traceparent(sampled);
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->trace_id == trace);
  BOOST_TEST(x->span_id == span);
  BOOST_TEST(x->sampled);
  BOOST_TEST(to_traceparent(*x) == sampled);
  BOOST_TEST(is_traceparent(sampled));
  BOOST_TEST(is_sampled(sampled));
  auto unsampled = "00-" + trace + '-' + span + "-00";
  BOOST_TEST(!read_traceparent(unsampled)->sampled);
  BOOST_TEST(!is_sampled(unsampled));
  BOOST_TEST(!is_sampled(""));
}

BOOST_AUTO_TEST_CASE(of_a_later_version_is_read_what_the_first_has) {
  auto later = "cc-" + trace + '-' + span + "-03-what-the-future-will-be-like";
  auto x = read_traceparent(later);
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(to_traceparent(*x) == sampled);
  BOOST_TEST(!is_traceparent(later));
  BOOST_TEST(read_traceparent("cc-" + trace + '-' + span + "-01").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_traceparent_is_not_read) {
  const std::string zeros(32, '0');
  for (const auto& text :
       {std::string{}, std::string{"00"}, trace, sampled.substr(0, 54), sampled + "-01",
        sampled + "1", "ff-" + trace + '-' + span + "-01", "0x-" + trace + '-' + span + "-01",
        "00-" + zeros + '-' + span + "-01", "00-" + trace + '-' + zeros.substr(16) + "-01",
        "00-" + trace + '-' + span + "-0x", "00_" + trace + '-' + span + "-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + span + "-01",
        "cc-" + trace + '-' + span + "-01.x"})
    BOOST_TEST(!read_traceparent(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(what_a_message_causes_belongs_to_its_trace_and_comes_from_its_span) {
  header head;
  head.to = "team/en.1/ash";
  head.id = "command-1";
  head.traceparent = sampled;
  auto flow = flow_after(head);
  auto x = read_traceparent(flow.traceparent());
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->trace_id == trace);
  BOOST_TEST(x->span_id == span_of(sampled, "command-1", "team/en.1/ash"));
  BOOST_TEST(x->sampled);
  // Handled again, it is the same span; another message or another receiver is another one.
  BOOST_TEST(flow_after(head).traceparent() == flow.traceparent());
  auto from_elsewhere = "00-" + trace + "-00f067aa0ba902b7-01";
  BOOST_TEST(x->span_id != span_of(from_elsewhere, "command-1", "team/en.1/ash"));
  BOOST_TEST(x->span_id != span_of(sampled, "command-2", "team/en.1/ash"));
  BOOST_TEST(x->span_id != span_of(sampled, "command-1", "team/en.1/elm"));
  head.traceparent.clear();
  BOOST_TEST(flow_after(head).traceparent() == "");
}

BOOST_AUTO_TEST_CASE(a_record_keeps_the_traceparent_of_its_cause) {
  header head;
  head.to = "team/en.1/ash";
  head.id = "command-1";
  head.traceparent = sampled;
  BOOST_TEST(to_header(to_cause(head, 1), head.to).traceparent == sampled);
}
