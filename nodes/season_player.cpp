#include "nodes/season_player.hpp"

#include "actors/season_rules.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <thread>

namespace touchline::nodes {

namespace {

/// How long all flows of a season may take to come to rest after its last result, in milliseconds.
constexpr int64_t rest_deadline_ms = 60'000;

/// The same message in the same season has the same id, in every run: what was recorded is
/// recognised.
template <class Message>
std::string command_id(const season_plan& plan, const Message& message) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto number = number_of<Message>;
  auto hash = content_hash(number, message);
  auto id = plan.season + '/' + catalogue_data::find(number)->name + '/';
  for (int shift = 60; shift >= 0; shift -= 4)
    id += digits[hash >> shift & 0xf];
  return id;
}

refusal to_refusal(const answer& x) {
  return {x.code, x.text};
}

} // namespace

season_player::season_player(caf::actor_system& system, actors::runtime& runtime, double pace,
                             progress& display)
  : runtime_{runtime},
    client_{system, runtime.routes(), actors::system_clock()},
    pace_{pace},
    display_{display} {}

template <class Reply, class Message>
tl::expected<Reply, refusal> season_player::read(Message message) {
  auto reply = client_.ask("read/" + std::to_string(++reads_), std::move(message));
  Reply body;
  if (!reply.ok())
    return tl::unexpected{to_refusal(reply)};
  if (!body.ParseFromString(reply.body))
    return tl::unexpected{
      refusal{DAMAGED, "The answer of " + body.GetTypeName() + " is unreadable."}};
  return body;
}

template <class Message>
void season_player::send(const season_plan& plan, Message message, actors::answer_callback done) {
  message.set_league(plan.league);
  auto id = command_id(plan, message);
  client_.post(std::move(id), std::move(message), std::move(done));
}

tl::expected<played_season, refusal> season_player::play(const season_plan& plan) {
  failed_.reset();
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
  if (auto done = come_to_rest(); !done)
    return tl::unexpected{done.error()};
  LeagueTableGet table;
  table.set_league(plan.league);
  table.set_season(plan.season);
  auto rows = read<LeagueTable>(std::move(table));
  SponsorList deals;
  deals.set_league(plan.league);
  auto sponsors = read<Sponsors>(std::move(deals));
  if (!rows || !sponsors)
    return tl::unexpected{rows ? sponsors.error() : rows.error()};
  result.table = std::move(*rows);
  result.sponsors = std::move(*sponsors);
  return result;
}

tl::expected<void, refusal> season_player::create_sponsors(const season_plan& plan) {
  for (auto& x : plan.sponsors)
    send(plan, x, [this](const answer& reply) {
      // A league that has played before has its sponsors.
      if (!reply.ok() && reply.code != ALREADY_EXISTS)
        failed_ = to_refusal(reply);
    });
  client_.finish();
  return failed_ ? tl::expected<void, refusal>{tl::unexpect, *failed_}
                 : tl::expected<void, refusal>{};
}

tl::expected<void, refusal> season_player::create_teams(const season_plan& plan) {
  TeamList query;
  query.set_league(plan.league);
  auto known = read<Teams>(std::move(query));
  if (!known && known.error().code != NOT_FOUND)
    return tl::unexpected{known.error()};
  std::set<std::string> members;
  if (known)
    for (auto& x : known->teams())
      members.insert(x.team());
  // A season that exists has had its teams; some of them may have left the league since.
  FixtureListGet season;
  season.set_league(plan.league);
  season.set_season(plan.season);
  if (known && read<FixtureList>(std::move(season)))
    return {};
  for (auto& x : plan.teams)
    if (!members.contains(x.team()))
      send(plan, x, [this](const answer& reply) {
        if (!reply.ok())
          failed_ = to_refusal(reply);
      });
  client_.finish();
  return failed_ ? tl::expected<void, refusal>{tl::unexpect, *failed_}
                 : tl::expected<void, refusal>{};
}

tl::expected<FixtureList, refusal> season_player::open_season(const season_plan& plan) {
  auto message = plan.fixtures;
  message.set_season(plan.season);
  message.set_league_name(plan.league_name);
  send(plan, std::move(message), [this](const answer& reply) {
    if (!reply.ok())
      failed_ = to_refusal(reply);
  });
  client_.finish();
  if (failed_)
    return tl::unexpected{*failed_};
  FixtureListGet query;
  query.set_league(plan.league);
  query.set_season(plan.season);
  return read<FixtureList>(std::move(query));
}

tl::expected<void, refusal> season_player::play_matches(const season_plan& plan,
                                                        const FixtureList& list,
                                                        played_season& out) {
  std::map<std::pair<std::string, std::string>, const Fixture*> recorded;
  for (auto& x : list.fixtures())
    if (x.has_score())
      recorded[{x.home(), x.away()}] = &x;
  auto results = plan.results(list);
  std::vector<ResultCreate> open;
  for (auto& x : results) {
    auto at = recorded.find({x.home(), x.away()});
    if (at == recorded.end()) {
      open.push_back(std::move(x));
    } else if (actors::score_text(at->second->score()) != actors::score_text(x.score())) {
      return tl::unexpected{
        refusal{CONFLICT, x.home() + " against " + x.away() + " is recorded as "
                            + actors::score_text(at->second->score()) + ", not "
                            + actors::score_text(x.score())
                            + "; a correction is a message of its own, result.correct, and another "
                              "data directory takes another season."}};
    }
  }
  out.recorded_before = static_cast<uint32_t>(recorded.size());
  auto total = out.recorded_before + static_cast<uint32_t>(open.size());
  display_.begin(plan.league_name + ' ' + plan.season, total, out.recorded_before);
  began_ms_ = actors::system_clock().steady_ms();
  for (auto& x : open) {
    auto label = x.home() + ' ' + actors::score_text(x.score()) + ' ' + x.away();
    wait_for_pace(out.played_now);
    x.set_season(plan.season);
    send(plan, std::move(x), [this, label](const answer& reply) {
      if (reply.ok())
        display_.advance(label);
      else
        failed_ = to_refusal(reply);
    });
    if (!failed_)
      failed_ = runtime_.failure();
    if (failed_)
      break;
    ++out.played_now;
  }
  while (!failed_ && client_.in_flight() > 0)
    client_.wait();
  client_.abandon();
  display_.end();
  return failed_ ? tl::expected<void, refusal>{tl::unexpect, *failed_}
                 : tl::expected<void, refusal>{};
}

void season_player::wait_for_pace(uint32_t played) {
  if (pace_ <= 0)
    return;
  // Shows each match as it is played rather than when the window is full.
  client_.finish();
  auto due_ms = began_ms_ + static_cast<int64_t>(1000.0 * played / pace_);
  auto now = actors::system_clock().steady_ms();
  if (now < due_ms)
    std::this_thread::sleep_for(std::chrono::milliseconds{due_ms - now});
}

tl::expected<void, refusal> season_player::come_to_rest() {
  if (runtime_.settle(rest_deadline_ms))
    return {};
  if (auto why = runtime_.failure())
    return tl::unexpected{*why};
  return tl::unexpected{
    refusal{DEADLINE_EXCEEDED, "The season's messages did not come to rest within "
                                 + std::to_string(rest_deadline_ms / 1000)
                                 + " seconds; run it again, nothing that was recorded is lost."}};
}

} // namespace touchline::nodes
