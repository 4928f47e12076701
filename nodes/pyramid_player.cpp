#include "nodes/pyramid_player.hpp"

#include "actors/calendar.hpp"
#include "actors/season_rules.hpp"
#include "league/play_offs.hpp"
#include "nodes/outcome_check.hpp"
#include "nodes/play_off_list.hpp"
#include "nodes/season_plan.hpp"

#include <algorithm>
#include <set>

namespace touchline::nodes {

namespace {

/// A year, in milliseconds: how a transfer ends must not depend on how long the process is stopped,
/// or waits to be started again, in the middle of it.
constexpr int64_t deadline_ms = 31'536'000'000;

constexpr actors::client_options patient{1'024, deadline_ms, 20};

/// Scope of the commands that come before the first season.
constexpr const char* setup = "setup";

/// More than the rounds and legs that any play-offs have.
constexpr int most_play_off_days = 16;

} // namespace

pyramid_player::pyramid_player(league_access& access, const pyramid_configuration& config,
                               pyramid_model model, uint64_t seed, double per_second,
                               progress& display)
  : config_{config},
    model_{std::move(model)},
    access_{access},
    client_{access, patient},
    pace_{per_second},
    display_{display},
    creation_{config.pyramid} {
  creation_.set_seed(seed);
}

// -- creation -------------------------------------------------------------------------------------

tl::expected<void, refusal> pyramid_player::open() {
  pace_.begin();
  // What an earlier run left under way.
  if (auto rested = client_.settle(); !rested)
    return rested;
  auto known = read_pyramid();
  if (!known && known.error().code != NOT_FOUND)
    return tl::unexpected{known.error()};
  if (known)
    return create_pyramid();
  return create_teams()
    .and_then([this] { return create_sponsors(); })
    .and_then([this] { return client_.settle(); })
    .and_then([this] { return create_pyramid(); });
}

tl::expected<void, refusal> pyramid_player::create_teams() {
  LeagueConfigure rules;
  rules.set_league(creation_.tiers(0).league());
  *rules.mutable_rules() = config_.rules;
  client_.send(setup, std::move(rules));
  if (auto configured = client_.finish(); !configured)
    return configured;
  for (auto& tier : creation_.tiers())
    for (auto& x : tier.teams()) {
      TeamCreate team;
      team.set_league(tier.league());
      team.set_team(x.team());
      team.set_name(x.name());
      for (auto& member : model_.squads()[model_.place_of(x.team())].members)
        *team.add_squad() = to_player(member);
      if (config_.capital.minor_units() > 0)
        *team.mutable_balance() = config_.capital;
      client_.send(setup, std::move(team));
    }
  return client_.finish();
}

tl::expected<void, refusal> pyramid_player::create_sponsors() {
  for (auto& x : config_.sponsors)
    client_.send(setup, x);
  return client_.finish();
}

/// The same pyramid again is recognised, so this also tells whether the one that exists is ours.
tl::expected<void, refusal> pyramid_player::create_pyramid() {
  client_.post(setup, creation_, [this](const answer& x) {
    if (x.code == CONFLICT)
      client_.fail(
        {x.code, x.text + " Another configuration or seed takes another data directory."});
    else if (!x.ok())
      client_.fail({x.code, x.text});
  });
  return client_.settle();
}

// -- a season -------------------------------------------------------------------------------------

tl::expected<PyramidDetails, refusal> pyramid_player::read_pyramid() {
  PyramidGet query;
  query.set_pyramid(creation_.pyramid());
  return client_.read<PyramidDetails>(std::move(query));
}

tl::expected<FixtureList, refusal> pyramid_player::read_fixtures(const std::string& league) {
  FixtureListGet query;
  query.set_league(league);
  query.set_season(now_.key);
  return client_.read<FixtureList>(std::move(query));
}

tl::expected<season_report, refusal> pyramid_player::play_season() {
  auto year = creation_.first_year() + static_cast<int32_t>(season_);
  auto days = actors::days_of_season(creation_, year);
  if (!days)
    return tl::unexpected{
      refusal{INVALID_ARGUMENT, "There is no season that starts in " + std::to_string(year) + "."}};
  now_ = {actors::key_of_season(creation_, year), *days, {}, {}};
  auto details = read_pyramid();
  if (!details)
    return tl::unexpected{details.error()};
  if (auto wrong = check_membership(creation_, *details))
    return tl::unexpected{refusal{DAMAGED, *wrong}};
  if (details->completed_seasons() > season_) {
    pass_over_season();
  } else {
    auto played = take_up(*details).and_then([this] { return play_to_the_end(); });
    display_.end();
    if (!played)
      return tl::unexpected{played.error()};
  }
  ++season_;
  return report();
}

void pyramid_player::pass_over_season() {
  model_.begin_season(season_, now_.days.start);
  for (auto& window : windows_of(config_, now_.days))
    model_.hold_window(window);
}

tl::expected<void, refusal> pyramid_player::take_up(const PyramidDetails& details) {
  if (details.season() != now_.key)
    return tl::unexpected{refusal{DAMAGED, "The pyramid plays the season " + details.season()
                                             + ", where " + now_.key + " is next."}};
  for (auto& tier : details.tiers()) {
    for (auto& team : tier.teams())
      now_.leagues[team.team()] = tier.league();
    auto list = read_fixtures(tier.league());
    if (!list)
      return tl::unexpected{list.error()};
    now_.lists.push_back(std::move(*list));
  }
  show_progress();
  return {};
}

void pyramid_player::show_progress() {
  size_t total = 0;
  size_t recorded = 0;
  for (int tier = 0; tier < creation_.tiers_size(); ++tier) {
    const auto& list = now_.lists[static_cast<size_t>(tier)].fixtures();
    total += static_cast<size_t>(std::ranges::count(list, false, &Fixture::play_off))
             + league::play_off_match_count(creation_.tiers(tier).play_offs());
    recorded += static_cast<size_t>(std::ranges::count(list, true, &Fixture::has_score));
  }
  display_.begin(creation_.name() + ' ' + now_.key, static_cast<uint32_t>(total),
                 static_cast<uint32_t>(recorded));
}

tl::expected<void, refusal> pyramid_player::play_to_the_end() {
  return renew_squads()
    .and_then([this] { return hold_windows(); })
    .and_then([this] { return play_play_offs(); })
    .and_then([this] { return check_completed(); });
}

/// A young player may wear the shirt of one who has retired: that one goes first.
tl::expected<void, refusal> pyramid_player::renew_squads() {
  auto renewals = model_.begin_season(season_, now_.days.start);
  for (size_t place = 0; place < renewals.size(); ++place)
    for (auto& member : renewals[place].retired) {
      const auto& team = model_.squads()[place].team;
      PlayerDelete message;
      message.set_league(now_.leagues.at(team));
      message.set_team(team);
      message.set_shirt_number(member.shirt);
      client_.send(now_.key, std::move(message));
    }
  if (auto retired = client_.finish(); !retired)
    return retired;
  for (size_t place = 0; place < renewals.size(); ++place)
    for (auto& member : renewals[place].youth) {
      const auto& team = model_.squads()[place].team;
      PlayerAdd message;
      message.set_league(now_.leagues.at(team));
      message.set_team(team);
      *message.mutable_player() = to_player(member);
      client_.send(now_.key, std::move(message));
    }
  take_contenders();
  return client_.settle();
}

/// The windows of the season, each after the matches of the days before it, and the other matches.
tl::expected<void, refusal> pyramid_player::hold_windows() {
  std::string played_to;
  for (auto& window : windows_of(config_, now_.days)) {
    auto opens = actors::to_text(window.opens);
    if (auto played = play_matches(played_to, opens); !played)
      return played;
    if (auto moved = move_players(window); !moved)
      return moved;
    played_to = std::move(opens);
  }
  // After every date.
  return play_matches(played_to, ":");
}

tl::expected<void, refusal> pyramid_player::move_players(const season_window& window) {
  for (auto& x : model_.hold_window(window)) {
    const auto& buyer = model_.squads()[x.buyer].team;
    TransferIn message;
    message.set_league(now_.leagues.at(buyer));
    message.set_team(buyer);
    message.set_from_team(model_.squads()[x.seller].team);
    message.mutable_player()->set_player(x.player);
    message.mutable_player()->set_shirt_number(x.shirt);
    message.mutable_fee()->set_minor_units(x.fee);
    message.mutable_fee()->set_currency(config_.capital.currency());
    message.set_date(actors::to_text(window.day));
    client_.send(now_.key, std::move(message));
  }
  take_contenders();
  return client_.settle();
}

// -- matches --------------------------------------------------------------------------------------

void pyramid_player::take_contenders() {
  contenders_.clear();
  for (size_t place = 0; place < model_.squads().size(); ++place)
    contenders_.push_back(model_.contender_at(place));
}

ResultCreate pyramid_player::draw(int tier, const Fixture& fixture) const {
  return draw_result(contenders_[model_.place_of(fixture.home())],
                     contenders_[model_.place_of(fixture.away())],
                     model_.key_of(static_cast<uint32_t>(tier), fixture.number()));
}

void pyramid_player::send_result(const std::string& scope, int tier, ResultCreate result) {
  auto label = result.home() + ' ' + actors::score_text(result.score()) + ' ' + result.away();
  // Shows each match as it is played rather than when the window is full.
  if (pace_.is_bounded())
    client_.wait();
  pace_.wait(played_now_, [this] { return access_.failure().has_value(); });
  ++played_now_;
  result.set_league(creation_.tiers(tier).league());
  result.set_season(now_.key);
  client_.send(scope, std::move(result), [this, label] { display_.advance(label); });
}

/// Plays the league matches of all tiers, day by day, from a date on and before another one.
tl::expected<void, refusal> pyramid_player::play_matches(const std::string& from,
                                                         const std::string& to) {
  std::vector<std::pair<const Fixture*, int>> matches;
  for (int tier = 0; tier < creation_.tiers_size(); ++tier)
    for (auto& x : now_.lists[static_cast<size_t>(tier)].fixtures())
      if (!x.play_off() && from <= x.date() && x.date() < to)
        matches.emplace_back(&x, tier);
  std::ranges::stable_sort(matches, {}, [](auto& x) { return x.first->date(); });
  for (auto& [fixture, tier] : matches) {
    auto result = draw(tier, *fixture);
    if (!fixture->has_score())
      send_result(now_.key, tier, std::move(result));
    else if (auto wrong = check_recorded(*fixture, result))
      client_.fail(*wrong);
    if (client_.failed())
      break;
  }
  return matches.empty() ? client_.finish() : client_.settle();
}

/// Every round follows from the results of the one before.
tl::expected<void, refusal> pyramid_player::play_play_offs() {
  for (int day = 0; day < most_play_off_days; ++day) {
    size_t played = 0;
    for (int tier = 0; tier < creation_.tiers_size(); ++tier) {
      if (creation_.tiers(tier).play_offs() == 0)
        continue;
      auto sent = play_open_play_offs(tier);
      if (!sent)
        return tl::unexpected{sent.error()};
      played += *sent;
    }
    if (auto rested = client_.settle(); !rested || played == 0)
      return rested;
  }
  return tl::unexpected{refusal{DAMAGED, "The play-offs of " + now_.key + " do not end."}};
}

/// Plays the play-off matches of a tier that can be played now, and says how many they are. Two
/// teams may meet in the play-offs with the result that they had in the league: so the scope of the
/// command is another one.
tl::expected<size_t, refusal> pyramid_player::play_open_play_offs(int tier) {
  auto list = read_fixtures(creation_.tiers(tier).league());
  if (!list)
    return tl::unexpected{list.error()};
  auto qualifiers = creation_.tiers(tier).play_offs();
  size_t sent = 0;
  for (auto& x : list->fixtures()) {
    if (!x.play_off() || x.has_score() || waits_for_first_leg(qualifiers, *list, x))
      continue;
    auto result = draw(tier, x);
    if (needs_shoot_out(qualifiers, *list, x, result.score()))
      draw_shoot_out(model_.key_of(static_cast<uint32_t>(tier), x.number()),
                     *result.mutable_score());
    send_result(now_.key + "/play-off/" + std::to_string(x.number()), tier, std::move(result));
    ++sent;
  }
  return sent;
}

// -- the end of a season --------------------------------------------------------------------------

tl::expected<void, refusal> pyramid_player::check_completed() {
  auto details = read_pyramid();
  if (!details)
    return tl::unexpected{details.error()};
  if (auto wrong = check_membership(creation_, *details))
    return tl::unexpected{refusal{DAMAGED, *wrong}};
  if (details->completed_seasons() == season_ + 1 && details->season() != now_.key)
    return {};
  std::string why;
  for (auto& tier : details->tiers())
    if (!tier.completed())
      why += (why.empty() ? " It waits for " : ", ") + tier.league();
  for (auto& team : details->moving())
    why += (why.empty() ? " It waits for the move of " : ", ") + team;
  return tl::unexpected{refusal{DAMAGED, "Every match of " + now_.key
                                           + " is played, but the next season has not begun." + why
                                           + (why.empty() ? "" : ".")}};
}

tl::expected<season_report, refusal> pyramid_player::report() {
  season_report result{now_.key, {}};
  for (int tier = 0; tier < creation_.tiers_size(); ++tier) {
    const auto& x = creation_.tiers(tier);
    LeagueTableGet query;
    query.set_league(x.league());
    query.set_season(now_.key);
    auto table = client_.read<LeagueTable>(std::move(query));
    if (!table)
      return tl::unexpected{table.error()};
    tl::expected<FixtureList, refusal> list;
    if (x.play_offs() > 0)
      list = read_fixtures(x.league());
    if (!list)
      return tl::unexpected{list.error()};
    result.leagues.push_back(report_league(creation_, tier, std::move(*table), *list));
  }
  return result;
}

tl::expected<void, refusal> pyramid_player::check() {
  auto sound = check_store(access_.store());
  return played_now_ > 0 && sound ? check_outcome(client_, config_, model_) : sound;
}

std::optional<std::string> check_membership(const PyramidCreate& creation,
                                            const PyramidDetails& details) {
  std::set<std::string> missing;
  for (auto& tier : creation.tiers())
    for (auto& team : tier.teams())
      missing.insert(team.team());
  for (int i = 0; i < details.tiers_size(); ++i) {
    const auto& tier = details.tiers(i);
    for (auto& team : tier.teams())
      if (missing.erase(team.team()) == 0)
        return "The team " + team.name()
               + " is in two leagues, or in a pyramid that is not its "
                 "own: "
               + tier.league() + " has it.";
    if (i >= creation.tiers_size() || tier.teams_size() != creation.tiers(i).teams_size())
      return "The league " + tier.league() + " has " + std::to_string(tier.teams_size())
             + " teams, another number than it began with.";
  }
  if (!missing.empty())
    return "The team " + *missing.begin() + " is in no league any more.";
  return std::nullopt;
}

} // namespace touchline::nodes
