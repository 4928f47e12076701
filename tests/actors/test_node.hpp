// A real node for tests: real LMDB files in a folder of its own, a real actor system, real
// contexts.
#pragma once

#include "actors/contexts.hpp"
#include "actors/runtime/client.hpp"
#include "actors/runtime/runtime.hpp"
#include "messages/catalogue.hpp"
#include "tests/temporary_folder.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace touchline::testing {

/// Throws away what the seam before decisions is told.
inline void no_fault(const header&, uint32_t) {}

/// A node on a folder of its own, that can be stopped and started again.
class test_node {
public:
  using fault = std::function<void(const header&, uint32_t)>;

  explicit test_node(actors::runtime_options options = quick_options(), fault before = no_fault,
                     const actors::clock& time = actors::system_clock())
    : options_{options},
      before_{std::move(before)},
      time_{time} {
    actors::register_message_types();
    config_.set("caf.scheduler.policy", "sharing");
    system_ = std::make_unique<caf::actor_system>(config_);
    start();
  }

  ~test_node() { stop(); }

  /// Options with short delays.
  static actors::runtime_options quick_options() {
    actors::runtime_options x;
    x.tick_ms = 10;
    x.redelivery_ms = 100;
    x.entities.backoff_min_ms = 1;
    x.entities.backoff_max_ms = 5;
    x.partitions_policy.backoff_min_ms = 1;
    x.partitions_policy.backoff_max_ms = 5;
    return x;
  }

  void start() {
    actors::runtime_setup setup;
    setup.storage.path = folder_.path() / "data";
    setup.storage.verify = verify;
    setup.options = options_;
    setup.kinds = actors::all_contexts();
    setup.before_decision = before_;
    setup.time = &time_;
    auto started = actors::runtime::start(*system_, std::move(setup));
    if (!started)
      throw std::runtime_error{started.error().text};
    runtime_ = std::move(*started);
    client_ = std::make_unique<actors::client>(
      *system_, runtime_->routes(), client_clock ? *client_clock : time_, client_options);
  }

  void stop() {
    client_.reset();
    runtime_.reset();
  }

  void restart() {
    stop();
    start();
  }

  std::filesystem::path data_file() const { return folder_.path() / "data" / "data.mdb"; }
  actors::runtime& runtime() { return *runtime_; }
  actors::client& client() { return *client_; }
  bool settle() { return runtime_->settle(30'000); }

  /// A second caller, to be gone before the node stops.
  std::unique_ptr<actors::client> another_client() {
    return std::make_unique<actors::client>(*system_, runtime_->routes(), time_, client_options);
  }

  /// Sends a command or a read under an id and returns its answer.
  template <class Message>
  answer ask(const std::string& id, Message message) {
    return client_->ask(id, std::move(message));
  }

  /// Sends a read and returns its reply; an empty one when it was refused.
  template <class Reply, class Message>
  Reply read(Message message) {
    Reply reply;
    auto x = client_->ask("read/" + std::to_string(++reads_), std::move(message));
    if (x.ok())
      reply.ParseFromString(x.body);
    return reply;
  }

  /// The records of an entity.
  std::vector<Record> records(const std::string& address) {
    std::vector<Record> result;
    runtime_->store().read_stream(address, 1, {.max_records = 1'000'000, .max_bytes = 1 << 30},
                                  [&result](uint64_t, std::string_view bytes) {
                                    result.emplace_back().ParseFromArray(
                                      bytes.data(), static_cast<int>(bytes.size()));
                                    return true;
                                  });
    return result;
  }

  actors::client_options client_options;
  /// What time it is for commands, from the next start on.
  const actors::clock* client_clock = nullptr;
  storage::verification verify = storage::verification::automatic;

private:
  temporary_folder folder_;
  actors::runtime_options options_;
  fault before_;
  const actors::clock& time_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<actors::runtime> runtime_;
  std::unique_ptr<actors::client> client_;
  uint64_t reads_ = 0;
};

// -- messages that many tests send ----------------------------------------------------------------

inline TeamCreate team_create(const std::string& name, const std::string& league = "en.1") {
  TeamCreate x;
  x.set_league(league);
  x.set_name(name);
  return x;
}

inline TeamGet team_get(const std::string& team, const std::string& league = "en.1") {
  TeamGet x;
  x.set_league(league);
  x.set_team(team);
  return x;
}

/// Limits of the squads of the league en.1; 0 for the defaults.
inline LeagueConfigure squad_limits(uint32_t squad_min, uint32_t squad_max) {
  LeagueConfigure x;
  x.set_league("en.1");
  x.mutable_rules()->set_squad_min(squad_min);
  x.mutable_rules()->set_squad_max(squad_max);
  return x;
}

/// A midfielder of Arsenal.
inline PlayerAdd player_add(const std::string& name, uint32_t shirt_number) {
  PlayerAdd x;
  x.set_league("en.1");
  x.set_team("arsenal");
  x.mutable_player()->set_name(name);
  x.mutable_player()->set_position("MF");
  x.mutable_player()->set_shirt_number(shirt_number);
  return x;
}

inline PlayerUpdate player_update(uint32_t shirt_number, const std::string& name,
                                  uint32_t new_shirt_number) {
  PlayerUpdate x;
  x.set_league("en.1");
  x.set_team("arsenal");
  x.set_shirt_number(shirt_number);
  *x.mutable_player() = player_add(name, new_shirt_number).player();
  return x;
}

inline PlayerDelete player_delete(uint32_t shirt_number) {
  PlayerDelete x;
  x.set_league("en.1");
  x.set_team("arsenal");
  x.set_shirt_number(shirt_number);
  return x;
}

inline TeamList team_list(const std::string& league = "en.1") {
  TeamList x;
  x.set_league(league);
  return x;
}

/// A season of the given teams, whose keys are their names in lower case.
inline FixtureListGenerate fixture_list(const std::vector<std::string>& teams) {
  FixtureListGenerate x;
  x.set_league("en.1");
  x.set_season("2022-23");
  x.set_league_name("Test League");
  for (auto& team : teams) {
    auto& reference = *x.add_teams();
    reference.set_team(team);
    reference.set_name(team);
  }
  x.set_start("2022-08-01");
  x.set_end("2023-05-31");
  x.mutable_rules()->set_rule_set("england");
  x.mutable_rules()->set_tier(1);
  x.mutable_rules()->set_start_year(2022);
  x.mutable_rules()->set_relegated(1);
  return x;
}

inline ResultCreate result_create(const std::string& home, const std::string& away,
                                  uint32_t home_goals, uint32_t away_goals) {
  ResultCreate x;
  x.set_league("en.1");
  x.set_season("2022-23");
  x.set_home(home);
  x.set_away(away);
  x.mutable_score()->set_home(home_goals);
  x.mutable_score()->set_away(away_goals);
  return x;
}

inline LeagueTableGet table_get() {
  LeagueTableGet x;
  x.set_league("en.1");
  x.set_season("2022-23");
  return x;
}

inline SponsorCreate sponsor_create(const std::string& key, int64_t amount) {
  SponsorCreate x;
  x.set_league("en.1");
  x.set_sponsor(key);
  x.set_name(key);
  x.mutable_amount_per_season()->set_minor_units(amount);
  x.mutable_amount_per_season()->set_currency("GBP");
  return x;
}

/// Creates four teams, a sponsor and their season, and answers with the season's fixtures.
inline FixtureList open_season(test_node& node) {
  std::vector<std::string> teams{"ash", "birch", "cedar", "elm"};
  for (auto& team : teams)
    node.ask("create/" + team, team_create(team));
  node.ask("sponsor", sponsor_create("paper", 1'000'003));
  node.ask("generate", fixture_list(teams));
  FixtureListGet get;
  get.set_league("en.1");
  get.set_season("2022-23");
  return node.read<FixtureList>(get);
}

/// The result of each fixture in these tests: decided by its number alone.
inline ResultCreate result_of(const Fixture& x) {
  return result_create(x.home(), x.away(), x.number() * 7 % 5, x.number() * 3 % 4);
}

/// Plays all results of a season.
inline void play(test_node& node, const FixtureList& season) {
  for (auto& x : season.fixtures())
    node.client().post("result/" + std::to_string(x.number()), result_of(x), [](const answer&) {});
  node.client().finish();
}

} // namespace touchline::testing
