// What an entity decides. A context's `decide` is pure: it sees its state, a message and its
// header, and returns this.
#pragma once

#include "messages/catalogue_types.hpp"
#include "messages/error.hpp"
#include "messages/header.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace touchline::actors {

/// A message of the catalogue that a decision sends. The catalogue says to whom.
struct outgoing_message {
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
  /// Absent for the flow of the message that was decided upon.
  std::optional<FlowHeader> flow = {};
};

/// The answer to a command that an earlier decision of the same entity deferred.
struct deferred_answer {
  /// Id of the command.
  std::string command;
  refusal outcome{OK, {}};
  /// Protobuf bytes of the answer's body.
  std::string reply;
};

/// Facts to record, messages to send, an answer to give: all of it happens, or nothing.
template <class Event>
struct decision {
  std::vector<Event> events;
  std::vector<outgoing_message> messages;
  /// Protobuf bytes of the answer's body.
  std::string reply;
  /// Set when the answer is a refusal although there is something to record.
  std::optional<refusal> refused;
  /// The command is answered by a later decision.
  bool deferred = false;
  std::vector<deferred_answer> late_answers;

  /// Adds a fact.
  decision& record(Event event) {
    events.push_back(std::move(event));
    return *this;
  }

  /// Adds a message; the catalogue names its receivers, one or many.
  template <class Message>
  decision& send(Message message) {
    messages.push_back(
      {number_of<Message>, std::make_shared<const Message>(std::move(message)), {}});
    return *this;
  }

  /// Puts the messages from the `first` on (counted from 0) into a flow that was begun before: what
  /// follows when a deadline passes belongs to the flow whose deadline it was.
  decision& continue_flow(const FlowHeader& begun, size_t first) {
    for (auto i = first; i < messages.size(); ++i)
      messages[i].flow = begun;
    return *this;
  }

  /// Sets the answer's body.
  template <class Reply>
  decision& answer_with(const Reply& body) {
    reply = body.SerializeAsString();
    return *this;
  }

  /// Answers the command with a refusal that is recorded with the facts: the same command again is
  /// refused again and has no further effect.
  decision& refuse_with(ErrorCode code, std::string text) {
    refused = refusal{code, std::move(text)};
    return *this;
  }

  /// Records the command without an answer: a later decision of the same entity gives it, with
  /// `answer_later` or `refuse_later`. Until then the same command again waits as well.
  decision& defer() {
    deferred = true;
    return *this;
  }

  /// Answers a command that was deferred; ignored when it was not, or is answered already.
  template <class Reply>
  decision& answer_later(std::string command, const Reply& body) {
    late_answers.push_back({std::move(command), {OK, {}}, body.SerializeAsString()});
    return *this;
  }

  /// Refuses a command that was deferred; ignored when it was not, or is answered already.
  decision& refuse_later(std::string command, ErrorCode code, std::string text) {
    late_answers.push_back({std::move(command), {code, std::move(text)}, {}});
    return *this;
  }
};

/// A decision, or why there is none.
template <class Event>
using decided = tl::expected<decision<Event>, refusal>;

/// Refuses a message.
inline tl::unexpected<refusal> refuse(ErrorCode code, std::string text) {
  return tl::unexpected<refusal>{refusal{code, std::move(text)}};
}

} // namespace touchline::actors
