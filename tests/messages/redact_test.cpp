#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/catalogue.hpp"
#include "messages/catalogue.pb.h"
#include "messages/redact.hpp"

#include <google/protobuf/unknown_field_set.h>

using namespace touchline;

BOOST_AUTO_TEST_CASE(a_redacted_message_has_everything_but_its_secrets) {
  AccountSetPassword message;
  message.set_account("en/jane");
  message.set_proof("one secret");
  message.set_new_proof("another secret");
  message.mutable_parameters()->set_operations(3);
  auto copy = redacted(message);
  BOOST_TEST(copy.had_secrets);
  BOOST_TEST(copy.message->ShortDebugString()
             == "account: \"en/jane\" parameters { operations: 3 }");
  BOOST_TEST(message.proof() == "one secret");
}

BOOST_AUTO_TEST_CASE(a_message_without_secrets_stays_as_it_is) {
  TeamCreate message;
  message.set_name("Arsenal");
  message.add_squad()->set_name("Bukayo Saka");
  auto copy = redacted(message);
  BOOST_TEST(!copy.had_secrets);
  BOOST_TEST(copy.message->SerializeAsString() == message.SerializeAsString());
  BOOST_TEST(!redacted(TokenIssue{}).had_secrets);
}

// A newer version may have sent it.
BOOST_AUTO_TEST_CASE(a_field_that_this_version_does_not_know_may_be_a_secret) {
  TeamCreate message;
  message.set_name("Arsenal");
  message.add_squad()
    ->GetReflection()
    ->MutableUnknownFields(message.mutable_squad(0))
    ->AddLengthDelimited(99, "a secret");
  auto copy = redacted(message);
  BOOST_TEST(copy.had_secrets);
  BOOST_TEST(copy.message->SerializeAsString().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_what_proves_who_somebody_is_may_hold_secrets) {
  std::vector<std::string> names;
  for (auto& message : catalogue_data::messages())
    if (may_hold_secrets(*message.descriptor))
      names.push_back(message.name);
  std::vector<std::string> expected{"account.activate", "account.setpassword", "token.issue"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
}
