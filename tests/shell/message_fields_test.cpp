#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/catalogue.pb.h"
#include "nodes/message_fields.hpp"

using namespace touchline;
using namespace touchline::nodes;

namespace {

using list = std::vector<std::string>;

template <class Message>
Message made(const std::string& name, const list& fields) {
  auto message = make_message(*catalogue_data::find(name), fields);
  BOOST_TEST_REQUIRE(message.has_value(), (message ? "" : message.error()));
  return dynamic_cast<const Message&>(**message);
}

std::string refusal_of(const std::string& name, const list& fields) {
  auto message = make_message(*catalogue_data::find(name), fields);
  return message ? "" : message.error();
}

const list result{"league=en.1", "season=2022-23", "home=a", "away=b"};

list result_with(std::initializer_list<std::string> more) {
  auto out = result;
  out.insert(out.end(), more);
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(parts_lists_and_enums_are_named_as_people_would) {
  auto x = made<ResultCreate>(
    "result.create", result_with({"score.home=2", "score.award=to-home", "goals.0.team=a",
                                  "goals.0.minute=12", "goals.0.penalty=true", "goals.1.team=b"}));
  BOOST_TEST(x.score().home() == 2u);
  BOOST_TEST(x.score().award() == TO_HOME);
  BOOST_TEST_REQUIRE(x.goals_size() == 2);
  BOOST_TEST(x.goals(0).minute() == 12u);
  BOOST_TEST(x.goals(0).penalty());
  BOOST_TEST(x.goals(1).team() == "b");
}

BOOST_AUTO_TEST_CASE(json_does_for_whole_parts_and_lists) {
  auto x = made<ResultCreate>("result.create", result_with({R"(score={"home":1,"away":3})",
                                                            R"(goals=[{"team":"b","minute":4}])"}));
  BOOST_TEST(x.score().away() == 3u);
  BOOST_TEST(x.goals(0).minute() == 4u);
}

BOOST_AUTO_TEST_CASE(lists_of_values_are_given_one_by_one_or_with_commas) {
  list fields{"account=en/x", "role=TEAM_OWNER", "teams=a,b", "teams=c"};
  auto x = made<AccountCreate>("account.create", fields);
  BOOST_TEST_REQUIRE(x.teams_size() == 3);
  BOOST_TEST(x.teams(2) == "c");
  BOOST_TEST(x.role() == TEAM_OWNER);
}

BOOST_AUTO_TEST_CASE(text_is_taken_as_it_is) {
  auto x = made<TeamUpdate>("team.update", {"league=en.1", "team=a", "stadium=[\"x\"] = 1, 2"});
  BOOST_TEST(x.stadium() == "[\"x\"] = 1, 2");
}

BOOST_AUTO_TEST_CASE(a_mistake_is_answered_with_what_would_be_right) {
  BOOST_TEST(refusal_of("team.update", {"leage=en.1"})
             == "team.update has no field \"leage\"; did you mean league?");
  BOOST_TEST(refusal_of("team.get", {"xyzzy=1"})
             == "team.get has no field \"xyzzy\"; it has league, team.");
  BOOST_TEST(refusal_of("team.get", {"en.1"})
             == "\"en.1\" is not FIELD=VALUE, as league=…; team.get has league, team.");
  BOOST_TEST(refusal_of("team.get", {"league=en.1"})
             == "team.get needs league=… team=…: these fields say whom it is for.");
  BOOST_TEST(refusal_of("result.create", result_with({"score.home=two"}))
             == "score.home is a whole number from 0 to 4294967295, not \"two\".");
  BOOST_TEST(refusal_of("result.create", result_with({"score.home=-1"}))
             == "score.home is a whole number from 0 to 4294967295, not \"-1\".");
  BOOST_TEST(refusal_of("result.create", result_with({"score.award=HOME"}))
             == "score.award is BY_GOALS, TO_HOME or TO_AWAY, not \"HOME\".");
  BOOST_TEST(refusal_of("result.create", result_with({"goals.0.penalty=yes"}))
             == "goals.0.penalty is true or false, not \"yes\".");
  BOOST_TEST(refusal_of("result.create", result_with({"goals.2.team=a"}))
             == "goals.2.team is a list with 0 elements so far: goals.0 is the next one.");
  BOOST_TEST(refusal_of("result.create", result_with({"home.x=1"}))
             == "home of home.x has no parts; it is text.");
  BOOST_TEST(refusal_of("team.get", {"league=en.1", "league=en.2", "team=x"})
             == "league is given twice.");
  BOOST_TEST(!refusal_of("result.create", result_with({"score={oops"})).empty());
  BOOST_TEST(!refusal_of("team.get", {"league=\xff"}).empty());
}
