// How commands and reads come in from outside: one thread, many commands under way at the same
// time, each under an id of its own, sent again under the same id when a partition was not there.
#pragma once

#include "actors/runtime/clock.hpp"
#include "actors/runtime/router.hpp"
#include "messages/header.hpp"
#include "messages/record.pb.h"

#include <caf/scoped_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace touchline::actors {

/// Bounds of a client.
struct client_options {
  /// Commands under way at the same time; `post` waits for answers beyond it.
  size_t window = 256;
  /// How long a command is tried, in milliseconds, before it is answered with DEADLINE_EXCEEDED.
  int64_t deadline_ms = 30'000;
  /// Pause before a command is sent again, in milliseconds.
  int64_t retry_ms = 20;
};

/// Told the answer of a command, on the client's own thread.
using answer_callback = std::function<void(const answer&)>;

/// Begins the ids of commands that retry a dead letter; the letter's position and a slash follow.
inline constexpr std::string_view retry_prefix = "retry/";

/// Id of the dead letter that the command `id` to `address` retried; nothing when it is another
/// command.
std::optional<std::string> letter_of_retry(const std::string& address, std::string_view id);

/// Sends commands and reads. Belongs to one thread.
class client {
public:
  client(caf::actor_system& system, const router& routes, const clock& time,
         const client_options& options = {});

  /// Sends message `number` under `id` and returns at once, or when there is room in the window.
  /// `done` is called from a later `post`, `ask` or `finish`.
  void post(std::string id, uint32_t number, std::shared_ptr<const google::protobuf::Message> body,
            answer_callback done);

  template <class Message>
  void post(std::string id, Message body, answer_callback done) {
    post(std::move(id), number_of<Message>, std::make_shared<const Message>(std::move(body)),
         std::move(done));
  }

  /// Sends a message and waits for its answer, and for nothing else.
  template <class Message>
  answer ask(std::string id, Message body) {
    answer result;
    bool answered = false;
    post(std::move(id), std::move(body), [&](const answer& x) {
      result = x;
      answered = true;
    });
    while (!answered)
      receive_one();
    return result;
  }

  /// Sends the message of a dead letter again, with the time and the deadline of its flow; a
  /// message that began its flow begins it anew. It takes effect once, whoever sent it first, and
  /// the letter is dropped with it; when it fails or is refused again the letter stays and counts
  /// one more. NOT_FOUND when the letter is gone, CONFLICT when it held secrets or is being retried
  /// by this client.
  void retry(const DeadLetter& letter, answer_callback done);

  /// Waits until everything that was sent is answered.
  void finish();

  /// Waits a moment for an answer, at most client_options::retry_ms.
  void wait() { receive_one(); }

  /// Forgets everything that was sent and is not answered. What became of it is unknown until it is
  /// sent again under the same id.
  void abandon() noexcept { pending_.clear(); }

  /// Commands under way.
  size_t in_flight() const noexcept { return pending_.size(); }

private:
  struct pending_command {
    uint32_t number = 0;
    std::shared_ptr<const google::protobuf::Message> body;
    header head;
    answer_callback done;
    int64_t deadline_ms = 0;
    int64_t send_again_ms = 0;
    /// Why it was refused last, before it was sent again.
    std::string refused;
    /// The partition that it was sent to; one that ended took it along.
    caf::actor sent_to;
  };

  /// The flow begins now.
  void stamp(header& head) const;
  void begin(std::string id, pending_command command);
  void send(pending_command& command);
  void receive_one();
  void take(const answer& x);
  void chase();

  caf::scoped_actor self_;
  const router& routes_;
  const clock& time_;
  client_options options_;
  std::unordered_map<std::string, pending_command> pending_;
  int64_t chased_ms_ = 0;
  /// As long as no partition changes, nothing has to be sent again or given up before this time.
  int64_t nothing_due_before_ms_ = 0;
  uint64_t routes_version_ = 0;
};

} // namespace touchline::actors
