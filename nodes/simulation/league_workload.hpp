// A small league that clients play on a simulated cluster, whatever happens to it: what they sent,
// and what was acknowledged.
#pragma once

#include "messages/catalogue_types.hpp"
#include "nodes/simulation/simulated_cluster.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace touchline::simulated {

/// What is played.
struct workload_options {
  /// Each plays each other twice.
  uint32_t teams = 4;
  /// Commands under way at the same time.
  size_t window = 6;
  /// Clients think for up to so long before each command.
  int64_t pause_us = 0;
  /// So many in a hundred results are corrected, and commands sent again when they were answered.
  uint32_t corrected_percent = 30;
  uint32_t repeated_percent = 20;
};

/// A command under its id, sent until it is answered.
struct sent_command {
  std::string id;
  std::string address;
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
  header head;
  /// The first answer that says that it was recorded, or what was read.
  std::optional<answer> acknowledged;
  std::function<void(const answer&)> then;
  /// Grows whenever it is sent.
  uint64_t attempt = 0;
  std::string last_refusal = "never answered";
  bool is_read = false;
};

/// The clients of the league. They retry for ever, under the same id, at any node.
class league_workload {
public:
  league_workload(simulated_cluster& cluster, const workload_options& options);

  /// Begins to send.
  void begin();

  /// Whether everything was sent and acknowledged.
  bool done() const noexcept { return finished_; }

  /// What is not acknowledged, with why not, for people.
  std::string open_commands() const;

  /// Reads the table from the cluster, in place of any that was read before.
  void read_table();
  const std::optional<LeagueTable>& table() const noexcept { return table_; }

  const std::map<std::string, sent_command>& commands() const noexcept { return commands_; }

  std::string league() const { return "sim"; }
  std::string season() const { return "2024-25"; }

  /// The final score of each fixture, by home and away team.
  const std::map<std::pair<std::string, std::string>, Score>& scores() const { return scores_; }
  const std::map<std::string, std::string>& team_names() const { return names_; }

private:
  template <class Message>
  void post(Message message, std::function<void(const answer&)> then = {});
  template <class Message>
  void read(Message message, std::function<void(const answer&)> then);
  void enqueue(sent_command command);
  void pump();
  void send(const std::string& id);
  void send_later(const std::string& id, int64_t delay_us);
  void take(const std::string& id, const answer& x);
  void acknowledge(sent_command& command, const answer& x);

  void create_league();
  void create_teams();
  void create_deals();
  void open_season();
  void play(const FixtureList& list);
  void play_match(const Fixture& fixture, bool corrected);
  void rename_teams();
  void add_players();
  void finish();
  void note_end();

  /// Goes on with the next step when nothing is under way.
  void when_all_are_done(void (league_workload::*next)());

  simulated_cluster& cluster_;
  workload_options options_;
  std::map<std::string, sent_command> commands_;
  std::deque<std::string> queue_;
  size_t open_ = 0;
  void (league_workload::*next_)() = nullptr;
  bool finished_ = false;
  uint64_t numbered_ = 0;
  std::vector<std::string> teams_;
  std::optional<Fixture> last_;
  std::map<std::pair<std::string, std::string>, Score> scores_;
  std::map<std::string, std::string> names_;
  std::optional<LeagueTable> table_;
};

} // namespace touchline::simulated
