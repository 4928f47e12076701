// What an entity decides. A context's `decide` is pure: it sees its state, a message and its
// header, and returns this.
#pragma once

#include "messages/catalogue_types.hpp"
#include "messages/error.hpp"
#include "messages/header.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace touchline::actors {

/// A message of the catalogue that a decision sends. The catalogue says to whom.
struct outgoing_message {
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
};

/// Facts to record, messages to send, an answer to give: all of it happens, or nothing.
template <class Event>
struct decision {
  std::vector<Event> events;
  std::vector<outgoing_message> messages;
  /// Protobuf bytes of the answer's body.
  std::string reply;

  /// Adds a fact.
  decision& record(Event event) {
    events.push_back(std::move(event));
    return *this;
  }

  /// Adds a message; the catalogue names its receivers, one or many.
  template <class Message>
  decision& send(Message message) {
    messages.push_back({number_of<Message>, std::make_shared<const Message>(std::move(message))});
    return *this;
  }

  /// Sets the answer's body.
  template <class Reply>
  decision& answer_with(const Reply& body) {
    reply = body.SerializeAsString();
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
