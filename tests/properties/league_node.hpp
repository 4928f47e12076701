// A node that things happen to: its handlers throw, its parts fail, it restarts, time leaps,
// callers send twice; and an operator who mends it.
#pragma once

#include "tests/actors/test_node.hpp"
#include "tests/properties/script.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <set>

namespace touchline::testing {

/// Thrown when something is not as it must be.
struct disagreement : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Makes the handlers of one message throw, as often as told for each single message.
class breakage {
public:
  void put(const fault& what);
  /// Whether it throws for ever.
  bool lasts() const;
  test_node::fault seam();

private:
  mutable std::mutex mutex_;
  fault what_;
  std::map<std::string, int> failures_;
};

/// The system's time, but for leaps into the future.
class leaping_clock final : public actors::clock {
public:
  int64_t now_ms() const override { return actors::system_clock().now_ms() + leapt_ms_; }
  int64_t steady_ms() const override { return actors::system_clock().steady_ms(); }
  /// Beyond all deadlines that were set before.
  void leap() { leapt_ms_ += 60'000; }

private:
  std::atomic<int64_t> leapt_ms_ = 0;
};

/// A command that was sent.
struct sent_command {
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
  /// What was answered under its id, if that is recorded.
  std::optional<answer> recorded;
  /// What came of it; absent while nobody knows. Of a dead letter it is the answer to its retry.
  std::optional<answer> outcome;
};

/// The node. Sends each command under an id of its own, and again when the node restarted before it
/// was answered. What it cannot explain it throws as a disagreement.
class league_node {
public:
  league_node();

  /// Sends a command and does not wait.
  template <class Message>
  std::string send(Message body) {
    return send(number_of<Message>, std::make_shared<const Message>(std::move(body)));
  }

  std::string send(uint32_t number, std::shared_ptr<const google::protobuf::Message> body);

  /// A second caller sends commands that are under way.
  void send_twins(const std::vector<std::string>& ids);

  /// Sends an answered command again: the recorded answer must come again.
  void send_again(const std::string& id);

  void disturb(disturbance what, int patience, int where);
  void break_down(const fault& what) { breakage_.put(what); }

  /// Waits until nothing is under way but commands that wait for a dead letter.
  void settle();

  /// Nothing fails any more, and all dead letters are retried. Then every command has an outcome.
  void mend();

  /// Nothing is broken, set aside or without an outcome.
  bool is_whole();

  const sent_command& sent(const std::string& id) const { return sent_.at(id); }
  const std::set<std::string>& dropped() const noexcept { return dropped_; }
  const storage::store& store() { return node_.runtime().store(); }

  /// The reply to a read, which must not be refused.
  template <class Reply, class Message>
  Reply read(Message message) {
    auto x = node_.ask("read/" + std::to_string(++reads_), std::move(message));
    Reply reply;
    if (!x.ok() || !reply.ParseFromString(x.body))
      throw disagreement{"A read was refused: " + x.text};
    return reply;
  }

private:
  void post(const std::string& id);
  void take(const std::string& id, const answer& x);
  void drain();
  void restart();
  bool all_known() const;
  std::vector<DeadLetter> letters();
  void retry(const DeadLetter& letter);
  void take_retry(const DeadLetter& letter, const answer& x);

  leaping_clock clock_;
  breakage breakage_;
  test_node node_;
  std::unique_ptr<actors::client> twin_;
  std::map<std::string, sent_command> sent_;
  std::set<std::string> dropped_;
  uint64_t reads_ = 0;
};

} // namespace touchline::testing
