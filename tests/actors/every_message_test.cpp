// Every message of the catalogue, on one real node: taken, answered again under the same id without
// a second effect, before a restart and after it, and refused with another content.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/small_pyramid.hpp"
#include "tests/actors/test_node.hpp"

#include <google/protobuf/text_format.h>

#include <map>
#include <set>

using namespace touchline;
using namespace touchline::testing;

namespace {

/// A command or a read, written down as Protobuf's text.
struct example {
  std::string message;
  std::string text;
};

std::shared_ptr<google::protobuf::Message> make(const example& x) {
  const auto* info = catalogue_data::find(x.message);
  BOOST_TEST_REQUIRE(info != nullptr, x.message);
  std::shared_ptr<google::protobuf::Message> result{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(info->descriptor)->New()};
  BOOST_TEST_REQUIRE(google::protobuf::TextFormat::ParseFromString(x.text, result.get()), x.text);
  return result;
}

const std::string proof(32, 'p');
const std::string other_proof(32, 'q');
const std::string parameters
  = "parameters { salt: '0123456789abcdef' operations: 1 memory_bytes: 8192 }";
const std::string account_text = "account: 'en/keeper' ";
const std::string season_text = "league: 'de.1' season: '2022-23' ";

/// The commands, each after what it needs.
std::vector<example> commands() {
  std::vector<example> all{{"league.configure",
                            "league: 'de.1' rules { squad_min: 1 squad_max: 30 "
                            "windows { name: 'always' from: '01-01' to: '12-31' } }"}};
  for (auto* team : {"ash", "birch", "cedar", "elm"})
    all.push_back({"team.create", std::string{"league: 'de.1' team: '"} + team + "' name: '" + team
                                    + "' balance { minor_units: 1000 currency: 'EUR' } "
                                      "squad { name: 'A' position: 'GK' shirt_number: 1 } "
                                      "squad { name: 'B' position: 'DF' shirt_number: 2 }"});
  for (example x : std::vector<example>{
         {"team.update", "league: 'de.1' team: 'ash' name: 'Ash Athletic'"},
         {"player.add",
          "league: 'de.1' team: 'ash' player { name: 'C' position: 'FW' shirt_number: 9 "
          "date_of_birth: '2001-02-03' wage_minor_units: 5 }"},
         {"player.update", "league: 'de.1' team: 'ash' shirt_number: 9 player { position: 'MF' }"},
         {"player.delete", "league: 'de.1' team: 'birch' shirt_number: 2"},
         {"transfer.in", "league: 'de.1' team: 'cedar' from_team: 'ash' player { name: 'C' } "
                         "fee { minor_units: 300 currency: 'EUR' } date: '2022-07-01'"},
         {"transfer.out", "league: 'de.1' team: 'cedar' shirt_number: 2 date: '2022-07-02'"},
         {"sponsor.create", "league: 'de.1' sponsor: 'paper' name: 'Paper' "
                            "amount_per_season { minor_units: 1003 currency: 'EUR' }"},
         {"sponsor.update", "league: 'de.1' sponsor: 'paper' name: 'Paper & Pulp'"},
         {"fixturelist.generate",
          season_text
            + "league_name: 'Test' start: '2022-08-01' end: '2023-05-31' "
              "teams { team: 'ash' name: 'ash' } teams { team: 'birch' name: 'birch' } "
              "teams { team: 'cedar' name: 'cedar' } teams { team: 'elm' name: 'elm' } "
              "rules { rule_set: 'england' tier: 1 start_year: 2022 relegated: 1 }"},
         {"result.create", season_text + "home: 'ash' away: 'elm' score { home: 2 away: 1 }"},
         {"result.correct", season_text + "home: 'ash' away: 'elm' score { home: 2 away: 2 }"},
         {"account.create", account_text + "name: 'Keeper' role: VIEWER"},
         {"account.create", "account: 'chief' name: 'Chief' role: OPERATOR"},
         {"account.update", account_text + "name: 'The Keeper'"},
         {"account.invite", account_text},
         {"account.activate",
          account_text + "invitation: 2 " + parameters + " proof: '" + proof + "'"},
         {"account.activate",
          "account: 'chief' invitation: 1 " + parameters + " proof: '" + proof + "'"},
         {"account.setpassword", account_text + "proof: '" + proof + "' " + parameters
                                   + " new_proof: '" + other_proof + "'"},
         {"token.issue", account_text + "proof: '" + other_proof
                           + "' token: '00112233445566778899aabbccddeeff' lifetime_ms: 60000"},
         {"token.issue", account_text + "proof: '" + other_proof
                           + "' token: 'ffeeddccbbaa99887766554433221100' lifetime_ms: 60000"},
         {"token.revoke", account_text + "token: 'ffeeddccbbaa99887766554433221100'"}})
    all.push_back(std::move(x));
  auto pyramid = small_pyramid();
  for (auto& tier : pyramid.tiers())
    for (auto& team : tier.teams())
      all.push_back({"team.create", "league: '" + tier.league() + "' " + team.ShortDebugString()});
  all.push_back({"pyramid.create", pyramid.ShortDebugString()});
  return all;
}

std::vector<example> reads() {
  return {{"leaguetable.get", season_text},
          {"stats.get", season_text},
          {"fixturelist.get", season_text},
          {"team.get", "league: 'de.1' team: 'cedar'"},
          {"team.list", "league: 'de.1'"},
          {"sponsor.list", "league: 'de.1'"},
          {"transfer.get", "league: 'de.1' transfer: 'every/transfer.in/9'"},
          {"transfer.list", "league: 'de.1'"},
          {"pyramid.get", "pyramid: 'en'"},
          {"account.get", account_text},
          {"account.challenge", account_text},
          {"token.check", account_text + "token: '00112233445566778899aabbccddeeff'"}};
}

/// The same message for the same receiver, but for one field: a text, a number or a part.
std::shared_ptr<google::protobuf::Message> with_another_content(const example& x) {
  using google::protobuf::FieldDescriptor;
  static const std::set<std::string> of_the_address{"league", "season", "account", "pyramid"};
  auto result = make(x);
  const auto& type = *result->GetDescriptor();
  const auto& reflection = *result->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    if (field->is_repeated() || of_the_address.contains(field->name()))
      continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
      reflection.SetString(result.get(), field, "another");
    else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64)
      reflection.SetUInt64(result.get(), field, 77);
    else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      reflection.ClearField(result.get(), field);
    else
      continue;
    return result;
  }
  // A message of nothing but its address: what this version does not know makes it another one.
  reflection.MutableUnknownFields(result.get())->AddVarint(1000, 1);
  return result;
}

answer send(test_node& node, const std::string& id, const example& x) {
  answer result;
  node.client().post(id, catalogue_data::find(x.message)->number, make(x),
                     [&result](const answer& reply) { result = reply; });
  node.client().finish();
  return result;
}

std::string id_of(const example& x, size_t place) {
  return "every/" + x.message + '/' + std::to_string(place);
}

/// A node that has taken all commands, with their first answers.
struct played_node {
  test_node node;
  std::vector<example> sent = commands();
  std::vector<answer> first;

  played_node() {
    for (size_t i = 0; i < sent.size(); ++i) {
      first.push_back(send(node, id_of(sent[i], i), sent[i]));
      BOOST_TEST(first.back().ok(), sent[i].message << ": " << first.back().text);
      BOOST_TEST(node.settle());
    }
  }

  uint64_t position_at_receiver(const example& x) {
    auto to = catalogue_data::addresses_of(*catalogue_data::find(x.message), *make(x)).front();
    return node.runtime().store().last_position(to).value();
  }

  void send_all_again() {
    for (size_t i = 0; i < sent.size(); ++i) {
      auto before = position_at_receiver(sent[i]);
      auto again = send(node, id_of(sent[i], i), sent[i]);
      BOOST_TEST(again.ok(), sent[i].message << ": " << again.text);
      BOOST_TEST(again.repeated, sent[i].message);
      BOOST_TEST((again.body == first[i].body), sent[i].message);
      BOOST_TEST(again.position == first[i].position, sent[i].message);
      BOOST_TEST(node.settle());
      BOOST_TEST(position_at_receiver(sent[i]) == before, sent[i].message);
    }
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(there_is_an_example_of_every_message_that_comes_from_outside) {
  std::set<std::string> with_example;
  for (auto& x : commands())
    with_example.insert(x.message);
  for (auto& x : reads())
    with_example.insert(x.message);
  for (auto& message : catalogue_data::messages())
    if (std::ranges::find(message.senders, "outside") != message.senders.end())
      BOOST_TEST(with_example.contains(message.name), message.name << " has no example");
}

BOOST_AUTO_TEST_CASE(every_command_has_one_effect_however_often_it_comes_and_also_after_a_restart) {
  played_node played;
  played.send_all_again();
  played.node.restart();
  played.send_all_again();
}

BOOST_AUTO_TEST_CASE(every_command_is_refused_when_its_id_was_used_for_another_one) {
  played_node played;
  played.node.restart();
  for (size_t i = 0; i < played.sent.size(); ++i) {
    answer reply;
    played.node.client().post(
      id_of(played.sent[i], i), catalogue_data::find(played.sent[i].message)->number,
      with_another_content(played.sent[i]), [&reply](const answer& x) { reply = x; });
    played.node.client().finish();
    BOOST_TEST(reply.code == CONFLICT, played.sent[i].message << ": " << reply.text);
  }
}

BOOST_AUTO_TEST_CASE(every_read_gives_the_same_answer_after_a_restart) {
  played_node played;
  std::vector<std::string> before;
  for (auto& x : reads()) {
    auto reply = send(played.node, "read", x);
    BOOST_TEST(reply.ok(), x.message << ": " << reply.text);
    before.push_back(reply.body);
  }
  played.node.restart();
  for (size_t i = 0; i < before.size(); ++i) {
    auto reply = send(played.node, "read", reads()[i]);
    auto type = make(reads()[i])
                  ->GetDescriptor()
                  ->file()
                  ->FindMessageTypeByName(catalogue_data::find(reads()[i].message)->reply);
    std::unique_ptr<google::protobuf::Message> a{
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
    std::unique_ptr<google::protobuf::Message> b{a->New()};
    BOOST_TEST(a->ParseFromString(before[i]));
    BOOST_TEST(b->ParseFromString(reply.body));
    BOOST_TEST(a->ShortDebugString() == b->ShortDebugString(), reads()[i].message);
  }
}

BOOST_AUTO_TEST_CASE(every_message_between_entities_is_handled_once_by_each_of_its_receivers) {
  played_node played;
  auto& node = played.node;
  BOOST_TEST(
    send(node, "another name", {"team.update", "league: 'de.1' team: 'elm' name: 'Elm Albion'"})
      .ok());
  BOOST_TEST(send(node, "another sponsor",
                  {"sponsor.create", "league: 'en.1' sponsor: 'ink' name: 'Ink' "
                                     "amount_per_season { minor_units: 7 currency: 'EUR' }"})
               .ok());
  // One season of the pyramid brings the messages of its end; a transfer to a squad that is full
  // brings the ones that undo it.
  for (int round = 0; round < 4; ++round)
    for (auto* league : {"en.1", "en.2", "en.3"}) {
      FixtureListGet get;
      get.set_league(league);
      get.set_season("2022-23");
      auto list = node.read<FixtureList>(get);
      for (auto& fixture : list.fixtures())
        if (!fixture.has_score())
          node.client().post(std::string{league} + '/' + std::to_string(fixture.number()),
                             pyramid_result(list, fixture), [](const answer&) {});
      node.client().finish();
      BOOST_TEST(node.settle());
    }
  auto refused = send(node, "no such player",
                      {"transfer.in", "league: 'de.1' team: 'elm' from_team: 'birch' "
                                      "player { name: 'Nobody' } date: '2022-07-01'"});
  BOOST_TEST(!refused.ok());
  BOOST_TEST(node.settle());
  BOOST_TEST(send(node, "an action", {"audit.record", "who: 'chief' what: 'drain node 2'"}).ok());
  std::set<std::string> handled;
  std::map<std::tuple<std::string, std::string, uint64_t>, int> times;
  auto addresses = node.runtime().store().addresses({}, {}, 10'000);
  BOOST_TEST_REQUIRE(addresses.has_value());
  for (auto& address : *addresses)
    for (auto& record : node.records(address)) {
      handled.insert(catalogue_data::find(record.cause().message())->name);
      BOOST_TEST(record.dead_letter() == "", address);
      if (!record.cause().from().empty())
        ++times[{address, record.cause().from(), record.cause().sequence()}];
    }
  for (auto& [what, count] : times)
    BOOST_TEST(count == 1, std::get<0>(what) << " handled a message of " << std::get<1>(what) << " "
                                             << count << " times");
  for (auto& message : catalogue_data::messages())
    if (message.mode != message_mode::read && message.name != "deadline.passed")
      BOOST_TEST(handled.contains(message.name), message.name << " was not handled");
}
