// The audit of a cluster: what it keeps, and who its operators are.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/operations/operations.hpp"
#include "tests/actors/lone_context.hpp"

using namespace touchline;
using namespace touchline::actors;
using namespace touchline::testing;

namespace {

OperatorAppointed appointed(const std::string& account, bool is) {
  OperatorAppointed x;
  x.set_account(account);
  x.set_appointed(is);
  return x;
}

std::string summary(lone_context<audit_trail>& audit) {
  return shown(audit.answer<AuditSummary>(AuditGet{}));
}

} // namespace

BOOST_AUTO_TEST_CASE(an_action_is_in_the_stream_and_only_counted_in_the_state) {
  lone_context<audit_trail> audit;
  AuditRecord action;
  action.set_who("chief");
  action.set_role("operator");
  action.set_from("ada@laptop through node 2");
  action.set_what("drain node 3");
  action.set_result("ok");
  auto decided = audit.take(action);
  BOOST_TEST_REQUIRE(decided.events.size() == 1u);
  BOOST_TEST(shown(decided.events.front().acted()) == shown(action));
  BOOST_TEST(summary(audit) == "actions: 1");
}

BOOST_AUTO_TEST_CASE(texts_are_cut_between_characters) {
  lone_context<audit_trail> audit;
  AuditRecord action;
  std::string text;
  while (text.size() <= max_audit_text_bytes)
    text += "\xe2\x9a\xbd";
  action.set_what(text);
  auto kept = audit.take(action).events.front().acted().what();
  BOOST_TEST(kept.size() <= max_audit_text_bytes);
  BOOST_TEST(kept.size() % 3 == 0u);
  BOOST_TEST(text.starts_with(kept));
}

BOOST_AUTO_TEST_CASE(operators_come_and_go_by_name) {
  lone_context<audit_trail> audit;
  BOOST_TEST(summary(audit) == "");
  audit.take(appointed("zoe", true));
  audit.take(appointed("ada", true));
  audit.take(appointed("ada", true));
  BOOST_TEST(summary(audit) == "operators: \"ada\" operators: \"zoe\"");
  audit.take(appointed("ada", false));
  audit.take(appointed("nobody", false));
  BOOST_TEST(summary(audit) == "operators: \"zoe\"");
}
