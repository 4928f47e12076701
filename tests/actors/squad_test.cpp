// Players and squads, decision by decision: what the team manager asks, and what a team answers.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/team_manager/squad.hpp"
#include "actors/team_manager/team_manager.hpp"
#include "tests/actors/squad_messages.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;
using boost::test_tools::per_element;

namespace {

constexpr auto conflict = static_cast<uint32_t>(CONFLICT);
constexpr auto not_found = static_cast<uint32_t>(NOT_FOUND);
constexpr auto already_exists = static_cast<uint32_t>(ALREADY_EXISTS);

/// A player whose details are all given.
Player saka() {
  auto result = player_called("Bukayo Saka", 7);
  result.set_position("FW");
  result.set_date_of_birth("2001-09-05");
  result.set_wage_minor_units(19'500'000);
  return result;
}

/// Adds a player without a key under shirt number `shirt` and returns the key that he is given.
std::string key_of_new(team_context& team, uint32_t shirt) {
  return changed(team, squad_add(player_called("New", shirt))).player().player();
}

/// The bound of the squad holds and no key and no number is there twice.
void check_squad_of(const team_context& team) {
  std::set<std::string> keys;
  for (auto& x : team.now().details().squad()) {
    BOOST_TEST(keys.insert(x.player()).second, x.player());
    BOOST_TEST(x.player() != "");
  }
  BOOST_TEST(shirts(team).size() == keys.size());
}

} // namespace

// -- what a player is -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_has_one_of_four_positions) {
  for (auto position : {"GK", "DF", "MF", "FW"}) {
    auto x = saka();
    x.set_position(position);
    BOOST_TEST(!actors::check_player(x).has_value());
  }
  for (auto position : {"", "gk", "ST", "FWD", "MF "}) {
    auto x = saka();
    x.set_position(position);
    BOOST_TEST(actors::check_player(x).has_value(), position);
  }
}

BOOST_AUTO_TEST_CASE(a_shirt_number_is_1_to_99) {
  for (auto number : {1u, 7u, 99u}) {
    auto x = saka();
    x.set_shirt_number(number);
    BOOST_TEST(!actors::check_player(x).has_value());
  }
  for (auto number : {0u, 100u, 4'294'967'295u}) {
    auto x = saka();
    x.set_shirt_number(number);
    BOOST_TEST(actors::check_player(x).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_date_of_birth_is_a_day_or_not_given) {
  for (auto date : {"", "2001-09-05", "2000-02-29"}) {
    auto x = saka();
    x.set_date_of_birth(date);
    BOOST_TEST(!actors::check_player(x).has_value(), date);
  }
  for (auto date : {"2001", "2001-02-29", "05.09.2001", "2001-09-05x", "today"}) {
    auto x = saka();
    x.set_date_of_birth(date);
    BOOST_TEST(actors::check_player(x).has_value(), date);
  }
}

BOOST_AUTO_TEST_CASE(a_wage_is_between_nothing_and_ten_million_pounds_a_week) {
  for (auto wage : {int64_t{0}, int64_t{1}, actors::max_wage}) {
    auto x = saka();
    x.set_wage_minor_units(wage);
    BOOST_TEST(!actors::check_player(x).has_value());
  }
  for (auto wage : {int64_t{-1}, actors::max_wage + 1, std::numeric_limits<int64_t>::min(),
                    std::numeric_limits<int64_t>::max()}) {
    auto x = saka();
    x.set_wage_minor_units(wage);
    BOOST_TEST(actors::check_player(x).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_key_of_a_player_is_a_key_or_not_given) {
  for (auto key : {"", "arsenal.7", "saka"}) {
    auto x = saka();
    x.set_player(key);
    BOOST_TEST(!actors::check_player(x).has_value(), key);
  }
  for (auto key : {"Saka", "a/b", "a b", "a\xff"}) {
    auto x = saka();
    x.set_player(key);
    BOOST_TEST(actors::check_player(x).has_value(), key);
  }
  auto x = saka();
  x.set_player(std::string(65, 'x'));
  BOOST_TEST(actors::check_player(x).has_value());
}

BOOST_AUTO_TEST_CASE(a_squad_has_no_number_and_no_key_twice) {
  actors::squad_players squad;
  *squad.Add() = player_called("A", 1, "a");
  *squad.Add() = player_called("B", 2);
  *squad.Add() = player_called("C", 3);
  BOOST_TEST(!actors::check_squad(squad).has_value());
  auto same_number = squad;
  *same_number.Add() = player_called("D", 2);
  BOOST_TEST(actors::check_squad(same_number).has_value());
  auto same_key = squad;
  *same_key.Add() = player_called("D", 4, "a");
  BOOST_TEST(actors::check_squad(same_key).has_value());
  auto bad_player = squad;
  *bad_player.Add() = player_called("", 4);
  BOOST_TEST(actors::check_squad(bad_player).has_value());
}

BOOST_AUTO_TEST_CASE(an_amount_is_between_nothing_and_ten_trillion_pounds) {
  BOOST_TEST(!actors::check_amount("The fee", money(0)).has_value());
  BOOST_TEST(!actors::check_amount("The fee", money(actors::max_amount)).has_value());
  auto negative = actors::check_amount("The fee", money(-1));
  BOOST_TEST_REQUIRE(negative.has_value());
  BOOST_TEST(negative->starts_with("The fee"), *negative);
  BOOST_TEST(actors::check_amount("The fee", money(actors::max_amount + 1)).has_value());
  for (auto currency : {"gbp", "GB", "GBPP", "G1P", "\xc2\xa3"})
    BOOST_TEST(actors::check_amount("The fee", money(1, currency)).has_value(), currency);
}

// -- league.configure -----------------------------------------------------------------------------

namespace {

using league_context = lone_context<actors::team_manager>;

LeagueConfigure league_rules(uint32_t squad_min, uint32_t squad_max) {
  LeagueConfigure result;
  result.set_league("en.1");
  result.mutable_rules()->set_squad_min(squad_min);
  result.mutable_rules()->set_squad_max(squad_max);
  return result;
}

LeagueConfigure with_window(LeagueConfigure to, const std::string& name, const std::string& from,
                            const std::string& until) {
  auto& window = *to.mutable_rules()->add_windows();
  window.set_name(name);
  window.set_from(from);
  window.set_to(until);
  return to;
}

TeamCreate team_create(const std::string& name, const std::string& league = "en.1") {
  TeamCreate result;
  result.set_league(league);
  result.set_name(name);
  return result;
}

TeamList team_list(const std::string& league = "en.1") {
  TeamList result;
  result.set_league(league);
  return result;
}

league_context league_with(const std::vector<std::string>& names) {
  league_context result;
  for (auto& name : names)
    result.take(team_create(name));
  return result;
}

PlayerAdd player_add(const Player& player, const std::string& team = "arsenal") {
  PlayerAdd result;
  result.set_league("en.1");
  result.set_team(team);
  *result.mutable_player() = player;
  return result;
}

PlayerUpdate player_update(uint32_t shirt_number, const Player& player,
                           const std::string& team = "arsenal") {
  PlayerUpdate result;
  result.set_league("en.1");
  result.set_team(team);
  result.set_shirt_number(shirt_number);
  *result.mutable_player() = player;
  return result;
}

PlayerDelete player_delete(uint32_t shirt_number, const std::string& team = "arsenal") {
  PlayerDelete result;
  result.set_league("en.1");
  result.set_team(team);
  result.set_shirt_number(shirt_number);
  return result;
}

/// Takes a command under an id.
template <class Message>
league_context::decision take_as(league_context& league, const std::string& id,
                                 const Message& message) {
  header head;
  head.id = id;
  auto decided = actors::team_manager::decide(league.now(), message, head);
  BOOST_TEST_REQUIRE(decided.has_value());
  for (auto& event : decided->events)
    actors::team_manager::apply(league.edit(), event);
  return std::move(*decided);
}

uint32_t players_of(league_context& league, const std::string& team) {
  auto teams = league.answer<Teams>(team_list());
  for (auto& x : teams.teams())
    if (x.team() == team)
      return x.players();
  return 999;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_rules_of_a_league_are_set_and_announced) {
  auto league = league_with({"Arsenal"});
  auto message = with_window(with_window(league_rules(18, 25), "summer", "06-14", "08-30"),
                             "winter", "12-31", "02-01");
  auto decision = league.take(message);
  BOOST_TEST(names_of(decision) == std::vector<std::string>{"info.leagueconfigured"},
             per_element());
  auto info = sent<InfoLeagueConfigured>(decision).front();
  BOOST_TEST(info.league() == "en.1");
  message.mutable_rules()->set_revision(1);
  BOOST_TEST(shown(info.rules()) == shown(message.rules()));
  BOOST_TEST(shown(league.answer<Teams>(team_list()).rules()) == shown(message.rules()));
}

BOOST_AUTO_TEST_CASE(rules_hold_for_all_leagues_of_the_pyramid_and_replace_earlier_ones) {
  auto league = league_with({"Arsenal"});
  league.take(team_create("Leeds", "en.2"));
  league.take(with_window(league_rules(18, 25), "summer", "06-14", "08-30"));
  league.take(league_rules(0, 30));
  BOOST_TEST(shown(league.answer<Teams>(team_list("en.2")).rules()) == "squad_max: 30 revision: 2");
}

BOOST_AUTO_TEST_CASE(rules_are_numbered_and_the_same_ones_again_change_nothing) {
  league_context league;
  auto number = [&league](const LeagueConfigure& rules) {
    return sent<InfoLeagueConfigured>(league.take(rules)).front().rules().revision();
  };
  auto claimed = league_rules(2, 9);
  claimed.mutable_rules()->set_revision(7);
  BOOST_TEST(number(league_rules(2, 8)) == 1u);
  BOOST_TEST(number(claimed) == 2u);
  BOOST_TEST(league.changes_nothing(league_rules(2, 9)));
  BOOST_TEST(league.changes_nothing(claimed));
}

BOOST_AUTO_TEST_CASE(squad_sizes_that_contradict_each_other_are_refused) {
  auto league = league_with({"Arsenal"});
  BOOST_TEST(league.refusal_of(league_rules(0, 0)) == "taken");
  BOOST_TEST(league.refusal_of(league_rules(25, 25)) == "taken");
  BOOST_TEST(league.refusal_of(league_rules(64, 0)) == "taken");
  BOOST_TEST(league.refusal_of(league_rules(0, 64)) == "taken");
  BOOST_TEST(league.refusal_of(league_rules(26, 25)).starts_with("invalid-argument:"));
  BOOST_TEST(league.refusal_of(league_rules(0, 65)).starts_with("invalid-argument:"));
  BOOST_TEST(league.refusal_of(league_rules(65, 0)).starts_with("invalid-argument:"));
  BOOST_TEST(
    league.refusal_of(league_rules(4'000'000'000, 4'100'000'000)).starts_with("invalid-argument:"));
}

BOOST_AUTO_TEST_CASE(windows_that_are_none_are_refused) {
  auto league = league_with({"Arsenal"});
  auto rules = league_rules(0, 0);
  BOOST_TEST(league.refusal_of(with_window(rules, "one day", "06-14", "06-14")) == "taken");
  for (auto day : {"", "02-29", "13-01", "06-31", "2022-06-14", "6-14"}) {
    BOOST_TEST(league.refusal_of(with_window(rules, "summer", day, "08-30"))
                 .starts_with("invalid-argument:"),
               day);
    BOOST_TEST(league.refusal_of(with_window(rules, "summer", "06-14", day))
                 .starts_with("invalid-argument:"),
               day);
  }
  for (const auto& name : {std::string{"\xff"}, std::string(10'000, 'x')})
    BOOST_TEST(league.refusal_of(with_window(rules, name, "06-14", "08-30"))
                 .starts_with("invalid-argument:"));
}

BOOST_AUTO_TEST_CASE(a_league_has_at_most_12_windows) {
  auto league = league_with({"Arsenal"});
  auto rules = league_rules(0, 0);
  for (int month = 1; month <= 12; ++month) {
    auto prefix = (month < 10 ? "0" : "") + std::to_string(month);
    rules = with_window(rules, "window " + prefix, prefix + "-01", prefix + "-05");
  }
  BOOST_TEST(league.refusal_of(rules) == "taken");
  rules = with_window(rules, "one more", "01-10", "01-20");
  BOOST_TEST(league.refusal_of(rules).starts_with("invalid-argument:"));
}

BOOST_AUTO_TEST_CASE(rules_of_a_league_whose_key_is_no_key_are_refused) {
  lone_context<actors::team_manager> league;
  for (auto key : {"", "EN.1", "en/1"}) {
    auto message = league_rules(0, 0);
    message.set_league(key);
    BOOST_TEST(league.refusal_of(message).starts_with("invalid-argument:"), key);
  }
}

BOOST_AUTO_TEST_CASE(the_limit_of_a_squad_is_64_when_no_other_is_set) {
  LeagueRules rules;
  BOOST_TEST(actors::squad_limit(rules) == 64u);
  rules.set_squad_max(25);
  BOOST_TEST(actors::squad_limit(rules) == 25u);
}

// -- player.add, player.update, player.delete: what the team manager does -------------------------

BOOST_AUTO_TEST_CASE(a_command_about_a_player_is_passed_on_to_the_team_and_answered_later) {
  auto league = league_with({"Arsenal"});
  league.take(league_rules(11, 25));
  auto added = take_as(league, "c-1", player_add(saka()));
  BOOST_TEST(added.deferred);
  BOOST_TEST(names_of(added) == std::vector<std::string>{"squad.add"}, per_element());
  BOOST_TEST(shown(sent<SquadAdd>(added).front())
             == "league: \"en.1\" team: \"arsenal\" command: \"c-1\" player { " + shown(saka())
                  + " } squad_max: 25");
  auto updated = take_as(league, "c-2", player_update(7, saka()));
  BOOST_TEST(updated.deferred);
  BOOST_TEST(shown(sent<SquadUpdate>(updated).front())
             == "league: \"en.1\" team: \"arsenal\" command: \"c-2\" shirt_number: 7 player { "
                  + shown(saka()) + " }");
  auto deleted = take_as(league, "c-3", player_delete(7));
  BOOST_TEST(deleted.deferred);
  BOOST_TEST(shown(sent<SquadRemove>(deleted).front())
             == "league: \"en.1\" team: \"arsenal\" command: \"c-3\" shirt_number: 7 "
                "squad_min: 11");
}

BOOST_AUTO_TEST_CASE(the_limit_of_a_squad_is_passed_on_when_no_rules_are_set) {
  auto league = league_with({"Arsenal"});
  auto added = take_as(league, "c-1", player_add(saka()));
  BOOST_TEST(sent<SquadAdd>(added).front().squad_max() == 64u);
}

BOOST_AUTO_TEST_CASE(the_answer_of_the_team_answers_the_command) {
  auto league = league_with({"Arsenal"});
  take_as(league, "c-1", player_add(saka()));
  SquadChanged done;
  done.set_league("en.1");
  done.set_team("arsenal");
  done.set_command("c-1");
  *done.mutable_player() = saka();
  done.set_change(1);
  auto decision = league.take(done);
  BOOST_TEST(decision.messages.empty());
  BOOST_TEST_REQUIRE(decision.late_answers.size() == 1u);
  BOOST_TEST(decision.late_answers[0].command == "c-1");
  BOOST_TEST(decision.late_answers[0].outcome.code == OK);
  BOOST_TEST(decision.late_answers[0].reply == saka().SerializeAsString());
  BOOST_TEST(players_of(league, "arsenal") == 1u);
  done.set_command("c-2");
  done.set_change(0);
  league.take(done);
  BOOST_TEST(players_of(league, "arsenal") == 1u);
  done.set_command("c-3");
  done.set_change(-1);
  league.take(done);
  BOOST_TEST(players_of(league, "arsenal") == 0u);
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_team_refuses_the_command_with_the_same_sentence) {
  auto league = league_with({"Arsenal"});
  take_as(league, "c-1", player_add(saka()));
  SquadChanged refused;
  refused.set_league("en.1");
  refused.set_team("arsenal");
  refused.set_command("c-1");
  refused.set_code(already_exists);
  refused.set_text("Somebody wears number 7 already.");
  auto decision = league.take(refused);
  BOOST_TEST_REQUIRE(decision.late_answers.size() == 1u);
  BOOST_TEST(decision.late_answers[0].command == "c-1");
  BOOST_TEST(decision.late_answers[0].outcome.code == ALREADY_EXISTS);
  BOOST_TEST(decision.late_answers[0].outcome.text == "Somebody wears number 7 already.");
  BOOST_TEST(players_of(league, "arsenal") == 0u);
}

BOOST_AUTO_TEST_CASE(players_of_teams_that_are_not_there_are_refused) {
  auto league = league_with({"Arsenal", "Chelsea"});
  TeamRelegate gone;
  gone.set_league("en.1");
  gone.set_team("chelsea");
  league.take(gone);
  league.take(team_create("Leeds", "en.2"));
  for (auto team : {"", "spurs", "chelsea", "leeds"}) {
    BOOST_TEST(league.refusal_of(player_add(saka(), team)).starts_with("not-found:"), team);
    BOOST_TEST(league.refusal_of(player_update(7, saka(), team)).starts_with("not-found:"), team);
    BOOST_TEST(league.refusal_of(player_delete(7, team)).starts_with("not-found:"), team);
  }
}

BOOST_AUTO_TEST_CASE(players_who_are_none_are_refused_at_once) {
  auto league = league_with({"Arsenal"});
  std::vector<Player> wrong(7, saka());
  wrong[0].set_name("");
  wrong[1].set_position("ST");
  wrong[2].set_shirt_number(0);
  wrong[3].set_shirt_number(100);
  wrong[4].set_date_of_birth("2001-02-29");
  wrong[5].set_wage_minor_units(-1);
  wrong[6].set_player("Saka");
  for (auto& player : wrong)
    BOOST_TEST(league.refusal_of(player_add(player)).starts_with("invalid-argument:"));
}

BOOST_AUTO_TEST_CASE(transfers_change_the_number_of_players_in_the_list) {
  auto league = league_with({"Arsenal", "Chelsea"});
  InfoPlayerTransferredIn in;
  in.set_league("en.1");
  in.set_team("arsenal");
  BOOST_TEST(league.take(in).messages.empty());
  league.take(in);
  BOOST_TEST(players_of(league, "arsenal") == 2u);
  BOOST_TEST(players_of(league, "chelsea") == 0u);
  InfoPlayerTransferredOut out;
  out.set_league("en.1");
  out.set_team("arsenal");
  BOOST_TEST(league.take(out).messages.empty());
  BOOST_TEST(players_of(league, "arsenal") == 1u);
}

BOOST_AUTO_TEST_CASE(news_of_players_of_unknown_teams_change_nothing) {
  auto league = league_with({"Arsenal"});
  auto before = shown(league.now());
  InfoPlayerTransferredIn in;
  in.set_league("en.1");
  in.set_team("nobody");
  league.take(in);
  InfoPlayerTransferredOut out;
  out.set_league("en.1");
  out.set_team("nobody");
  league.take(out);
  SquadChanged done;
  done.set_league("en.1");
  done.set_team("nobody");
  done.set_command("c-1");
  done.set_change(1);
  league.take(done);
  BOOST_TEST(shown(league.now()) == before);
}

BOOST_AUTO_TEST_CASE(the_list_of_teams_counts_the_players_that_a_team_began_with) {
  auto league = league_with({"Arsenal"});
  auto chelsea = team_create("Chelsea");
  for (uint32_t i = 1; i <= 3; ++i)
    *chelsea.add_squad() = player_called("Player", i);
  league.take(chelsea);
  BOOST_TEST(players_of(league, "arsenal") == 0u);
  BOOST_TEST(players_of(league, "chelsea") == 3u);
}

BOOST_AUTO_TEST_CASE(a_squad_at_creation_is_within_the_rules_of_the_league) {
  lone_context<actors::team_manager> league;
  league.take(team_create("Arsenal"));
  league.take(league_rules(2, 3));
  auto chelsea = team_create("Chelsea");
  for (uint32_t i = 1; i <= 4; ++i)
    *chelsea.add_squad() = player_called("Player", i);
  BOOST_TEST(league.refusal_of(chelsea).starts_with("invalid-argument:"));
  chelsea.mutable_squad()->RemoveLast();
  BOOST_TEST(league.refusal_of(chelsea) == "taken");
}

BOOST_AUTO_TEST_CASE(a_team_begins_with_an_amount_of_money_or_with_nothing) {
  lone_context<actors::team_manager> league;
  auto rich = team_create("Arsenal");
  *rich.mutable_balance() = money(5'000);
  BOOST_TEST(sent<InfoTeamCreated>(league.take(rich)).front().balance().minor_units() == 5'000);
  auto wrong = team_create("Chelsea");
  *wrong.mutable_balance() = money(-1);
  BOOST_TEST(league.refusal_of(wrong).starts_with("invalid-argument:"));
  *wrong.mutable_balance() = money(actors::max_amount + 1);
  BOOST_TEST(league.refusal_of(wrong).starts_with("invalid-argument:"));
  *wrong.mutable_balance() = money(5, "pounds");
  BOOST_TEST(league.refusal_of(wrong).starts_with("invalid-argument:"));
}

// -- a pyramid ------------------------------------------------------------------------------------

namespace {

TeamRelegate relegated(const std::string& team, const std::string& to,
                       const std::string& from = "en.1") {
  TeamRelegate result;
  result.set_league(from);
  result.set_season("2022-23");
  result.set_team(team);
  result.set_position(20);
  result.set_to_league(to);
  result.set_pyramid("en");
  return result;
}

TeamPromote promoted(const std::string& team, const std::string& to,
                     const std::string& from = "en.2") {
  TeamPromote result;
  result.set_league(from);
  result.set_season("2022-23");
  result.set_team(team);
  result.set_position(1);
  result.set_to_league(to);
  result.set_pyramid("en");
  return result;
}

std::vector<std::string> teams_of(league_context& league, const std::string& key) {
  std::vector<std::string> result;
  if (league.refusal_of(team_list(key)) != "taken")
    return result;
  auto teams = league.answer<Teams>(team_list(key));
  for (auto& x : teams.teams())
    result.push_back(x.team());
  return result;
}

league_context two_tiers() {
  auto result = league_with({"Arsenal", "Chelsea"});
  result.take(team_create("Leeds", "en.2"));
  result.take(team_create("Luton", "en.2"));
  return result;
}

using names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(a_team_that_is_relegated_within_the_pyramid_plays_in_the_league_below) {
  auto league = two_tiers();
  auto decision = league.take(relegated("chelsea", "en.2"));
  BOOST_TEST(names_of(decision) == names{"info.teamrelegated"}, per_element());
  BOOST_TEST(shown(sent<InfoTeamRelegated>(decision).front())
             == "league: \"en.1\" season: \"2022-23\" team: \"chelsea\" name: \"Chelsea\" "
                "to_league: \"en.2\" pyramid: \"en\"");
  BOOST_TEST(teams_of(league, "en.1") == names{"arsenal"}, per_element());
  auto below = teams_of(league, "en.2");
  BOOST_TEST(below.size() == 3u);
  BOOST_TEST(std::ranges::count(below, "chelsea") == 1);
  BOOST_TEST(league.refusal_of(team_create("Chelsea")).starts_with("already-exists:"));
}

BOOST_AUTO_TEST_CASE(a_team_that_is_promoted_plays_in_the_league_above) {
  auto league = two_tiers();
  auto decision = league.take(promoted("leeds", "en.1"));
  BOOST_TEST(names_of(decision) == names{"info.teampromoted"}, per_element());
  BOOST_TEST(shown(sent<InfoTeamPromoted>(decision).front())
             == "league: \"en.2\" season: \"2022-23\" team: \"leeds\" name: \"Leeds\" "
                "to_league: \"en.1\" pyramid: \"en\"");
  BOOST_TEST(teams_of(league, "en.2") == names{"luton"}, per_element());
  BOOST_TEST(teams_of(league, "en.1").size() == 3u);
}

BOOST_AUTO_TEST_CASE(teams_that_change_places_over_many_seasons_are_never_lost) {
  auto league = two_tiers();
  for (int season = 0; season < 25; ++season) {
    auto down = teams_of(league, "en.1").front();
    auto up = teams_of(league, "en.2").front();
    league.take(relegated(down, "en.2"));
    league.take(promoted(up, "en.1"));
    auto all = teams_of(league, "en.1");
    for (auto& x : teams_of(league, "en.2"))
      all.push_back(x);
    std::ranges::sort(all);
    BOOST_TEST(all == (names{"arsenal", "chelsea", "leeds", "luton"}), per_element());
    BOOST_TEST(teams_of(league, "en.1").size() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_team_that_leaves_the_pyramid_is_in_no_league) {
  auto league = two_tiers();
  auto decision = league.take(relegated("luton", "", "en.2"));
  BOOST_TEST(sent<InfoTeamRelegated>(decision).front().to_league() == "");
  BOOST_TEST(teams_of(league, "en.2") == names{"leeds"}, per_element());
  BOOST_TEST(teams_of(league, "en.1").size() == 2u);
  auto below = league.answer<Teams>(team_list("en.2"));
  BOOST_TEST_REQUIRE(below.former_size() == 1);
  BOOST_TEST(below.former(0).team() == "luton");
}

BOOST_AUTO_TEST_CASE(a_former_team_comes_back_into_any_league_of_the_pyramid) {
  auto league = two_tiers();
  league.take(relegated("luton", "", "en.2"));
  auto back = team_create("Luton", "en.1");
  auto decision = league.take(back);
  BOOST_TEST(names_of(decision) == names{"info.teamcreated"}, per_element());
  BOOST_TEST(teams_of(league, "en.1").size() == 3u);
  BOOST_TEST(teams_of(league, "en.2") == names{"leeds"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_former_team_that_is_back_has_as_many_players_as_it_left_with) {
  auto league = two_tiers();
  auto burnley = team_create("Burnley", "en.1");
  *burnley.add_squad() = player_called("A", 1);
  *burnley.add_squad() = player_called("B", 2);
  league.take(burnley);
  league.take(relegated("burnley", ""));
  league.take(team_create("Burnley"));
  BOOST_TEST(players_of(league, "burnley") == 2u);
  league.take(relegated("burnley", ""));
  auto with_another_squad = team_create("Burnley");
  *with_another_squad.add_squad() = player_called("C", 3);
  league.take(with_another_squad);
  BOOST_TEST(players_of(league, "burnley") == 1u);
}

BOOST_AUTO_TEST_CASE(moves_of_teams_that_are_not_in_the_league_are_refused) {
  auto league = two_tiers();
  BOOST_TEST(league.refusal_of(relegated("nobody", "en.2")).starts_with("not-found:"));
  BOOST_TEST(league.refusal_of(relegated("leeds", "en.2")).starts_with("not-found:"));
  BOOST_TEST(league.refusal_of(promoted("nobody", "en.1")).starts_with("not-found:"));
  BOOST_TEST(league.refusal_of(promoted("arsenal", "en.1")).starts_with("not-found:"));
  league.take(relegated("luton", "", "en.2"));
  BOOST_TEST(league.refusal_of(promoted("luton", "en.1")).starts_with("not-found:"));
  league.take(relegated("chelsea", "en.2"));
  BOOST_TEST(league.refusal_of(relegated("chelsea", "en.2")).starts_with("not-found:"));
}

BOOST_AUTO_TEST_CASE(moves_into_no_league_another_pyramid_or_the_same_league_are_refused) {
  auto league = two_tiers();
  for (auto to : {"es.2", "EN.2", "en/2", "en.1"})
    BOOST_TEST(league.refusal_of(relegated("arsenal", to)) != "taken", to);
  for (auto to : {"", "es.1", "EN.1", "en/1", "en.2"})
    BOOST_TEST(league.refusal_of(promoted("leeds", to)) != "taken", to);
}

BOOST_AUTO_TEST_CASE(the_season_of_a_team_that_moved_is_that_of_its_new_league) {
  auto league = two_tiers();
  InfoFixtureListGenerated opened;
  opened.set_league("en.1");
  opened.set_season("2022-23");
  league.take(opened);
  opened.set_league("en.2");
  opened.set_season("2023-24");
  league.take(opened);
  league.take(relegated("chelsea", "en.2"));
  TeamUpdate update;
  update.set_league("en.2");
  update.set_team("chelsea");
  update.set_stadium("Stamford Bridge");
  auto decision = league.take(update);
  BOOST_TEST(shown(sent<InfoTeamUpdated>(decision).front())
             == "league: \"en.2\" team: \"chelsea\" name: \"Chelsea\" "
                "stadium: \"Stamford Bridge\" season: \"2023-24\" revision: 1");
  update.set_league("en.1");
  BOOST_TEST(league.refusal_of(update).starts_with("not-found:"));
}

// -- one team: squad.add --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_who_is_added_is_in_the_squad_as_he_was_given) {
  auto team = team_of(2);
  auto done = changed(team, squad_add(saka()));
  BOOST_TEST(done.change() == 1);
  auto expected = saka();
  expected.set_player("arsenal.3");
  BOOST_TEST(shown(done.player()) == shown(expected));
  BOOST_TEST(shirts(team).at(7) == shown(expected));
  BOOST_TEST(squad_size(team) == 3);
}

BOOST_AUTO_TEST_CASE(a_shirt_number_that_is_worn_is_refused) {
  auto team = team_of(2);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_add(player_called("Twin", 2))).code()
             == already_exists);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_in_the_squad_is_refused) {
  auto team = team_of(2);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_add(player_called("Twin", 9, "arsenal.2"))).code()
             == already_exists);
}

BOOST_AUTO_TEST_CASE(a_squad_is_never_larger_than_its_limit) {
  auto team = team_of(2);
  changed(team, squad_add(player_called("Third", 3), 3));
  auto refused = refused_by<SquadChanged>(team, squad_add(player_called("Fourth", 4), 3));
  BOOST_TEST(refused.code() == conflict);
  BOOST_TEST(refused.change() == 0);
  BOOST_TEST(refused.command() == "add");
}

BOOST_AUTO_TEST_CASE(places_that_are_kept_for_transfers_count_towards_the_limit) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 10, 4));
  changed(team, squad_add(player_called("Third", 3), 4));
  refused_by<SquadChanged>(team, squad_add(player_called("Fourth", 4), 4));
}

// He may come back: the transfer is not paid.
BOOST_AUTO_TEST_CASE(the_place_of_a_player_who_was_let_go_is_free_only_when_he_is_paid_for) {
  auto team = team_of(4);
  confirmed(team, release("t-1", 4));
  refused_by<SquadChanged>(team, squad_add(player_called("Fifth", 5), 4));
  confirmed(team, pay_as_seller("t-1", 10));
  changed(team, squad_add(player_called("Fifth", 5), 4));
}

BOOST_AUTO_TEST_CASE(a_key_that_was_made_is_never_made_again) {
  auto team = team_of(0);
  BOOST_TEST(key_of_new(team, 5) == "arsenal.1");
  changed(team, squad_remove(5));
  BOOST_TEST(key_of_new(team, 5) == "arsenal.2");
  changed(team, squad_remove(5));
  BOOST_TEST(key_of_new(team, 6) == "arsenal.3");
}

BOOST_AUTO_TEST_CASE(a_key_that_was_given_is_never_made) {
  for (auto given : {"arsenal.1", "arsenal.2", "arsenal.3"}) {
    auto team = team_of(0);
    BOOST_TEST(changed(team, squad_add(player_called("Given", 50, given))).player().player()
               == given);
    changed(team, squad_remove(50));
    for (uint32_t shirt = 1; shirt <= 5; ++shirt)
      BOOST_TEST(key_of_new(team, shirt) != given);
    check_squad_of(team);
  }
}

BOOST_AUTO_TEST_CASE(a_squad_that_comes_with_a_team_has_given_and_made_keys_without_a_clash) {
  auto message = arsenal(0);
  *message.add_squad() = player_called("Made", 1);
  *message.add_squad() = player_called("Given", 2, "arsenal.1");
  *message.add_squad() = player_called("Made", 3);
  *message.add_squad() = player_called("Given", 4, "arsenal.5");
  *message.add_squad() = player_called("Foreign", 5, "chelsea.2");
  team_context team;
  team.take(message);
  BOOST_TEST(squad_size(team) == 5);
  BOOST_TEST(key_in(team, 2) == "arsenal.1");
  BOOST_TEST(key_in(team, 4) == "arsenal.5");
  BOOST_TEST(key_in(team, 5) == "chelsea.2");
  for (uint32_t shirt = 10; shirt < 20; ++shirt)
    key_of_new(team, shirt);
  check_squad_of(team);
}

BOOST_AUTO_TEST_CASE(a_key_is_given_once_even_when_its_player_has_left) {
  auto team = team_of(3);
  changed(team, squad_add(player_called("Youth", 50, "arsenal.youth-7")));
  changed(team, squad_remove(2));
  changed(team, squad_remove(50));
  for (auto* key : {"arsenal.2", "arsenal.youth-7"}) {
    auto answer = refused_by<SquadChanged>(team, squad_add(player_called("Again", 2, key)));
    BOOST_TEST(answer.code() == static_cast<uint32_t>(ALREADY_EXISTS));
    BOOST_TEST(
      answer.text()
      == std::string{"The key \""} + key
           + "\" was given to a player of Arsenal before; leave it empty to have one made.");
  }
}

BOOST_AUTO_TEST_CASE(a_key_of_another_teams_players_is_refused) {
  auto team = team_of(3);
  auto answer
    = refused_by<SquadChanged>(team, squad_add(player_called("Borrowed", 50, "chelsea.1")));
  BOOST_TEST(
    answer.text()
    == "The key \"chelsea.1\" does not begin with \"arsenal.\", as those of the team's own "
       "players do; leave it empty to have one made.");
}

BOOST_AUTO_TEST_CASE(the_key_of_a_team_has_no_point) {
  lone_context<actors::team_manager> league;
  auto message = team_create("Arsenal");
  message.set_team("arsenal.2");
  BOOST_TEST(league.refusal_of(message)
             == "invalid-argument: The team's key must be 1 to 64 lower case letters, digits and "
                "hyphens.");
}

// -- one team: squad.update -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_update_changes_a_player_and_keeps_his_key) {
  auto team = team_of(3);
  auto done = changed(team, squad_update(2, saka()));
  BOOST_TEST(done.change() == 0);
  auto expected = saka();
  expected.set_player("arsenal.2");
  BOOST_TEST(shown(done.player()) == shown(expected));
  BOOST_TEST(shirts(team).at(7) == shown(expected));
  BOOST_TEST(!shirts(team).contains(2));
  BOOST_TEST(squad_size(team) == 3);
}

BOOST_AUTO_TEST_CASE(an_update_never_gives_a_player_another_key) {
  auto team = team_of(3);
  for (auto key : {"arsenal.3", "another"}) {
    auto player = player_called("Player 2", 2, key);
    answer_of<SquadChanged>(team, squad_update(2, player));
    BOOST_TEST(key_in(team, 2) == "arsenal.2");
  }
  check_squad_of(team);
}

BOOST_AUTO_TEST_CASE(a_player_may_keep_his_number) {
  auto team = team_of(3);
  changed(team, squad_update(2, player_called("Another Name", 2)));
  BOOST_TEST(actors::find_player(team.now().details(), "arsenal.2")->name() == "Another Name");
}

BOOST_AUTO_TEST_CASE(an_update_to_a_number_that_is_worn_is_refused) {
  auto team = team_of(3);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_update(2, player_called("Player 2", 3))).code()
             == already_exists);
}

BOOST_AUTO_TEST_CASE(an_update_of_nobody_is_refused) {
  auto team = team_of(3);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_update(4, player_called("Player 4", 4))).code()
             == not_found);
}

BOOST_AUTO_TEST_CASE(a_player_of_a_transfer_that_is_not_paid_can_neither_change_nor_leave) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 100));
  confirmed(team, sign("t-1", player_called("Newcomer", 9)));
  BOOST_TEST(refused_by<SquadChanged>(team, squad_update(9, player_called("Newcomer", 10))).code()
             == conflict);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_remove(9)).code() == conflict);
  BOOST_TEST(refused_by<TransferConfirm>(team, release("t-2", 9)).code() == conflict);
  confirmed(team, pay_as_buyer("t-1", 100));
  changed(team, squad_update(9, player_called("Newcomer", 10)));
  changed(team, squad_remove(10));
}

BOOST_AUTO_TEST_CASE(an_update_leaves_what_it_does_not_give) {
  auto team = team_of(2);
  changed(team, squad_add(saka()));
  Player wage;
  wage.set_wage_minor_units(30'000'000);
  auto expected = saka();
  expected.set_player("arsenal.3");
  expected.set_wage_minor_units(30'000'000);
  BOOST_TEST(shown(changed(team, squad_update(7, wage)).player()) == shown(expected));
}

BOOST_AUTO_TEST_CASE(an_update_that_would_make_no_player_is_refused) {
  auto team = team_of(3);
  std::vector<Player> wrong(6);
  wrong[0].set_name("\xff");
  wrong[1].set_position("ST");
  wrong[2].set_shirt_number(100);
  wrong[3].set_date_of_birth("2001-02-29");
  wrong[4].set_wage_minor_units(-1);
  wrong[5].set_wage_minor_units(actors::max_wage + 1);
  for (auto& player : wrong)
    BOOST_TEST(refused_by<SquadChanged>(team, squad_update(2, player)).code()
               == static_cast<uint32_t>(INVALID_ARGUMENT));
}

BOOST_AUTO_TEST_CASE(nobody_but_a_transfer_makes_somebody_a_player_of_a_transfer) {
  auto player = player_called("Newcomer", 9);
  player.set_transfer("t-1");
  auto created = arsenal(2);
  *created.add_squad() = player;
  team_context team;
  team.take(created);
  player.set_shirt_number(10);
  changed(team, squad_add(player));
  player.set_shirt_number(11);
  changed(team, squad_update(2, player));
  for (auto& x : team.now().details().squad())
    BOOST_TEST(x.transfer() == "");
  changed(team, squad_remove(9));
}

// -- one team: squad.remove -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_player_who_is_removed_is_remembered_with_his_season) {
  auto team = team_of(3);
  auto opened = to_arsenal<InfoFixtureListGenerated>();
  opened.set_season("2022-23");
  team.take(opened);
  auto done = changed(team, squad_remove(2));
  BOOST_TEST(done.change() == -1);
  auto expected = player_called("Player 2", 2, "arsenal.2");
  BOOST_TEST(shown(done.player()) == shown(expected));
  BOOST_TEST(squad_size(team) == 2);
  auto& former = team.now().details().former_players();
  BOOST_TEST_REQUIRE(former.size() == 1);
  BOOST_TEST(shown(former[0]) == "player { " + shown(expected) + " } season: \"2022-23\"");
}

BOOST_AUTO_TEST_CASE(the_number_of_a_player_who_left_is_free) {
  auto team = team_of(3);
  changed(team, squad_remove(2));
  changed(team, squad_add(player_called("Heir", 2)));
  BOOST_TEST(key_in(team, 2) == "arsenal.4");
}

BOOST_AUTO_TEST_CASE(a_removal_of_nobody_is_refused) {
  auto team = team_of(3);
  BOOST_TEST(refused_by<SquadChanged>(team, squad_remove(4)).code() == not_found);
  changed(team, squad_remove(3));
  BOOST_TEST(refused_by<SquadChanged>(team, squad_remove(3)).code() == not_found);
}

BOOST_AUTO_TEST_CASE(a_squad_is_never_made_smaller_than_its_least) {
  auto team = team_of(3);
  changed(team, squad_remove(1, 2));
  BOOST_TEST(refused_by<SquadChanged>(team, squad_remove(2, 2)).code() == conflict);
  changed(team, squad_remove(2, 0));
}

// He may go again: the transfer is not paid.
BOOST_AUTO_TEST_CASE(a_player_who_is_not_paid_for_does_not_make_the_squad_large_enough) {
  auto team = team_of(2, 100);
  confirmed(team, reserve("t-1", 100));
  confirmed(team, sign("t-1", player_called("Newcomer", 9)));
  refused_by<SquadChanged>(team, squad_remove(2, 2));
  refused_by<TransferConfirm>(team, release("t-2", 2, 2));
  confirmed(team, pay_as_buyer("t-1", 100));
  changed(team, squad_remove(2, 2));
}

BOOST_AUTO_TEST_CASE(the_newest_128_former_players_are_remembered) {
  auto team = team_of(0);
  for (int i = 1; i <= 200; ++i) {
    changed(team, squad_add(player_called("Player " + std::to_string(i), 7)));
    changed(team, squad_remove(7));
  }
  auto& former = team.now().details().former_players();
  BOOST_TEST_REQUIRE(former.size() == 128);
  BOOST_TEST(former[0].player().name() == "Player 73");
  BOOST_TEST(former[127].player().name() == "Player 200");
}

// -- one team: where it plays ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_team_knows_the_league_that_it_plays_in) {
  auto team = team_of(2, 100);
  auto down = to_arsenal<InfoTeamRelegated>();
  down.set_to_league("en.2");
  team.take(down);
  BOOST_TEST(team.now().details().league() == "en.2");
  BOOST_TEST(!team.now().details().relegated());
  BOOST_TEST(squad_size(team) == 2);
  auto up = to_arsenal<InfoTeamPromoted>();
  up.set_league("en.2");
  up.set_to_league("en.1");
  team.take(up);
  BOOST_TEST(team.now().details().league() == "en.1");
  auto out = to_arsenal<InfoTeamRelegated>();
  team.take(out);
  BOOST_TEST(team.now().details().relegated());
}

BOOST_AUTO_TEST_CASE(a_former_team_that_is_back_keeps_its_squad_when_it_brings_no_other) {
  auto team = team_of(3);
  auto before = shirts(team);
  team.take(to_arsenal<InfoTeamRelegated>());
  team.take(arsenal());
  BOOST_TEST(!team.now().details().relegated());
  BOOST_TEST((shirts(team) == before));
}

BOOST_AUTO_TEST_CASE(a_former_team_that_is_back_with_another_squad_makes_new_keys) {
  auto team = team_of(3);
  team.take(to_arsenal<InfoTeamRelegated>());
  team.take(arsenal(2));
  BOOST_TEST(squad_size(team) == 2);
  BOOST_TEST(key_in(team, 1) == "arsenal.4");
  BOOST_TEST(key_in(team, 2) == "arsenal.5");
}

BOOST_AUTO_TEST_CASE(players_whom_a_former_team_does_not_bring_back_are_remembered) {
  auto team = team_of(3);
  team.take(to_arsenal<InfoTeamRelegated>());
  auto back = arsenal();
  *back.add_squad() = player_called("Player 2", 12, "arsenal.2");
  team.take(back);
  std::vector<std::string> former;
  for (auto& x : team.now().details().former_players())
    former.push_back(x.player().player());
  std::ranges::sort(former);
  BOOST_TEST(former == (std::vector<std::string>{"arsenal.1", "arsenal.3"}), per_element());
}
