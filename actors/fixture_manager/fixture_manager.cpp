#include "actors/fixture_manager/fixture_manager.hpp"

#include "actors/calendar.hpp"
#include "actors/fixture_manager/play_offs.hpp"
#include "actors/season_rules.hpp"
#include "league/fixture_list.hpp"
#include "messages/catalogue.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>

namespace touchline::actors {

namespace {

using event = FixtureManagerEvent;
using state = FixtureManagerState;

// -- fixture lists --------------------------------------------------------------------------------

std::optional<std::string> check_teams(const team_refs& teams) {
  if (teams.size() < static_cast<int>(league::min_league_teams)
      || teams.size() > static_cast<int>(league::max_teams))
    return "A season has 2 to " + std::to_string(league::max_teams) + " teams; this one has "
           + std::to_string(teams.size()) + ".";
  std::set<std::string> keys;
  std::set<std::string> names;
  for (auto& x : teams) {
    if (auto wrong = check_key("A team's key", x.team()))
      return wrong;
    if (auto wrong = check_name("A team's name", x.name()))
      return wrong;
    if (!keys.insert(x.team()).second || !names.insert(x.name()).second)
      return "The team " + x.name() + " is in the list twice.";
  }
  return std::nullopt;
}

std::optional<std::string> check_fixture(const Fixture& x, const team_refs& teams) {
  if (x.home() == x.away())
    return "Fixture " + std::to_string(x.number()) + " sets " + excerpt(x.home())
           + " against itself.";
  for (auto& team : {x.home(), x.away()})
    if (!index_of_team(teams, team))
      return "Fixture " + std::to_string(x.number()) + " names the team \"" + excerpt(team)
             + "\", which is not in the season.";
  if (!parse_date(x.date()))
    return "The date of fixture " + std::to_string(x.number()) + " must be YYYY-MM-DD, not \""
           + excerpt(x.date()) + "\".";
  if (x.has_score())
    return "Fixture " + std::to_string(x.number())
           + " has a score; results come with result.create.";
  if (x.play_off())
    return "Fixture " + std::to_string(x.number())
           + " is a play-off; those are added when the league matches are over.";
  return std::nullopt;
}

std::optional<std::string> check_given_fixtures(const FixtureListGenerate& message) {
  std::set<std::pair<std::string, std::string>> pairs;
  uint32_t number = 0;
  for (auto& x : message.fixtures()) {
    if (x.number() != ++number)
      return "Fixtures are numbered from 1 in their order; number " + std::to_string(x.number())
             + " is in place " + std::to_string(number) + ".";
    if (auto wrong = check_fixture(x, message.teams()))
      return wrong;
    if (!pairs.emplace(x.home(), x.away()).second)
      return x.home() + " against " + x.away() + " is in the list twice.";
  }
  return std::nullopt;
}

using fixtures = google::protobuf::RepeatedPtrField<Fixture>;

tl::expected<fixtures, std::string> generate(const FixtureListGenerate& message) {
  auto start = parse_date(message.start());
  auto end = parse_date(message.end());
  if (!start || !end)
    return tl::unexpected<std::string>{"The season's start and end must be YYYY-MM-DD, not \""
                                       + (start ? message.end() : message.start()) + "\"."};
  auto list = league::generate_fixture_list(
    {static_cast<uint32_t>(message.teams_size()), message.seed(), *start, *end});
  if (!list)
    return tl::unexpected{as_sentence(list.error())};
  fixtures result;
  for (auto& x : *list) {
    auto& fixture = *result.Add();
    fixture.set_number(static_cast<uint32_t>(result.size()));
    fixture.set_round("Round " + std::to_string(x.round));
    fixture.set_date(to_text(x.date));
    fixture.set_home(message.teams(x.home).team());
    fixture.set_away(message.teams(x.away).team());
  }
  return result;
}

std::optional<std::string> check_season(const FixtureListGenerate& message) {
  for (auto& wrong :
       {check_key("The league's key", message.league()),
        check_key("The season's key", message.season()),
        check_name("The league's name", message.league_name()), check_teams(message.teams())})
    if (wrong)
      return wrong;
  if (auto rules = to_league_rules(message.rules(), message.teams()); !rules)
    return rules.error();
  return check_given_fixtures(message);
}

/// How many teams the final table has: none that was expelled, and on points per game only those
/// that play.
uint64_t ranked_teams(const FixtureListGenerate& message, const fixtures& list) {
  const auto& rules = message.rules();
  std::set<std::string> ranked;
  for (auto& x : list)
    if (!is_expelled(rules, x.home()) && !is_expelled(rules, x.away()))
      ranked.insert({x.home(), x.away()});
  if (!rules.points_per_game())
    for (auto& x : message.teams())
      if (!is_expelled(rules, x.team()))
        ranked.insert(x.team());
  return ranked.size();
}

std::optional<std::string> check_last_day(uint32_t play_offs, const fixtures& list) {
  auto last = parse_date(std::ranges::max_element(list, {}, &Fixture::date)->date());
  std::chrono::year_month_day final_day{std::chrono::sys_days{*last} + play_off_length(play_offs)};
  if (static_cast<int>(final_day.year()) > max_year)
    return "The play-offs would end after the year " + std::to_string(max_year) + ".";
  return std::nullopt;
}

/// Whether everybody who shall go up, play off and go down has a place of the table.
std::optional<std::string> check_promotion(const FixtureListGenerate& message,
                                           const fixtures& list) {
  const auto& rules = message.rules();
  if (!is_play_off_size(rules.play_offs()))
    return "A play-off has 0, 2, 4 or 8 teams, not " + std::to_string(rules.play_offs()) + ".";
  if (!rules.pyramid().empty() && rules.pyramid() != pyramid_of(message.league()))
    return "The league " + message.league() + " belongs to the pyramid "
           + std::string{pyramid_of(message.league())} + ", not to \"" + excerpt(rules.pyramid())
           + "\".";
  if (rules.promoted() == 0 && rules.play_offs() == 0 && rules.pyramid().empty())
    return std::nullopt;
  auto ranked = ranked_teams(message, list);
  if (uint64_t{rules.promoted()} + rules.play_offs() + rules.relegated() > ranked)
    return "The final table has " + std::to_string(ranked) + " teams, too few for "
           + std::to_string(rules.promoted()) + " to go up, " + std::to_string(rules.play_offs())
           + " to play off and " + std::to_string(rules.relegated()) + " to go down.";
  return check_last_day(rules.play_offs(), list);
}

/// Whether a season that exists was made of the same teams, pairs and rules: dates may move.
bool is_same_season(const state& now, const FixtureListGenerate& message, const fixtures& list) {
  auto same_team = [](const TeamRef& a, const TeamRef& b) { return a.team() == b.team(); };
  auto same_pair = [](const Fixture& a, const Fixture& b) {
    return a.home() == b.home() && a.away() == b.away();
  };
  auto league_matches
    = std::views::take_while(now.fixtures(), [](auto& x) { return !x.play_off(); });
  return std::ranges::equal(now.teams(), message.teams(), same_team)
         && std::ranges::distance(league_matches) == list.size()
         && std::ranges::is_permutation(league_matches, list, same_pair)
         && now.rules().SerializeAsString() == message.rules().SerializeAsString();
}

/// Results that complete a season: fixtures of expelled teams are not played.
uint32_t needed_results(const fixtures& list, const SeasonRules& rules) {
  return static_cast<uint32_t>(std::ranges::count_if(
    list, [&](auto& x) { return !is_expelled(rules, x.home()) && !is_expelled(rules, x.away()); }));
}

InfoFixtureListGenerated list_of_team(const event::Generated& x, int index) {
  InfoFixtureListGenerated info;
  const auto& team = x.teams(index);
  info.set_league(x.league());
  info.set_season(x.season());
  info.set_league_name(x.league_name());
  info.set_team(team.team());
  info.set_name(team.name());
  for (auto& fixture : x.fixtures())
    if (fixture.home() == team.team() || fixture.away() == team.team())
      *info.add_fixtures() = fixture;
  *info.mutable_rules() = x.rules();
  info.set_index(static_cast<uint32_t>(index));
  info.set_teams(static_cast<uint32_t>(x.teams_size()));
  info.set_needed_results(needed_results(x.fixtures(), x.rules()));
  return info;
}

// -- results --------------------------------------------------------------------------------------

/// The fixture of two teams; when they meet in the play-offs as well, that one.
const Fixture* find_fixture(const state& now, const std::string& home, const std::string& away) {
  for (auto& x : std::views::reverse(now.fixtures()))
    if (x.home() == home && x.away() == away)
      return &x;
  return nullptr;
}

std::optional<std::string> check_goals(const Fixture& fixture, const Score& score,
                                       const google::protobuf::RepeatedPtrField<Goal>& goals) {
  uint32_t home = 0;
  uint32_t away = 0;
  for (auto& goal : goals) {
    if (goal.team() != fixture.home() && goal.team() != fixture.away())
      return "A goal names the team \"" + excerpt(goal.team()) + "\", which does not play.";
    if (auto wrong = check_name("A scorer's name", goal.player()))
      return wrong;
    ++(goal.team() == fixture.home() ? home : away);
  }
  if (home > score.home() || away > score.away())
    return "More scorers are listed than the score " + score_text(score) + " has goals.";
  return std::nullopt;
}

/// The fixture that a result is for, or why it cannot be taken. `Message` is ResultCreate or
/// ResultCorrect.
template <class Message>
tl::expected<const Fixture*, refusal> check_result(const state& now, const Message& message) {
  if (now.fixtures_size() == 0)
    return refuse(NOT_FOUND, "The league " + message.league() + " has no season " + message.season()
                               + "; generate its fixture list first.");
  if (message.home() == message.away())
    return refuse(INVALID_ARGUMENT,
                  "A result sets " + excerpt(message.home()) + " against itself.");
  const auto* fixture = find_fixture(now, message.home(), message.away());
  if (!fixture)
    return refuse(NOT_FOUND, "The season " + message.season() + " has no fixture "
                               + excerpt(message.home()) + " against " + excerpt(message.away())
                               + ".");
  if (!message.has_score() || message.score().home() > max_goals
      || message.score().away() > max_goals || !Award_IsValid(message.score().award()))
    return refuse(INVALID_ARGUMENT, "The score of " + message.home() + " against " + message.away()
                                      + " must be 0 to " + std::to_string(max_goals)
                                      + " goals for each team.");
  if (!fixture->play_off() && has_shoot_out(message.score()))
    return refuse(INVALID_ARGUMENT, message.home() + " against " + message.away()
                                      + " is a league match; it has no shoot-out.");
  if (auto wrong = check_goals(*fixture, message.score(), message.goals()))
    return refuse(INVALID_ARGUMENT, *wrong);
  return fixture;
}

/// Why a result that is recorded cannot be changed any more, if so.
std::optional<refusal> check_correctable(const state& now, const Fixture& fixture) {
  if (now.completed())
    return refusal{CONFLICT, "The season " + now.season()
                               + " is complete and its money is paid; its results stand."};
  if (!fixture.play_off() && has_play_offs(now))
    return refusal{CONFLICT, "The play-offs of the season " + now.season()
                               + " have begun; the results of its league matches stand."};
  if (fixture.play_off() && has_later_round(now, fixture))
    return refusal{CONFLICT, "The next round of the play-offs has begun; the result of "
                               + fixture.home() + " against " + fixture.away() + " stands."};
  return std::nullopt;
}

bool is_same(const Score& a, const Score& b) {
  return a.home() == b.home() && a.away() == b.away() && a.award() == b.award()
         && a.shootout_home() == b.shootout_home() && a.shootout_away() == b.shootout_away();
}

template <class Message>
decision<event> take_result(const Message& message, const Fixture& fixture) {
  event fact;
  fact.mutable_result()->set_fixture(fixture.number());
  *fact.mutable_result()->mutable_score() = message.score();
  InfoFixtureCompleted info;
  info.set_league(message.league());
  info.set_season(message.season());
  *info.mutable_fixture() = fixture;
  *info.mutable_fixture()->mutable_score() = message.score();
  info.mutable_fixture()->set_revision(fixture.revision() + 1);
  *info.mutable_goals() = message.goals();
  decision<event> result;
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

// -- the end of a season --------------------------------------------------------------------------

/// The final table, from the league matches alone.
google::protobuf::RepeatedPtrField<Standing> final_table(const state& now) {
  google::protobuf::RepeatedPtrField<Standing> result;
  league::table counts{static_cast<size_t>(now.teams_size())};
  for (auto& x : now.fixtures()) {
    auto home = index_of_team(now.teams(), x.home());
    auto away = index_of_team(now.teams(), x.away());
    if (x.has_score() && !x.play_off() && home && away)
      counts.add(to_league_result(*home, *away, x.score()));
  }
  if (auto rules = to_league_rules(now.rules(), now.teams()))
    add_standings(counts.standings(*rules), now.teams(), result);
  return result;
}

std::string last_day_of(const state& now) {
  std::string last;
  for (auto& x : now.fixtures())
    if (x.has_score())
      last = std::max(last, x.date());
  return last;
}

/// `winner` of the play-offs is empty when there were none.
InfoSeasonCompleted season_completed(const state& now,
                                     google::protobuf::RepeatedPtrField<Standing> table,
                                     const std::string& winner) {
  InfoSeasonCompleted info;
  info.set_league(now.league());
  info.set_season(now.season());
  info.set_pyramid(now.rules().pyramid());
  info.set_last_day(last_day_of(now));
  auto rows = static_cast<uint32_t>(table.size());
  for (uint32_t i = 0; i < std::min(now.rules().promoted(), rows); ++i)
    info.add_promoted(table[static_cast<int>(i)].team());
  if (!winner.empty())
    info.add_promoted(winner);
  for (auto i = rows - std::min(now.rules().relegated(), rows); i < rows; ++i)
    info.add_relegated(table[static_cast<int>(i)].team());
  *info.mutable_table() = std::move(table);
  return info;
}

/// Whether the results that count, and this one, are all that the league matches or the round of
/// the play-offs have.
bool is_last_result(const state& now, const Fixture& fixture) {
  if (!fixture.play_off())
    return now.results() + 1 == now.needed();
  return std::ranges::all_of(now.fixtures(), [&](auto& x) {
    return !x.play_off() || x.number() == fixture.number()
           || now.counted(static_cast<int>(x.number()) - 1);
  });
}

/// All matches so far are over: adds the next round of the play-offs, or completes the season.
decided<event> conclude(const state& now, decision<event> result) {
  auto table = final_table(now);
  auto first = now.rules().promoted();
  auto qualifiers = now.qualifiers();
  auto last = std::min(first + now.rules().play_offs(), static_cast<uint32_t>(table.size()));
  if (qualifiers.empty())
    for (auto i = first; i < last; ++i)
      *qualifiers.Add() = table[static_cast<int>(i)].team();
  auto progress = progress_of_play_offs(now, qualifiers);
  if (!progress)
    return refuse(DAMAGED, as_sentence(progress.error()));
  event fact;
  if (progress->next_round.empty()) {
    fact.set_completed(true);
    result.send(season_completed(now, std::move(table), progress->winner));
  } else {
    *fact.mutable_play_off_round()->mutable_qualifiers() = std::move(qualifiers);
    *fact.mutable_play_off_round()->mutable_fixtures() = std::move(progress->next_round);
  }
  return std::move(result.record(std::move(fact)));
}

void apply_list(const event::Generated& x, state& now) {
  now.set_league(x.league());
  now.set_season(x.season());
  now.set_league_name(x.league_name());
  *now.mutable_teams() = x.teams();
  *now.mutable_fixtures() = x.fixtures();
  *now.mutable_rules() = x.rules();
  now.mutable_counted()->Resize(x.fixtures_size(), false);
  now.set_needed(needed_results(x.fixtures(), x.rules()));
}

} // namespace

decided<event> fixture_manager::decide(const state& now, const FixtureListGenerate& message,
                                       const header&) {
  if (auto wrong = check_season(message))
    return refuse(INVALID_ARGUMENT, *wrong);
  tl::expected<fixtures, std::string> list = message.fixtures();
  for (auto& x : *list)
    x.clear_revision();
  if (list->empty())
    list = generate(message);
  if (!list)
    return refuse(INVALID_ARGUMENT, list.error());
  if (auto wrong = check_promotion(message, *list))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (now.fixtures_size() > 0) {
    if (is_same_season(now, message, *list))
      return decision<event>{};
    return refuse(CONFLICT, "The season " + message.season() + " of " + message.league_name()
                              + " exists already, with other teams, fixtures or rules.");
  }
  event fact;
  auto& generated = *fact.mutable_generated();
  generated.set_league(message.league());
  generated.set_season(message.season());
  generated.set_league_name(message.league_name());
  *generated.mutable_teams() = message.teams();
  for (auto& x : *generated.mutable_teams())
    x.clear_revision();
  *generated.mutable_fixtures() = std::move(*list);
  *generated.mutable_rules() = message.rules();
  decision<event> result;
  for (int i = 0; i < generated.teams_size(); ++i)
    result.send(list_of_team(generated, i));
  return std::move(result.record(std::move(fact)));
}

decided<event> fixture_manager::decide(const state& now, const FixtureListGet& message,
                                       const header&) {
  if (now.fixtures_size() == 0)
    return refuse(NOT_FOUND,
                  "The league " + message.league() + " has no season " + message.season() + ".");
  FixtureList reply;
  reply.set_league(now.league());
  reply.set_league_name(now.league_name());
  reply.set_season(now.season());
  *reply.mutable_teams() = now.teams();
  *reply.mutable_fixtures() = now.fixtures();
  *reply.mutable_rules() = now.rules();
  return decision<event>{}.answer_with(reply);
}

decided<event> fixture_manager::decide(const state& now, const ResultCreate& message,
                                       const header&) {
  auto fixture = check_result(now, message);
  if (!fixture)
    return tl::unexpected{fixture.error()};
  if ((*fixture)->has_score()) {
    if (is_same((*fixture)->score(), message.score()))
      return decision<event>{};
    return refuse(CONFLICT, message.home() + " against " + message.away() + " is recorded as "
                              + score_text((*fixture)->score()) + ", not "
                              + score_text(message.score())
                              + "; a correction is a message of its own, result.correct.");
  }
  if ((*fixture)->play_off())
    if (auto wrong = check_play_off_score(now, **fixture, message.score()))
      return tl::unexpected{*wrong};
  return take_result(message, **fixture);
}

decided<event> fixture_manager::decide(const state& now, const ResultCorrect& message,
                                       const header&) {
  auto fixture = check_result(now, message);
  if (!fixture)
    return tl::unexpected{fixture.error()};
  if (!(*fixture)->has_score())
    return refuse(CONFLICT, message.home() + " against " + message.away()
                              + " has no result to correct; record it with result.create.");
  if (auto wrong = check_correctable(now, **fixture))
    return tl::unexpected{*wrong};
  if ((*fixture)->play_off())
    if (auto wrong = check_play_off_score(now, **fixture, message.score()))
      return tl::unexpected{*wrong};
  // The scorers may be what is corrected.
  if (is_same((*fixture)->score(), message.score()) && message.goals().empty())
    return decision<event>{};
  return take_result(message, **fixture);
}

decided<event> fixture_manager::decide(const state&, const InfoFixtureCompleted& message,
                                       const header&) {
  LeagueTableUpdateResults update;
  update.set_league(message.league());
  update.set_season(message.season());
  *update.mutable_fixture() = message.fixture();
  return decision<event>{}.send(std::move(update));
}

decided<event> fixture_manager::decide(const state& now, const LeagueTableUpdateResults& message,
                                       const header&) {
  auto number = message.fixture().number();
  if (number < 1 || number > static_cast<uint32_t>(now.fixtures_size()))
    return refuse(NOT_FOUND, "The season " + message.season() + " has no fixture number "
                               + std::to_string(number) + ".");
  const auto& fixture = now.fixtures(static_cast<int>(number) - 1);
  LeagueTableUpdateStats update;
  update.set_league(message.league());
  update.set_season(message.season());
  *update.mutable_fixture() = message.fixture();
  decision<event> result;
  result.send(std::move(update));
  auto annulled
    = is_expelled(now.rules(), fixture.home()) || is_expelled(now.rules(), fixture.away());
  if (annulled || now.counted(static_cast<int>(number) - 1))
    return result;
  event fact;
  fact.set_counted(number);
  result.record(std::move(fact));
  if (is_last_result(now, fixture))
    return conclude(now, std::move(result));
  return result;
}

decided<event> fixture_manager::decide(const state& now, const SponsorDistribute& message,
                                       const header&) {
  decision<event> result;
  if (now.closed())
    return result;
  event fact;
  fact.set_closed(true);
  result.record(std::move(fact));
  if (!now.rules().pyramid().empty())
    return result;
  auto count = static_cast<int>(
    std::min(now.rules().relegated(), static_cast<uint32_t>(message.teams_size())));
  for (int i = message.teams_size() - count; i < message.teams_size(); ++i) {
    TeamRelegate relegate;
    relegate.set_league(message.league());
    relegate.set_season(message.season());
    relegate.set_team(message.teams(i));
    relegate.set_position(static_cast<uint32_t>(i) + 1);
    result.send(std::move(relegate));
  }
  return result;
}

decided<event> fixture_manager::decide(const state& now, const InfoTeamUpdated& message,
                                       const header&) {
  auto index = index_of_team(now.teams(), message.team());
  decision<event> result;
  if (!index || now.teams(*index).revision() > message.revision())
    return result;
  auto same_name = now.teams(*index).name() == message.name();
  if (same_name && now.teams(*index).revision() == message.revision())
    return result;
  event fact;
  fact.mutable_renamed()->set_team(message.team());
  fact.mutable_renamed()->set_name(message.name());
  fact.mutable_renamed()->set_revision(message.revision());
  result.record(std::move(fact));
  if (same_name)
    return result;
  LeagueTableUpdateData update;
  update.set_league(now.league());
  update.set_season(now.season());
  update.set_team(message.team());
  update.set_name(message.name());
  update.set_revision(message.revision());
  return std::move(result.send(std::move(update)));
}

void fixture_manager::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kGenerated:
      apply_list(fact.generated(), now);
      break;
    case event::kResult: {
      auto& fixture = *now.mutable_fixtures(static_cast<int>(fact.result().fixture()) - 1);
      *fixture.mutable_score() = fact.result().score();
      fixture.set_revision(fixture.revision() + 1);
      break;
    }
    case event::kCounted:
      now.set_counted(static_cast<int>(fact.counted()) - 1, true);
      if (!now.fixtures(static_cast<int>(fact.counted()) - 1).play_off())
        now.set_results(now.results() + 1);
      break;
    case event::kPlayOffRound:
      *now.mutable_qualifiers() = fact.play_off_round().qualifiers();
      now.mutable_fixtures()->MergeFrom(fact.play_off_round().fixtures());
      now.mutable_counted()->Resize(now.fixtures_size(), false);
      break;
    case event::kCompleted:
      now.set_completed(true);
      break;
    case event::kClosed:
      now.set_closed(true);
      break;
    case event::kRenamed:
      for (auto& team : *now.mutable_teams())
        if (team.team() == fact.renamed().team())
          team = fact.renamed();
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
