#include "actors/fixture_manager/fixture_manager.hpp"

#include "actors/season_rules.hpp"
#include "league/fixture_list.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <set>

namespace touchline::actors {

namespace {

using event = FixtureManagerEvent;
using state = FixtureManagerState;

// -- dates ----------------------------------------------------------------------------------------

std::optional<std::chrono::year_month_day> parse_date(const std::string& text) {
  std::array<int, 3> parts{};
  auto is_digit_or_hyphen = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || std::ranges::count(text, '-') != 2
      || !std::ranges::all_of(text, is_digit_or_hyphen))
    return std::nullopt;
  constexpr std::array<std::pair<size_t, size_t>, 3> places{{{0, 4}, {5, 2}, {8, 2}}};
  for (size_t i = 0; i < parts.size(); ++i) {
    auto begin = text.data() + places[i].first;
    auto end = begin + places[i].second;
    if (auto [stop, error] = std::from_chars(begin, end, parts[i]);
        error != std::errc{} || stop != end)
      return std::nullopt;
  }
  std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                   std::chrono::month{static_cast<unsigned>(parts[1])},
                                   std::chrono::day{static_cast<unsigned>(parts[2])}};
  return date.ok() ? std::optional{date} : std::nullopt;
}

std::string to_text(std::chrono::year_month_day date) {
  auto pad = [](std::string digits, size_t width) {
    return std::string(width - std::min(width, digits.size()), '0') + digits;
  };
  return pad(std::to_string(static_cast<int>(date.year())), 4) + '-'
         + pad(std::to_string(static_cast<unsigned>(date.month())), 2) + '-'
         + pad(std::to_string(static_cast<unsigned>(date.day())), 2);
}

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

/// The words of league/ as a sentence of ours.
std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text.ends_with('.') ? text : text + '.';
}

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

/// Whether a season that exists was made of the same teams, pairs and rules: dates may move.
bool is_same_season(const state& now, const FixtureListGenerate& message, const fixtures& list) {
  auto same_team = [](const TeamRef& a, const TeamRef& b) { return a.team() == b.team(); };
  auto same_pair = [](const Fixture& a, const Fixture& b) {
    return a.home() == b.home() && a.away() == b.away();
  };
  return std::ranges::equal(now.teams(), message.teams(), same_team)
         && now.fixtures_size() == list.size()
         && std::ranges::is_permutation(now.fixtures(), list, same_pair)
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

const Fixture* find_fixture(const state& now, const std::string& home, const std::string& away) {
  auto at = std::ranges::find_if(now.fixtures(),
                                 [&](auto& x) { return x.home() == home && x.away() == away; });
  return at == now.fixtures().end() ? nullptr : &*at;
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
  if (auto wrong = check_goals(*fixture, message.score(), message.goals()))
    return refuse(INVALID_ARGUMENT, *wrong);
  return fixture;
}

bool is_same(const Score& a, const Score& b) {
  return a.home() == b.home() && a.away() == b.away() && a.award() == b.award();
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
  *info.mutable_goals() = message.goals();
  decision<event> result;
  return std::move(result.send(std::move(info)).record(std::move(fact)));
}

InfoSeasonCompleted season_completed(const state& now) {
  InfoSeasonCompleted info;
  info.set_league(now.league());
  info.set_season(now.season());
  league::table counts{static_cast<size_t>(now.teams_size())};
  for (auto& x : now.fixtures()) {
    auto home = index_of_team(now.teams(), x.home());
    auto away = index_of_team(now.teams(), x.away());
    if (x.has_score() && home && away)
      counts.add(to_league_result(*home, *away, x.score()));
  }
  if (auto rules = to_league_rules(now.rules(), now.teams()))
    add_standings(counts.standings(*rules), now.teams(), *info.mutable_table());
  return info;
}

} // namespace

decided<event> fixture_manager::decide(const state& now, const FixtureListGenerate& message,
                                       const header&) {
  if (auto wrong = check_season(message))
    return refuse(INVALID_ARGUMENT, *wrong);
  tl::expected<fixtures, std::string> list = message.fixtures();
  if (list->empty())
    list = generate(message);
  if (!list)
    return refuse(INVALID_ARGUMENT, list.error());
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
  if (now.completed())
    return refuse(CONFLICT, "The season " + message.season()
                              + " is complete and its money is paid; its results stand.");
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
  if (now.results() + 1 == now.needed()) {
    event completed;
    completed.set_completed(true);
    result.record(std::move(completed)).send(season_completed(now));
  }
  return result;
}

decided<event> fixture_manager::decide(const state& now, const SponsorDistribute& message,
                                       const header&) {
  decision<event> result;
  if (now.closed())
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
  event fact;
  fact.set_closed(true);
  return std::move(result.record(std::move(fact)));
}

decided<event> fixture_manager::decide(const state& now, const InfoTeamUpdated& message,
                                       const header&) {
  auto index = index_of_team(now.teams(), message.team());
  decision<event> result;
  if (!index || now.teams(*index).name() == message.name())
    return result;
  event fact;
  fact.mutable_renamed()->set_team(message.team());
  fact.mutable_renamed()->set_name(message.name());
  LeagueTableUpdateData update;
  update.set_league(now.league());
  update.set_season(now.season());
  update.set_team(message.team());
  update.set_name(message.name());
  return std::move(result.send(std::move(update)).record(std::move(fact)));
}

void fixture_manager::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kGenerated: {
      const auto& x = fact.generated();
      now.set_league(x.league());
      now.set_season(x.season());
      now.set_league_name(x.league_name());
      *now.mutable_teams() = x.teams();
      *now.mutable_fixtures() = x.fixtures();
      *now.mutable_rules() = x.rules();
      now.mutable_counted()->Resize(x.fixtures_size(), false);
      now.set_needed(needed_results(x.fixtures(), x.rules()));
      break;
    }
    case event::kResult:
      *now.mutable_fixtures(static_cast<int>(fact.result().fixture()) - 1)->mutable_score()
        = fact.result().score();
      break;
    case event::kCounted:
      now.set_counted(static_cast<int>(fact.counted()) - 1, true);
      now.set_results(now.results() + 1);
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
          team.set_name(fact.renamed().name());
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
