// Makes an entity of a context. A context is a struct with:
//   static constexpr std::string_view kind        the first part of its addresses
//   using state, event                            Protobuf messages of its own
//   using messages = message_list<...>            what it handles
//   static decided<event> decide(const state&, const M&, const header&)    for each M, pure
//   static void apply(state&, const event&)                                pure
// It may have
//   static int64_t deadline_ms(const state&)        the earliest time, in milliseconds since 1970,
//   at
//                                                   which it wants to handle deadline.passed; 0 for
//                                                   none
#pragma once

#include "actors/runtime/entity.hpp"
#include "messages/codec.hpp"

#include <caf/message_handler.hpp>

namespace touchline::actors {

/// An entity of the given context.
template <class Context>
class context_entity final : public entity {
public:
  using state = typename Context::state;
  using event = typename Context::event;

  tl::expected<encoded_decision, refusal> decide(const header& head, uint32_t number,
                                                 const google::protobuf::Message& body) override {
    return dispatch(typename Context::messages{}, head, number, body);
  }

  void apply_decided() override {
    for (auto& x : decided_)
      Context::apply(state_, x);
    decided_.clear();
  }

  bool apply(std::string_view bytes) override {
    event x;
    if (!x.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return false;
    Context::apply(state_, x);
    return true;
  }

  int64_t deadline_ms() const override {
    if constexpr (requires(const state& x) { Context::deadline_ms(x); })
      return Context::deadline_ms(state_);
    else
      return 0;
  }

  const google::protobuf::Message& state_message() const override { return state_; }

  std::unique_ptr<google::protobuf::Message> event_message(std::string_view bytes) const override {
    auto x = std::make_unique<event>();
    if (!x->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return nullptr;
    return x;
  }

  std::string save() const override { return stable_bytes(state_); }

  bool load(std::string_view bytes) override {
    return state_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }

private:
  template <class... Messages>
  tl::expected<encoded_decision, refusal> dispatch(message_list<Messages...>, const header& head,
                                                   uint32_t number,
                                                   const google::protobuf::Message& body) {
    decided_.clear();
    tl::expected<encoded_decision, refusal> result
      = refuse(UNSUPPORTED, "This entity does not handle the message.");
    (void)((number
              == number_of<
                Messages> && (result = encode(Context::decide(state_, static_cast<const Messages&>(body), head)), true))
           || ...);
    return result;
  }

  tl::expected<encoded_decision, refusal> encode(decided<event> x) {
    if (!x)
      return tl::unexpected<refusal>{std::move(x.error())};
    encoded_decision result{
      {},          std::move(x->messages),    std::move(x->reply), std::move(x->refused),
      x->deferred, std::move(x->late_answers)};
    result.events.reserve(x->events.size());
    for (auto& e : x->events)
      result.events.push_back(stable_bytes(e));
    decided_ = std::move(x->events);
    return result;
  }

  state state_;
  std::vector<event> decided_;
};

namespace detail {

template <class... Messages>
caf::behavior behavior_for(message_list<Messages...>, const message_callback& handle) {
  return caf::behavior{[handle](const header& head, const Messages& body) {
    handle(head, number_of<Messages>, body);
  }...};
}

template <class... Messages>
std::vector<uint32_t> numbers_of(message_list<Messages...>) {
  return {number_of<Messages>...};
}

} // namespace detail

/// The kind of entity that a context is.
template <class Context>
entity_kind kind_of_context() {
  using messages = typename Context::messages;
  return {std::string{Context::kind}, detail::numbers_of(messages{}),
          []() -> std::unique_ptr<entity> { return std::make_unique<context_entity<Context>>(); },
          [](message_callback handle) { return detail::behavior_for(messages{}, handle); }};
}

} // namespace touchline::actors
