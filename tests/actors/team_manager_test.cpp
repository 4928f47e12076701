// The team manager and its teams, decision by decision.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/team_manager/team.hpp"
#include "actors/team_manager/team_manager.hpp"
#include "messages/text.hpp"
#include "tests/actors/lone_context.hpp"

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

using league_context = lone_context<actors::team_manager>;
using team_context = lone_context<actors::team>;

const std::string no_letters = "\xd0\x97\xd0\xb5\xd0\xbd\xd0\xb8\xd1\x82";            // Zenit
const std::string other_letters = "\xd0\x94\xd0\xb8\xd0\xbd\xd0\xb0\xd0\xbc\xd0\xbe"; // Dinamo

TeamCreate team_create(const std::string& name, const std::string& team = {}) {
  TeamCreate result;
  result.set_league("en.1");
  result.set_name(name);
  result.set_team(team);
  return result;
}

TeamUpdate team_update(const std::string& team, const std::string& name = {}) {
  TeamUpdate result;
  result.set_league("en.1");
  result.set_team(team);
  result.set_name(name);
  return result;
}

TeamRelegate team_relegate(const std::string& team) {
  TeamRelegate result;
  result.set_league("en.1");
  result.set_season("2022-23");
  result.set_team(team);
  result.set_position(20);
  return result;
}

TeamList team_list() {
  TeamList result;
  result.set_league("en.1");
  return result;
}

InfoFixtureListGenerated season_opened(const std::string& season, const std::string& team) {
  InfoFixtureListGenerated result;
  result.set_league("en.1");
  result.set_season(season);
  result.set_team(team);
  return result;
}

void add_player(TeamCreate& to, const std::string& name, const std::string& position,
                uint32_t shirt) {
  auto& player = *to.add_squad();
  player.set_name(name);
  player.set_position(position);
  player.set_shirt_number(shirt);
}

TeamCreate with_player(const std::string& name, const std::string& position, uint32_t shirt) {
  auto result = team_create("Arsenal");
  add_player(result, name, position, shirt);
  return result;
}

void fill(league_context& league, int teams) {
  for (int i = 1; i <= teams; ++i)
    league.take(team_create("Team " + std::to_string(i)));
}

std::string repeated(const std::string& text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

struct wrong_name {
  std::string name;
  /// What the refusal says after "The team's name".
  std::string predicate;
};

const std::vector<wrong_name>& wrong_names() {
  static const std::vector<wrong_name> result{
    {"  ", " is empty; give it at least one letter."},
    {std::string(101, 'x'), " has 101 characters; at most 100 are allowed."},
    {repeated("\xc3\xa9", 101), " has 101 characters; at most 100 are allowed."},
    {std::string(10'000, 'x'), " has 10000 characters; at most 100 are allowed."},
    {"\xff\xfe", " is not UTF-8."},
    {"Ars\xc3", " is not UTF-8."},
    {"\xc0\xaf", " is not UTF-8."},
    {"\xed\xa0\x80", " is not UTF-8."},
    {"Ars\nenal", " has control characters in it; use letters, digits, spaces and punctuation."},
    {std::string{"Ars\0enal", 8},
     " has control characters in it; use letters, digits, spaces and punctuation."},
  };
  return result;
}

} // namespace

// -- team.create ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_team_enters_the_league_and_is_announced) {
  league_context league;
  auto message = team_create("Arsenal FC", "arsenal");
  message.set_short_name("Arsenal");
  message.set_stadium("Emirates Stadium");
  add_player(message, "Bukayo Saka", "FW", 7);
  auto decision = league.take(message);
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"info.teamcreated"}, per_element());
  auto info = sent<InfoTeamCreated>(decision).front();
  BOOST_TEST(shown(info)
             == "league: \"en.1\" team: \"arsenal\" name: \"Arsenal FC\" short_name: \"Arsenal\" "
                "stadium: \"Emirates Stadium\" squad { name: \"Bukayo Saka\" position: \"FW\" "
                "shirt_number: 7 }");
  TeamRef reply;
  BOOST_TEST(reply.ParseFromString(decision.reply));
  BOOST_TEST(shown(reply) == "team: \"arsenal\" name: \"Arsenal FC\"");
  BOOST_TEST_REQUIRE(league.now().teams_size() == 1);
  BOOST_TEST(shown(league.now().teams(0))
             == "team: \"arsenal\" name: \"Arsenal FC\" short_name: \"Arsenal\" "
                "stadium: \"Emirates Stadium\" league: \"en.1\" players: 1");
}

BOOST_AUTO_TEST_CASE(the_key_of_a_team_is_made_of_its_name_when_none_is_given) {
  league_context league;
  BOOST_TEST(league.answer<TeamRef>(team_create("Arsenal")).team() == "arsenal");
  BOOST_TEST(league.answer<TeamRef>(team_create("Brighton & Hove Albion FC")).team()
             == "brighton-hove-albion-fc");
  BOOST_TEST(league.answer<TeamRef>(team_create("1. FC K\xc3\xb6ln")).team() == "1-fc-koln");
}

BOOST_AUTO_TEST_CASE(a_name_of_a_hundred_letters_makes_a_key_that_fits) {
  league_context league;
  auto key = league.answer<TeamRef>(team_create(std::string(100, 'x'))).team();
  BOOST_TEST(!check_key("The key", key).has_value());
}

BOOST_AUTO_TEST_CASE(two_names_without_a_latin_letter_make_two_keys) {
  league_context league;
  auto first = league.answer<TeamRef>(team_create(no_letters)).team();
  auto second = league.answer<TeamRef>(team_create(other_letters)).team();
  BOOST_TEST(first != second);
  BOOST_TEST(league.now().teams_size() == 2);
}

BOOST_AUTO_TEST_CASE(a_former_team_is_not_replaced_by_another_whose_name_makes_the_same_key) {
  league_context league;
  auto first = league.answer<TeamRef>(team_create(no_letters)).team();
  league.take(team_relegate(first));
  // Whether the second team gets a key of its own or is refused.
  if (league.refusal_of(team_create(other_letters)) == "taken")
    league.take(team_create(other_letters));
  auto former = league.answer<Teams>(team_list()).former();
  BOOST_TEST_REQUIRE(former.size() == 1);
  BOOST_TEST(former[0].name() == no_letters);
}

BOOST_AUTO_TEST_CASE(a_name_has_up_to_a_hundred_characters_of_any_script) {
  league_context league;
  for (auto& name : {std::string(100, 'x'), repeated("\xc3\xa9", 100),
                     repeated("\xe2\x9a\xbd", 100), repeated("\xf0\x9f\x8f\x86", 100)}) {
    auto key = "team-" + std::to_string(name.size());
    BOOST_TEST(league.answer<TeamRef>(team_create(name, key)).name() == name);
  }
}

BOOST_AUTO_TEST_CASE(a_team_without_a_name_is_refused) {
  league_context league;
  BOOST_TEST(league.refusal_of(team_create("", "arsenal"))
             == "invalid-argument: The team's name is empty; give it at least one letter.");
}

BOOST_AUTO_TEST_CASE(a_team_whose_names_are_no_names_is_refused) {
  league_context league;
  for (auto& wrong : wrong_names()) {
    BOOST_TEST(league.refusal_of(team_create(wrong.name, "arsenal"))
               == "invalid-argument: The team's name" + wrong.predicate);
    auto message = team_create("Arsenal");
    message.set_short_name(wrong.name);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The team's short name" + wrong.predicate);
    message = team_create("Arsenal");
    message.set_stadium(wrong.name);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The name of the team's stadium" + wrong.predicate);
    BOOST_TEST(league.refusal_of(with_player(wrong.name, "GK", 1))
               == "invalid-argument: A player's name" + wrong.predicate);
  }
}

BOOST_AUTO_TEST_CASE(a_team_whose_key_is_no_key_is_refused) {
  league_context league;
  for (auto& key : {std::string{"Arsenal"}, std::string{"arsenal fc"}, std::string{"a/b"},
                    std::string{"k\xc3\xb6ln"}, std::string{"a_b"}, std::string(65, 'x')})
    BOOST_TEST(league.refusal_of(team_create("Arsenal", key))
               == "invalid-argument: The team's key must be 1 to 64 lower case letters, digits, "
                  "hyphens and points.");
  BOOST_TEST(league.refusal_of(team_create("Arsenal", std::string(64, 'x'))) == "taken");
}

BOOST_AUTO_TEST_CASE(a_team_of_a_league_whose_key_is_no_key_is_refused) {
  league_context league;
  for (auto& key :
       {std::string{}, std::string{"EN.1"}, std::string{"en/1"}, std::string(65, 'x')}) {
    auto message = team_create("Arsenal");
    message.set_league(key);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The league's key must be 1 to 64 lower case letters, digits, "
                  "hyphens and points.");
  }
}

BOOST_AUTO_TEST_CASE(a_squad_has_at_most_64_players) {
  league_context league;
  auto message = team_create("Arsenal");
  for (uint32_t shirt = 1; shirt <= 64; ++shirt)
    add_player(message, "Player " + std::to_string(shirt), "MF", shirt);
  BOOST_TEST(league.refusal_of(message) == "taken");
  add_player(message, "Player 65", "MF", 65);
  BOOST_TEST(league.refusal_of(message)
             == "invalid-argument: A squad has at most 64 players; this one has 65.");
}

BOOST_AUTO_TEST_CASE(a_player_has_a_position_and_a_shirt_number_from_1_to_99) {
  league_context league;
  for (auto position : {"GK", "DF", "MF", "FW"})
    BOOST_TEST(league.refusal_of(with_player("Bukayo Saka", position, 99)) == "taken");
  for (auto position : {"", "gk", "ST", "FWD"})
    BOOST_TEST(league.refusal_of(with_player("Bukayo Saka", position, 7))
               == "invalid-argument: The position of Bukayo Saka must be GK, DF, MF or FW.");
  for (auto shirt : {0u, 100u, 4'294'967'295u})
    BOOST_TEST(league.refusal_of(with_player("Bukayo Saka", "FW", shirt))
               == "invalid-argument: The shirt number of Bukayo Saka must be 1 to 99.");
}

BOOST_AUTO_TEST_CASE(two_players_of_a_squad_never_wear_the_same_number) {
  league_context league;
  auto message = with_player("Bukayo Saka", "FW", 7);
  add_player(message, "Bukayo Saka", "FW", 8);
  BOOST_TEST(league.refusal_of(message) == "taken");
  add_player(message,
             "Martin \xc3\x98"
             "degaard",
             "MF", 8);
  BOOST_TEST(league.refusal_of(message)
             == "invalid-argument: Two players of the squad wear number 8.");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_taken_is_refused) {
  league_context league;
  league.take(team_create("Arsenal"));
  std::string sentence = "already-exists: The league en.1 has a team \"arsenal\" already: Arsenal.";
  BOOST_TEST(league.refusal_of(team_create("Arsenal")) == sentence);
  BOOST_TEST(league.refusal_of(team_create("Woolwich", "arsenal")) == sentence);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_refused_under_another_key) {
  league_context league;
  league.take(team_create("Arsenal"));
  std::string sentence = "already-exists: The league en.1 has a team called \"Arsenal\" already.";
  BOOST_TEST(league.refusal_of(team_create("Arsenal", "woolwich")) == sentence);
  league.take(team_relegate("arsenal"));
  BOOST_TEST(league.refusal_of(team_create("Arsenal", "woolwich")) == sentence);
}

BOOST_AUTO_TEST_CASE(a_65th_team_is_refused_until_one_has_left) {
  league_context league;
  fill(league, 64);
  BOOST_TEST(league.refusal_of(team_create("Arsenal"))
             == "invalid-argument: The league en.1 is full: it has 64 teams, or its pyramid "
                "remembers 4096.");
  league.take(team_relegate("team-64"));
  BOOST_TEST(league.refusal_of(team_create("Arsenal")) == "taken");
  league.take(team_create("Arsenal"));
  BOOST_TEST(league.refusal_of(team_create("Team 64")).starts_with("invalid-argument: The league"));
}

BOOST_AUTO_TEST_CASE(a_league_that_remembers_4096_teams_takes_no_new_one) {
  league_context league;
  for (int i = 1; i <= 4'096; ++i) {
    auto& former = *league.edit().add_teams();
    former.set_team("team-" + std::to_string(i));
    former.set_name("Team " + std::to_string(i));
    former.set_relegated(true);
  }
  BOOST_TEST(league.refusal_of(team_create("Arsenal"))
             == "invalid-argument: The league en.1 is full: it has 64 teams, or its pyramid "
                "remembers 4096.");
}

BOOST_AUTO_TEST_CASE(a_former_team_comes_back_to_a_league_that_remembers_4096_teams) {
  league_context league;
  for (int i = 1; i <= 4'096; ++i) {
    auto& former = *league.edit().add_teams();
    former.set_team("team-" + std::to_string(i));
    former.set_name("Team " + std::to_string(i));
    former.set_relegated(true);
  }
  BOOST_TEST(league.refusal_of(team_create("Team 7")) == "taken");
}

BOOST_AUTO_TEST_CASE(a_relegated_team_comes_back_as_the_same_team) {
  league_context league;
  fill(league, 3);
  league.take(team_relegate("team-2"));
  auto message = team_create("Team Two", "team-2");
  message.set_stadium("New Ground");
  auto decision = league.take(message);
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"info.teamcreated"}, per_element());
  auto teams = league.answer<Teams>(team_list());
  BOOST_TEST(teams.former_size() == 0);
  BOOST_TEST_REQUIRE(teams.teams_size() == 3);
  BOOST_TEST(shown(teams.teams(1)) == "team: \"team-2\" name: \"Team Two\"");
  BOOST_TEST(league.now().teams(1).stadium() == "New Ground");
  BOOST_TEST(league.refusal_of(team_create("Team Two", "team-2")).starts_with("already-exists:"));
}

// -- team.update ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_update_changes_what_it_names_and_is_announced) {
  league_context league;
  auto message = team_create("Arsenal");
  message.set_short_name("ARS");
  message.set_stadium("Highbury");
  league.take(message);
  league.take(season_opened("2022-23", "arsenal"));
  auto update = team_update("arsenal");
  update.set_stadium("Emirates Stadium");
  auto decision = league.take(update);
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"info.teamupdated"}, per_element());
  BOOST_TEST(shown(sent<InfoTeamUpdated>(decision).front())
             == "league: \"en.1\" team: \"arsenal\" name: \"Arsenal\" short_name: \"ARS\" "
                "stadium: \"Emirates Stadium\" season: \"2022-23\" revision: 1");
  TeamRef reply;
  BOOST_TEST(reply.ParseFromString(decision.reply));
  BOOST_TEST(shown(reply) == "team: \"arsenal\" name: \"Arsenal\"");
  BOOST_TEST(shown(league.now().teams(0))
             == "team: \"arsenal\" name: \"Arsenal\" short_name: \"ARS\" "
                "stadium: \"Emirates Stadium\" league: \"en.1\" revision: 1");
}

BOOST_AUTO_TEST_CASE(an_update_before_any_season_names_no_season) {
  league_context league;
  league.take(team_create("Arsenal"));
  auto decision = league.take(team_update("arsenal", "Arsenal FC"));
  auto info = sent<InfoTeamUpdated>(decision).front();
  BOOST_TEST(info.season() == "");
  BOOST_TEST(info.name() == "Arsenal FC");
}

BOOST_AUTO_TEST_CASE(a_name_that_was_given_up_is_free_again) {
  league_context league;
  league.take(team_create("Arsenal"));
  league.take(team_update("arsenal", "Arsenal FC"));
  BOOST_TEST(league.refusal_of(team_create("Arsenal", "another")) == "taken");
  BOOST_TEST(
    league.refusal_of(team_create("Arsenal FC", "another")).starts_with("already-exists:"));
}

BOOST_AUTO_TEST_CASE(a_team_may_be_given_the_name_that_it_has) {
  league_context league;
  league.take(team_create("Arsenal"));
  BOOST_TEST(league.refusal_of(team_update("arsenal", "Arsenal")) == "taken");
}

BOOST_AUTO_TEST_CASE(an_update_of_an_unknown_team_is_refused) {
  league_context league;
  BOOST_TEST(league.refusal_of(team_update("arsenal", "Arsenal"))
             == "not-found: The league en.1 has no team \"arsenal\".");
}

BOOST_AUTO_TEST_CASE(an_update_to_a_name_that_is_taken_is_refused) {
  league_context league;
  fill(league, 2);
  BOOST_TEST(league.refusal_of(team_update("team-1", "Team 2"))
             == "already-exists: The league en.1 has a team called \"Team 2\" already.");
}

BOOST_AUTO_TEST_CASE(an_update_to_what_is_no_name_is_refused) {
  league_context league;
  league.take(team_create("Arsenal"));
  for (auto& wrong : wrong_names()) {
    auto message = team_update("arsenal", wrong.name);
    BOOST_TEST(league.refusal_of(message) == "invalid-argument: The team's name" + wrong.predicate);
    message = team_update("arsenal");
    message.set_short_name(wrong.name);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The team's short name" + wrong.predicate);
    message = team_update("arsenal");
    message.set_stadium(wrong.name);
    BOOST_TEST(league.refusal_of(message)
               == "invalid-argument: The name of the team's stadium" + wrong.predicate);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_repeat_a_key_of_10000_characters) {
  league_context league;
  BOOST_TEST(league.refusal_of(team_update(std::string(10'000, 'x'))).size() < 1'000u);
}

// -- team.relegate --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_relegated_team_becomes_a_former_one_and_is_announced) {
  league_context league;
  fill(league, 3);
  auto decision = league.take(team_relegate("team-3"));
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"info.teamrelegated"}, per_element());
  BOOST_TEST(shown(sent<InfoTeamRelegated>(decision).front())
             == "league: \"en.1\" season: \"2022-23\" team: \"team-3\" name: \"Team 3\"");
  auto teams = league.answer<Teams>(team_list());
  BOOST_TEST(teams.teams_size() == 2);
  BOOST_TEST_REQUIRE(teams.former_size() == 1);
  BOOST_TEST(teams.former(0).team() == "team-3");
}

BOOST_AUTO_TEST_CASE(a_team_that_is_not_in_the_league_cannot_be_relegated) {
  league_context league;
  fill(league, 2);
  BOOST_TEST(league.refusal_of(team_relegate("arsenal"))
             == "not-found: The league en.1 has no team \"arsenal\".");
  league.take(team_relegate("team-2"));
  BOOST_TEST(league.refusal_of(team_relegate("team-2"))
             == "not-found: The team \"team-2\" has left the league en.1.");
}

// -- team.list, info.fixturelistgenerated ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_list_of_teams_keeps_the_order_in_which_they_came) {
  league_context league;
  for (auto name : {"Wolves", "Arsenal", "Leeds"})
    league.take(team_create(name));
  league.take(season_opened("2022-23", "wolves"));
  auto before = shown(league.now());
  auto teams = league.answer<Teams>(team_list());
  BOOST_TEST(shown(teams)
             == "league: \"en.1\" teams { team: \"wolves\" name: \"Wolves\" } "
                "teams { team: \"arsenal\" name: \"Arsenal\" } "
                "teams { team: \"leeds\" name: \"Leeds\" } season: \"2022-23\"");
  BOOST_TEST(shown(league.now()) == before);
}

BOOST_AUTO_TEST_CASE(a_league_without_any_team_is_not_there) {
  league_context league;
  BOOST_TEST(league.refusal_of(team_list()) == "not-found: There is no league \"en.1\".");
}

BOOST_AUTO_TEST_CASE(a_season_opens_with_the_list_of_its_first_team) {
  league_context league;
  fill(league, 2);
  auto decision = league.take(season_opened("2022-23", "team-1"));
  BOOST_TEST(decision.events.size() == 1u);
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(league.now().seasons().at("en.1") == "2022-23");
  BOOST_TEST(league.changes_nothing(season_opened("2022-23", "team-2")));
  league.take(season_opened("2023-24", "team-1"));
  BOOST_TEST(league.now().seasons().at("en.1") == "2023-24");
}

// -- one team -------------------------------------------------------------------------------------

namespace {

InfoTeamCreated team_created(const std::string& name) {
  InfoTeamCreated result;
  result.set_league("en.1");
  result.set_team("arsenal");
  result.set_name(name);
  result.set_short_name("ARS");
  result.set_stadium("Highbury");
  result.add_squad()->set_name("Bukayo Saka");
  return result;
}

InfoFixtureListGenerated fixtures_of_arsenal(const std::string& season) {
  auto result = season_opened(season, "arsenal");
  auto& fixture = *result.add_fixtures();
  fixture.set_number(3);
  fixture.set_date("2022-08-06");
  fixture.set_home("arsenal");
  fixture.set_away("leeds");
  return result;
}

TeamGet team_get() {
  TeamGet result;
  result.set_league("en.1");
  result.set_team("arsenal");
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_team_knows_what_it_was_created_with) {
  team_context team;
  auto decision = team.take(team_created("Arsenal"));
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST(shown(team.answer<TeamDetails>(team_get()))
             == "league: \"en.1\" team: \"arsenal\" name: \"Arsenal\" short_name: \"ARS\" "
                "stadium: \"Highbury\" squad { name: \"Bukayo Saka\" player: \"arsenal.1\" }");
}

BOOST_AUTO_TEST_CASE(a_team_that_was_never_created_is_not_there) {
  team_context team;
  std::string sentence = "not-found: The league en.1 has no team \"arsenal\".";
  BOOST_TEST(team.refusal_of(team_get()) == sentence);
  team.take(fixtures_of_arsenal("2022-23"));
  BOOST_TEST(team.refusal_of(team_get()) == sentence);
}

BOOST_AUTO_TEST_CASE(a_team_takes_its_new_names_and_keeps_its_squad) {
  team_context team;
  team.take(team_created("Arsenal"));
  InfoTeamUpdated update;
  update.set_name("Arsenal FC");
  update.set_short_name("AFC");
  update.set_stadium("Emirates Stadium");
  team.take(update);
  auto details = team.answer<TeamDetails>(team_get());
  BOOST_TEST(details.name() == "Arsenal FC");
  BOOST_TEST(details.short_name() == "AFC");
  BOOST_TEST(details.stadium() == "Emirates Stadium");
  BOOST_TEST(details.squad_size() == 1);
}

// What comes late was a dead letter that somebody retried.
BOOST_AUTO_TEST_CASE(a_name_that_comes_after_a_newer_one_changes_nothing) {
  InfoTeamUpdated newer;
  newer.set_name("Newest");
  newer.set_revision(2);
  auto older = newer;
  older.set_name("Older");
  older.set_revision(1);
  team_context team;
  team.take(newer);
  BOOST_TEST(team.changes_nothing(older));
  team.take(team_created("Arsenal"));
  auto details = team.answer<TeamDetails>(team_get());
  BOOST_TEST(details.name() == "Newest");
  BOOST_TEST(details.team() == "arsenal");
  BOOST_TEST(details.squad_size() == 1);
}

BOOST_AUTO_TEST_CASE(the_updates_of_a_team_are_numbered_also_when_it_comes_back) {
  league_context league;
  auto created
    = [](const auto& decision) { return sent<InfoTeamCreated>(decision).front().revision(); };
  auto updated
    = [](const auto& decision) { return sent<InfoTeamUpdated>(decision).front().revision(); };
  BOOST_TEST(created(league.take(team_create("Arsenal"))) == 0u);
  BOOST_TEST(updated(league.take(team_update("arsenal", "Gunners"))) == 1u);
  TeamRelegate relegate;
  relegate.set_league("en.1");
  relegate.set_team("arsenal");
  league.take(relegate);
  BOOST_TEST(created(league.take(team_create("Arsenal", "arsenal"))) == 2u);
  BOOST_TEST(updated(league.take(team_update("arsenal", "Gunners"))) == 3u);
}

BOOST_AUTO_TEST_CASE(a_team_has_the_fixtures_of_the_newest_season_only) {
  team_context team;
  team.take(team_created("Arsenal"));
  team.take(fixtures_of_arsenal("2022-23"));
  team.take(fixtures_of_arsenal("2023-24"));
  auto details = team.answer<TeamDetails>(team_get());
  BOOST_TEST(details.season() == "2023-24");
  BOOST_TEST_REQUIRE(details.fixtures_size() == 1);
  BOOST_TEST(details.fixtures(0).number() == 3u);
}

// The team manager and the fixture manager are two senders: nothing says whose message comes first.
BOOST_AUTO_TEST_CASE(a_team_keeps_fixtures_that_arrive_before_its_creation) {
  team_context team;
  team.take(fixtures_of_arsenal("2022-23"));
  team.take(team_created("Arsenal"));
  auto details = team.answer<TeamDetails>(team_get());
  BOOST_TEST(details.name() == "Arsenal");
  BOOST_TEST(details.season() == "2022-23");
  BOOST_TEST(details.fixtures_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_team_is_relegated_until_it_comes_back) {
  team_context team;
  team.take(team_created("Arsenal"));
  team.take(InfoTeamRelegated{});
  BOOST_TEST(team.answer<TeamDetails>(team_get()).relegated());
  team.take(team_created("Arsenal FC"));
  auto details = team.answer<TeamDetails>(team_get());
  BOOST_TEST(!details.relegated());
  BOOST_TEST(details.name() == "Arsenal FC");
}
