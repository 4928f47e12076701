#include "nodes/simulation/league_workload.hpp"

#include "messages/catalogue.hpp"

#include <utility>

namespace touchline::simulated {

namespace {

/// Whether a client tries again: the outcome is unknown, or it is too early.
bool may_try_again(ErrorCode code) {
  return code == UNAVAILABLE || code == OVERLOADED || code == DISK_FULL;
}

constexpr int64_t first_time_ms = 1'700'000'000'000;

} // namespace

league_workload::league_workload(simulated_cluster& cluster, const workload_options& options)
  : cluster_{cluster},
    options_{options} {
  for (uint32_t i = 1; i <= options.teams; ++i)
    teams_.push_back("team-" + std::to_string(i));
}

void league_workload::begin() {
  create_league();
}

// -- sending --------------------------------------------------------------------------------------

template <class Message>
void league_workload::post(Message message, std::function<void(const answer&)> then) {
  message.set_league(league());
  sent_command x;
  x.id = "c" + std::to_string(++numbered_);
  x.number = number_of<Message>;
  x.body = std::make_shared<const Message>(std::move(message));
  x.then = std::move(then);
  enqueue(std::move(x));
}

template <class Message>
void league_workload::read(Message message, std::function<void(const answer&)> then) {
  message.set_league(league());
  message.set_season(season());
  sent_command x;
  x.id = "r" + std::to_string(++numbered_);
  x.number = number_of<Message>;
  x.body = std::make_shared<const Message>(std::move(message));
  x.then = std::move(then);
  x.is_read = true;
  enqueue(std::move(x));
}

void league_workload::enqueue(sent_command command) {
  const auto& info = *catalogue_data::find(command.number);
  command.address = catalogue_data::addresses_of(info, *command.body).front();
  command.head.to = command.address;
  command.head.id = command.head.correlation = command.id;
  command.head.time_ms = first_time_ms + cluster_.now_us() / millisecond;
  auto id = command.id;
  commands_.emplace(id, std::move(command));
  queue_.push_back(id);
  pump();
}

void league_workload::pump() {
  while (!queue_.empty() && open_ < options_.window) {
    auto id = std::move(queue_.front());
    queue_.pop_front();
    ++open_;
    cluster_.after(cluster_.chance().between(0, options_.pause_us), [this, id] { send(id); });
  }
}

/// To any node; and to another one when nobody answers in time.
void league_workload::send(const std::string& id) {
  auto& x = commands_.at(id);
  ++x.attempt;
  auto node = static_cast<uint32_t>(cluster_.chance().between(1, cluster_.nodes()));
  cluster_.send(node, x.head, x.number, x.body, [this, id](const answer& y) { take(id, y); });
  send_later(id, cluster_.chance().between(300 * millisecond, 1'500 * millisecond));
}

void league_workload::send_later(const std::string& id, int64_t delay_us) {
  cluster_.after(delay_us, [this, id, attempt = commands_.at(id).attempt] {
    auto& x = commands_.at(id);
    if (!x.acknowledged && x.attempt == attempt)
      send(id);
  });
}

void league_workload::take(const std::string& id, const answer& x) {
  auto& command = commands_.at(id);
  if (may_try_again(x.code) || (command.is_read && !x.ok())) {
    command.last_refusal = x.text;
    if (!command.acknowledged)
      send_later(id, cluster_.chance().between(20 * millisecond, 200 * millisecond));
    return;
  }
  const auto& info = *catalogue_data::find(command.number);
  if (!x.ok()) {
    cluster_.report("The command " + id + " (" + info.name + ") was refused: " + x.text);
    return;
  }
  if (command.acknowledged) {
    const auto& first = *command.acknowledged;
    if (!command.is_read && (x.body != first.body || x.position != first.position))
      cluster_.report("The command " + id + " (" + info.name + ") was answered twice, at position "
                      + std::to_string(first.position) + " and at " + std::to_string(x.position)
                      + '.');
    return;
  }
  acknowledge(command, x);
}

void league_workload::acknowledge(sent_command& command, const answer& x) {
  command.acknowledged = x;
  cluster_.seen().add(command.id);
  cluster_.seen().add(x.position);
  --open_;
  if (!command.is_read && cluster_.chance().chance(options_.repeated_percent * 10))
    cluster_.after(cluster_.chance().between(0, 2 * second), [this, id = command.id] {
      auto node = static_cast<uint32_t>(cluster_.chance().between(1, cluster_.nodes()));
      auto& again = commands_.at(id);
      cluster_.send(node, again.head, again.number, again.body,
                    [this, id](const answer& y) { take(id, y); });
    });
  if (command.then)
    command.then(x);
  pump();
  if (open_ == 0 && queue_.empty() && next_)
    (this->*std::exchange(next_, nullptr))();
}

void league_workload::when_all_are_done(void (league_workload::*next)()) {
  next_ = next;
}

// -- the league -----------------------------------------------------------------------------------

void league_workload::create_league() {
  LeagueConfigure message;
  message.mutable_rules()->set_squad_max(20);
  when_all_are_done(&league_workload::create_teams);
  post(std::move(message));
}

void league_workload::create_teams() {
  when_all_are_done(&league_workload::create_deals);
  for (auto& team : teams_) {
    TeamCreate message;
    message.set_team(team);
    message.set_name("The " + team);
    names_[team] = message.name();
    post(std::move(message));
  }
}

void league_workload::create_deals() {
  when_all_are_done(&league_workload::open_season);
  for (int i = 1; i <= 2; ++i) {
    SponsorCreate message;
    message.set_sponsor("sponsor-" + std::to_string(i));
    message.set_name("Sponsor " + std::to_string(i));
    message.mutable_amount_per_season()->set_minor_units(1'000'003 * i);
    message.mutable_amount_per_season()->set_currency("GBP");
    if (i == 2)
      message.set_team(teams_.front());
    post(std::move(message));
  }
}

void league_workload::open_season() {
  FixtureListGenerate message;
  message.set_season(season());
  message.set_league_name("Simulated");
  for (auto& team : teams_) {
    auto& x = *message.add_teams();
    x.set_team(team);
    x.set_name(names_[team]);
  }
  message.set_start("2024-08-10");
  message.set_end("2025-05-25");
  message.set_seed(7);
  auto& rules = *message.mutable_rules();
  rules.set_rule_set("england");
  rules.set_tier(1);
  rules.set_start_year(2024);
  rules.set_seed(7);
  post(std::move(message), [this](const answer&) {
    read(FixtureListGet{}, [this](const answer& x) {
      FixtureList list;
      list.ParseFromString(x.body);
      play(list);
    });
  });
}

/// The last match waits for everything else: no result is corrected when the season is over.
void league_workload::play(const FixtureList& list) {
  when_all_are_done(&league_workload::finish);
  for (int i = 0; i + 1 < list.fixtures_size(); ++i)
    play_match(list.fixtures(i), cluster_.chance().chance(options_.corrected_percent * 10));
  last_ = list.fixtures(list.fixtures_size() - 1);
  rename_teams();
  add_players();
}

void league_workload::play_match(const Fixture& fixture, bool corrected) {
  auto draw = [this](auto& message, const Fixture& of) {
    message.set_season(season());
    message.set_home(of.home());
    message.set_away(of.away());
    message.mutable_score()->set_home(static_cast<uint32_t>(cluster_.chance().below(5)));
    message.mutable_score()->set_away(static_cast<uint32_t>(cluster_.chance().below(5)));
    scores_[{of.home(), of.away()}] = message.score();
  };
  ResultCreate message;
  draw(message, fixture);
  if (!corrected) {
    post(std::move(message));
    return;
  }
  post(std::move(message), [this, draw, fixture](const answer&) {
    ResultCorrect correction;
    draw(correction, fixture);
    post(std::move(correction));
  });
}

/// One after another for each team, so that the last name counts.
void league_workload::rename_teams() {
  for (auto& team : teams_) {
    TeamUpdate message;
    message.set_team(team);
    message.set_name(names_[team] + " once");
    post(std::move(message), [this, team](const answer&) {
      TeamUpdate again;
      again.set_team(team);
      names_[team] += " twice";
      again.set_name(names_[team]);
      post(std::move(again));
    });
  }
}

/// Answered later than they are recorded: the team decides.
void league_workload::add_players() {
  for (auto& team : teams_)
    for (uint32_t i = 1; i <= 2; ++i) {
      PlayerAdd message;
      message.set_team(team);
      auto& player = *message.mutable_player();
      player.set_name("Player " + std::to_string(i) + " of " + team);
      player.set_position("MF");
      player.set_shirt_number(i);
      post(std::move(message));
    }
}

void league_workload::finish() {
  when_all_are_done(&league_workload::note_end);
  play_match(*last_, false);
}

void league_workload::note_end() {
  finished_ = true;
}

std::string league_workload::open_commands() const {
  std::string out;
  for (auto& [id, command] : commands_)
    if (!command.acknowledged)
      out += ' ' + id + " to " + command.address + " (" + command.last_refusal + ")";
  return out;
}

void league_workload::read_table() {
  table_.reset();
  read(LeagueTableGet{}, [this](const answer& x) {
    table_.emplace();
    table_->ParseFromString(x.body);
  });
}

} // namespace touchline::simulated
