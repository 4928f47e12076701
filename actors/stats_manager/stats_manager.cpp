#include "actors/stats_manager/stats_manager.hpp"

#include "actors/season_rules.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace touchline::actors {

namespace {

using event = StatsManagerEvent;
using state = StatsManagerState;

std::optional<refusal> check_season(const state& now, const std::string& league,
                                    const std::string& season) {
  if (now.teams_size() == 0 || now.known_teams() < static_cast<uint32_t>(now.teams_size()))
    return refusal{NOT_FOUND, "The league " + league + " has no season " + season + "."};
  return std::nullopt;
}

/// Whether a match counts: those of expelled teams are annulled.
bool counts(const state& now, const state::Match& x) {
  auto expelled = [&now](uint32_t index) {
    return is_expelled(now.rules(), now.teams(static_cast<int>(index)).team());
  };
  return !expelled(x.home()) && !expelled(x.away());
}

league::table count_matches(const state& now) {
  league::table result{static_cast<size_t>(now.teams_size())};
  for (auto& [number, x] : now.matches())
    if (counts(now, x))
      result.add(to_league_result(static_cast<league::team_index>(x.home()),
                                  static_cast<league::team_index>(x.away()), x.score()));
  return result;
}

Splits to_splits(const league::record& x) {
  auto count = [](int n) { return static_cast<uint32_t>(n); };
  Splits result;
  result.set_played(count(x.played()));
  result.set_won(count(x.won));
  result.set_drawn(count(x.drawn));
  result.set_lost(count(x.lost));
  result.set_goals_for(count(x.goals_for));
  result.set_goals_against(count(x.goals_against));
  return result;
}

/// W, D or L for the hosts.
char letter(const Score& x) {
  if (x.award() != BY_GOALS)
    return x.award() == TO_HOME ? 'W' : 'L';
  return x.home() > x.away() ? 'W' : x.home() == x.away() ? 'D' : 'L';
}

char opposite(char letter) {
  return letter == 'W' ? 'L' : letter == 'L' ? 'W' : 'D';
}

/// The newest results of each team, the newest last.
std::vector<std::string> forms_of(const state& now) {
  std::map<std::pair<std::string, uint32_t>, const state::Match*> by_date;
  for (auto& [number, x] : now.matches())
    if (counts(now, x))
      by_date[{x.date(), number}] = &x;
  std::vector<std::string> result(static_cast<size_t>(now.teams_size()));
  for (auto& [when, x] : by_date) {
    result[x->home()] += letter(x->score());
    result[x->away()] += opposite(letter(x->score()));
  }
  for (auto& form : result)
    form.erase(0, form.size() - std::min(form.size(), form_length));
  return result;
}

bool is_annulled(const state& now, uint32_t fixture) {
  auto match = now.matches().find(fixture);
  return match != now.matches().end() && !counts(now, match->second);
}

/// Whether something newer is known of a fixture: what is said now was a dead letter. `Known` are
/// matches or scorers by number.
template <class Known>
bool is_outdated(const Known& known, const Fixture& fixture) {
  auto at = known.find(fixture.number());
  return at != known.end() && at->second.revision() > fixture.revision();
}

using team_counts = google::protobuf::RepeatedField<uint32_t>;

uint32_t count_of(const team_counts& counts, int team) {
  return team < counts.size() ? counts[team] : 0;
}

void count_one(team_counts& counts, uint32_t team) {
  auto place = static_cast<int>(team);
  if (counts.size() <= place)
    counts.Resize(place + 1, 0);
  ++counts[place];
}

/// The place of a team whose transfers are counted; nothing for one that is not in the season.
std::optional<uint32_t> transferring_team(const state& now, const std::string& team) {
  return team.empty() ? std::nullopt : index_of_team(now.teams(), team);
}

void add_top_scorers(const state& now, LeagueStats& out) {
  std::map<std::pair<std::string, std::string>, std::pair<uint32_t, uint32_t>> tally;
  for (auto& [number, x] : now.scorers())
    for (auto& goal : x.goals())
      if (!goal.own_goal() && !is_annulled(now, number)) {
        auto& [goals, penalties] = tally[{goal.player(), goal.team()}];
        ++goals;
        penalties += goal.penalty() ? 1u : 0u;
      }
  std::vector<TopScorer> scorers;
  for (auto& [who, count] : tally) {
    auto& x = scorers.emplace_back();
    x.set_player(who.first);
    x.set_team(who.second);
    x.set_goals(count.first);
    x.set_penalties(count.second);
  }
  std::ranges::stable_sort(scorers, std::ranges::greater{}, &TopScorer::goals);
  scorers.resize(std::min(scorers.size(), max_top_scorers));
  for (auto& x : scorers)
    *out.add_top_scorers() = std::move(x);
}

/// No scorers of a correction are kept: earlier ones may still come.
void apply_scored(const event::Scored& fact, state& now) {
  if (fact.goals().empty() && fact.revision() <= 1) {
    now.mutable_scorers()->erase(fact.fixture());
    return;
  }
  auto& kept = (*now.mutable_scorers())[fact.fixture()];
  *kept.mutable_goals() = fact.goals();
  kept.set_revision(fact.revision());
}

} // namespace

decided<event> stats_manager::decide(const state&, const InfoFixtureListGenerated& message,
                                     const header&) {
  event fact;
  auto& entered = *fact.mutable_entered();
  entered.set_league(message.league());
  entered.set_season(message.season());
  entered.set_league_name(message.league_name());
  entered.mutable_team()->set_team(message.team());
  entered.mutable_team()->set_name(message.name());
  entered.set_index(message.index());
  entered.set_teams(message.teams());
  *entered.mutable_rules() = message.rules();
  entered.set_needed_results(message.needed_results());
  return decision<event>{}.record(std::move(fact));
}

decided<event> stats_manager::decide(const state& now, const InfoFixtureCompleted& message,
                                     const header&) {
  decision<event> result;
  const auto& fixture = message.fixture();
  if (fixture.play_off() || is_outdated(now.scorers(), fixture))
    return result;
  // Without scorers there is nothing to remember, unless a correction takes earlier ones back,
  // which may still come.
  if (message.goals().empty() && fixture.revision() <= 1
      && !now.scorers().contains(fixture.number()))
    return result;
  event fact;
  fact.mutable_scored()->set_fixture(fixture.number());
  fact.mutable_scored()->set_revision(fixture.revision());
  *fact.mutable_scored()->mutable_goals() = message.goals();
  return std::move(result.record(std::move(fact)));
}

decided<event> stats_manager::decide(const state& now, const LeagueTableUpdateStats& message,
                                     const header&) {
  const auto& fixture = message.fixture();
  if (fixture.play_off() || is_outdated(now.matches(), fixture))
    return decision<event>{};
  auto home = index_of_team(now.teams(), fixture.home());
  auto away = index_of_team(now.teams(), fixture.away());
  if (!home || !away || !fixture.has_score())
    return refuse(NOT_FOUND, "The season " + message.season() + " has no result of "
                               + fixture.home() + " against " + fixture.away() + ".");
  event fact;
  auto& counted = *fact.mutable_counted();
  counted.set_fixture(fixture.number());
  counted.mutable_match()->set_home(*home);
  counted.mutable_match()->set_away(*away);
  *counted.mutable_match()->mutable_score() = fixture.score();
  counted.mutable_match()->set_date(fixture.date());
  counted.mutable_match()->set_revision(fixture.revision());
  return decision<event>{}.record(std::move(fact));
}

decided<event> stats_manager::decide(const state& now, const LeagueTableUpdateData& message,
                                     const header&) {
  auto index = index_of_team(now.teams(), message.team());
  if (!index)
    return refuse(NOT_FOUND,
                  "The season " + message.season() + " has no team \"" + message.team() + "\".");
  if (now.teams(static_cast<int>(*index)).revision() > message.revision())
    return decision<event>{};
  event fact;
  fact.mutable_renamed()->set_team(message.team());
  fact.mutable_renamed()->set_name(message.name());
  fact.mutable_renamed()->set_revision(message.revision());
  return decision<event>{}.record(std::move(fact));
}

decided<event> stats_manager::decide(const state& now, const InfoPlayerTransferredIn& message,
                                     const header&) {
  decision<event> result;
  auto team = transferring_team(now, message.team());
  if (!team)
    return result;
  event fact;
  fact.set_transferred_in(*team);
  return std::move(result.record(std::move(fact)));
}

decided<event> stats_manager::decide(const state& now, const InfoPlayerTransferredOut& message,
                                     const header&) {
  decision<event> result;
  auto team = transferring_team(now, message.team());
  if (!team)
    return result;
  event fact;
  fact.set_transferred_out(*team);
  return std::move(result.record(std::move(fact)));
}

decided<event> stats_manager::decide(const state& now, const LeagueTableGet& message,
                                     const header&) {
  if (auto wrong = check_season(now, message.league(), message.season()))
    return tl::unexpected{*wrong};
  auto rules = to_league_rules(now.rules(), now.teams());
  if (!rules)
    return refuse(DAMAGED, rules.error());
  LeagueTable reply;
  reply.set_league(now.league());
  reply.set_league_name(now.league_name());
  reply.set_season(now.season());
  add_standings(count_matches(now).standings(*rules), now.teams(), *reply.mutable_rows());
  auto counting
    = std::ranges::count_if(now.matches(), [&now](auto& x) { return counts(now, x.second); });
  reply.set_results(static_cast<uint32_t>(counting));
  reply.set_fixtures(now.needed_results());
  reply.set_complete(reply.results() == reply.fixtures());
  return decision<event>{}.answer_with(reply);
}

decided<event> stats_manager::decide(const state& now, const StatsGet& message, const header&) {
  if (auto wrong = check_season(now, message.league(), message.season()))
    return tl::unexpected{*wrong};
  auto table = count_matches(now);
  auto forms = forms_of(now);
  LeagueStats reply;
  reply.set_league(now.league());
  reply.set_season(now.season());
  for (int i = 0; i < now.teams_size(); ++i) {
    auto& x = *reply.add_teams();
    auto index = static_cast<league::team_index>(i);
    x.set_team(now.teams(i).team());
    x.set_name(now.teams(i).name());
    x.set_form(forms[index]);
    *x.mutable_home() = to_splits(table.home(index));
    *x.mutable_away() = to_splits(table.away(index));
    x.set_transfers_in(count_of(now.transfers_in(), i));
    x.set_transfers_out(count_of(now.transfers_out(), i));
  }
  add_top_scorers(now, reply);
  return decision<event>{}.answer_with(reply);
}

void stats_manager::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kEntered: {
      const auto& x = fact.entered();
      now.set_league(x.league());
      now.set_season(x.season());
      now.set_league_name(x.league_name());
      *now.mutable_rules() = x.rules();
      now.set_needed_results(x.needed_results());
      while (now.teams_size() < static_cast<int>(x.teams()))
        now.add_teams();
      auto& team = *now.mutable_teams(static_cast<int>(x.index()));
      now.set_known_teams(now.known_teams() + (team.team().empty() ? 1 : 0));
      team = x.team();
      break;
    }
    case event::kCounted:
      (*now.mutable_matches())[fact.counted().fixture()] = fact.counted().match();
      break;
    case event::kScored:
      apply_scored(fact.scored(), now);
      break;
    case event::kRenamed:
      for (auto& team : *now.mutable_teams())
        if (team.team() == fact.renamed().team())
          team = fact.renamed();
      break;
    case event::kTransferredIn:
      count_one(*now.mutable_transfers_in(), fact.transferred_in());
      break;
    case event::kTransferredOut:
      count_one(*now.mutable_transfers_out(), fact.transferred_out());
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
