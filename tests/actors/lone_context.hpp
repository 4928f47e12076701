// A context on its own, without actors and without a disk: decides on messages and applies what was
// decided.
#pragma once

#include <boost/test/unit_test.hpp>

#include "actors/runtime/decision.hpp"
#include "messages/catalogue.hpp"

#include <string>
#include <vector>

namespace touchline::testing {

/// Those messages of a decision that are of one type, in their order.
template <class Message, class Event>
std::vector<Message> sent(const actors::decision<Event>& from) {
  std::vector<Message> result;
  for (auto& x : from.messages)
    if (x.number == number_of<Message>)
      result.push_back(static_cast<const Message&>(*x.body));
  return result;
}

/// The names of a decision's messages, in their order.
template <class Event>
std::vector<std::string> names_of(const actors::decision<Event>& from) {
  std::vector<std::string> result;
  for (auto& x : from.messages)
    result.push_back(catalogue_data::find(x.number)->name);
  return result;
}

/// A message as one line, for comparisons that show what differs.
inline std::string shown(const google::protobuf::Message& message) {
  return message.ShortDebugString();
}

/// A context with a state of its own.
template <class Context>
class lone_context {
public:
  using state = typename Context::state;
  using decision = actors::decision<typename Context::event>;

  const state& now() const noexcept { return state_; }

  /// For states that would take thousands of messages to reach.
  state& edit() noexcept { return state_; }

  /// Decides and applies. The test case ends when the message is refused.
  template <class Message>
  decision take(const Message& message) {
    auto decided = Context::decide(state_, message, header{});
    auto why = decided ? std::string{} : decided.error().text;
    BOOST_TEST_REQUIRE(why == "");
    for (auto& event : decided->events)
      Context::apply(state_, event);
    return std::move(*decided);
  }

  /// Code and sentence of the refusal, "not-found: The league ..."; "taken" when there is none.
  template <class Message>
  std::string refusal_of(const Message& message) const {
    auto decided = Context::decide(state_, message, header{});
    if (decided)
      return "taken";
    return std::string{error_name(decided.error().code)} + ": " + decided.error().text;
  }

  /// Whether the message is taken without an event and without a message.
  template <class Message>
  bool changes_nothing(const Message& message) const {
    auto decided = Context::decide(state_, message, header{});
    return decided && decided->events.empty() && decided->messages.empty();
  }

  /// The answer to a message.
  template <class Reply, class Message>
  Reply answer(const Message& message) {
    Reply result;
    BOOST_TEST_REQUIRE(result.ParseFromString(take(message).reply));
    return result;
  }

private:
  state state_;
};

} // namespace touchline::testing
