#define BOOST_TEST_DYN_LINK
#include "league/season_file.hpp"
#include "league/team_names.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

using namespace touchline::league;

namespace {

// A season file around some matches, each on a line of its own; the first is in line 3.
std::string file_of(const std::vector<std::string>& matches) {
  std::string text = "{\"name\": \"English Premier League 2022/23\",\n\"matches\": [\n";
  for (std::size_t i = 0; i < matches.size(); ++i)
    text += (i == 0 ? "" : ",\n") + matches[i];
  return text + "\n]}\n";
}

// A match with a score, and whatever else is given.
std::string match(const std::string& home, const std::string& away,
                  const std::string& score = "{\"ft\": [1, 0]}", const std::string& more = "") {
  return R"({"round": "Matchday 1", "date": "2022-08-05", "team1": ")" + home + R"(", "team2": ")"
         + away + R"(", "score": )" + score + more + "}";
}

tl::expected<season_file, import_error> read(const std::vector<std::string>& matches) {
  return parse_season(file_of(matches), "2022-23/en.1.json");
}

season_file accepted(const std::vector<std::string>& matches) {
  auto season = read(matches);
  BOOST_TEST_REQUIRE(season.has_value(), (season ? "" : season.error().message));
  return std::move(*season);
}

void refused_text(const std::string& text, import_code code, const std::string& sentence) {
  const auto season = parse_season(text, "2022-23/en.1.json");
  BOOST_TEST_REQUIRE(!season.has_value(), sentence);
  BOOST_TEST(season.error().message == sentence);
  BOOST_TEST(to_string(season.error().code) == to_string(code));
}

void refused(const std::vector<std::string>& matches, import_code code,
             const std::string& sentence) {
  refused_text(file_of(matches), code, sentence);
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i)
    text += part;
  return text;
}

std::string club(std::size_t number) {
  return "Club " + std::string(1, static_cast<char>('A' + number / 26))
         + std::string(1, static_cast<char>('A' + number % 26));
}

} // namespace

// ---- What is read ----

BOOST_AUTO_TEST_CASE(a_season_is_read_with_its_label_teams_and_matches) {
  const auto season = accepted(
    {R"({"round": "Matchday 7", "date": "2022-08-05", "time": "20:00", "team1": "Crystal Palace FC",
    "team2": "Arsenal FC", "score": {"ht": [0, 1], "ft": [0, 2]}})",
     match("Arsenal FC", "Leicester City FC", "{}")});
  BOOST_TEST(season.league == "English Premier League");
  BOOST_TEST(season.league_key == "english-premier-league");
  BOOST_TEST(season.season == "2022-23");
  BOOST_TEST(season.start_year == 2022);
  BOOST_TEST(season.country == "en");
  BOOST_TEST(season.tier == 1);
  BOOST_TEST_REQUIRE(season.teams.size() == 3U);
  BOOST_TEST(season.teams[0].name == "Crystal Palace FC");
  BOOST_TEST(season.teams[1].key == "arsenal-fc");
  const auto& first = season.matches.at(0);
  BOOST_TEST(first.round == "Matchday 7");
  BOOST_TEST(first.round_number.value() == 7);
  BOOST_TEST(first.date.to_string() == "2022-08-05");
  BOOST_TEST(first.time == "20:00");
  BOOST_TEST((first.half_time == score{0, 1}));
  BOOST_TEST((first.full_time == score{0, 2}));
  BOOST_TEST(!season.matches.at(1).counts());
  BOOST_TEST(season.results().size() == 1U);
  BOOST_TEST(season.unplayed() == 1U);
  BOOST_TEST(season.notes.empty());
}

BOOST_AUTO_TEST_CASE(scores_of_every_layout_are_read) {
  for (const auto* score_field :
       {R"("score": {"ft": [2, 1]})", R"("score": [2, 1])", R"("score1": 2, "score2": 1)",
        R"("score": null, "score1": 2, "score2": 1)"}) {
    const auto season = accepted(
      {std::string{R"({"date": "2022-08-05", "team1": "A", "team2": "B", )"} + score_field + "}"});
    BOOST_TEST((season.matches[0].full_time == score{2, 1}), score_field);
  }
}

BOOST_AUTO_TEST_CASE(matches_without_a_score_are_read_in_every_layout) {
  for (const auto* more :
       {"", R"(, "score": null)", R"(, "score": {})", R"(, "score": [])",
        R"(, "score": {"ft": null})", R"(, "score": {"ft": []})",
        R"(, "score": {"ft": [null, null]})", R"(, "score1": null, "score2": null)"}) {
    const auto season = accepted(
      {std::string{R"({"date": "2022-08-05", "team1": "A", "team2": "B")"} + more + "}"});
    BOOST_TEST(!season.matches[0].counts(), more);
  }
}

BOOST_AUTO_TEST_CASE(the_layout_with_rounds_and_team_objects_is_read) {
  const std::string text = R"({"name": "Deutsche Bundesliga 2013/14", "rounds": [
    {"name": "1. Spieltag", "matches": [
      {"date": "2013-08-09", "team1": {"key": "bayern", "name": "Bayern München", "code": "FCB"},
       "team2": {"key": "gladbach", "name": "Bor. Mönchengladbach", "code": "BMG"}, "score1": 3, "score2": 1,
       "score1i": 2, "score2i": 1,
       "goals1": [{"name": "Robben", "minute": 12}, {"name": "Alaba", "minute": "45+2", "penalty": true}],
       "goals2": [{"name": "Dante", "minute": 40, "offset": 1, "owngoal": true}]}]}]})";
  const auto season = parse_season(text, "de.1.json");
  BOOST_TEST_REQUIRE(season.has_value(), (season ? "" : season.error().message));
  const auto& played = season->matches.at(0);
  BOOST_TEST(season->teams[1].name == "Bor. Mönchengladbach");
  BOOST_TEST(played.round == "1. Spieltag");
  BOOST_TEST((played.full_time == score{3, 1}));
  BOOST_TEST((played.half_time == score{2, 1}));
  BOOST_TEST(
    (played.home_goals
     == std::vector<goal>{{"Robben", 12, 0, false, false}, {"Alaba", 45, 2, true, false}}));
  BOOST_TEST((played.away_goals == std::vector<goal>{{"Dante", 40, 1, false, true}}));
}

BOOST_AUTO_TEST_CASE(a_season_within_one_year_and_one_without_a_label_get_theirs) {
  const auto label
    = [](const std::string& name, const std::string& file, const std::string& dates) {
        const auto season
          = parse_season("{\"name\": \"" + name + "\", \"matches\": [" + dates + "]}", file);
        BOOST_TEST_REQUIRE(season.has_value());
        return season->season;
      };
  const std::string spring = R"({"date": "2023-03-05", "team1": "A", "team2": "B"})";
  const std::string autumn = R"({"date": "2022-09-05", "team1": "B", "team2": "A"})";
  BOOST_TEST(label("J League 2023", "jp.1.json", spring) == "2023");
  BOOST_TEST(label("Some League", "2021-22/en.1.json", spring) == "2021-22");
  BOOST_TEST(label("Some League", "x.json", spring) == "2023");
  BOOST_TEST(label("Some League", "x.json", spring + "," + autumn) == "2022-23");
}

BOOST_AUTO_TEST_CASE(play_offs_are_kept_apart_by_stage_and_by_round) {
  const auto season = accepted({
    match("A", "B"),
    match("B", "A", "[0, 0]", R"(, "stage": "Regular")"),
    match("A", "B", "[0, 3]", R"(, "stage": "Playoffs")"),
    R"({"round": "Relegation, Final", "date": "2023-06-01", "team1": "A", "team2": "B", "score": [5, 5]})",
    R"({"round": "Aufstieg, Round 1", "date": "2023-06-01", "team1": "A", "team2": "B", "score": [1, 0]})",
    R"({"round": "Finals, Semifinals", "date": "2023-06-02", "team1": "B", "team2": "C United", "score": {"ft": [1, 1], "et": [2, 2], "p": [5, 4]}})",
  });
  BOOST_TEST(season.matches.size() == 2U);
  BOOST_TEST_REQUIRE(season.play_offs.size() == 4U);
  BOOST_TEST(season.teams.size() == 2U);
  BOOST_TEST(season.guests == (std::vector<std::string>{"C United"}));
  BOOST_TEST(season.team_name(season.play_offs[3].away) == "C United");
  BOOST_TEST((season.play_offs[3].shoot_out == score{5, 4}));
}

BOOST_AUTO_TEST_CASE(rounds_of_the_league_stage_may_name_it) {
  const auto season = accepted(
    {R"({"round": "Regular, Matchday 1", "date": "2022-08-05", "team1": "A", "team2": "B", "score": [1, 0]})",
     R"({"round": 2, "date": "2022-08-05", "team1": "B", "team2": "A", "score": [1, 0]})"});
  BOOST_TEST(season.matches.size() == 2U);
  BOOST_TEST(season.matches[1].round == "2");
}

BOOST_AUTO_TEST_CASE(one_club_under_two_names_is_one_team_and_said_so) {
  const auto season
    = accepted({match("Leeds United FC", "Hull City AFC"), match("Hull City", "Leeds United FC"),
                match("Leeds United FC", "Burnley FC"), match("Burnley FC", "Hull City AFC")});
  BOOST_TEST(season.teams.size() == 3U);
  const auto hull = season.find_team("Hull City");
  BOOST_TEST_REQUIRE(hull.has_value());
  BOOST_TEST(season.teams[*hull].name == "Hull City AFC");
  BOOST_TEST(season.teams[*hull].aliases == (std::vector<std::string>{"Hull City"}));
  BOOST_TEST(
    season.notes
    == (std::vector<std::string>{"'Hull City' is read as another spelling of 'Hull City AFC'."}));
}

BOOST_AUTO_TEST_CASE(a_match_that_was_not_played_gives_way_to_its_replay) {
  for (const auto* status : {"abandoned", "postponed", "cancelled"}) {
    const auto more = std::string{R"(, "status": ")"} + status + "\"";
    const auto replayed
      = accepted({match("A", "B", "{}", more), match("B", "A"), match("A", "B", "[2, 2]")});
    BOOST_TEST_REQUIRE(replayed.matches.size() == 2U);
    BOOST_TEST(replayed.matches[0].number == 2U);
    BOOST_TEST((replayed.matches[1].full_time == score{2, 2}));
    const auto moved = accepted({match("A", "B", "{}", more), match("A", "B", "{}")});
    BOOST_TEST_REQUIRE(moved.matches.size() == 1U);
    BOOST_TEST(moved.matches[0].number == 2U);
  }
  const auto broken_off = accepted(
    {match("A", "B", "[1, 0]", R"(, "status": "abandoned")"), match("A", "B", "[0, 2]")});
  BOOST_TEST((broken_off.matches.at(0).full_time == score{0, 2}));
  BOOST_TEST(broken_off.notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_unplayed_match_that_stands_there_twice_word_for_word_is_taken_once) {
  const auto season = accepted({match("A", "B", "{}"), match("A", "B", "{}")});
  BOOST_TEST(season.matches.size() == 1U);
  BOOST_TEST(season.notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(only_scores_that_the_competition_lets_stand_count) {
  const auto counts = [](const std::string& status) {
    return accepted({match("A", "B", "[0, 3]", R"(, "status": ")" + status + "\"")})
      .matches[0]
      .counts();
  };
  BOOST_TEST(counts("awarded"));
  BOOST_TEST(counts("postponed"));
  BOOST_TEST(counts("AWARDED"));
  BOOST_TEST(counts("something new"));
  BOOST_TEST(!counts("cancelled"));
  BOOST_TEST(!counts("abandoned"));
  BOOST_TEST(!counts("annulled"));
}

BOOST_AUTO_TEST_CASE(a_match_awarded_without_goals_goes_to_the_visitors_and_is_said_so) {
  const auto season
    = accepted({match("SC Bastia", "Olympique Lyonnais", "[0, 0]", R"(, "status": "awarded")")});
  BOOST_TEST((season.results().at(0).awarded == award::away));
  BOOST_TEST(season.notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_team_whose_fixtures_were_all_cancelled_is_expelled) {
  const std::string off = R"(, "status": "cancelled")";
  const auto season = accepted({match("A", "B"), match("B", "A"), match("A", "Bury FC", "{}", off),
                                match("Bury FC", "B", "{}", off)});
  BOOST_TEST_REQUIRE(season.expelled.size() == 1U);
  BOOST_TEST(season.teams[season.expelled[0]].name == "Bury FC");
  BOOST_TEST(season.unplayed() == 0U);
}

BOOST_AUTO_TEST_CASE(a_team_that_was_expelled_half_way_is_recognised) {
  const std::string off = R"(, "status": "cancelled")";
  const auto season = accepted({match("A", "B"), match("B", "C"), match("C", "A"), match("X", "A"),
                                match("B", "X", "{}", off), match("X", "C", "{}", off),
                                match("A", "X", "{}", off)});
  BOOST_TEST_REQUIRE(season.expelled.size() == 1U);
  BOOST_TEST(season.teams[season.expelled[0]].name == "X");
}

BOOST_AUTO_TEST_CASE(a_season_that_was_cut_short_expels_nobody) {
  const std::string off = R"(, "status": "cancelled")";
  BOOST_TEST(
    accepted({match("A", "B"), match("C", "D"), match("B", "A", "{}", off),
              match("D", "C", "{}", off), match("A", "C", "{}", off), match("D", "B", "{}", off)})
      .expelled.empty());
  BOOST_TEST(accepted({match("A", "B", "{}", off), match("B", "A", "{}", off)}).expelled.empty());
  BOOST_TEST(accepted({match("A", "B"), match("B", "A", "{}", off)}).expelled.empty());
}

BOOST_AUTO_TEST_CASE(keys_of_teams_are_unique) {
  const auto season = accepted({match("浦和 Reds", "大宮 Reds"), match("浦和", "大宮")});
  std::vector<std::string> keys;
  for (const auto& team : season.teams)
    keys.push_back(team.key);
  BOOST_TEST_REQUIRE(keys.size() == 4U);
  BOOST_TEST(keys[0] == "reds");
  BOOST_TEST(keys[1] == "reds-2");
  BOOST_TEST(keys[2] == team_key("浦和"));
  BOOST_TEST(keys[3] == team_key("大宮"));
  BOOST_TEST(keys[2] != keys[3]);
}

BOOST_AUTO_TEST_CASE(the_key_of_a_long_name_is_short_and_its_own) {
  const auto one = team_key(std::string(99, 'x') + "y");
  BOOST_TEST(one.size() <= 60U);
  BOOST_TEST(one != team_key(std::string(99, 'x') + "z"));
}

BOOST_AUTO_TEST_CASE(spellings_that_differ_in_case_or_accents_alone_cannot_hide_a_fixture) {
  refused({match("Köln", "Ulm"), match("KOLN", "Ulm", "[3, 0]")}, import_code::duplicate_fixture,
          "en.1.json, match 2 (line 4): 'KOLN' against 'Ulm' is match 1 already; the league stage "
          "has each fixture once, or again "
          "only after it was not played.");
}

BOOST_AUTO_TEST_CASE(a_team_is_found_by_name_alias_and_by_what_tells_it_from_others) {
  const auto season
    = accepted({match("FC Internazionale Milano", "AC Milan"), match("Köln", "Milan Kickers")});
  BOOST_TEST(int{season.find_team("AC Milan").value()} == 1);
  BOOST_TEST(int{season.find_team("milan").value()} == 1);
  BOOST_TEST(int{season.find_team(" 1. FC Koln ").value()} == 2);
  BOOST_TEST(int{season.find_team("Inter").value()} == 0);
  BOOST_TEST(!season.find_team("Mil").has_value());
  BOOST_TEST(!season.find_team("Juventus").has_value());
}

// ---- What is refused ----

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused) {
  refused_text("", import_code::not_json,
               "en.1.json, line 1: the text is empty, where JSON was expected.");
  refused_text(
    "not JSON", import_code::not_json,
    "en.1.json, line 1: the text is not JSON: there is a character that cannot stand there.");
  refused_text("{\"name\": \"English Premier League 2022/23\",\n\"matches\": [",
               import_code::not_json,
               "en.1.json, line 2: the text is not JSON: it ends in the middle.");
  refused_text(file_of({match("A", "\xff")}), import_code::not_json,
               "en.1.json, line 3: the text is not UTF-8, which JSON must be.");
  refused_text(
    repeated("[", 100'000), import_code::not_json,
    "en.1.json, line 1: the text is nested deeper than 16 levels, where a season needs six.");
}

BOOST_AUTO_TEST_CASE(a_file_beyond_the_limit_is_refused_before_it_is_read) {
  BOOST_TEST(!refuse_size(max_season_file_bytes, "en.1.json").has_value());
  const auto refusal = refuse_size(std::uintmax_t{1} << 30U, "/tmp/en.1.json");
  BOOST_TEST_REQUIRE(refusal.has_value());
  BOOST_TEST(refusal->message == "en.1.json has 1073741824 bytes; a season has at most 33554432.");
  refused_text(std::string(max_season_file_bytes + 1, ' '), import_code::too_large,
               "en.1.json has 33554433 bytes; a season has at most 33554432.");
}

BOOST_AUTO_TEST_CASE(a_document_of_another_kind_is_refused) {
  refused_text(
    "[]", import_code::wrong_type,
    "en.1.json: the file holds an array; a season is an object with 'name' and 'matches'.");
  refused_text("{}", import_code::missing_field,
               "en.1.json: 'name' is missing, the league and season such as \"English Premier "
               "League 2022/23\".");
  refused_text(R"({"name": 7})", import_code::wrong_type,
               "en.1.json: 'name' is a number; it must be a text.");
  refused_text(R"({"name": "English Premier League"})", import_code::missing_field,
               "en.1.json: 'matches' is missing, the array of the season's matches.");
  refused_text(R"({"name": "English Premier League", "matches": {}})", import_code::wrong_type,
               "en.1.json: 'matches' is an object; it must be an array.");
  refused_text(R"({"name": "English Premier League", "rounds": 1})", import_code::wrong_type,
               "en.1.json: 'rounds' is a number; it must be an array.");
  refused_text(R"({"name": "English Premier League", "rounds": [{}]})", import_code::missing_field,
               "en.1.json: a round lacks 'matches', the array of its matches.");
  refused_text(R"({"name": "English Premier League", "matches": []})", import_code::too_few,
               "en.1.json: 'matches' is empty; a season has at least one match.");
  refused_text(R"({"name": " ", "matches": []})", import_code::bad_name,
               "en.1.json: 'name' is empty; a name has 1 to 100 printable characters.");
  refused({R"({"round": "Final", "date": "2022-08-05", "team1": "A", "team2": "B"})"},
          import_code::too_few,
          "en.1.json: no match belongs to the league stage; a season has at least one that does.");
}

BOOST_AUTO_TEST_CASE(a_missing_field_is_named_with_the_match_and_its_line) {
  const std::string place = "en.1.json, match 2 (line 4): ";
  const auto good = match("C", "D");
  refused({good, R"({"date": "2022-08-05", "team2": "B"})"}, import_code::missing_field,
          place + "lacks 'team1', the name of a team.");
  refused({good, R"({"date": "2022-08-05", "team1": "B", "team2": null})"},
          import_code::missing_field, place + "lacks 'team2', the name of a team.");
  refused({good, R"({"date": "2022-08-05", "team1": {"key": "a"}, "team2": "B"})"},
          import_code::missing_field, place + "'team1' lacks 'name', the name of a team.");
  refused({good, R"({"team1": "A", "team2": "B"})"}, import_code::missing_field,
          place + "lacks 'date', a day such as \"2022-08-05\".");
  refused({good, R"({"date": "2022-08-05", "team1": "A", "team2": "B", "score1": 1})"},
          import_code::missing_field,
          place + "has only one of 'score1' and 'score2'; a score needs both.");
}

BOOST_AUTO_TEST_CASE(a_field_of_another_type_is_refused_at_any_place) {
  const std::string place = "en.1.json, match 1 (line 3): ";
  const auto wrong = [&](const std::string& fields, const std::string& what) {
    refused({"{" + fields + "}"}, import_code::wrong_type, place + what);
  };
  const std::string teams = R"("team1": "A", "team2": "B", "date": "2022-08-05", )";
  refused({"7"}, import_code::wrong_type, place + "is a number; a match is an object.");
  refused({"null"}, import_code::wrong_type, place + "is null; a match is an object.");
  wrong(R"("team1": 1, "team2": "B", "date": "2022-08-05")",
        "'team1' is a number; a name is a text.");
  wrong(R"("team1": "A", "team2": ["B"], "date": "2022-08-05")",
        "'team2' is an array; a name is a text.");
  wrong(R"("team1": {"name": {}}, "team2": "B", "date": "2022-08-05")",
        "'name' of 'team1' is an object; a name is a text.");
  wrong(R"("team1": "A", "team2": "B", "date": 20220805)",
        "'date' is a number, which is no day; a date is written YYYY-MM-DD.");
  wrong(teams + R"("time": 20)", "'time' is a number; a time is a text such as \"15:00\".");
  wrong(teams + R"("round": [])", "'round' is an array; it must be a text.");
  wrong(teams + R"("stage": true)", "'stage' is true or false; it must be a text.");
  wrong(teams + R"("status": 1)", "'status' is a number; it must be a text.");
  wrong(teams + R"("score": "2-1")",
        "'score' is a text; a score is written {\"ft\": [2, 1]} or [2, 1].");
  wrong(teams + R"("score": {"ft": "2-1"})",
        "'ft' is a text; goals are written as an array of two, [2, 1].");
  wrong(teams + R"("score": {"ft": ["2", 1]})",
        "'ft' holds a text; goals are a whole number from 0 to 36.");
  wrong(teams + R"("score": {"ft": [2, null]})",
        "'ft' holds null; goals are a whole number from 0 to 36.");
  wrong(teams + R"("goals1": {})", "'goals1' is an object; it must be an array of scorers.");
}

BOOST_AUTO_TEST_CASE(negative_and_absurd_scores_are_refused) {
  const std::string place = "en.1.json, match 1 (line 3): ";
  const auto bad = [&](const std::string& score, const std::string& what) {
    refused({match("A", "B", score)}, import_code::bad_score, place + what);
  };
  bad("{\"ft\": [-1, 0]}", "'ft' holds -1 goals; goals are a whole number from 0 to 36.");
  bad("{\"ft\": [0, 37]}", "'ft' holds 37 goals; goals are a whole number from 0 to 36.");
  bad("[9999999, 0]", "'score' holds 9999999 goals; goals are a whole number from 0 to 36.");
  bad("{\"ft\": [1, 0], \"ht\": [-2, 0]}",
      "'ht' holds -2 goals; goals are a whole number from 0 to 36.");
  bad("[1.5, 0]", "'score' holds a number that is not whole or not believable; goals are a whole "
                  "number from 0 to 36.");
  bad("[99999999999999999999, 0]", "'score' holds a number that is not whole or not believable; "
                                   "goals are a whole number from 0 to 36.");
  bad("[1]", "'score' has 1 numbers; goals are written as an array of two, [2, 1].");
  bad("[1, 2, 3]", "'score' has 3 numbers; goals are written as an array of two, [2, 1].");
  BOOST_TEST(accepted({match("Arbroath", "Bon Accord", "[36, 0]")}).matches[0].full_time->home
             == 36);
}

BOOST_AUTO_TEST_CASE(a_team_against_itself_is_refused_however_it_is_spelt) {
  refused({match("Arsenal FC", "Arsenal FC")}, import_code::team_against_itself,
          "en.1.json, match 1 (line 3): 'Arsenal FC' plays against itself; a match has two "
          "different teams.");
  refused({match("Arsenal FC", " arsenal fc ")}, import_code::team_against_itself,
          "en.1.json, match 1 (line 3): 'Arsenal FC' plays against itself; a match has two "
          "different teams.");
}

BOOST_AUTO_TEST_CASE(the_same_fixture_twice_is_refused) {
  const std::string sentence = "en.1.json, match 3 (line 5): 'A' against 'B' is match 1 already; "
                               "the league stage has each fixture once, or again only after "
                               "it was not played.";
  refused({match("A", "B"), match("B", "A"), match("A", "B")}, import_code::duplicate_fixture,
          sentence);
  refused({match("A", "B"), match("B", "A"), match("A", "B", "[5, 0]")},
          import_code::duplicate_fixture, sentence);
  refused({match("A", "B", "{}"), match("B", "A"),
           R"({"round": "Matchday 9", "date": "2022-11-05", "team1": "A", "team2": "B"})"},
          import_code::duplicate_fixture, sentence);
}

BOOST_AUTO_TEST_CASE(names_that_nobody_could_print_are_refused) {
  const std::string place = "en.1.json, match 1 (line 3): ";
  const std::string rule = "; a name has 1 to 100 printable characters.";
  const auto bad = [&](const std::string& name, const std::string& what) {
    refused({match(name, "B")}, import_code::bad_name, place + "'team1' " + what + rule);
  };
  bad("", "is empty");
  bad("   ", "is empty");
  bad(std::string(10'000, 'x'), "is 10000 characters long");
  bad(repeated("ü", 101), "is 101 characters long");
  bad("A\\u0000B", "holds control or invisible characters");
  bad("A\\nB", "holds control or invisible characters");
  bad("A\\u009bB", "holds control or invisible characters");
  bad("A\\u202eB", "holds control or invisible characters");
  bad("\\ufeff", "holds control or invisible characters");
  bad("?!", "has neither letter nor digit");
  BOOST_TEST(accepted({match(repeated("ü", 100), "B")}).teams[0].name == repeated("ü", 100));
  BOOST_TEST(accepted({match(" A ", "B")}).teams[0].name == "A");
}

BOOST_AUTO_TEST_CASE(other_texts_are_held_to_the_same_rule) {
  const std::string place = "en.1.json, match 1 (line 3): ";
  const std::string rule = "; a name has 1 to 100 printable characters.";
  refused({match("A", "B", "[1, 0]", R"(, "stage": ")" + std::string(101, 'x') + "\"")},
          import_code::bad_name, place + "'stage' is 101 characters long" + rule);
  refused({match("A", "B", "[1, 0]", R"(, "goals1": [{"name": "\u0007Kane", "minute": 1}])")},
          import_code::bad_name,
          place + "a scorer's 'name' holds control or invisible characters" + rule);
  refused_text("{\"name\": \"" + std::string(10'000, 'x') + "\", \"matches\": []}",
               import_code::bad_name, "en.1.json: 'name' is 10000 characters long" + rule);
}

BOOST_AUTO_TEST_CASE(days_and_times_that_do_not_exist_are_refused) {
  const auto bad = [](const std::string& date) {
    refused({R"({"team1": "A", "team2": "B", "date": ")" + date + "\"}"}, import_code::bad_date,
            "en.1.json, match 1 (line 3): 'date' is '" + date
              + "', which is no day; a date is written YYYY-MM-DD.");
  };
  for (const auto* date : {"2022-02-29", "2022-13-01", "2022-00-10", "2022-04-31", "2022-1-1",
                           "05.08.2022", "", "0000-01-01", "2022-08-05T20:00"})
    bad(date);
  BOOST_TEST(
    accepted({R"({"team1": "A", "team2": "B", "date": "2024-02-29", "time": "17:00 UTC+3"})"})
      .matches[0]
      .time
    == "17:00");
  BOOST_TEST(accepted({R"({"team1": "A", "team2": "B", "date": "2024-02-29", "time": "9:30"})"})
               .matches[0]
               .time
             == "09:30");
  refused({R"({"team1": "A", "team2": "B", "date": "2022-08-05", "time": "25:00"})"},
          import_code::bad_date,
          "en.1.json, match 1 (line 3): 'time' is '25:00', which is no time of day; a time is "
          "written HH:MM.");
}

BOOST_AUTO_TEST_CASE(scorers_that_are_none_are_refused) {
  const std::string place = "en.1.json, match 1 (line 3): ";
  const auto bad = [&](const std::string& goals, const std::string& what) {
    refused({match("A", "B", "[1, 0]", R"(, "goals1": )" + goals)}, import_code::bad_goal,
            place + what);
  };
  bad("[{\"minute\": 3}]",
      "a scorer is an object without a name; write {\"name\": \"…\", \"minute\": 90}.");
  bad("[3]", "a scorer is a number without a name; write {\"name\": \"…\", \"minute\": 90}.");
  bad(R"([{"name": "Kane", "minute": 0}])",
      "a scorer's 'minute' is '0'; a minute is 1 to 120, with stoppage 90+3.");
  bad(R"([{"name": "Kane", "minute": "90+x"}])",
      "a scorer's 'minute' is '90+x'; a minute is 1 to 120, with stoppage 90+3.");
  refused({match("A", "B", "[1, 0]",
                 R"(, "goals2": [)" + repeated(R"({"name": "K"},)", 36) + R"({"name": "K"}])")},
          import_code::too_many, place + "'goals2' lists 37 goals; a team scores at most 36.");
}

BOOST_AUTO_TEST_CASE(more_teams_or_matches_than_a_league_has_are_refused) {
  std::vector<std::string> matches;
  for (std::size_t i = 0; i < max_teams / 2; ++i)
    matches.push_back(match(club(2 * i), club(2 * i + 1)));
  BOOST_TEST(accepted(matches).teams.size() == max_teams);
  matches.push_back(match(club(0), club(max_teams)));
  refused(matches, import_code::too_many, "en.1.json: there are 65 teams; a league has 2 to 64.");
  for (std::size_t i = 40; i < 80; ++i)
    matches.push_back(match(club(2 * i), club(2 * i + 1)));
  refused(matches, import_code::too_many,
          "en.1.json: there are more than 128 teams; a league has 2 to 64.");
  refused(std::vector<std::string>(max_season_matches + 1,
                                   match("A", "B", "[1, 0]", R"(, "stage": "Playoffs")")),
          import_code::too_many,
          "en.1.json: there are more than 8064 matches; a league of 64 teams has no more with its "
          "play-offs.");
}

BOOST_AUTO_TEST_CASE(a_name_in_an_error_is_shortened_and_cannot_reach_the_terminal) {
  const std::string long_date(200, 'd');
  const auto season = read({R"({"team1": "A", "team2": "B", "date": "\u001b)" + long_date + "\"}"});
  BOOST_TEST_REQUIRE(!season.has_value());
  BOOST_TEST(season.error().message.size() < 200U);
  BOOST_TEST(season.error().message.find('\x1b') == std::string::npos);
}

// A good file with one byte changed, or cut off anywhere, is either read or refused with a
// sentence.
BOOST_AUTO_TEST_CASE(a_damaged_file_is_read_or_refused_but_never_fatal) {
  const auto good = file_of({match("A", "B", R"({"ht": [0, 0], "ft": [1, 0]})",
                                   R"(, "goals1": [{"name": "K", "minute": "90+1"}])"),
                             match("B", "A", "{}", R"(, "status": "postponed")")});
  std::size_t without_sentence = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const auto byte : {'\0', '"', '}', '9', '-', '\xff'}) {
      auto damaged = good;
      damaged[at] = byte;
      const auto season = parse_season(damaged, "en.1.json");
      without_sentence += season.has_value() || season.error().message.back() == '.' ? 0U : 1U;
    }
  BOOST_TEST(without_sentence == 0U);
  std::size_t accepted_in_part = 0;
  for (std::size_t length = 0; length + 2 < good.size(); ++length)
    accepted_in_part += parse_season(good.substr(0, length), "en.1.json").has_value() ? 1U : 0U;
  BOOST_TEST(accepted_in_part == 0U);
}
