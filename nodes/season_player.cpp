#include "nodes/season_player.hpp"

#include "actors/season_rules.hpp"

#include <map>
#include <set>

namespace touchline::nodes {

season_player::season_player(league_access& access, double per_second, progress& display,
                             std::function<bool()> stop)
  : access_{access},
    client_{access},
    pace_{per_second},
    display_{display},
    stop_{std::move(stop)} {}

template <class Message>
void season_player::send(const season_plan& plan, Message message, std::function<void()> accepted) {
  message.set_league(plan.league);
  client_.send(plan.season, std::move(message), std::move(accepted));
}

tl::expected<played_season, refusal> season_player::play(const season_plan& plan) {
  if (auto done = create_sponsors(plan); !done)
    return tl::unexpected{done.error()};
  if (auto done = create_teams(plan); !done)
    return tl::unexpected{done.error()};
  auto list = open_season(plan);
  if (!list)
    return tl::unexpected{list.error()};
  played_season result;
  if (auto done = play_matches(plan, *list, result); !done)
    return tl::unexpected{done.error()};
  if (auto done = client_.settle(); !done)
    return tl::unexpected{done.error()};
  LeagueTableGet table;
  table.set_league(plan.league);
  table.set_season(plan.season);
  auto rows = client_.read<LeagueTable>(std::move(table));
  SponsorList deals;
  deals.set_league(plan.league);
  auto sponsors = client_.read<Sponsors>(std::move(deals));
  if (!rows || !sponsors)
    return tl::unexpected{rows ? sponsors.error() : rows.error()};
  result.table = std::move(*rows);
  result.sponsors = std::move(*sponsors);
  return result;
}

tl::expected<void, refusal> season_player::create_sponsors(const season_plan& plan) {
  for (auto message : plan.sponsors) {
    message.set_league(plan.league);
    client_.post(plan.season, std::move(message), [this](const answer& reply) {
      // A league that has played before has its sponsors.
      if (!reply.ok() && reply.code != ALREADY_EXISTS)
        client_.fail({reply.code, reply.text});
    });
  }
  return client_.finish();
}

tl::expected<void, refusal> season_player::create_teams(const season_plan& plan) {
  TeamList query;
  query.set_league(plan.league);
  auto known = client_.read<Teams>(std::move(query));
  if (!known && known.error().code != NOT_FOUND)
    return tl::unexpected{known.error()};
  if (!known || known->rules().SerializeAsString() != plan.rules.SerializeAsString()) {
    LeagueConfigure message;
    *message.mutable_rules() = plan.rules;
    send(plan, std::move(message));
  }
  std::set<std::string> members;
  if (known)
    for (auto& x : known->teams())
      members.insert(x.team());
  // A season that exists has had its teams; some of them may have left the league since.
  FixtureListGet season;
  season.set_league(plan.league);
  season.set_season(plan.season);
  if (known && client_.read<FixtureList>(std::move(season)))
    return {};
  for (auto& x : plan.teams)
    if (!members.contains(x.team()))
      send(plan, x);
  return client_.finish();
}

tl::expected<FixtureList, refusal> season_player::open_season(const season_plan& plan) {
  auto message = plan.fixtures;
  message.set_season(plan.season);
  message.set_league_name(plan.league_name);
  send(plan, std::move(message));
  if (auto done = client_.finish(); !done)
    return tl::unexpected{done.error()};
  FixtureListGet query;
  query.set_league(plan.league);
  query.set_season(plan.season);
  return client_.read<FixtureList>(std::move(query));
}

tl::expected<std::vector<ResultCreate>, refusal> season_player::open_results(
  const season_plan& plan, const FixtureList& list, played_season& out) {
  std::map<std::pair<std::string, std::string>, const Fixture*> recorded;
  for (auto& x : list.fixtures())
    if (x.has_score())
      recorded[{x.home(), x.away()}] = &x;
  std::vector<ResultCreate> open;
  for (auto& x : plan.results(list)) {
    auto at = recorded.find({x.home(), x.away()});
    if (at == recorded.end())
      open.push_back(std::move(x));
    else if (auto wrong = check_recorded(*at->second, x))
      return tl::unexpected{*wrong};
  }
  out.recorded_before = static_cast<uint32_t>(recorded.size());
  return open;
}

tl::expected<void, refusal> season_player::play_matches(const season_plan& plan,
                                                        const FixtureList& list,
                                                        played_season& out) {
  auto open = open_results(plan, list, out);
  if (!open)
    return tl::unexpected{open.error()};
  auto total = out.recorded_before + static_cast<uint32_t>(open->size());
  display_.begin(plan.league_name + ' ' + plan.season, total, out.recorded_before);
  pace_.begin();
  for (auto& x : *open) {
    auto label = x.home() + ' ' + actors::score_text(x.score()) + ' ' + x.away();
    // Shows each match as it is played rather than when the window is full.
    if (pace_.is_bounded())
      client_.wait();
    auto is_told_to_stop = [this] { return stop_ && stop_(); };
    pace_.wait(out.played_now, [&] { return access_.failure().has_value() || is_told_to_stop(); });
    if (is_told_to_stop()) {
      client_.wait();
      client_.fail({UNAVAILABLE, "The season was stopped; the same command goes on where it was."});
    }
    if (client_.failed())
      break;
    x.set_season(plan.season);
    send(plan, std::move(x), [this, label] { display_.advance(label); });
    if (client_.failed())
      break;
    ++out.played_now;
  }
  auto done = client_.finish();
  display_.end();
  return done;
}

} // namespace touchline::nodes
