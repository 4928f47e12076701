// A client for what is said in a season: ids that follow from the season and the content of a
// message, so that what was recorded is recognised; parsed answers of reads; and waiting that ends
// when the league system does.
#pragma once

#include "actors/runtime/client.hpp"
#include "messages/error.hpp"
#include "nodes/league_access.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace touchline::nodes {

/// The id of a command: `scope/NAME/HASH`. The same message in the same scope, such as a season,
/// has the same id in every run.
std::string command_id(const std::string& scope, uint32_t number,
                       const google::protobuf::Message& message);

/// Sends commands and reads to a league system. Belongs to one thread. The first refusal ends what
/// is being sent: later calls of `send` do nothing until `finish` has told it.
class season_client {
public:
  explicit season_client(league_access& access, const actors::client_options& options = {});

  /// Sends a command; its refusal is kept for `finish`.
  template <class Message>
  void send(const std::string& scope, Message message, std::function<void()> accepted = {}) {
    post(scope, std::move(message), [this, accepted = std::move(accepted)](const answer& x) {
      if (!x.ok())
        fail({x.code, x.text});
      else if (accepted)
        accepted();
    });
  }

  /// Sends a command and gives its answer to `done`, whatever it is.
  template <class Message>
  void post(const std::string& scope, Message message, actors::answer_callback done) {
    if (!failed_)
      failed_ = access_.failure();
    if (failed_)
      return;
    auto body = std::make_shared<const Message>(std::move(message));
    client_.post(command_id(scope, number_of<Message>, *body), number_of<Message>, body,
                 std::move(done));
  }

  /// Sends a read and parses its answer.
  template <class Reply, class Message>
  tl::expected<Reply, refusal> read(Message message) {
    answer reply;
    client_.post("read/" + std::to_string(++reads_), std::move(message),
                 [&reply](const answer& x) { reply = x; });
    if (auto done = finish(); !done)
      return tl::unexpected{done.error()};
    Reply body;
    if (!reply.ok())
      return tl::unexpected{refusal{reply.code, reply.text}};
    if (!body.ParseFromString(reply.body))
      return tl::unexpected{
        refusal{DAMAGED, "The answer of " + body.GetTypeName() + " is unreadable."}};
    return body;
  }

  /// Keeps a refusal for `finish`, unless there is one already.
  void fail(refusal why);

  /// Whether something was refused, or the league system failed.
  bool failed() const noexcept { return failed_.has_value(); }

  /// Waits until everything that was sent is answered. The first refusal, or why it cannot go on,
  /// if any; what was sent is forgotten then.
  tl::expected<void, refusal> finish();

  /// Waits until every message of every flow has come to rest, after `finish`.
  tl::expected<void, refusal> settle();

  /// Waits until everything that was sent is answered, or something was refused.
  void wait();

private:
  league_access& access_;
  actors::client client_;
  std::optional<refusal> failed_;
  uint64_t reads_ = 0;
};

} // namespace touchline::nodes
