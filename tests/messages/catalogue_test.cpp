#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/catalogue.hpp"
#include "messages/catalogue_document.hpp"
#include "messages/catalogue_types.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace {

using namespace touchline;

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, at);)
    result.push_back(part);
  return result;
}

/// Rows of a table of the mission, without its headings.
std::vector<std::vector<std::string>> mission_table(const std::string& name) {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + "/tests/data/mission/" + name};
  std::vector<std::vector<std::string>> rows;
  std::string line;
  for (std::getline(in, line); std::getline(in, line);)
    rows.push_back(split(line, '\t'));
  return rows;
}

bool takes_part(const message_info& message, const std::string& context) {
  return std::ranges::find(message.senders, context) != message.senders.end()
         || std::ranges::find(message.receivers, context, &message_receiver::context)
              != message.receivers.end();
}

} // namespace

BOOST_AUTO_TEST_CASE(
  every_message_of_the_mission_is_in_the_catalogue_with_its_mode_and_description) {
  auto rows = mission_table("messages.tsv");
  BOOST_TEST(rows.size() == 23u);
  for (auto& row : rows) {
    const auto* message = catalogue_data::find(row[0]);
    BOOST_TEST_REQUIRE(message != nullptr, row[0] << " is missing");
    BOOST_TEST(message->description == row[1]);
    BOOST_TEST((message->mode == message_mode::synchronous) == (row[2] == "S"), row[0]);
    BOOST_TEST((message->mode == message_mode::asynchronous) == (row[2] == "A"), row[0]);
  }
}

BOOST_AUTO_TEST_CASE(every_flow_of_the_mission_is_in_the_catalogue_step_by_step) {
  auto rows = mission_table("flows.tsv");
  BOOST_TEST(rows.size() == 9u);
  BOOST_TEST(catalogue_data::flows().size() == rows.size());
  for (auto& row : rows) {
    auto flow = std::ranges::find(catalogue_data::flows(), row[0], &message_flow::name);
    BOOST_TEST_REQUIRE((flow != catalogue_data::flows().end()), row[0] << " is missing");
    BOOST_TEST(flow->steps == split(row[1], ' '), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(every_context_of_the_mission_sends_or_receives_its_messages) {
  auto rows = mission_table("contexts.tsv");
  BOOST_TEST(rows.size() == 7u);
  for (auto& row : rows) {
    auto context = std::ranges::find(catalogue_data::contexts(), row[0], &context_info::name);
    BOOST_TEST_REQUIRE((context != catalogue_data::contexts().end()), row[0] << " is missing");
    BOOST_TEST(context->description == row[1]);
    for (auto& name : split(row.size() > 2 ? row[2] : "", ' ')) {
      const auto* message = catalogue_data::find(name);
      BOOST_TEST_REQUIRE(message != nullptr, name << " of " << row[0] << " is missing");
      BOOST_TEST(takes_part(*message, row[0]), row[0] << " has nothing to do with " << name);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_the_mission_forgot_is_in_the_catalogue) {
  for (auto* name :
       {"info.teamrelegated", "team.promote", "info.teampromoted", "result.correct",
        "leaguetable.get", "stats.get", "fixturelist.get", "team.get", "team.list", "sponsor.list"})
    BOOST_TEST(catalogue_data::find(name) != nullptr, name << " is missing");
}

BOOST_AUTO_TEST_CASE(resultcompleted_is_another_name_of_fixturecompleted) {
  BOOST_TEST(catalogue_data::find("info.resultcompleted")
             == catalogue_data::find("info.fixturecompleted"));
}

BOOST_AUTO_TEST_CASE(names_and_numbers_are_unique_and_numbers_have_no_gap) {
  std::set<std::string> names;
  uint32_t number = 0;
  for (auto& message : catalogue_data::messages()) {
    BOOST_TEST(message.number == ++number);
    BOOST_TEST(names.insert(message.name).second, message.name << " is there twice");
    for (auto& alias : message.aliases)
      BOOST_TEST(names.insert(alias).second, alias << " is there twice");
  }
}

BOOST_AUTO_TEST_CASE(every_step_of_a_flow_and_every_party_is_known) {
  std::set<std::string> contexts{"outside"};
  for (auto& context : catalogue_data::contexts())
    contexts.insert(context.name);
  for (auto& flow : catalogue_data::flows())
    for (auto& step : flow.steps)
      BOOST_TEST(catalogue_data::find(step) != nullptr, step << " of " << flow.name);
  for (auto& message : catalogue_data::messages()) {
    BOOST_TEST(!message.senders.empty(), message.name);
    BOOST_TEST(!message.receivers.empty(), message.name);
    for (auto& sender : message.senders)
      BOOST_TEST(contexts.contains(sender), sender << " sends " << message.name);
    for (auto& receiver : message.receivers)
      BOOST_TEST(contexts.contains(receiver.context), receiver.context << " gets " << message.name);
  }
}

BOOST_AUTO_TEST_CASE(the_key_of_every_receiver_is_made_of_the_messages_own_text_fields) {
  for (auto& message : catalogue_data::messages())
    for (auto& receiver : message.receivers) {
      std::istringstream in{receiver.key_template};
      for (std::string part; std::getline(in, part, '{');)
        if (auto close = part.find('}'); close != std::string::npos) {
          auto name = part.substr(0, part.find_first_of(":}"));
          const auto* field = message.descriptor->FindFieldByName(name);
          BOOST_TEST((field && field->type() == google::protobuf::FieldDescriptor::TYPE_STRING),
                     message.name << " has no text field " << name);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_reply_is_a_message_of_the_package_and_every_read_has_one) {
  for (auto& message : catalogue_data::messages()) {
    if (message.mode == message_mode::read)
      BOOST_TEST(!message.reply.empty(), message.name);
    if (!message.reply.empty())
      BOOST_TEST(message.descriptor->file()->FindMessageTypeByName(message.reply) != nullptr,
                 message.reply << " of " << message.name);
  }
}

BOOST_AUTO_TEST_CASE(an_address_is_made_for_each_receiver_whose_key_is_complete) {
  InfoTeamUpdated message;
  message.set_league("en.1");
  message.set_team("arsenal");
  const auto& info = *catalogue_data::find("info.teamupdated");
  BOOST_TEST(catalogue_data::addresses_of(info, message)
               == (std::vector<std::string>{"identity/en/arsenal", "team/en/arsenal"}),
             boost::test_tools::per_element());
  message.set_season("2022-23");
  BOOST_TEST(catalogue_data::addresses_of(info, message).back() == "fixture-manager/en.1/2022-23");
}

BOOST_AUTO_TEST_CASE(a_league_whose_key_ends_with_its_tier_belongs_to_a_pyramid) {
  BOOST_TEST(pyramid_of("england.2") == "england");
  BOOST_TEST(pyramid_of("de.by.3") == "de.by");
  BOOST_TEST(pyramid_of("english-premier-league") == "english-premier-league");
  BOOST_TEST(pyramid_of("st.pauli") == "st.pauli");
  BOOST_TEST(pyramid_of("england.") == "england.");
  BOOST_TEST(pyramid_of(".1") == ".1");
  BOOST_TEST(pyramid_of("") == "");
}

BOOST_AUTO_TEST_CASE(the_document_of_the_catalogue_is_current) {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + "/docs/catalogue.md"};
  std::ostringstream text;
  text << in.rdbuf();
  BOOST_TEST((text.str() == catalogue_document()),
             "docs/catalogue.md is not what the catalogue says; make it anew with touchline "
             "catalogue > docs/catalogue.md");
}

BOOST_AUTO_TEST_CASE(the_document_names_every_message_flow_and_context) {
  auto text = catalogue_document();
  for (auto& message : catalogue_data::messages())
    BOOST_TEST(text.find("| `" + message.name + '`') != std::string::npos, message.name);
  for (auto& flow : catalogue_data::flows())
    BOOST_TEST(text.find("| " + flow.name + " | 1. `") != std::string::npos, flow.name);
  for (auto& context : catalogue_data::contexts())
    BOOST_TEST(text.find("| " + context.name + " | " + context.description) != std::string::npos,
               context.name);
}
